"""What a result means: one pure rule, the same for a live look and for ten simulated years.

1. An UNKNOWN result is a claim about us. It shows as UNKNOWN and touches nothing that is believed
   of the target, nor a confirmation under way.
2. A result that agrees with what is believed ends any doubt.
3. A result that disagrees is a candidate. Bad news needs `attempts` looks in a row, good news
   after bad needs `recovery_confirmations`; the first good look of a new task needs no other,
   nor does a result that is sure of itself.
4. Confirmed news holds from the first look that said so, not from the one that confirmed it.
5. A target that is looked at is not unreachable, and one that is not says nothing.
"""

from datetime import datetime

import attrs

from monitor.core.calendar.pace import Flapping
from monitor.core.model import Incident, Result, State, Status, TaskSpec, Transition

_RANK = {Status.PENDING: 0, Status.UP: 0, Status.DEGRADED: 1, Status.DOWN: 2}


@attrs.frozen
class Verdict:
    """The next state and what is to be told and stored of the way to it."""

    state: State
    transition: Transition | None = None
    incident: Incident | None = None
    confirming: bool = False
    """True while a candidate waits: look again after the retry interval, not the full one."""


def judge(task: TaskSpec, state: State, result: Result, at: datetime) -> Verdict:
    """Apply a result that was seen at `at` to what is believed."""
    if result.status in (Status.UNKNOWN, Status.UNREACHABLE):
        return _told(state, state, result.status, result, at, at)
    state = _with_flaps(state, result, at)
    if result.status is state.standing:
        calm = state
        if state.candidate is not None:
            calm = attrs.evolve(state, candidate=None, streak=0, streak_since_at=None)
        return _told(state, calm, result.status, result, at, at)

    streak, since_at = _streak(state, result.status, at)
    if not result.sure and streak < looks_needed(task, state.standing, result.status):
        doubtful = attrs.evolve(
            state, candidate=result.status, streak=streak, streak_since_at=since_at
        )
        return attrs.evolve(_told(state, doubtful, state.standing, result, at, at), confirming=True)

    incident, incidents = None, state.incidents
    if result.status is Status.DOWN:
        incidents += 1
        incident = Incident(
            task_id=state.task_id,
            number=incidents,
            opened_at=since_at,
            confirmed_at=at,
            detail=result.detail,
        )
    elif state.standing is Status.DOWN:
        opened_at = state.standing_since_at or at
        incident = Incident(
            task_id=state.task_id,
            number=incidents,
            opened_at=opened_at,
            confirmed_at=at,
            closed_at=since_at,
        )
    settled = attrs.evolve(
        state,
        standing=result.status,
        standing_since_at=since_at,
        candidate=None,
        streak=0,
        streak_since_at=None,
        incidents=incidents,
    )
    return attrs.evolve(
        _told(state, settled, result.status, result, at, since_at), incident=incident
    )


def _with_flaps(state: State, result: Result, at: datetime) -> State:
    """Count a change from look to look, and say whether there are too many of them."""
    before = state.candidate or state.standing
    changed = before is not Status.PENDING and result.status is not before
    if not changed and not state.flaps:
        return state
    known = Flapping(changes=state.flaps, flapping=state.flapping_since_at is not None)
    seen = known.after(changed)
    since_at = (state.flapping_since_at or at) if seen.flapping else None
    return attrs.evolve(state, flaps=seen.changes, flapping_since_at=since_at)


def _streak(state: State, candidate: Status, at: datetime) -> tuple[int, datetime]:
    """Count this look into the row of looks that disagree in the same direction.

    DOWN after DEGRADED goes on with the same row: both say that something is wrong, and the
    target must not win time by failing in two ways. The row's news holds since the look from
    which on all were at least that far from what is believed.
    """
    if state.candidate is None or state.streak_since_at is None:
        return 1, at
    moved = _RANK[candidate] - _RANK[state.standing]
    moved_before = _RANK[state.candidate] - _RANK[state.standing]
    if (moved > 0) != (moved_before > 0):
        return 1, at
    since_at = at if abs(moved) > abs(moved_before) else state.streak_since_at
    return state.streak + 1, since_at


def looks_needed(task: TaskSpec, standing: Status, candidate: Status) -> int:
    """Return how many looks in a row news need, against what is believed of the target."""
    if _RANK[candidate] > _RANK[standing]:
        return task.attempts
    if standing is Status.PENDING:
        return 1
    return task.recovery_confirmations


def _told(
    before: State, after: State, status: Status, result: Result, at: datetime, since_at: datetime
) -> Verdict:
    """Show `status`; tell it if that is a change, which then holds since `since_at`."""
    reason = result.reason if status is Status.UNKNOWN else None
    if status is before.status and reason is before.reason:
        same = result.detail == after.detail
        return Verdict(after if same else attrs.evolve(after, detail=result.detail))
    transition = Transition(
        task_id=before.task_id,
        seq=before.seq + 1,
        at=at,
        before=before.status,
        after=status,
        reason=reason,
        detail=result.detail,
    )
    shown = attrs.evolve(
        after,
        status=status,
        reason=reason,
        detail=result.detail,
        since_at=since_at,
        seq=transition.seq,
    )
    return Verdict(shown, transition)
