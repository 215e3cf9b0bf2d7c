"""The latency of a task as a picture: each look with its phases, or percentiles of many. Pure.

Pictures are 1000 wide and 200 high and stretch with the page; what stands in them as text is placed
by shares of the width, so that it does not stretch.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import chain, pairwise

import attrs

from monitor.core.glance import SEEN, Bin, percentiles, spread
from monitor.core.model import Gap, Incident, Look, Status
from monitor.web.stretches import length_of

WIDTH, HEIGHT = 1000, 200
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_CLIP_OVER, _CLIP_AT = 4.0, 2.0
"""A peak more than so many times the 95th percentile is cut off, at so many times of it."""


@attrs.frozen(kw_only=True)
class Shade:
    """A span of time in which something else is true."""

    x: float
    width: float
    """Shares of the width, in percent."""
    what: str
    """`gap` or `incident`."""
    reason: str
    from_at: datetime
    until_at: datetime | None
    slots: int = 0


@attrs.frozen(kw_only=True)
class Column:
    """What is under the pointer: a look, or a bucket of them."""

    x: float
    width: float
    at: datetime
    status: Status
    took_s: float
    """The median, if there are several looks."""
    looks: int = 1
    failed: int = 0
    """Of them, those that saw it down."""
    spread: Mapping[int, float] = {}
    """Percentiles, if there are several looks."""
    phases: Mapping[str, float] = {}
    """Mean seconds, if phases of several looks are shown."""


@attrs.frozen(kw_only=True)
class Chart:
    """Everything that is drawn."""

    from_at: datetime
    until_at: datetime
    top_s: float
    """The latency at the upper edge."""
    lines: Sequence[tuple[float, float]]
    """Horizontal lines: distance from the top in units of the picture, and seconds."""
    ticks: Sequence[tuple[float, datetime]]
    """Moments on the axis, with their shares of the width in percent."""
    paths: Sequence[tuple[str, str]]
    """Class and path of what is drawn."""
    shades: Sequence[Shade]
    columns: Sequence[Column]
    percentiles: Mapping[int, float]
    phases: Sequence[tuple[str, float, float]]
    """Phase, mean seconds, and its share in percent."""
    looks: int
    failed: int
    stacked: bool = False
    """Whether it shows the phases of many looks; see `stacks`."""
    signs: Sequence[tuple[str, float, float]] = ()
    """Numbers in it: text, share of the width in percent, distance from the top."""

    def y(self, seconds: float) -> float:
        """Return how far from the top a latency is drawn."""
        return _y(seconds, self.top_s)


def chart_of_looks(
    looks: Sequence[Look],
    gaps: Sequence[Gap],
    incidents: Sequence[Incident],
    from_at: datetime,
    until_at: datetime,
    interval_s: float,
) -> Chart:
    """Draw single looks, oldest first, each made of its phases."""
    seen = [one.result.duration_s for one in looks if one.result.status in SEEN]
    place = _place(from_at, until_at)
    top_s = _top(seen)
    width = max(1.5, min(12.0, WIDTH * 0.8 * interval_s / length_of(from_at, until_at)))
    names = list(dict.fromkeys(name for one in looks for name in one.result.timings))[:6]
    drawn: dict[str, list[str]] = {}
    columns = []
    for one in looks:
        x = place(one.slot_at) * WIDTH / 100
        result = one.result
        columns.append(
            Column(
                x=round(place(one.slot_at) - width / 20, 2),
                width=round(width / 10, 2),
                at=one.looked_at,
                status=result.status,
                took_s=result.duration_s,
            )
        )
        left = round(x - width / 2, 1)
        if result.status not in SEEN:
            drawn.setdefault(f"bad b-{result.status.value}", []).append(
                f"M{left:g} 0h{width:.1f}v{HEIGHT}h-{width:.1f}z"
            )
            continue
        floor = float(HEIGHT)
        rest_s = result.duration_s
        parts = [
            (f"phase-{names.index(n) + 1}", s) for n, s in result.timings.items() if n in names
        ]
        rest_s -= sum(spent_s for _name, spent_s in parts)
        for name, spent_s in [*parts, ("phase-rest", max(0.0, rest_s))]:
            height = min(floor, HEIGHT * spent_s / top_s)
            if height < 0.15:
                continue
            floor -= height
            drawn.setdefault(name, []).append(
                f"M{left:g} {floor:.1f}h{width:.1f}v{height:.1f}h-{width:.1f}z"
            )
    return Chart(
        from_at=from_at,
        until_at=until_at,
        top_s=top_s,
        lines=_lines(top_s),
        ticks=_ticks(from_at, until_at),
        paths=[(name, "".join(found)) for name, found in sorted(drawn.items())],
        shades=_shades(gaps, incidents, from_at, until_at),
        columns=columns,
        percentiles=percentiles(seen),
        phases=_phases(looks, names),
        looks=len(looks),
        failed=sum(one.result.status is Status.DOWN for one in looks),
    )


def chart_of_bins(
    stretches: Sequence[Sequence[Bin]],
    edges: Sequence[datetime],
    gaps: Sequence[Gap],
    incidents: Sequence[Incident],
    until_at: datetime,
) -> Chart:
    """Draw many looks, counted for each stretch between two edges: their median, the band from the
    5th to the 95th percentile, and the longest."""
    from_at = edges[0]
    place = _place(from_at, until_at)
    found = {number: spread(one) for number, one in enumerate(stretches)}
    top_s = _top([one[95] for one in found.values() if one])
    middle = [(place(begin) + place(end)) / 2 * WIDTH / 100 for begin, end in pairwise(edges)]

    def row_of(numbers: Sequence[int], percentile: int) -> str:
        return "L".join(f"{middle[one]:.1f} {_y(found[one][percentile], top_s)}" for one in numbers)

    # The longest is not drawn along the upper edge where it lies above it.
    within = [number for number, one in found.items() if one and one[100] <= top_s]
    longest = ["M" + row_of(row, 100) for row in _rows(within) if len(row) > 1]
    median, band, bad = [], [], []
    for row in _rows([number for number, one in found.items() if one]):
        median.append("M" + row_of(row, 50))
        band.append(f"M{row_of(row, 95)}L{row_of(row[::-1], 5)}z")
    columns = []
    for number, (begin, end) in enumerate(pairwise(edges)):
        if not stretches[number]:
            continue
        column = _column(stretches[number], found[number], begin, place(begin), place(end))
        columns.append(column)
        if column.failed:
            height = max(6.0, HEIGHT * column.failed / column.looks)
            left, width = column.x * WIDTH / 100, column.width * WIDTH / 100
            bad.append(f"M{left:.1f} {HEIGHT}v-{height:.1f}h{width:.1f}v{height:.1f}z")
    paths = [
        *(("bad b-down", "".join(bad)), ("band", "".join(band))),
        *(("longest", "".join(longest)), ("median", "".join(median))),
    ]
    return Chart(
        from_at=from_at,
        until_at=until_at,
        top_s=top_s,
        lines=_lines(top_s),
        ticks=_ticks(from_at, until_at),
        paths=[one for one in paths if one[1]],
        shades=_shades(gaps, incidents, from_at, until_at),
        columns=columns,
        percentiles=spread(chain.from_iterable(stretches)),
        phases=(),
        looks=sum(one.looks for one in columns),
        failed=sum(one.failed for one in columns),
    )


def _column(
    bins: Sequence[Bin], found: Mapping[int, float], at: datetime, x: float, end: float
) -> Column:
    failed = sum(one.looks for one in bins if one.status is Status.DOWN)
    usual = max(bins, key=lambda one: one.looks).status
    return Column(
        x=round(x, 2),
        width=round(end - x, 2),
        at=at,
        status=Status.DOWN if failed else usual,
        took_s=found.get(50, 0.0),
        looks=sum(one.looks for one in bins),
        failed=failed,
        spread=found,
    )


def phase_path(timings: Mapping[str, float], total_s: float) -> list[tuple[int, float, float]]:
    """Return the phases of one look as parts of a line: number, start and length in percent."""
    parts, start = [], 0.0
    for number, spent_s in enumerate(timings.values(), 1):
        share = 100 * spent_s / total_s if total_s else 0.0
        parts.append((min(6, number), round(start, 1), round(min(share, 100 - start), 1)))
        start = min(100.0, start + share)
    return parts


# --- scales -------------------------------------------------------------------------------------


def _y(seconds: float, top_s: float) -> float:
    return round(HEIGHT * (1 - min(1.0, seconds / top_s)), 1)


def _place(from_at: datetime, until_at: datetime) -> Callable[[datetime], float]:
    length_s = length_of(from_at, until_at)

    def place(moment: datetime) -> float:
        return max(0.0, min(100.0, 100 * (moment - from_at).total_seconds() / length_s))

    return place


def _top(values: Sequence[float]) -> float:
    """Choose the upper edge: above the highest value, unless that stands alone."""
    if not values:
        return 1.0
    found = percentiles(values)
    highest = found[100] if found[100] <= _CLIP_OVER * found[95] else _CLIP_AT * found[95]
    return _nice(max(highest, 1e-5) * 1.08)


def _nice(value: float) -> float:
    size: float = 10.0 ** math.floor(math.log10(value))
    return next(step * size for step in _STEPS if step * size >= value)


def _lines(top_s: float) -> list[tuple[float, float]]:
    return [(HEIGHT * (1 - part), top_s * part) for part in (1.0, 0.75, 0.5, 0.25)]


_TICKS_S = (
    *(15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200),
    *(86400 * days for days in (1, 2, 7, 14)),
)


def _ticks(from_at: datetime, until_at: datetime) -> list[tuple[float, datetime]]:
    length_s = length_of(from_at, until_at)
    step_s = next((one for one in _TICKS_S if length_s / one <= 7), math.ceil(length_s / 6))
    place, found = _place(from_at, until_at), []
    first = math.ceil(from_at.timestamp() / step_s) * step_s
    for number in range(12):
        moment = datetime.fromtimestamp(first + number * step_s, from_at.tzinfo)
        if moment >= until_at:
            break
        share = round(place(moment), 2)
        if 3 < share < 95:
            found.append((share, moment))
    return found


def _shades(
    gaps: Sequence[Gap], incidents: Sequence[Incident], from_at: datetime, until_at: datetime
) -> list[Shade]:
    place, found = _place(from_at, until_at), []
    spans: list[tuple[str, str, datetime, datetime | None, int]] = [
        ("gap", gap.reason.value, gap.from_at, gap.until_at, gap.slots) for gap in gaps
    ]
    spans += [("incident", one.detail, one.opened_at, one.closed_at, 0) for one in incidents]
    for what, reason, begin, end, slots in spans:
        if (end or until_at) <= from_at or begin >= until_at:
            continue
        x = place(begin)
        width = max(0.3, place(end or until_at) - x)
        found.append(
            Shade(
                x=round(x, 2),
                width=round(width, 2),
                what=what,
                reason=reason,
                from_at=begin,
                until_at=end,
                slots=slots,
            )
        )
    return found


def _phases(looks: Sequence[Look], names: Sequence[str]) -> list[tuple[str, float, float]]:
    seen = [one.result for one in looks if one.result.status in SEEN]
    if not seen or not names:
        return []
    total_s = sum(one.duration_s for one in seen) / len(seen)
    means = [sum(one.timings.get(name, 0.0) for one in seen) / len(seen) for name in names]
    return [
        (name, mean_s, round(100 * mean_s / total_s, 1) if total_s else 0.0)
        for name, mean_s in zip(names, means, strict=True)
    ]


def _rows(numbers: Sequence[int]) -> list[list[int]]:
    """Part numbers where some are missing in between."""
    rows: list[list[int]] = []
    for number in numbers:
        if rows and number - rows[-1][-1] <= 2:
            rows[-1].append(number)
        else:
            rows.append([number])
    return rows
