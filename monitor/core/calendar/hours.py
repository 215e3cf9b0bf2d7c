"""Hours of the week: when a channel may send, or when it shall be quiet."""

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo

import attrs

from monitor.core.calendar.zones import clock_change, moment_of, moments_of, wall_at, zone_named

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY_DAY = frozenset(range(7))
_MIDNIGHT = 1440

_DAY = timedelta(days=1)
_LOOK_AHEAD_DAYS = 22
"""Longer than two weeks: what comes once a week may be leapt over by clocks that are changed."""

_TIMES = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_EXAMPLES = "write it like 'mon-fri 09:00-18:00 Europe/Berlin' or '22:00-07:00 UTC'"


@attrs.frozen(kw_only=True)
class Span:
    """Certain hours on certain days, on the clocks of one zone."""

    days: frozenset[int]
    """On which it begins; 0 is Monday."""
    begin: int
    """In minutes of the day."""
    end: int
    """In the same minutes, more than 1440 if it lies on the next day; no part of it."""
    zone: ZoneInfo

    def shows(self, moment: datetime) -> bool:
        """Say whether clocks show one of these hours at `moment`."""
        wall = wall_at(moment, self.zone)
        minute = wall.hour * 60 + wall.minute
        if wall.weekday() in self.days and self.begin <= minute < self.end:
            return True
        return (wall.weekday() - 1) % 7 in self.days and minute < self.end - _MIDNIGHT

    def edges(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Yield, in no order, all moments in (after, until] at which `shows` may change."""
        first, last = wall_at(after, self.zone).date(), wall_at(until, self.zone).date()
        # From the day before on: some clocks were put back from one day into the other.
        for ahead in range(-1, (last - first).days + 1):
            for minute in (self.begin, self.end % _MIDNIGHT):
                clock = time(minute // 60, minute % 60)
                wall = datetime.combine(first + ahead * _DAY, clock)
                yield moment_of(wall, self.zone)
                yield from moments_of(wall, self.zone)
        if (change := clock_change(after, until, self.zone)) is not None:
            yield change


@attrs.frozen(kw_only=True)
class Hours:
    """Hours of the week, as clocks show them. Construct through `parse_hours`.

    When clocks are put back, an hour is shown twice, and lies twice within or twice without.
    """

    text: str
    """As the operator wrote it."""
    spans: tuple[Span, ...]
    opposite: bool = False
    """Whether all other hours are meant."""

    def is_within(self, moment: datetime) -> bool:
        """Say whether `moment` lies within these hours."""
        return any(span.shows(moment) for span in self.spans) is not self.opposite

    @lru_cache(maxsize=128)  # noqa: B019 (few hours, which live as long as the process)
    def next_change(self, moment: datetime) -> datetime | None:
        """Return when `is_within` next changes, later than `moment`; None if it never does.

        It then differs from now, and does not change in between.
        """
        now_within = self.is_within(moment)
        for ahead in range(_LOOK_AHEAD_DAYS):
            after = moment + ahead * _DAY
            edges = chain.from_iterable(span.edges(after, after + _DAY) for span in self.spans)
            for edge in sorted(edge for edge in edges if after < edge <= after + _DAY):
                if self.is_within(edge) is not now_within:
                    return edge
        return None

    def inverted(self) -> "Hours":
        """Return all other hours: of quiet hours those in which something may be said."""
        return attrs.evolve(self, opposite=not self.opposite)


def parse_hours(text: str) -> Hours:
    """Read hours: `mon-fri 09:00-18:00 Europe/Berlin`, several joined by `;`.

    ===================================================  ========================================
    `22:00-07:00 UTC`                                    every night
    `fri-mon 22:00-07:00 UTC`                            nights that begin on Friday ... Monday
    `sat,sun 00:00-24:00 UTC`                            whole days
    `mon-fri 09:00-18:00; sat 10:00-14:00 Asia/Tokyo`    one zone for all
    ===================================================  ========================================

    Raises:
        ValueError: one sentence that says what was found and how to write it.
    """
    parts = [part.split() for part in text.split(";")]
    zones = [words.pop() if len(words) > 1 and not _has_times(words[-1]) else "" for words in parts]
    named = list(dict.fromkeys(zone for zone in zones if zone))
    if not named:
        raise ValueError(f"{text!r} names no time zone; {_EXAMPLES}")
    if len(named) > 1 and "" in zones:
        raise ValueError(f"{text!r} names several time zones; name one in each of its parts")
    spans = tuple(
        _span(words, zone_named(zone or named[0]), text)
        for words, zone in zip(parts, zones, strict=True)
    )
    return Hours(text=text, spans=spans)


def _has_times(word: str) -> bool:
    return _TIMES.fullmatch(word) is not None


def _span(words: list[str], zone: ZoneInfo, text: str) -> Span:
    if not words or len(words) > 2 or not (times := _TIMES.fullmatch(words[-1])):
        part = " ".join(words)
        raise ValueError(f"{text!r} has no hours in {part!r}; {_EXAMPLES}")
    begin, end = _minute(times[1], times[2], text), _minute(times[3], times[4], text)
    if begin in (end, _MIDNIGHT):
        raise ValueError(
            f"{words[-1]} in {text!r} has no length; write 00:00-24:00 for a whole day"
        )
    return Span(
        days=_days(words[0], text) if len(words) == 2 else _EVERY_DAY,
        begin=begin,
        end=end if begin < end else end + _MIDNIGHT,
        zone=zone,
    )


def _minute(hour: str, minute: str, text: str) -> int:
    found = int(hour) * 60 + int(minute)
    if int(minute) > 59 or found > _MIDNIGHT:
        raise ValueError(f"{hour}:{minute} in {text!r} is no time of day; use 00:00 to 24:00")
    return found


def _days(word: str, text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in word.split(","):
        first, dash, last = part.partition("-")
        begin = _day(first, text)
        length = (_day(last, text) - begin) % 7 if dash else 0
        found |= {(begin + ahead) % 7 for ahead in range(length + 1)}
    return frozenset(found)


def _day(name: str, text: str) -> int:
    for names in (_DAYS, _FULL):
        if name.lower() in names:
            return names.index(name.lower())
    raise ValueError(f"{name!r} in {text!r} is no day of the week; use {', '.join(_DAYS)}")
