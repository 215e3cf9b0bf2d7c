"""The world around the monitor: process after process of the real engine, and their troubles."""

import logging
from bisect import bisect_right
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import attrs
import trio
from trio.testing import MockClock

from monitor import probes
from monitor.app import App, Tuning, open_monitor
from monitor.core.alerts.alerting import AlertingChange, Maintenance, Selector
from monitor.core.model import Reason, Recovery, Result, State, Status, Task, TaskSpec
from monitor.core.probing import OwnFault, Prepared, TargetDown, Trace
from monitor.engine.child import Doing
from monitor.engine.foresight import Foresight
from tests.core.scene import Journal, Stage
from tests.simulated.faults import CHANNELS, Faults
from tests.simulated.happenings import Happening, plan
from tests.simulated.jobs import Jobs
from tests.simulated.operators import Operators
from tests.simulated.scripts import FAILS, PATROL, SECRET, Sight, write_parts
from tests.simulated.setting import DAY_S, Fault, Setting
from tests.simulated.timetable import TARGET, write_jobs
from tests.simulated.witness import Process, Seen, Witness

CALM_S = 0.75 * DAY_S
"""At the end all is well for so long: longer than a night with quiet hours, and than a child that
was given up on waits."""
WINDOW = Maintenance(
    name="sundays",
    selector=Selector(tags=(PATROL,)),
    rule={"cron": "30 1 * * sun", "duration": "2h", "zone": "Europe/Berlin"},
)
COMPANY_S = 1.0
"""The first record of a group waits for so long where no look is left out: two hundred tasks look
once in a second and a half, and groups of one would prove little."""
ANCHORS = ("anchor:a", "anchor:b")
ORGANS = {"recorder", "reconcile", "auditor", "outbox", "presence", "drill", "farewell"}
_LATENCY_S = 0.2
_DRIFT_S = 20.0


class Panic(BaseException):
    """What some libraries in Rust raise; it is no Exception."""


class Ear(Journal):
    """Hears the journal: counts its events, and listens for what nobody may read."""

    def __init__(self, witness: Witness) -> None:
        super().__init__()
        self.events: Counter[str] = Counter()
        self._witness = witness

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "event", "log")
        self.events[event] += 1
        if SECRET in record.getMessage() or SECRET in str(getattr(record, "fields", "")):
            self._witness.faults.append(f"I10: the journal tells a secret: {event}")
        if event in ("system.error", "record.refused", "log", "task.stalled", "task.unwatched"):
            what = getattr(record, "fields", record.getMessage())
            self._witness.faults.append(f"the journal tells of a fault of ours: {event} {what}")


