"""Step 4: the same load over one shared session must fail, and over one per task must not.

Without the first half, the second would prove nothing: a load too weak to provoke the fault looks
exactly like a program that does not have it.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

import attrs
import trio

from monitor.core.describe import describe
from monitor.core.failures import SessionBusyError
from monitor.core.model import Result, Status, Task, TaskSpec, WatchedTask
from monitor.core.ports import Session
from monitor.core.records import LookRecord, Record
from monitor.engine.clock import Clock
from monitor.store.address import Address
from monitor.store.bridge import open_bridge
from monitor.store.shared_session import open_shared_session
from monitor.store.sql import SqlStore, open_store
from monitor.verification.capture import FAULT
from monitor.verification.findings import Comparison, Notes, Side
from monitor.verification.outside import apart, read, what_is_left
from monitor.verification.trial import Bench, owner_of

STEP = "control"
_TASKS = 8
_ROUNDS = 10
_PAUSES_S = (0.004, 0.006, 0.01)
"""Between two looks of a task; unequal, so that the tasks meet in all phases of an operation."""
_AT_ONCE_S = 0.5
_INTERVAL = timedelta(seconds=30)


class LoadSession(Protocol):
    """What the load asks of a session, its own or a shared one."""

    async def watched(self, task_id: int) -> WatchedTask:
        """Return one task with its state."""

    async def commit(self, records: Sequence[Record]) -> None:
        """Write the records."""


OpenSessionOf = Callable[[Task], AbstractAsyncContextManager[LoadSession]]


@attrs.define(eq=False)
class Tally:
    """What happened to the operations of a load: each reads a task's state and writes a look."""

    count: Callable[[], None]
    operations: int = 0
    errors: Counter[str] = attrs.field(factory=Counter)
    last_next_check: dict[int, datetime] = attrs.field(factory=dict)
    usable: bool = False

    async def look(self, session: LoadSession, task: Task, now: datetime) -> bool:
        """Do one operation; a failure is counted, not raised."""
        self.operations += 1
        self.count()
        self.last_next_check[task.id] = now + _INTERVAL
        try:
            state = (await session.watched(task.id)).state
            state = attrs.evolve(state, last_slot_at=now, next_check_at=now + _INTERVAL)
            result = Result(status=Status.UP)
            await session.commit(
                [LookRecord(slot_at=now, looked_at=now, result=result, state=state)]
            )
        except Exception as error:  # noqa: BLE001 - whatever the misuse leads to is the finding
            self.errors[_plain(error)] += 1
            await trio.lowlevel.checkpoint()
            return False
        return True


def _plain(error: Exception) -> str:
    """Say what went wrong without SQLAlchemy's link and statement."""
    return describe(error).partition(" (Background on")[0].partition(" [SQL:")[0]


async def run_load(open_session: OpenSessionOf, tasks: Sequence[Task], tally: Tally) -> None:
    """Let all tasks look several times at once, each through the session it is given."""
    now = Clock().now

    async def work(task: Task) -> None:
        async with open_session(task) as session:
            for i in range(_ROUNDS):
                await tally.look(session, task, now())
                await trio.sleep(_PAUSES_S[(task.id + i) % len(_PAUSES_S)])

    async with trio.open_nursery() as nursery:
        for task in tasks:
            nursery.start_soon(work, task, name=owner_of(task))


async def still_works(open_session: OpenSessionOf, spare: Task) -> bool:
    """Say whether a session works now that nobody else uses it."""
    async with open_session(spare) as session:
        return await Tally(lambda: None).look(session, spare, Clock().now())


async def shared_against_own(bench: Bench, address: Address, notes: Notes) -> None:
    """Run the load both ways, each with an engine of its own, and compare."""
    clock = Clock()
    async with open_store(address, clock.now) as store, store.session("set-up") as session:
        specs = [TaskSpec(name=f"control-{i}", target="self:") for i in range(2 * _TASKS + 2)]
        tasks = await session.add(specs, clock.now())
    total: Counter[str] = Counter()

    def count() -> None:
        total["operations"] += 1
        bench.progress.count(total["operations"], "operations")

    before, after = Tally(count), Tally(count)
    shared, own, spare = tasks[:_TASKS], tasks[_TASKS : 2 * _TASKS], tasks[-2:]
    await apart(lambda: _before(address, shared, spare[0], before))
    await apart(lambda: _after(address, own, spare[1], after, notes), "the owner")
    bench.comparison = comparison = Comparison(
        before=await _side(address, shared, before),
        after=await _side(address, own, after),
    )
    _find(comparison, notes)
    left = await what_is_left(address)
    notes.find(
        "S4",
        "control.nothing_left",
        left.connections == 0 and not left.trouble,
        connections=left.connections,
        trouble=left.trouble,
    )


