"""Pages at host names of their own: what is asked for there is that page, and nothing else of ours.

At such a name `/` is the page, and what hangs below it hangs below `/`. Neither the dashboard nor
the API nor another page is there: a name that everybody is told leads to what everybody may see.
"""

import ipaddress
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.core.statuspage.hosts import own_hosts
from monitor.core.statuspage.values import StatusPage
from monitor.web.access.source import Source
from monitor.web.status.shelf import Shelf

_AT_FRONT = "monitor.status_page_host"
_EVERYWHERE = ("/livez", "/readyz")
"""Asked by machines that may call us by any name, also while the database is away."""


def is_at_front(request: Request) -> bool:
    """Say whether a page is asked for at its own host name."""
    return bool(request.scope.get(_AT_FRONT))


class Front:
    """Leads requests to the page whose host name they ask for."""

    def __init__(self, app: ASGIApp, shelf: Shelf, source: Source) -> None:
        self._app, self._shelf, self._source = app, shelf, source
        self._ours = own_hosts(source.options.url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = None
        if scope["type"] == "http" and not _is_for_all(scope["path"]):
            page = await self._page(Request(scope))
        if page is not None:
            path = path_of(page, scope["path"])
            scope = {**scope, "path": path, "raw_path": quote(path).encode(), _AT_FRONT: True}
        await self._app(scope, receive, send)

    async def _page(self, request: Request) -> StatusPage | None:
        host = _without_port(self._source.host(request))
        if not host or host in self._ours or _is_address(host):
            return None
        try:
            return await self._shelf.at(host)
        except HTTPException:  # no page was ever read: nothing of ours is closed by that
            return None


def path_of(page: StatusPage, path: str) -> str:
    """Return where that lies which a page has at a path of its own host name.

    What is none of its own becomes a path below it, at which there is nothing.
    """
    own = f"/status/{page.slug}"
    if path.startswith(("/static/", f"/badge/{page.slug}/", f"/badge/{page.slug}.")):
        return path
    if path == own or path.startswith(f"{own}/"):
        return path
    return own if path == "/" else own + path


def _is_for_all(path: str) -> bool:
    return path in _EVERYWHERE or path.startswith("/ping/")


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    bare = name if colon and (port.isdigit() or not port) else host  # RFC 3986: it may be empty
    return bare.removesuffix(".")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
