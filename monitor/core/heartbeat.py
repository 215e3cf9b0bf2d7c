"""Did a watched job say in time that all went well? A pure rule over its pings and the time.

1. A failure is believed at once, and stands until the next success.
2. A success is due one period after the last one, or at the next moment of a cron expression;
   the first one, counted from the moment the task was made.
3. It may come later by the grace. If a run has started in time, that run may take `max_runtime`
   from its start instead, be it longer or shorter.
4. Then it is missing, since the moment its time was over, and stays so until the next success: a
   mere start does not make up for it, or a job that dies each time would seem to recover.
5. What a job merely logs says nothing.
6. A success that may have been sent while nobody of us was there to take it is not missing but
   unheard of: the job has until its next one is missing.

Moments are computed from what is stored alone, so a restart changes none of them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol
from zoneinfo import ZoneInfo

import attrs
from cronsim import CronSim

from monitor.core.model import Node
from monitor.core.pings import Ping, PingKind

LEAST_GRACE_S = 60.0
GRACE_SHARE = 0.2
MOST_GRACE_S = 86400.0
"""A grace that nobody chose is a share of the period within these bounds: who misses a monthly job
by a day wants to know, not after six."""
EARLY_S = 5.0
"""A success that comes this little before a moment of a cron expression counts for that moment: the
clocks of two machines differ."""
DEAF_S = 30.0
"""A shorter absence of ours excuses nothing: senders try again for half a minute, as we ask them to
(`curl --retry 5`), and a monitor that was restarted while a job failed must not hide it."""


class Schedule(Protocol):
    """When successes are due."""

    def due_after(self, success_at: datetime) -> datetime:
        """Return when the next success is due after one at that moment."""

    def period_s(self, due_at: datetime) -> float:
        """Return how long it is from that due moment to the next."""


@attrs.frozen
class Every:
    """Due one period after the last success, whenever that was."""

    seconds: float

    def due_after(self, success_at: datetime) -> datetime:
        return success_at + timedelta(seconds=self.seconds)

    def period_s(self, due_at: datetime) -> float:
        return self.seconds


@attrs.frozen
class Cron:
    """Due at the moments of a cron expression, by the clocks of a zone, as Debian's cron has them.

    When clocks go forward, a job whose time is skipped is due right after; when they go back, one
    with a fixed hour is due once, one that runs every hour each time.
    """

    expression: str
    zone: ZoneInfo

    def due_after(self, success_at: datetime) -> datetime:
        return self._next(success_at + timedelta(seconds=EARLY_S))

    def period_s(self, due_at: datetime) -> float:
        return (self._next(due_at) - due_at).total_seconds()

    def _next(self, moment: datetime) -> datetime:
        found = next(CronSim(self.expression, moment.astimezone(self.zone)))
        return found.astimezone(moment.tzinfo)


@attrs.frozen(kw_only=True)
class Terms:
    """What a job has agreed to."""

    schedule: Schedule
    grace_s: float | None = None
    """How late a success may be; None: a share of the period, see above."""
    max_runtime_s: float | None = None
    """How long a run may take; None: as long as the grace."""

    def grace_at(self, due_at: datetime) -> float:
        """Return the grace of what is due at that moment, in seconds."""
        if self.grace_s is not None:
            return self.grace_s
        share_s = GRACE_SHARE * self.schedule.period_s(due_at)
        return min(max(LEAST_GRACE_S, share_s), MOST_GRACE_S)


class Word(Enum):
    """What is to be said of a job."""

    NEW = "new"
    """It has not said anything yet, and its time is not over."""
    WELL = "well"
    RUNNING = "running"
    LATE = "late"
    """Past due, within the grace."""
    FAILED = "failed"
    MISSING = "missing"
    OVERLONG = "overlong"
    """A run has started, and has taken too long."""
    UNHEARD = "unheard"
    """Its time is over, but part of it we were not there ourselves."""


BAD = frozenset({Word.FAILED, Word.MISSING, Word.OVERLONG})


@attrs.frozen
class Absence:
    """A stretch of time in which nobody of us could take a ping."""

    from_at: datetime
    until_at: datetime

    @classmethod
    def of_step(cls, at: datetime, by_s: float) -> "Absence":
        """Return what a step forward of the machine's clock passed over, or a stall, ended `at`."""
        return cls(at - timedelta(seconds=by_s), at)


def absences(nodes: Iterable[Node], steps: Iterable[Absence]) -> list[Absence]:
    """Return when no process ran, or moved, for longer than DEAF_S; in no order.

    Args:
        nodes: all processes that are known, also the present one.
        steps: of the machine's clock; what one forward passed over is time that nobody lived
            through, one back passed over nothing. And stalls of our own loop.
    """
    found = [*steps]
    heard_at: datetime | None = None
    for node in sorted(nodes, key=lambda one: one.started_at):
        if heard_at is not None and node.started_at > heard_at:
            found.append(Absence(heard_at, node.started_at))
        last_at = node.stopped_at or node.beat_at
        heard_at = last_at if heard_at is None else max(heard_at, last_at)
    least = timedelta(seconds=DEAF_S)
    return [one for one in found if one.until_at - one.from_at >= least]


@attrs.frozen(kw_only=True)
class Finding:
    """What is to be said of a job at some moment."""

    word: Word
    due_at: datetime
    """When the next success is or was due."""
    over_at: datetime
    """When it is or was missing."""
    success: Ping | None = None
    """The last one."""
    failure: Ping | None = None
    """The one that stands."""
    start: Ping | None = None
    """Of the first run since the last success, if one has started."""
    absence: Absence | None = None
    """Of ours, the last one in which a success may have come."""
    changes_at: datetime | None = None
    """When something else is to be said, if no ping comes; None: never."""


def examine(
    terms: Terms,
    pings: Iterable[Ping],
    made_at: datetime,
    now: datetime,
    absent: Sequence[Absence] = (),
) -> Finding:
    """Say what is to be said of a job at `now`; pings of other moments than the past count too.

    Args:
        terms: what the job has agreed to.
        pings: its newest ones of each kind.
        made_at: when the task was made.
        now: the moment.
        absent: when no ping could be taken; see `absences`.
    """
    by_time = sorted(pings, key=lambda ping: ping.at)
    success = _last(by_time, PingKind.SUCCESS)
    since = [ping for ping in by_time if success is None or ping.at > success.at]
    failure = _last(since, PingKind.FAIL)
    start = next((ping for ping in since if ping.kind is PingKind.START), None)
    due_at = terms.schedule.due_after(made_at if success is None else success.at)
    grace_s = terms.grace_at(due_at)
    over_at = due_at + timedelta(seconds=grace_s)
    runs = start is not None and failure is None and start.at < over_at
    if runs and start is not None:
        allowed_s = grace_s if terms.max_runtime_s is None else terms.max_runtime_s
        over_at = start.at + timedelta(seconds=allowed_s)
    absence: Absence | None = None
    if failure is None:
        # A success may come before it is due by as much as it may be late.
        from_at = start.at if runs and start else due_at - timedelta(seconds=grace_s)
        while now >= over_at and (missed := _between(absent, from_at, over_at)) is not None:
            absence = missed
            due_at = max(due_at, terms.schedule.due_after(min(missed.until_at, over_at)))
            grace_s = terms.grace_at(due_at)
            from_at = max(over_at, due_at - timedelta(seconds=grace_s))
            over_at = due_at + timedelta(seconds=grace_s)
            runs = False
    if failure is not None:
        word = Word.FAILED
    elif absence is not None and now < over_at:
        word = Word.UNHEARD
    elif now >= over_at:
        word = Word.OVERLONG if runs else Word.MISSING
    elif runs:
        word = Word.RUNNING
    elif now >= due_at:
        word = Word.LATE
    else:
        word = Word.NEW if success is None else Word.WELL
    ahead = [moment for moment in (due_at, over_at) if moment > now]
    return Finding(
        word=word,
        due_at=due_at,
        over_at=over_at,
        success=success,
        failure=failure,
        start=start,
        absence=absence,
        changes_at=None if failure else min(ahead, default=None),
    )


def _between(absent: Iterable[Absence], from_at: datetime, until_at: datetime) -> Absence | None:
    """Return the last absence that touches a stretch of time, if there is one."""
    touching = [one for one in absent if one.from_at < until_at and one.until_at > from_at]
    return max(touching, key=lambda one: one.until_at, default=None)


def _last(by_time: Sequence[Ping], kind: PingKind) -> Ping | None:
    return next((ping for ping in reversed(by_time) if ping.kind is kind), None)


def run_time_s(pings: Iterable[Ping], rid: str | None, ended_at: datetime) -> float | None:
    """Return how long a run took that ends now: since its last start that has not ended before.

    Runs that overlap are told apart by their `rid`; those without one are taken for one.
    """
    own = [ping for ping in pings if ping.rid == rid and ping.kind is not PingKind.LOG]
    newest = max(own, key=lambda ping: ping.at, default=None)
    if newest is None or newest.kind is not PingKind.START or newest.at > ended_at:
        return None
    return (ended_at - newest.at).total_seconds()
