"""A monitor on virtual time: a machine whose clock can be stepped, targets that play roles."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import attrs
import trio

from monitor.app import App, Tuning, open_monitor
from monitor.core.failures import DatabaseAway
from monitor.core.model import (
    Event,
    Gap,
    Look,
    RequestKind,
    Result,
    Status,
    Task,
    TaskSpec,
    Transition,
    WatchedTask,
)
from monitor.core.pings import Ping
from monitor.core.policy import Backoff, RecoveryPolicy
from monitor.core.ports import Session
from monitor.core.probing import Prepared, TargetDown, Trace
from monitor.core.records import LookRecord, Record
from monitor.engine.clock import Clock
from monitor.engine.outbox import NOWHERE, Outside
from monitor.store.memory import MemorySession, MemoryStore

START = datetime(2026, 1, 1, tzinfo=UTC)
"""The machine's time when trio's clock stands at zero."""

EXACT = RecoveryPolicy(backoff=Backoff(jitter=0.0))
"""The policy of production, without what would make times hard to read."""

Role = Callable[[], Awaitable[Result]]
"""What a target does when it is looked at."""


def at(seconds: float) -> datetime:
    """Name the moment at which the machine's clock, never stepped, reads so long after START."""
    return START + timedelta(seconds=seconds)


def since_start_s(moment: datetime) -> float:
    return (moment - START) / timedelta(seconds=1)


@attrs.define(eq=False)
class Machine:
    """A machine whose clock runs with trio's unless a test steps it or puts it to sleep."""

    stepped_s: float = 0.0
    slept_s: float = 0.0

    def wall(self) -> float:
        return START.timestamp() + trio.current_time() + self.stepped_s

    def asleep(self) -> float:
        return self.slept_s

    def step(self, by_s: float) -> None:
        """Set the clock, as an operator or a time server would."""
        self.stepped_s += by_s

    def suspend(self, for_s: float) -> None:
        """Sleep: trio's clock stands still meanwhile, the wall clock does not."""
        self.stepped_s += for_s
        self.slept_s += for_s

    def clock(self) -> Clock:
        return Clock(wall=self.wall, asleep=self.asleep)


async def up() -> Result:
    await trio.lowlevel.checkpoint()
    return Result(status=Status.UP)


async def degraded() -> Result:
    await trio.lowlevel.checkpoint()
    return Result(status=Status.DEGRADED, detail="slow")


async def down() -> Result:
    await trio.lowlevel.checkpoint()
    raise TargetDown("connection refused")


async def broken() -> Result:
    await trio.lowlevel.checkpoint()
    raise RuntimeError("a bug of ours")


async def hanging() -> Result:
    await trio.sleep_forever()
    raise AssertionError("unreachable")


def taking(seconds: float, then: Role = up) -> Role:
    """Play a role slowly."""

    async def role() -> Result:
        await trio.sleep(seconds)
        return await then()

    return role


def in_turn(*roles: Role) -> Role:
    """Play one role after the other, and the last for ever."""
    turn = count()

    async def role() -> Result:
        return await roles[min(next(turn), len(roles) - 1)]()

    return role


@attrs.define(eq=False)
class Target:
    """A target, what it plays now, and when it was looked at."""

    role: Role
    looked_s: list[float] = attrs.field(factory=list)

    async def probe(self, trace: Trace) -> Result:
        self.looked_s.append(trio.current_time())
        with trace.enter("play"):
            return await self.role()


@attrs.frozen
class Told:
    """One event of the journal."""

    at_s: float
    event: str
    fields: Mapping[str, Any]


