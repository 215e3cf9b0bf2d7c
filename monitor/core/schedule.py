"""When a task is due: slots without drift, and what a late monitor does about those it missed.

All arithmetic is on whole microseconds since the epoch, so a slot computed today and the same slot
computed in ten years are the same number.
"""

from datetime import UTC, datetime, timedelta

import attrs

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# 2**32 divided by the golden ratio (Knuth, TAOCP 3, 6.4): multiples of it, taken modulo 2**32,
# fill the circle more evenly than random numbers do, for every count of consecutive ids.
_GOLDEN = 2654435769

PHASELESS = pow(_GOLDEN, -1, 2**32)
"""Tasks whose ids are small multiples of it have their slots at whole multiples of their interval
(a microsecond or so later): for simulations, whose times people want to know beforehand."""

LATE_SHARE = 0.1
"""A slot is still taken when we are later than due by at most this share of the interval."""

_STAGGER_S = 0.01
"""Seconds between first looks that are due at once; 100 a second spare the targets and us."""


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


@attrs.frozen
class Schedule:
    """Slots at `phase + k * interval` for every whole k."""

    interval_us: int
    phase_us: int

    @classmethod
    def of(cls, task_id: int, interval_s: float) -> "Schedule":
        """Spread the tasks of one interval evenly over it, the same way after every restart."""
        interval_us = max(1, round(interval_s * 1_000_000))
        turn = (task_id * _GOLDEN) % 2**32
        return cls(interval_us, turn * interval_us >> 32)

    def at_or_before(self, moment: datetime) -> datetime:
        """Return the newest slot that is not later than `moment`."""
        k = (_micros(moment) - self.phase_us) // self.interval_us
        return _moment(self.phase_us + k * self.interval_us)

    def after(self, moment: datetime) -> datetime:
        """Return the first slot later than `moment`."""
        return self.at_or_before(moment) + timedelta(microseconds=self.interval_us)

    def count(self, from_at: datetime, until_at: datetime) -> int:
        """Count the slots in [from_at, until_at)."""
        if until_at <= from_at:
            return 0
        start = _micros(from_at) - self.phase_us - 1
        stop = _micros(until_at) - self.phase_us - 1
        return stop // self.interval_us - start // self.interval_us


@attrs.frozen
class Due:
    """The slot to be looked at next, and the start of the slots that are lost, if any."""

    slot_at: datetime
    missed_from: datetime | None = None


def next_due(
    schedule: Schedule, slot_at: datetime, now: datetime, retry_s: float | None = None
) -> Due:
    """Choose the slot after `slot_at`, whose look ended at `now`.

    The result is always later than `slot_at`. A look that ran into following slots loses them:
    hurrying after a slow target would only make it slower. With `retry_s` (a result that waits for
    confirmation) an extra slot lies that long after the end of the look, unless the next regular
    one comes sooner.
    """
    regular = schedule.after(slot_at)
    late_us = (now - regular) // _MICROSECOND
    missed_from = None
    if late_us > LATE_SHARE * schedule.interval_us:
        missed_from, regular = regular, schedule.after(now)
    if retry_s is not None:
        retry_at = max(now, slot_at + _MICROSECOND) + timedelta(seconds=retry_s)
        regular = min(regular, retry_at)
    return Due(regular, missed_from)


def skip(schedule: Schedule, due: Due, now: datetime, until_at: datetime | None) -> Due:
    """Choose the last slot that is not later than `until_at`, if that is later than what is due.

    For simulations. The look that ended at `now` changed nothing; nor would those that follow, up
    to `until_at`, since what follows from a look depends on nothing but what it sees and what was
    believed before it. None: that is not known, and nothing is left out.

    Nothing is left out either after a look that took so long that it lost a slot, or nearly did:
    which slots such a target gets depends on each of them.
    """
    if until_at is None or due.missed_from is not None or due.slot_at <= now:
        return due
    slot_at = schedule.at_or_before(until_at)
    return attrs.evolve(due, slot_at=slot_at) if slot_at > due.slot_at else due


def resume(schedule: Schedule, next_check_at: datetime, now: datetime) -> Due:
    """Choose the first slot after an absence (restart, pause, backoff), from the stored one.

    A slot that is due, or was missed by less than an interval, is looked at now; older ones are
    lost. The look comes at once rather than at the next slot: after an absence nobody wants to
    wait to know. A slot planned when the interval was longer is not waited for.
    """
    newest = schedule.at_or_before(now)
    if next_check_at >= newest:
        return Due(min(next_check_at, schedule.after(now)))
    return Due(newest, next_check_at)


def stagger_s(position: int, count: int, interval_s: float) -> float:
    """Say how long the `position`-th of `count` tasks that are all due at once shall wait.

    One task waits for nothing, ten thousand are spread over their interval.
    """
    return position * min(_STAGGER_S, interval_s / max(1, count))
