"""Two hundred tasks, one simulated day, and everything that can go wrong in it."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.app import App
from monitor.core.failures import OutcomeUnknown
from monitor.core.model import Event, GapReason, Reason, RequestKind, Result, Status, Task
from monitor.core.probing import OwnFault, TargetDown
from monitor.core.records import Record
from tests.core.judge import judge_task
from tests.core.scene import EXACT, Stage

DAY_S = 86_400.0
TASKS = 200
INTERVALS_S = (900.0, 1800.0, 3600.0)

MOODS = ["well"] * 12 + ["refusing", "hanging", "slow", "lazy", "buggy", "faulty", "leaving"]


class Panic(BaseException):
    """What some libraries in Rust raise; it is no Exception."""


@attrs.define(eq=False)
class Moody:
    """A target, or the plugin that looks at it, that changes its mood now and then."""

    chance: random.Random
    mood: str = "well"
    until_s: float = 0.0
    truly_down: int = 0

    async def play(self) -> Result:
        if trio.current_time() >= self.until_s:
            self.mood = self.chance.choice(MOODS)
            self.until_s = trio.current_time() + self.chance.expovariate(1 / 5400)
        await trio.sleep(self.chance.uniform(0.0, 0.5))
        match self.mood:
            case "refusing":
                self.truly_down += 1
                raise TargetDown("connection refused")
            case "hanging":
                self.truly_down += 1
                await trio.sleep_forever()
            case "slow":
                return Result(status=Status.DEGRADED, detail="slow")
            case "lazy":
                await trio.sleep(5.0)
            case "buggy":
                raise self.chance.choice([KeyError("x"), ExceptionGroup("y", [OSError()])])
            case "faulty":
                raise OwnFault(Reason.RESOLVER, "no resolver answers")
            case "leaving" if self.chance.random() < 0.2:
                raise self.chance.choice([SystemExit(1), Panic("boom")])
        return Result(status=Status.UP)


@attrs.define(eq=False)
class Fate:
    """What happens to the machine, the database and the tasks on that day."""

    stage: Stage
    clock: MockClock
    chance: random.Random
    tasks: list[Task]
    paused: set[int] = attrs.field(factory=set)

    async def pester(self, app: App) -> None:
        """Do one thing after the other, for ever."""
        while True:
            await trio.sleep(self.chance.expovariate(1 / 600))
            deeds = [self.database, self.answers, self.lag, self.wish, self.edit, self.pause]
            await self.chance.choice([*deeds, self.pause])(app)

    async def database(self, app: App) -> None:
        self.stage.store.go_away()
        await trio.sleep(self.chance.choice([1, 30, 600, 1500]))
        self.stage.store.come_back()
        await trio.sleep(30)

    async def answers(self, app: App) -> None:
        def lose(_records: Sequence[Record]) -> None:
            if self.chance.random() < 0.3:
                raise OutcomeUnknown("the connection broke")

        self.stage.store.answer = lose
        await trio.sleep(300)
        self.stage.store.answer = lambda _: None

    async def lag(self, app: App) -> None:
        await trio.lowlevel.checkpoint()
        self.clock.jump(self.chance.choice([1.0, 6.0, 25.0]))

    async def wish(self, app: App) -> None:
        await self.stage.ask(self.chance.choice(self.tasks), self.chance.choice(list(RequestKind)))

    async def edit(self, app: App) -> None:
        task = self.chance.choice(self.tasks)
        await self.stage.edit(task, timeout_s=self.chance.choice([9.0, 10.0, 11.0]))
        app.reconcile.hint()

    async def pause(self, app: App) -> None:
        if len(self.paused) > 5:
            await self.resume_all()
            return
        task = self.chance.choice(self.tasks)
        self.paused.add(task.id)
        await self.stage.edit(task, paused=True)

    async def resume_all(self) -> None:
        for task in self.tasks:
            if task.id in self.paused:
                await self.stage.edit(task, paused=False)
        self.paused.clear()

    def machine(self) -> None:
        """Step the clock, or sleep, or neither, between two processes or in the middle of one."""
        match self.chance.randrange(4):
            case 0:
                self.stage.machine.step(-1800)
            case 1:
                self.stage.machine.step(1800)
            case 2:
                self.stage.machine.suspend(3600)


async def live_through(fate: Fate, until_s: float, *, crash: bool) -> None:
    """Run one process of the monitor among all that; end it in good order or not."""
    stage = fate.stage
    with trio.CancelScope() as life:
        async with stage.running() as app:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(fate.pester, app)
                await trio.sleep_until(until_s)
                fate.machine()
                await trio.sleep(fate.chance.uniform(0, 900))
                nursery.cancel_scope.cancel()
            if crash:
                life.cancel()
            stage.store.come_back()
            stage.store.answer = lambda _: None
            await fate.resume_all()
            app.reconcile.hint()
            await trio.sleep(60)
            assert not app.recorder.behind


def judge_restarts(events: list[Event]) -> None:
    """I7: each wait lies on the curve, and giving up is told once until something changes."""
    told = ""
    for event in events:
        if event.kind == "task.restarting":
            retry_at = datetime.fromisoformat(event.data["retry_at"])
            wait_s = (retry_at - event.at) / timedelta(seconds=1)
            curve_s = EXACT.backoff.delay_s(max(1, event.data["attempt"]))
            assert pytest.approx(curve_s, abs=1.5) == wait_s
        assert not (event.kind == told == "task.failed")
        if event.kind in ("task.failed", "task.recovered", "task.restarting"):
            told = event.kind


@pytest.mark.slow
@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("seed", [1], indirect=True)
async def test_a_day_of_everything_that_can_go_wrong(
    seed: int, stage: Stage, autojump_clock: MockClock
) -> None:
    chance = random.Random(seed)
    moodies = [Moody(random.Random(chance.random())) for _ in range(TASKS)]
    tasks = [
        stage.add(
            f"t{number}",
            moody.play,
            interval_s=chance.choice(INTERVALS_S),
            attempts=chance.choice([1, 2, 3]),
            recovery_confirmations=chance.choice([1, 2]),
            retry_interval_s=20.0,
        )
        for number, moody in enumerate(moodies)
    ]
    fate = Fate(stage, autojump_clock, chance, tasks)
    for process in range(6):
        await live_through(fate, DAY_S / 6 * (process + 1), crash=process % 2 == 0)
        await trio.sleep([0.0, 20.0, 3000.0, 100.0, 1500.0, 0.0][process])
    now = stage.clock.now()
    for task, moody in zip(tasks, moodies, strict=True):
        judge_task(stage.store, stage.store.tables.tasks[task.id], now)
        down = [look for look in stage.looks(task) if look.result.status is Status.DOWN]
        assert len(down) <= moody.truly_down
        mine = [one for one in stage.store.tables.events.values() if one.task_id == task.id]
        judge_restarts(sorted(mine, key=lambda one: one.at))
    reasons = Counter(gap.reason for gap in stage.store.tables.gaps.values())
    assert {GapReason.MONITOR_DOWN, GapReason.PAUSED, GapReason.BACKING_OFF} <= set(reasons)
    assert [] == stage.events("task.stalled") + stage.events("system.storm")
    assert 8_000 <= len(stage.store.tables.looks)
