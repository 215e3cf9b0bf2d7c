"""What looks may ask about the running monitor, and who looks again when the answer changes.

A look that asks about another task follows it from then on: when that one changes, its followers
look again at once. A change during a look is not lost; the look is repeated when it is over.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import attrs

from monitor.core.heartbeat import Absence
from monitor.core.model import Task, WatchedTask
from monitor.core.pings import Ping
from monitor.core.ports import Session
from monitor.core.schedule import Due
from monitor.engine.beat import Beat
from monitor.engine.clock import Clock
from monitor.engine.loop_lag import LoopLag
from monitor.engine.pulse import Pulse
from monitor.engine.recorder import Recorder


@attrs.define(eq=False)
class Place:
    """One incarnation's place among all tasks. See `probing.Around`."""

    task: Task
    _session: Session
    _surroundings: "Surroundings"
    again: bool = attrs.field(default=False, init=False)
    """Whether to look again as soon as the present look is over."""
    _wished_at: datetime | None = attrs.field(default=None, init=False)
    followed: set[str] = attrs.field(factory=set, init=False)

    def now(self) -> datetime:
        return self._surroundings.clock.now()

    def find(self, name: str) -> WatchedTask | None:
        if name not in self.followed:
            self.followed.add(name)
            self._surroundings.followers.setdefault(name, set()).add(self.task.id)
        return self._surroundings.find(name)

    async def pings(self) -> Sequence[Ping]:
        return await self._surroundings.pulse.of(self.task.id, self._session)

    async def absences(self) -> Sequence[Absence]:
        return await self._surroundings.pulse.absences(self._session)

    def look_at(self, moment: datetime) -> None:
        if moment > self.now() and (self._wished_at is None or moment < self._wished_at):
            self._wished_at = moment

    # --- for the life of the task ---------------------------------------------------------------

    def begin(self) -> None:
        """Note that a look begins: what was wished before is fulfilled by it."""
        self.again, self._wished_at = False, None

    def sooner(self, due: Due) -> Due:
        """Return when to look next: when it is due, or before, if the look wished so."""
        if self._wished_at is None or self._wished_at >= due.slot_at:
            return due
        return attrs.evolve(due, slot_at=max(self._wished_at, self.now()))


@attrs.define(eq=False, kw_only=True)
class Surroundings:
    """All tasks as they stand, and who follows whom."""

    clock: Clock
    beat: Beat
    recorder: Recorder
    lag: LoopLag
    running: Callable[[int], WatchedTask | None] = lambda _task_id: None
    """Returns a task as its child has it, if it has one; the fleet puts itself here."""
    on_change: Callable[[str], None] = lambda _name: None
    """Told the names of tasks whose status, or our trouble with them, has changed."""
    followers: dict[str, set[int]] = attrs.field(factory=dict, init=False)
    """The tasks that follow a name, whether there is a task of that name or not."""
    pulse: Pulse = attrs.field(init=False)
    revision: int = attrs.field(default=0, init=False)
    """Changes when the tasks do."""
    _known: dict[str, WatchedTask] = attrs.field(factory=dict, init=False)
    _places: dict[int, Place] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.pulse = Pulse(
            clock=self.clock, recorder=self.recorder, lag=self.lag, look_again=self.look_again
        )

    @property
    def tasks(self) -> Iterable[Task]:
        """All tasks there are, also those that are paused."""
        return [one.task for one in self._known.values()]

    @property
    def names(self) -> Collection[str]:
        """The names of all tasks there are, paused ones among them; to count them is cheap."""
        return self._known.keys()

    @property
    def standing(self) -> list[WatchedTask]:
        """All tasks as they stand now, by id, also those that are paused."""
        return [
            one if one.task.paused else self.running(one.task.id) or one
            for one in self._known.values()
        ]

    def take(self, watched: Iterable[WatchedTask]) -> None:
        """Learn which tasks there are; followers of what came, went or was edited look again."""
        before, self._known = self._known, {one.task.name: one for one in watched}
        self.revision += 1
        self.pulse.keep_only(one.task.id for one in self._known.values())
        for name in tuple(self.followers):
            was, is_now = before.get(name), self._known.get(name)
            if (was and was.task) != (is_now and is_now.task):
                self.changed(name)

    def find(self, name: str) -> WatchedTask | None:
        """Return a task as it stands now; None if there is none of that name."""
        known = self._known.get(name)
        if known is None or known.task.paused:
            return known
        return self.running(known.task.id) or known

    def changed(self, name: str) -> None:
        """Have those that follow a task look again."""
        self.on_change(name)
        for task_id in self.followers.get(name, ()):
            self.look_again(task_id)

    def look_again(self, task_id: int) -> None:
        """Have a task look at once, or once more if it is at it; nothing if nobody watches it."""
        place = self._places.get(task_id)
        if place is not None and not self.beat.wake(task_id):
            place.again = True

    @contextmanager
    def place_of(self, task: Task, session: Session) -> Iterator[Place]:
        """Give an incarnation its place; with the block it leaves it and follows nobody."""
        place = Place(task, session, self)
        self._places[task.id] = place
        try:
            yield place
        finally:
            if self._places.get(task.id) is place:
                del self._places[task.id]
            for name in place.followed:
                followers = self.followers.get(name, set())
                followers.discard(task.id)
                if not followers:
                    self.followers.pop(name, None)
