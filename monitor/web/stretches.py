"""How long the looks of a task took over weeks, stretch by stretch: counted by the database, and
kept for a while, because a page that is open asks anew every half minute."""

import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Generic, TypeVar

import attrs
import trio

from monitor.core.glance import Bin, PhaseMeans
from monitor.core.model import Task
from monitor.core.ports import Session
from monitor.web.kept import Kept

_TRUSTED_S = 600.0
"""How long a stretch that is over is believed to stay as it was: records may come late."""
_FRESH_S = 120.0
"""What ended since is read every time: looks of it may not be written yet."""
_CHARTS = 16
"""Charts that are kept; each is some hundred kilobytes at most."""
BUCKETS = 120
"""Stretches of one time, at most; and one more for the present one."""
_MINUTE_S, _HOUR_S = 60, 3600
_WIDTHS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(_MINUTE_S * number for number in (1, 2, 3, 5, 10, 12, 15, 20, 30)),
    *(_HOUR_S * number for number in (1, 2, 3, 4, 6, 12, 18, 24)),
)
T = TypeVar("T")


def length_of(from_at: datetime, until_at: datetime) -> float:
    """Return how long a time is, in seconds; never 0, so that one can divide by it."""
    return max(1e-6, (until_at - from_at) / timedelta(seconds=1))


def edges_of(from_at: datetime, until_at: datetime) -> list[datetime]:
    """Part a time into stretches of a round length, so that what is over stays as it was counted.

    The first begins at `from_at` or before, the last ends at `until_at` or after.
    """
    length_s = length_of(from_at, until_at)
    width_s = next((one for one in _WIDTHS_S if length_s / one <= BUCKETS), length_s / BUCKETS)
    first = math.floor(from_at.timestamp() / width_s)
    last = max(first + 1, math.ceil(until_at.timestamp() / width_s))
    return [
        datetime.fromtimestamp(number * width_s, from_at.tzinfo)
        for number in range(first, last + 1)
    ]


@attrs.define(eq=False)
class Counted(Generic[T]):
    """What was counted of late.

    Args:
        count: asks a session about a task, for each stretch between two edges.
        looks: about how many are counted in one unit of work, so that none of them is long.
    """

    _count: Callable[[Session, int, Sequence[datetime]], Awaitable[Sequence[T]]]
    _looks: int
    _charts: Kept[tuple[int, float], dict[datetime, tuple[float, T]]] = attrs.field(
        factory=lambda: Kept(_CHARTS), init=False
    )
    """By task and length of a stretch, by where a stretch begins."""

    async def read(self, session: Session, task: Task, edges: Sequence[datetime]) -> Sequence[T]:
        """Return what is counted of each stretch between two edges."""
        width_s = (edges[1] - edges[0]).total_seconds()
        key, starts = (task.id, width_s), edges[:-1]
        kept, now_s = self._charts.get(key, {}), trio.current_time()
        settled_at = edges[-1] - timedelta(seconds=2 * width_s + _FRESH_S)  # its end is one later
        known = {
            start: kept[start]
            for start in starts
            if start in kept and now_s - kept[start][0] < _TRUSTED_S
        }
        most = max(1, int(self._looks * task.interval_s / width_s))
        missing = [(begin, end) for begin, end in pairwise(edges) if begin not in known]
        for some in _runs(missing, most):
            around = [*(begin for begin, _end in some), some[-1][1]]
            found = await self._count(session, task.id, around)
            for (begin, _end), one in zip(some, found, strict=True):
                known[begin] = now_s, one
        self._charts.keep(key, {at: one for at, one in known.items() if at <= settled_at})
        return [known[start][1] for start in starts]


def count_histograms() -> Counted[Sequence[Bin]]:
    """Return what counts how long looks took."""
    return Counted(lambda session, task_id, edges: session.histograms(task_id, edges), 100_000)


def count_phases() -> Counted[PhaseMeans]:
    """Return what counts how long phases took, on average."""
    return Counted(lambda session, task_id, edges: session.phases(task_id, edges), 30_000)


def _runs(
    stretches: Sequence[tuple[datetime, datetime]], most: int
) -> list[list[tuple[datetime, datetime]]]:
    """Part stretches into runs without holes, none longer than `most`."""
    runs: list[list[tuple[datetime, datetime]]] = []
    for one in stretches:
        if runs and runs[-1][-1][1] == one[0] and len(runs[-1]) < most:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs
