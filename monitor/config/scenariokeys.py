"""The keys of `[simulation]`, `[[outage]]` and `[[policy]]`: how each is read, and its schema."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.config.alerting import CHANNEL
from monitor.config.case import Manner
from monitor.config.casekeys import (
    BOOL,
    OVERRIDES,
    STATUSES,
    TEXT,
    TEXTS,
    entry,
    length,
    moment,
    one_of,
    start_moment,
)
from monitor.config.fields import Field, count, table, text, texts, yes_or_no
from monitor.config.keys import schema_of
from monitor.core.calendar.hours import parse_hours
from monitor.probes.described import DURATION

MOST_TIMES = 100_000
_COUNT = {"type": "integer", "minimum": 1}


def _when(value: Any) -> float | datetime:
    """Read a moment: so long after the beginning, or a date and time."""
    if isinstance(value, datetime):
        return start_moment(value)
    try:
        return moment(value)
    except ValueError:
        if isinstance(value, str) and value[:4].isdigit() and "-" in value:
            return start_moment(value)
        raise


def _times(value: Any) -> int:
    number = count(value)
    if not 1 <= number <= MOST_TIMES:
        raise ValueError(f"{number} is out of range; use 1 to {MOST_TIMES}")
    return number


def _seed(value: Any) -> int:
    number = count(value)
    if not 0 <= number < 2**31:
        raise ValueError(f"{number} is out of range; use 0 to {2**31 - 1}")
    return number


def _hours(value: Any) -> str:
    written = text(value)
    parse_hours(written)
    return written


SIMULATION = dict(
    [
        entry("start", start_moment, "when it begins, ISO 8601; Monday, 2026-01-05T00:00Z", {}),
        entry("length", length, "how long it runs; 30d, if not set", DURATION),
        entry("seed", _seed, "the number from which chance is drawn; 1, if not set", _COUNT),
        entry("random", yes_or_no, "outages are drawn, beside those that are written", BOOL),
        entry("blip", length, "what is over sooner, nobody needs to hear of; 2m", DURATION),
        entry("night", _hours, "when people sleep; 22:00-07:00 UTC, if not set", TEXT),
    ]
)

_HAPPENS = [
    entry("at", _when, "when: so long after the beginning, or a date and time", {}),
    entry("for", length, "for how long; without it, to the end", DURATION),
    entry("detail", text, "what is said of it", TEXT),
    entry("every", length, "it comes again so often", DURATION),
    entry("times", _times, "how many times it comes; to the end, if not set", _COUNT),
]
OUTAGE: Mapping[str, Mapping[str, Field]] = {
    "targets": dict(
        [
            *_HAPPENS,
            entry("tasks", texts, "names of tasks; * stands for anything", TEXTS),
            entry("tags", texts, "tags of tasks", TEXTS),
            entry("result", one_of(tuple(STATUSES)), "what looks see; down, if not set",
                  {"enum": list(STATUSES)}),
            entry("takes", length, "how long each look takes", DURATION),
            entry("facts", table, "what is known besides: certificate.days_left", {}),
        ]
    ),
    "receiver": dict(
        [
            *_HAPPENS,
            entry("channel", text, "whose receiver does something", TEXT),
            entry("result", one_of(tuple(Manner)), "what; fails, if not set",
                  {"enum": list(Manner)}),
        ]
    ),
}  # fmt: skip

OF_CHANNELS = ("hours", "quiet_hours", "group_wait", "group_interval", "group_by", "burst")
"""What of channels a policy may have otherwise."""
POLICY = {
    **dict(
        [
            entry("name", text, "what it is called", TEXT),
            entry("tasks", texts, "only of tasks with these names; * stands for anything", TEXTS),
            entry("tags", texts, "only of tasks with these tags", TEXTS),
        ]
    ),
    **{
        key: Field(CHANNEL[key].field, CHANNEL[key].read, CHANNEL[key].says, CHANNEL[key].schema)
        for key in OF_CHANNELS
    },
    **{key: field for key, field in OVERRIDES.items() if key not in ("options", "tags")},
}

OUTAGE_SCHEMA = schema_of({key: one for keys in OUTAGE.values() for key, one in keys.items()}, [])
OUTAGE_SCHEMA["items"]["properties"]["result"] = {"enum": [*STATUSES, *Manner]}
POLICY_SCHEMA = schema_of(POLICY, ["name"])
SIMULATION_SCHEMA = schema_of(SIMULATION, [])["items"]
