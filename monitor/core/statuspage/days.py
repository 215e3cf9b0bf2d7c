"""What is known of each day of a task, from its incidents, its gaps, and what was said of it.

Of a day, what lies before the task was made, or after now, is left out. The rest was *seen*, or it
lies in a gap, or we could not tell. Only what was seen counts: an outage during which nobody looked
is neither up nor down. So availability is told with its coverage, and is never above 100 %.

Days are those of UTC.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import attrs

from monitor.core.model import Gap, Incident, Status, Transition, WatchedTask

DAYS = 90
_DAY_S = 86400.0
_LATE_S = 60.0
"""How much later than two intervals after the last one a look may be."""
_NOT_SEEN = frozenset(
    {Status.PENDING, Status.UNKNOWN, Status.UNREACHABLE, Status.PAUSED, Status.MAINTENANCE}
)
SPELLS = (*sorted(_NOT_SEEN), Status.DEGRADED)
"""Statuses of which it matters how long they lasted; DOWN is told by incidents."""

Span = tuple[float, float]


@attrs.frozen
class Past:
    """What is stored of a task since some moment."""

    incidents: Sequence[Incident] = ()
    gaps: Sequence[Gap] = ()
    changes: Sequence[Transition] = ()
    """Those from and to one of `SPELLS`, oldest first."""


@attrs.frozen(kw_only=True)
class Sum:
    """Seconds of some time, added up."""

    due_s: float = 0.0
    """What should have been seen."""
    seen_s: float = 0.0
    down_s: float = 0.0
    degraded_s: float = 0.0

    @property
    def uptime(self) -> float | None:
        """The part of what was seen in which it was not down; None: nothing was seen."""
        return None if self.seen_s <= 0 else min(1.0, max(0.0, 1 - self.down_s / self.seen_s))

    @property
    def coverage(self) -> float | None:
        """The part that was seen; None: there was nothing to see."""
        return None if self.due_s <= 0 else min(1.0, self.seen_s / self.due_s)


@attrs.frozen(kw_only=True)
class Day(Sum):
    """A day of a task."""

    on: date
    incidents: int = 0
    """Those that lie in it, or reach into it."""

    @property
    def mark(self) -> str:
        """How it is drawn: down, degraded, up, gap (nobody looked), none (there was no task)."""
        if self.due_s <= 0:
            return "none"
        if self.down_s > 0:
            return "down"
        if self.seen_s <= 0:
            return "gap"
        return "degraded" if self.degraded_s > 0 else "up"


def percent(share: float) -> str:
    """Write a share in percent, rounded down: 100 % is only said of what is whole."""
    if share >= 1:
        return "100"
    return f"{math.floor(share * 10000) / 100:.2f}"


def added(sums: Iterable[Sum]) -> Sum:
    """Add up days, or tasks."""
    each = list(sums)
    return Sum(
        due_s=math.fsum(one.due_s for one in each),
        seen_s=math.fsum(one.seen_s for one in each),
        down_s=math.fsum(one.down_s for one in each),
        degraded_s=math.fsum(one.degraded_s for one in each),
    )


def first_day_at(now: datetime, count: int = DAYS) -> datetime:
    """Return the beginning of the first of so many days, of which the last is today."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=count - 1)


def blind_since(watched: WatchedTask, now: datetime) -> datetime | None:
    """Return since when nobody has looked at a task that should have been looked at; else None.

    A gap is booked when it ends: while the monitor is down, or a task is paused, there is none yet.
    """
    task = watched.task
    seen_at = watched.state.last_looked_at or task.created_at
    patience_s = 2 * task.interval_s + task.timeout_s + _LATE_S
    if (now - seen_at).total_seconds() <= patience_s:
        return None
    return seen_at + timedelta(seconds=task.interval_s)


def make_days(
    past: Past,
    made_at: datetime,
    now: datetime,
    count: int = DAYS,
    blind_at: datetime | None = None,
) -> tuple[Day, ...]:
    """Return the last days of a task, oldest first; the last one is today, as far as it goes.

    Args:
        blind_at: since when nobody has looked, if that is so.
    """
    first_at = first_day_at(now, count)
    begin, end = max(first_at, made_at).timestamp(), now.timestamp()
    whole = [(begin, end)] if begin < end else []
    blind = _merged(
        [
            *((one.from_at.timestamp(), one.until_at.timestamp()) for one in past.gaps),
            *_spells(past.changes, _NOT_SEEN, begin, end),
            *([] if blind_at is None else [(blind_at.timestamp(), end)]),
        ]
    )
    broken = _merged(_incident_span(one, end) for one in past.incidents)
    seen = _without(whole, blind)
    down = _within(broken, seen)
    slow = _within(
        _without(_merged(_spells(past.changes, {Status.DEGRADED}, begin, end)), broken), seen
    )
    zero = first_at.timestamp()
    parts = [_by_day(spans, zero, count) for spans in (whole, seen, down, slow)]
    numbers = [0] * count
    for one in past.incidents:
        from_s, until_s = _incident_span(one, end)
        first = max(0, math.floor((from_s - zero) / _DAY_S))
        last = min(count - 1, math.floor((until_s - zero) / _DAY_S))
        for number in range(first, last + 1):
            numbers[number] += 1
    return tuple(
        Day(
            on=(first_at + timedelta(days=number)).date(),
            due_s=parts[0][number],
            seen_s=parts[1][number],
            down_s=parts[2][number],
            degraded_s=parts[3][number],
            incidents=numbers[number],
        )
        for number in range(count)
    )


def _incident_span(one: Incident, end: float) -> Span:
    return one.opened_at.timestamp(), end if one.closed_at is None else one.closed_at.timestamp()


def _spells(
    changes: Sequence[Transition],
    wanted: Iterable[Status],
    begin: float,
    end: float,
) -> list[Span]:
    """Return how long one of the statuses lasted each time.

    What began before the first change that is known began before all.
    """
    chosen, found = set(wanted), list[Span]()
    since: float | None = begin if changes and changes[0].before in chosen else None
    for one in changes:
        at = one.at.timestamp()
        if since is not None:
            found.append((since, at))
        since = at if one.after in chosen else None
    if since is not None:
        found.append((since, end))
    return found


# --- spans: lists of those sorted and apart from each other, unless `_merged` makes them so ------


def _merged(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for begin, end in sorted(spans):
        if end <= begin:
            continue
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((begin, end))
    return found


def _within(spans: Sequence[Span], bounds: Sequence[Span]) -> list[Span]:
    found, at = list[Span](), 0
    for begin, end in spans:
        while at and bounds[at - 1][1] > begin:
            at -= 1
        while at < len(bounds) and bounds[at][1] <= begin:
            at += 1
        while at < len(bounds) and bounds[at][0] < end:
            found.append((max(begin, bounds[at][0]), min(end, bounds[at][1])))
            at += 1
    return found


def _without(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    edges = [-math.inf, *(edge for hole in holes for edge in hole), math.inf]
    return _within(spans, list(zip(edges[::2], edges[1::2], strict=True)))


def _by_day(spans: Iterable[Span], zero: float, count: int) -> list[float]:
    """Add up the parts of spans that lie in each day."""
    found = [0.0] * count
    for begin, end in spans:
        first = max(0, math.floor((begin - zero) / _DAY_S))
        last = min(count - 1, math.floor((end - zero) / _DAY_S))
        for number in range(first, last + 1):
            from_s, until_s = zero + number * _DAY_S, zero + (number + 1) * _DAY_S
            found[number] += max(0.0, min(end, until_s) - max(begin, from_s))
    return found
