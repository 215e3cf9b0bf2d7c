"""What every page has: language, theme, who asks, how all is; and the headers of the answer."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import attrs
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor import __version__
from monitor.core.describe import without_password
from monitor.texts import LANGUAGES
from monitor.web.pages.moments import Moments
from monitor.web.pages.statics import Statics
from monitor.web.pages.words import Words, preferred
from monitor.web.routing import Role, Who

HEADERS = {"Cache-Control": "no-store"}
"""What else every answer says stands in `web.headers`."""
THEMES = ("auto", "light", "dark")
TEMPLATES = Path(str(files(__package__).joinpath("templates")))


def _utc_now() -> datetime:
    return datetime.now(UTC)


@attrs.define(eq=False)
class Frame:
    """Make pages of templates.

    Args:
        folders: where other rooms have their templates; they may extend `base.html`.
        now: the present moment.
        pulse: what the header of each page says of all tasks and of ourselves; see `board.Pulse`.
        has_inbox: whether there is a page of what a receiver of ours took.
    """

    folders: Sequence[Path] = ()
    now: Callable[[], datetime] = _utc_now
    pulse: Callable[[], Any] = lambda: None
    has_inbox: bool = False
    statics: Statics = attrs.field(factory=Statics)
    _environment: Environment = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader([TEMPLATES, *self.folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["shown"] = without_password

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """Return a page; `context` is what its template asks for."""
        said = self.words(request)
        text = self._environment.get_template(template).render(
            t=said,
            m=Moments(said, self.now()),
            lang=said.lang,
            theme=theme_of(request),
            who=_who(request),
            may_edit=_may(request, Role.EDITOR),
            may_admin=_may(request, Role.ADMIN),
            path=request.url.path,
            here=here(request),
            static=self.statics.path,
            pulse=self.pulse() if _who(request) is not None else None,
            version=__version__,
            has_inbox=self.has_inbox,
            **{"note": notice_of(request, said), "still": _is_still(request), **context},
        )
        return HTMLResponse(text, status, headers={**HEADERS, **(headers or {})})

    def words(self, request: Request) -> Words:
        """Return the language of an answer: chosen, else the browser's."""
        chosen = request.cookies.get("lang", "")
        if chosen not in LANGUAGES:
            chosen = preferred(request.headers.get("accept-language", ""))
        return Words(chosen)


def here(request: Request) -> str:
    """Return the path and query that was asked for, to come back to."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def theme_of(request: Request) -> str:
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def _who(request: Request) -> Who | None:
    return getattr(request.state, "who", None)


def _is_still(request: Request) -> bool:
    """Say whether a page is not to be asked for again by its own script."""
    return request.method == "POST" or _who(request) is None


def _may(request: Request, role: Role) -> bool:
    who = _who(request)
    return who is not None and who.role >= role


_NOTES = {
    "added": "The task has been added.",
    "edited": "The task has been changed.",
    "paused": "Paused: nobody looks until it is resumed, and the time is booked as a gap.",
    "resumed": "Resumed.",
    "asked": "A look has been asked for; it comes within two seconds.",
    "removed": "Removed, with all that was known of it.",
    "silenced": "Silenced: what is still down when the silence ends is told then.",
    "ended": "The silence has ended; what is still down is told at once.",
    "taken": "The incident is yours: no more reminders, no escalation; its end is still told.",
    "returned": "The incident has been given back.",
    "resent": "They are sent again now.",
    "announced": "The work has been announced.",
    "withdrawn": "The work is no longer announced.",
    "drilled": "A canary will fall within two seconds; how it recovered stands here soon.",
    "channel-added": "The channel has been added; try it with its button.",
    "channel-removed": "The channel has been removed.",
    "published": "The page is there, for everybody to read.",
    "page-changed": "The page has been changed; everybody sees it within seconds.",
    "page-removed": "The page has been removed, with what was written on it.",
    "logo-set": "The page has this logo now; everybody sees it within seconds.",
    "logo-removed": "The logo has been taken away.",
    "unsubscribed": "The subscriber has been forgotten, with letters on their way there.",
    "posted": "It is written; everybody sees it within ten seconds.",
    "forgotten": "What was written about it has been removed.",
    "noted": "It is written down.",
    "all-changed": "Tasks changed: {0}.",
    "changed": "Tasks changed: {0}; so already: {1}.",
    "same": "All of them were so already; nothing was changed.",
    "nothing": "Nothing was chosen, so nothing was done.",
}
"""What is said after something was done, by the word in the address of the page that follows; how
many there were stands behind it there, after dots."""


def notice_of(request: Request, words: Words) -> str:
    """Return what was just done, as the address says it; nothing for words that we do not know."""
    word, *numbers = request.query_params.get("done", "").split(".")
    phrase = _NOTES.get(word)
    if phrase is None or not all(one.isascii() and one.isdigit() for one in numbers):
        return ""
    return words(phrase, *numbers) if phrase.count("{") == len(numbers) else ""


def with_query(path: str, **query: str) -> str:
    """Return a path with a query."""
    return f"{path}{'&' if '?' in path else '?'}{urlencode(query)}" if query else path
