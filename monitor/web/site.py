"""All paths of the listener, and what is answered to errors."""

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

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


@runtime_checkable
class TellsErrors(Protocol):
    """A room that tells people what went wrong; programs are told as `problem` has it."""

    def tell_error(self, request: Request, status: int, detail: str) -> Response: ...


def make_site(
    rooms: Sequence[Room], guard: Guard | None = None, around: Sequence[Middleware] = ()
) -> Starlette:
    """Return what is served: the entries of some rooms, behind a guard; `around` comes first."""
    before = guard or NobodyYet()
    routes = [make_route(entry, before) for room in rooms for entry in room.entries()]
    site = Starlette(
        routes=routes,
        middleware=[Middleware(SafeHeaders), *around],
        exception_handlers={HTTPException: _refuse, Exception: _apologize},
    )
    site.router.redirect_slashes = False
    site.state.tells_errors = next((one for one in rooms if isinstance(one, TellsErrors)), None)
    return site


_FOR_PEOPLE = {
    "Not Found": "there is nothing here",
    "Method Not Allowed": "this address is not opened like that",
}


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code >= 400 and (room := _told_by(request)) is not None:
        detail = _FOR_PEOPLE.get(error.detail, error.detail)
        response = room.tell_error(request, error.status_code, detail)
        response.headers.update(headers)
        return response
    if error.status_code == 404:
        return not_found()
    if error.status_code == 405:
        headers["Allow"] = _allowed(request)
        return problem(405, f"{error.detail.lower()} here; use {headers['Allow']}", headers)
    return problem(error.status_code, error.detail, headers)


def _told_by(request: Request) -> TellsErrors | None:
    """Return who tells people what went wrong, if it is people who asked."""
    if "text/html" not in request.headers.get("accept", ""):
        return None
    found: TellsErrors | None = request.app.state.tells_errors
    return found


def _allowed(request: Request) -> str:
    """Return the methods of all routes of a path; each route by itself knows only its own."""
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods
    return ", ".join(sorted(found))


async def _apologize(request: Request, error: Exception) -> Response:
    tell("web.error", path=request.scope["route"].path, error=describe(error))
    detail = "this is a fault of the monitor; its log says more"
    if (room := _told_by(request)) is not None:
        return room.tell_error(request, 500, detail)
    # Starlette answers this outside of all that stands around the site.
    return problem(500, detail, HEADERS)
