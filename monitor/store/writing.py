"""Units of work that write: each a plain function on the asyncio side, inside a transaction."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from sqlalchemy import Delete, Insert, Table, bindparam, delete, insert, select
from sqlalchemy import update as sql_update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.core.alerts.alerting import Alerting
from monitor.core.changes import FleetChange
from monitor.core.failures import DuplicateName, NoSuchTask
from monitor.core.model import Gap, Lifecycle, Node, Recovery, RequestKind, State, Task, TaskSpec
from monitor.core.pings import PINGS_KEPT, Ping, PingRecord
from monitor.core.records import EventRecord, LifeRecord, LookRecord, NoticeRecord, Record
from monitor.store import rows, tables
from monitor.store.access import write_deeds
from monitor.store.alerting import alerting, write_notices
from monitor.store.alerting import change as change_alerting
from monitor.store.bulk import insert_new, present, update
from monitor.store.publishing import change_pages

_AT_ONCE = 250
"""Rows made into values before others get a turn."""
_NEWER = "old.last_slot_at IS NULL OR old.last_slot_at < new.last_slot_at"
"""A late batch can never overwrite a newer state."""


def _insert(session: AsyncSession, table: Table) -> Any:
    dialect = import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}")
    return dialect.insert(table)


async def commit(session: AsyncSession, records: Sequence[Record]) -> None:
    """Write records: as many statements as there are sorts of things, not as there are records.

    What comes again (the answer to its first COMMIT was lost) changes nothing.
    """
    known = await _known(session, records)
    looks = [one for one in records if isinstance(one, LookRecord) and one.task_id in known]
    await insert_new(session, tables.result, [rows.result_values(look) for look in looks])
    newest: dict[int, LookRecord] = {}
    for look in looks:
        known_look = newest.setdefault(look.task_id, look)
        if look.slot_at > known_look.slot_at:
            newest[look.task_id] = look
    states = [
        {"task_id": task_id, **rows.state_values(look.state)} for task_id, look in newest.items()
    ]
    await update(session, tables.task_state, states, ("task_id",), _NEWER)
    changes = [rows.transition_values(look.transition) for look in looks if look.transition]
    await insert_new(session, tables.transition, changes)
    await _write_incidents(session, looks)
    recoveries = {
        one.task_id: {"task_id": one.task_id, **rows.recovery_values(one.recovery)}
        for one in records
        if isinstance(one, LifeRecord) and one.task_id in known
    }
    await update(session, tables.task_state, list(recoveries.values()), ("task_id",), "true")
    gaps = [rows.gap_values(gap) for gap in _gaps(records) if gap.task_id in known]
    await insert_new(session, tables.gap, gaps)
    events = [record.event for record in records if record.event]
    events = [event for event in events if event.task_id is None or event.task_id in known]
    await insert_new(session, tables.event, [rows.event_values(event) for event in events])
    new = [
        one
        for record in records
        if isinstance(record, LookRecord | NoticeRecord)
        for one in record.notices
    ]
    new = [one for one in new if one.task_id is None or one.task_id in known]
    decided = [
        one for record in records if isinstance(record, NoticeRecord) for one in record.decided
    ]
    await write_notices(session, new, decided)
    pings = [one.ping for one in records if isinstance(one, PingRecord) and one.task_id in known]
    await _write_pings(session, pings)
    answered = [id_ for one in records if isinstance(one, EventRecord) for id_ in one.answers]
    if answered:
        await session.execute(delete(tables.request).where(tables.request.c.id.in_(answered)))


def _gaps(records: Sequence[Record]) -> list[Gap]:
    return [gap for one in records if isinstance(one, LookRecord | EventRecord) for gap in one.gaps]


async def _write_pings(session: AsyncSession, pings: Sequence[Ping]) -> None:
    """Write pings, and forget those that are too many."""
    await insert_new(session, tables.ping, [rows.ping_values(ping) for ping in pings])
    if pings:
        # Through the connection, all at once: a statement for each takes ten times as long.
        pairs = sorted({(ping.task_id, ping.kind) for ping in pings})
        named = [{"of_task": task_id, "of_kind": kind} for task_id, kind in pairs]
        await (await session.connection()).execute(_TOO_MANY_PINGS, named)


def _too_many_pings() -> Delete:
    """Delete what is older than the oldest ping of a task and kind that is kept."""
    table = tables.ping
    ours = (table.c.task_id == bindparam("of_task"), table.c.kind == bindparam("of_kind"))
    newest = select(table.c.at).where(*ours).order_by(table.c.at.desc())
    oldest_kept = newest.limit(1).offset(PINGS_KEPT - 1).scalar_subquery()
    return delete(table).where(*ours, table.c.at < oldest_kept)


_TOO_MANY_PINGS = _too_many_pings()


async def _known(session: AsyncSession, records: Sequence[Record]) -> set[int]:
    """Return which of the records' tasks exist, and keep them until this transaction ends.

    What is seen of a task while it is being removed must not outlive it.
    """
    named = {one.task_id for one in records if not isinstance(one, EventRecord | NoticeRecord)}
    named |= {
        notice.task_id
        for one in records
        if isinstance(one, NoticeRecord)
        for notice in one.notices
        if notice.task_id is not None
    }
    named |= {gap.task_id for gap in _gaps(records)}
    named |= {one.event.task_id for one in records if one.event and one.event.task_id}
    return await present(session, tables.task_state, sorted(named))


async def _write_incidents(session: AsyncSession, looks: Sequence[LookRecord]) -> None:
    incidents = [look.incident for look in looks if look.incident]
    opened = [rows.incident_values(one) for one in incidents if one.closed_at is None]
    await insert_new(session, tables.incident, opened)
    closed = {
        (one.task_id, one.number): {
            "task_id": one.task_id,
            "number": one.number,
            "closed_at": one.closed_at,
        }
        for one in reversed(incidents)
        if one.closed_at is not None
    }
    await update(
        session,
        tables.incident,
        list(closed.values()),
        ("task_id", "number"),
        "old.closed_at IS NULL",
    )


async def beat(session: AsyncSession, node: Node) -> None:
    """Write a process's row; sessions that are not given stay as they are."""
    values = rows.node_values(node)
    statement = _insert(session, tables.node).values({"sessions": {}, **values})
    changed = {name: value for name, value in values.items() if name != "id"}
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))


