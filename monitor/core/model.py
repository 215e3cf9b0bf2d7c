"""What is watched, what was seen, and what is believed: frozen values, no behaviour of their own.

Times are aware UTC datetimes called `*_at`; durations are float seconds called `*_s`.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

DETAIL_LIMIT = 1024
"""Bytes of a result's detail that are kept; a hostile target must not fill our database."""


class Status(StrEnum):
    """What is said of a task. UP, DEGRADED, DOWN are claims about the target, the rest about us."""

    PENDING = "pending"
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"
    UNREACHABLE = "unreachable"
    PAUSED = "paused"


ABOUT_TARGET = frozenset({Status.UP, Status.DEGRADED, Status.DOWN})


class Reason(StrEnum):
    """Why a result is UNKNOWN: a fault of ours, never of the target."""

    TASK_ERROR = "task_error"
    PROBE_UNKNOWN = "probe_unknown"
    LOOP_LAG = "loop_lag"
    UPLINK = "uplink"
    RESOLVER = "resolver"
    NETWORK = "network"
    REFUSED = "refused"
    DESCRIPTORS = "descriptors"
    DATABASE = "database"
    MONITOR_DOWN = "monitor_down"
    BACKING_OFF = "backing_off"
    FAILED = "failed"
    INVALID = "invalid"


class GapReason(StrEnum):
    """Why scheduled slots have no result."""

    MONITOR_DOWN = "monitor_down"
    PAUSED = "paused"
    OVERRUN = "overrun"
    BACKING_OFF = "backing_off"
    FAILED = "failed"
    INVALID = "invalid"
    DATABASE_LOST = "database_lost"
    SUSPENDED = "suspended"
    CLOCK_JUMP = "clock_jump"
    STALLED = "stalled"


class Lifecycle(StrEnum):
    """How our child for a task is doing; what the supervisor knows of it."""

    RUNNING = "running"
    BACKOFF = "backoff"
    FAILED = "failed"
    INVALID = "invalid"


class RequestKind(StrEnum):
    """What another process may ask of the running monitor."""

    LOOK = "look"
    RESUME = "resume"
    DRILL = "drill"
    """Belongs to no task; left with the number 0."""


EXPIRY_STEPS = (21, 14, 7, 3, 1)
"""Days before a certificate or a domain runs out; those of most rivals, and two more."""


@attrs.frozen(kw_only=True)
class Escalation:
    """Who else is told when an incident has lasted for so long and nobody has taken it."""

    after_s: float
    channels: tuple[str, ...]


@attrs.frozen(kw_only=True)
class AlertPolicy:
    """Whom a task tells of what."""

    channels: tuple[str, ...] = ()
    """Empty: the default channels."""
    on: tuple[Status, ...] = (Status.DOWN, Status.DEGRADED)
    """What is told, its end with it; of DOWN, DEGRADED, UNKNOWN."""
    after_s: float = 0.0
    """What is over before it has lasted so long is told to nobody."""
    reminder_s: float | None = 4 * 3600.0
    """The first reminder of an incident comes so long after it was confirmed, each further one
    after twice the time, up to a day; None: never."""
    escalation: tuple[Escalation, ...] = ()
    expiry_days: tuple[int, ...] = EXPIRY_STEPS


@attrs.frozen(kw_only=True)
class TaskSpec:
    """What the operator asks to be watched. Construct through `monitor.core.tasks.make_spec`."""

    name: str
    target: str
    interval_s: float = 60.0
    timeout_s: float = 10.0
    attempts: int = 3
    retry_interval_s: float = 20.0
    recovery_confirmations: int = 2
    options: Mapping[str, Any] = attrs.field(factory=dict)
    expect: tuple[str, ...] = ()
    """Conditions; the target is DOWN if one does not hold."""
    degraded: tuple[str, ...] = ()
    """Conditions; the target is DEGRADED if one does not hold."""
    invert: bool = False
    """Whether it is good news that the target is down."""
    tags: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    """Names of tasks without which this one cannot be reached."""
    alerts: AlertPolicy = AlertPolicy()
    paused: bool = False
    from_file: bool = attrs.field(default=False, eq=False)
    """Whether a configuration file made it; only such tasks are pruned. No affair of the child."""


@attrs.frozen(kw_only=True)
class Task(TaskSpec):
    """A stored task. Two equal values need no restart of the child that runs them."""

    id: int
    created_at: datetime


