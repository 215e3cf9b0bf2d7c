"""Many looks in few words: the bars of a page of tasks, and the histograms of a long chart.

For bars each task has a moment of its own from which on it is asked about, so what is read is
bounded by what is shown, and not by how long a history is. For charts the database counts, so what
leaves it is bounded too.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, column, func, select, values
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.core.glance import Bin, Glance, Recent
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
    # A join with the stretches, because then each is one reach into the index of the table.
    stretch = (
        values(
            column("number", Id),
            column("from_at", Moment),
            column("until_at", Moment),
            name="stretch",
        )
        .data([(number, *ends) for number, ends in enumerate(pairwise(edges))])
        .cte()
    )
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
        .join_from(
            stretch,
            tables.result,
            (result.task_id == task_id)
            & (result.slot_at >= stretch.c.from_at)
            & (result.slot_at < stretch.c.until_at),
        )
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


def _two_digits(dialect: str, seconds: ColumnElement[float]) -> ColumnElement[Any]:
    """Write a time with two significant digits; see `glance.roughly`."""
    if dialect == "postgresql":
        return func.to_char(seconds, cast("9.9EEEE", Text))
    return func.printf("%.1e", seconds)
