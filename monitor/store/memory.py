"""A store that lives in memory: for simulations and tests on virtual time.

It passes the same contract tests as the databases do. Every unit of work takes one checkpoint
before it (where it can be cancelled) and none within, as a shielded transaction does.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from typing import Any, TypeVar

import attrs
import trio

from monitor.core.access.people import Deed
from monitor.core.alerts.alerting import Alerting, AlertingChange
from monitor.core.alerts.notices import Notice, NoticeState
from monitor.core.changes import Changes, FleetChange, Request
from monitor.core.failures import SessionBusyError
from monitor.core.glance import Bin, PhaseMeans, Recent
from monitor.core.listing import Page
from monitor.core.model import (
    Event,
    Gap,
    Incident,
    Lifecycle,
    Look,
    Node,
    Recovery,
    RequestKind,
    State,
    Task,
    TaskSpec,
    Transition,
    WatchedTask,
)
from monitor.core.pings import Ping
from monitor.core.ports import OpenSession
from monitor.core.receipts import Receipt
from monitor.core.records import Record
from monitor.core.tasks import spec_fields
from monitor.store import memory_listing, memory_tables
from monitor.store.memory_parts import MemoryPublishing, MemoryRegistry
from monitor.store.memory_tables import Tables

T = TypeVar("T")


@attrs.define(eq=False)
class MemorySession:
    """See `ports.Session`."""

    _store: "MemoryStore"
    _owner: str
    _trio_task: trio.lowlevel.Task
    _signed: list[Deed] = attrs.field(factory=list, init=False)
    _receipt: tuple[str, Callable[[Any], Receipt]] | None = attrs.field(default=None, init=False)

    @property
    def registry(self) -> MemoryRegistry:
        return MemoryRegistry(self._read, self._write)

    @property
    def publishing(self) -> MemoryPublishing:
        return MemoryPublishing(self._read, self._write)

    def sign(self, deed: Deed) -> None:
        self._signed.append(deed)

    def keep_receipt(self, key: str, make: Callable[[Any], Receipt]) -> None:
        self._receipt = key, make

    async def receipt(self, key: str, now: datetime) -> Receipt | None:
        return await self._read(lambda tables: tables.receipts.find(key, now))

    async def _read(self, work: Callable[[Tables], T]) -> T:
        return await self._unit(work)

    async def _write(self, work: Callable[[Tables], T]) -> T:
        def signed(tables: Tables) -> T:
            receipt, self._receipt = self._receipt, None
            if receipt is not None:
                tables.receipts.refuse(receipt[0], self._store.now())
            done = work(tables)
            tables.access.write_deeds(self._signed)
            if receipt is not None:
                tables.receipts.write(receipt[1](done))
            return done

        try:
            return await self._unit(signed)
        finally:
            self._signed = []

    async def _unit(self, work: Callable[[Tables], T]) -> T:
        caller = trio.lowlevel.current_task()
        if caller is not self._trio_task:
            raise SessionBusyError(
                f"the session of {self._owner} belongs to {self._trio_task.name!r} and was used "
                f"by {caller.name!r}; every task opens a session of its own"
            )
        await trio.lowlevel.checkpoint()
        self._store.before_unit()
        return work(self._store.tables)

    async def changes(self, known_revision: int) -> Changes | None:
        def work(tables: Tables) -> Changes | None:
            if tables.revision == known_revision:
                return None
            return Changes(
                revision=tables.revision,
                watched=tuple(memory_tables.fleet(tables)),
                requests=tuple(tables.requests),
                alerting=tables.alerts.alerting(),
            )

        return await self._unit(work)

    async def watched(self, task_id: int) -> WatchedTask:
        return await self._unit(lambda tables: memory_tables.watched(tables, task_id))

    async def commit(self, records: Sequence[Record]) -> None:
        def work(tables: Tables) -> None:
            for record in records:
                memory_tables.write(tables, record)
            memory_tables.write_incidents(tables, records)

        await self._write(work)

    async def beat(self, node: Node) -> None:
        def work(tables: Tables) -> None:
            known = tables.nodes.get(node.id)
            sessions = node.sessions
            if sessions is None:
                sessions = {} if known is None else known.sessions
            tables.nodes[node.id] = attrs.evolve(node, sessions=sessions)

        await self._write(work)

    async def add(self, specs: Sequence[TaskSpec], now: datetime) -> list[Task]:
        return await self._write(lambda tables: self._add(tables, specs, now))

    def _add(self, tables: Tables, specs: Sequence[TaskSpec], now: datetime) -> list[Task]:
        names = [task.name for task in tables.tasks.values()]
        for spec in specs:
            memory_tables.refuse_taken(names, spec.name)
            names.append(spec.name)
        return [self._store.insert(spec, now) for spec in specs]

    async def edit(self, task_id: int, spec: TaskSpec) -> Task:
        return await self._write(lambda tables: memory_tables.edit(tables, task_id, spec))

    async def amend(self, task_id: int, change: Callable[[Task], TaskSpec]) -> Task:
        def work(tables: Tables) -> Task:
            known = memory_tables.watched(tables, task_id).task
            return memory_tables.edit(tables, task_id, change(known))

        return await self._write(work)

    async def remove(self, task_id: int) -> None:
        await self._write(lambda tables: memory_tables.remove(tables, task_id))

    async def rebuild(
        self, plan: Callable[[Sequence[Task], Alerting], FleetChange], now: datetime
    ) -> FleetChange:
        def work(tables: Tables) -> FleetChange:
            tasks = [tables.tasks[task_id] for task_id in sorted(tables.tasks)]
            change = plan(tasks, tables.alerts.alerting())
            gone = {task.name for task in change.remove}
            names = [task.name for task in tables.tasks.values() if task.name not in gone]
            for spec in change.add:
                memory_tables.refuse_taken(names, spec.name)
                names.append(spec.name)
            if change.pages is not None:
                wanted = change.pages
                tables.pages.change(lambda _known: wanted)
            for task in change.remove:
                memory_tables.remove(tables, task.id)
            for task, spec in change.edit:
                memory_tables.edit(tables, task.id, spec)
            self._add(tables, change.add, now)
            if change.alerting is not None:
                tables.alerts.change(change.alerting)
                tables.revision += 1
            tables.access.write_deeds(change.deeds)
            return change

        return await self._write(work)

    async def request(self, task_id: int, kind: RequestKind) -> int:
        def work(tables: Tables) -> int:
            if kind is not RequestKind.DRILL:
                memory_tables.watched(tables, task_id)
            if kind is RequestKind.RESUME:
                tables.recoveries[task_id] = Recovery()
            number = next(self._store.wishes)
            tables.requests.append(Request(id=number, task_id=task_id, kind=kind))
            tables.revision += 1
            return number

        return await self._write(work)

    async def page(self, wanted: Page[T]) -> list[T]:
        return await self._unit(lambda tables: memory_listing.page(tables, wanted))

    async def fleet(self) -> list[WatchedTask]:
        return await self._unit(memory_tables.fleet)

    async def looks(
        self,
        task_id: int,
        since: datetime | None = None,
        limit: int = 100,
        *,
        before: datetime | None = None,
    ) -> list[Look]:
        def work(tables: Tables) -> list[Look]:
            found = [
                look
                for look in tables.looks.values()
                if look.task_id == task_id
                and (since is None or look.slot_at >= since)
                and (before is None or look.slot_at < before)
            ]
            return sorted(found, key=lambda look: look.slot_at, reverse=True)[:limit]

        return await self._unit(work)

    async def recent(self, since: Mapping[int, datetime]) -> dict[int, Recent]:
        return await self._unit(lambda tables: memory_tables.recent(tables, since))

    async def histograms(self, task_id: int, edges: Sequence[datetime]) -> list[list[Bin]]:
        return await self._unit(lambda tables: memory_tables.histograms(tables, task_id, edges))

    async def phases(self, task_id: int, edges: Sequence[datetime]) -> list[PhaseMeans]:
        return await self._unit(lambda tables: memory_tables.phases(tables, task_id, edges))

    async def gaps(self, task_id: int | None = None, since: datetime | None = None) -> list[Gap]:
        def work(tables: Tables) -> list[Gap]:
            found = [
                gap
                for gap in tables.gaps.values()
                if task_id in (None, gap.task_id) and (since is None or gap.until_at > since)
            ]
            return sorted(found, key=lambda gap: (gap.from_at, gap.task_id))

        return await self._unit(work)

    async def transitions(
        self, task_id: int | None = None, since: datetime | None = None
    ) -> list[Transition]:
        def work(tables: Tables) -> list[Transition]:
            found = [
                one
                for one in tables.transitions.values()
                if task_id in (None, one.task_id) and (since is None or one.at >= since)
            ]
            return sorted(found, key=lambda one: (one.at, one.task_id, one.seq))

        return await self._unit(work)

    async def incidents(
        self, task_id: int | None = None, since: datetime | None = None
    ) -> list[Incident]:
        def work(tables: Tables) -> list[Incident]:
            found = [
                one
                for one in tables.incidents.values()
                if task_id in (None, one.task_id)
                and (since is None or one.closed_at is None or one.closed_at >= since)
            ]
            return sorted(found, key=lambda one: (one.opened_at, one.task_id, one.number))

        return await self._unit(work)

    async def events(
        self,
        task_id: int | None = None,
        since: datetime | None = None,
        limit: int = 1000,
        *,
        before: datetime | None = None,
        kinds: Sequence[str] = (),
    ) -> list[Event]:
        def work(tables: Tables) -> list[Event]:
            found = [
                one
                for one in tables.events.values()
                if task_id in (None, one.task_id or 0)
                and (since is None or one.at >= since)
                and (before is None or one.at < before)
                and (not kinds or one.kind in kinds)
            ]
            found.sort(key=lambda one: (one.kind, one.task_id or 0))
            return sorted(found, key=lambda one: one.at, reverse=True)[:limit]

        return await self._unit(work)

    async def pings(self, task_id: int, limit: int = 100, *, bodies: bool = True) -> list[Ping]:
        return await self._unit(lambda tables: memory_tables.pings(tables, task_id, limit, bodies))

    async def heard(self, task_ids: Sequence[int], each: int) -> dict[int, list[Ping]]:
        return await self._unit(lambda tables: memory_tables.heard(tables, task_ids, each))

    async def unfinished(self) -> list[Notice]:
        def work(tables: Tables) -> list[Notice]:
            lasting = [key for key, one in tables.incidents.items() if one.closed_at is None]
            return tables.alerts.unfinished(lasting)

        return await self._unit(work)

    async def notices(
        self,
        task_id: int | None = None,
        since: datetime | None = None,
        states: Sequence[NoticeState] = (),
        limit: int = 1000,
        *,
        thread: str = "",
        message: str = "",
    ) -> list[Notice]:
        return await self._unit(
            lambda tables: tables.alerts.chosen(task_id, since, states, limit, thread, message)
        )

    async def alerting(self) -> Alerting:
        return await self._unit(lambda tables: tables.alerts.alerting())

    async def change_alerting(self, wanted: AlertingChange) -> AlertingChange:
        def work(tables: Tables) -> AlertingChange:
            done = tables.alerts.change(wanted)
            tables.revision += 1
            return done

        return await self._write(work)

    async def nodes(self) -> list[Node]:
        def work(tables: Tables) -> list[Node]:
            by_id = sorted(tables.nodes.values(), key=lambda node: node.id)
            return sorted(by_id, key=lambda node: node.beat_at, reverse=True)

        return await self._unit(work)

    async def overdue(self, before: datetime) -> list[int]:
        def work(tables: Tables) -> list[int]:
            return [
                one.task.id
                for one in memory_tables.fleet(tables)
                if not one.task.paused
                and one.recovery.lifecycle is Lifecycle.RUNNING
                and (one.state.next_check_at or one.task.created_at) < before
            ]

        return await self._unit(work)


@attrs.define(eq=False)
class MemoryStore:
    """See `ports.Store`.

    Args:
        now: the clock for what is written down.
        before_unit: called at the start of every unit; a test raises from it what a database would.
    """

    now: Callable[[], datetime]
    before_unit: Callable[[], None] = lambda: None
    open_sessions: dict[str, OpenSession] = attrs.field(factory=dict)
    tables: Tables = attrs.field(factory=Tables)
    ids: Iterator[int] = attrs.field(factory=lambda: count(1))
    wishes: "count[int]" = attrs.field(factory=lambda: count(1))
    crowded: bool = False

    @asynccontextmanager
    async def session(self, owner: str, task_id: int | None = None) -> AsyncIterator[MemorySession]:
        if owner in self.open_sessions:
            raise SessionBusyError(f"{owner} has a session open already; close it first")
        self.open_sessions[owner] = OpenSession(owner, task_id, self.now())
        try:
            yield MemorySession(self, owner, trio.lowlevel.current_task())
        finally:
            del self.open_sessions[owner]

    async def listen(self, hint: Callable[[], None]) -> None:
        await trio.sleep_forever()

    def insert(self, spec: TaskSpec, now: datetime) -> Task:
        """Add a task without a session, to set a scene."""
        task = Task(id=next(self.ids), created_at=now, **spec_fields(spec))
        self.tables.tasks[task.id] = task
        self.tables.states[task.id] = State(task_id=task.id)
        self.tables.recoveries[task.id] = Recovery()
        self.tables.revision += 1
        return task
