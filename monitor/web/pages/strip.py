"""The last ninety slots of a task and its latency, as pictures: each slot a mark whose height and
shape say what its colour says.

Pure. A slot in which several looks fell shows the worst of them; one that lies in a gap shows that
nobody looked; one before the task was made shows nothing.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import attrs

from monitor.core.glance import Glance, Recent
from monitor.core.model import Gap, State, Status, Task

SLOTS = 90
STEP = 3
"""Width of a slot, in units of the picture; one of them is the space between two."""
HEIGHT = 20
SPARK_HEIGHT = 20

GAP, NOTHING = "gap", "none"
_WORST_FIRST = (
    *(Status.DOWN, Status.UNREACHABLE, Status.UNKNOWN, Status.DEGRADED),
    *(Status.MAINTENANCE, Status.PENDING, Status.PAUSED, Status.UP),
)
_RANK = {status: rank for rank, status in enumerate(_WORST_FIRST)}
_LOW = 12
_TOPS: Mapping[str, int] = {
    Status.UP: 8,
    Status.DEGRADED: 4,
    Status.DOWN: 0,
    Status.UNREACHABLE: 0,
    Status.UNKNOWN: 4,
    GAP: 16,
    NOTHING: 19,
}
"""How far from the top a mark begins; the worse, the taller. What is not here begins at `_LOW`."""
_BROKEN = frozenset({Status.UNKNOWN, Status.UNREACHABLE})
"""Marks that are broken in two: we do not know, or could not see."""
_BREAK = 4


@attrs.frozen(kw_only=True)
class Strip:
    """Two pictures of the same time."""

    marks: Sequence[tuple[str, str]]
    """Class and SVG path of the marks of each sort."""
    spark: str
    """SVG path of the latency; empty if nothing is known."""
    last_s: float | None
    counts: Mapping[str, int]
    """Slots by status, and `gap`."""
    from_at: datetime


def first_slot_at(task: Task, state: State, now: datetime) -> datetime:
    """Return the moment from which on ninety slots of a task are shown."""
    return _end(task, state, now) - timedelta(seconds=(SLOTS - 1) * task.interval_s)


def _end(task: Task, state: State, now: datetime) -> datetime:
    """Return the newest slot; one that no look came from still passes."""
    newest = state.last_slot_at
    if newest is None:
        return now
    passed = int(max(0.0, (now - newest).total_seconds()) / task.interval_s)
    return newest + timedelta(seconds=passed * task.interval_s)


def make_strip(task: Task, state: State, recent: Recent, now: datetime) -> Strip:
    """Draw what is stored of a task since `first_slot_at`."""
    end, interval_s = _end(task, state, now), task.interval_s

    def place(moment: datetime) -> int:
        return SLOTS - 1 - round((end - moment).total_seconds() / interval_s)

    slots: list[str | None] = [None] * SLOTS
    for gap in recent.gaps:
        first, last = _span(gap, place)
        for number in range(first, last):
            slots[number] = GAP
    times: dict[int, float] = {}
    for look in recent.looks:
        number = place(look.slot_at)
        if not 0 <= number < SLOTS:
            continue
        known = slots[number]
        if known is None or known == GAP or _RANK[look.status] < _RANK[Status(known)]:
            slots[number] = look.status
        if look.status in (Status.UP, Status.DEGRADED):
            times[number] = look.took_s
    return Strip(
        marks=_marks(slots),
        spark=_spark(times),
        last_s=_last(recent.looks),
        counts=Counter(one for one in slots if one is not None),
        from_at=end - timedelta(seconds=(SLOTS - 1) * interval_s),
    )


def _span(gap: Gap, place: Callable[[datetime], int]) -> tuple[int, int]:
    first, last = place(gap.from_at), place(gap.until_at)
    return max(0, first), min(SLOTS, max(last, first + 1))


def _last(looks: Sequence[Glance]) -> float | None:
    seen = [one for one in looks[-5:] if one.status in (Status.UP, Status.DEGRADED)]
    return seen[-1].took_s if seen else None


def _marks(slots: Sequence[str | None]) -> list[tuple[str, str]]:
    """Draw slots of one sort that follow each other as one dashed line, as thick as they are tall:
    the style of its class says how thick, and where the dashes are."""
    paths: dict[str, list[str]] = {}
    first = 0
    for status, run in groupby(slots):
        name = NOTHING if status is None else status
        count = len(list(run))
        left, length = first * STEP, count * STEP - 1
        first += count
        top = _TOPS.get(name, _LOW)
        middles = [(top + HEIGHT) / 2]
        if name in _BROKEN:
            quarter = (HEIGHT - top + _BREAK) / 4
            middles = [middles[0] - quarter, middles[0] + quarter]
        paths.setdefault(name, []).extend(f"M{left} {y:g}h{length}" for y in middles)
    return [(status, "".join(drawn)) for status, drawn in paths.items()]


def _spark(times: Mapping[int, float]) -> str:
    """Draw a line of the latency, broken where nothing is known; from zero to its own peak."""
    if len(times) < 2:
        return ""
    peak = max(times.values()) or 1.0
    drawn, before = [], -SLOTS
    for number, took_s in sorted(times.items()):
        y = round(1 + (SPARK_HEIGHT - 3) * (1 - took_s / peak), 1)
        drawn.append(f"{'L' if number - before <= 2 else 'M'}{number} {y:g}")
        before = number
    return "".join(drawn)
