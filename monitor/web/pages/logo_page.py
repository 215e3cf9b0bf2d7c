"""`/status-pages/<slug>/logo`: the logo of a status page is shown, set and taken away."""

import base64
from collections.abc import Callable, Sequence
from urllib.parse import quote

import attrs
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.core.statuspage.logo import ENDINGS, LIMIT, LONGEST, SHORTEST, Logo, read_logo
from monitor.core.statuspage.making import InvalidPage
from monitor.operations.statuspages import find_page
from monitor.web.pages.fleet import Fleet
from monitor.web.pages.forms import Said, back_to, missing_is_404, read_form
from monitor.web.pages.frame import Frame
from monitor.web.routing import Entry, Role
from monitor.web.uploads import read_file

_PATH = "/status-pages/{slug}/logo"
_FIELD = "logo"


@attrs.define(eq=False)
class LogoPage:
    """See the module."""

    frame: Frame
    fleet: Fleet
    changed: Callable[[], object] = lambda: None
    """Told when a logo was changed, so that the public sees it at once."""

    def entries(self) -> Sequence[Entry]:
        post, admin = ("POST",), Role.ADMIN
        return (
            Entry(path=_PATH, endpoint=self.show, needs=admin),
            Entry(path=_PATH, endpoint=self.set, needs=admin, methods=post),
            Entry(path=f"{_PATH}/remove", endpoint=self.remove, needs=admin, methods=post),
        )

    async def show(self, request: Request) -> Response:
        """Show the logo, and the form that sets another."""
        return await self._page(request)

    async def _page(self, request: Request, wrong: str = "", status: int = 200) -> Response:
        slug = request.path_params["slug"]
        async with self.fleet.desk.session() as session:
            with missing_is_404():
                page = find_page(await session.publishing.pages(), slug)
            logo = await session.publishing.logo(slug)
        return self.frame.page(
            request,
            "logo.html",
            status=status,
            page=page,
            logo=logo,
            # In the page itself: where the public finds it, there may be a password before it.
            source="" if logo is None else _source(logo),
            limit_kib=LIMIT // 1024,
            shortest=SHORTEST,
            longest=LONGEST,
            taken=",".join(ENDINGS),
            wrong=wrong,
            still=True,
        )

    async def set(self, request: Request) -> Response:
        """Give the page a logo."""
        try:
            data = await read_file(request, _FIELD, LIMIT)
            if not data:
                raise InvalidPage(_FIELD, "is missing; choose a picture")
            logo = read_logo(data)
        except InvalidPage as error:
            return await self._page(request, str(error), 422)
        except HTTPException as error:
            if error.status_code != 413:
                raise
            return await self._page(request, error.detail, 413)
        return await self._change(request, logo, "logo-set")

    async def remove(self, request: Request) -> Response:
        """Take the logo away."""
        await read_form(request)
        return await self._change(request, None, "logo-removed")

    async def _change(self, request: Request, logo: Logo | None, done: str) -> Response:
        slug = request.path_params["slug"]
        async with self.fleet.signed(request) as session:
            with missing_is_404():
                find_page(await session.publishing.pages(), slug)
            await session.publishing.set_logo(slug, logo)
        self.changed()
        return back_to(Said({}), done, f"/status-pages/{quote(slug)}/logo")


def _source(logo: Logo) -> str:
    return f"data:{logo.media_type};base64,{base64.b64encode(logo.data).decode()}"
