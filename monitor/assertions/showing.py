"""Values as sentences show them: like JSON, never long, and nothing that steers a terminal."""

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from monitor.assertions.escapes import escape
from monitor.assertions.values import TYPES, Percent, Seconds, Type, Unclear, plain
from monitor.core.counting import counted
from monitor.core.units import format_duration

ROOM = 60
"""Characters that a value may take."""

_START = 40
"""Characters that are shown of a text too long to be shown."""

_DEEP = 3


def show(value: Any, room: int = ROOM) -> str:
    """Show a value in about `room` characters."""
    return _show(value, room, 0)


def _show(value: Any, room: int, depth: int) -> str:
    try:
        value = plain(value)
    except Unclear:
        return f"<{type(value).__name__}>"
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value, room)
        case list():
            return _several((_show(item, room, depth + 1) for item in value), "[]", room, depth)
        case dict():
            pairs = (
                f"{_show(str(key), room, depth)}: {_show(item, room, depth + 1)}"
                for key, item in value.items()
            )
            return _several(pairs, "{}", room, depth)
    return _number(value)


def _quoted(text: str, room: int) -> str:
    start = escape(text[:room], '"')
    return f'"{start}"' if len(text) <= room else f'"{start}…"'


def _several(parts: Iterable[str], brackets: str, room: int, depth: int) -> str:
    shown: list[str] = []
    for part in parts:
        room -= len(part) + 2
        if depth >= _DEEP or (room < 0 and shown):
            shown.append("…")
            break
        shown.append(part)
    return f"{brackets[0]}{', '.join(shown)}{brackets[1]}"


def _number(value: Any) -> str:
    match value:
        case Seconds():
            return _duration(value)
        case Percent():
            return f"{float(value):.4g}%"
        case float():
            return f"{value:.10g}"
        case Decimal():
            return str(value)[:ROOM]
    # Python refuses to print integers of some thousand digits, and nobody would read them.
    if value.bit_length() > 128:
        return f"a number of about {counted(int(value.bit_length() * 0.30103), 'digit')}"
    return str(value)


def _duration(seconds: float) -> str:
    size = abs(seconds)
    if size < 1:
        return f"{1000 * seconds:.4g}ms"
    if size < 60 or not math.isfinite(size):
        return f"{float(seconds):.4g}s"
    return format_duration(round(seconds))


def named(value: Any) -> str:
    """Show a value with its type: `the text "3"`, `null`, `a list of 2 elements`."""
    value = plain(value)
    match TYPES[type(value)]:
        case Type.NULL | Type.BOOLEAN:
            return show(value)
        case Type.LIST:
            return f"a list of {counted(len(value), 'element')}"
        case Type.TABLE:
            return f"a table of {counted(len(value), 'member')}"
        case other:
            return f"the {other.removeprefix('a ')} {show(value)}"


def where(text: str) -> str:
    """Show a text that was searched: all of a short one, of a long one its size and start."""
    if len(text) <= ROOM:
        return show(text)
    return f"{counted(len(text), 'character')} starting with {show(text, _START)}"


def around(text: str, start: int, end: int) -> str:
    """Show a place in a text with a little of what stands beside it."""
    first, last = max(0, start - 15), min(len(text), end + 15, start + ROOM)
    before, after = "…" if first else "", "…" if last < len(text) else ""
    shown = escape(text[first:last], '"')
    return f'at character {start + 1:,}: "{before}{shown}{after}"'


def cut(text: str, room: int) -> str:
    """Return a text of at most `room` characters, marking what was cut off."""
    return text if len(text) <= room else text[: room - 1] + "…"
