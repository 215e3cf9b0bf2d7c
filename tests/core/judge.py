"""A judge who shares nothing with the rules it judges: what must hold of any monitor's records.

The names I1, I4 ... are those of the project's list of invariants:

I1  every slot is a result or lies in a gap with a reason: no unaccounted silence
I4  the log of transitions is gapless, and folding it gives the present state
I5  each incident begins once and ends at most once, in that order, and they alternate
I6  slots strictly increase, and next_check lies after every look, whatever it saw
I7  errors in a row and attempts stay within their limits; giving up is told once
I8  what is wrong with us is never booked as DOWN
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile

import attrs

from monitor.core.model import (
    Gap,
    GapReason,
    Incident,
    Lifecycle,
    Look,
    Reason,
    Recovery,
    Result,
    State,
    Status,
    Task,
    Transition,
)
from monitor.store.memory import MemoryStore

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GRACE_S = 15.0
"""How long a slot may stay without an account: a timeout, and this much for writing it down."""
BADNESS = {Status.PENDING: 0, Status.UP: 0, Status.DEGRADED: 1, Status.DOWN: 2}


@attrs.frozen
class Believed:
    """What a naive reader of all results believes of a target."""

    status: Status
    since: Sequence[datetime]
    """Looks from which on the status may be said to hold (more than one: see `believe`)."""
    incidents: int


def believe(
    results: Iterable[tuple[datetime, Result]], attempts: int, confirmations: int
) -> Believed:
    """Read all results from the first to the last and say what is to be believed.

    News hold from the first look of the unbroken row that was at least that far from what was
    believed before. Of a row that ends DEGRADED and also saw worse, the product remembers a later
    look than the first; any of the row is accepted there.
    """
    status, since, incidents = Status.PENDING, list[datetime](), 0
    row: list[tuple[datetime, Status]] = []
    for at, result in results:
        seen = result.status
        if seen in (Status.UNKNOWN, Status.UNREACHABLE):
            continue
        if seen is status:
            row = []
            continue
        worse = BADNESS[seen] > BADNESS[status]
        if row and worse is not (BADNESS[row[-1][1]] > BADNESS[status]):
            row = []
        row.append((at, seen))
        good_enough = 1 if status is Status.PENDING else confirmations
        needed = attempts if worse else good_enough
        if len(row) < needed:
            continue
        far = _distance(seen, status)
        suffix = _at_least(far, status, row)
        mixed = seen is Status.DEGRADED and any(one is not seen for _, one in suffix)
        since = [at for at, _ in suffix] if mixed else [suffix[-1][0]]
        incidents += seen is Status.DOWN
        status, row = seen, []
    return Believed(status, since, incidents)


def _at_least(
    far: int, status: Status, row: Sequence[tuple[datetime, Status]]
) -> list[tuple[datetime, Status]]:
    """Return the looks at the end of a row that were all so far from what was believed."""
    return list(takewhile(lambda one: _distance(one[1], status) >= far, reversed(row)))


def _distance(one: Status, other: Status) -> int:
    return abs(BADNESS[one] - BADNESS[other])


def fold(transitions: Sequence[Transition]) -> tuple[Status, Reason | None, int]:
    """Follow the log of transitions; it must be gapless (I4)."""
    status, reason, seq = Status.PENDING, None, 0
    for change in transitions:
        assert seq + 1 == change.seq, f"after {seq} comes {change}"
        assert status is change.before, f"{status} before {change}"
        assert (status, reason) != (change.after, change.reason), f"no change: {change}"
        status, reason, seq = change.after, change.reason, change.seq
    return status, reason, seq


def judge_transitions(state: State, transitions: Sequence[Transition]) -> None:
    """I4."""
    assert (state.status, state.reason, state.seq) == fold(transitions)
    moments = [change.at for change in transitions]
    assert sorted(moments) == moments


def judge_incidents(state: State, incidents: Sequence[Incident]) -> None:
    """I5."""
    assert list(range(1, state.incidents + 1)) == [one.number for one in incidents]
    free_from = EPOCH
    for incident in incidents:
        assert free_from <= incident.opened_at <= incident.confirmed_at
        is_last = incident is incidents[-1]
        is_open = is_last and state.standing is Status.DOWN
        assert is_open is (incident.closed_at is None), incident
        free_from = incident.closed_at or incident.opened_at
        assert incident.opened_at <= free_from


def regular_slots(task: Task, from_at: datetime, until_at: datetime) -> list[datetime]:
    """List the slots of a task in [from_at, until_at), by arithmetic of this room's own."""
    interval_us = round(task.interval_s * 1e6)
    phase_us = (task.id * 2654435769 % 2**32) * interval_us // 2**32
    microsecond = timedelta(microseconds=1)
    first = -(-((from_at - EPOCH) // microsecond - phase_us) // interval_us)
    last = -(-((until_at - EPOCH) // microsecond - phase_us) // interval_us)
    return [EPOCH + microsecond * (phase_us + k * interval_us) for k in range(first, last)]


def judge_ledger(
    task: Task, looks: Sequence[Look], gaps: Sequence[Gap], from_at: datetime, until_at: datetime
) -> None:
    """I1: every slot in [from_at, until_at) is a result or lies in exactly one gap."""
    looked = {look.slot_at for look in looks}
    for gap in gaps:
        assert gap.from_at < gap.until_at, gap
        regular = max(1, len(regular_slots(task, gap.from_at, gap.until_at)))
        if gap.reason is GapReason.DATABASE_LOST:  # counts results, retries among them
            assert regular <= gap.slots, gap
        else:
            assert regular == gap.slots, gap
    unaccounted, twice, position = [], [], 0
    for slot in regular_slots(task, from_at, until_at):
        while position < len(gaps) and gaps[position].until_at <= slot:
            position += 1
        in_gap = position < len(gaps) and gaps[position].from_at <= slot
        if not in_gap and slot not in looked:
            unaccounted.append(slot)
        if in_gap and slot in looked:
            twice.append(slot)
    assert [] == unaccounted
    assert [] == twice
    for sooner, later in pairwise(gaps):
        assert sooner.until_at <= later.from_at, (sooner, later)


def judge_looks(state: State, looks: Sequence[Look]) -> None:
    """I6 and I8."""
    moments = [look.looked_at for look in looks]
    assert sorted(moments) == moments
    for look in looks:
        # While time stands still, looks asked for get slots a microsecond apart.
        assert look.slot_at <= look.looked_at + timedelta(milliseconds=1)
        assert (look.result.reason is not None) is (look.result.status is Status.UNKNOWN)
    if looks:
        assert looks[-1].slot_at == state.last_slot_at
        assert state.next_check_at is not None
        assert state.next_check_at > looks[-1].slot_at


def judge_recovery(state: State, recovery: Recovery, max_errors: int, max_attempts: int) -> None:
    """I7."""
    assert 0 <= state.consecutive_errors <= max_errors
    assert 0 <= recovery.attempts <= max_attempts
    assert (recovery.lifecycle is Lifecycle.BACKOFF) <= (recovery.retry_at is not None)
    assert (recovery.lifecycle is Lifecycle.RUNNING) <= (recovery.retry_at is None)


def judge_task(
    store: MemoryStore, task: Task, until_at: datetime, *, max_errors: int = 5, attempts: int = 10
) -> None:
    """Judge all that a store holds of one task, whose interval was never edited.

    `until_at` is the present moment, or that at which the monitor left; the task is not paused.
    """
    tables = store.tables
    looks = sorted(
        (one for one in tables.looks.values() if one.task_id == task.id),
        key=lambda one: one.slot_at,
    )
    gaps = sorted(
        (one for one in tables.gaps.values() if one.task_id == task.id),
        key=lambda one: one.from_at,
    )
    state = tables.states[task.id]
    judge_looks(state, looks)
    if looks and state.next_check_at is not None:
        accounted_at = max([state.next_check_at, *(gap.until_at for gap in gaps)])
        judge_ledger(task, looks, gaps, looks[0].slot_at, min(until_at, accounted_at))
        if tables.recoveries[task.id].lifecycle is Lifecycle.RUNNING:
            silence = until_at - accounted_at
            assert silence < timedelta(seconds=task.timeout_s + GRACE_S), f"silent for {silence}"
    transitions = sorted(tables.transitions.items())
    judge_transitions(state, [one for (owner, _), one in transitions if owner == task.id])
    incidents = sorted(tables.incidents.items())
    judge_incidents(state, [one for (owner, _), one in incidents if owner == task.id])
    judge_recovery(state, tables.recoveries[task.id], max_errors, attempts)
    believed = believe(
        [(look.looked_at, look.result) for look in looks],
        task.attempts,
        task.recovery_confirmations,
    )
    assert (believed.status, believed.incidents) == (state.standing, state.incidents)
