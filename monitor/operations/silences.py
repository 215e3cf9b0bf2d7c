"""For how long something shall hold, and silences, which are made of that."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from monitor.core.alerts.alerting import Selector, Silence
from monitor.core.units import format_duration
from monitor.operations.refusals import NotThere, Unfit

LONGEST_S = 366 * 86400.0


def read_length(field: str, seconds: float | None) -> float:
    """Return how long something shall hold. Raises Unfit."""
    if seconds is None or not 1 <= seconds <= LONGEST_S:
        found = "nothing" if seconds is None else format_duration(seconds)
        raise Unfit(field, f"{found} is out of range; use 1s to {format_duration(LONGEST_S)}")
    return seconds


def read_end(for_s: float | None, until_at: datetime | None, at: datetime) -> datetime | None:
    """Return the moment that a length or an end names; None if neither is said.

    Raises:
        Unfit: both are said, or it lies in the past.
    """
    if for_s is not None and until_at is not None:
        raise Unfit("for", "excludes an end (until); decide for one")
    if for_s is not None:
        return at + timedelta(seconds=read_length("for", for_s))
    if until_at is not None and until_at <= at:
        shown = until_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        raise Unfit("until", f"{shown} lies in the past; write a later moment, or for how long")
    return until_at


def make_silence(
    selector: Selector, for_s: float | None, note: str, by: str, at: datetime
) -> Silence:
    """Make a silence that holds from now on; the store gives it its number. Raises Unfit."""
    until_at = at + timedelta(seconds=read_length("for", for_s))
    return Silence(id=0, selector=selector, from_at=at, until_at=until_at, note=note, by=by)


def find_silence(silences: Iterable[Silence], wanted: int | None) -> Silence:
    """Return the silence of that number.

    Raises:
        NotThere: there is none.
    """
    for one in silences:
        if one.id == wanted:
            return one
    raise NotThere(f"there is no silence {wanted}; `monitor silence list` shows all")
