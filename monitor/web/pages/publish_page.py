"""`/status-pages`: what is published, and what is written on it about incidents."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.core.failures import DuplicateName
from monitor.core.statuspage.hosts import address_of
from monitor.core.statuspage.readers import Way, ways_of
from monitor.core.statuspage.values import THEMES, PostState, StatusPage, Story, stories_of
from monitor.operations.refusals import NotThere, Unfit
from monitor.operations.sections import read_sections, written_sections
from monitor.operations.statuspages import (
    adding,
    editing,
    find_story,
    fit_page,
    fit_password,
    make_post,
    removing,
    shown_mail,
)
from monitor.web.access.hashing import Passwords
from monitor.web.api.guarded import ApiOptions
from monitor.web.pages.fleet import Fleet
from monitor.web.pages.forms import Said, back_to, read_form
from monitor.web.pages.frame import Frame
from monitor.web.routing import Entry, Role, who_asks

_PATH = "/status-pages"
_TEXTS = ("title", "host", "description", "accent", "theme", "language", "link", "footer")
_FLAGS = ("latency", "targets", "webhooks", "indexed")
_STORIES = 10


@attrs.frozen(kw_only=True)
class Published:
    """A page, how many tasks it shows, and what was written on it last."""

    page: StatusPage
    tasks: int
    stories: Sequence[Story]
    is_linked: bool
    """Whether links in letters to its readers lead anywhere; without, nobody can subscribe."""

    @property
    def ways(self) -> list[Way]:
        """How readers may be told, as the page has it."""
        return ways_of(self.page)

    @property
    def open(self) -> list[Story]:
        return [one for one in self.stories if one.is_open]


@attrs.define(eq=False)
class PublishPage:
    """See the module."""

    frame: Frame
    fleet: Fleet
    allowed: ApiOptions
    passwords: Passwords
    changed: Callable[[], object] = lambda: None
    """Told when something was published, so that the public sees it at once."""

    def entries(self) -> Sequence[Entry]:
        post, editor, admin = ("POST",), Role.EDITOR, Role.ADMIN
        return (
            Entry(path=_PATH, endpoint=self.show, needs=Role.VIEWER),
            Entry(path=_PATH, endpoint=self.save, needs=admin, methods=post),
            Entry(path=f"{_PATH}/remove", endpoint=self.remove, needs=admin, methods=post),
            Entry(path=f"{_PATH}/post", endpoint=self.post, needs=editor, methods=post),
            Entry(path=f"{_PATH}/forget", endpoint=self.forget, needs=editor, methods=post),
        )

    async def show(self, request: Request) -> Response:
        """Show all pages; `?edit=<slug>` has the form filled in."""
        slug = request.query_params.get("edit", "")
        return await self._page(request, edited=slug)

    async def _page(
        self,
        request: Request,
        said: Said | None = None,
        wrong: str = "",
        about: str = "",
        edited: str = "",
    ) -> Response:
        fleet = self.fleet.all()
        async with self.fleet.desk.session() as session:
            pages = await session.publishing.pages()
            stories = {
                one.slug: stories_of(await session.publishing.posts(one.slug)) for one in pages
            }
        known = next((one for one in pages if one.slug == edited and not one.from_file), None)
        if said is None:
            said = Said(_filled(known) if known is not None else {"indexed": ["on"]})
        return self.frame.page(
            request,
            "publish.html",
            status=422 if wrong else 200,
            published=[
                Published(
                    page=one,
                    tasks=sum(len(some) for _, some in one.chosen(fleet)),
                    stories=stories[one.slug][:_STORIES],
                    is_linked=bool(address_of(one, self.allowed.url)),
                )
                for one in pages
            ],
            sender=shown_mail,
            states=list(PostState),
            themes=THEMES,
            said=said,
            wrong=wrong,
            about=about,
            edited="" if known is None else known.slug,
            protected=known is not None and bool(known.password_hash),
            sends=known is not None and bool(known.mail),
            references=self.allowed.allow_references,
            lines_fit=known is None or written_sections(known.sections) is not None,
        )

    async def save(self, request: Request) -> Response:
        """Make a page, or change one."""
        said = await read_form(request)
        edited = said.text("edited")
        fields: dict[str, Any] = {key: said.text(key) for key in _TEXTS}
        fields |= {key: key in said for key in _FLAGS}
        fields["theme"] = fields["theme"] or THEMES[0]
        references = self.allowed.allow_references
        try:
            if "open" in said:
                fields["password_hash"] = ""
            elif password := said.text("password"):
                good = fit_password(edited or said.text("slug"), password)
                fields["password_hash"] = await self.passwords.hash(good)
            if "mail" in said:
                fields["mail"] = said.text("mail")
            if "sections" in said:
                fields["sections"] = read_sections(said.text("sections"), said.text("names"))
            async with self.fleet.signed(request) as session:
                if edited:
                    plan = editing(edited, fields, references=references)
                else:
                    slug = said.text("slug")
                    new = fit_page(lambda: StatusPage(slug=slug, **fields), references=references)
                    plan = adding(new)
                await session.publishing.change_pages(plan)
        except Unfit as error:
            return await self._page(request, said, _sentence(error), "page", edited)
        except DuplicateName as error:
            return await self._page(request, said, str(error), "page", edited)
        self.changed()
        return back_to(Said({}), "page-changed" if edited else "published", _PATH)

    async def remove(self, request: Request) -> Response:
        """Remove a page."""
        said = await read_form(request)
        slug = said.text("slug")
        try:
            async with self.fleet.signed(request) as session:
                await session.publishing.change_pages(removing(slug))
        except NotThere as error:
            raise HTTPException(404, str(error)) from error
        except Unfit as error:
            raise HTTPException(409, str(error)) from error
        self.changed()
        return back_to(said, "page-removed", _PATH)

    async def post(self, request: Request) -> Response:
        """Write about an incident."""
        said, who = await read_form(request), who_asks(request)
        slug = said.text("slug")
        try:
            async with self.fleet.signed(request) as session:
                made = await make_post(
                    session,
                    slug,
                    at=self.fleet.now,
                    state=said.text("state"),
                    text=said.text("text"),
                    title=said.text("title"),
                    story=said.text("story"),
                    by=who.name,
                )
                await session.publishing.write_post(made)
        except NotThere as error:
            raise HTTPException(404, str(error)) from error
        except Unfit as error:
            return await self._page(request, said, _sentence(error), f"post {slug}")
        self.changed()
        return back_to(said, "posted", _PATH)

    async def forget(self, request: Request) -> Response:
        """Remove what was written about an incident."""
        said = await read_form(request)
        slug = said.text("slug")
        try:
            async with self.fleet.signed(request) as session:
                known = await session.publishing.posts(slug)
                story = find_story(known, said.text("story"))
                await session.publishing.drop_story(slug, story)
        except Unfit as error:
            raise HTTPException(404, str(error)) from error
        self.changed()
        return back_to(said, "forgotten", _PATH)


def _filled(page: StatusPage) -> Mapping[str, Sequence[str]]:
    """Return the form of a page as it is."""
    sections, names = written_sections(page.sections) or ("", "")
    return {
        **{key: [getattr(page, key)] for key in _TEXTS},
        **{key: ["on"] for key in _FLAGS if getattr(page, key)},
        "mail": [shown_mail(page)],
        "sections": [sections],
        "names": [names],
    }


def _sentence(error: Unfit) -> str:
    return f"{error.field}: {error.message}" if error.field else error.message
