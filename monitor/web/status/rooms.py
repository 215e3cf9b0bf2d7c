"""`/status/<slug>` with its feeds and its widget, and `/badge/<key>/...`: open to everybody.

A slug, or a key, that nobody has is answered like any path that does not exist. Nothing here asks
who comes, unless a page has a password, and nothing here can be changed.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import quote

import attrs
import trio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from monitor.core.access.options import AccessOptions
from monitor.core.statuspage.hosts import address_of
from monitor.core.statuspage.readers import Way, ways_of
from monitor.core.statuspage.values import StatusPage
from monitor.texts import LANGUAGES
from monitor.web.access.cookies import keep
from monitor.web.access.form import read_form
from monitor.web.access.source import Source
from monitor.web.headers import be_only_a_picture, let_others_frame, let_others_load
from monitor.web.kept import Kept
from monitor.web.pages.statics import Statics
from monitor.web.pages.words import preferred
from monitor.web.routing import PUBLIC, Entry
from monitor.web.status import writing
from monitor.web.status.badges import FIGURES, SPANS, make_badge
from monitor.web.status.front import is_at_front
from monitor.web.status.gate import ASK, Gate
from monitor.web.status.shelf import Shelf, Shown
from monitor.web.status.words import PublicWords
from monitor.web.status.writing import Places, Writer

AGE_S = 10
"""How long others may keep an answer."""
_KEPT = 64
"""Written pages kept; each is written once while its view stands."""


class _Key(NamedTuple):
    """What tells written pages apart."""

    slug: str
    lang: str
    sort: str
    at_front: bool


@attrs.define(eq=False)
class StatusRoom:
    """See the module; `source` says what others call us."""

    shelf: Shelf
    source: Source = attrs.field(factory=lambda: Source(AccessOptions()))
    statics: Statics = attrs.field(factory=Statics)
    gate: Gate = attrs.field()
    writer: Writer = attrs.field(factory=Writer, init=False)
    _written: Kept[_Key, tuple[Shown, bytes]] = attrs.field(factory=lambda: Kept(_KEPT), init=False)
    _writing: trio.Lock = attrs.field(factory=trio.Lock, init=False)

    @gate.default
    def _make_gate(self) -> Gate:
        return Gate(source=self.source, now=self.shelf.monitor.clock.now)

    def entries(self) -> Sequence[Entry]:
        login, post = "/status/{slug}/login", ("POST",)
        below = {
            "": self.page,
            "/widget": self.widget,
            "/style.css": self.style,
            "/logo": self.logo,
            "/favicon.ico": self.favicon,
            "/feed.atom": self.atom,
            "/feed.rss": self.rss,
            "/summary.json": self.summary,
        }
        return (
            *(
                Entry(path=f"/status/{{slug}}{path}", endpoint=endpoint, needs=PUBLIC)
                for path, endpoint in below.items()
            ),
            Entry(path=login, endpoint=self.show_login, needs=PUBLIC),
            Entry(path=login, endpoint=self.enter, needs=PUBLIC, methods=post),
            Entry(path="/badge/{key}/{figure}.svg", endpoint=self.badge, needs=PUBLIC),
        )

    async def page(self, request: Request) -> Response:
        """Show a page, or ask for its password."""
        page = await self.find(request)
        return await self.locked(request, page) or await self._html(request, page, "page")

    async def locked(self, request: Request, page: StatusPage) -> Response | None:
        """Return the form that asks for a page's password; None, if it may be read."""
        if await self.gate.is_open(request, page):
            return None
        return self._locked(request, page, 401)

    async def show_login(self, request: Request) -> Response:
        """Send whoever comes back to the form on to the page."""
        page = await self._protected(request)
        return RedirectResponse(self.places_of(request, page).page, 303)

    async def enter(self, request: Request) -> Response:
        """Open a page to who knows its password."""
        self.source.refuse_strangers(request)
        page = await self._protected(request)
        password = (await read_form(request)).get("password", "")
        try:
            fits = await self.gate.fits(request, page, password)
        except HTTPException as error:
            if error.status_code != 429:
                raise
            return self._locked(request, page, 429, "wait", dict(error.headers or {}))
        if not fits:
            return self._locked(request, page, 401, "wrong")
        onward = self.places_of(request, page).page
        return keep(RedirectResponse(onward, 303), self.gate.remember(request, page))

    async def _protected(self, request: Request) -> StatusPage:
        page = await self.find(request)
        if not page.password_hash:
            raise HTTPException(404)
        return page

    def _locked(
        self,
        request: Request,
        page: StatusPage,
        status: int,
        wrong: str = "",
        headers: dict[str, str] | None = None,
    ) -> Response:
        """Ask for a password; of the page itself nothing is told."""
        lang = language_of(request, page)
        places = self.places_of(request, page)
        text = self.writer.locked(page, lang, places, wrong)
        return HTMLResponse(text, status, {"Cache-Control": "no-store", **(headers or {})})

    async def widget(self, request: Request) -> Response:
        """Show how all stands, small enough for a frame on another site."""
        page = await self.invited(request)
        if not page.password_hash:
            let_others_frame(request)
        return await self._html(request, page, "widget")

    async def _html(self, request: Request, page: StatusPage, sort: str) -> Response:
        shown = await self.shelf.view(page)
        lang = language_of(request, page)
        key = _Key(page.slug, lang, sort, is_at_front(request))
        kept = self._written.get(key)
        if kept is None or kept[0] is not shown:
            kept = await self._write_once(key, page, shown)
        response = HTMLResponse(kept[1])
        response.headers["Vary"] = "Accept-Language"
        response.headers["Content-Language"] = lang
        if sort == "widget" or "refresh" in request.query_params:
            response.headers["Refresh"] = _REFRESH_S
        return _kept_for_a_while(request, response, page)

    async def _write_once(self, key: _Key, page: StatusPage, shown: Shown) -> tuple[Shown, bytes]:
        """Write a page in a thread, once for all who wait for it."""
        async with self._writing:
            kept = self._written.get(key)
            if kept is None or kept[0] is not shown:
                text = await trio.to_thread.run_sync(self._write, key, page, shown)
                kept = self._written.keep(key, (shown, text.encode()))
        return kept

    def _write(self, key: _Key, page: StatusPage, shown: Shown) -> str:
        places = self._places(page, at_front=key.at_front)
        if key.sort == "widget":
            return self.writer.widget(shown.view, key.lang, places)
        return self.writer.page(shown.view, key.lang, places, stale=shown.stale)

    def ways(self, page: StatusPage) -> list[Way]:
        """Return how readers of a page may be told; links in letters need an address of ours."""
        return ways_of(page) if address_of(page, self.source.options.url) else []

    def places_of(self, request: Request, page: StatusPage) -> Places:
        """Return where things lie for who asks."""
        return self._places(page, at_front=is_at_front(request))

    def _places(self, page: StatusPage, *, at_front: bool) -> Places:
        path = "/" if at_front else f"/status/{page.slug}"
        below = path if at_front else f"{path}/"
        return Places(
            static=self.statics.path,
            page=path,
            below=below,
            languages={one: f"{path}?lang={one}" for one in LANGUAGES},
            logo=lambda logo: f"{below}logo?v={logo.version}",
            subscribe=f"{below}subscribe" if self.ways(page) else "",
        )

    async def style(self, request: Request) -> Response:
        """Send the colour of a page."""
        page = await self.invited(request)
        response = Response(writing.style(page), media_type="text/css")
        return _kept_for_a_while(request, response, page)

    async def logo(self, request: Request) -> Response:
        """Send the logo of a page."""
        page, shown = await self._shown(request)
        logo = shown.view.logo
        if logo is None:
            raise HTTPException(404)
        be_only_a_picture(request)
        return _kept_for_a_while(request, Response(logo.data, media_type=logo.media_type), page)

    async def favicon(self, request: Request) -> Response:
        """Lead browsers that ask by themselves to the logo, or to our sign."""
        page, shown = await self._shown(request)
        logo, places = shown.view.logo, self.places_of(request, page)
        target = self.statics.path("eye.svg") if logo is None else places.logo(logo)
        return RedirectResponse(target, 303)

    async def atom(self, request: Request) -> Response:
        """Send what happened as an Atom feed."""
        return await self._feed(request, writing.atom, "application/atom+xml")

    async def rss(self, request: Request) -> Response:
        """Send what happened as an RSS feed."""
        return await self._feed(request, writing.rss, "application/rss+xml")

    async def _feed(self, request: Request, write: Callable[..., str], media_type: str) -> Response:
        page, shown = await self._shown(request)
        lang = page.language or request.query_params.get("lang", "")
        text = write(shown.view, lang if lang in LANGUAGES else "en", self._address(request, page))
        return _kept_for_a_while(request, Response(text, media_type=media_type), page)

    async def summary(self, request: Request) -> Response:
        """Send a page as JSON; scripts of any site may read it."""
        page, shown = await self._shown(request)
        document = writing.summary(shown.view, self._address(request, page))
        response = JSONResponse(document)
        if not page.password_hash:
            response.headers["Access-Control-Allow-Origin"] = "*"
            let_others_load(request)
        return _kept_for_a_while(request, response, page)

    async def badge(self, request: Request) -> Response:
        """Draw a badge: of a page by its slug, of a task on it by `<slug>.<id>`."""
        slug, dot, number = request.path_params["key"].partition(".")
        figure = request.path_params["figure"]
        page = await self.shelf.find(slug)
        if page is None or figure not in FIGURES:
            raise HTTPException(404)
        await self._refuse_uninvited(request, page)
        view = (await self.shelf.view(page)).view
        row = view.row(number)
        if dot and row is None:
            raise HTTPException(404)
        said = PublicWords(language_of(request, page, english=True))
        label = request.query_params.get("label", "")
        drawn = make_badge(view, row, figure, said, label, _days(request))
        if drawn is None:
            raise HTTPException(404)
        if not page.password_hash:
            let_others_load(request)
        response = Response(drawn, media_type="image/svg+xml")
        return _kept_for_a_while(request, response, page)

    # --- pages ----------------------------------------------------------------------------------

    async def find(self, request: Request) -> StatusPage:
        page = await self.shelf.find(request.path_params["slug"])
        if page is None:
            raise HTTPException(404)
        return page

    async def invited(self, request: Request) -> StatusPage:
        """Return the page that is asked for by somebody who may read it."""
        page = await self.find(request)
        await self._refuse_uninvited(request, page)
        return page

    async def _refuse_uninvited(self, request: Request, page: StatusPage) -> None:
        if not await self.gate.is_open(request, page):
            raise HTTPException(401, "this page has a password; send it by HTTP Basic", ASK)

    async def _shown(self, request: Request) -> tuple[StatusPage, Shown]:
        page = await self.invited(request)
        return page, await self.shelf.view(page)

    def _address(self, request: Request, page: StatusPage) -> str:
        if is_at_front(request):
            scheme = "https" if self.source.is_secure(request) else "http"
            return f"{scheme}://{self.source.host(request)}"
        known = address_of(page, self.source.options.url)
        # Not what the request says of our name: feeds are kept by others, and by their readers.
        return known or f"/status/{quote(page.slug)}"


def language_of(request: Request, page: StatusPage, *, english: bool = False) -> str:
    """Return the language of an answer; `english`: it is kept by others who do not ask in one."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    if page.language or english:
        return page.language or "en"
    return preferred(request.headers.get("accept-language", ""))


def _kept_for_a_while(request: Request, response: Response, page: StatusPage) -> Response:
    """Let others keep an answer for a while, and send it only to those who have another.

    What has a password nobody keeps.
    """
    if page.password_hash:
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Vary"] = "Cookie, Authorization, Accept-Language"
        return response
    etag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:16]}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={AGE_S}"
    if etag in [one.strip() for one in request.headers.get("if-none-match", "").split(",")]:
        known = ("etag", "cache-control", "vary", "content-language", "access-control-allow-origin")
        headers = {name: value for name, value in response.headers.items() if name in known}
        return Response(status_code=304, headers=headers)
    return response


def _days(request: Request) -> int:
    asked = request.query_params.get("days", "")
    return next((one for one in SPANS if str(one) == asked), SPANS[0])


_REFRESH_S = "60"
"""Widgets are read anew so often, and pages if their reader wants it: who has them read aloud would
begin at the top again each time."""
