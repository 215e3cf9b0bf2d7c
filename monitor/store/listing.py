"""Units of work that read a page of a list; each uses an index, whatever has been stored."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, Table, case, false, func, literal_column, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ColumnElement

from monitor.core.listing import (
    Gaps,
    Happenings,
    Incidents,
    Looks,
    Notices,
    Page,
    Tasks,
    Transitions,
)
from monitor.core.model import Lifecycle, Status
from monitor.store import alert_rows, rows, tables

T = TypeVar("T")

_AT_ONCE = 100
"""Rows made into values before others get a turn."""


async def page(session: AsyncSession, wanted: Page[T]) -> list[T]:
    """Return one page."""
    query, value_of = _READERS[type(wanted)](wanted, session.get_bind().dialect.name)
    found: list[T] = []
    for row in await session.execute(query.limit(wanted.limit)):
        found.append(value_of(row))
        if len(found) % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return found


Reader = Callable[[Any, str], tuple[Select[Any], Callable[[Any], Any]]]


def _tasks(wanted: Tasks, dialect: str) -> tuple[Select[Any], Callable[[Any], Any]]:
    task, state = tables.task, tables.task_state
    query = select(task, state).join(state, state.c.task_id == task.c.id)
    if wanted.ids is not None:
        query = query.where(task.c.id.in_(wanted.ids) if wanted.ids else false())
    if wanted.names is not None:
        query = query.where(task.c.name.in_(wanted.names) if wanted.names else false())
    if wanted.text:
        query = query.where(_holds(task.c.name, wanted.text))
    if wanted.tags:
        query = query.where(_has_tag(dialect, wanted.tags))
    if wanted.statuses:
        shown = case(
            (task.c.paused, Status.PAUSED.value),
            (state.c.lifecycle != Lifecycle.RUNNING, Status.UNKNOWN.value),
            else_=state.c.status,
        )
        query = query.where(shown.in_(wanted.statuses))
    if wanted.schemes:
        target = func.lower(task.c.target)
        query = query.where(
            or_(*(target.startswith(f"{one}:", autoescape=True) for one in wanted.schemes))
        )
    if wanted.by_name:
        name = _in_order(task.c.name, dialect)
        query = query.where(name > wanted.after_name).order_by(name)
    else:
        query = query.where(task.c.id > wanted.after_id).order_by(task.c.id)
    return query, rows.watched_of


def _holds(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Look for a part of a text. SQLite, and PostgreSQL in some places, fold Latin letters only."""
    ways = {text, text.lower(), text.upper(), text.capitalize(), text.title()}
    return or_(
        func.lower(column).contains(text.lower(), autoescape=True),
        *(column.contains(one, autoescape=True) for one in sorted(ways)),
    )


def _in_order(column: ColumnElement[str], dialect: str) -> ColumnElement[str]:
    """Order texts as Python does, by code points, whatever the language of the server."""
    return column.collate("C") if dialect == "postgresql" else column


def _has_tag(dialect: str, tags: Sequence[str]) -> ColumnElement[bool]:
    if dialect == "postgresql":
        each = func.json_array_elements_text(tables.task.c.tags).table_valued("value")
    else:
        each = func.json_each(tables.task.c.tags).table_valued("value")
    return select(literal_column("1")).select_from(each).where(each.c.value.in_(tags)).exists()


def _incidents(wanted: Incidents, _dialect: str) -> tuple[Select[Any], Callable[[Any], Any]]:
    table = tables.incident
    order = (table.c.opened_at, table.c.task_id, table.c.number)
    query = _of_tasks(select(table), table, wanted.task_ids)
    if wanted.numbers is not None:
        query = query.where(table.c.number.in_(wanted.numbers) if wanted.numbers else false())
    if wanted.is_open is not None:
        column = table.c.closed_at
        query = query.where(column.is_(None) if wanted.is_open else column.is_not(None))
    if wanted.since_at is not None:
        still = or_(table.c.closed_at.is_(None), table.c.closed_at >= wanted.since_at)
        query = query.where(still)
    if wanted.until_at is not None:
        query = query.where(table.c.opened_at < wanted.until_at)
    return _behind(query, order, wanted.before), rows.incident_of


def _looks(wanted: Looks, _dialect: str) -> tuple[Select[Any], Callable[[Any], Any]]:
    table = tables.result
    query = select(table).where(table.c.task_id == wanted.task_id)
    query = _within(query, table.c.slot_at, wanted)
    before = None if wanted.before is None else (wanted.before,)
    return _behind(query, (table.c.slot_at,), before), rows.look_of


def _transitions(wanted: Transitions, _dialect: str) -> tuple[Select[Any], Callable[[Any], Any]]:
    table = tables.transition
    query = _within(select(table).where(table.c.task_id == wanted.task_id), table.c.at, wanted)
    before = None if wanted.before is None else (wanted.before,)
    return _behind(query, (table.c.seq,), before), rows.transition_of


def _gaps(wanted: Gaps, _dialect: str) -> tuple[Select[Any], Callable[[Any], Any]]:
    table = tables.gap
    query = select(table).where(table.c.task_id == wanted.task_id)
    if wanted.since_at is not None:
        query = query.where(table.c.until_at > wanted.since_at)
    if wanted.until_at is not None:
        query = query.where(table.c.from_at < wanted.until_at)
    before = None if wanted.before is None else (wanted.before,)
    return _behind(query, (table.c.from_at,), before), rows.gap_of


def _notices(wanted: Notices, _dialect: str) -> tuple[Select[Any], Callable[[Any], Any]]:
    table = tables.notice
    query = _of_tasks(select(table), table, wanted.task_ids)
    if wanted.threads is not None:
        query = query.where(table.c.thread.in_(wanted.threads) if wanted.threads else false())
    if wanted.channels:
        query = query.where(table.c.channel.in_(wanted.channels))
    if wanted.states:
        query = query.where(table.c.state.in_(wanted.states))
    query = _within(query, table.c.at, wanted)
    order = (table.c.at, table.c.key, table.c.channel)
    return _behind(query, order, wanted.before), alert_rows.notice_of


def _happenings(wanted: Happenings, _dialect: str) -> tuple[Select[Any], Callable[[Any], Any]]:
    table = tables.event
    query = _within(_of_tasks(select(table), table, wanted.task_ids), table.c.at, wanted)
    if wanted.kinds:
        query = query.where(table.c.kind.in_(wanted.kinds))
    order = (table.c.at, table.c.kind, table.c.task_id)
    return _behind(query, order, wanted.before), rows.event_of


def _of_tasks(query: Select[Any], table: Table, ids: Sequence[int] | None) -> Select[Any]:
    if ids is None:
        return query
    return query.where(table.c.task_id.in_(ids) if ids else false())


def _within(query: Select[Any], column: ColumnElement[Any], wanted: Any) -> Select[Any]:
    if wanted.since_at is not None:
        query = query.where(column >= wanted.since_at)
    if wanted.until_at is not None:
        query = query.where(column < wanted.until_at)
    return query


def _behind(
    query: Select[Any], order: Sequence[ColumnElement[Any]], before: Sequence[Any] | None
) -> Select[Any]:
    """Go on behind what was shown last, newest first."""
    if before is not None:
        query = query.where(tuple_(*order) < tuple_(*before))
    return query.order_by(*(column.desc() for column in order))


_READERS: dict[type, Reader] = {
    Tasks: _tasks,
    Incidents: _incidents,
    Looks: _looks,
    Transitions: _transitions,
    Gaps: _gaps,
    Notices: _notices,
    Happenings: _happenings,
}
