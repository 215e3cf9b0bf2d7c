"""What an operator may ask for: a task is checked here once, whoever wrote it down."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from monitor.model import TaskSpec
from monitor.ports import InvalidTask
from monitor.units import format_duration

SHORTEST_S = 0.1
"""The shortest interval and timeout; below it a look costs more than it tells."""
LONGEST_S = 366 * 86400.0
NAME_LIMIT = 200
TARGET_LIMIT = 4096

CheckTarget = Callable[[str, Mapping[str, Any]], None]
"""Raises InvalidTask if no kind can look at that target with those options."""


def make_spec(
    *,
    name: str | None,
    target: str,
    check_target: CheckTarget,
    interval_s: float = 60.0,
    timeout_s: float | None = None,
    attempts: int = 3,
    retry_interval_s: float | None = None,
    recovery_confirmations: int = 2,
    options: Mapping[str, Any] | None = None,
    paused: bool = False,
) -> TaskSpec:
    """Make a valid task, or say which field is wrong and how to mend it.

    Unset: the name is the target, the timeout is 10 s but at most 80 % of the interval, the retry
    interval is 20 s but at most the interval.

    Raises:
        InvalidTask: naming the field.
    """
    _bound("interval", interval_s)
    spec = TaskSpec(
        name=target if name is None else name,
        target=target,
        interval_s=interval_s,
        timeout_s=_default_timeout_s(interval_s) if timeout_s is None else timeout_s,
        attempts=attempts,
        retry_interval_s=min(20.0, interval_s) if retry_interval_s is None else retry_interval_s,
        recovery_confirmations=recovery_confirmations,
        options=dict(options or {}),
        paused=paused,
    )
    return checked(spec, check_target)


def _default_timeout_s(interval_s: float) -> float:
    return max(SHORTEST_S, min(10.0, 0.8 * interval_s))


def checked(spec: TaskSpec, check_target: CheckTarget) -> TaskSpec:
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
    check_target(spec.target, spec.options)
    return spec


def edited(spec: TaskSpec, check_target: CheckTarget, **changes: Any) -> TaskSpec:
    """Return the plain spec of `spec` with some fields changed, valid as a whole."""
    fields = {field.name: getattr(spec, field.name) for field in attrs.fields(TaskSpec)}
    return checked(TaskSpec(**{**fields, **changes}), check_target)


def _bound(field: str, seconds: float) -> None:
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise InvalidTask(
            field,
            f"{format_duration(seconds)} is out of range; "
            f"use {format_duration(SHORTEST_S)} to {format_duration(LONGEST_S)}",
        )


def _text(field: str, text: str, limit: int) -> None:
    if not text.strip():
        raise InvalidTask(field, "is empty")
    if text != text.strip():
        raise InvalidTask(field, f"{text!r} begins or ends with a space; remove it")
    if len(text) > limit:
        raise InvalidTask(field, f"has {len(text)} characters; at most {limit} are allowed")
    if not text.isprintable():
        raise InvalidTask(field, f"{text!r} contains a control character; remove it")
