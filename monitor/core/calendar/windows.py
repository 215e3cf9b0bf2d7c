"""Maintenance windows: when work is announced, once or again and again."""

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import attrs

from monitor.core.calendar.recurrence import Cron, Rule, make_cron
from monitor.core.calendar.rfc5545 import make_rule
from monitor.core.calendar.zones import EARLIEST_YEAR, LATEST_YEAR, moment_of, zone_named
from monitor.core.units import format_duration, parse_duration

LONGEST_S = 366 * 86400.0
"""The longest occurrence; what lasts longer is one window from one day until another."""
TEXT_LIMIT = 1000
LIST_LIMIT = 1000
"""How many coming occurrences may be asked for at once."""

_KEYS = ("from", "until", "rrule", "cron", "start", "duration", "zone")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_MICROSECOND = timedelta(microseconds=1)

Occurrence = tuple[datetime, datetime]
"""From when until when; the end is no part of it."""


@attrs.frozen(kw_only=True, cache_hash=True)
class Window:
    """When work is announced. Construct through `make_window`.

    Without a recurrence it is open from `from_at` until `until_at`. With one, each occurrence that
    begins within these bounds is open for `duration_s` seconds that really pass, also when clocks
    are changed meanwhile, but never beyond `until_at`.

    Daily at 02:30 for an hour, on the clocks of Berlin:

    ==========  ===============  ==================  ================================
    2026-03-28  02:30 to 03:30   01:30 to 02:30 UTC
    2026-03-29  03:00 to 04:00   01:00 to 02:00 UTC  02:30 is never shown
    2026-10-25  02:30 to 02:30   00:30 to 01:30 UTC  02:30 is shown twice, meant first
    ==========  ===============  ==================  ================================
    """

    name: str
    from_at: datetime | None = None
    until_at: datetime | None = None
    recurrence: Rule | Cron | None = None
    duration_s: float = 0.0

    def covers(self, moment: datetime) -> bool:
        """Say whether it is open at `moment`."""
        return self.occurrence_at(moment) is not None

    def occurrence_at(self, moment: datetime) -> Occurrence | None:
        """Return the occurrence that is open at `moment`; of several, the one that began last.

        All last equally long, so that is also the one that ends last. What was asked of an hour
        is remembered, so that asking about every look costs next to nothing.
        """
        if self.recurrence is None:
            once = self._once()
            return once if once[0] <= moment < once[1] else None
        if moment.year > LATEST_YEAR or (self.until_at is not None and moment >= self.until_at):
            return None
        starts = _starts_around(self.recurrence, self.duration_s, (moment - _EPOCH) // _HOUR)
        start_at = max((one for one in starts if one <= moment), default=None)
        if start_at is None or (self.from_at is not None and start_at < self.from_at):
            return None
        occurrence = self._occurrence(start_at)
        return occurrence if moment < occurrence[1] else None

    def next_occurrences(self, after: datetime, n: int = 10) -> tuple[Occurrence, ...]:
        """Return the next `n` occurrences that begin later than `after`; fewer if it ends before.

        Raises:
            ValueError: `n` is not 1 to `LIST_LIMIT`.
        """
        if not 1 <= n <= LIST_LIMIT:
            raise ValueError(f"{n} occurrences cannot be listed; ask for 1 to {LIST_LIMIT}")
        return tuple(islice(self._later(after), n))

    def _later(self, after: datetime) -> Iterator[Occurrence]:
        if self.recurrence is None:
            yield from (one for one in [self._once()] if one[0] > after)
            return
        if after.year > LATEST_YEAR:
            return
        begin_at = after + _MICROSECOND
        if self.from_at is not None:
            begin_at = max(begin_at, self.from_at)
        for start_at in self.recurrence.starts(begin_at):
            if self.until_at is not None and start_at >= self.until_at:
                return
            yield self._occurrence(start_at)

    def _once(self) -> Occurrence:
        assert self.from_at is not None
        assert self.until_at is not None
        return self.from_at, self.until_at

    def _occurrence(self, start_at: datetime) -> Occurrence:
        end_at = start_at + timedelta(seconds=self.duration_s)
        return start_at, end_at if self.until_at is None else min(end_at, self.until_at)


@functools.lru_cache(maxsize=1024)
def _starts_around(recurrence: Rule | Cron, duration_s: float, hour: int) -> tuple[datetime, ...]:
    """Return all starts in an hour since the epoch, after the newest before that may still last."""
    begin_at = _EPOCH + hour * _HOUR
    newest = _newest(recurrence, begin_at - timedelta(seconds=duration_s), begin_at)
    end_at = begin_at + _HOUR
    within = takewhile(lambda start_at: start_at < end_at, recurrence.starts(begin_at))
    return (*([] if newest is None else [newest]), *within)


def _newest(recurrence: Rule | Cron, from_at: datetime, until_at: datetime) -> datetime | None:
    """Return the last start in [from_at, until_at).

    Halving leaves at most an hour to be walked, however often it comes and however long it lasts.
    """
    newest = next(recurrence.starts(from_at), None)
    if newest is None or newest >= until_at:
        return None
    while until_at - newest > _HOUR:
        middle = newest + (until_at - newest) / 2
        later = next(recurrence.starts(middle), None)
        if later is None or later >= until_at:
            until_at = middle
        else:
            newest = later
    for start_at in recurrence.starts(newest):
        if start_at >= until_at:
            break
        newest = start_at
    return newest


def make_window(
    name: str,
    *,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
    rule: str | None = None,
    cron: str | None = None,
    start: str | None = None,
    duration_s: float | None = None,
    zone: str = "UTC",
) -> Window:
    """Make a valid window, or say what is wrong and how to mend it.

    Args:
        name: what it is called in messages.
        from_at: when it begins; of one that comes again, from when on. Naive: on clocks of `zone`.
        until_at: when it ends; of one that comes again, from when on it is never open.
        rule: how it comes again, as RFC 5545 says it: `FREQ=WEEKLY;BYDAY=TU`.
        cron: the same, as cron says it: `30 2 * * tue`.
        start: at which time a `rule` comes: `02:30`; or, to count from, `2026-11-24 02:30`.
        duration_s: how long each occurrence lasts.
        zone: whose clocks are meant; an IANA name.

    Raises:
        ValueError: one sentence that names the window and the field.
    """
    with _naming(f"window {name!r}"):
        with _naming("zone"):
            clocks = zone_named(zone)
        window = Window(
            name=name,
            from_at=_bound("from", from_at, clocks),
            until_at=_bound("until", until_at, clocks),
            recurrence=_recurrence(rule, cron, start, clocks),
            duration_s=0.0 if duration_s is None else duration_s,
        )
        _check(window, duration_s)
        return window


def read_window(name: str, written: Mapping[str, str]) -> Window:
    """Make a window of what is written of it; the keys are those of `[[maintenance]]`.

    `from` and `until` are ISO 8601 (on clocks of `zone`, unless they name an offset), `duration` is
    like `1h30m`; `rrule`, `cron`, `start` and `zone` as `make_window` takes them.

    Raises:
        ValueError: one sentence that names the window and the field.
    """
    with _naming(f"window {name!r}"):
        for key in written:
            if key not in _KEYS:
                raise ValueError(f"{key}: is not known here; there are: {', '.join(_KEYS)}")
        duration_s = None
        if "duration" in written:
            with _naming("duration"):
                duration_s = parse_duration(written["duration"])
        from_at, until_at = _moment("from", written), _moment("until", written)
    return make_window(
        name,
        from_at=from_at,
        until_at=until_at,
        rule=written.get("rrule"),
        cron=written.get("cron"),
        start=written.get("start"),
        duration_s=duration_s,
        zone=written.get("zone", "UTC"),
    )


def _moment(key: str, written: Mapping[str, str]) -> datetime | None:
    if key not in written:
        return None
    try:
        return datetime.fromisoformat(written[key])
    except ValueError:
        raise ValueError(
            f"{key}: {written[key]!r} is no moment; write it like 2026-11-24T22:00"
        ) from None


@contextmanager
def _naming(what: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from None


def _bound(field: str, moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    if moment is None:
        return None
    if not EARLIEST_YEAR < moment.year <= LATEST_YEAR:
        raise ValueError(
            f"{field}: the year {moment.year} is out of range; "
            f"use {EARLIEST_YEAR + 1} to {LATEST_YEAR}"
        )
    return moment_of(moment, zone) if moment.tzinfo is None else moment.astimezone(UTC)


def _recurrence(
    rule: str | None, cron: str | None, start: str | None, zone: ZoneInfo
) -> Rule | Cron | None:
    for field, text in (("rrule", rule), ("cron", cron)):
        if text is not None and len(text) > TEXT_LIMIT:
            raise ValueError(f"{field}: has {len(text)} characters; at most {TEXT_LIMIT} are taken")
    if rule is not None:
        if cron is not None:
            raise ValueError("cron: an rrule says already when it comes; keep one")
        if start is None:
            raise ValueError("start: is missing; say at which time the rrule comes, like '02:30'")
        with _naming("rrule"):
            return make_rule(rule, start, zone)
    if start is not None:
        raise ValueError("start: belongs to an rrule; a cron expression, or from, says it itself")
    if cron is None:
        return None
    with _naming("cron"):
        return make_cron(cron, zone)


def _check(window: Window, duration_s: float | None) -> None:
    begin, end = window.from_at, window.until_at
    if begin is not None and end is not None and end <= begin:
        raise ValueError(f"until: {end:%Y-%m-%d %H:%M} UTC is not later than from")
    if window.recurrence is None:
        if begin is None or end is None:
            missing = "from" if begin is None else "until"
            raise ValueError(f"{missing}: is missing; write from and until, or an rrule or a cron")
        if duration_s is not None:
            raise ValueError("duration: from and until say already how long it lasts; leave it out")
        return
    if duration_s is None:
        raise ValueError("duration: is missing; say how long each occurrence lasts, like 1h30m")
    if not 1 <= duration_s <= LONGEST_S:
        raise ValueError(
            f"duration: {format_duration(duration_s)} is out of range; "
            f"use 1s to {format_duration(LONGEST_S)}"
        )
    if not window.next_occurrences(_EPOCH, 1):
        raise ValueError("until: it never comes within these bounds; move or drop one of them")
