"""How long the looks of a task took over weeks: counted by the database, and kept for a while,
because a page that is open asks anew every half minute."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import attrs
import trio

from monitor.core.glance import Bin
from monitor.core.model import Task
from monitor.core.ports import Session
from monitor.web.kept import Kept

_TRUSTED_S = 600.0
"""How long a stretch that is over is believed to stay as it was: records may come late."""
_FRESH_S = 120.0
"""What ended since is read every time: looks of it may not be written yet."""
_CHARTS = 16
"""Charts that are kept; each is some hundred kilobytes at most."""
_LOOKS = 100_000
"""About how many looks are counted in one unit of work, so that none of them is long."""

_Chart = dict[datetime, tuple[float, Sequence[Bin]]]


@attrs.define(eq=False)
class Histograms:
    """What was counted of late."""

    _charts: Kept[tuple[int, float], _Chart] = attrs.field(
        factory=lambda: Kept(_CHARTS), init=False
    )
    """By task and length of a stretch, by where a stretch begins."""

    async def read(
        self, session: Session, task: Task, edges: Sequence[datetime]
    ) -> Sequence[Sequence[Bin]]:
        """Return the histogram of each stretch between two edges."""
        width_s = (edges[1] - edges[0]).total_seconds()
        key, starts = (task.id, width_s), edges[:-1]
        kept, now_s = self._charts.get(key, {}), trio.current_time()
        settled_at = edges[-1] - timedelta(seconds=2 * width_s + _FRESH_S)  # its end is one later
        known = {
            start: kept[start]
            for start in starts
            if start in kept and now_s - kept[start][0] < _TRUSTED_S
        }
        most = max(1, int(_LOOKS * task.interval_s / width_s))
        missing = [(begin, end) for begin, end in pairwise(edges) if begin not in known]
        for some in _runs(missing, most):
            found = await session.histograms(
                task.id, [*(begin for begin, _end in some), some[-1][1]]
            )
            for (begin, _end), bins in zip(some, found, strict=True):
                known[begin] = now_s, bins
        self._charts.keep(key, {at: one for at, one in known.items() if at <= settled_at})
        return [known[start][1] for start in starts]


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
