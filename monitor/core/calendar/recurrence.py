"""When something comes again: rules of RFC 5545 and cron expressions, as moments in order.

Both are walked on the wall's clock and carried over to moments afterwards. What comes at a time of
day comes once a day, also on days when clocks are changed: see `zones.moment_of`. What comes every
hour or minute goes by real time: nothing in the hour that is left out, twice in the one that is
repeated. Debian's cron does the same.
"""

from collections import deque
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Literal
from zoneinfo import ZoneInfo

import attrs
from cronsim import CronSim, CronSimError
from dateutil.rrule import MONTHLY, WEEKLY, YEARLY, rrule

from monitor.core.calendar.zones import LATEST_YEAR, moment_of, moments_of, wall_at
from monitor.core.counting import counted

_PUT_BACK = timedelta(hours=3)
"""No clock is put back by more."""


@attrs.frozen(kw_only=True)
class Cron:
    """A cron expression of five fields."""

    text: str
    zone: ZoneInfo
    real_time: bool
    """Whether it comes every hour or minute."""

    def starts(self, begin_at: datetime) -> Iterator[datetime]:
        """Yield the moments at which it comes, at `begin_at` or later, each once, in order."""
        earlier = wall_at(begin_at - _PUT_BACK, self.zone)
        walls = CronSim(self.text, earlier - timedelta(seconds=1))
        yield from _moments(walls, begin_at, self.zone, self.real_time)


@attrs.frozen(kw_only=True)
class Rule:
    """A rule of RFC 5545: the days it chooses, and the times on each of them.

    Looking for a moment costs the same however long ago the rule began: the way there is leapt in
    whole intervals.
    """

    text: str
    zone: ZoneInfo
    frequency: Literal[0, 1, 2, 3]
    """YEARLY, MONTHLY, WEEKLY or DAILY of dateutil."""
    interval: int
    week_start: int
    days: tuple[tuple[str, tuple[Any, ...]], ...]
    """What chooses the days, as arguments of dateutil's `rrule`."""
    times: tuple[time, ...]
    """In order."""
    anchor: datetime
    """The wall at which it begins."""
    real_time: bool
    """Whether it comes every hour or minute."""
    last_at: datetime | None = None
    """It comes no more after this moment."""

    def starts(self, begin_at: datetime) -> Iterator[datetime]:
        """Yield the moments at which it comes, at `begin_at` or later, each once, in order."""
        walls = self._walls(wall_at(begin_at - _PUT_BACK, self.zone))
        for start_at in _moments(walls, begin_at, self.zone, self.real_time):
            if self.last_at is not None and start_at > self.last_at:
                return
            yield start_at

    def ever_comes(self) -> bool:
        """Say whether there is any day it chooses.

        The calendar repeats every 400 years, so the rule is asked at a place that looks the same
        and lies so near to the end of the years that the search ends soon.
        """
        alike = self.anchor.replace(year=9200 + self.anchor.year % 400)
        return next(attrs.evolve(self, anchor=alike)._dates(alike.date()), None) is not None

    def ending_after(self, count: int) -> "Rule":
        """Return the rule that comes only the first `count` times.

        Those that lie more than a hundred years ahead are not counted.
        """
        begin_at, last_at = moment_of(self.anchor, self.zone), None
        for start_at in islice(self.starts(begin_at), count):
            if start_at.year > self.anchor.year + 100:
                return self
            last_at = start_at
        return attrs.evolve(self, last_at=last_at)

    def _walls(self, begin: datetime) -> Iterator[datetime]:
        begin = max(begin, self.anchor)
        for day in self._dates(begin.date()):
            for clock in self.times:
                wall = datetime.combine(day, clock)
                if wall >= begin:
                    yield wall

    def _dates(self, begin: date) -> Iterator[date]:
        first = self._period(self.anchor.date())
        ahead = max(0, self._period(begin) - first)
        choice: dict[str, Any] = dict(self.days)
        found = rrule(
            self.frequency,
            dtstart=self._first_of(first + ahead - ahead % self.interval),
            interval=self.interval,
            wkst=self.week_start,
            byhour=0,
            byminute=0,
            bysecond=0,
            **choice,
        )
        yield from (day.date() for day in found if day.date() >= begin)

    def _period(self, day: date) -> int:
        """Number the year, month, week or day that holds `day`."""
        if self.frequency == YEARLY:
            return day.year
        if self.frequency == MONTHLY:
            return day.year * 12 + day.month - 1
        if self.frequency == WEEKLY:
            return (day.toordinal() - 1 - self.week_start) // 7
        return day.toordinal()

    def _first_of(self, period: int) -> datetime:
        """Return the beginning of a numbered period."""
        if self.frequency == YEARLY:
            return datetime(period, 1, 1)  # noqa: DTZ001 (a wall)
        if self.frequency == MONTHLY:
            return datetime(period // 12, period % 12 + 1, 1)  # noqa: DTZ001 (a wall)
        if self.frequency == WEEKLY:
            period = period * 7 + 1 + self.week_start
        return datetime.combine(date.fromordinal(period), time())


def _moments(
    walls: Iterator[datetime], begin_at: datetime, zone: ZoneInfo, real_time: bool
) -> Iterator[datetime]:
    """Carry walls over to the moments from `begin_at` on."""
    before = begin_at - timedelta(microseconds=1)
    for moment in _in_real_time(walls, zone) if real_time else _by_day(walls, zone):
        if moment > before:
            before = moment
            yield moment


def _by_day(walls: Iterator[datetime], zone: ZoneInfo) -> Iterator[datetime]:
    for wall in walls:
        if wall.year > LATEST_YEAR:
            return
        yield moment_of(wall, zone)


def _in_real_time(walls: Iterator[datetime], zone: ZoneInfo) -> Iterator[datetime]:
    again: deque[datetime] = deque()
    """Second moments of walls that are shown twice, waiting for the first ones to be over."""
    for wall in walls:
        if wall.year > LATEST_YEAR:
            return
        shown_at = moments_of(wall, zone)
        while shown_at and again and again[0] < shown_at[0]:
            yield again.popleft()
        yield from shown_at[:1]
        again.extend(shown_at[1:])
    yield from again


def make_cron(text: str, zone: ZoneInfo) -> Cron:
    """Read a cron expression.

    Raises:
        ValueError: one sentence that says what was found and how to mend it.
    """
    fields = text.split()
    if len(fields) != 5:
        raise ValueError(
            f"{text!r} has {counted(len(fields), 'field')}; write five: minute, hour, day of the "
            "month, month, day of the week"
        )
    try:
        first = next(CronSim(text, datetime(2000, 1, 1)), None)  # noqa: DTZ001 (a wall)
    except CronSimError as error:
        wrong = str(error).removeprefix("Bad ")
        raise ValueError(f"{text!r} has no valid {wrong}") from None
    if first is None:
        raise ValueError(f"{text!r} never comes; change its day or month")
    real_time = fields[0].startswith("*") or fields[1].startswith("*")
    return Cron(text=" ".join(fields), zone=zone, real_time=real_time)
