"""Units of work that read: each a plain function on the asyncio side, inside a transaction."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.core.changes import Changes, Request
from monitor.core.failures import NoSuchTask
from monitor.core.model import (
    Event,
    Gap,
    Incident,
    Lifecycle,
    Look,
    Node,
    RequestKind,
    Transition,
    WatchedTask,
)
from monitor.core.pings import BEGINNING, Ping
from monitor.store import rows, tables
from monitor.store.alerting import alerting

_CHUNK = 250
"""Rows made into values at a time; ten thousand would hold the loop for a quarter second."""

_JOINED = select(tables.task, tables.task_state).join(
    tables.task_state, tables.task_state.c.task_id == tables.task.c.id
)


async def revision(session: AsyncSession) -> int:
    """Return the number that changes whenever tasks or wishes change."""
    value = await session.scalar(select(tables.revision.c.value))
    return int(value or 0)


async def changes(session: AsyncSession) -> Changes:
    """Return all tasks, and the wishes of other processes."""
    now = await revision(session)
    found = await session.execute(select(tables.request).order_by(tables.request.c.id))
    requests = tuple(
        Request(id=row.id, task_id=row.task_id, kind=RequestKind(row.kind)) for row in found
    )
    return Changes(
        revision=now,
        watched=tuple(await fleet(session)),
        requests=requests,
        alerting=await alerting(session),
    )


async def fleet(session: AsyncSession) -> list[WatchedTask]:
    """Return all tasks by id, letting the loop breathe in between."""
    found: list[WatchedTask] = []
    last = 0
    while True:
        page = _JOINED.where(tables.task.c.id > last).order_by(tables.task.c.id).limit(_CHUNK)
        chunk = (await session.execute(page)).all()
        found.extend(rows.watched_of(row) for row in chunk)
        if len(chunk) < _CHUNK:
            return found
        last = found[-1].task.id
        await asyncio.sleep(0)


async def watched(session: AsyncSession, task_id: int) -> WatchedTask:
    """Return one task."""
    row = (await session.execute(_JOINED.where(tables.task.c.id == task_id))).one_or_none()
    if row is None:
        raise NoSuchTask(f"there is no task {task_id}")
    return rows.watched_of(row)


async def looks(
    session: AsyncSession,
    task_id: int,
    since: datetime | None,
    limit: int,
    before: datetime | None,
) -> list[Look]:
    """Return results, newest first."""
    table = tables.result
    query = select(table).where(table.c.task_id == task_id)
    if since is not None:
        query = query.where(table.c.slot_at >= since)
    if before is not None:
        query = query.where(table.c.slot_at < before)
    query = query.order_by(table.c.slot_at.desc()).limit(limit)
    found: list[Look] = []
    for row in await session.execute(query):
        found.append(rows.look_of(row))
        if len(found) % _CHUNK == 0:
            await asyncio.sleep(0)
    return found


def _of_task(query: Select[Any], table: Any, task_id: int | None) -> Select[Any]:
    return query if task_id is None else query.where(table.c.task_id == task_id)


async def gaps(session: AsyncSession, task_id: int | None, since: datetime | None) -> list[Gap]:
    """Return gaps, oldest first."""
    table = tables.gap
    query = _of_task(select(table), table, task_id).order_by(table.c.from_at, table.c.task_id)
    if since is not None:
        query = query.where(table.c.until_at > since)
    return [rows.gap_of(row) for row in await session.execute(query)]


async def transitions(
    session: AsyncSession, task_id: int | None, since: datetime | None
) -> list[Transition]:
    """Return changes of status, oldest first."""
    table = tables.transition
    query = _of_task(select(table), table, task_id).order_by(
        table.c.at, table.c.task_id, table.c.seq
    )
    if since is not None:
        query = query.where(table.c.at >= since)
    return [rows.transition_of(row) for row in await session.execute(query)]


async def incidents(
    session: AsyncSession, task_id: int | None, since: datetime | None
) -> list[Incident]:
    """Return incidents, oldest first."""
    table = tables.incident
    query = _of_task(select(table), table, task_id).order_by(
        table.c.opened_at, table.c.task_id, table.c.number
    )
    if since is not None:
        query = query.where(or_(table.c.closed_at.is_(None), table.c.closed_at >= since))
    return [rows.incident_of(row) for row in await session.execute(query)]


async def events(
    session: AsyncSession,
    task_id: int | None,
    since: datetime | None,
    limit: int,
    before: datetime | None,
    kinds: Sequence[str],
) -> list[Event]:
    """Return happenings, newest first."""
    table = tables.event
    query = _of_task(select(table), table, task_id).limit(limit)
    query = query.order_by(table.c.at.desc(), table.c.kind, table.c.task_id)
    if since is not None:
        query = query.where(table.c.at >= since)
    if before is not None:
        query = query.where(table.c.at < before)
    if kinds:
        query = query.where(table.c.kind.in_(kinds))
    return [rows.event_of(row) for row in await session.execute(query)]


async def pings(session: AsyncSession, task_id: int, limit: int, bodies: bool) -> list[Ping]:
    """Return pings, newest first."""
    table = tables.ping
    without = [column for column in table.c if column is not table.c.body]
    beginning = func.substr(table.c.body, 1, BEGINNING).label("body")
    columns = [*table.c] if bodies else [*without, beginning]
    query = select(*columns).where(table.c.task_id == task_id).limit(limit)
    query = query.order_by(table.c.at.desc(), table.c.kind)
    return [rows.ping_of(row) for row in await session.execute(query)]


async def heard(session: AsyncSession, task_ids: Sequence[int], each: int) -> dict[int, list[Ping]]:
    """Return the newest pings of tasks, of each kind, oldest first."""
    table = tables.ping
    rank = func.row_number().over(
        partition_by=(table.c.task_id, table.c.kind), order_by=table.c.at.desc()
    )
    bare = [column for column in table.c if column is not table.c.body]
    beginning = func.substr(table.c.body, 1, BEGINNING).label("body")
    ranked = select(*bare, beginning, rank.label("rank")).where(table.c.task_id.in_(task_ids))
    found = ranked.subquery()
    columns = [column for column in found.c if column.name != "rank"]
    query = select(*columns).where(found.c.rank <= each).order_by(found.c.at, found.c.kind)
    pings: dict[int, list[Ping]] = {}
    for row in await session.execute(query):
        pings.setdefault(row.task_id, []).append(rows.ping_of(row))
    return pings


async def nodes(session: AsyncSession) -> list[Node]:
    """Return processes, the newest beat first."""
    query = select(tables.node).order_by(tables.node.c.beat_at.desc(), tables.node.c.id)
    return [rows.node_of(row) for row in await session.execute(query)]


async def overdue(session: AsyncSession, before: datetime) -> list[int]:
    """Return the tasks that should have been looked at before that moment."""
    state = tables.task_state
    due_at = func.coalesce(state.c.next_check_at, tables.task.c.created_at)
    query = (
        select(tables.task.c.id)
        .join(state, state.c.task_id == tables.task.c.id)
        .where(tables.task.c.paused.is_(False), state.c.lifecycle == Lifecycle.RUNNING)
        .where(due_at < before)
        .order_by(tables.task.c.id)
    )
    return list((await session.execute(query)).scalars())
