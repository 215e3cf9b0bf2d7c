"""Phases in a chart of many looks: the mean of each, standing on each other. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import attrs

from monitor.core.glance import PhaseMeans
from monitor.web.pages.chart import HEIGHT, WIDTH, Chart, Column

_MOST = 6
"""Phases with a colour of their own; what else a look takes is the rest."""
_FILLED = 0.86
"""How much of its column a bar fills."""
_TALLEST_THIN = 12.0
"""A bar that is lower has no room for its number."""
REST = ""
"""The name of the rest."""


def with_phases(chart: Chart, means: Mapping[datetime, PhaseMeans], order: Iterable[str]) -> Chart:
    """Return a chart of bins that shows phases instead of the band of percentiles.

    Args:
        means: by where each stretch begins.
        order: phases as they follow each other in looks; others stand above these, the longest
            first.
    """
    whole = _whole(means.values())
    names = _names(whole, order)
    bars = [
        (column, _parts(one, names))
        for column in chart.columns
        if (one := means.get(column.at)) is not None and one.looks
    ]
    kept = [(name, path) for name, path in chart.paths if name != "band"]
    bad = [one for one in kept if one[0].startswith("bad")]  # else hidden behind the bars
    lines = [(f"{name} on-phases", path) for name, path in kept if (name, path) not in bad]
    return attrs.evolve(
        chart,
        paths=[*_paths(bars, chart.top_s), *bad, *lines],
        phases=_legend(whole, names),
        signs=_signs(bars, chart.top_s),
        columns=[
            attrs.evolve(column, phases=means[column.at].phases) if column.at in means else column
            for column in chart.columns
        ],
        stacked=True,
    )


def _whole(means: Iterable[PhaseMeans]) -> PhaseMeans:
    """Return the means of all looks together."""
    looks, took_s = 0, 0.0
    phases: dict[str, float] = {}
    for one in means:
        looks += one.looks
        took_s += one.took_s * one.looks
        for name, spent_s in one.phases.items():
            phases[name] = phases.get(name, 0.0) + spent_s * one.looks
    if not looks:
        return PhaseMeans()
    shares = {name: total_s / looks for name, total_s in phases.items()}
    return PhaseMeans(looks=looks, took_s=took_s / looks, phases=shares)


def _names(whole: PhaseMeans, order: Iterable[str]) -> list[str]:
    first = [name for name in dict.fromkeys(order) if name in whole.phases]
    others = sorted(whole.phases.keys() - first, key=lambda name: (-whole.phases[name], name))
    return [*first, *others][:_MOST]


def _parts(means: PhaseMeans, names: Sequence[str]) -> list[tuple[str, float]]:
    """Return what stands on what: the classes, and the seconds of each."""
    parts = [(f"phase-{one}", means.phases.get(name, 0.0)) for one, name in enumerate(names, 1)]
    rest_s = means.took_s - sum(spent_s for _name, spent_s in parts)
    return [*parts, ("phase-rest", max(0.0, rest_s))]


_Bars = Sequence[tuple[Column, Sequence[tuple[str, float]]]]


def _paths(bars: _Bars, top_s: float) -> list[tuple[str, str]]:
    drawn: dict[str, list[str]] = {}
    for column, parts in bars:
        width = round(column.width * _FILLED * WIDTH / 100, 1)
        left = round((column.x + column.width * (1 - _FILLED) / 2) * WIDTH / 100, 1)
        for name, floor, height in _boxes(parts, top_s):
            if height >= 0.15:
                path = f"M{left:g} {floor - height:.1f}h{width:g}v{height:.1f}h-{width:g}z"
                drawn.setdefault(name, []).append(path)
    return [(name, "".join(found)) for name, found in sorted(drawn.items())]


def _boxes(parts: Sequence[tuple[str, float]], top_s: float) -> Iterable[tuple[str, float, float]]:
    """Yield each part with the distance of its lower edge from the top, and its height."""
    floor = float(HEIGHT)
    for name, spent_s in parts:
        height = min(floor, HEIGHT * spent_s / top_s)
        yield name, floor, height
        floor -= height


def _signs(bars: _Bars, top_s: float) -> list[tuple[str, float, float]]:
    """Return numbers that stand in the tallest bar, so that colour is not all: what each is called
    in the legend, and where it stands, in percent of the width and units from the top."""
    if not bars:
        return []
    column, parts = max(bars, key=lambda bar: sum(spent_s for _name, spent_s in bar[1]))
    x = round(column.x + column.width / 2, 2)
    return [
        (name.removeprefix("phase-"), x, round(floor - height / 2, 1))
        for name, floor, height in _boxes(parts, top_s)
        if height >= _TALLEST_THIN and name != "phase-rest"
    ]


def _legend(whole: PhaseMeans, names: Sequence[str]) -> list[tuple[str, float, float]]:
    if not whole.looks:
        return []
    means = [(name, whole.phases[name]) for name in names]
    rest_s = whole.took_s - sum(spent_s for _name, spent_s in means)
    if rest_s > 0.0005 * whole.took_s:
        means.append((REST, rest_s))
    return [
        (name, mean_s, round(100 * mean_s / whole.took_s, 1) if whole.took_s else 0.0)
        for name, mean_s in means
    ]