@attrs.frozen(kw_only=True)
class Result:
    """What one look saw; a dead target is a value like any other."""

    status: Status
    detail: str = ""
    reason: Reason | None = None
    phase: str | None = None
    """The phase the look died in (`resolve`, `connect`, `tls`, ...); None when it went through."""
    timings: Mapping[str, float] = attrs.field(factory=dict)
    """Seconds spent in each phase, in the order they were entered."""
    duration_s: float = 0.0
    address: str | None = None
    facts: Mapping[str, Any] = attrs.field(factory=dict, eq=False)
    """What conditions may ask about (status code, headers, days left ...); not stored."""
    sure: bool = attrs.field(default=False, eq=False)
    """Whether another look would say the same, so that it needs no confirmation; not stored."""


@attrs.frozen(kw_only=True)
class State:
    """What is believed of one task; `verdict.judge` makes the next one of it."""

    task_id: int
    status: Status = Status.PENDING
    reason: Reason | None = None
    detail: str = ""
    since_at: datetime | None = None
    standing: Status = Status.PENDING
    """The last confirmed claim about the target; an own fault hides it and does not change it."""
    standing_since_at: datetime | None = None
    """Back-dated to the first look that said so."""
    candidate: Status | None = None
    """What the last looks say against `standing`, not yet confirmed."""
    streak: int = 0
    streak_since_at: datetime | None = None
    seq: int = 0
    """Transitions so far; the log of them is gapless."""
    incidents: int = 0
    """Incidents opened so far; the newest is open while `standing` is DOWN."""
    flaps: int = 0
    """Of the last 20 looks, which saw another status than the one before; see `pace.Flapping`."""
    flapping_since_at: datetime | None = None
    consecutive_errors: int = 0
    last_slot_at: datetime | None = None
    last_looked_at: datetime | None = None
    next_check_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Transition:
    """A change of status worth telling."""

    task_id: int
    seq: int
    at: datetime
    before: Status
    after: Status
    reason: Reason | None = None
    detail: str = ""


@attrs.frozen(kw_only=True)
class Incident:
    """A time during which the target was DOWN, from the first failing to the first good look."""

    task_id: int
    number: int
    opened_at: datetime
    confirmed_at: datetime
    closed_at: datetime | None = None
    detail: str = ""


@attrs.frozen(kw_only=True)
class Gap:
    """Slots of a task in [from_at, until_at) that have no result, and why."""

    task_id: int
    from_at: datetime
    until_at: datetime
    reason: GapReason
    slots: int


@attrs.frozen(kw_only=True)
class Recovery:
    """What the supervisor remembers of a child across restarts of itself."""

    lifecycle: Lifecycle = Lifecycle.RUNNING
    attempts: int = 0
    """Restarts spent since the child last lived soundly."""
    retry_at: datetime | None = None
    error: str = ""
    changed_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Event:
    """A stored happening about us: `task.error`, `task.restarting`, `database.lost` ..."""

    at: datetime
    kind: str
    task_id: int | None = None
    detail: str = ""
    data: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class WatchedTask:
    """A task with all that is known of it, as the store holds it."""

    task: Task
    state: State
    recovery: Recovery = Recovery()

    @property
    def shown(self) -> tuple[Status, Reason | None]:
        """The status to show: our own trouble with the task comes before an old claim."""
        if self.task.paused:
            return Status.PAUSED, None
        if self.recovery.lifecycle is Lifecycle.RUNNING:
            return self.state.status, self.state.reason
        reasons = {
            Lifecycle.BACKOFF: Reason.BACKING_OFF,
            Lifecycle.FAILED: Reason.FAILED,
            Lifecycle.INVALID: Reason.INVALID,
        }
        return Status.UNKNOWN, reasons[self.recovery.lifecycle]


@attrs.frozen(kw_only=True)
class Node:
    """One running process, as it last said of itself."""

    id: str
    host: str
    pid: int
    version: str
    started_at: datetime
    beat_at: datetime
    stopped_at: datetime | None = None
    sessions: Mapping[str, str] | None = None
    """Open sessions: owner -> since when (ISO 8601). Given to a store, None means unchanged."""
    figures: Mapping[str, float] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Look:
    """One stored result, as history shows it."""

    task_id: int
    slot_at: datetime
    looked_at: datetime
    result: Result
