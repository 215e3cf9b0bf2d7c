"""How several tasks stand together: a pure rule over the statuses of the members.

What members are not known to do is neither good nor bad: the group is UNKNOWN as long as that
decides. It is UP if enough members are UP whatever the others do, DOWN if there cannot be enough,
and DEGRADED if there are enough only by counting those that are DEGRADED. Members that are paused
or in maintenance are left out.
"""

from collections.abc import Iterable
from enum import StrEnum

import attrs

from monitor.core.model import Status

_LEFT_OUT = frozenset({Status.PAUSED, Status.MAINTENANCE})
_KNOWN = frozenset({Status.UP, Status.DEGRADED, Status.DOWN})


class Unit(StrEnum):
    """What a need counts."""

    WEIGHT = "weight"
    SHARE = "share"


@attrs.frozen
class Need:
    """How much of a group must be well: so much weight, or that share of all of it."""

    amount: float
    unit: Unit = Unit.WEIGHT

    def of(self, total: float) -> float:
        """Return the weight that is needed of so much that counts; never more than there is."""
        wanted = self.amount * total if self.unit is Unit.SHARE else self.amount
        return min(wanted, total)


ALL = Need(1.0, Unit.SHARE)
"""Every member: the group is as its worst."""


@attrs.frozen
class Member:
    """A member as it stands; without a weight of its own each counts as one."""

    name: str
    status: Status
    weight: float = 1.0


@attrs.frozen(kw_only=True)
class Standing:
    """How a group stands."""

    status: Status
    needed: float
    """The weight that must be well."""
    total: float
    """The weight of all that count."""
    by_status: dict[Status, list[str]]
    """Names by status, those that are left out among them; what is not known is UNKNOWN."""


_ROUNDING = 1e-9
"""Weights are added as floats; three times 0.1 shall be enough for 0.3."""


def sum_up(members: Iterable[Member], need: Need = ALL) -> Standing:
    """Say how a group stands; one without a member that counts is UNKNOWN."""
    weights = dict.fromkeys((*_KNOWN, Status.UNKNOWN), 0.0)
    by_status: dict[Status, list[str]] = {}
    for member in members:
        status = member.status
        if status not in _LEFT_OUT:
            status = status if status in _KNOWN else Status.UNKNOWN
            weights[status] += member.weight
        by_status.setdefault(status, []).append(member.name)
    total = sum(weights.values())
    needed = need.of(total)
    return Standing(
        status=_status(weights, needed - _ROUNDING) if total > 0 else Status.UNKNOWN,
        needed=needed,
        total=total,
        by_status=by_status,
    )


def _status(weights: dict[Status, float], needed: float) -> Status:
    well = weights[Status.UP]
    if well >= needed:
        return Status.UP
    working = well + weights[Status.DEGRADED]
    if working + weights[Status.UNKNOWN] < needed:
        return Status.DOWN
    # What is not known may yet be UP; only without it is DEGRADED the whole truth.
    if working >= needed and well + weights[Status.UNKNOWN] < needed:
        return Status.DEGRADED
    return Status.UNKNOWN
