"""What was seen since the start, counted where looks are told: for those who draw curves of it.

Only what cannot be read off the running parts is counted here.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

import attrs

from monitor.core.model import Gap, GapReason, Status, Task
from monitor.core.records import LookRecord

TOOK_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds by which looks are sorted: from a neighbour to a target that is given up on."""
LATE_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0)
"""Upper bounds by which the lateness of looks is sorted; a sound schedule is kept to milliseconds,
and 10 s late is what the auditor calls stalled."""


def scheme_of(task: Task) -> str:
    """Return what a target begins with, and so what kind of look it takes."""
    return task.target.partition(":")[0].strip().lower()


@attrs.define(eq=False)
class Histogram:
    """How often a value was no larger than each of some bounds; the last count is the rest."""

    bounds: tuple[float, ...]
    counts: list[int] = attrs.field(init=False)
    sum: float = 0.0

    def __attrs_post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value


@attrs.define(eq=False)
class Tally:
    """Counts of what was seen."""

    took: dict[str, Histogram] = attrs.field(factory=dict)
    """By the scheme of the target."""
    late: Histogram = attrs.field(factory=lambda: Histogram(LATE_S))
    """How much later than its slot each look began."""
    looks: Counter[Status] = attrs.field(factory=Counter)
    gaps_s: dict[GapReason, float] = attrs.field(factory=dict)
    """Time that lies in gaps, of all tasks together."""

    def look(self, task: Task, record: LookRecord) -> None:
        """Count one look."""
        scheme = scheme_of(task)
        took = self.took.get(scheme)
        if took is None:
            took = self.took[scheme] = Histogram(TOOK_S)
        took.add(record.result.duration_s)
        self.late.add((record.looked_at - record.slot_at) / timedelta(seconds=1))
        self.looks[record.result.status] += 1
        self.gaps(record.gaps)

    def gaps(self, gaps: Iterable[Gap]) -> None:
        """Count slots that were lost."""
        for gap in gaps:
            lost_s = (gap.until_at - gap.from_at) / timedelta(seconds=1)
            self.gaps_s[gap.reason] = self.gaps_s.get(gap.reason, 0.0) + lost_s
