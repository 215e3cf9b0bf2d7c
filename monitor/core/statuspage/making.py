"""Pages and posts made of what somebody wrote, or one sentence that says what is wrong."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import attrs

from monitor.core.ids import new_id
from monitor.core.names import check_name
from monitor.core.statuspage.values import (
    THEMES,
    Post,
    PostState,
    Section,
    StatusPage,
)

TEXT_LIMIT = 5000
SECTIONS_LIMIT = 50
TITLE_LIMIT = 120

_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")
_HOST = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    r"(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z"
)
_HASH = re.compile(
    r"\$argon2id\$v=19\$m=\d{1,6},t=\d{1,2},p=\d\$[A-Za-z0-9+/]{8,88}\$[A-Za-z0-9+/]{16,88}\Z"
)
"""Bounded: each guess costs what stands in it."""
_COLOUR = re.compile(r"#[0-9a-f]{6}\Z")


class InvalidPage(ValueError):
    """A page, or a post, cannot be as it was written.

    Args:
        field: which part of it.
        message: what was found and what to write; one sentence.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


def make_page(**fields: Any) -> StatusPage:
    """Make a valid page. Raises InvalidPage."""
    return check_page(StatusPage(**fields))


def check_page(page: StatusPage) -> StatusPage:
    """Return the page if it is valid, else raise InvalidPage."""
    if not _SLUG.match(page.slug):
        raise InvalidPage(
            "slug",
            f"{page.slug!r} cannot stand in an address; use a-z, 0-9 and - inside, at most 63",
        )
    _line("title", page.title)
    if page.host and (not _HOST.match(page.host) or page.host.rpartition(".")[2].isdigit()):
        raise InvalidPage(
            "host",
            f"{page.host[:80]!r} is no host name; write it like status.example.com, without port, "
            "in small letters (other letters as xn--...)",
        )
    if page.password_hash and not _HASH.match(page.password_hash):
        raise InvalidPage(
            "password_hash", "is no argon2id hash; `monitor hash-password` prints one"
        )
    if len(page.mail) > 1000 or not page.mail.isprintable():
        raise InvalidPage("mail", "is no address of a mail server; write mailtos://...")
    for field in ("description", "footer"):
        _text(field, getattr(page, field))
    if page.theme not in THEMES:
        raise InvalidPage("theme", f"{page.theme!r} is not known; use {', '.join(THEMES)}")
    if page.language not in ("", "en", "ru"):
        raise InvalidPage("language", f"{page.language!r} is not known; use en or ru, or nothing")
    if page.accent and not _COLOUR.match(page.accent):
        raise InvalidPage("accent", f"{page.accent!r} is no colour; write it like #1d5c99")
    if page.link:
        _check_link(page.link)
    if len(page.sections) > SECTIONS_LIMIT:
        raise InvalidPage("section", f"there are {len(page.sections)}; at most {SECTIONS_LIMIT}")
    for section in page.sections:
        _check_section(section)
    return page


def _check_section(section: Section) -> None:
    if section.title:
        _line("section", section.title)
    if not section.tasks and not section.tags:
        raise InvalidPage(
            "section",
            f"{section.title!r} names neither tasks nor tags; to show all, write tasks = ['*']",
        )
    for shown in section.names.values():
        _line("names", shown)


def _check_link(link: str) -> None:
    try:
        parts = urlsplit(link)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.password
    except ValueError:
        good = False
    if not good or not link.isprintable() or " " in link or len(link) > 500:
        raise InvalidPage("link", "is no address of the web; write it like https://example.com")


def _line(field: str, text: str) -> None:
    try:
        check_name(text, TITLE_LIMIT)
    except ValueError as error:
        raise InvalidPage(field, str(error)) from None


def _text(field: str, text: str) -> None:
    if len(text) > TEXT_LIMIT:
        raise InvalidPage(field, f"has {len(text)} characters; at most {TEXT_LIMIT} are kept")
    if not all(one.isprintable() or one == "\n" for one in text):
        raise InvalidPage(field, "contains a control character; remove it")


def section_of(written: Mapping[str, Any]) -> Section:
    """Return a section as documents have it. Raises InvalidPage."""
    unknown = sorted(set(written) - {one.name for one in attrs.fields(Section)})
    if unknown:
        raise InvalidPage("section", f"{unknown[0]!r} is not known; use title, tasks, tags, names")
    names = written.get("names", {})
    texts = [written.get("title", ""), *names.values()] if isinstance(names, Mapping) else [None]
    lists = [written.get("tasks", []), written.get("tags", [])]
    if not all(isinstance(one, str) for one in texts) or not all(map(_is_texts, lists)):
        raise InvalidPage(
            "section", "has a title, lists of tasks and tags, and names = { 'task' = 'shown' }"
        )
    return Section(
        title=written.get("title", ""),
        tasks=tuple(lists[0]),
        tags=tuple(lists[1]),
        names=dict(names),
    )


def _is_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str) and one for one in value)


def new_post(
    known: Iterable[Post],
    page: str,
    *,
    at: datetime,
    state: str,
    text: str,
    title: str = "",
    story: str = "",
    by: str = "",
) -> Post:
    """Return a post: the first of a new story, or one more of a story that is known.

    Raises:
        InvalidPage: a word is not known, or something is missing.
    """
    if state not in list(PostState):
        raise InvalidPage("state", f"{state!r} is not known; use {', '.join(PostState)}")
    if not text.strip():
        raise InvalidPage("text", "is empty; say what is known")
    _text("text", text)
    told: Sequence[Post] = [one for one in known if one.story == story] if story else ()
    if story and not told:
        raise InvalidPage("story", f"there is no story {story!r} on this page")
    if told:
        title = title or max(told, key=lambda one: one.id).title
    if not title:
        raise InvalidPage("title", "is missing; a new story has one")
    _line("title", title)
    own = new_id(at)
    return Post(
        id=own,
        page=page,
        story=story or own,
        at=at,
        state=PostState(state),
        title=title,
        text=text.strip(),
        by=by,
    )


def ink_on(colour: str) -> str:
    """Return black or white, whichever is read better on a colour; one always is by 4.5 to 1."""
    light = _luminance(colour)
    return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#000000"


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4
        for one in (red, green, blue)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
