"""The keys of `[[test]]`: how each is read, and its JSON Schema."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from monitor.config.case import Manner
from monitor.config.fields import FIELDS, Field, count, duration, table, text, texts, yes_or_no
from monitor.config.keys import schema_of
from monitor.core.alerts.notices import NoticeKind
from monitor.core.model import Status
from monitor.probes.described import DURATION
from monitor.probes.options import did_you_mean

LONGEST_S = 366 * 86400.0
"""The longest time that a test may cover."""
REPEATS = 1000

STATUSES = {
    "up": Status.UP,
    "degraded": Status.DEGRADED,
    "down": Status.DOWN,
    "timeout": Status.DOWN,
    "unknown": Status.UNKNOWN,
}
"""What a look may see; `timeout` is no answer until the task's own timeout."""
TIMEOUT = "timeout"
KINDS = tuple(kind.value for kind in NoticeKind if kind is not NoticeKind.TRIAL)

TEXT = {"type": "string", "minLength": 1}
TEXTS = {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}
BOOL = {"type": "boolean"}
_PART = re.compile(r"(\w+)(?:\s+(\S+))?")


def moment(value: Any) -> float:
    """Read how long after the beginning something is."""
    seconds = duration(value)
    if seconds > LONGEST_S:
        raise ValueError(f"{value!r} is too long; a test covers 366d at most")
    return seconds


def length(value: Any) -> float:
    seconds = moment(value)
    if seconds <= 0:
        raise ValueError(f"{value!r} has no length")
    return seconds


def _span(value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f'{value!r} is not two moments; write ["11m", "13m"]')
    begin_s, end_s = map(moment, value)
    if end_s < begin_s:
        raise ValueError(f"{value[1]!r} is earlier than {value[0]!r}")
    return begin_s, end_s


def start_moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        moment = value
    else:
        try:
            moment = datetime.fromisoformat(text(value))
        except ValueError:
            raise ValueError(
                f"{value!r} is no moment; write it like 2026-01-05T09:00 or 2026-01-05T09:00+01:00"
            ) from None
    if not 1971 <= moment.year <= 2199:
        raise ValueError(f"the year {moment.year} is out of range; use 1971 to 2199")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def times(value: Any) -> int:
    number = count(value)
    if not 1 <= number <= REPEATS:
        raise ValueError(f"{number} is out of range; use 1 to {REPEATS}")
    return number


def one_of(words: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if text(value) not in words:
            raise ValueError(
                f"{value!r} is not known{did_you_mean(value, words)}; there are: {', '.join(words)}"
            )
        return str(value)

    return read


def tables(value: Any) -> list[dict[str, Any]]:
    """Accept a list of tables."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError(f"{value!r} is not a list of tables; write [{{ at = '1m', ... }}]")
    return value


def timeline(value: Any) -> list[tuple[str, float | None]]:
    """Read `up 10m, down 5m, up`: what holds in turn; only the last may have no length.

    Raises:
        ValueError: one sentence that says what was found and how to write it.
    """
    parts: list[tuple[str, float | None]] = []
    for written in text(value).split(","):
        found = _PART.fullmatch(written.strip())
        if found is None:
            raise ValueError(f"{written.strip()!r} is no part of it; write 'up 10m, down 5m, up'")
        if parts and parts[-1][1] is None:
            raise ValueError(f"{parts[-1][0]!r} has no length, and something comes after it")
        word = one_of(tuple(STATUSES))(found[1])
        parts.append((word, None if found[2] is None else length(found[2])))
    return parts


def entry(
    name: str, read: Callable[[Any], Any], says: str, schema: Mapping[str, Any]
) -> tuple[str, Field]:
    return name, Field(name, read, says, schema)


_AT = entry("at", moment, "when, since the beginning of the test", DURATION)
_FOR = entry("for", length, "for how long; without it, for ever", DURATION)
_BY = [
    entry("by", text, "who does it", TEXT),
    entry("note", text, "why", TEXT),
]
_DETAIL = entry("detail", text, "what is said of it", TEXT)

GIVEN: Mapping[str, Mapping[str, Field]] = {
    "task": dict(
        [
            _AT,
            entry("task", text, "whose looks see something", TEXT),
            entry("result", one_of(tuple(STATUSES)), "what", {"enum": list(STATUSES)}),
            _DETAIL,
            _FOR,
            entry("every", length, "it comes again so often", DURATION),
            entry("times", times, "how many times it comes", {"type": "integer", "minimum": 1}),
            entry("takes", length, "how long each look takes", DURATION),
            entry("facts", table, "what is known besides: certificate.days_left", {}),
        ]
    ),
    "channel": dict(
        [
            _AT,
            entry("channel", text, "whose receiver does something", TEXT),
            entry("result", one_of(tuple(Manner)), "what", {"enum": list(Manner)}),
            _DETAIL,
            _FOR,
        ]
    ),
    "ack": dict([_AT, entry("ack", text, "the task whose incident is taken", TEXT), _FOR, *_BY]),
    "silence": dict(
        [_AT, entry("silence", texts, "names of tasks; * stands for anything", TEXTS), _FOR, *_BY]
    ),
    "silence_tags": dict(
        [_AT, entry("silence_tags", texts, "tags of silenced tasks", TEXTS), _FOR, *_BY]
    ),
}
"""What may be given, by the key that says what it is about."""

EXPECT = dict(
    [
        _AT,
        entry("within", _span, "when, if it is not one moment", {"type": "array"}),
        entry("channel", text, "who is told", TEXT),
        entry("kind", one_of(KINDS), "what", {"enum": list(KINDS)}),
        entry("task", text, "of which task", TEXT),
        entry("about", text, "of which part of the monitor, for system: channel NAME", TEXT),
        entry("late", yes_or_no, "whether it is told as over already", BOOL),
        entry("contains", text, "a part of its title or text", TEXT),
    ]
)

OVERRIDES = {key: field for key, field in FIELDS.items() if key not in ("name", "target")}
"""What of a task a test may have otherwise."""


def _items(keys: Mapping[str, Field]) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                key: {"description": field.says, **field.schema} for key, field in keys.items()
            },
        },
    }


CASE = dict(
    [
        entry("name", text, "what is tested, as a sentence", TEXT),
        entry("start", start_moment, "when it begins, ISO 8601; Monday, 2026-01-05T00:00Z", {}),
        entry("until", length, "how long it runs; 10m longer than all it names", DURATION),
        entry("tasks", table, "keys of tasks that are to be otherwise", {"type": "object"}),
        entry("timeline", table, "what looks see in turn, by task", {"type": "object"}),
        entry(
            "given",
            tables,
            "what happens",
            _items({key: field for keys in GIVEN.values() for key, field in keys.items()}),
        ),
        entry("expect", tables, "who is told what, and when", _items(EXPECT)),
        entry("expect_nothing_else", yes_or_no, "whether all other messages are wrong", BOOL),
    ]
)
CASE_SCHEMA = schema_of(CASE, ["name"])
