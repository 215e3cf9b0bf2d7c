"""What targets did, as far as looks at them were recorded.

What was recorded is what the target did. A change between two looks is taken to lie halfway; else
the last look holds. So what was over between two looks was never there, and an outage may have
begun, or ended, up to half an interval sooner or later. What we could not see ourselves (UNKNOWN,
or UNREACHABLE behind a parent) says nothing of the target: what was seen before goes on. Where
nobody looked for more than a few intervals, what was seen last holds until the next look.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from monitor.config.case import Sight
from monitor.core.model import ABOUT_TARGET, Look, Status
from monitor.core.script import Span

_FEW = 3
"""So many intervals without a look are a gap, in which nothing is known."""
_NO_ANSWER = "no answer within"
"""How the detail of a look begins that ended at its timeout."""


@attrs.frozen(kw_only=True)
class Recorded:
    """What one target did."""

    spans: tuple[Span[Sight], ...]
    from_at: datetime | None = None
    """The first look; None: there was none that says anything."""
    until_at: datetime | None = None
    """The last one."""
    looks: int = 0
    blind_s: float = 0.0
    """How long nobody looked, in all."""


def recorded(looks: Iterable[Look], interval_s: float, start_at: datetime) -> Recorded:
    """Return what a target did, by the looks at it.

    Args:
        looks: the oldest first.
        interval_s: how often the task looks.
        start_at: the moment from which spans count.
    """
    known = [one for one in looks if one.result.status in ABOUT_TARGET]
    if not known:
        return Recorded(spans=())
    turns: list[tuple[float, Sight]] = []
    blind_s, before = 0.0, known[0]
    for one in known:
        passed = one.slot_at - before.slot_at
        blind = passed > timedelta(seconds=_FEW * interval_s)
        blind_s += passed.total_seconds() if blind else 0.0
        if not turns or turns[-1][1].status is not one.result.status:
            at = one.slot_at if blind else before.slot_at + passed / 2
            turns.append((_since(at, start_at), _sight(one)))
        before = one
    ends = [at_s for at_s, _ in turns[1:]] + [_since(known[-1].slot_at, start_at) + interval_s]
    spans = tuple(
        Span(at_s, sight, end_s)
        for (at_s, sight), end_s in zip(turns, ends, strict=True)
        if sight.status is not Status.UP
    )
    return Recorded(
        spans=spans,
        from_at=known[0].slot_at,
        until_at=known[-1].slot_at,
        looks=len(known),
        blind_s=blind_s,
    )


def _since(moment: datetime, start_at: datetime) -> float:
    return round((moment - start_at) / timedelta(seconds=1), 3)


def _sight(one: Look) -> Sight:
    seen = one.result
    if seen.status is Status.UP:
        return Sight()
    return Sight(status=seen.status, detail=seen.detail, hangs=seen.detail.startswith(_NO_ANSWER))
