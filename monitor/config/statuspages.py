"""Status pages of configuration files: `[[status_page]]`, with a `[[status_page.section]]` each."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from monitor.config.fields import text, yes_or_no
from monitor.config.places import Path
from monitor.config.source import Problem, Source
from monitor.core.statuspage.making import InvalidPage, check_page, section_of
from monitor.core.statuspage.values import THEMES, Section, StatusPage

_TEXT = {"type": "string"}
_BOOL = {"type": "boolean"}
_TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}}


@attrs.frozen
class _Key:
    field: str
    read: Callable[[Any], Any]
    says: str
    schema: Mapping[str, Any]


def _sections(value: Any) -> tuple[Section, ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("must be a list of tables, each written [[status_page.section]]")
    try:
        return tuple(section_of(one) for one in value)
    except InvalidPage as error:
        raise ValueError(error.message) from None


STATUS_PAGE = {
    "slug": _Key("slug", text, "its address: /status/<slug>", _TEXT),
    "title": _Key("title", text, "what it is called", _TEXT),
    "description": _Key("description", text, "what stands below the sentence about all", _TEXT),
    "latency": _Key("latency", yes_or_no, "whether response times are shown", _BOOL),
    "targets": _Key("targets", yes_or_no, "whether addresses are shown", _BOOL),
    "accent": _Key("accent", text, "the colour of its head, like #1d5c99", _TEXT),
    "theme": _Key("theme", text, "its colours", {"enum": list(THEMES)}),
    "language": _Key("language", text, "the reader's, if not set", {"enum": ["", "en", "ru"]}),
    "link": _Key("link", text, "where its title leads", _TEXT),
    "footer": _Key("footer", text, "what stands at its foot", _TEXT),
    "indexed": _Key("indexed", yes_or_no, "whether search engines may list it", _BOOL),
    "section": _Key(
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
STATUS_PAGE_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": list(_NEEDED),
        "properties": {
            key: {"description": one.says, **one.schema} for key, one in STATUS_PAGE.items()
        },
    },
}


@attrs.define
class PagesReading:
    """What was found so far; `problems` are shared with whoever reads the tasks."""

    problems: list[Problem]
    pages: dict[str, StatusPage] = attrs.field(factory=dict)

    def read(self, source: Source) -> None:
        """Read the status pages of a file."""
        tables = source.tables.get("status_page", [])
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            why = "must be a list of tables, each written [[status_page]]"
            self.problems.append(Problem(source.where(("status_page",)), why))
            return
        for number, found in enumerate(tables):
            self._read(source, ("status_page", number), found)

    def _read(self, source: Source, path: Path, found: Mapping[str, Any]) -> None:
        slug = found.get("slug")
        who = f'status_page "{slug}"' if isinstance(slug, str) else f"status_page {path[-1]}"
        before, values = len(self.problems), dict[str, Any]()
        for key, value in found.items():
            here = (*path, key)
            if key not in STATUS_PAGE:
                self.problems.append(source.unknown(here, STATUS_PAGE, f"{who}, {key}"))
                continue
            try:
                values[STATUS_PAGE[key].field] = STATUS_PAGE[key].read(value)
            except ValueError as error:
                self.problems.append(Problem(source.where(here, f"{who}, {key}"), str(error)))
        for key in _NEEDED:
            if key not in found:
                self.problems.append(Problem(source.where(path, who), f"has no {key}"))
        if len(self.problems) > before:
            return
        try:
            page = check_page(StatusPage(**values, from_file=True))
        except InvalidPage as error:
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