@attrs.define(eq=False)
class World:
    """Everything there is in one life."""

    setting: Setting
    clock: MockClock
    witness: Witness = attrs.field(factory=Witness)
    ear: Ear = attrs.field(init=False)
    stage: Stage = attrs.field(init=False)
    faults: Faults = attrs.field(init=False)
    operators: Operators = attrs.field(init=False)
    jobs: Jobs = attrs.field(init=False)
    happenings: list[Happening] = attrs.field(init=False)
    app: App | None = None
    _looking: trio.Event = attrs.field(factory=trio.Event, init=False)
    """Set when a look begins."""
    _turns: tuple[float, ...] = attrs.field(default=(), init=False)
    """When something happens that changes what looks see, other than by their targets."""

    def __attrs_post_init__(self) -> None:
        self.ear = Ear(self.witness)
        self.stage = Stage(self.ear)
        parts = write_parts(self.setting)
        self.faults = Faults(self.setting, self.stage, self.witness)
        self.operators = Operators(self.stage, self.witness, parts, self.hint)
        self.jobs = Jobs(self.stage, self.faults, self.witness, write_jobs(self.setting))
        self.happenings = plan(self.setting)
        turning = (Fault.UPLINK, Fault.CLOCK, Fault.SUSPEND)
        turns = {
            moment
            for one in self.happenings
            if one.fault in turning
            for moment in (one.at_s, one.until_s)
        }
        self._turns = tuple(sorted(turns))
        self.stage.store.tables.alerts.change(
            AlertingChange(channels=CHANNELS, maintenances=(WINDOW,))
        )
        for number in range(self.setting.present):
            self.operators.set_up(number)
        self.jobs.set_up()

    def hint(self) -> None:
        """Have the running monitor see what changed, as it would within a second."""
        if self.app is not None:
            self.app.reconcile.hint()

    # --- targets ------------------------------------------------------------------------------

    def prepare(self, task: TaskSpec) -> Prepared:
        if task.target in ANCHORS:
            return Prepared(self._anchor)
        if task.target == TARGET:
            return probes.prepare(task)
        assert isinstance(task, Task)
        part = self.operators.parts[self.witness.parts[task.id]]

        async def probe(trace: Trace) -> Result:
            at, process = self.stage.clock.now(), self.faults.process
            trace.address = "192.0.2.7:443"
            self._looking.set()
            with trace.enter("connect"):
                await trio.sleep(_LATENCY_S)
                if self.faults.dead or process != self.faults.process:
                    await trio.sleep_forever()
                now_s, linked = trio.current_time(), not self.faults.unlinked
                sight = part.script.at(now_s)
                seen = Seen(at, now_s, sight, process, linked)
                self.witness.looks[task.id].append(seen)
                if sight is Sight.HANGS and linked:
                    await trio.sleep_forever()
                return _answer(task.target, sight, linked=linked)

        return Prepared(probe)

    async def _anchor(self, trace: Trace) -> Result:
        trace.address = "192.0.2.1:53"
        with trace.enter("connect"):
            await trio.sleep(0.05)
            if self.faults.unlinked:
                raise TargetDown("network is unreachable")
        return Result(status=Status.UP)

    def foresee(self, task: Task, looked_at: datetime) -> datetime | None:
        """Say up to when looks at a task see the same: its target, and whatever else there is."""
        if task.target == TARGET:
            return None
        now_s = trio.current_time()
        seen = self.witness.looks[task.id]
        looked_s = seen[-1].at_s if seen and seen[-1].at == looked_at else now_s
        part = self.operators.parts[self.witness.parts[task.id]]
        until_s = min(part.script.until(looked_s), self.setting.until_s + 30 * DAY_S)
        turn = bisect_right(self._turns, looked_s)
        until_s = min([until_s, *self._turns[turn : turn + 1]])
        if until_s <= now_s:
            return None
        left_s = until_s - now_s
        if self.stage.clock.ahead_s > 0:
            left_s *= 0.85  # our clock goes slower now, so the moment comes sooner by it
        return self.stage.clock.now() + timedelta(seconds=left_s)

    # --- time ---------------------------------------------------------------------------------

    async def live(self) -> None:
        """Run one process after the other to the end of all trouble, and a last one in peace."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.jobs.run, self.setting.until_s)
            async with trio.open_nursery() as troubles:
                troubles.start_soon(self._let_happen, troubles)
                while trio.current_time() < self.setting.until_s:
                    gone_s = await self._process(self.setting.until_s)
                    left_s = self.setting.until_s - trio.current_time()
                    await trio.sleep(max(0.0, min(gone_s, left_s)))
                troubles.cancel_scope.cancel()
            self.faults.calm_down()
            for task in self.stage.store.tables.tasks.values():
                if task.paused:
                    await self.stage.edit(task, paused=False)
                    self.operators._note("unpause", task)
            await self._process(trio.current_time() + CALM_S)
            nursery.cancel_scope.cancel()
        self.witness.faults += [f"a clash of records: {one}" for one in self.stage.store.clashes]

    async def _let_happen(self, nursery: trio.Nursery) -> None:
        plays = {**self.faults.plays, **self.operators.plays, **self._plays}
        for one in self.happenings:
            await trio.sleep_until(one.at_s)
            absent = one.fault in self.operators.plays and one.number not in self.operators.tasks
            if not absent:
                self.witness.figures[f"happenings: {one.fault}"] += 1
                nursery.start_soon(self._happen, plays[one.fault], one)

    async def _happen(self, play: Callable[[Happening], Awaitable[None]], one: Happening) -> None:
        await play(one)
        self.hint()  # whatever is over now, a monitor would see within a second

    @property
    def _plays(self) -> dict[Fault, Callable[[Happening], Awaitable[None]]]:
        return {Fault.CLOCK: self._step, Fault.SUSPEND: self._suspend, Fault.LAG: self._lag}

    async def _step(self, happening: Happening) -> None:
        """Set the clock; one that was set back is watched more closely while ours goes slowly."""
        await trio.lowlevel.checkpoint()
        self._shift(happening.amount, asleep=False)
        while self.stage.clock.ahead_s > 0:
            await trio.sleep(_DRIFT_S)
            self._notice_time()

    async def _suspend(self, happening: Happening) -> None:
        await trio.lowlevel.checkpoint()
        self._shift(happening.amount, asleep=True)

    async def _lag(self, happening: Happening) -> None:
        """Let the loop stand still just while somebody looks."""
        self._looking = trio.Event()
        await self._looking.wait()
        self.clock.jump(happening.amount)
        self.witness.lagged_at.append(self.stage.clock.now())

    def _shift(self, by_s: float, *, asleep: bool) -> None:
        self.witness.stepped_at.append(self.stage.clock.now())
        if asleep:
            self.stage.machine.suspend(by_s)
            self.jobs.wake()
        else:
            self.stage.machine.step(by_s)
        self._notice_time()
        self.witness.stepped_at.append(self.stage.clock.now())

    def _notice_time(self) -> None:
        """Let the clock and the alarm see a step; their rounds take hours here, not seconds."""
        now = self.stage.clock.now()
        self.stage.clock.jump_within(now, now)
        if self.app is not None:
            self.app.beat._sooner.set()

    # --- processes ----------------------------------------------------------------------------

    async def _process(self, until_s: float) -> float:
        """Live one process; return for how long none shall run afterwards."""
        self.faults.begin_process()
        process = Process(trio.current_time(), number=self.faults.process)
        self.witness.processes.append(process)
        self.stage.clock = self.stage.machine.clock()
        process.began_at = self.stage.clock.now()
        tuning = Tuning(ease=self.setting.ease, anchors=ANCHORS, grace_s=10.0)
        tables = self.stage.store.tables
        states, recoveries = dict(tables.states), dict(tables.recoveries)
        monitor = open_monitor(
            self.stage.store, self.stage.clock, self.prepare, tuning, outside=self.faults.outside
        )
        async with monitor as app:
            self.app = self.jobs.app = app
            if self.setting.skips:
                app.watch.foresight = foresight = Foresight(self.stage.clock, self.foresee)
                app.watch.kin.seen_at = foresight.seen_at
            else:
                app.recorder.linger_s = COMPANY_S
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._inspect, app, process, states, recoveries)
                with trio.move_on_at(until_s):
                    await self.faults.over.wait()
                nursery.cancel_scope.cancel()
            if self.faults.dead:
                app.tuning = attrs.evolve(app.tuning, grace_s=0.0)
            armed = self.faults.armed if self.faults.over.is_set() else None
            process.how = armed.how if armed is not None else "the end"
            process.until_s, process.ended_at = trio.current_time(), self.stage.clock.now()
        self.app = self.jobs.app = None
        self.faults.end_of_process()
        self.witness.figures[f"processes ended: {process.how}"] += 1
        if self.stage.store.open_sessions:
            left = sorted(self.stage.store.open_sessions)
            self.witness.faults.append(f"I3: sessions open after the end: {left}")
        return armed.lasts_s if armed is not None else 0.0

    # --- what only the running engine shows ---------------------------------------------------

    async def _inspect(
        self,
        app: App,
        process: Process,
        states: dict[int, State],
        recoveries: dict[int, Recovery],
    ) -> None:
        """Look at the engine after its start (I9), and now and then (I3)."""
        await app.reconcile.settled()
        process.settled_s = trio.current_time()
        for child in app.fleet.children:
            task_id, before = child.task.id, states.get(child.task.id)
            if before is None or child.state.last_looked_at != before.last_looked_at:
                continue
            believed = attrs.evolve(child.state, consecutive_errors=before.consecutive_errors)
            known = recoveries[task_id]
            due = known.retry_at is not None and known.retry_at <= self.stage.clock.now()
            same = child.recovery == known or (due and child.recovery.attempts == known.attempts)
            if believed != before or not same:
                self._find(f"I9: a restart changed task {task_id}: {before} -> {child.state}")
        chance = self.setting.chance("inspection", process.number)
        while True:
            await trio.sleep(chance.expovariate(100 / self.setting.until_s))
            self._count_sessions(app)

    def _count_sessions(self, app: App) -> None:
        owners = {owner for owner in self.stage.store.open_sessions if "operator" not in owner}
        need = set(ORGANS)
        for child in app.fleet.children:
            owner = f"task {child.task.id}"
            if child.doing is Doing.STARTING:
                need.add(owner)  # may have opened it, or not yet
            elif child.doing is not Doing.RESTING:
                need.add(owner)
                if owner not in owners and app.fleet.child(child.task.id) is child:
                    self._find(f"I3: {owner} is {child.doing.value} without a session")
        if owners - need:
            self._find(f"I3: sessions of nobody: {sorted(owners - need)}")

    def _find(self, fault: str) -> None:
        self.witness.faults.append(fault)


def _answer(target: str, sight: Sight, *, linked: bool) -> Result:
    """Answer as the target, or the probe, does."""
    match sight:
        case Sight.BROKEN:
            number = int(trio.current_time()) % 3
            raise [RuntimeError(f"cannot read {target}"), SystemExit(1), Panic("boom")][number]
        case Sight.FAULTY:
            raise OwnFault(Reason.DESCRIPTORS, f"too many open files for {target}")
    if not linked:
        raise TargetDown("network is unreachable")
    if sight in FAILS:
        raise TargetDown(f"connection refused by {target}")
    if sight is Sight.SLOW:
        return Result(status=Status.DEGRADED, detail=f"{target} is slow")
    return Result(status=Status.UP)
