"""A judge of what was said of jobs, against what they said themselves.

J1  what a job was told is written has been written (seen by the job itself)
J2  DOWN is justified by what was heard: a failure, or nothing for a period and the grace
J3  nobody is DOWN who had said in time that all is well, though we were away and did not hear it
J4  who falls silent is DOWN when a period and the grace are over, to the second
J5  that we were away ourselves is said only if that is true
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import attrs

from monitor.core.model import Look, Reason, Status
from monitor.core.pings import PingKind
from tests.simulated.timetable import Job
from tests.simulated.witness import Said
from tests.simulated.world import World

_SECOND = timedelta(seconds=1)
_GIVE = timedelta(minutes=2)
_STALE = timedelta(hours=9)
"""When a process was last there is known this badly where looks are left out."""


@attrs.define(eq=False)
class JobJudge:
    """Find what is wrong with what was said of jobs."""

    world: World

    def faults(self) -> Iterator[str]:
        """Say what is wrong, one sentence each."""
        looks: dict[int, list[Look]] = {}
        for look in self.world.stage.store.tables.looks.values():
            looks.setdefault(look.task_id, []).append(look)
        for number, task in self.world.jobs.tasks.items():
            mine = sorted(looks.get(task.id, []), key=lambda one: one.looked_at)
            trial = _Trial(self.world, self.world.jobs.jobs[number], task.id, task.created_at, mine)
            yield from (f"task {task.id}: {fault}" for fault in list(trial.faults())[:5])


@attrs.define(eq=False)
class _Trial:
    """Of one job."""

    world: World
    job: Job
    task_id: int
    created_at: datetime
    looks: Sequence[Look]
    heard: dict[PingKind, list[datetime]] = attrs.field(init=False)
    """When what was heard of it, oldest first; also what was never written."""

    def __attrs_post_init__(self) -> None:
        written = sorted(self.world.witness.heard[self.task_id])
        self.heard = {kind: [at for at, one in written if one is kind] for kind in PingKind}
        for said in self.said:
            if said.answer == "taken" and said.kind is not None:
                self.heard[said.kind].append(said.until_at)
        for moments in self.heard.values():
            moments.sort()

    @property
    def said(self) -> Sequence[Said]:
        return self.world.witness.said[self.task_id]

    @property
    def patience(self) -> timedelta:
        return timedelta(seconds=self.job.period_s + self.job.grace_s)

    def faults(self) -> Iterator[str]:
        for look in self.looks:
            match look.result.status:
                case Status.DOWN:
                    yield from self._of_down(look.looked_at)
                case Status.UNKNOWN if look.result.reason is Reason.MONITOR_DOWN:
                    yield from self._of_absence(look.looked_at)
        yield from self._of_silence()

    def _last(self, kind: PingKind, at: datetime) -> datetime | None:
        moments = self.heard[kind]
        place = bisect_right(moments, at + _SECOND)
        return moments[place - 1] if place else None

    def _of_down(self, at: datetime) -> Iterator[str]:
        success, failure = self._last(PingKind.SUCCESS, at), self._last(PingKind.FAIL, at)
        if failure is not None and (success is None or failure > success - _SECOND):
            return
        since = success or self.created_at
        if at < since + self.patience - _SECOND:
            yield f"J2: DOWN at {at}, though well at {since}"
        elif self._stepped_s(since, at) < self.job.grace_s - 120.0:
            for said in self.said:
                unheard = said.kind is PingKind.SUCCESS and not said.answer
                if unheard and since < said.at <= min(at, since + self.patience):
                    since = said.at
            if at < since + self.patience - _SECOND:
                yield f"J3: DOWN at {at}, though it said at {since} that it was well"

    def _stepped_s(self, from_at: datetime, until_at: datetime) -> float:
        """Return by how much the machine's clock was set meanwhile, in all."""
        return sum(
            abs(after - before) / _SECOND
            for before, after in self.world.witness.steps
            if from_at <= after and before <= until_at
        )

    def _of_absence(self, at: datetime) -> Iterator[str]:
        since = (self._last(PingKind.SUCCESS, at) or self.created_at) - _STALE
        ends = [one.ended_at for one in self.world.witness.processes]
        if not any(since <= one <= at for one in (*ends, *self.world.witness.stepped_at)):
            yield f"J5: at {at} it is said that we were away"

    def _of_silence(self) -> Iterator[str]:
        """J4: asked where nothing else happens that could explain it."""
        for number, said in enumerate(self.said):
            if said.kind is not PingKind.SUCCESS or said.answer != "written":
                continue
            until_at = said.until_at + self.patience
            rest = self.said[number + 1 :]
            speaks_at = next((one.at for one in rest if one.kind is not None), None)
            if speaks_at is None or speaks_at < until_at + _GIVE:
                continue
            if not self._is_calm(said, until_at):
                continue
            self.world.witness.figures["silences that must be noticed"] += 1
            found = [
                one.looked_at
                for one in self.looks
                if one.result.status is Status.DOWN and said.until_at < one.looked_at < speaks_at
            ]
            if not found or found[0] > until_at + timedelta(seconds=3):
                yield f"J4: silent since {said.until_at}, noticed {found[:1]}, not at {until_at}"

    def _is_calm(self, said: Said, until_at: datetime) -> bool:
        """Say whether one process watched all the time, with its clock and database in order."""
        witness = self.world.witness
        around = said.at - _STALE, until_at + _GIVE
        lasts = any(
            one.began_at <= said.at and one.ended_at >= around[1] for one in witness.processes
        )
        stepped = any(around[0] <= one <= around[1] for one in witness.stepped_at)
        until_s = said.at_s + (around[1] - said.at) / _SECOND
        away = any(one.touches(said.at_s, until_s) for one in witness.away)
        excused = any(around[0] <= one.ended_at <= around[1] for one in witness.processes)
        return lasts and not stepped and not away and not excused
