"""What an operator may ask for: a task is checked here once, whoever wrote it down."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from monitor.core.describe import without_password
from monitor.core.model import AlertPolicy, TaskSpec
from monitor.core.names import NAME_LIMIT, check_name
from monitor.core.probing import InvalidTask
from monitor.core.units import format_duration

SHORTEST_S = 0.1
"""The shortest interval and timeout; below it a look costs more than it tells."""
LONGEST_S = 366 * 86400.0
TARGET_LIMIT = 4096

CheckTask = Callable[[TaskSpec], object]
"""Raises InvalidTask if no kind can look at such a task: its target, options, conditions."""


def make_spec(
    *,
    name: str | None,
    target: str,
    check: CheckTask,
    interval_s: float = 60.0,
    timeout_s: float | None = None,
    attempts: int = 3,
    retry_interval_s: float | None = None,
    recovery_confirmations: int = 2,
    options: Mapping[str, Any] | None = None,
    expect: Sequence[str] = (),
    degraded: Sequence[str] = (),
    invert: bool = False,
    tags: Sequence[str] = (),
    depends_on: Sequence[str] = (),
    paused: bool = False,
    **alerts: Any,
) -> TaskSpec:
    """Make a valid task, or say which field is wrong and how to mend it.

    Unset: the name is the target without its password, the timeout is 10 s but at most 80 % of the
    interval, the retry interval is 20 s but at most the interval. `alerts` are the fields of
    `AlertPolicy`.

    Raises:
        InvalidTask: naming the field.
    """
    _bound("interval", interval_s)
    spec = TaskSpec(
        name=without_password(target) if name is None else name,
        target=target,
        interval_s=interval_s,
        timeout_s=_default_timeout_s(interval_s) if timeout_s is None else timeout_s,
        attempts=attempts,
        retry_interval_s=min(20.0, interval_s) if retry_interval_s is None else retry_interval_s,
        recovery_confirmations=recovery_confirmations,
        options=dict(options or {}),
        expect=tuple(expect),
        degraded=tuple(degraded),
        invert=invert,
        tags=tuple(tags),
        depends_on=tuple(depends_on),
        alerts=AlertPolicy(**alerts),
        paused=paused,
    )
    return checked(spec, check)


def _default_timeout_s(interval_s: float) -> float:
    return max(SHORTEST_S, min(10.0, 0.8 * interval_s))


def checked(spec: TaskSpec, check: CheckTask) -> TaskSpec:
    """Return `spec` if all its fields are valid.

    Raises:
        InvalidTask: naming the first field that is not.
    """
    _text("name", spec.name, NAME_LIMIT)
    if spec.name.isdigit():
        raise InvalidTask("name", f"{spec.name!r} would be read as an id; use a letter in it")
    _text("target", spec.target, TARGET_LIMIT)
    for field, seconds in (
        ("interval", spec.interval_s),
        ("timeout", spec.timeout_s),
        ("retry-interval", spec.retry_interval_s),
    ):
        _bound(field, seconds)
    for field, count in (
        ("attempts", spec.attempts),
        ("recovery-confirmations", spec.recovery_confirmations),
    ):
        if not 1 <= count <= 100:
            raise InvalidTask(field, f"{count} is out of range; use 1 to 100")
    _alerts(spec)
    check(spec)
    return spec


def _alerts(spec: TaskSpec) -> None:
    policy = spec.alerts
    if policy.after_s:
        _bound("after", policy.after_s)
    if policy.reminder_s is not None:
        _bound("reminder", policy.reminder_s, 1.0)
    for step in policy.escalation:
        _bound("escalation", step.after_s, 1.0)
        if not step.channels:
            raise InvalidTask("escalation", "a step names no channel")
    if not policy.on:
        raise InvalidTask("on", "is empty; name what is told: down, degraded, unknown")
    for field, names in (
        ("tags", spec.tags),
        ("depends-on", spec.depends_on),
        ("channels", policy.channels),
    ):
        for name in names:
            _text(field, name, NAME_LIMIT)
    if spec.name in spec.depends_on:
        raise InvalidTask("depends-on", f"{spec.name!r} cannot depend on itself")


def spec_fields(spec: TaskSpec) -> dict[str, Any]:
    """Return what an operator says of a task, by field, and nothing else of it."""
    return {field.name: getattr(spec, field.name) for field in attrs.fields(TaskSpec)}


def edited(spec: TaskSpec, check: CheckTask, **changes: Any) -> TaskSpec:
    """Return the plain spec of `spec` with some fields changed, valid as a whole.

    Fields of its alert policy are changed by their own names.
    """
    fields = spec_fields(spec)
    inside = {name: changes.pop(name) for name in attrs.fields_dict(AlertPolicy) if name in changes}
    fields["alerts"] = attrs.evolve(spec.alerts, **inside)
    return checked(TaskSpec(**{**fields, **changes}), check)


def _bound(field: str, seconds: float, shortest_s: float = SHORTEST_S) -> None:
    if not shortest_s <= seconds <= LONGEST_S:
        raise InvalidTask(
            field,
            f"{format_duration(seconds)} is out of range; "
            f"use {format_duration(shortest_s)} to {format_duration(LONGEST_S)}",
        )


def _text(field: str, text: str, limit: int) -> None:
    try:
        check_name(text, limit)
    except ValueError as error:
        raise InvalidTask(field, str(error)) from None
