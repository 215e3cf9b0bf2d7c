"""Zones: which moment is meant by what a clock on the wall shows, on every day of the year.

Twice a year most clocks are changed. In spring some times of day are never shown, in autumn some
are shown twice; here it is decided, once for windows and for hours, what is meant by them. Walls
are naive datetimes, moments are aware ones in UTC.
"""

import difflib
import functools
import math
from bisect import bisect_left
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

EARLIEST_YEAR, LATEST_YEAR = 1970, 2999
"""Years in which something may be planned; beyond them the calendar of computers ends soon."""


@functools.cache
def zone_named(name: str) -> ZoneInfo:
    """Return the zone of an IANA name.

    Raises:
        ValueError: one sentence that says what was found and which name was probably meant.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone{_did_you_mean(name)}") from None


def _did_you_mean(name: str) -> str:
    known = sorted(available_timezones())
    spelled = {zone.rpartition("/")[2].casefold(): zone for zone in known}
    spelled |= {zone.casefold(): zone for zone in known}
    folded = name.strip().casefold().replace(" ", "_")
    if close := difflib.get_close_matches(folded, spelled, n=1):
        return f", did you mean {spelled[close[0]]!r}?"
    return "; write it as in the IANA list, such as 'UTC' or 'Europe/Berlin'"


def wall_at(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what clocks in `zone` show at `moment`."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment at which clocks in `zone` have come to `wall`.

    A time that is shown twice is meant the first time. Instead of one that is never shown, the
    moment is meant at which the clocks leap over it: so do cron and systemd, whose jobs are what
    most windows are for. Later walls never give earlier moments.
    """
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if wall_at(moment, zone) == wall:
        return moment
    leap = clock_change(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), moment, zone)
    return moment if leap is None else leap


def moments_of(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return, in order, the moments at which clocks show exactly `wall`: none, one or two."""
    both = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(moment for moment in both if wall_at(moment, zone) == wall))


def clock_change(after: datetime, until: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the moment in (after, until] at which clocks in `zone` are changed, if there is one.

    Only one is looked for: `until` shall lie at most a few days later.
    """
    offset = after.astimezone(zone).utcoffset()
    if until.astimezone(zone).utcoffset() == offset:
        return None
    seconds = range(math.floor(after.timestamp()) + 1, math.ceil(until.timestamp()) + 1)

    def is_changed(second: int) -> bool:
        return datetime.fromtimestamp(second, zone).utcoffset() != offset

    return datetime.fromtimestamp(seconds[bisect_left(seconds, True, key=is_changed)], UTC)
