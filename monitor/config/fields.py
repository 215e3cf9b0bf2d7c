"""What may be said of a task in a file: the keys of `[[task]]` and `[defaults]`."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from monitor.core.model import AlertPolicy, Escalation, Status, TaskSpec
from monitor.core.units import parse_duration
from monitor.probes.described import DURATION


@attrs.frozen
class Field:
    """A key of `[[task]]` or `[defaults]`."""

    argument: str
    """What `make_spec` calls it."""
    read: Callable[[Any], Any]
    """Raises ValueError with a sentence that says what was found and what to write."""
    says: str
    schema: Mapping[str, Any]
    """Its JSON Schema."""
    common: bool = True
    """Whether it may stand in `[defaults]`."""


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a text; write it in quotes")
    return value


def duration(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f'{value} has no unit; write it like "250ms", "30s" or "5m"')
    return parse_duration(text(value))


def count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{value!r} is not a whole number")
    return value


def yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _conditions(value: Any) -> tuple[str, ...]:
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list) or not all(isinstance(one, str) for one in several):
        raise ValueError(f"{value!r} is neither a condition in quotes nor a list of such")
    return tuple(several)


def table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is not a table; write options = {{ method = 'HEAD' }}")
    _only_plain(value)
    return value


def _only_plain(value: Any) -> None:
    """Refuse what TOML knows and JSON, in which options are stored, does not."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _only_plain(inner)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is not a number that can be stored")
    elif not isinstance(value, str | int | float | bool):
        raise ValueError(f"{value} is a date or time; write it in quotes")


def texts(value: Any) -> tuple[str, ...]:
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list) or not all(isinstance(one, str) and one for one in several):
        raise ValueError(f'{value!r} is not a list of texts; write ["a", "b"]')
    return tuple(dict.fromkeys(several))


def _statuses(value: Any) -> tuple[Status, ...]:
    found = []
    for one in texts(value):
        if one not in ALERTABLE:
            words = ", ".join(ALERTABLE)
            raise ValueError(f"{one!r} is nothing that is told; use {words}")
        found.append(Status(one))
    return tuple(found)


def _reminder(value: Any) -> float | None:
    return None if value == "never" else duration(value)


def _days(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list of days; write [21, 14, 7, 3, 1]")
    return tuple(map(count, value))


def _escalation(value: Any) -> tuple[Escalation, ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError(
            f"{value!r} is not a list of steps; write [{{ after = '10m', channels = ['boss'] }}]"
        )
    steps = []
    for one in value:
        if set(one) != {"after", "channels"}:
            raise ValueError(f"the step {one!r} has other keys than after and channels")
        steps.append(Escalation(after_s=duration(one["after"]), channels=texts(one["channels"])))
    return tuple(steps)


ALERTABLE = ("down", "degraded", "unknown")
"""What a task may be told about; the end of each is told with it."""

_COUNT = {"type": "integer", "minimum": 1, "maximum": 100}
_CONDITIONS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_BOOL = {"type": "boolean"}
_TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}}
_TEXT = {"type": "string", "minLength": 1}

FIELDS: Mapping[str, Field] = {
    "name": Field("name", text, "what the task is called; its target, if not set", _TEXT, False),
    "target": Field("target", text, "what to look at", _TEXT, False),
    "interval": Field("interval_s", duration, "time between looks; 60s, if not set", DURATION),
    "timeout": Field(
        "timeout_s",
        duration,
        "how long a look may take; 10s but at most 80 % of the interval, if not set",
        DURATION,
    ),
    "attempts": Field(
        "attempts", count, "bad looks in a row before it is called down; 3, if not set", _COUNT
    ),
    "retry_interval": Field(
        "retry_interval_s",
        duration,
        "time between those looks; 20s but at most the interval, if not set",
        DURATION,
    ),
    "recovery_confirmations": Field(
        "recovery_confirmations",
        count,
        "good looks in a row before it is called up again; 2, if not set",
        _COUNT,
    ),
    "expect": Field("expect", _conditions, "conditions for up", _CONDITIONS),
    "degraded": Field("degraded", _conditions, "conditions for not degraded", _CONDITIONS),
    "invert": Field("invert", yes_or_no, "it is good news when the target is down", _BOOL, False),
    "tags": Field("tags", texts, "words to choose tasks by", _TEXTS),
    "depends_on": Field(
        "depends_on", texts, "names of tasks without which this one cannot be reached", _TEXTS
    ),
    "channels": Field("channels", texts, "who is told; the default channels, if not set", _TEXTS),
    "alert_on": Field(
        "on",
        _statuses,
        "what is told, of down, degraded and unknown; down and degraded, if not set",
        {"type": "array", "items": {"enum": list(ALERTABLE)}},
    ),
    "alert_after": Field(
        "after_s", duration, "what is over sooner is told to nobody; 0s, if not set", DURATION
    ),
    "reminder": Field(
        "reminder_s",
        _reminder,
        "when what is still down is told again, ever less often; 4h, if not set, or never",
        {"anyOf": [DURATION, {"const": "never"}]},
    ),
    "escalate": Field(
        "escalation",
        _escalation,
        "who else is told when it lasts",
        {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["after", "channels"],
                "properties": {"after": DURATION, "channels": _TEXTS},
            },
        },
    ),
    "expiry_days": Field(
        "expiry_days",
        _days,
        "days before a certificate or domain runs out; 21, 14, 7, 3 and 1, if not set",
        {"type": "array", "items": {"type": "integer", "minimum": 0}},
    ),
    "paused": Field("paused", yes_or_no, "do not look", _BOOL, False),
    "options": Field("options", table, "options of this kind of look", {"type": "object"}, False),
}


def value_of(spec: TaskSpec, field: Field) -> Any:
    """Return what a task has for a key."""
    inside = field.argument in attrs.fields_dict(AlertPolicy)
    return getattr(spec.alerts if inside else spec, field.argument)
