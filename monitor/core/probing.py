"""What a look is: the probe, what it may ask of the running monitor, and how it fails."""

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

import attrs

from monitor.core.heartbeat import Absence
from monitor.core.model import (
    Reason,
    Result,
    Task,
    TaskSpec,
    WatchedTask,
)
from monitor.core.pings import Ping


class Permanent(Exception):
    """No restart can mend this; the child becomes `invalid` until the operator edits the task."""


class InvalidTask(Permanent):
    """The task itself is wrong: its target, an option, a plugin that is not installed.

    Args:
        field: what the operator has to change, as written in commands (`target`, `interval`,
            `option method`).
        message: what was expected, what was found, and what to do; one sentence.
        place: what was written, and below it a caret under the place that is wrong; may be empty.
        index: which one of several, from 0, if the field is a list.
    """

    def __init__(self, field: str, message: str, place: str = "", index: int = 0) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
        self.place = place
        self.index = index


# --- probes -------------------------------------------------------------------------------------


class TargetDown(Exception):
    """The target failed the look; the message says how. The trace knows in which phase."""


class Refused(Exception):
    """The operator's own policy forbids the look: neither a claim about the target nor a fault."""


class OwnFault(Exception):
    """We could not look: a fault of this machine or program, never a claim about the target."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Trace:
    """What a probe tells about its look while it goes on, so that a deadline can name the phase."""

    __slots__ = ("_clock", "_entered_s", "address", "facts", "ours", "phase", "timings")

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._entered_s = 0.0
        self.phase: str | None = None
        self.ours = False
        """Whether in this phase nobody but our own database is waited for."""
        self.timings: dict[str, float] = {}
        self.address: str | None = None
        """The address really used (`192.0.2.7`, `[2001:db8::1]:443`)."""
        self.facts: dict[str, Any] = {}

    @contextmanager
    def enter(self, phase: str, *, ours: bool = False) -> Iterator[None]:
        """Name and time a phase; the name stays when the phase ends by an exception.

        Phases do not nest. A phase entered again (a redirect) adds to its time.
        """
        self.phase, self.ours, self._entered_s = phase, ours, self._clock()
        survived = False
        try:
            yield
            survived = True
        finally:
            self.leave(keep_name=not survived)

    def leave(self, *, keep_name: bool) -> None:
        """Add the running phase's time to the timings."""
        if self.phase is not None:
            spent_s = self._clock() - self._entered_s
            self.timings[self.phase] = self.timings.get(self.phase, 0.0) + spent_s
            self._entered_s = self._clock()
        if not keep_name:
            self.phase = None


Probe = Callable[[Trace], Awaitable[Result]]
"""One look at one target.

It runs under the caller's deadline, knows no timeout of its own, and closes what it opens also
when cancelled. It returns what it saw (the caller adds phase, timings, address) or raises
TargetDown (the target's failure), OwnFault (ours), Refused (not allowed), Permanent (the task can
never work); anything else is a bug of the probe and booked as an own fault.
"""


Rule = Callable[[Result], Result]
"""What the operator makes of a result: the conditions of a task. It never raises."""


def as_seen(result: Result) -> Result:
    """Return a result as it is: the rule of a task without conditions."""
    return result


class Around(Protocol):
    """What a look may ask about the running monitor, in the name of its own task.

    To be asked only inside the look, and only by the trio task that runs the probe. What changes
    so that another answer is due makes the task look again at once.
    """

    @property
    def task(self) -> Task:
        """The task that looks."""

    def now(self) -> datetime:
        """Return the present moment."""

    def find(self, name: str) -> WatchedTask | None:
        """Return another task as it stands now; None if there is none of that name.

        From then on the task looks again when the other one changes, appears or goes.
        """

    async def pings(self) -> Sequence[Ping]:
        """Return the last pings of the task, oldest first, with the beginning of what they brought.

        Raises OwnFault if they cannot be read now. A further ping makes the task look again.
        """

    async def absences(self) -> Sequence[Absence]:
        """Return when nobody of us could take a ping, in no order.

        Raises OwnFault if that cannot be read now.
        """

    def look_at(self, moment: datetime) -> None:
        """Ask for a look at that moment, if none would come sooner."""


@attrs.frozen
class Prepared:
    """A task made ready to be looked at."""

    probe: Probe
    rule: Rule = as_seen
    within: Callable[[Around], Probe] | None = None
    """Makes the probe of a look that asks about the running monitor; `probe` then only says that
    it needs one. Does no I/O; raises InvalidTask."""

    def probe_within(self, around: Around) -> Probe:
        """Return the probe to look with inside a running monitor."""
        return self.probe if self.within is None else self.within(around)


Prepare = Callable[[TaskSpec], Prepared]
"""Makes a task ready. Does no I/O; raises InvalidTask for what can never work."""