async def _before(address: Address, tasks: Sequence[Task], spare: Task, tally: Tally) -> None:
    async with open_bridge(address) as bridge, open_shared_session(bridge) as shared:

        @asynccontextmanager
        async def same_for_all(_task: Task) -> AsyncIterator[LoadSession]:
            yield shared

        await run_load(same_for_all, tasks, tally)
        tally.usable = await still_works(same_for_all, spare)


async def _after(
    address: Address, tasks: Sequence[Task], spare: Task, tally: Tally, notes: Notes
) -> None:
    async with open_store(address, Clock().now, upgrade=False) as store:

        def own_for_each(task: Task) -> AbstractAsyncContextManager[LoadSession]:
            return store.session(owner_of(task), task.id)

        await run_load(own_for_each, tasks, tally)
        tally.usable = await still_works(own_for_each, spare)
        await _find_stranger(store, spare, notes)


async def _find_stranger(store: SqlStore, task: Task, notes: Notes) -> None:
    """Use a task's session from another trio task."""
    told = ""
    waited_s = 0.0

    async def stranger(session: LoadSession) -> None:
        nonlocal told, waited_s
        started_s = trio.current_time()
        try:
            await session.watched(task.id)
        except SessionBusyError as error:
            told = str(error)
        waited_s = trio.current_time() - started_s

    async with store.session(owner_of(task), task.id) as session:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stranger, session, name="a stranger")
        healthy = (await session.watched(task.id)).task.id == task.id
    harmed = store.bridge.noise + store.bridge.poisoned
    notes.find(
        "S5",
        "session.busy",
        bool(told) and waited_s < _AT_ONCE_S and healthy and not harmed,
        waited_ms=1000 * waited_s,
        refused=bool(told),
        healthy=healthy,
    )
    if told:
        notes.log.append(f"SessionBusyError: {told}")


async def _side(address: Address, tasks: Sequence[Task], tally: Tally) -> Side:
    """Ask the database what came of a load."""

    async def ask(session: Session) -> list[tuple[WatchedTask, int]]:
        return [
            (await session.watched(task.id), len(await session.looks(task.id))) for task in tasks
        ]

    stored = await read(address, ask)
    return Side(
        operations=tally.operations,
        failed=tally.errors.total(),
        faces=dict(tally.errors.most_common()),
        known=_count(tally.errors, FAULT),
        quoted=_count(tally.errors, FAULT[:1]),
        looks=sum(looks for _, looks in stored),
        tasks=len(tasks),
        moved=sum(
            watched.state.next_check_at == tally.last_next_check.get(watched.task.id)
            for watched, _ in stored
        ),
        usable=tally.usable,
    )


def _count(errors: Counter[str], patterns: Sequence[str]) -> int:
    return sum(n for text, n in errors.items() if any(one in text for one in patterns))


def _find(comparison: Comparison, notes: Notes) -> None:
    before, after = comparison.before, comparison.after
    notes.log.extend(f"{number} x {text}" for text, number in before.faces.items())
    notes.find(
        "S4",
        "control.before",
        before.known > 0,
        operations=before.operations,
        failed=before.failed,
        known=before.known,
        quoted=before.quoted,
    )
    notes.find(
        "S4",
        "control.before_stands",
        before.moved < before.tasks,
        tasks=before.tasks,
        stands=before.tasks - before.moved,
        usable=before.usable,
    )
    notes.find(
        "S4",
        "control.after",
        after.operations > 0 and after.failed == 0,
        operations=after.operations,
        failed=after.failed,
        first=next(iter(after.faces), ""),
    )
    notes.find(
        "S4",
        "control.after_moves",
        after.looks == after.operations and after.moved == after.tasks and after.usable,
        operations=after.operations,
        looks=after.looks,
        tasks=after.tasks,
        moved=after.moved,
    )
