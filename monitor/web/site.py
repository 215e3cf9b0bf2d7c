"""All paths of the listener, and what is answered to errors."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.app import App
from monitor.core.describe import describe
from monitor.journal import tell
from monitor.web.health import Health
from monitor.web.ping import Pings
from monitor.web.problem import not_found, problem

Endpoint = Callable[[Request], Awaitable[Response]]


def make_site(monitor: App) -> Starlette:
    """Return what is served for a running monitor."""
    pings = Pings(monitor.surroundings)
    health = Health(monitor.auditor, monitor.recorder, monitor.outage, monitor.reconcile)
    ping_methods = ["GET", "HEAD", "POST"]
    routes = [
        Route("/ping/{token}", _bare(pings.take), methods=ping_methods),
        Route("/ping/{token}/{signal}", _bare(pings.take), methods=ping_methods),
        Route("/livez", _bare(health.live)),
        Route("/readyz", _bare(health.ready)),
    ]
    site = Starlette(
        routes=routes, exception_handlers={HTTPException: _refuse, Exception: _apologize}
    )
    site.router.redirect_slashes = False
    return site


def _bare(endpoint: Endpoint) -> Endpoint:
    """Leave the body out of the answer to HEAD; the server counts on that."""

    async def answer(request: Request) -> Response:
        response = await endpoint(request)
        if request.method == "HEAD":
            response.body = b""
        return response

    return answer


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return not_found()
    headers = dict(error.headers or {})
    allowed = f"; use {headers['Allow']}" if "Allow" in headers else ""
    return problem(error.status_code, f"{error.detail.lower()} here{allowed}", headers)


async def _apologize(request: Request, error: Exception) -> Response:
    tell("web.error", path=request.scope["route"].path, error=describe(error))
    return problem(500, "this is a fault of the monitor; its log says more")
