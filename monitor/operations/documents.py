"""What is shown of tasks and their history: documents for scripts, the same from every door.

Each is declared once: `plain` makes of it what is printed or sent, and msgspec its JSON Schema.
Names end in their units; moments are ISO 8601 in UTC.
"""

import functools
from datetime import datetime
from typing import Annotated, Any

import attrs
from msgspec import Meta

from monitor.core.model import GapReason, Lifecycle, Reason, Status

Moment = Annotated[datetime, Meta(tz=True)]


def _says(text: str) -> Meta:
    return Meta(description=text)


@attrs.frozen(kw_only=True)
class StepDocument:
    """A step of escalation."""

    after_s: float
    channels: list[str]


@attrs.frozen(kw_only=True)
class TaskDocument:
    """What an operator asks to be watched, but for secrets, which are shown as `***`."""

    id: int
    name: str
    target: str
    interval_s: Annotated[float, _says("time between looks")]
    timeout_s: Annotated[float, _says("how long a look may take")]
    attempts: Annotated[int, _says("bad looks in a row before it is called down")]
    retry_interval_s: Annotated[float, _says("time between those looks")]
    recovery_confirmations: Annotated[int, _says("good looks in a row before it is up again")]
    options: Annotated[dict[str, Any], _says("options of this kind of look")]
    expect: Annotated[list[str], _says("conditions for up")]
    degraded: Annotated[list[str], _says("conditions for not degraded")]
    invert: Annotated[bool, _says("it is good news when the target is down")]
    tags: list[str]
    depends_on: Annotated[list[str], _says("tasks without which it cannot be reached")]
    channels: Annotated[list[str], _says("who is told; none named: the default channels")]
    alert_on: Annotated[list[Status], _says("what is told")]
    alert_after_s: Annotated[float, _says("what is over sooner is told to nobody")]
    reminder_s: Annotated[float | None, _says("when it is told again; null: never")]
    escalate: Annotated[list[StepDocument], _says("who else is told when it lasts")]
    expiry_days: Annotated[list[int], _says("days before a certificate or domain runs out")]
    paused: bool
    from_file: Annotated[bool, _says("whether a configuration file made it")]
    created_at: Moment


@attrs.frozen(kw_only=True)
class RecoveryDocument:
    """How our child for a task is doing."""

    lifecycle: Lifecycle
    attempts: Annotated[int, _says("restarts since it last lived soundly")]
    retry_at: Moment | None
    error: str
    changed_at: Moment | None


@attrs.frozen(kw_only=True)
class WatchedDocument(TaskDocument):
    """A task with what is believed of it."""

    status: Annotated[Status, _says("as it is shown; our own trouble comes before old claims")]
    reason: Annotated[Reason | None, _says("why it is unknown")]
    detail: str
    since_at: Moment | None
    standing: Annotated[Status, _says("the last confirmed claim about the target")]
    standing_since_at: Moment | None
    consecutive_errors: Annotated[int, _says("errors of our own in a row")]
    last_looked_at: Moment | None
    next_check_at: Moment | None
    recovery: RecoveryDocument


@attrs.frozen(kw_only=True)
class ResultDocument:
    """What one look saw."""

    status: Status
    reason: Reason | None
    detail: str
    phase: Annotated[str | None, _says("where it died; null if it went through")]
    duration_s: float
    timings: Annotated[dict[str, float], _says("seconds spent in each phase")]
    address: str | None


@attrs.frozen(kw_only=True)
class LookDocument(ResultDocument):
    """A stored result."""

    kind: Annotated[str, _says("`look`")]
    at: Moment
    slot_at: Annotated[Moment, _says("the moment it was planned for")]


@attrs.frozen(kw_only=True)
class StretchDocument:
    """How long looks took in a stretch of time; null where none saw anything."""

    from_at: Moment
    until_at: Moment
    looks: int
    down: Annotated[int, _says("of them, those that saw it down")]
    p5_s: Annotated[float | None, _says("percentiles, to two significant digits")]
    p50_s: float | None
    p95_s: float | None
    longest_s: Annotated[float | None, _says("exactly")]
    mean_s: Annotated[float | None, _says("only with phases=true")]
    phases: Annotated[
        dict[str, float] | None,
        _says("mean seconds in each phase, over all looks that saw something; with phases=true"),
    ]


@attrs.frozen(kw_only=True)
class TransitionDocument:
    """A change of status."""

    kind: Annotated[str, _says("`change`")]
    at: Moment
    before: Status
    after: Status
    reason: Reason | None
    detail: str
    seq: Annotated[int, _says("its number; of each task they have no gaps")]


@attrs.frozen(kw_only=True)
class GapDocument:
    """Slots that have no result, and why."""

    kind: Annotated[str, _says("`gap`")]
    at: Annotated[Moment, _says("when it began")]
    until_at: Moment
    reason: GapReason
    slots: int


@attrs.frozen(kw_only=True)
class EventDocument:
    """A stored happening about us."""

    kind: Annotated[str, _says("`event`")]
    at: Moment
    event: str
    detail: str
    data: dict[str, Any]


@attrs.frozen(kw_only=True)
class NodeDocument:
    """A process of the monitor, as it last said of itself."""

    node: str
    host: str
    pid: int
    version: str
    started_at: Moment
    beat_at: Moment
    stopped_at: Moment | None
    figures: dict[str, float]


_names: Any = functools.cache(lambda cls: tuple(attrs.fields_dict(cls)))


def plain(value: Any) -> Any:
    """Return a document as plain values: tables, lists, texts, numbers."""
    if isinstance(value, str | int | float) or value is None:
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    names: tuple[str, ...] = _names(type(value))
    return {name: plain(getattr(value, name)) for name in names}
