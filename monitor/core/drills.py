"""Exercises of recovery, read off what is stored of them: when, whose, how they ended, how long."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from monitor.core.model import Event

STARTED, RECOVERED, MISSED = "drill.started", "drill.recovered", "drill.missed"
REFUSED, CUT_SHORT = "drill.refused", "drill.cut_short"
ENDS = (RECOVERED, MISSED, REFUSED, CUT_SHORT)
"""Each exercise ends by one of these; `REFUSED` and `CUT_SHORT` say nothing about recovery."""

LATE_S = 5.0
"""A recovery that takes longer is late: it should take two seconds, and a busy loop adds some. The
look that proves it has its own timeout on top, also below."""
MISSED_S = 30.0
"""A recovery that takes longer is not waited for."""
_OVERDUE = timedelta(minutes=1)
"""How much later than due an exercise may begin."""


class Ending(StrEnum):
    """What became of an exercise."""

    RECOVERED = "recovered"
    LATE = "late"
    MISSED = "missed"
    REFUSED = "refused"
    """It was not carried out."""
    CUT_SHORT = "cut_short"
    """It was begun, and nobody saw its end: the monitor stopped meanwhile."""
    UNDER_WAY = "under_way"

    @property
    def good(self) -> bool | None:
        """Whether recovery worked; None if the exercise does not tell."""
        return {Ending.RECOVERED: True, Ending.LATE: False, Ending.MISSED: False}.get(self)


@attrs.frozen(kw_only=True)
class Exercise:
    """One exercise."""

    began_at: datetime
    ending: Ending
    task_id: int | None = None
    """Whose child was made to fail; None: a canary."""
    name: str = ""
    """Of the task, as it was called then."""
    took_s: float | None = None
    """From the failure until the child was sound again, or was waited for no longer."""
    detail: str = ""


@attrs.frozen
class Drills:
    """Exercises, and when the next one is due."""

    exercises: tuple[Exercise, ...]
    """Oldest first."""
    next_at: datetime | None = None
    """None: none is planned, or the first one comes soon after the start of the monitor."""
    overdue: bool = False


def exercises(events: Iterable[Event], now: datetime) -> list[Exercise]:
    """Make exercises of their events, oldest first; there is one at a time.

    Args:
        events: in any order; others than those of exercises are left out.
        now: tells what is still under way from what was cut short.
    """
    found: list[Exercise] = []
    begun: Event | None = None
    for one in sorted(events, key=lambda event: event.at):
        if one.kind == STARTED:
            if begun is not None:
                found.append(_unfinished(begun, now))
            begun = one
        elif one.kind in ENDS:
            took = timedelta(seconds=one.data.get("took_s") or 0.0)
            found.append(_ended(one, one.at - took if begun is None else begun.at))
            begun = None
    return found if begun is None else [*found, _unfinished(begun, now)]


def _ended(end: Event, began_at: datetime) -> Exercise:
    ending = Ending(end.kind.removeprefix("drill."))
    if ending is Ending.RECOVERED and end.data.get("late"):
        ending = Ending.LATE
    return Exercise(
        began_at=began_at,
        ending=ending,
        task_id=end.task_id,
        name=end.data.get("name", ""),
        took_s=end.data.get("took_s"),
        detail=end.detail,
    )


def _unfinished(begun: Event, now: datetime) -> Exercise:
    limit = timedelta(seconds=begun.data.get("limit_s") or MISSED_S) + _OVERDUE
    ending = Ending.UNDER_WAY if now < begun.at + limit else Ending.CUT_SHORT
    name = begun.data.get("name", "")
    return Exercise(began_at=begun.at, ending=ending, task_id=begun.task_id, name=name)


def drills(
    events: Iterable[Event], last_at: datetime | None, every_s: float | None, now: datetime
) -> Drills:
    """Make a history of events, and reckon when the next exercise is due.

    Args:
        events: those of exercises, in any order.
        last_at: when a canary was last made to fail; the plan counts from there.
        every_s: how often one is, by plan; None: there is no plan.
        now: the present moment.
    """
    next_at = None
    if every_s is not None and last_at is not None:
        next_at = last_at + timedelta(seconds=every_s)
    return Drills(
        exercises=tuple(exercises(events, now)),
        next_at=next_at,
        overdue=next_at is not None and now > next_at + _OVERDUE,
    )
