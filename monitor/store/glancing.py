"""Many looks in few words: the bars of a page of tasks, and the histograms of a long chart.

For bars each task has a moment of its own from which on it is asked about, so what is read is
bounded by what is shown, and not by how long a history is. For charts the database counts, so what
leaves it is bounded too.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    CTE,
    JSON,
    ColumnElement,
    Double,
    FromClause,
    Text,
    cast,
    column,
    func,
    select,
    true,
    values,
)
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.core.glance import SEEN, Bin, Glance, PhaseMeans, Recent
from monitor.core.model import Gap, Status
from monitor.store import rows, tables
from monitor.store.columns import Id, Moment

MOST = 20_000
"""Results read at once; more than any page shows, so that no mistake of one can stop the loop."""
_CHUNK = 500
"""Rows made into values at a time."""

_STATUSES = {one.value: one for one in Status}


async def recent(session: AsyncSession, since: Mapping[int, datetime]) -> dict[int, Recent]:
    """Return results and gaps of some tasks, of each since its moment, oldest first."""
    if not since:
        return {}
    wanted = (
        values(column("task_id", Id), column("since_at", Moment), name="wanted")
        .data(list(since.items()))
        .cte()
    )
    result, gap = tables.result.c, tables.gap.c
    looks: dict[int, list[Glance]] = {task_id: [] for task_id in since}
    query = (
        select(result.task_id, result.slot_at, result.status, result.duration_s)
        .join(wanted, result.task_id == wanted.c.task_id)
        .where(result.slot_at >= wanted.c.since_at)
        .order_by(result.slot_at.desc())
        .limit(MOST)
    )
    found = await session.execute(query)
    while chunk := found.fetchmany(_CHUNK):
        for task_id, slot_at, status, took_s in chunk:
            looks[task_id].append(Glance(slot_at, _STATUSES[status], took_s))
        await asyncio.sleep(0)
    gaps: dict[int, list[Gap]] = {task_id: [] for task_id in since}
    holes = (
        select(tables.gap)
        .join(wanted, gap.task_id == wanted.c.task_id)
        .where(gap.until_at > wanted.c.since_at)
        .order_by(gap.from_at.desc())
        .limit(MOST)
    )
    for row in await session.execute(holes):
        gaps[row.task_id].append(rows.gap_of(row))
    return {task_id: Recent(looks[task_id][::-1], gaps[task_id][::-1]) for task_id in since}


async def histograms(
    session: AsyncSession, task_id: int, edges: Sequence[datetime]
) -> list[list[Bin]]:
    """Return how long the looks of a task took, for each stretch between two edges."""
    found: list[list[Bin]] = [[] for _ in edges[1:]]
    if not found:
        return found
    stretch = _stretches(edges)
    result = tables.result.c
    took = _two_digits(session.get_bind().dialect.name, result.duration_s)
    query = (
        select(
            stretch.c.number,
            result.status,
            took,
            func.count(),
            func.max(result.duration_s),
        )
        .join_from(stretch, tables.result, _within(stretch, task_id))
        .group_by(stretch.c.number, result.status, took)
    )
    rows_found = await session.execute(query)
    while chunk := rows_found.fetchmany(_CHUNK):
        for number, status, took_s, looks, longest_s in chunk:
            one = Bin(
                status=_STATUSES[status], took_s=float(took_s), looks=looks, longest_s=longest_s
            )
            found[number].append(one)
        await asyncio.sleep(0)
    for many in found:
        many.sort(key=lambda one: (one.took_s, one.status))
    return found


async def phases(
    session: AsyncSession, task_id: int, edges: Sequence[datetime]
) -> list[PhaseMeans]:
    """Return how long the phases of a task's looks took, for each stretch between two edges."""
    found = [PhaseMeans() for _ in edges[1:]]
    if not found:
        return found
    stretch, result = _stretches(edges), tables.result.c
    seen = _within(stretch, task_id) & result.status.in_(SEEN)
    counted = (
        select(stretch.c.number, func.count(), func.sum(result.duration_s))
        .join_from(stretch, tables.result, seen)
        .group_by(stretch.c.number)
    )
    each, spent_s, as_object = _each_timing(session.get_bind().dialect.name)
    # Summed up stretch by stretch: of all stretches together they would have to be sorted first.
    sums = (
        select(each.c.key, func.sum(spent_s).label("total_s"))
        .select_from(tables.result.join(each, true()))
        .where(seen)
        .group_by(each.c.key)
        .correlate(stretch)
        .subquery()
    )
    totals = select(as_object(sums.c.key, sums.c.total_s, type_=JSON)).scalar_subquery()
    looked = {number: (looks, took_s) for number, looks, took_s in await session.execute(counted)}
    if not looked:
        return found
    busy = stretch.c.number.in_(looked)
    for number, spent in await session.execute(select(stretch.c.number, totals).where(busy)):
        looks, took_s = looked[number]
        found[number] = PhaseMeans(
            looks=looks,
            took_s=took_s / looks,
            phases={phase: total_s / looks for phase, total_s in (spent or {}).items()},
        )
    return found


def _each_timing(
    dialect: str,
) -> tuple[FromClause, ColumnElement[float], Callable[..., ColumnElement[Any]]]:
    """Return the phases of a look as a table, the time of each, and what makes an object of it."""
    timings = tables.result.c.timings
    if dialect == "postgresql":
        each = func.json_each_text(timings).table_valued("key", "value")
        return each, cast(each.c.value, Double), func.json_object_agg
    each = func.json_each(timings).table_valued("key", "value")
    return each, each.c.value, func.json_group_object


def _stretches(edges: Sequence[datetime]) -> CTE:
    """Return the stretches as a table. Each is one reach into the index of what is joined to it."""
    return (
        values(
            column("number", Id),
            column("from_at", Moment),
            column("until_at", Moment),
            name="stretch",
        )
        .data([(number, *ends) for number, ends in enumerate(pairwise(edges))])
        .cte()
    )


def _within(stretch: CTE, task_id: int) -> ColumnElement[bool]:
    """Say which looks are those of a stretch."""
    result = tables.result.c
    return (
        (result.task_id == task_id)
        & (result.slot_at >= stretch.c.from_at)
        & (result.slot_at < stretch.c.until_at)
    )


def _two_digits(dialect: str, seconds: ColumnElement[float]) -> ColumnElement[Any]:
    """Write a time with two significant digits; see `glance.roughly`."""
    if dialect == "postgresql":
        return func.to_char(seconds, cast("9.9EEEE", Text))
    return func.printf("%.1e", seconds)
