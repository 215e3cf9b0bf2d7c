"""How often something is said again: reminders, escalation, days left, and flapping. Arithmetic.

Whoever asks gives the moments, so asking twice gives the same answer, and what was missed while we
were away can be counted.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs
from attrs.validators import ge, lt, optional

from monitor.core.model import EXPIRY_STEPS, Escalation

_DAY_S = 86400.0
_FOREVER_S = 1e12
"""Longer than the calendar, shorter than what a timedelta holds."""


@attrs.frozen(kw_only=True)
class Reminders:
    """Reminders of what lasts, further and further apart.

    With the defaults, since the beginning: 4 h, 12 h, 28 h, 52 h, 76 h ... (4, 8, 16, 24, 24 ...
    hours apart).
    """

    every_s: float = attrs.field(default=4 * 3600.0, validator=ge(1))
    factor: float = attrs.field(default=2.0, validator=ge(1))
    cap_s: float = attrs.field(default=_DAY_S, validator=lt(math.inf))
    """The longest time between two; no shorter than the first."""
    max_count: int | None = attrs.field(default=None, validator=optional(ge(0)))
    """None: for as long as it lasts."""

    def due_at(self, since_at: datetime, k: int) -> datetime | None:
        """Return when reminder number `k` (1, 2, ...) is due; None if there is none."""
        if self.max_count is not None and k > self.max_count:
            return None
        return since_at + self._waited(k)

    def count_due(self, since_at: datetime, now: datetime) -> int:
        """Count the reminders that are due by `now`."""
        passed = now - since_at
        # None lies nearer to the one before than the first to the beginning; one more, because
        # times are rounded.
        at_most = max(0, math.floor(passed / timedelta(seconds=1) / self.every_s) + 2)
        if self.max_count is not None:
            at_most = min(at_most, self.max_count)
        return bisect_right(range(1, at_most + 1), passed, key=self._waited)

    def _waited(self, k: int) -> timedelta:
        return timedelta(seconds=min(self._waited_s(k), _FOREVER_S))

    def _waited_s(self, k: int) -> float:
        """Add up the first `k` waits, of which the first ones grow and the others do not."""
        if self.factor == 1:
            return self.every_s * k
        cap_s = max(self.cap_s, self.every_s)
        growing = min(k, math.ceil(math.log(cap_s / self.every_s, self.factor)))
        grown_s = self.every_s * (self.factor**growing - 1) / (self.factor - 1)
        return grown_s + cap_s * (k - growing)


def _in_order(given: Iterable[Escalation]) -> tuple[Escalation, ...]:
    return tuple(sorted(given, key=lambda step: step.after_s))


@attrs.frozen
class EscalationPlan:
    """Who else is told the longer something lasts."""

    steps: tuple[Escalation, ...] = attrs.field(default=(), converter=_in_order)
    """In the order in which they are due, whatever the order they are given in."""

    def due(self, confirmed_at: datetime, now: datetime) -> tuple[Escalation, ...]:
        """Return the steps that are due by `now`, the first one first."""
        passed = now - confirmed_at
        return tuple(step for step in self.steps if timedelta(seconds=step.after_s) <= passed)

    def next_at(self, confirmed_at: datetime, now: datetime) -> datetime | None:
        """Return when the next step is due, later than `now`; None if all are."""
        due = self.due(confirmed_at, now)
        if len(due) == len(self.steps):
            return None
        return confirmed_at + timedelta(seconds=self.steps[len(due)].after_s)


def expiry_step(days_left: float, steps: tuple[int, ...] = EXPIRY_STEPS) -> int | None:
    """Return the tightest step that is reached: with 5.2 days left, 7. None: time enough.

    What has expired stays at the last step.
    """
    return min((step for step in steps if days_left <= step), default=None)


LOOKS = 20
"""How many looks back flapping is judged by."""
_MASK: int = 2**LOOKS - 1


def faded(changes: int, looks: int) -> int:
    """Return the changes that are still remembered after so many looks that saw none."""
    return changes << min(looks, LOOKS) & _MASK


@attrs.frozen(kw_only=True)
class Flapping:
    """Whether a status changes too often to be told each time, as Nagios and Icinga judge it.

    `percent` is the share of the last 20 looks that saw another status than the one before, newer
    ones weighing more: 0.8 the oldest, 1.18 the newest, by 0.02 each. It begins above `high` and
    ends at or below `low`; two thresholds, because one would flap itself.

    =========================  ============
    one change, just now       5.9 %
    each third look            about 33 %
    each second look           about 50 %
    each look                  99 %
    =========================  ============
    """

    changes: int = attrs.field(default=0, validator=ge(0))
    """One bit a look, the newest the lowest; this and `flapping` are what has to be stored."""
    flapping: bool = False
    high: float = 30.0
    low: float = attrs.field(default=20.0)

    @low.validator
    def _below_high(self, _attribute: object, low: float) -> None:
        if not 0 <= low <= self.high <= 100:
            raise ValueError(
                f"flapping thresholds {low:g} and {self.high:g} are in disorder; "
                "use 0 <= low <= high <= 100"
            )

    @property
    def percent(self) -> float:
        """Return the weighted share of changes among the last looks, 0 to 99."""
        # In tenths of a percent a look: 0.1 + 0.2 is not the number 0.3.
        tenths = sum(59 - age for age in range(LOOKS) if self.changes >> age & 1)
        return tenths / 10

    def after(self, changed: bool) -> "Flapping":
        """Return what is known after one more look, which saw another status or the same."""
        seen = attrs.evolve(self, changes=(self.changes << 1 | changed) & _MASK)
        threshold = self.low if self.flapping else self.high
        return attrs.evolve(seen, flapping=seen.percent > threshold)
