"""The monitor broken on purpose, one way at a time: each must be noticed by the judges.

A mutant is a patch of the product, the small life it is lived in, and a piece of what a judge must
say. The same life without the patch must be without fault.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
import trio

from monitor.core.alerts import dispatch
from monitor.core.alerts.notices import Notice
from monitor.core.calendar import hours
from monitor.core.model import Recovery, Result, Status, WatchedTask
from monitor.core.policy import Backoff, after_failure
from monitor.core.ports import OpenSession
from monitor.core.probing import Permanent, Probe
from monitor.core.records import LookRecord, NoticeRecord, Record
from monitor.core.verdict import Verdict, judge
from monitor.engine import supervisor, watch
from monitor.engine.alarm import Alarm
from monitor.engine.auditor import Auditor
from monitor.engine.beat import Beat, Closing
from monitor.engine.clock import Clock
from monitor.engine.courier import Courier
from monitor.engine.fleet import Fleet
from monitor.engine.look import look as plain_look
from monitor.engine.loop_lag import LoopLag
from monitor.engine.outbox import Outbox
from monitor.engine.reconcile import Reconcile
from monitor.engine.recorder import Recorder
from monitor.engine.uplink import Uplink
from monitor.store import memory_tables
from monitor.store.memory import MemorySession, MemoryStore
from monitor.store.memory_alerting import AlertTables
from tests.simulated.setting import Fault, Setting

Break = Callable[[pytest.MonkeyPatch], None]

ONE_DAY = Setting(seed=3, tasks=8, days=1, interval_s=900.0, density=6, skips=False)
"""No look is left out."""
WIRES = Setting(
    seed=17,
    tasks=6,
    days=12,
    density=8,
    faults=frozenset({Fault.ANSWERS, Fault.DATABASE, Fault.UPLINK, Fault.CLOCK, Fault.CRASH}),
)
"""Only what is around us fails."""
ANSWERS = Setting(
    seed=16, tasks=5, days=6, density=20, faults=frozenset({Fault.ANSWERS, Fault.CHANNELS})
)
"""Commits of unknown outcome, by the hundred."""
CLOCKS = Setting(seed=18, tasks=4, days=10, density=20, faults=frozenset({Fault.CLOCK}))
"""A machine whose clock is set forward and back, forty times."""
PEOPLE = Setting(
    seed=13, tasks=4, days=120, density=5, faults=frozenset({Fault.SILENCES, Fault.TAKINGS})
)
"""Only people; long enough for the clocks of Berlin to be changed."""
SPRING = Setting(seed=12, tasks=6, days=120)
"""Everything, for months."""
LIVES = {
    "one day": ONE_DAY,
    "wires": WIRES,
    "answers": ANSWERS,
    "clocks": CLOCKS,
    "people": PEOPLE,
    "spring": SPRING,
}


@attrs.frozen
class Mutant:
    """One way to be broken."""

    name: str
    apply: Break
    found: str
    """A piece of what a judge says of it."""
    setting: Setting = ONE_DAY


# --- looks ----------------------------------------------------------------------------------------


def stays_due_after_errors(patch: pytest.MonkeyPatch) -> None:
    look = watch.Watch._look

    async def broken(self: watch.Watch, *args: Any) -> tuple[LookRecord, Exception | None]:
        record, error = await look(self, *args)
        if error is not None:
            state = attrs.evolve(record.state, next_check_at=record.slot_at)
            record = attrs.evolve(record, state=state)
        return record, error

    patch.setattr(watch.Watch, "_look", broken)


def stops_when_the_database_is_away(patch: pytest.MonkeyPatch) -> None:
    """The bug that started this project; and the auditor, who would mend it, is blind."""
    write = watch.Watch._write

    async def broken(self: watch.Watch, session: Any, record: LookRecord) -> None:
        await write(self, session, record)
        if self.recorder.outage.on:
            raise Closing

    async def blind(_self: Auditor, _session: Any) -> None:
        await trio.lowlevel.checkpoint()

    patch.setattr(watch.Watch, "_write", broken)
    patch.setattr(Auditor, "_audit_store", blind)


def forgets_gaps(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(watch.Watch, "_gaps", lambda *_args: ())


def books_own_faults_on_the_target(patch: pytest.MonkeyPatch) -> None:
    async def broken(probe: Probe, timeout_s: float) -> Result:
        try:
            return await plain_look(probe, timeout_s)
        except Permanent:
            raise
        except Exception as error:  # noqa: BLE001 (the breakage)
            return Result(status=Status.DOWN, detail=str(error), phase="check")

    patch.setattr(watch, "look", broken)


def never_asks_the_anchors(patch: pytest.MonkeyPatch) -> None:
    async def broken(_self: Uplink, _task_id: int, _started_s: float) -> bool:
        await trio.lowlevel.checkpoint()
        return False

    patch.setattr(Uplink, "to_blame", broken)


def believes_its_own_lag(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LoopLag, "taints", lambda *_args: False)


def looks_at_what_is_paused(patch: pytest.MonkeyPatch) -> None:
    apply = Reconcile._apply

    async def broken(self: Reconcile, changes: Any) -> None:
        watched = tuple(
            attrs.evolve(one, task=attrs.evolve(one.task, paused=False)) for one in changes.watched
        )
        await apply(self, attrs.evolve(changes, watched=watched))

    patch.setattr(Reconcile, "_apply", broken)


def oversleeps(patch: pytest.MonkeyPatch) -> None:
    """Of those who wait for a slot, each hundredth is forgotten."""
    wait, waits = Beat.wait, iter(range(1, 1_000_000))

    async def broken(self: Beat, key: int, due_at: datetime) -> None:
        lost = next(waits) % 100 == 0
        await wait(self, key, due_at + timedelta(days=1000 if lost else 0))

    patch.setattr(Beat, "wait", broken)


def believes_the_clock(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Clock, "now", lambda self: datetime.fromtimestamp(self.wall(), UTC))


# --- records --------------------------------------------------------------------------------------


def writes_twice_what_was_written(patch: pytest.MonkeyPatch) -> None:
    """A record that is repeated, since its answer was lost, is another one."""
    write = AlertTables.write

    def broken(self: AlertTables, new: Sequence[Notice], decided: Sequence[Notice]) -> None:
        others = [
            attrs.evolve(one, key=f"{one.key}-{len(self.notices)}")
            if (one.key, one.channel) in self.notices
            else one
            for one in new
        ]
        write(self, others, decided)

    patch.setattr(AlertTables, "write", broken)


def late_results_win(patch: pytest.MonkeyPatch) -> None:
    """Records of one commit are written in any order, and whichever comes last is believed."""
    commit, write_look = MemorySession.commit, memory_tables.write_look

    async def broken_commit(self: MemorySession, records: Sequence[Record]) -> None:
        await commit(self, [*reversed(records)])

    def broken_write(tables: memory_tables.Tables, record: LookRecord) -> None:
        write_look(tables, record)
        tables.states[record.task_id] = record.state

    patch.setattr(MemorySession, "commit", broken_commit)
    patch.setattr(memory_tables, "write_look", broken_write)


def leaks_sessions(patch: pytest.MonkeyPatch) -> None:
    """A session is closed only if all went well."""

    @asynccontextmanager
    async def broken(
        self: MemoryStore, owner: str, task_id: int | None = None
    ) -> AsyncIterator[MemorySession]:
        self.open_sessions[owner] = OpenSession(owner, task_id, self.now())
        yield MemorySession(self, owner, trio.lowlevel.current_task())
        del self.open_sessions[owner]

    patch.setattr(MemoryStore, "session", broken)


def closes_incidents_twice(patch: pytest.MonkeyPatch) -> None:
    known = set[tuple[int, int]]()

    def broken(task: Any, state: Any, result: Result, at: datetime) -> Verdict:
        verdict = judge(task, state, result, at)
        one = verdict.incident
        if one is None or one.closed_at is None or (one.task_id, one.number) in known:
            return verdict
        known.add((one.task_id, one.number))
        before = state.standing, state.standing_since_at
        still = attrs.evolve(verdict.state, standing=before[0], standing_since_at=before[1])
        return attrs.evolve(verdict, state=still)

    patch.setattr(watch, "judge", broken)


def drops_what_waits(patch: pytest.MonkeyPatch) -> None:
    """What waits for the database is thrown away when that goes."""
    lose = Recorder.lose

    def broken(self: Recorder, error: Exception) -> None:
        lose(self, error)
        self._queue.clear()

    patch.setattr(Recorder, "lose", broken)


# --- lives ----------------------------------------------------------------------------------------


def never_forgets_attempts(patch: pytest.MonkeyPatch) -> None:
    async def broken(_self: Any, _life: Any) -> None:
        await trio.sleep_forever()

    patch.setattr(supervisor._Incarnation, "_recover", broken)
    patch.setattr(
        supervisor,
        "after_failure",
        lambda *args, **words: after_failure(*args, **{**words, "lived_s": 0.0}),
    )


def forgets_attempts_with_the_process(patch: pytest.MonkeyPatch) -> None:
    start = Fleet.start

    def broken(self: Fleet, watched: WatchedTask, *args: Any) -> None:
        start(self, attrs.evolve(watched, recovery=Recovery()), *args)

    patch.setattr(Fleet, "start", broken)


def does_not_wait_longer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Backoff, "delay_s", lambda self, _attempt, _key="": self.base_s)


def comes_back_too_soon(patch: pytest.MonkeyPatch) -> None:
    async def broken(_self: Clock, _moment: datetime) -> None:
        await trio.sleep(5.0)

    patch.setattr(Clock, "sleep_until", broken)


def gives_up_in_silence(patch: pytest.MonkeyPatch) -> None:
    begin = Alarm.begin

    def broken(self: Alarm, kind: str, *args: Any, **words: Any) -> None:
        if kind != "task":
            begin(self, kind, *args, **words)

    patch.setattr(Alarm, "begin", broken)


# --- alerts ---------------------------------------------------------------------------------------


def forgets_that_it_told(patch: pytest.MonkeyPatch) -> None:
    """What was sent is remembered in memory only."""
    keep = Recorder.keep

    def broken(self: Recorder, record: Record) -> None:
        if not (isinstance(record, NoticeRecord) and record.decided):
            keep(self, record)

    patch.setattr(Recorder, "keep", broken)


def tells_everything_twice(patch: pytest.MonkeyPatch) -> None:
    deliver = Courier._deliver

    async def broken(self: Courier, batch: Any) -> bool:
        await self.send(self.compose(batch.notices, batch.late))
        return await deliver(self, batch)

    patch.setattr(Courier, "_deliver", broken)


def loses_acknowledgements(patch: pytest.MonkeyPatch) -> None:
    learn = Outbox._learn

    def broken(self: Outbox, alerting: Any) -> None:
        learn(self, alerting)
        self._taken = {}

    patch.setattr(Outbox, "_learn", broken)


def silences_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(dispatch, "_by_rules", lambda *_args: None)


def knows_no_summer_time(patch: pytest.MonkeyPatch) -> None:
    def broken(moment: datetime, _zone: ZoneInfo) -> datetime:
        return (moment + timedelta(hours=1)).replace(tzinfo=None)

    patch.setattr(hours, "wall_at", broken)


def tells_secrets(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(watch, "describe", str)


MUTANTS = (
    Mutant("next_check is not moved on an error", stays_due_after_errors, "I6"),
    Mutant("a silent stop on a database error", stops_when_the_database_is_away, "I1", WIRES),
    Mutant("gaps are forgotten", forgets_gaps, "I1"),
    Mutant("own faults are DOWN", books_own_faults_on_the_target, "I8"),
    Mutant("the uplink is not asked for", never_asks_the_anchors, "I8", WIRES),
    Mutant("our own lag is DOWN", believes_its_own_lag, "I8"),
    Mutant("what is paused is looked at", looks_at_what_is_paused, "paused since"),
    Mutant("a wake-up is lost", oversleeps, "task.stalled"),
    Mutant("a clock that is set back is believed", believes_the_clock, "I", CLOCKS),
    Mutant("a repeated record is another one", writes_twice_what_was_written, "A1", ANSWERS),
    Mutant("a late result overwrites a newer state", late_results_win, "I4"),
    Mutant("a session is leaked", leaks_sessions, "I3"),
    Mutant("an incident is closed twice", closes_incidents_twice, "was closed by 2 looks"),
    Mutant("what waits for the database is dropped", drops_what_waits, "not recorded", WIRES),
    Mutant("attempts are never forgotten", never_forgets_attempts, "not forgotten", SPRING),
    Mutant("a restart forgets attempts", forgets_attempts_with_the_process, "I9", SPRING),
    Mutant("waits do not grow", does_not_wait_longer, "not about"),
    Mutant("a restart too soon", comes_back_too_soon, "before"),
    Mutant("given up in silence", gives_up_in_silence, "given up", SPRING),
    Mutant("that it was told is not written down", forgets_that_it_told, "A2"),
    Mutant("everything is told twice", tells_everything_twice, "A3"),
    Mutant("an acknowledgement is lost", loses_acknowledgements, "A7", PEOPLE),
    Mutant("nothing is silenced", silences_nothing, "A5", PEOPLE),
    Mutant("no summer time", knows_no_summer_time, "quiet hours", PEOPLE),
    Mutant("a password is told", tells_secrets, "I10"),
)
