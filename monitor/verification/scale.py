"""How long each part takes, and by how much time is shortened: stated in every report.

The report that started this project watched eight tasks at 10-30 s for minutes and left the
recovery delays of 60, 120, 240 s untried. Here everything really happens, on a shorter scale.
"""

import attrs

from monitor.core.policy import Backoff, RecoveryPolicy

LEAST_S, MOST_S = 5.0, 600.0
MOST_TASKS = 1000

_LOAD_FACTOR = 30.0
_LOAD_INTERVALS_S = (10.0, 30.0)
_CROWD = 50
"""More tasks than these get proportionally longer intervals: the load on a database that others
use too stays at about a hundred looks a second."""

_FIRST_LOOK_S = 0.01
"""The engine spreads first looks that are due at once by this much."""
_CROWD_S = 4.0
_READING_S = 0.02
"""What a task's stored looks may take to be read back."""

_FACTOR = 120.0
_FACTOR_AT_S = 30.0
_PACES = (0.5, 4.0)
_ATTEMPTS = 3
_RECOVERY_S = 11.0
_OTHER_STEPS_S = 9.0
_INTERVAL_S = 60.0
CALM = 4
"""How many times longer the interval of task 7's siblings is. A slot is missed when a look ends a
tenth of an interval after the next one was due; busy neighbours on two cores did that to 0.5 s."""


class BadRun(ValueError):
    """The run cannot be done as it was asked for; the message says how to ask."""


@attrs.frozen
class Scale:
    """What the run does with the tasks and the time it was given.

    Raises:
        BadRun: a number is out of range.
    """

    tasks: int = attrs.field(default=8)
    duration_s: float = attrs.field(default=30.0)

    @tasks.validator
    def _check_tasks(self, _: object, value: int) -> None:
        if not 1 <= value <= MOST_TASKS:
            raise BadRun(f"{value} tasks are out of range; use 1 to {MOST_TASKS}")

    @duration_s.validator
    def _check_duration(self, _: object, value: float) -> None:
        if not LEAST_S <= value <= MOST_S:
            raise BadRun(
                f"a duration of {value:g} s is out of range; use {LEAST_S:g}s to {MOST_S:g}s"
            )

    @property
    def _pace(self) -> float:
        slowest, fastest = _PACES
        return min(fastest, max(slowest, self.duration_s / _FACTOR_AT_S))

    @property
    def load_s(self) -> float:
        """How long the tasks run under load."""
        spare_s = self.duration_s - _RECOVERY_S * self._pace - _OTHER_STEPS_S
        return max(2.0, spare_s, _FIRST_LOOK_S * self.tasks + _CROWD_S * self.tasks / MOST_TASKS)

    @property
    def load_factor(self) -> float:
        """By how much the intervals of 10-30 s are shortened."""
        return _LOAD_FACTOR / max(1.0, self.tasks / _CROWD)

    def load_interval_s(self, position: int) -> float:
        """Return the interval of the `position`-th task, from the shortest to the longest."""
        shortest, longest = (seconds / self.load_factor for seconds in _LOAD_INTERVALS_S)
        return shortest + (longest - shortest) * position / max(1, self.tasks - 1)

    @property
    def slow_s(self) -> float:
        """How long slow targets take: looks in flight must be over within the grace."""
        return min(1.0, 0.6 * self.load_interval_s(0))

    @property
    def few(self) -> "Scale":
        """The same with fewer tasks, for a process whose whole log is read."""
        return attrs.evolve(self, tasks=min(self.tasks, _CROWD))

    @property
    def factor(self) -> float:
        """By how much the product's default interval and recovery policy are shortened."""
        return _FACTOR / self._pace

    @property
    def interval_s(self) -> float:
        """The default interval of 60 s on that scale."""
        return _INTERVAL_S / self.factor

    @property
    def policy(self) -> RecoveryPolicy:
        """The product's recovery policy on that scale, with three attempts instead of ten."""
        real = RecoveryPolicy()
        backoff = Backoff(
            base_s=real.backoff.base_s / self.factor,
            factor=real.backoff.factor,
            cap_s=real.backoff.cap_s / self.factor,
            jitter=real.backoff.jitter,
        )
        return attrs.evolve(
            real,
            backoff=backoff,
            max_attempts=_ATTEMPTS,
            reset_after_s=real.reset_after_s / self.factor,
            probe_every_s=None,
        )

    @property
    def limit_s(self) -> float:
        """The moment at which the run is cut off; what is left to clean up takes seconds."""
        planned_s = self.load_s + _RECOVERY_S * self._pace + _OTHER_STEPS_S
        return 10.0 + 1.3 * planned_s + _READING_S * self.tasks
