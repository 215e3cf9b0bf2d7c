"""What the store holds of one task, and what it says was believed at a moment. Pure."""

from collections.abc import Sequence
from datetime import datetime

import attrs

from monitor.core.alerts.notices import Notice, NoticeKind
from monitor.core.model import ABOUT_TARGET, Gap, Incident, Look, State, Status, Task, Transition

OF_LOOKS = frozenset(
    {
        *(NoticeKind.DOWN, NoticeKind.UP, NoticeKind.DEGRADED, NoticeKind.IMPROVED),
        *(NoticeKind.UNKNOWN, NoticeKind.KNOWN, NoticeKind.FLAPPING, NoticeKind.STEADY),
    }
)
"""Kinds of notices that a replay of looks gives."""


@attrs.frozen(kw_only=True)
class History:
    """What the store holds of one task."""

    task: Task
    looks: Sequence[Look]
    """The oldest first, none missing in between."""
    transitions: Sequence[Transition] = ()
    """All, the oldest first."""
    incidents: Sequence[Incident] = ()
    """All."""
    gaps: Sequence[Gap] = ()
    notices: Sequence[Notice] = ()
    default_channels: tuple[str, ...] = ()
    older: bool = False
    """Whether it is known that there were looks before the oldest one."""


def beginning(history: History) -> tuple[State, bool, Transition | None]:
    """Say what was believed before the oldest look, and whether that was nothing yet."""
    empty = State(task_id=history.task.id)
    if not history.looks:
        return as_stored(history, empty, None), False, _last(history.transitions, None)
    from_at = history.looks[0].looked_at
    before = [one for one in history.transitions if one.at < from_at]
    begun = [one.opened_at for one in history.incidents]
    begun += [one.since_at for one in history.notices if one.kind in OF_LOOKS]
    if not before and not history.older and all(moment >= from_at for moment in begun):
        return empty, True, None
    return as_stored(history, empty, from_at), False, _last(history.transitions, from_at)


def _last(changes: Sequence[Transition], before: datetime | None) -> Transition | None:
    past = [one for one in changes if before is None or one.at < before]
    return past[-1] if past else None


def as_stored(history: History, state: State, before: datetime | None) -> State:
    """Return what stored changes, incidents and notices say of the moment before a look."""
    past = [one for one in history.transitions if before is None or one.at < before]
    claims = [one for one in past if one.after in (*ABOUT_TARGET, Status.PENDING)]
    opened = [one for one in history.incidents if before is None or one.confirmed_at < before]
    newest = max(opened, key=lambda one: one.number, default=None)
    if past:
        last = past[-1]
        state = attrs.evolve(
            state,
            status=last.after,
            reason=last.reason,
            detail=last.detail,
            since_at=last.at,
            seq=last.seq,
        )
    if claims:
        standing = claims[-1].after
        since_at = claims[-1].at
        if newest is not None and standing is Status.DOWN:
            since_at = newest.opened_at
        state = attrs.evolve(state, standing=standing, standing_since_at=since_at)
    return attrs.evolve(
        state,
        incidents=0 if newest is None else newest.number,
        flapping_since_at=_flapping_since(history.notices, before),
    )


def _flapping_since(notices: Sequence[Notice], before: datetime | None) -> datetime | None:
    past = [one for one in notices if before is None or one.at < before]
    over = {one.thread for one in past if one.kind is NoticeKind.STEADY}
    begun = [one for one in past if one.kind is NoticeKind.FLAPPING and one.thread not in over]
    return begun[0].since_at if begun else None
