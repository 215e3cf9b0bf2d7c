"""A running task: what it is, what is believed of it, and what it is doing."""

from datetime import datetime
from enum import Enum

import attrs
import trio

from monitor.core.model import GapReason, Recovery, State, Task
from monitor.engine.supervisor import Exercise, Life

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


@attrs.define(eq=False)
class Fall:
    """A child that is made to fail, as an exercise, until it has looked soundly again."""

    incarnation: int | None = None
    """The one that fell; None: it is still to do so."""
    over: trio.Event = attrs.field(factory=trio.Event)
    sound: bool = False
    """Whether it is over because the child has recovered."""

    def end(self, *, sound: bool) -> None:
        """Let whoever waits go on."""
        self.sound = self.sound or sound
        self.over.set()


async def _fail() -> None:
    await trio.lowlevel.checkpoint()
    raise Exercise("made to fail, as an exercise")


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
    """How often it was started again in this process, by its supervisor or by the auditor; not
    after an exercise, which is no trouble of ours."""
    took_s: float | None = None
    """How long its last look took."""
    fall: Fall | None = None
    """An exercise in which it is made to fail."""
    _life: Life | None = attrs.field(default=None, init=False)

    def begin(self, life: Life) -> None:
        """Begin an incarnation."""
        self._life = life
        self.incarnations += 1
        self.step(Doing.STARTING, 0.0)
        if self.fall is not None:
            self.begin_fall(self.fall)

    def begin_fall(self, fall: Fall) -> None:
        """Make this incarnation fail, or the next one if there is none now; each exercise once."""
        self.fall = fall
        if self._life is not None and fall.incarnation is None:
            fall.incarnation = self.incarnations
            self._life.nursery.start_soon(_fail, name=f"task {self.task.id}: exercise")

    def end_fall(self) -> None:
        """Note that it has looked without an error of ours."""
        if self.fall is not None and self.fall.incarnation not in (None, self.incarnations):
            self.fall.end(sound=True)

    def step(self, doing: Doing, allowed_s: float) -> None:
        """Enter a step that shall be over after `allowed_s`."""
        self.doing = doing
        self.since_s = trio.current_time()
        self.overdue_s = self.since_s + allowed_s + GRACE_S

    def rest(self) -> None:
        """Enter the care of the supervisor."""
        self._life = None
        self.doing = Doing.RESTING
        self.since_s = trio.current_time()
        self.overdue_s = float("inf")
