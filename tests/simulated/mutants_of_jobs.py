"""The monitor broken on purpose in what it says of jobs; see `mutants`."""

from typing import Any

import pytest
import trio

from monitor.core import heartbeat
from monitor.core.heartbeat import Absence
from monitor.core.pings import Ping, PingKind
from monitor.core.records import Record
from monitor.engine.around import Place
from monitor.engine.pulse import Pulse
from monitor.engine.recorder import Recorder
from tests.simulated.mutants import Mutant
from tests.simulated.setting import Fault, Setting

JOBS = Setting(
    seed=21,
    tasks=50,
    kept=2,
    days=120,
    density=8,
    faults=frozenset({Fault.JOBS, Fault.CRASH, Fault.ANSWERS}),
)
"""Processes that come and go, while jobs speak and are silent."""


def forgets_its_own_absence(patch: pytest.MonkeyPatch) -> None:
    async def broken(_self: Pulse, _session: Any) -> list[Absence]:
        await trio.lowlevel.checkpoint()
        return []

    patch.setattr(Pulse, "absences", broken)


def excuses_everything(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(heartbeat, "DEAF_S", 0.0)
    patch.setattr(
        heartbeat,
        "_between",
        lambda absent, _from, until: Absence(until, until) if absent else None,
    )


def says_written_too_soon(patch: pytest.MonkeyPatch) -> None:
    record = Recorder.record

    async def broken(self: Recorder, record_: Record) -> bool:
        return await record(self, record_) or hasattr(record_, "ping")

    patch.setattr(Recorder, "record", broken)


def believes_what_is_not_written(patch: pytest.MonkeyPatch) -> None:
    take = Pulse.take

    async def broken(self: Pulse, task_id: int, kind: PingKind, **more: Any) -> bool:
        ping = Ping(task_id=task_id, kind=kind, at=self._moment())
        self._memories[task_id].add(ping)
        self.look_again(task_id)
        return await take(self, task_id, kind, **more)

    patch.setattr(Pulse, "take", broken)


def is_late(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Place, "look_at", lambda *_args: None)


MUTANTS = (
    Mutant("our own absence is forgotten", forgets_its_own_absence, "J3", JOBS),
    Mutant("every silence is excused", excuses_everything, "J5", JOBS),
    Mutant("a ping is said to be written that is not", says_written_too_soon, "J1", JOBS),
    Mutant("a ping is believed before it is written", believes_what_is_not_written, "J2", JOBS),
    Mutant("a silence is noticed at the next slot", is_late, "J4", JOBS),
)