async def add(session: AsyncSession, specs: Sequence[TaskSpec], now: datetime) -> list[Task]:
    """Store tasks and their first states."""
    await _refuse_taken(session, [spec.name for spec in specs])
    statement: Insert = insert(tables.task).returning(tables.task)
    values = [{**rows.spec_values(spec), "created_at": now} for spec in specs]
    try:
        added = [rows.task_of(row) for row in await session.execute(statement, values)]
    except IntegrityError as error:
        raise DuplicateName("a task of one of these names has just been added") from error
    first = {**rows.recovery_values(Recovery()), **rows.state_values(State(task_id=0))}
    await session.execute(
        insert(tables.task_state), [{"task_id": task.id, **first} for task in added]
    )
    return sorted(added, key=lambda task: task.id)


async def _refuse_taken(session: AsyncSession, names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DuplicateName(f"task {name!r} is named twice")
        seen.add(name)
    for start in range(0, len(names), 500):
        chosen = tables.task.c.name.in_(names[start : start + 500])
        taken = (await session.execute(select(tables.task.c.name).where(chosen))).scalars().first()
        if taken is not None:
            raise DuplicateName(
                f"task {taken!r} exists already; choose another name, or use `task edit`"
            )


async def edit(session: AsyncSession, task_id: int, spec: TaskSpec) -> Task:
    """Replace what a task is."""
    statement = (
        sql_update(tables.task)
        .where(tables.task.c.id == task_id)
        .values(rows.spec_values(spec))
        .returning(tables.task)
    )
    try:
        row = (await session.execute(statement)).one_or_none()
    except IntegrityError as error:
        raise DuplicateName(f"task {spec.name!r} exists already; choose another name") from error
    if row is None:
        raise NoSuchTask(f"there is no task {task_id}")
    # An edit is the operator's answer to an invalid task: it gets a new chance.
    await _renew(session, task_id, Lifecycle.INVALID)
    return rows.task_of(row)


async def amend(session: AsyncSession, task_id: int, change: Callable[[Task], TaskSpec]) -> Task:
    """Replace what a task is by what `change` makes of it."""
    query = select(tables.task).where(tables.task.c.id == task_id).with_for_update()
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NoSuchTask(f"there is no task {task_id}")
    return await edit(session, task_id, change(rows.task_of(row)))


async def _renew(session: AsyncSession, task_id: int, *lifecycles: Lifecycle) -> None:
    state = tables.task_state
    await session.execute(
        sql_update(state)
        .where(state.c.task_id == task_id, state.c.lifecycle.in_(lifecycles))
        .values(rows.recovery_values(Recovery()))
    )


async def remove(session: AsyncSession, task_id: int) -> None:
    """Delete a task and all that is known of it."""
    gone = await session.execute(
        delete(tables.task).where(tables.task.c.id == task_id).returning(tables.task.c.id)
    )
    if gone.one_or_none() is None:
        raise NoSuchTask(f"there is no task {task_id}")
    for table in (
        tables.task_state,
        tables.result,
        tables.transition,
        tables.incident,
        tables.gap,
        tables.event,
        tables.request,
        tables.ping,
        tables.notice,
        tables.acknowledgement,
    ):
        await session.execute(delete(table).where(table.c.task_id == task_id))


async def rebuild(
    session: AsyncSession, plan: Callable[[Sequence[Task], Alerting], FleetChange], now: datetime
) -> FleetChange:
    """Do to many tasks what a plan says."""
    query = select(tables.task).order_by(tables.task.c.id).with_for_update()
    tasks = []
    for row in await session.execute(query):
        tasks.append(rows.task_of(row))
        if len(tasks) % _AT_ONCE == 0:
            await asyncio.sleep(0)
    change = plan(tasks, await alerting(session))
    for task in change.remove:
        await remove(session, task.id)
    await _edit_many(session, [one for one in change.edit if one[0].name == one[1].name])
    for task, spec in change.edit:
        if task.name != spec.name:
            await edit(session, task.id, spec)
    if change.add:
        await add(session, change.add, now)
    if change.alerting:
        await change_alerting(session, change.alerting)
    if change.pages:
        wanted = change.pages
        await change_pages(session, lambda _known: wanted)
    await write_deeds(session, change.deeds)
    return change


async def _edit_many(session: AsyncSession, pairs: Sequence[tuple[Task, TaskSpec]]) -> None:
    """Replace what tasks are that keep their names, many with one statement."""
    table, state = tables.task, tables.task_state
    statement = sql_update(table).where(table.c.id == bindparam("of_id"))
    for start in range(0, len(pairs), _AT_ONCE):
        chunk = pairs[start : start + _AT_ONCE]
        values = [{**rows.spec_values(spec), "of_id": task.id} for task, spec in chunk]
        await session.execute(statement, values)
        # An edit is the operator's answer to an invalid task; see `edit`.
        chosen = state.c.task_id.in_([task.id for task, _spec in chunk])
        await session.execute(
            sql_update(state)
            .where(chosen, state.c.lifecycle == Lifecycle.INVALID)
            .values(rows.recovery_values(Recovery()))
        )
        await asyncio.sleep(0)


async def request(session: AsyncSession, task_id: int, kind: RequestKind) -> int:
    """Leave a wish; a wish to resume also forgets the attempts, for the case that nobody runs.

    Wishes are numbered by the time, in nanoseconds: SQLite by itself would give the number of one
    that is answered once more, and whoever remembers it would take the new one for the old.
    """
    found = await session.execute(select(tables.task.c.id).where(tables.task.c.id == task_id))
    if kind is not RequestKind.DRILL and found.one_or_none() is None:
        raise NoSuchTask(f"there is no task {task_id}")
    if kind is RequestKind.RESUME:
        await _renew(session, task_id, *Lifecycle)
    number = time.time_ns()
    await session.execute(insert(tables.request).values(id=number, task_id=task_id, kind=kind))
    return number
