"""All pages of a running monitor."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from http import HTTPStatus
from pathlib import Path

import attrs
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.app import App
from monitor.texts import LANGUAGES
from monitor.web.access.hashing import Passwords
from monitor.web.api.guarded import ApiOptions
from monitor.web.desk import Desk
from monitor.web.forms import own_path
from monitor.web.pages.bulk_page import BulkPage
from monitor.web.pages.channel_pages import ChannelPages
from monitor.web.pages.doing import Doing
from monitor.web.pages.drill_page import DrillPage
from monitor.web.pages.edit_page import EditPage
from monitor.web.pages.fleet import Fleet
from monitor.web.pages.forms import read_form
from monitor.web.pages.frame import HEADERS, THEMES, Frame
from monitor.web.pages.inbox_page import Inbox, InboxPage
from monitor.web.pages.incident_pages import IncidentPages
from monitor.web.pages.list_page import ListPage
from monitor.web.pages.logo_page import LogoPage
from monitor.web.pages.publish_page import PublishPage
from monitor.web.pages.quiet_pages import QuietPages
from monitor.web.pages.subscribers_page import SubscribersPage
from monitor.web.pages.task_page import TaskPage
from monitor.web.pages.tree_page import TreePage
from monitor.web.routing import PUBLIC, Entry, Room

_YEAR_S = 365 * 86400


def pages_of(
    monitor: App,
    desk: Desk,
    folders: Sequence[Path] = (),
    others: Callable[[Frame], Iterable[Room]] = lambda _frame: (),
    inbox: Inbox | None = None,
    allowed: ApiOptions | None = None,
    passwords: Passwords | None = None,
    published: Callable[[], object] = lambda: None,
) -> Iterator[Room]:
    """Return the rooms of all pages.

    Args:
        folders: where other rooms have their templates.
        others: makes the rooms whose pages look like these.
        allowed: what may come in over HTTP; the same for programs and for people.
        inbox: what a receiver of alerts took, if it is ours.
        passwords: where all who change passwords hash.
        published: told when something was published.
    """
    fleet, options = Fleet(monitor, desk), allowed or ApiOptions()
    frame = Frame(folders, monitor.clock.now, fleet.pulse, has_inbox=inbox is not None)
    yield frame.statics
    yield Mishaps(frame)
    yield Preferences()
    yield from others(frame)
    yield ListPage(frame, fleet)
    yield EditPage(frame, fleet, options)
    yield BulkPage(frame, fleet)
    yield Doing(fleet)
    yield TaskPage(frame, fleet)
    yield IncidentPages(frame, fleet)
    yield TreePage(frame, fleet)
    yield ChannelPages(frame, fleet, options)
    yield QuietPages(frame, fleet)
    yield PublishPage(frame, fleet, options, passwords or Passwords(), published)
    yield LogoPage(frame, fleet, published)
    yield SubscribersPage(frame, fleet)
    yield DrillPage(frame, fleet)
    if inbox is not None:
        yield InboxPage(frame, inbox)


@attrs.define(eq=False)
class Mishaps:
    """What people see when something went wrong. See `site.TellsErrors`."""

    frame: Frame

    def entries(self) -> Sequence[Entry]:
        return ()

    def tell_error(self, request: Request, status: int, detail: str) -> Response:
        """Return a page that says what went wrong."""
        title = HTTPStatus(status).phrase
        return self.frame.page(
            request, "mishap.html", status=status, code=status, heading=title, detail=detail
        )


@attrs.define(eq=False)
class Preferences:
    """The language and the colours that a browser was told to show."""

    def entries(self) -> Sequence[Entry]:
        return (Entry(path="/preferences", endpoint=self.take, needs=PUBLIC, methods=("POST",)),)

    async def take(self, request: Request) -> Response:
        """Remember a choice in the browser, and go back."""
        said = await read_form(request)
        response = RedirectResponse(own_path(said.text("next")) or "/", 303, headers=HEADERS)
        for name, known in (("lang", LANGUAGES), ("theme", THEMES)):
            if (value := said.text(name)) in known:
                response.set_cookie(name, value, _YEAR_S, path="/", samesite="lax", httponly=True)
        return response
