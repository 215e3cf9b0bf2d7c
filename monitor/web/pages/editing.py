"""A task as a form: its fields as texts, read back with the sentences that commands say. Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from monitor.config.fields import FIELDS, value_of
from monitor.core.describe import without_password, without_secrets
from monitor.core.model import Task, TaskSpec
from monitor.core.probing import InvalidTask
from monitor.core.units import format_duration
from monitor.operations.tasks import changed_task, new_task
from monitor.probes import find_kind
from monitor.probes.described import Option, options_of
from monitor.probes.kind import Kind
from monitor.web.pages.forms import Said

LINES = ("expect", "degraded")
"""Fields of several lines."""
NAMES = ("tags", "depends_on", "channels", "alert_on")
"""Fields with commas between their parts."""
PLAIN = ("interval", "timeout", "attempts", "retry_interval", "recovery_confirmations")
TIMES = ("alert_after", "reminder")
_BOOLEAN = {"on": True, "": False}
OPTION = "option."


@attrs.frozen
class Wrong:
    """What is wrong with a form."""

    field: str = ""
    """The name of the input; empty: nothing is wrong."""
    message: str = ""
    place: str = ""


NOTHING_WRONG = Wrong()


def texts_of(spec: TaskSpec) -> dict[str, str]:
    """Return a task as the texts of a form; secrets are not among them."""
    found = {"target": without_password(spec.target), "name": spec.name}
    for name in (*PLAIN, *TIMES):
        found[name] = _text(FIELDS[name].argument, value_of(spec, FIELDS[name]))
    for name in LINES:
        found[name] = "\n".join(value_of(spec, FIELDS[name]))
    for name in NAMES:
        found[name] = ", ".join(str(one) for one in value_of(spec, FIELDS[name]))
    found["escalate"] = "\n".join(
        f"{format_duration(one.after_s)}={','.join(one.channels)}" for one in spec.alerts.escalation
    )
    found["invert"] = "on" if spec.invert else ""
    secret = secret_options(spec.target, spec.options)
    for name, value in spec.options.items():
        if name not in secret and name.partition(".")[0] not in secret:
            found[OPTION + name] = value if isinstance(value, str) else json.dumps(value)
    return found


def _text(argument: str, value: Any) -> str:
    if argument.endswith("_s"):
        return "never" if value is None else format_duration(value)
    return str(value)


def kind_for(target: str) -> Kind | None:
    """Return the kind of a target; None if there is none (yet)."""
    try:
        return find_kind(target) if target else None
    except InvalidTask:
        return None


def options_for(kind: Kind | None) -> Sequence[Option]:
    """Return what may be set of a kind; what is made once is not set by hand."""
    if kind is None:
        return ()
    return [one for one in options_of(kind) if one.name not in kind.made]


def secret_options(target: str, given: Mapping[str, Any] | None = None) -> frozenset[str]:
    """Return the names of options that are never shown: by their kind, or by what they hold."""
    shown = without_secrets(given or {})
    hidden = {name for name, value in (given or {}).items() if shown[name] != value}
    kind = kind_for(target)
    if kind is None:
        return frozenset(hidden)
    if attrs.has(kind.options):
        hidden |= {field.name for field in attrs.fields(kind.options) if not field.repr}
    return frozenset(hidden | set(kind.made))


Check = Callable[[str, Mapping[str, Any]], None]
"""Refuses a target and options that must not come in like this, before anything is made of them."""


def read_task(said: Said, task: Task | None, check: Check) -> TaskSpec:
    """Make a task of a form, or change one.

    Raises:
        InvalidTask: naming the input that is wrong.
    """
    fields: dict[str, Any] = {}
    for name in (*PLAIN, *TIMES, *NAMES, *LINES, "escalate"):
        if name not in said:
            continue
        value = _written(name, said.text(name))
        if value is None:
            continue
        try:
            fields[FIELDS[name].argument] = FIELDS[name].read(value)
        except ValueError as error:
            raise InvalidTask(name, str(error)) from None
    if "form" in said:
        fields["invert"] = _BOOLEAN.get(said.text("invert"), False)
    target = said.text("target")
    if task is None:
        options = _options(said, target, {})
        check(target, options)
        return new_task(target, name=said.text("name") or None, options=options, **fields)
    if target == without_password(task.target):
        target = task.target
    options = _options(said, target, task.options)
    check(target, options)
    return changed_task(task, target=target, name=said.text("name"), options=options, **fields)


def _written(name: str, text: str) -> Any:
    """Return what stands in an input as a file would have it; None: nothing, so the default."""
    if name in LINES:
        return [line.strip() for line in text.splitlines() if line.strip()]
    if name == "escalate":
        return _steps(text)
    if name in NAMES:
        names = [one.strip() for one in text.split(",") if one.strip()]
        return names if names or name != "alert_on" else None
    if not text:
        return None
    if name in ("attempts", "recovery_confirmations"):
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
    return text


def _steps(text: str) -> list[dict[str, Any]]:
    steps = []
    for line in text.splitlines():
        if not line.strip():
            continue
        after, equals, names = line.partition("=")
        if not equals:
            raise InvalidTask("escalate", f"{line!r} is no step; write it like 10m=boss")
        channels = [name.strip() for name in names.split(",") if name.strip()]
        steps.append({"after": after.strip(), "channels": channels})
    return steps


def _options(said: Said, target: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a form says, and those of `known` that it does not show."""
    kind = kind_for(target)
    declared = {one.name: one for one in options_for(kind)}
    secret = secret_options(target, known)
    # Secrets are not shown; what a form did not ask for is not taken away by it.
    found: dict[str, Any] = {
        name: value
        for name, value in known.items()
        if name in secret or name.partition(".")[0] in secret or OPTION + name not in said
    }
    for field in said.fields:
        if not field.startswith(OPTION):
            continue
        name, text = field.removeprefix(OPTION), said.text(field)
        if name.startswith("forget."):
            found.pop(name.removeprefix("forget."), None)
        elif text and (kind is None or name in declared or name in known):
            found[name] = _value(declared.get(name), text, known.get(name))
        elif name not in secret:
            found.pop(name, None)
    return found


def _value(option: Option | None, text: str, before: Any) -> Any:
    """Read the text of an option: a table or a list is written as JSON, the rest as it is."""
    if before is not None and text == (before if isinstance(before, str) else json.dumps(before)):
        return before
    if option is not None and _is_structured(option):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _is_structured(option: Option) -> bool:
    several = option.schema.get("anyOf", [option.schema])
    return any(one.get("type") in ("object", "array") for one in several)


def wrong_of(error: InvalidTask) -> Wrong:
    """Say which input is wrong."""
    field = error.field.replace("-", "_")
    if error.field.startswith("option "):
        name = error.field.removeprefix("option ").partition("[")[0]
        field = OPTION + name.partition(".")[0]
    field = {"after": "alert_after", "on": "alert_on", "escalation": "escalate"}.get(field, field)
    return Wrong(field, error.message, error.place)
