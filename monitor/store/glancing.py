"""Many looks in few words: the bars of a page of tasks, in one reading.

Each task has a moment of its own from which on it is asked about, so what is read is bounded by
what is shown, and not by how long a history is.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import column, select, values
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.core.glance import Glance, Recent
from monitor.core.model import Gap, Status
from monitor.store import rows, tables

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
        values(column("task_id", tables.Id), column("since_at", tables.Moment), name="wanted")
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
