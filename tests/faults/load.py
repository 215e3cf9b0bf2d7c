"""A running monitor with many tasks, and who counts what they do."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import attrs
import trio

from monitor.app import App, Tuning, open_monitor
from monitor.core.model import Result, Status, Task, TaskSpec
from monitor.core.probing import Prepared, Trace
from monitor.core.records import LookRecord
from monitor.engine.clock import Clock
from monitor.store.address import parse_address
from monitor.store.bridge import Limits
from monitor.store.sql import SqlStore, open_store

TASKS = 200
INTERVAL_S = 0.5


@attrs.define(eq=False)
class Load:
    """What the tasks were seen to do, by their targets and by the engine."""

    tasks: int
    flapping: bool = False
    """Every fourth target is well at one look and down at the next; all others are always well."""
    looks: Counter[str] = attrs.field(factory=Counter)
    """Looks at each target."""
    seen: list[tuple[int, datetime]] = attrs.field(factory=list)
    """Task and slot of every look that was judged; all of it must be in the database in the end."""
    _more: trio.Event = attrs.field(factory=trio.Event)

    def prepare(self, task: TaskSpec) -> Prepared:
        """Make a probe that knows at once how its target is, and counts its looks."""
        flaps = self.flapping and int(task.target.removeprefix("load://")) % 4 == 0

        async def probe(_trace: Trace) -> Result:
            await trio.lowlevel.checkpoint()
            self.looks[task.target] += 1
            down = flaps and self.looks[task.target] % 2 == 0
            return Result(status=Status.DOWN if down else Status.UP)

        return Prepared(probe)

    def note(self, task: Task, record: LookRecord) -> None:
        self.seen.append((task.id, record.slot_at))
        self._more.set()

    async def until(self, come_true: Callable[[], bool], what: str, within_s: float) -> None:
        """Wait until something is true that only looks can make true."""
        with trio.move_on_after(within_s):
            while not come_true():
                self._more = trio.Event()
                await self._more.wait()
            return
        raise AssertionError(f"after {within_s} s there were still not {what}")

    async def looks_of_all(self, times: int, within_s: float = 30.0) -> None:
        """Wait until every task has looked so many times more."""
        before = Counter(self.looks)

        def enough() -> bool:
            done = self.looks - before
            return len(done) == self.tasks and min(done.values()) >= times

        await self.until(enough, f"{times} looks of each task", within_s)


@attrs.define(eq=False)
class Running:
    """A monitor under load."""

    load: Load
    store: SqlStore
    app: App


def specs(tasks: int, interval_s: float) -> list[TaskSpec]:
    return [
        TaskSpec(
            name=f"task {number}",
            target=f"load://{number}",
            interval_s=interval_s,
            timeout_s=interval_s / 2,
            attempts=1,
            recovery_confirmations=1,
        )
        for number in range(tasks)
    ]


@asynccontextmanager
async def open_load(
    url: str,
    *,
    tasks: int = TASKS,
    interval_s: float = INTERVAL_S,
    limits: Limits | None = None,
    kept: int | None = None,
    flapping: bool = False,
    grace_s: float = 5.0,
) -> AsyncIterator[Running]:
    """Run the engine around a block, on new tasks or those that are there; stop it in good order.

    All tasks have looked, and the first results are written, when the block begins.
    """
    load, clock = Load(tasks, flapping), Clock()
    async with open_store(parse_address(url), clock.now, limits=limits) as store:
        async with store.session("set-up") as session:
            if not await session.fleet():
                await session.add(specs(tasks, interval_s), clock.now())
        tuning = Tuning(grace_s=grace_s)
        async with open_monitor(store, clock, load.prepare, tuning, load.note) as app:
            if kept is not None:
                app.recorder.kept = kept
            await load.looks_of_all(2)
            yield Running(load, store, app)
            app.cause = "the end of the test"
