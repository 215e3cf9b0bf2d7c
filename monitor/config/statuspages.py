"""Status pages of configuration files: `[[status_page]]`, with a `[[status_page.section]]` each."""

from collections.abc import Mapping
from typing import Any

import attrs

from monitor.config.fields import text, yes_or_no
from monitor.config.keys import Key, by_field, read_keys, read_tables, schema_of
from monitor.config.places import Path
from monitor.config.source import Problem, Source
from monitor.core.alerts.notices import InvalidChannel
from monitor.core.statuspage.making import InvalidPage, check_page, section_of
from monitor.core.statuspage.values import THEMES, Section, StatusPage

_TEXT = {"type": "string"}
_BOOL = {"type": "boolean"}
_TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}}


def _sections(value: Any) -> tuple[Section, ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("must be a list of tables, each written [[status_page.section]]")
    try:
        return tuple(section_of(one) for one in value)
    except InvalidPage as error:
        raise ValueError(error.message) from None


STATUS_PAGE = {
    "slug": Key("slug", text, "its address: /status/<slug>", _TEXT),
    "title": Key("title", text, "what it is called", _TEXT),
    "host": Key("host", text, "a host name of its own, at which it stands at /", _TEXT),
    "description": Key("description", text, "what stands below the sentence about all", _TEXT),
    "latency": Key("latency", yes_or_no, "whether response times are shown", _BOOL),
    "targets": Key("targets", yes_or_no, "whether addresses are shown", _BOOL),
    "accent": Key("accent", text, "the colour of its head, like #1d5c99", _TEXT),
    "theme": Key("theme", text, "its colours", {"enum": list(THEMES)}),
    "language": Key("language", text, "the reader's, if not set", {"enum": ["", "en", "ru"]}),
    "link": Key("link", text, "where its title leads", _TEXT),
    "footer": Key("footer", text, "what stands at its foot", _TEXT),
    "password_hash": Key(
        "password_hash", text, "of the password that readers need: `monitor hash-password`", _TEXT
    ),
    "mail": Key("mail", text, "what sends letters to subscribers: mailtos://...?from=...", _TEXT),
    "webhooks": Key("webhooks", yes_or_no, "whether webhooks may subscribe", _BOOL),
    "indexed": Key("indexed", yes_or_no, "whether search engines may list it", _BOOL),
    "section": Key(
        "sections",
        _sections,
        "which tasks it shows, by names (* stands for anything) and tags",
        {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "title": _TEXT,
                    "tasks": _TEXTS,
                    "tags": _TEXTS,
                    "names": {"type": "object", "additionalProperties": _TEXT},
                },
            },
        },
    ),
}
_NEEDED = ("slug", "title")
STATUS_PAGE_SCHEMA = schema_of(STATUS_PAGE, list(_NEEDED))


@attrs.define
class PagesReading:
    """What was found so far; `problems` are shared with whoever reads the tasks."""

    problems: list[Problem]
    pages: dict[str, StatusPage] = attrs.field(factory=dict)

    def read(self, source: Source) -> None:
        """Read the status pages of a file."""
        for number, found in enumerate(read_tables(source, "status_page", self.problems)):
            self._read(source, ("status_page", number), found)

    def _read(self, source: Source, path: Path, found: Mapping[str, Any]) -> None:
        slug = found.get("slug")
        who = f'status_page "{slug}"' if isinstance(slug, str) else f"status_page {path[-1]}"
        before = len(self.problems)
        values = read_keys(source, path, who, STATUS_PAGE, found, self.problems)
        for key in _NEEDED:
            if key not in found:
                self.problems.append(Problem(source.where(path, who), f"has no {key}"))
        if len(self.problems) > before:
            return
        try:
            page = check_page(StatusPage(**by_field(STATUS_PAGE, values), from_file=True))
            if page.mail:
                from monitor.channels.bulletin import check_sender  # brings what sends

                check_sender(page.mail)
        except (InvalidPage, InvalidChannel) as error:
            where = source.where((*path, error.field), f"{who}, {error.field}")
            self.problems.append(Problem(where, error.message))
            return
        if page.slug in self.pages:
            where = source.where((*path, "slug"), f"{who}, slug")
            self.problems.append(Problem(where, "the slug is taken; choose another"))
            return
        self.pages[page.slug] = page


def written_page(page: StatusPage) -> dict[str, Any]:
    """Return a page as it stands under `[[status_page]]`."""
    plain = StatusPage(slug="", title="")
    found: dict[str, Any] = {}
    for key, one in STATUS_PAGE.items():
        value = getattr(page, one.field)
        if value != getattr(plain, one.field):
            found[key] = [_section(each) for each in value] if key == "section" else value
    return found


def _section(one: Section) -> dict[str, Any]:
    found = {"tasks": list(one.tasks), "tags": list(one.tags), "names": dict(one.names)}
    titled = {"title": one.title} if one.title else {}
    return {**titled, **{key: value for key, value in found.items() if value}}
