"""Sections of status pages as people write them: each a line, `Heading = web-*, api, #prod`.

What has a sign in it that means something here, or a space at an end, stands in quotes:
`"A = B" = "web, old", #"a tag, too"`; `""` inside of them is one quote.
"""

import re
from collections.abc import Callable, Sequence

import attrs

from monitor.core.statuspage.values import Section
from monitor.operations.refusals import Unfit

_QUOTED = re.compile(r'(^|[=,#])(\s*)"((?:[^"]|"")*)"(?=\s*(?:[=,]|$))')
_QUOTED_NAME = re.compile(r'(^|=)(\s*)"((?:[^"]|"")*)"(?=\s*(?:=|$))')
_KEPT = re.compile("\0([0-9]+)\0")


def read_sections(text: str, renamed: str = "") -> tuple[Section, ...]:
    """Read sections; `#` stands before a tag, and without `=` there is no heading.

    Args:
        renamed: what the public reads, a line each: `web-1 = Storefront`.

    Raises:
        Unfit: a line says nothing.
    """
    names = {}
    for row in renamed.splitlines():
        masked, plain = _masked(row, _QUOTED_NAME)
        task, equals, shown = (part.strip() for part in masked.partition("="))
        if row.strip() and not (equals and task and shown):
            raise Unfit("rename", f"{row.strip()!r} is not TASK=SHOWN")
        if row.strip():
            names[plain(task)] = plain(shown)
    found = []
    for row in text.splitlines():
        masked, plain = _masked(row, _QUOTED)
        title, equals, chosen = masked.partition("=")
        title, chosen = (title, chosen) if equals else ("", title)
        parts = [part.strip() for part in chosen.split(",") if part.strip()]
        if row.strip() and not parts:
            raise Unfit("section", f"{row.strip()!r} names neither tasks nor tags")
        if parts:
            section = Section(
                title=plain(title.strip()),
                tasks=tuple(plain(part) for part in parts if not part.startswith("#")),
                tags=tuple(plain(part[1:].strip()) for part in parts if part.startswith("#")),
                names=names,
            )
            found.append(section)
    return tuple(found)


def _masked(row: str, quoted: re.Pattern[str]) -> tuple[str, Callable[[str], str]]:
    """Return a line without what is quoted in it, and what puts that back into a part of it."""
    kept: list[str] = []

    def mask(found: re.Match[str]) -> str:
        kept.append(found[3].replace('""', '"'))
        return f"{found[1]}{found[2]}\0{len(kept) - 1}\0"

    masked = quoted.sub(mask, row.replace("\0", ""))
    return masked, lambda part: _KEPT.sub(lambda found: kept[int(found[1])], part)


def written_sections(sections: Sequence[Section]) -> tuple[str, str] | None:
    """Write sections so that `read_sections` reads them again; None if that cannot be done.

    It cannot if one task is called differently in two of them, since names are written once for
    all, or if something has several lines.
    """
    names: dict[str, str] = {}
    for one in sections:
        if any(names.get(task, shown) != shown for task, shown in one.names.items()):
            return None
        names |= one.names
    lines = [
        (f"{_quoted(one.title)} = " if one.title else "")
        + ", ".join([*map(_quoted, one.tasks), *(f"#{_quoted(tag)}" for tag in one.tags)])
        for one in sections
    ]
    rows = [f"{_quoted(task, '=')} = {_quoted(shown, '=')}" for task, shown in names.items()]
    text, renamed = "\n".join(lines), "\n".join(rows)
    try:
        again = read_sections(text, renamed)
    except Unfit:
        return None
    wanted = [attrs.evolve(one, names=names) for one in sections]
    return (text, renamed) if list(again) == wanted else None


def _quoted(text: str, signs: str = "=,#") -> str:
    """Put a text in quotes if it would be read otherwise without."""
    if text == text.strip() and not text.startswith('"') and not set(text) & set(signs):
        return text
    return '"' + text.replace('"', '""') + '"'
