"""How tasks stand, in the few words that are fit for everybody; and all of them in one."""

from collections.abc import Collection
from enum import StrEnum

from monitor.core.model import Status, WatchedTask


class Condition(StrEnum):
    """How something stands, as the public is told. The value is the status whose sign it has."""

    WORKS = "up"
    IMPAIRED = "degraded"
    OUT = "down"
    UNKNOWN = "unknown"
    """A claim about us: we cannot tell now."""
    WORK = "maintenance"
    UNWATCHED = "paused"


_CONDITIONS = {
    Status.UP: Condition.WORKS,
    Status.DEGRADED: Condition.IMPAIRED,
    Status.DOWN: Condition.OUT,
    Status.MAINTENANCE: Condition.WORK,
    Status.PAUSED: Condition.UNWATCHED,
}


def condition_of(watched: WatchedTask, *, in_work: bool = False, blind: bool = False) -> Condition:
    """Return how a task stands.

    Args:
        in_work: work on it was announced, and is under way.
        blind: nobody has looked for too long.

    Only a confirmed claim about the target makes it out; our own faults never do.
    """
    shown = _CONDITIONS.get(watched.shown[0], Condition.UNKNOWN)
    if shown is Condition.UNWATCHED:
        return shown
    if in_work:
        return Condition.WORK
    return Condition.UNKNOWN if blind else shown


class Overall(StrEnum):
    """All tasks of a page in one."""

    NOTHING = "nothing"
    WELL = "well"
    WORK = "work"
    UNSURE = "unsure"
    BLIND = "blind"
    IMPAIRED = "impaired"
    PARTLY_OUT = "partly out"
    OUT = "out"

    @property
    def sign(self) -> Condition:
        """The sign that stands beside it."""
        return _SIGNS[self]


_SIGNS = {
    Overall.NOTHING: Condition.UNWATCHED,
    Overall.WELL: Condition.WORKS,
    Overall.WORK: Condition.WORK,
    Overall.UNSURE: Condition.UNKNOWN,
    Overall.BLIND: Condition.UNKNOWN,
    Overall.IMPAIRED: Condition.IMPAIRED,
    Overall.PARTLY_OUT: Condition.OUT,
    Overall.OUT: Condition.OUT,
}


def overall(conditions: Collection[Condition]) -> Overall:
    """Say how all stand: the worst that is true of one, and whether it is true of all."""
    watched = [one for one in conditions if one is not Condition.UNWATCHED]
    if not watched:
        return Overall.NOTHING
    out = watched.count(Condition.OUT)
    if out:
        return Overall.OUT if out == len(watched) else Overall.PARTLY_OUT
    if Condition.IMPAIRED in watched:
        return Overall.IMPAIRED
    blind = watched.count(Condition.UNKNOWN)
    if blind:
        return Overall.BLIND if blind == len(watched) else Overall.UNSURE
    return Overall.WORK if Condition.WORK in watched else Overall.WELL
