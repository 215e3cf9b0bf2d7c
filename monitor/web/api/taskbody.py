"""A task as it is sent: the keys of configuration files, with durations as numbers of seconds."""

from collections.abc import Mapping
from typing import Any

from monitor.config.fields import ALERTABLE, FIELDS, count, duration, texts, value_of
from monitor.core.model import Escalation, TaskSpec
from monitor.core.tasks import LONGEST_S, SHORTEST_S
from monitor.web.api.body import seconds, shorten
from monitor.web.api.operation import Key

MOST_NAMES = 1000
"""Elements of a list in a body."""

_SECONDS = {"type": "number", "minimum": SHORTEST_S, "maximum": LONGEST_S}


def _reminder(value: Any) -> float | None:
    return None if value is None else seconds(value)


def _escalate(value: Any) -> tuple[Escalation, ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError(f"{shorten(value)} is not a list of steps")
    steps = []
    for one in value:
        if set(one) != {"after_s", "channels"}:
            raise ValueError(f"the step {shorten(one)} has other keys than after_s and channels")
        channels = texts(one["channels"])
        steps.append(Escalation(after_s=seconds(one["after_s"]), channels=channels))
    return tuple(steps)


_OWN: Mapping[str, tuple[str, Any, Mapping[str, Any]]] = {
    "alert_after": (
        "alert_after_s",
        seconds,
        {"type": "number", "minimum": 0, "maximum": LONGEST_S},
    ),
    "reminder": (
        "reminder_s",
        _reminder,
        {"type": ["number", "null"], "minimum": 1, "maximum": LONGEST_S},
    ),
    "escalate": (
        "escalate",
        _escalate,
        {
            "type": "array",
            "maxItems": MOST_NAMES,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["after_s", "channels"],
                "properties": {
                    "after_s": {"type": "number", "minimum": 1, "maximum": LONGEST_S},
                    "channels": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "string", "minLength": 1},
                    },
                },
            },
        },
    ),
}
"""Keys of files that are written otherwise here."""

_SAYS = {
    "interval": "time between looks; 60, if not set",
    "timeout": "how long a look may take; 10 but at most 80 % of the interval, if not set",
    "retry_interval": "time between those looks; 20 but at most the interval, if not set",
    "alert_after": "what is over sooner is told to nobody; 0, if not set",
    "reminder": "when what is still down is told again; 14400, if not set; null: never",
    "alert_on": f"what is told, of {', '.join(ALERTABLE)}; down and degraded, if not set",
}


def _bounded(read: Any) -> Any:
    def within(value: Any) -> Any:
        if isinstance(value, list | dict) and len(value) > MOST_NAMES:
            raise ValueError(f"has {len(value)} elements; at most {MOST_NAMES} are taken")
        if read is count and isinstance(value, int) and abs(value) > 10**9:
            raise ValueError(f"{shorten(value)} is out of range")
        try:
            return read(value)
        except ValueError as error:
            raise ValueError(shorten_sentence(str(error))) from None

    return within


def shorten_sentence(sentence: str) -> str:
    """Return a sentence that may repeat what was sent, not at any length."""
    return sentence if len(sentence) <= 500 else sentence[:497] + "..."


def _keys() -> dict[str, Key]:
    found = {}
    for key, field in FIELDS.items():
        rule = field.argument.removesuffix("_s").replace("_", "-")  # as InvalidTask says it
        if key in _OWN:
            name, read, schema = _OWN[key]
        elif field.read is duration:
            name, read, schema = f"{key}_s", seconds, _SECONDS
        else:
            name, read, schema = key, _bounded(field.read), field.schema
        found[name] = Key(read, _SAYS.get(key, field.says), schema, rule)
    return found


KEYS = _keys()
ARGUMENTS = {name: field.argument for name, field in zip(KEYS, FIELDS.values(), strict=True)}
"""Key of a body -> what `make_spec` calls it."""
OF_ONE = ("name", "target", "options")
"""Keys that cannot be changed of many tasks at once."""


def arguments(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was sent, by the arguments of `make_spec`."""
    return {ARGUMENTS[name]: value for name, value in body.items()}


def spec_document(spec: TaskSpec) -> dict[str, Any]:
    """Return all that can be edited of a task, for its version."""
    return {field.argument: value_of(spec, field) for field in FIELDS.values()}
