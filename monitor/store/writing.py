"""Units of work that write: each a plain function on the asyncio side, inside a transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Table, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.model import (
    Lifecycle,
    LifeRecord,
    LookRecord,
    Node,
    Record,
    Recovery,
    RequestKind,
    State,
    Task,
    TaskSpec,
)
from monitor.ports import DuplicateName, NoSuchTask
from monitor.store import rows, tables

_UPDATE_STATE = (
    update(tables.task_state)
    .where(tables.task_state.c.task_id == bindparam("of_task"))
    .where(
        or_(
            tables.task_state.c.last_slot_at.is_(None),
            tables.task_state.c.last_slot_at < bindparam("of_slot", type_=tables.Moment),
        )
    )
)
"""Guarded by the slot: a late batch can never overwrite a newer state."""

_UPDATE_RECOVERY = update(tables.task_state).where(
    tables.task_state.c.task_id == bindparam("of_task")
)

_CLOSE_INCIDENT = (
    update(tables.incident)
    .where(tables.incident.c.task_id == bindparam("of_task"))
    .where(tables.incident.c.number == bindparam("of_number"))
    .where(tables.incident.c.closed_at.is_(None))
    .values(closed_at=bindparam("closing_at", type_=tables.Moment))
)


async def _insert_new(session: AsyncSession, table: Table, values: list[rows.Values]) -> None:
    """Insert what is not there yet; a record that comes again (its first answer was lost) is."""
    if values:
        await session.execute(_insert(session, table).on_conflict_do_nothing(), values)


def _insert(session: AsyncSession, table: Table) -> Any:
    dialect = session.get_bind().dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


async def commit(session: AsyncSession, records: Sequence[Record]) -> None:
    """Write records: as many statements as there are sorts of things, not as there are records."""
    looks = [record for record in records if isinstance(record, LookRecord)]
    if looks:
        await _insert_new(session, tables.result, [rows.result_values(look) for look in looks])
        connection = await session.connection()
        await connection.execute(
            _UPDATE_STATE,
            [
                {
                    "of_task": look.task_id,
                    "of_slot": look.slot_at,
                    **rows.state_values(look.state),
                }
                for look in looks
            ],
        )
        transitions = [look.transition for look in looks if look.transition]
        await _insert_new(
            session, tables.transition, [rows.transition_values(one) for one in transitions]
        )
        await _write_incidents(session, looks)
    lives = [record for record in records if isinstance(record, LifeRecord)]
    if lives:
        connection = await session.connection()
        await connection.execute(
            _UPDATE_RECOVERY,
            [{"of_task": life.task_id, **rows.recovery_values(life.recovery)} for life in lives],
        )
    gaps = [gap for one in records if not isinstance(one, LifeRecord) for gap in one.gaps]
    await _insert_new(session, tables.gap, [rows.gap_values(gap) for gap in gaps])
    events = [record.event for record in records if record.event]
    await _insert_new(session, tables.event, [rows.event_values(event) for event in events])


async def _write_incidents(session: AsyncSession, looks: Sequence[LookRecord]) -> None:
    incidents = [look.incident for look in looks if look.incident]
    opened = [one for one in incidents if one.closed_at is None]
    await _insert_new(session, tables.incident, [rows.incident_values(one) for one in opened])
    closed = [one for one in incidents if one.closed_at is not None]
    if closed:
        connection = await session.connection()
        await connection.execute(
            _CLOSE_INCIDENT,
            [
                {"of_task": one.task_id, "of_number": one.number, "closing_at": one.closed_at}
                for one in closed
            ],
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
        update(tables.task)
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


async def _renew(session: AsyncSession, task_id: int, *lifecycles: Lifecycle) -> None:
    state = tables.task_state
    await session.execute(
        update(state)
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
    ):
        await session.execute(delete(table).where(table.c.task_id == task_id))


async def request(session: AsyncSession, task_id: int, kind: RequestKind) -> None:
    """Leave a wish; a wish to resume also forgets the attempts, for the case that nobody runs."""
    found = await session.execute(select(tables.task.c.id).where(tables.task.c.id == task_id))
    if found.one_or_none() is None:
        raise NoSuchTask(f"there is no task {task_id}")
    if kind is RequestKind.RESUME:
        await _renew(session, task_id, *Lifecycle)
    await session.execute(insert(tables.request).values(task_id=task_id, kind=kind))
