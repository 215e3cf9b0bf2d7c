"""A judge of our children's lives: errors in a row, restarts, giving up (I7).

Each wait lies on the curve 60, 120, 240 ... 3600 s, give or take a tenth; attempts count up to ten,
also across processes; they are forgotten after a sound life and not before; who is given up on is
told once, and tried again every six hours.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import attrs

from monitor.core.alerts.notices import NoticeKind
from monitor.core.model import Event, Lifecycle, Task
from tests.simulated.witness import Wish
from tests.simulated.world import World

_MOST_ERRORS, _MOST_ATTEMPTS = 5, 10
_BASE_S, _CAP_S, _JITTER = 60.0, 3600.0, 0.1
_ROUNDING_S = 1.5
_STABLE_S, _STABLE_INTERVALS = 600.0, 3
_SLACK_S = 30.0


def curve_s(attempt: int) -> float:
    """Return the wait before an attempt, without its jitter."""
    return float(min(_CAP_S, _BASE_S * 2 ** (max(1, attempt) - 1)))


@attrs.define(eq=False)
class LifeJudge:
    """Find what is wrong with the lives of children."""

    world: World
    events: dict[int, list[Event]] = attrs.field(factory=lambda: defaultdict(list))

    def __attrs_post_init__(self) -> None:
        for event in self.world.stage.store.tables.events.values():
            if event.task_id is not None and event.kind.startswith("task."):
                self.events[event.task_id].append(event)

    def faults(self) -> Iterator[str]:
        """Say what is wrong, one sentence each."""
        for task in self.world.stage.store.tables.tasks.values():
            found = sorted(self.events[task.id], key=lambda one: one.at)
            faults = [*self._of_life(task, found), *self._of_the_end(task)]
            yield from (f"task {task.id}: I7: {fault}" for fault in faults[:5])
        yield from self._of_giving_up()

    def _of_life(self, task: Task, events: Sequence[Event]) -> Iterator[str]:
        attempts, restarted_at, retry_at = 0, None, None
        errors_at: list[datetime] = []
        resumed = [*self.world.witness.of("resume", task.id), *self._edits(task)]
        for event in events:
            number = event.data.get("attempt", 0)
            match event.kind:
                case "task.error":
                    errors_at.append(event.at)
                    if not 1 <= event.data["errors"] <= _MOST_ERRORS:
                        yield f"{event.data['errors']} errors in a row at {event.at}"
                case "task.restarting":
                    retry_at = datetime.fromisoformat(event.data["retry_at"])
                    yield from _of_wait(event, retry_at)
                    forgot = number < attempts
                    # A storm spends no attempt; what nobody could store is not known afterwards.
                    if number > attempts + 1 or number > _MOST_ATTEMPTS:
                        yield f"attempt {number} after {attempts} at {event.at}"
                    if forgot and not self._may_forget(task, restarted_at, event, resumed):
                        yield f"attempt {number} after {attempts} at {event.at}: forgotten too soon"
                    if (
                        number > 1
                        and restarted_at is not None
                        and self._was_sound(task, restarted_at, errors_at, event)
                    ):
                        yield f"attempt {number} at {event.at} after a sound life: not forgotten"
                    attempts = number
                case "task.restarted":
                    early = retry_at is not None and event.at < retry_at - timedelta(seconds=2)
                    if early and not _between(resumed, restarted_at, event.at):
                        yield f"restarted at {event.at}, before {retry_at}"
                    restarted_at = event.at
                case "task.recovered":
                    attempts = 0
                case "task.failed":
                    if number != _MOST_ATTEMPTS:
                        yield f"given up at {event.at} after {number} attempts"
                    attempts = number

    def _edits(self, task: Task) -> list[Wish]:
        return list(self.world.witness.of("edit", task.id))

    def _may_forget(
        self,
        task: Task,
        restarted_at: datetime | None,
        event: Event,
        resumed: Sequence[Wish],
    ) -> bool:
        """Say whether attempts may have been forgotten between a restart and a failure."""
        if restarted_at is None:
            return True
        if _between(resumed, restarted_at - timedelta(hours=2), event.at):
            return True
        if event.at - restarted_at >= timedelta(seconds=_STABLE_S):
            return True
        # A process that dies while the database is away takes the last attempt with it.
        witness = self.world.witness
        return any(
            one.touches(process.until_s - 60.0, process.until_s)
            for process in witness.processes
            if event.at - timedelta(hours=2) <= process.ended_at <= event.at
            for one in witness.away
        )

    def _was_sound(
        self,
        task: Task,
        restarted_at: datetime,
        errors_at: Sequence[datetime],
        event: Event,
    ) -> bool:
        """Say whether a child lived so long without error that its attempts are to be forgotten."""
        stable_s = max(_STABLE_S, _STABLE_INTERVALS * task.interval_s)
        begun = [one.began_at for one in self.world.witness.processes]
        begin_at = max([restarted_at, *(at for at in begun if restarted_at < at < event.at)])
        touched = [one.at for one in self.world.witness.wishes[task.id]]
        begin_at = max([begin_at, *(at for at in touched if begin_at < at < event.at)])
        first_at = min((at for at in errors_at if at > begin_at), default=event.at)
        jumped = any(begin_at <= one <= first_at for one in self.world.witness.stepped_at)
        return not jumped and first_at - begin_at > timedelta(seconds=stable_s + _SLACK_S)

    def _of_the_end(self, task: Task) -> Iterator[str]:
        """After hours of calm every child lives again."""
        recovery = self.world.stage.store.tables.recoveries[task.id]
        if recovery.lifecycle is not Lifecycle.RUNNING:
            yield f"still {recovery.lifecycle} at the end: {recovery.error}"

    def _of_giving_up(self) -> Iterator[str]:
        """Giving up is told to people, once each time."""
        notices = self.world.stage.store.tables.alerts.notices.values()
        told = defaultdict(list)
        for one in notices:
            if (
                one.kind is NoticeKind.SYSTEM
                and one.subject.startswith("task ")
                and not one.ended_at
            ):
                told[one.subject].append(one)
        names = {one.id: one.name for one in self.world.stage.store.tables.tasks.values()}
        for task_id, name in names.items():
            failed = [one for one in self.events[task_id] if one.kind == "task.failed"]
            mine = told[f"task {name}"]
            for event in failed:
                near = [
                    one for one in mine if abs(one.at - event.at) < timedelta(seconds=_ROUNDING_S)
                ]
                # One notice for each channel of the monitor's own trouble.
                adopted = any(one.at < event.at for one in mine)
                if len({one.channel for one in near}) != 1 and not adopted:
                    yield f"task {task_id}: I7: given up at {event.at}, told {len(near)} times"
                if len(near) > 1:
                    yield f"task {task_id}: I7: given up at {event.at}, told {len(near)} times"


def _of_wait(event: Event, retry_at: datetime) -> Iterator[str]:
    wait_s = (retry_at - event.at) / timedelta(seconds=1)
    plain_s = curve_s(event.data["attempt"])
    low_s, high_s = plain_s * (1 - _JITTER) - _ROUNDING_S, plain_s * (1 + _JITTER) + _ROUNDING_S
    if not low_s <= wait_s <= high_s:
        yield f"attempt {event.data['attempt']} waits {wait_s:.0f} s, not about {plain_s:.0f} s"


def _between(wishes: Sequence[Wish], from_at: datetime | None, until_at: datetime) -> bool:
    return any((from_at is None or from_at <= one.at) and one.at <= until_at for one in wishes)
