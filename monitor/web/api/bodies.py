"""How single values of bodies and queries are read; each says what was found and what to write."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from monitor.config.fields import text, texts
from monitor.core.units import parse_moment
from monitor.web.api.body import seconds, shorten
from monitor.web.api.operation import Key, Query, Schema

TEXT: Schema = {"type": "string", "minLength": 1}
TEXTS: Schema = {"type": "array", "items": TEXT, "maxItems": 1000}
MOMENT: Schema = {"type": "string", "format": "date-time"}
_YEARS = (1970, 9999)


def note(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{shorten(value)} is not a text")
    return value


def names(value: Any) -> tuple[str, ...]:
    """Read a list of names."""
    if isinstance(value, list) and len(value) > 1000:
        raise ValueError(f"has {len(value)} elements; at most 1000 are taken")
    try:
        return texts(value)
    except ValueError:
        raise ValueError(f"{shorten(value)} is not a list of texts") from None


def line(value: Any) -> str:
    try:
        return text(value)
    except ValueError:
        raise ValueError(f"{shorten(value)} is not a text") from None


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{shorten(value)} is neither true nor false")
    return value


def moment(value: Any) -> datetime:
    """Read a moment: ISO 8601, UTC unless it names an offset."""
    if not isinstance(value, str):
        raise ValueError(f"{shorten(value)} is not a moment; write 2026-11-24T03:00:00Z")
    try:
        found = datetime.fromisoformat(value)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{shorten(value)} is not a moment; write 2026-11-24T03:00:00Z") from None
    if not _YEARS[0] <= found.year < _YEARS[1]:
        raise ValueError(f"{shorten(value)} lies outside the calendar")
    return found


def since(now: Callable[[], datetime]) -> Callable[[str], datetime]:
    """Return what reads a moment or an age of the query."""

    def read(value: str) -> datetime:
        try:
            found = parse_moment(value, now())
        except ValueError as error:
            raise ValueError(str(error)) from None
        if not _YEARS[0] <= found.year < _YEARS[1]:
            raise ValueError(f"{shorten(value)} lies outside the calendar")
        return found

    return read


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """Return what reads a whole number of the query."""

    def read(value: str) -> int:
        digits = value.isascii() and value.isdigit() and len(value) <= 18
        if not digits or not lowest <= int(value) <= highest:
            raise ValueError(f"{shorten(value)} is out of range; use {lowest} to {highest}")
        return int(value)

    return read


def yes_or_no(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError(f"{shorten(value)} is neither true nor false")
    return value == "true"


SELECTOR = {
    "tasks": Key(names, "names of tasks (* and ? stand for anything) or ids", TEXTS, "task"),
    "tags": Key(names, "tags of tasks", TEXTS, "tag"),
}
"""Without any, all tasks."""

NOTE = Key(note, "why", {"type": "string", "maxLength": 500}, "note")
FOR = Key(
    seconds,
    "how long, in seconds",
    {"type": "number", "minimum": 1, "maximum": 366 * 86400},
    "for",
)
UNTIL = Key(moment, "until when", MOMENT, "until")
TASK_ID = Query(
    whole(1, 10**18 - 1), "Of this task.", {"type": "integer", "minimum": 1}, several=True
)


def span(now: Callable[[], datetime]) -> dict[str, Query]:
    """Return the parameters that bound a list in time."""
    schema: Schema = {"type": "string"}
    return {
        "since": Query(
            since(now), "Not before: 2026-11-24T03:00:00Z, or an age such as 2h.", schema
        ),
        "until": Query(since(now), "Before: a moment, or an age.", schema),
    }
