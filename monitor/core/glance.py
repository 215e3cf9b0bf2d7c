"""What bars, sparklines and long charts are made of: many looks in few words."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate

import attrs

from monitor.core.model import Gap, Status

SEEN = (Status.UP, Status.DEGRADED)
"""How looks end that tell how long a target takes."""
_PERCENTILES = (5, 50, 90, 95, 99, 100)


@attrs.frozen
class Glance:
    """A stored result, without what it says in words."""

    slot_at: datetime
    status: Status
    took_s: float


@attrs.frozen
class Recent:
    """What is stored of a task since some moment, oldest first."""

    looks: Sequence[Glance] = ()
    gaps: Sequence[Gap] = ()


@attrs.frozen(kw_only=True)
class Bin:
    """Looks of one stretch of time that ended alike and took about as long."""

    status: Status
    took_s: float
    """To two significant digits; see `roughly`."""
    looks: int
    longest_s: float
    """What the longest of them took, exactly."""


@attrs.frozen(kw_only=True)
class PhaseMeans:
    """What looks of one stretch of time took on average; only those that saw something."""

    looks: int = 0
    took_s: float = 0.0
    phases: Mapping[str, float] = attrs.field(factory=dict)
    """Of each phase that occurs; a look without it took no time in it."""


def roughly(took_s: float) -> float:
    """Return a time to two significant digits, so within 5 % of what it was."""
    return float(f"{took_s:.1e}")


def percentiles(values: Iterable[float]) -> dict[int, float]:
    """Return some percentiles, each a value that occurs; empty if there are no values."""
    return _weighed(Counter(values))


def spread(bins: Iterable[Bin]) -> dict[int, float]:
    """Return the percentiles of looks that saw something, to two digits; the longest is exact."""
    counted: Counter[float] = Counter()
    longest_s = 0.0
    for one in bins:
        if one.status in SEEN:
            counted[one.took_s] += one.looks
            longest_s = max(longest_s, one.longest_s)
    found = _weighed(counted)
    return {one: longest_s if one == 100 else min(at_s, longest_s) for one, at_s in found.items()}


def _weighed(counted: Mapping[float, int]) -> dict[int, float]:
    ordered = sorted(counted)
    upto = list(accumulate(counted[value] for value in ordered))
    if not ordered:
        return {}
    last = upto[-1] - 1
    return {one: ordered[bisect_right(upto, round(last * one / 100))] for one in _PERCENTILES}
