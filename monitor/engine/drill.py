"""Does recovery work, here and now? A child is made to fail, and its recovery is timed.

What is never used is not known to work. So on a schedule, or when somebody asks, a canary falls, or
the child of a task that was named; see `falling`. It has to be started again, and to live soundly.
That is told and stored; if it comes late or never, people are told. One exercise at a time.

A wish for an exercise stays in the database until the exercise is stored as begun, or refused: what
was asked of a process that then ended is carried out by the next one. One that is begun is not
begun again, so an exercise that should take the monitor with it cannot do so twice.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import attrs
import trio

from monitor.core.changes import Request
from monitor.core.describe import describe
from monitor.core.drills import CUT_SHORT, ENDS, MISSED, RECOVERED, REFUSED, STARTED
from monitor.core.failures import DatabaseAway
from monitor.core.model import Event
from monitor.core.policy import Backoff, RecoveryPolicy
from monitor.core.ports import Store
from monitor.core.records import EventRecord
from monitor.core.units import format_duration
from monitor.engine.alarm import Alarm
from monitor.engine.clock import Clock
from monitor.engine.falling import Canary, CannotFall, Faller, Watcher
from monitor.engine.fleet import Fleet
from monitor.engine.recorder import Recorder
from monitor.journal import tell

POLICY = RecoveryPolicy(
    backoff=Backoff(base_s=1.0, cap_s=1.0, jitter=0.0), max_attempts=None, reset_after_s=1.0
)
"""Of the canary: a second until the restart, and a second of sound life."""
_FIRST_S = 60.0
"""Recovery that was never exercised is not left unknown for long, however rare exercises are."""


@attrs.define(eq=False, kw_only=True)
class Drill:
    """Exercise recovery, on a schedule and when asked."""

    store: Store
    clock: Clock
    recorder: Recorder
    alarm: Alarm
    fleet: Fleet
    every_s: float | None = None
    """How often a canary falls; None: only when asked."""
    policy: RecoveryPolicy = POLICY
    _wishes: dict[int, Request] = attrs.field(factory=dict, init=False)
    """Those that wait for their exercise, by their numbers."""
    _asked: trio.Event = attrs.field(factory=trio.Event, init=False)

    def ask(self, request: Request) -> None:
        """Exercise as soon as no other exercise is under way; task 0 means a canary."""
        self._wishes[request.id] = request
        self._asked.set()

    async def run(self) -> None:
        """Exercise for ever; started again after a crash it goes on with what is wished."""
        due_s = trio.current_time() + await self._first_s()
        while True:
            if not self._wishes:
                self._asked = trio.Event()
                with trio.move_on_at(due_s):
                    await self._asked.wait()
            task_id = 0
            if trio.current_time() < due_s:
                task_id = next(iter(self._wishes.values())).task_id
            wishes = tuple(one.id for one in self._wishes.values() if one.task_id == task_id)
            try:
                await self.exercise(task_id, wishes)
            finally:
                for number in wishes:
                    del self._wishes[number]
            if not task_id:
                due_s = trio.current_time() + self._every_s

    @property
    def _every_s(self) -> float:
        return float("inf") if self.every_s is None else self.every_s

    async def _first_s(self) -> float:
        """Return how long the first exercise has time: a restart of ours puts none off."""
        try:
            async with self.store.session("drill") as session:
                newest = await session.events(limit=1, kinds=(STARTED, *ENDS))
                canary = await session.events(0, limit=1, kinds=(STARTED,))
        except DatabaseAway:
            return self._every_s
        for one in newest:
            if one.kind == STARTED:
                self._tell_cut_short(one)
        if self.every_s is None:
            return self._every_s
        if not canary:
            return min(self.every_s, _FIRST_S)
        due_at = canary[0].at + timedelta(seconds=self.every_s)
        return min(self._every_s, max(0.0, (due_at - self.clock.now()).total_seconds()))

    def _tell_cut_short(self, begun: Event) -> None:
        """Tell that nobody saw the end of an exercise: the monitor ended in the midst of it."""
        data = {**begun.data, "limit_s": None}
        self._keep(CUT_SHORT, begun.task_id, "the monitor was stopped meanwhile", data)
        began_at = begun.at.isoformat(timespec="seconds")
        tell("drill.cut_short", task=begun.task_id, began_at=began_at)

    async def exercise(self, task_id: int = 0, wishes: tuple[int, ...] = ()) -> bool:
        """Let a canary, or the child of a task, fall; return whether it recovered in time."""
        await trio.lowlevel.checkpoint()
        try:
            faller = self._faller(task_id)
        except CannotFall as error:
            watched = self.fleet.task(task_id) is not None
            self._refuse(task_id if watched else None, str(error), {"wishes": list(wishes)})
            self.recorder.keep(EventRecord(answers=wishes))
            return False
        data = {"wishes": list(wishes), "name": faller.name}
        tell("drill.started", task=faller.task_id, name=faller.name or None)
        begun = Event(
            at=self.clock.now(),
            kind=STARTED,
            task_id=faller.task_id,
            data={**data, "limit_s": faller.missed_s},
        )
        await self.recorder.record(EventRecord(event=begun, answers=wishes))
        return await self._time(faller, data)

    def _faller(self, task_id: int) -> Faller:
        if not task_id:
            return Canary(self.policy, self.clock)
        return Watcher(self.fleet, self.store, task_id)

    def _refuse(self, task_id: int | None, why: str, data: Mapping[str, Any]) -> None:
        tell("drill.refused", task=task_id, why=why)
        self._keep(REFUSED, task_id, why, data)

    async def _time(self, faller: Faller, data: dict[str, Any]) -> bool:
        """Let somebody fall, and tell how long it took; waits no longer than `missed_s`."""
        began_s = trio.current_time()
        seen: Mapping[str, Any] | None = None
        trouble = f"not recovered within {format_duration(faller.missed_s)}"
        try:
            with trio.move_on_after(faller.missed_s):
                seen = await faller.fall()
        except CannotFall as error:
            self._refuse(faller.task_id, str(error), data)
            return False
        except Exception as error:  # noqa: BLE001 (whatever it is, nobody was recovered)
            trouble = describe(error)
        took_s = round(trio.current_time() - began_s, 3)
        data["took_s"] = took_s
        took, limit = format_duration(took_s), format_duration(faller.late_s)
        name = faller.name or None
        if seen is None:
            tell("drill.missed", task=faller.task_id, name=name, why=trouble)
            self._keep(MISSED, faller.task_id, trouble, data)
            self.alarm.begin("drill", faller.name, f"{_whose(faller)} was {trouble}")
            return False
        late = took_s > faller.late_s
        detail = f"late: after {took}, not {limit}" if late else f"after {took}"
        tell("drill.recovered", task=faller.task_id, name=name, took=took, limit=limit)
        self._keep(RECOVERED, faller.task_id, detail, {**data, "late": late, **seen})
        said = f"{_whose(faller)} recovered {detail}"
        if late:
            self.alarm.begin("drill", faller.name, said)
        else:
            self.alarm.end("drill", faller.name, said)
        return not late

    def _keep(
        self,
        kind: str,
        task_id: int | None,
        detail: str,
        data: Mapping[str, Any],
    ) -> None:
        event = Event(at=self.clock.now(), kind=kind, task_id=task_id, detail=detail, data=data)
        self.recorder.keep(EventRecord(event=event))


def _whose(faller: Faller) -> str:
    return f"the child of task {faller.name!r}" if faller.task_id else "the canary"
