"""Recurrence rules as RFC 5545 writes them: `FREQ=WEEKLY;BYDAY=TU`.

Taken is what maintenance is planned with. Not taken, and said so: seconds, intervals of hours or
minutes that do not come at the same times every day, and rules that would never come.
"""

import difflib
import re
from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, weekday

from monitor.core.calendar.recurrence import Rule
from monitor.core.calendar.zones import EARLIEST_YEAR, LATEST_YEAR, moment_of

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_CALENDAR: dict[str, Literal[0, 1, 2, 3]] = {
    "YEARLY": YEARLY,
    "MONTHLY": MONTHLY,
    "WEEKLY": WEEKLY,
    "DAILY": DAILY,
}
_BY_CLOCK = {"HOURLY": 60, "MINUTELY": 1}
"""Minutes between two of them."""
_FREQUENCIES = (*_BY_CALENDAR, *_BY_CLOCK)

_NUMBERS = {"INTERVAL": (1, 1000), "COUNT": (1, 10_000)}
_LISTS = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (1, 31),
    "BYYEARDAY": (1, 366),
    "BYWEEKNO": (1, 53),
    "BYSETPOS": (1, 366),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSECOND": (0, 0),
}
_FROM_THE_END = frozenset({"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"})
"""Those whose numbers may be negative: -1 is the last."""
_ARGUMENTS = {
    "BYMONTH": "bymonth",
    "BYMONTHDAY": "bymonthday",
    "BYYEARDAY": "byyearday",
    "BYWEEKNO": "byweekno",
    "BYDAY": "byweekday",
    "BYSETPOS": "bysetpos",
}
_ONLY_WITH = {
    "BYWEEKNO": ("YEARLY",),
    "BYYEARDAY": ("YEARLY", "HOURLY", "MINUTELY"),
    "BYMONTHDAY": ("YEARLY", "MONTHLY", "DAILY", "HOURLY", "MINUTELY"),
    "BYSETPOS": tuple(_BY_CALENDAR),
}
_PARTS = ("FREQ", *_NUMBERS, "UNTIL", "WKST", "BYDAY", *_LISTS)

_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?[0-9]{1,5}")
_UNTIL = re.compile(r"[0-9]{8}(?:T[0-9]{6}Z?)?")
_START = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[ T])?[0-9]{2}:[0-9]{2}")
_SOME_MONDAY = "1970-01-05"


def make_rule(text: str, start: str, zone: ZoneInfo) -> Rule:
    """Read a rule that begins at `start`: `02:30`, or `2026-11-24 02:30` on the wall's clock.

    The day may be left out of `start` if the rule says itself on which days it comes.

    Raises:
        ValueError: one sentence that says what was found and how to mend it.
    """
    if not text.isprintable():
        raise ValueError(f"{text!r} contains a control character; write one rule in one line")
    parts = _split(text)
    if "FREQ" not in parts:
        raise ValueError(f"{text!r} has no FREQ; begin with FREQ=DAILY or FREQ=WEEKLY")
    anchor = _read_start(start)
    values = {name: _read(name, found, zone) for name, found in parts.items()}
    _check_together(values)
    if len(start) == len("02:30") and (reason := _needs_day(values)):
        raise ValueError(
            f"{text!r} {reason}, and start {start!r} names no day; write it like '2026-11-24 02:30'"
        )
    frequency = values["FREQ"]
    by_clock = frequency in _BY_CLOCK
    rule = Rule(
        text=text,
        zone=zone,
        frequency=DAILY if by_clock else _BY_CALENDAR[frequency],
        interval=1 if by_clock else values.get("INTERVAL", 1),
        week_start=values.get("WKST", 0),
        days=_days(values, anchor),
        times=_times(values, anchor),
        anchor=anchor,
        real_time=by_clock,
        last_at=values.get("UNTIL"),
    )
    if not rule.times or not rule.ever_comes():
        raise ValueError(f"{text!r} never comes; its parts exclude each other")
    return rule.ending_after(values["COUNT"]) if "COUNT" in values else rule


