"""/api/v1/tasks/{task_id}/latency: how long looks took, stretch by stretch, as charts show it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise, repeat
from typing import Any

import attrs
import trio

from monitor.core.glance import Bin, PhaseMeans, spread
from monitor.core.model import Status
from monitor.operations.documents import StretchDocument, plain
from monitor.web.api.bodies import span, yes_or_no
from monitor.web.api.call import Call
from monitor.web.api.operation import Operation, Query, Reply
from monitor.web.api.problems import Wrong, unfit
from monitor.web.api.schemas import ref
from monitor.web.routing import Role
from monitor.web.stretches import Counted, count_histograms, count_phases, edges_of

_USUAL = timedelta(days=1)
_LONGEST = timedelta(days=366)
_AT_ONCE = 2
"""Times that are counted together: of a long one the database has much to count."""


@attrs.define(eq=False, kw_only=True)
class Latency:
    """Counts what looks took."""

    now: Callable[[], datetime]
    histograms: Counted[Sequence[Bin]] = attrs.field(factory=count_histograms)
    phases: Counted[PhaseMeans] = attrs.field(factory=count_phases)
    _places: trio.CapacityLimiter = attrs.field(
        factory=lambda: trio.CapacityLimiter(_AT_ONCE), init=False
    )

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="getLatency",
            method="GET",
            path="/tasks/{task_id}/latency",
            needs=Role.VIEWER,
            says="Show how long looks of a task took, for each stretch of a time.",
            more="Of the last day, if no time is named. There are about a hundred stretches of a "
            "round length; the first begins at `since` or before. The database counts every look.",
            carry_out=self.show,
            query={
                **span(self.now),
                "phases": Query(
                    yes_or_no,
                    "Also the mean of each phase; that takes several times as long.",
                    {"type": "boolean", "default": False},
                    default=False,
                ),
            },
            answer=ref("Latency"),
        )

    async def show(self, call: Call) -> Reply:
        query = call.query
        until_at = min(query["until"] or call.now, call.now)  # what is to come may not be kept
        from_at = query["since"] or until_at - _USUAL
        if not timedelta(0) < until_at - from_at <= _LONGEST:
            why = "must lie before until" if from_at >= until_at else "lies too far back"
            raise unfit([Wrong("since", f"{why}; at most {_LONGEST.days} days are counted")], 400)
        edges = edges_of(from_at, until_at)
        async with self._places, call.session() as session:
            task = (await session.watched(call.number("task_id"))).task
            counted = await self.histograms.read(session, task, edges)
            means: Sequence[PhaseMeans | None] = list(repeat(None, len(counted)))
            if query["phases"]:
                means = await self.phases.read(session, task, edges)
        return Reply(
            document={
                "items": [
                    plain(_stretch(begin, end, bins, mean))
                    for (begin, end), bins, mean in zip(
                        pairwise(edges), counted, means, strict=True
                    )
                ]
            }
        )


def _stretch(
    from_at: datetime, until_at: datetime, bins: Sequence[Bin], mean: PhaseMeans | None
) -> StretchDocument:
    took: dict[int, Any] = spread(bins)
    return StretchDocument(
        from_at=from_at,
        until_at=until_at,
        looks=sum(one.looks for one in bins),
        down=sum(one.looks for one in bins if one.status is Status.DOWN),
        **{f"p{one}_s": took.get(one) for one in (5, 50, 95)},
        longest_s=took.get(100),
        mean_s=mean.took_s if mean is not None and mean.looks else None,
        phases=None if mean is None else dict(mean.phases),
    )
