"""A running task: what it is, what is believed of it, and what it is doing."""

from datetime import datetime
from enum import Enum

import attrs
import trio

from monitor.core.model import GapReason, Recovery, State, Task

GRACE_S = 10.0
"""How much later than planned a step may end before the auditor calls it stalled."""


class Doing(Enum):
    """The step a child is in."""

    STARTING = "starting"
    WAITING = "waiting"
    LOOKING = "looking"
    RECORDING = "recording"
    RESTING = "resting"
    """Backing off, failed or invalid: the supervisor has it."""


@attrs.define(eq=False, kw_only=True)
class Child:
    """A running task: what it is, what is believed of it, and what it is doing."""

    task: Task
    state: State
    recovery: Recovery = attrs.field(factory=Recovery)
    absence: GapReason = GapReason.MONITOR_DOWN
    """Why the slots before the next start have no result."""
    stagger_s: float = 0.0
    """How long to wait before the first slot is chosen, so that not all start at once."""
    doing: Doing = Doing.STARTING
    since_s: float = attrs.field(factory=trio.current_time)
    overdue_s: float = float("inf")
    """Moment of trio's clock at which the present step is stalled."""
    due_at: datetime | None = None
    """The moment a waiting child waits for."""
    incarnations: int = 0
    restarts: int = 0
    """How often it was started again in this process, by its supervisor or by the auditor."""
    took_s: float | None = None
    """How long its last look took."""

    def step(self, doing: Doing, allowed_s: float) -> None:
        """Enter a step that shall be over after `allowed_s`."""
        self.doing = doing
        self.since_s = trio.current_time()
        self.overdue_s = self.since_s + allowed_s + GRACE_S

    def rest(self) -> None:
        """Enter the care of the supervisor."""
        self.doing = Doing.RESTING
        self.since_s = trio.current_time()
        self.overdue_s = float("inf")
