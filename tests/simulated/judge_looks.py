"""A judge of looks: what was recorded of each task, against what its target saw and played.

I1  every slot is a result or lies in a gap with a reason (when no look is left out); and whatever a
    target begins to do is looked at within an interval, while anybody watches
I4  the log of transitions is gapless, and folding it gives the present state
I5  each incident begins once and ends at most once, in that order, by one look each
I6  slots strictly increase, and next_check lies after every look, whatever it saw
I8  what is wrong with us is never booked as DOWN; no result was invented, and none was lost
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import attrs

from monitor.core.model import (
    Gap,
    GapReason,
    Incident,
    Look,
    Reason,
    Status,
    Task,
    Transition,
)
from tests.core.judge import (
    believe,
    judge_incidents,
    judge_looks,
    judge_recovery,
    judge_task,
    judge_transitions,
)
from tests.simulated.scripts import FAILS, OURS, SECRET, Sight
from tests.simulated.setting import Setting
from tests.simulated.timetable import TARGET
from tests.simulated.witness import Seen, Span
from tests.simulated.world import World

_CLAIMS = {
    Sight.UP: (Status.UP, None),
    Sight.SLOW: (Status.DEGRADED, None),
    Sight.DOWN: (Status.DOWN, None),
    Sight.HANGS: (Status.DOWN, None),
    Sight.BROKEN: (Status.UNKNOWN, Reason.TASK_ERROR),
    Sight.FAULTY: (Status.UNKNOWN, Reason.DESCRIPTORS),
}
_WORST_REST_S = 6.5 * 3600.0
"""For so long a child that was given up on is not started again."""
_LAG = timedelta(seconds=40)
_MEMORY = 400
"""So many looks of a parent back may lie the one for which it is still believed to be down."""
_ASKED_S = 9.0
"""So long after it is back, the anchors have been asked again."""
_FRESH_S = 1.1
"""An anchor that answered stands for our uplink this long."""
_HELD_S = 30.0
"""What was seen so shortly before a process ended may have died with it, if the database was
troubled meanwhile; and in any case what was seen in the last second."""


@attrs.define(eq=False)
class LookJudge:
    """Find what is wrong with the records of looks."""

    world: World
    looks: dict[int, list[Look]] = attrs.field(factory=lambda: defaultdict(list))
    """By task, as are the others."""
    changes: dict[int, list[Transition]] = attrs.field(factory=lambda: defaultdict(list))
    incidents: dict[int, list[Incident]] = attrs.field(factory=lambda: defaultdict(list))
    gaps: dict[int, list[Gap]] = attrs.field(factory=lambda: defaultdict(list))

    def __attrs_post_init__(self) -> None:
        tables = self.world.stage.store.tables
        for look in sorted(tables.looks.values(), key=lambda one: one.slot_at):
            self.looks[look.task_id].append(look)
        for _, change in sorted(tables.transitions.items()):
            self.changes[change.task_id].append(change)
        for _, incident in sorted(tables.incidents.items()):
            self.incidents[incident.task_id].append(incident)
        for gap in tables.gaps.values():
            self.gaps[gap.task_id].append(gap)

    @property
    def setting(self) -> Setting:
        return self.world.setting

    def faults(self) -> Iterator[str]:
        """Say what is wrong, one sentence each."""
        tables = self.world.stage.store.tables
        for task in tables.tasks.values():
            if task.target == TARGET:
                yield from (f"task {task.id}: {fault}" for fault in self._of_records(task))
                continue
            found = [
                *self._of_records(task),
                *self._of_truth(task),
                *self._of_losses(task),
                *self._of_unwanted(task),
                *self._of_reasons(task),
                *self._of_edges(task),
            ]
            yield from (f"task {task.id}: {fault}" for fault in found[:5])
        for event in tables.events.values():
            if SECRET in event.detail:
                yield f"I10: an event tells a secret: {event}"
        for (task_id, number), slots in self.world.witness.closings.items():
            if len(slots) > 1:
                yield f"task {task_id}: I5: incident {number} was closed by {len(slots)} looks"

    # --- records ------------------------------------------------------------------------------

    def _of_records(self, task: Task) -> Iterator[str]:
        """Judge the records by themselves; see `tests.core.judge`."""
        if not self.setting.skips:
            ended_at = self.world.witness.processes[-1].ended_at
            yield from _asserted(
                "I1, I4-I7",
                lambda: judge_task(self.world.stage.store, task, ended_at),
            )
            return
        tables, looks = self.world.stage.store.tables, self.looks[task.id]
        state = tables.states[task.id]
        yield from _asserted("I6, I8", lambda: judge_looks(state, looks))
        yield from _asserted("I4", lambda: judge_transitions(state, self.changes[task.id]))
        yield from _asserted("I5", lambda: judge_incidents(state, self.incidents[task.id]))
        yield from _asserted("I7", lambda: judge_recovery(state, tables.recoveries[task.id], 5, 10))
        believed = believe(
            [(look.looked_at, look.result) for look in looks],
            task.attempts,
            task.recovery_confirmations,
        )
        if (believed.status, believed.incidents) != (state.standing, state.incidents):
            yield f"I4: the looks say {believed}, the state {state}"

    def _of_truth(self, task: Task) -> Iterator[str]:
        """Compare each result with what the target played when it was asked (I8)."""
        seen = {one.at: one for one in self.world.witness.looks[task.id]}
        lagged_at = self.world.witness.lagged_at
        for look in self.looks[task.id]:
            result = look.result
            if SECRET in result.detail:
                yield f"I10: a result tells a secret: {look.looked_at}"
            if result.status is Status.UNREACHABLE:
                if not self._has_parent_trouble(task, look.looked_at):
                    yield f"I8: unreachable at {look.looked_at}, and no parent was down"
                continue
            if result.reason is Reason.LOOP_LAG:
                if not any(timedelta(0) <= at - look.looked_at <= _LAG for at in lagged_at):
                    yield f"I8: our loop did not stand still at {look.looked_at}"
                continue
            truth = seen.get(look.looked_at)
            if truth is None:
                yield f"I8: a result that nobody saw: {look.looked_at} {result.status}"
            elif not self._is_true(truth, look):
                told = f"{result.status} {result.reason or ''} ({result.detail})"
                yield f"I8: {look.looked_at}: the target was {truth.sight.value}, booked as {told}"

    def _is_true(self, truth: Seen, look: Look) -> bool:
        result, witness = look.result, self.world.witness
        claim = result.status, result.reason
        if result.reason is Reason.UPLINK:
            return any(
                one.touches(truth.at_s - _ASKED_S, truth.at_s + 20) for one in witness.unlinked
            )
        if truth.sight in OURS or truth.uplink:
            return claim == _CLAIMS[truth.sight]
        just_lost = any(abs(one.from_s - truth.at_s) <= _FRESH_S for one in witness.unlinked)
        just_back = any(abs(one.until_s - truth.at_s) <= 0.5 for one in witness.unlinked)
        return (just_lost or just_back) and result.status is Status.DOWN

    def _has_parent_trouble(self, task: Task, at: datetime) -> bool:
        """Say whether a parent had really been seen to fail before."""
        for parent in self.world.stage.store.tables.tasks.values():
            if parent.name in task.depends_on and parent.created_at <= at:
                looks = self.looks[parent.id]
                before = looks[: bisect_right(looks, at, key=lambda one: one.looked_at)]
                return any(one.result.status is Status.DOWN for one in before[-_MEMORY:])
        return True  # it was removed since

    # --- what must not be missing -------------------------------------------------------------

    def _of_losses(self, task: Task) -> Iterator[str]:
        """Compare what targets answered with what was recorded: nothing of it may be lost."""
        witness = self.world.witness
        known = {look.looked_at for look in self.looks[task.id]}
        touched = [one.at_s for one in witness.wishes[task.id]]
        for seen in witness.looks[task.id]:
            if seen.at in known or seen.sight is Sight.HANGS:
                continue
            process = witness.processes[seen.process - 1]
            left_s = process.until_s - seen.at_s
            held = max(seen.at_s, process.until_s - _HELD_S)
            troubled = any(one.touches(held, process.until_s) for one in witness.away)
            cancelled = any(abs(at_s - seen.at_s) < 15.0 for at_s in touched)
            alien = seen.sight is Sight.BROKEN  # what ends the child at once leaves no result
            if left_s > 6.0 and not troubled and not cancelled and not alien:
                yield f"I1: seen {seen.sight.value} at {seen.at} ({seen.at_s:.1f} s), not recorded"

    def _of_unwanted(self, task: Task) -> Iterator[str]:
        """Nobody is to look at what is paused."""
        witness = self.world.witness
        back = sorted(one.at_s for one in witness.of("unpause", task.id))
        for pause in witness.of("pause", task.id):
            heard_s = witness.heard_s(pause.at_s)
            number = bisect_right(back, pause.at_s)
            until_s = back[number] if number < len(back) else float("inf")
            looks = [one for one in witness.looks[task.id] if heard_s + 15 < one.at_s < until_s]
            if looks:
                yield f"I1: looked at {looks[0].at_s:.0f} s, paused since {pause.at_s:.0f} s"

    def _of_reasons(self, task: Task) -> Iterator[str]:
        """Ask of each gap that its reason is true (I1)."""
        witness = self.world.witness
        for gap in self.gaps[task.id]:
            match gap.reason:
                case GapReason.MONITOR_DOWN:
                    is_true = self._was_down(task, gap)
                case GapReason.PAUSED:
                    is_true = bool(witness.of("pause", task.id))
                case GapReason.CLOCK_JUMP | GapReason.SUSPENDED:
                    from_at, until_at = gap.from_at - _LAG, gap.until_at + _LAG
                    is_true = any(
                        before <= until_at and from_at <= after for before, after in witness.steps
                    )
                case _:
                    is_true = True
            if not is_true:
                yield f"I1: a gap for a reason that does not hold: {gap}"

    def _was_down(self, task: Task, gap: Gap) -> bool:
        """Say whether no process ran from the beginning of a gap on, give or take a look.

        Or none that could write: what waits for a database that is away goes with the process.
        """
        witness = self.world.witness
        before = [one for one in witness.processes if one.ended_at <= gap.until_at]
        if not before:
            return False
        last = before[-1]
        one_look = timedelta(seconds=1.2 * task.interval_s + task.timeout_s + 60)
        lost = any(one.touches(last.until_s - _HELD_S, last.until_s) for one in witness.away)
        # Who sleeps, and ends as soon as he is awake, was gone when he fell asleep.
        asleep = (begin for begin, end in witness.steps if begin < last.ended_at <= end + _LAG)
        return lost or min([last.ended_at, *asleep]) - gap.from_at <= one_look

    def _of_edges(self, task: Task) -> Iterator[str]:
        """Ask of all that a target began to do that it was looked at in time (I1)."""
        part = self.world.operators.parts[self.world.witness.parts[task.id]]
        looked_s = [one.at_s for one in self.world.witness.looks[task.id]]
        need_s = 1.15 * task.interval_s + task.timeout_s + 15.0
        until_s = self.setting.until_s
        for number, edge_s in enumerate(part.edges):
            next_s = part.edges[number + 1] if number + 1 < len(part.edges) else until_s + need_s
            moment_s = self._watched_from(task, edge_s, need_s)
            if moment_s + need_s > next_s:
                continue
            place = bisect_left(looked_s, edge_s)
            found_s = looked_s[place] if place < len(looked_s) else float("inf")
            if found_s > moment_s + need_s:
                sight = part.begins(edge_s).value
                yield f"I1: {sight} since {edge_s:.0f} s, looked at first at {found_s:.0f} s"

    def _watched_from(self, task: Task, from_s: float, need_s: float) -> float:
        """Return from when on somebody watches a task for as long as is needed to look at it."""
        moment_s = max(from_s, self.world.witness.born_s[task.id])
        spans = sorted(self._blind_spans(task, from_s), key=lambda one: one.from_s)
        for span in spans:
            if span.touches(moment_s, moment_s + need_s):
                moment_s = max(moment_s, span.until_s)
        return moment_s

    def _blind_spans(self, task: Task, from_s: float) -> Iterator[Span]:
        """Yield when nobody can look at a task, with what it takes to begin again."""
        witness = self.world.witness
        last_s = 0.0
        for process in witness.processes:
            yield Span(last_s, min(process.settled_s, process.until_s) + 5.0)
            last_s = process.until_s
        if witness.born_s[task.id] > 0:
            yield Span(0.0, witness.heard_s(witness.born_s[task.id]))
        back = sorted(one.at_s for one in witness.of("unpause", task.id))
        for pause in witness.of("pause", task.id):
            number = bisect_right(back, pause.at_s)
            ended_s = back[number] if number < len(back) else float("inf")
            yield Span(pause.at_s, witness.heard_s(ended_s) if back[number:] else ended_s)
        part = self.world.operators.parts[witness.parts[task.id]]
        for begin_s, end_s in part.plays(OURS):
            yield Span(begin_s, end_s + _WORST_REST_S)
        for number in part.parents:
            parent = self.world.operators.parts[number]
            for begin_s, end_s in parent.plays((*OURS, *FAILS)):
                yield Span(begin_s, end_s + _WORST_REST_S + 2 * task.interval_s)


def _asserted(names: str, judge: Callable[[], None]) -> Iterator[str]:
    """Turn what a judge asserts into a sentence."""
    try:
        judge()
    except AssertionError as error:
        words = " ".join(str(error).split())
        yield f"{names}: {words[:400]}"
