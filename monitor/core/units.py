"""Durations and moments as people write them: `30s`, `1h30m`, `2026-11-24T03:00:00Z`."""

import math
import re
from datetime import UTC, datetime

_UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")

_EXAMPLES = "write it like 250ms, 30s, 5m, 1h30m or 7d"


def parse_duration(text: str) -> float:
    """Read a duration in seconds.

    A bare number is refused: nobody remembers whether it meant seconds or minutes.

    Raises:
        ValueError: one sentence that says what was found and how to write it.
    """
    compact = text.strip().replace(" ", "")
    if not _DURATION.fullmatch(compact):
        if re.fullmatch(r"\d+(?:\.\d+)?", compact):
            raise ValueError(f"{text!r} has no unit; {_EXAMPLES}")
        raise ValueError(f"{text!r} is not a duration; {_EXAMPLES}")
    # In milliseconds first: 141 * 0.001 is not the number 0.141.
    return sum(float(number) * _UNITS_MS[unit] for number, unit in _PART.findall(compact)) / 1000


def format_duration(seconds: float) -> str:
    """Write a duration so that `parse_duration` reads the same value, to the millisecond."""
    if not math.isfinite(seconds * 1000):
        return str(seconds)
    milliseconds = round(abs(seconds) * 1000)
    parts = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, milliseconds = divmod(milliseconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return ("-" if seconds < 0 and parts else "") + ("".join(parts) or "0s")


def parse_moment(text: str, now: datetime) -> datetime:
    """Read a moment: ISO 8601 (UTC unless it names an offset) or a duration before `now`.

    Raises:
        ValueError: one sentence that says what was found and how to write it.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            age_s = parse_duration(text)
        except ValueError:
            raise ValueError(
                f"{text!r} is not a moment; write 2026-11-24T03:00:00Z, or an age like 2h"
            ) from None
        try:
            return datetime.fromtimestamp(now.timestamp() - age_s, UTC)
        except (OverflowError, ValueError, OSError):
            raise ValueError(f"{text!r} lies outside the calendar") from None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} lies outside the calendar") from None


def stamp(moment: datetime | None) -> str:
    """Write a moment for people, in UTC like the log."""
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def rough(seconds: float) -> str:
    """Write a duration in its two largest units: `3h12m`, `4d2h`, `12s`."""
    left = max(0, round(seconds))
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count}{unit}")
    return "".join(parts[:2])
