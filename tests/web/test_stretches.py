"""Long charts: what is counted once, and what anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import attrs
import trio

from monitor.core.glance import Bin
from monitor.core.model import Status, Task
from monitor.core.ports import Session
from monitor.web.stretches import Counted, count_histograms

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
TASK = Task(id=1, name="shop", target="https://example.com", created_at=NOW, interval_s=10.0)


@attrs.define
class Counts:
    """A session that can do one thing, and remembers what it was asked."""

    asked: list[Sequence[datetime]] = attrs.field(factory=list)

    async def histograms(self, task_id: int, edges: Sequence[datetime]) -> list[list[Bin]]:
        await trio.lowlevel.checkpoint()
        self.asked.append(edges)
        return [[_bin(edge)] for edge in edges[:-1]]


def _bin(edge: datetime) -> Bin:
    return Bin(status=Status.UP, took_s=edge.timestamp(), looks=1, longest_s=1.0)


def days(*numbers: int) -> list[datetime]:
    return [NOW + timedelta(days=number) for number in numbers]


async def read(histograms: Counted[Sequence[Bin]], session: Any, edges: Sequence[datetime]) -> None:
    found = await histograms.read(cast("Session", session), TASK, edges)
    assert [[_bin(edge)] for edge in edges[:-1]] == found


async def test_what_is_over_is_counted_once_and_the_newest_ever_anew(autojump_clock: Any) -> None:
    histograms, first, second, later = count_histograms(), Counts(), Counts(), Counts()
    await read(histograms, first, days(*range(40)))
    await read(histograms, second, days(*range(1, 41)))
    assert days(37, 38, 39, 40) == sorted({edge for edges in second.asked for edge in edges})
    await trio.sleep(600)
    await read(histograms, later, days(*range(40)))
    assert sum(map(len, first.asked)) == sum(map(len, later.asked)), "late records are seen"


async def test_no_reading_counts_more_than_about_a_hundred_thousand_looks() -> None:
    session = Counts()
    await read(count_histograms(), session, days(*range(40)))
    most = max((edges[-1] - edges[0]).total_seconds() / TASK.interval_s for edges in session.asked)
    assert 80_000 < most <= 100_000


async def test_only_a_few_charts_are_kept() -> None:
    histograms = count_histograms()
    for hours in range(1, 30):
        edges = [NOW + timedelta(hours=hours * number) for number in range(6)]
        await read(histograms, Counts(), edges)
    session = Counts()
    await read(histograms, session, [NOW + timedelta(hours=number) for number in range(6)])
    assert 5 == sum(len(edges) - 1 for edges in session.asked), "the oldest is forgotten"
