"""Does recovery work, here and now? A canary is made to fail, and its recovery is timed.

What is never used is not known to work. So on a schedule, or when somebody asks, a child that
watches nothing falls under a supervisor like those of all tasks, only with shorter waits. It has to
be started again, and to live soundly. That is told and stored; if it comes late or never, people
are told. The exercise needs no database, and touches no task.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs
import trio

from monitor.core.changes import Request
from monitor.core.describe import describe
from monitor.core.model import Event, Recovery
from monitor.core.policy import Backoff, RecoveryPolicy
from monitor.core.ports import DatabaseAway, Store
from monitor.core.records import EventRecord
from monitor.core.units import format_duration
from monitor.engine.alarm import Alarm
from monitor.engine.clock import Clock
from monitor.engine.recorder import Recorder
from monitor.engine.supervisor import Life, Supervisor
from monitor.journal import tell

STARTED, RECOVERED, MISSED = "drill.started", "drill.recovered", "drill.missed"

POLICY = RecoveryPolicy(
    backoff=Backoff(base_s=1.0, cap_s=1.0, jitter=0.0), max_attempts=None, reset_after_s=1.0
)
"""A second until the restart, and a second of sound life."""
LATE_S = 5.0
"""A recovery that takes longer is late: it should take two seconds, and a busy loop adds some."""
MISSED_S = 30.0
"""A recovery that takes longer is not waited for."""


class CanaryFell(Exception):
    """What the canary falls by."""


@attrs.define(eq=False)
class _Canary:
    """A child that falls once, and then lives. It is its own `supervisor.Chronicle`."""

    fell: bool = False
    sound: trio.Event = attrs.field(factory=trio.Event)

    async def live(self, _life: Life) -> None:
        await trio.lowlevel.checkpoint()
        if not self.fell:
            self.fell = True
            raise CanaryFell("made to fail, as an exercise")
        await trio.sleep_forever()

    async def failed(self, recovery: Recovery, cause: BaseException) -> None:
        await trio.lowlevel.checkpoint()

    async def restarting(self, recovery: Recovery) -> None:
        await trio.lowlevel.checkpoint()

    async def recovered(self, recovery: Recovery) -> None:
        await trio.lowlevel.checkpoint()
        self.sound.set()


@attrs.define(eq=False, kw_only=True)
class Drill:
    """Exercise recovery, on a schedule and when asked."""

    store: Store
    clock: Clock
    recorder: Recorder
    alarm: Alarm
    every_s: float | None = None
    """How often; None: only when asked."""
    policy: RecoveryPolicy = POLICY
    _asked: trio.Event = attrs.field(factory=trio.Event, init=False)

    def ask(self, request: Request) -> None:
        """Exercise as soon as no other exercise is under way."""
        self.recorder.keep(EventRecord(answers=(request.id,)))
        self._asked.set()

    async def run(self) -> None:
        """Exercise for ever."""
        left_s = await self._first_s()
        while True:
            with trio.move_on_after(left_s):
                await self._asked.wait()
            self._asked = trio.Event()
            await self.exercise()
            left_s = self._every_s

    @property
    def _every_s(self) -> float:
        return float("inf") if self.every_s is None else self.every_s

    async def _first_s(self) -> float:
        """Return how long the first exercise has time: a restart of ours puts none off."""
        if self.every_s is None:
            await trio.lowlevel.checkpoint()
            return self._every_s
        try:
            async with self.store.session("drill") as session:
                last = await session.events(limit=1, kinds=(STARTED,))
        except DatabaseAway:
            return self._every_s
        if not last:
            return self._every_s
        due_at = last[0].at + timedelta(seconds=self.every_s)
        return min(self._every_s, max(0.0, (due_at - self.clock.now()).total_seconds()))

    async def exercise(self) -> bool:
        """Let a canary fall; return whether it recovered in time. Takes `MISSED_S` at most."""
        began_at, began_s = self.clock.now(), trio.current_time()
        tell("drill.started")
        self._keep(began_at, STARTED, "")
        canary, trouble = _Canary(), f"not recovered within {format_duration(MISSED_S)}"
        try:
            with trio.move_on_after(MISSED_S):
                await self._let_fall(canary)
        except Exception as error:  # noqa: BLE001 (whatever it is, nobody was recovered)
            trouble = describe(error)
        took_s = round(trio.current_time() - began_s, 3)
        now, took = self.clock.now(), format_duration(took_s)
        if not canary.sound.is_set():
            tell("drill.missed", why=trouble)
            self._keep(now, MISSED, trouble, {"took_s": took_s})
            self.alarm.begin("drill", "", f"the canary was {trouble}")
            return False
        late = took_s > LATE_S
        tell("drill.recovered", took=took, limit=format_duration(LATE_S))
        detail = f"late: after {took}, not {format_duration(LATE_S)}" if late else f"after {took}"
        self._keep(now, RECOVERED, detail, {"took_s": took_s, "late": late})
        if late:
            self.alarm.begin("drill", "", f"the canary recovered {detail}")
        else:
            self.alarm.end("drill", "", f"the canary recovered {detail}")
        return not late

    async def _let_fall(self, canary: _Canary) -> None:
        """Return when the canary has fallen and is sound again."""
        supervisor = Supervisor(policy=self.policy, clock=self.clock)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(supervisor.supervise, "canary", canary.live, canary, name="canary")
            await canary.sound.wait()
            nursery.cancel_scope.cancel()

    def _keep(
        self, at: datetime, kind: str, detail: str, data: Mapping[str, Any] | None = None
    ) -> None:
        self.recorder.keep(
            EventRecord(event=Event(at=at, kind=kind, detail=detail, data=data or {}))
        )
