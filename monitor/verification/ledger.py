"""Is every scheduled slot a result or in a gap? Pure arithmetic over what the database holds."""

from collections.abc import Collection, Sequence
from datetime import datetime

import attrs

from monitor.core.model import Gap
from monitor.core.schedule import Schedule


@attrs.frozen(kw_only=True)
class Account:
    """What became of the regular slots of a task."""

    due: int
    looked: int
    in_gaps: int
    lost: tuple[datetime, ...]
    """Slots of which nothing is known."""


def account(
    schedule: Schedule,
    slots: Collection[datetime],
    gaps: Sequence[Gap],
    since: datetime,
    until: datetime,
) -> Account:
    """Hold the slots in [since, until] against results and gaps."""
    taken = set(slots)
    due = looked = in_gaps = 0
    lost = []
    slot = schedule.at_or_before(since)
    if slot < since:
        slot = schedule.after(slot)
    while slot <= until:
        due += 1
        if slot in taken:
            looked += 1
        elif any(gap.from_at <= slot < gap.until_at for gap in gaps):
            in_gaps += 1
        else:
            lost.append(slot)
        slot = schedule.after(slot)
    return Account(due=due, looked=looked, in_gaps=in_gaps, lost=tuple(lost))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of all values does not exceed, 0 if there are none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