def _split(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").removesuffix(";").split(";"):
        name, equals, value = part.strip().partition("=")
        if not equals or not value:
            raise ValueError(f"{part!r} is no part of a rule; write it like FREQ=DAILY")
        if name in parts:
            raise ValueError(f"{name} stands there twice; keep one")
        parts[name] = value
    return parts


def _read(name: str, found: str, zone: ZoneInfo) -> Any:
    if name == "FREQ":
        return _one_of(name, found, _FREQUENCIES)
    if name == "WKST":
        return _WEEKDAYS.index(_one_of(name, found, _WEEKDAYS))
    if name == "UNTIL":
        return _until(found, zone)
    if name == "BYDAY":
        return tuple(dict.fromkeys(_weekday(one) for one in found.split(",")))
    if name in _NUMBERS:
        return _number(name, found, *_NUMBERS[name])
    if name in _LISTS:
        return tuple(sorted({_number(name, one, *_LISTS[name]) for one in found.split(",")}))
    raise ValueError(f"{name} is not known here{_meant(name, _PARTS)}")


def _one_of(name: str, found: str, known: tuple[str, ...]) -> str:
    if found not in known:
        raise ValueError(f"{name}={found} is not known here{_meant(found, known)}")
    return found


def _meant(found: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(found, list(known), n=1)
    return f", did you mean {close[0]}?" if close else f"; there are: {', '.join(known)}"


def _number(name: str, found: str, lowest: int, highest: int) -> int:
    number = int(found) if _NUMBER.fullmatch(found) else None
    size = abs(number) if number is not None and name in _FROM_THE_END else number
    if number is None or size is None or not lowest <= size <= highest:
        or_from_end = f", or -{highest} to -{lowest}" if name in _FROM_THE_END else ""
        only = f"{lowest} to {highest}" if lowest < highest else str(lowest)
        raise ValueError(f"{name}={found} is out of range; use {only}{or_from_end}")
    return number


def _weekday(found: str) -> weekday:
    match = _DAY.fullmatch(found)
    nth = int(match[1]) if match and match[1] else None
    if match is None or (nth is not None and not 1 <= abs(nth) <= 53):
        raise ValueError(f"BYDAY={found} is no weekday; write it like MO, 1MO or -1FR")
    return weekday(_WEEKDAYS.index(match[2]), nth)


def _until(found: str, zone: ZoneInfo) -> datetime:
    """Return the last moment that is meant; of a bare day its end."""
    try:
        if not _UNTIL.fullmatch(found):
            raise ValueError
        wall = datetime.fromisoformat(found).replace(tzinfo=None)
        if not EARLIEST_YEAR <= wall.year <= LATEST_YEAR:
            raise ValueError
    except ValueError:
        raise ValueError(
            f"UNTIL={found} is no day of {EARLIEST_YEAR} to {LATEST_YEAR}; "
            "write it like 20271231 or 20271231T230000Z"
        ) from None
    if found.endswith("Z"):
        return wall.replace(tzinfo=UTC)
    return moment_of(wall if "T" in found else datetime.combine(wall, time.max), zone)


def _check_together(values: dict[str, Any]) -> None:
    frequency = values["FREQ"]
    if "UNTIL" in values and "COUNT" in values:
        raise ValueError("UNTIL and COUNT both say when it ends; keep one")
    for name, allowed in _ONLY_WITH.items():
        if name in values and frequency not in allowed:
            raise ValueError(
                f"{name} has no meaning with FREQ={frequency}; it goes with {', '.join(allowed)}"
            )
    numbered = any(day.n for day in values.get("BYDAY", ()))
    if numbered and (frequency not in ("YEARLY", "MONTHLY") or "BYWEEKNO" in values):
        raise ValueError(
            f"a numbered weekday has no meaning with FREQ={frequency}"
            f"{' and BYWEEKNO' if 'BYWEEKNO' in values else ''}; leave the number out"
        )
    times = len(values.get("BYHOUR", (0,))) * len(values.get("BYMINUTE", (0,)))
    if "BYSETPOS" in values and times > 1:
        raise ValueError("BYSETPOS chooses among days only; leave one BYHOUR and one BYMINUTE")
    if frequency in _BY_CLOCK:
        minutes = values.get("INTERVAL", 1) * _BY_CLOCK[frequency]
        if 1440 % minutes:
            raise ValueError(
                f"INTERVAL={values['INTERVAL']} with FREQ={frequency} comes at other times each "
                "day; use an interval that divides the day, such as 2, 3, 4, 6, 8 or 12"
            )


def _needs_day(values: dict[str, Any]) -> str:
    """Say what in a rule can only be known from the day it begins on; nothing, if nothing is."""
    if "COUNT" in values:
        return "counts how often it comes"
    if values["FREQ"] in _BY_CLOCK:
        return ""
    if values.get("INTERVAL", 1) > 1:
        return f"counts in steps of {values['INTERVAL']}"
    missing = _missing_day(values)
    return f"does not say {missing}" if missing else ""


def _missing_day(values: dict[str, Any]) -> str:
    """Name what the day it begins on has to say about the days it comes."""
    frequency = values["FREQ"]
    if frequency == "WEEKLY" or "BYWEEKNO" in values:
        return "" if "BYDAY" in values else "on which weekday"
    if frequency not in ("YEARLY", "MONTHLY"):
        return ""
    if any(name in values for name in ("BYDAY", "BYMONTHDAY", "BYYEARDAY")):
        return ""
    by_month = frequency == "MONTHLY" or "BYMONTH" in values
    return "on which day" if by_month else "in which month"


def _days(values: dict[str, Any], anchor: datetime) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """Return what chooses the days; what the rule leaves open is as on the day it begins."""
    chosen = {_ARGUMENTS[name]: found for name, found in values.items() if name in _ARGUMENTS}
    match _missing_day(values):
        case "on which weekday":
            chosen["byweekday"] = (weekday(anchor.weekday()),)
        case "on which day":
            chosen["bymonthday"] = (anchor.day,)
        case "in which month":
            chosen |= {"bymonth": (anchor.month,), "bymonthday": (anchor.day,)}
    return tuple(sorted(chosen.items()))


def _times(values: dict[str, Any], anchor: datetime) -> tuple[time, ...]:
    frequency, step = values["FREQ"], values.get("INTERVAL", 1)
    hours: tuple[int, ...] = (anchor.hour,)
    minutes: tuple[int, ...] = (anchor.minute,)
    match frequency:
        case "HOURLY":
            hours = tuple(range(anchor.hour % step, 24, step))
        case "MINUTELY":
            hours, minutes = tuple(range(24)), tuple(range(60))
    if "BYHOUR" in values:
        # It adds hours to a day's rule, and takes some of those of an hourly one.
        clockwise = frequency in _BY_CLOCK
        hours = tuple(one for one in values["BYHOUR"] if not clockwise or one in hours)
    minutes = values.get("BYMINUTE", minutes)
    begun = anchor.hour * 60 + anchor.minute
    return tuple(
        time(hour, minute)
        for hour in hours
        for minute in minutes
        if frequency != "MINUTELY" or (hour * 60 + minute - begun) % step == 0
    )


def _read_start(start: str) -> datetime:
    try:
        if not _START.fullmatch(start):
            raise ValueError
        wall = datetime.fromisoformat(start if "-" in start else f"{_SOME_MONDAY} {start}")
    except ValueError:
        raise ValueError(
            f"start {start!r} is no time of day; write it like '02:30' or '2026-11-24 02:30'"
        ) from None
    if not EARLIEST_YEAR <= wall.year <= LATEST_YEAR:
        raise ValueError(
            f"start {start!r} is out of range; use the years {EARLIEST_YEAR} to {LATEST_YEAR}"
        )
    return wall
