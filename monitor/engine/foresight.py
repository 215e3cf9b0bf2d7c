"""Looks that would change nothing, left out: for simulations, which know what targets will do.

A look that leaves what is believed as it was is a fixed point of the rules: the next one, if it
sees the same, changes nothing either. Only the memory of flapping goes on fading with each look.
That is made up for, when the task is looked at again, by the number of looks that were left out.
"""

from collections.abc import Callable
from datetime import datetime

import attrs

from monitor.core.calendar.pace import faded
from monitor.core.model import State, Status, Task
from monitor.core.schedule import Due, Schedule, skip
from monitor.engine.child import Child
from monitor.engine.clock import Clock

_SAYS_NOTHING = (Status.UNKNOWN, Status.UNREACHABLE)


@attrs.frozen
class _LeftOut:
    from_at: datetime
    """The first slot that nobody looks at."""
    schedule: Schedule
    fades: bool
    """Whether these looks would say something of the target."""


@attrs.define(eq=False)
class Foresight:
    """Which looks of which tasks are left out."""

    clock: Clock
    foresee: Callable[[Task, datetime], datetime | None]
    """Asked of a task whose look, begun at that moment, changed nothing: up to when will looks see
    the same? None: that is not known."""
    _left_out: dict[int, _LeftOut] = attrs.field(factory=dict, init=False)

    def caught_up(self, state: State, slot_at: datetime) -> State:
        """Return what would be believed before the look at a slot, had none been left out."""
        left = self._left_out.pop(state.task_id, None)
        if left is None or not left.fades or not state.flaps:
            return state
        looks = left.schedule.count(left.from_at, slot_at)
        return attrs.evolve(state, flaps=faded(state.flaps, looks))

    def skip(
        self,
        task: Task,
        schedule: Schedule,
        due: Due,
        states: tuple[State, State],
        looked_at: datetime,
    ) -> Due:
        """Choose the next slot after a look: the one that is due, or a later one.

        Args:
            task: the task.
            schedule: its slots.
            due: the slot that is due.
            states: what was believed before and after the look.
            looked_at: when it began.
        """
        before, after = states
        if after.flapping_since_at is not None or after != attrs.evolve(before, flaps=after.flaps):
            return due
        later = skip(schedule, due, self.clock.now(), self.foresee(task, looked_at))
        if later != due:
            fades = after.status not in _SAYS_NOTHING
            self._left_out[task.id] = _LeftOut(due.slot_at, schedule, fades)
        return later

    def seen_at(self, child: Child) -> datetime | None:
        """Return when a task was looked at last, or would have been."""
        at, left = child.state.last_looked_at, self._left_out.get(child.task.id)
        if left is None or at is None:
            return at
        slot_at = left.schedule.at_or_before(self.clock.now())
        return max(at, slot_at) if slot_at >= left.from_at else at
