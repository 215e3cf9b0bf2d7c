"""All paths of the listener, and what is answered to errors."""

from collections.abc import Iterator, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from monitor.app import App
from monitor.core.describe import describe
from monitor.journal import tell
from monitor.web.headers import HEADERS, SafeHeaders
from monitor.web.health import Health
from monitor.web.ping import Pings
from monitor.web.problem import not_found, problem
from monitor.web.routing import Guard, NobodyYet, Room, make_route


def rooms_of(monitor: App) -> Iterator[Room]:
    """Return all that is served for a running monitor."""
    yield Pings(monitor.surroundings)
    yield Health(monitor)


def make_site(rooms: Sequence[Room], guard: Guard | None = None) -> Starlette:
    """Return what is served: the entries of some rooms, behind a guard."""
    before = guard or NobodyYet()
    routes = [make_route(entry, before) for room in rooms for entry in room.entries()]
    site = Starlette(
        routes=routes,
        middleware=[Middleware(SafeHeaders)],
        exception_handlers={HTTPException: _refuse, Exception: _apologize},
    )
    site.router.redirect_slashes = False
    return site


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return not_found()
    headers = dict(error.headers or {})
    if error.status_code == 405:
        use = f"; use {headers['Allow']}" if "Allow" in headers else ""
        return problem(405, f"{error.detail.lower()} here{use}", headers)
    return problem(error.status_code, error.detail, headers)


async def _apologize(request: Request, error: Exception) -> Response:
    tell("web.error", path=request.scope["route"].path, error=describe(error))
    # Starlette answers this outside of all that stands around the site.
    return problem(500, "this is a fault of the monitor; its log says more", HEADERS)