class Journal(logging.Handler):
    """Keep what is told."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[Told] = []

    def emit(self, record: logging.LogRecord) -> None:
        fields = getattr(record, "fields", {"message": record.getMessage()})
        event = getattr(record, "event", "log")
        self.lines.append(Told(trio.current_time(), event, fields))

    def of(self, event: str, task: int | None = None) -> list[Told]:
        """Return the lines of one event, of one task if it is named."""
        return [
            line
            for line in self.lines
            if line.event == event and task in (None, line.fields.get("task"))
        ]


class StagedSession(MemorySession):
    """Writes as slowly, and fails as often, as its store is told to."""

    async def commit(self, records: Sequence[Record]) -> None:
        store = self._store
        assert isinstance(store, StagedStore)
        if store.takes_s:
            await trio.sleep(store.takes_s)
        store.refuse(records)
        store.note_clashes(records)
        await super().commit(records)
        store.commits.append((trio.current_time(), self._owner, len(records)))
        store.answer(records)


@attrs.define(eq=False)
class StagedStore(MemoryStore):
    """A store in memory that can be slow, refuse records, and lose its answer to a commit."""

    takes_s: float = 0.0
    refuse: Callable[[Sequence[Record]], None] = lambda _records: None
    answer: Callable[[Sequence[Record]], None] = lambda _records: None
    commits: list[tuple[float, str, int]] = attrs.field(factory=list)
    clashes: list[object] = attrs.field(factory=list)
    """Looks of one slot, or transitions of one number, that differ from those written before."""

    @asynccontextmanager
    async def session(self, owner: str, task_id: int | None = None) -> AsyncIterator[MemorySession]:
        async with MemoryStore.session(self, owner, task_id):
            yield StagedSession(self, owner, trio.lowlevel.current_task())

    def note_clashes(self, records: Sequence[Record]) -> None:
        for record in records:
            if not isinstance(record, LookRecord):
                continue
            look = self.tables.looks.get((record.task_id, record.slot_at))
            if look is not None and look.looked_at != record.looked_at:
                self.clashes.append(record)
            change = record.transition
            if change is not None:
                known = self.tables.transitions.get((change.task_id, change.seq))
                if known not in (None, change):
                    self.clashes.append(change)

    def go_away(self) -> None:
        def away() -> None:
            raise DatabaseAway("the server cannot be reached")

        self.before_unit = away

    def come_back(self) -> None:
        self.before_unit = lambda: None


@attrs.define(eq=False)
class Stage:
    """A store, a machine and its targets; monitors come and go on it."""

    journal: Journal
    machine: Machine = attrs.field(factory=Machine)
    targets: dict[str, Target] = attrs.field(factory=dict)
    outside: Outside = NOWHERE
    clock: Clock = attrs.field(init=False)
    store: StagedStore = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.clock = self.machine.clock()
        self.store = StagedStore(now=lambda: self.clock.now())

    def add(self, name: str, role: Role = up, **spec: Any) -> Task:
        """Store a task and set up its target."""
        self.targets[name] = Target(role)
        fields = {"interval_s": 60.0, "timeout_s": 10.0, "attempts": 1, **spec}
        return self.store.insert(TaskSpec(name=name, target=name, **fields), self.clock.now())

    def prepare(self, task: TaskSpec) -> Prepared:
        return Prepared(self.targets[task.target].probe)

    @asynccontextmanager
    async def running(self, **tuning: Any) -> AsyncIterator[App]:
        """Run a new process of the monitor; all its sessions are closed when it has left."""
        self.clock = self.machine.clock()
        settings = Tuning(**{"policy": EXACT, **tuning})
        monitor = open_monitor(self.store, self.clock, self.prepare, settings, outside=self.outside)
        async with monitor as app:
            await app.reconcile.settled()
            yield app
        assert {} == self.store.open_sessions

    async def operate(self, work: Callable[[Session], Awaitable[object]]) -> None:
        """Do something as another process would: through a session of its own."""
        async with self.store.session("operator") as session:
            await work(session)

    async def edit(self, task: Task, **changes: Any) -> None:
        fields = attrs.asdict(self.store.tables.tasks[task.id], recurse=False) | changes
        spec = TaskSpec(**{name: fields[name] for name in attrs.fields_dict(TaskSpec)})
        await self.operate(lambda session: session.edit(task.id, spec))

    async def ask(self, task: Task, kind: RequestKind) -> None:
        await self.operate(lambda session: session.request(task.id, kind))

    @property
    def pings(self) -> list[Ping]:
        """All pings that are stored."""
        return [ping for kept in self.store.tables.pings.values() for ping in kept.values()]

    def watched(self, task: Task) -> WatchedTask:
        """Return what the store believes of a task."""
        tables = self.store.tables
        return WatchedTask(
            task=tables.tasks[task.id],
            state=tables.states[task.id],
            recovery=tables.recoveries[task.id],
        )

    def looks(self, task: Task) -> list[Look]:
        """Return the stored results of a task, oldest first."""
        found = [one for one in self.store.tables.looks.values() if one.task_id == task.id]
        return sorted(found, key=lambda one: one.slot_at)

    def slots_s(self, task: Task) -> list[float]:
        """Return the slots of the stored results of a task."""
        return [since_start_s(look.slot_at) for look in self.looks(task)]

    def gaps(self, task: Task) -> list[Gap]:
        found = [one for one in self.store.tables.gaps.values() if one.task_id == task.id]
        return sorted(found, key=lambda one: one.from_at)

    def transitions(self, task: Task) -> list[Transition]:
        found = [one for one in self.store.tables.transitions.values() if one.task_id == task.id]
        return sorted(found, key=lambda one: one.seq)

    def events(self, kind: str) -> list[Event]:
        found = [one for one in self.store.tables.events.values() if one.kind == kind]
        return sorted(found, key=lambda one: one.at)


def open_stage() -> Iterator[Stage]:
    """Set up a stage for one test; nothing of it may be left open."""
    journal = Journal()
    logger = logging.getLogger("monitor")
    level = logger.level
    logger.addHandler(journal)
    logger.setLevel(logging.DEBUG)
    stage = Stage(journal)
    yield stage
    logger.removeHandler(journal)
    logger.setLevel(level)
    assert {} == stage.store.open_sessions
    assert [] == stage.store.clashes
