"""A store that lives in memory: for simulations and tests on virtual time.

It passes the same contract tests as the databases do. Every unit of work takes one checkpoint
before it (where it can be cancelled) and none within, as a shielded transaction does.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from typing import Any, TypeVar

import attrs
import trio

from monitor.core.alerting import Alerting, AlertingChange
from monitor.core.model import (
    Changes,
    Event,
    FleetChange,
    Gap,
    Incident,
    Lifecycle,
    LifeRecord,
    Look,
    LookRecord,
    Node,
    NoticeRecord,
    Record,
    Recovery,
    Request,
    RequestKind,
    State,
    Task,
    TaskSpec,
    Transition,
    WatchedTask,
)
from monitor.core.notices import Notice, NoticeState
from monitor.core.pings import BEGINNING, PINGS_KEPT, Ping, PingKind, PingRecord
from monitor.core.ports import DuplicateName, NoSuchTask, OpenSession, SessionBusyError
from monitor.store.memory_alerting import AlertTables

T = TypeVar("T")


@attrs.define(eq=False)
class _Tables:
    tasks: dict[int, Task] = attrs.field(factory=dict)
    states: dict[int, State] = attrs.field(factory=dict)
    recoveries: dict[int, Recovery] = attrs.field(factory=dict)
    looks: dict[tuple[int, datetime], Look] = attrs.field(factory=dict)
    transitions: dict[tuple[int, int], Transition] = attrs.field(factory=dict)
    incidents: dict[tuple[int, int], Incident] = attrs.field(factory=dict)
    gaps: dict[tuple[int, datetime], Gap] = attrs.field(factory=dict)
    events: dict[tuple[datetime, str, int | None], Event] = attrs.field(factory=dict)
    pings: dict[tuple[int, PingKind, datetime], Ping] = attrs.field(factory=dict)
    requests: list[Request] = attrs.field(factory=list)
    nodes: dict[str, Node] = attrs.field(factory=dict)
    alerts: AlertTables = attrs.field(factory=AlertTables)
    revision: int = 1


@attrs.define(eq=False)
class MemorySession:
    """See `ports.Session`."""

    _store: "MemoryStore"
    _owner: str
    _trio_task: trio.lowlevel.Task

    async def _unit(self, work: Callable[[_Tables], T]) -> T:
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
        def work(tables: _Tables) -> Changes | None:
            if tables.revision == known_revision:
                return None
            requests, tables.requests = tuple(tables.requests), []
            return Changes(
                revision=tables.revision,
                watched=tuple(_fleet(tables)),
                requests=requests,
                alerting=tables.alerts.alerting(),
            )

        return await self._unit(work)

    async def watched(self, task_id: int) -> WatchedTask:
        return await self._unit(lambda tables: _watched(tables, task_id))

    async def commit(self, records: Sequence[Record]) -> None:
        def work(tables: _Tables) -> None:
            for record in records:
                _write(tables, record)
            _write_incidents(tables, records)

        await self._unit(work)

    async def beat(self, node: Node) -> None:
        def work(tables: _Tables) -> None:
            known = tables.nodes.get(node.id)
            sessions = node.sessions
            if sessions is None:
                sessions = {} if known is None else known.sessions
            tables.nodes[node.id] = attrs.evolve(node, sessions=sessions)

        await self._unit(work)

    async def add(self, specs: Sequence[TaskSpec], now: datetime) -> list[Task]:
        return await self._unit(lambda tables: self._add(tables, specs, now))

    def _add(self, tables: _Tables, specs: Sequence[TaskSpec], now: datetime) -> list[Task]:
        names = [task.name for task in tables.tasks.values()]
        for spec in specs:
            _refuse_taken(names, spec.name)
            names.append(spec.name)
        return [self._store.insert(spec, now) for spec in specs]

    async def edit(self, task_id: int, spec: TaskSpec) -> Task:
        return await self._unit(lambda tables: _edit(tables, task_id, spec))

    async def remove(self, task_id: int) -> None:
        await self._unit(lambda tables: _remove(tables, task_id))

    async def rebuild(
        self, plan: Callable[[Sequence[Task], Alerting], FleetChange], now: datetime
    ) -> FleetChange:
        def work(tables: _Tables) -> FleetChange:
            tasks = [tables.tasks[task_id] for task_id in sorted(tables.tasks)]
            change = plan(tasks, tables.alerts.alerting())
            gone = {task.name for task in change.remove}
            names = [task.name for task in tables.tasks.values() if task.name not in gone]
            for spec in change.add:
                _refuse_taken(names, spec.name)
                names.append(spec.name)
            for task in change.remove:
                _remove(tables, task.id)
            for task, spec in change.edit:
                _edit(tables, task.id, spec)
            self._add(tables, change.add, now)
            if change.alerting is not None:
                tables.alerts.change(change.alerting)
                tables.revision += 1
            return change

        return await self._unit(work)

    async def request(self, task_id: int, kind: RequestKind) -> None:
        def work(tables: _Tables) -> None:
            _watched(tables, task_id)
            if kind is RequestKind.RESUME:
                tables.recoveries[task_id] = Recovery()
            number = next(self._store.wishes)
            tables.requests.append(Request(id=number, task_id=task_id, kind=kind))
            tables.revision += 1

        await self._unit(work)

    async def fleet(self) -> list[WatchedTask]:
        return await self._unit(_fleet)

    async def looks(
        self, task_id: int, since: datetime | None = None, limit: int = 100
    ) -> list[Look]:
        def work(tables: _Tables) -> list[Look]:
            found = [
                look
                for look in tables.looks.values()
                if look.task_id == task_id and (since is None or look.slot_at >= since)
            ]
            return sorted(found, key=lambda look: look.slot_at, reverse=True)[:limit]

        return await self._unit(work)

    async def gaps(self, task_id: int | None = None, since: datetime | None = None) -> list[Gap]:
        def work(tables: _Tables) -> list[Gap]:
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
        def work(tables: _Tables) -> list[Transition]:
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
        def work(tables: _Tables) -> list[Incident]:
            found = [
                one
                for one in tables.incidents.values()
                if task_id in (None, one.task_id)
                and (since is None or one.closed_at is None or one.closed_at >= since)
            ]
            return sorted(found, key=lambda one: (one.opened_at, one.task_id, one.number))

        return await self._unit(work)

    async def events(
        self, task_id: int | None = None, since: datetime | None = None, limit: int = 1000
    ) -> list[Event]:
        def work(tables: _Tables) -> list[Event]:
            found = [
                one
                for one in tables.events.values()
                if task_id in (None, one.task_id) and (since is None or one.at >= since)
            ]
            found.sort(key=lambda one: (one.kind, one.task_id or 0))
            return sorted(found, key=lambda one: one.at, reverse=True)[:limit]

        return await self._unit(work)

    async def pings(self, task_id: int, limit: int = 100, *, bodies: bool = True) -> list[Ping]:
        def work(tables: _Tables) -> list[Ping]:
            found = [ping for ping in tables.pings.values() if ping.task_id == task_id]
            found.sort(key=lambda ping: ping.kind)
            newest = sorted(found, key=lambda ping: ping.at, reverse=True)[:limit]
            if bodies:
                return newest
            return [attrs.evolve(ping, body=ping.body[:BEGINNING]) for ping in newest]

        return await self._unit(work)

    async def unfinished(self) -> list[Notice]:
        def work(tables: _Tables) -> list[Notice]:
            lasting = [key for key, one in tables.incidents.items() if one.closed_at is None]
            return tables.alerts.unfinished(lasting)

        return await self._unit(work)

    async def notices(
        self,
        task_id: int | None = None,
        since: datetime | None = None,
        states: Sequence[NoticeState] = (),
        limit: int = 1000,
    ) -> list[Notice]:
        return await self._unit(lambda tables: tables.alerts.chosen(task_id, since, states, limit))

    async def alerting(self) -> Alerting:
        return await self._unit(lambda tables: tables.alerts.alerting())

    async def change_alerting(self, wanted: AlertingChange) -> None:
        def work(tables: _Tables) -> None:
            tables.alerts.change(wanted)
            tables.revision += 1

        await self._unit(work)

    async def nodes(self) -> list[Node]:
        def work(tables: _Tables) -> list[Node]:
            by_id = sorted(tables.nodes.values(), key=lambda node: node.id)
            return sorted(by_id, key=lambda node: node.beat_at, reverse=True)

        return await self._unit(work)

    async def overdue(self, before: datetime) -> list[int]:
        def work(tables: _Tables) -> list[int]:
            return [
                one.task.id
                for one in _fleet(tables)
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
    tables: _Tables = attrs.field(factory=_Tables)
    ids: "count[int]" = attrs.field(factory=lambda: count(1))
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
        task = Task(id=next(self.ids), created_at=now, **_fields(spec))
        self.tables.tasks[task.id] = task
        self.tables.states[task.id] = State(task_id=task.id)
        self.tables.recoveries[task.id] = Recovery()
        self.tables.revision += 1
        return task


def _fields(spec: TaskSpec) -> dict[str, Any]:
    return {field.name: getattr(spec, field.name) for field in attrs.fields(TaskSpec)}


def _refuse_taken(taken: Sequence[str], name: str) -> None:
    if name in taken:
        raise DuplicateName(
            f"task {name!r} exists already; choose another name, or use `task edit`"
        )


def _watched(tables: _Tables, task_id: int) -> WatchedTask:
    if task_id not in tables.tasks:
        raise NoSuchTask(f"there is no task {task_id}")
    return WatchedTask(
        task=tables.tasks[task_id],
        state=tables.states[task_id],
        recovery=tables.recoveries[task_id],
    )


def _fleet(tables: _Tables) -> list[WatchedTask]:
    return [_watched(tables, task_id) for task_id in sorted(tables.tasks)]


def _write(tables: _Tables, record: Record) -> None:
    """Write what belongs to no task, or to one that has not been removed meanwhile."""
    event = record.event
    if event is not None and (event.task_id is None or event.task_id in tables.tasks):
        tables.events.setdefault((event.at, event.kind, event.task_id), event)
    if isinstance(record, LifeRecord):
        if record.task_id in tables.tasks:
            tables.recoveries[record.task_id] = record.recovery
        return
    if isinstance(record, NoticeRecord):
        new = [one for one in record.notices if one.task_id in (None, *tables.tasks)]
        tables.alerts.write(new, record.decided)
        return
    if isinstance(record, PingRecord):
        if record.task_id in tables.tasks:
            _write_ping(tables, record.ping)
        return
    for gap in record.gaps:
        if gap.task_id in tables.tasks:
            tables.gaps.setdefault((gap.task_id, gap.from_at), gap)
    if isinstance(record, LookRecord) and record.task_id in tables.tasks:
        _write_look(tables, record)
        tables.alerts.write(record.notices, ())


def _write_ping(tables: _Tables, ping: Ping) -> None:
    """Write a ping, and forget those that are too many."""
    tables.pings.setdefault((ping.task_id, ping.kind, ping.at), ping)
    ours = sorted(key for key in tables.pings if key[:2] == (ping.task_id, ping.kind))
    for key in ours[:-PINGS_KEPT]:
        del tables.pings[key]


def _write_look(tables: _Tables, record: LookRecord) -> None:
    key = (record.task_id, record.slot_at)
    result = attrs.evolve(record.result, facts={})
    tables.looks.setdefault(
        key,
        Look(
            task_id=record.task_id,
            slot_at=record.slot_at,
            looked_at=record.looked_at,
            result=result,
        ),
    )
    state = tables.states[record.task_id]
    if state.last_slot_at is None or state.last_slot_at < record.slot_at:
        tables.states[record.task_id] = record.state
    if record.transition is not None:
        change = record.transition
        tables.transitions.setdefault((change.task_id, change.seq), change)


def _write_incidents(tables: _Tables, records: Sequence[Record]) -> None:
    """Open first, then close: within one commit the order of the records does not matter."""
    looks = [record for record in records if isinstance(record, LookRecord)]
    incidents = [look.incident for look in looks if look.incident and look.task_id in tables.tasks]
    for one in incidents:
        if one.closed_at is None:
            tables.incidents.setdefault((one.task_id, one.number), one)
    for one in incidents:
        known = tables.incidents.get((one.task_id, one.number))
        if one.closed_at is not None and known is not None and known.closed_at is None:
            closed = attrs.evolve(known, closed_at=one.closed_at)
            tables.incidents[one.task_id, one.number] = closed


def _edit(tables: _Tables, task_id: int, spec: TaskSpec) -> Task:
    old = _watched(tables, task_id)
    others = [task.name for task in tables.tasks.values() if task.id != task_id]
    _refuse_taken(others, spec.name)
    task = Task(id=task_id, created_at=old.task.created_at, **_fields(spec))
    tables.tasks[task_id] = task
    tables.revision += 1
    if old.recovery.lifecycle is Lifecycle.INVALID:
        tables.recoveries[task_id] = Recovery()
    return task


def _remove(tables: _Tables, task_id: int) -> None:
    _watched(tables, task_id)
    by_id: list[dict[int, Any]] = [tables.tasks, tables.states, tables.recoveries]
    for one in by_id:
        one.pop(task_id, None)
    tables.alerts.remove(task_id)
    by_key: list[dict[Any, Any]] = [
        tables.looks,
        tables.transitions,
        tables.incidents,
        tables.gaps,
        tables.pings,
    ]
    for many in by_key:
        for key in [key for key in many if key[0] == task_id]:
            del many[key]
    for at, kind, owner in [key for key in tables.events if key[2] == task_id]:
        del tables.events[at, kind, owner]
    tables.requests = [one for one in tables.requests if one.task_id != task_id]
    tables.revision += 1
