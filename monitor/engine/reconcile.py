"""Tasks in the store against tasks running: start, stop and replace until they agree.

A task that did not change is not touched.
"""

from collections.abc import Callable, Sequence

import attrs
import trio

from monitor.core.changes import Changes, Request
from monitor.core.failures import DatabaseAway
from monitor.core.model import GapReason, RequestKind, WatchedTask
from monitor.core.ports import Store
from monitor.core.records import EventRecord
from monitor.core.schedule import stagger_s
from monitor.engine.clock import Clock
from monitor.engine.fleet import Fleet
from monitor.engine.recorder import Recorder

POLL_S = 1.0
"""Changes by other processes are seen after at most this time; hints only make it sooner."""
_LISTEN_AGAIN_S = 5.0
_STARTED_AT_ONCE = 20
"""Children started before others get a turn; ten thousand at once hold the loop for 1.5 s."""

_NOTHING_READ, _IN_DOUBT = -1, -2
_ABSENCE = {_NOTHING_READ: GapReason.MONITOR_DOWN, _IN_DOUBT: GapReason.STALLED}
"""Why nobody watched a task that is to be started; otherwise it was paused."""


@attrs.define(eq=False, kw_only=True)
class Reconcile:
    """Keep the fleet what the store says it should be."""

    store: Store
    clock: Clock
    fleet: Fleet
    recorder: Recorder
    take_up: Callable[[Changes], None] = lambda _changes: None
    """Told of changes before tasks are started."""
    drill: Callable[[Request], None] = lambda _request: None
    """Told that somebody wants recovery to be exercised; what it was told it has to answer."""
    ease: float = 1.0
    """How many times longer our own rounds take; more than 1 only in simulations."""
    revision: int = _NOTHING_READ
    _taken: set[int] = attrs.field(factory=set, init=False)
    """Wishes seen before, whose answers were not in the database at the last reading."""
    _hint: trio.Event = attrs.field(factory=trio.Event, init=False)
    _settled: trio.Event = attrs.field(factory=trio.Event, init=False)

    def hint(self) -> None:
        """Say that something may have changed."""
        self._hint.set()

    def doubt(self) -> None:
        """Compare everything again, even if the store says that nothing changed."""
        self.revision = _IN_DOUBT
        self.hint()

    @property
    def is_settled(self) -> bool:
        """Whether the tasks have been read for the first time."""
        return self._settled.is_set()

    async def settled(self) -> None:
        """Return when the tasks have been read for the first time."""
        await self._settled.wait()

    async def run(self) -> None:
        """Reconcile for ever; while the database is away, what runs goes on running."""
        async with self.store.session("reconcile") as session:
            while True:
                self._hint = trio.Event()
                try:
                    changes = await session.changes(self.revision)
                except DatabaseAway as error:
                    self.recorder.lose(error)
                else:
                    if not self.recorder.waiting:
                        self.recorder.regain()
                    if changes is not None:
                        await self._apply(changes)
                        self._settled.set()
                with trio.move_on_after(POLL_S * self.ease):
                    await self._hint.wait()

    async def listen(self) -> None:
        """Take hints for ever; without them, while the connection is lost, polling does."""
        while True:
            try:
                await self.store.listen(self.hint)
            except DatabaseAway:
                await trio.sleep(_LISTEN_AGAIN_S)
            self.hint()

    async def _apply(self, changes: Changes) -> None:
        absence = _ABSENCE.get(self.revision, GapReason.PAUSED)
        self.revision = changes.revision
        self.fleet.surroundings.take(changes.watched)
        self.take_up(changes)
        wanted = {one.task.id: one for one in changes.watched if not one.task.paused}
        for child in self.fleet.children:
            if child.task.id not in wanted:
                self.fleet.stop(child.task.id)
        new = []
        for task_id, watched in wanted.items():
            running = self.fleet.child(task_id)
            if running is None:
                new.append(watched)
            elif running.task != watched.task:
                self.fleet.replace(watched)
        await self._start(new, absence)
        self._carry_out(changes.requests)

    def _carry_out(self, requests: Sequence[Request]) -> None:
        """Do what is wished, each once, and have it written that it was done."""
        new = [one for one in requests if one.id not in self._taken]
        self._taken = {one.id for one in requests}
        done = []
        for request in new:
            if request.kind is RequestKind.DRILL:
                self.drill(request)
                continue
            if request.kind is RequestKind.RESUME:
                self.fleet.resume(request.task_id)
            else:
                self.fleet.look_now(request.task_id)
            done.append(request.id)
        if done:
            self.recorder.keep(EventRecord(answers=tuple(done)))

    async def _start(self, new: Sequence[WatchedTask], absence: GapReason) -> None:
        """Start tasks; those that are due already spread their first looks."""
        for one in new:
            # A machine that boots with its clock behind must not wait for it to catch up.
            if one.state.last_looked_at is not None:
                self.clock.not_before(one.state.last_looked_at)
        now = self.clock.now()
        due = [
            one for one in new if one.state.next_check_at is None or one.state.next_check_at <= now
        ]
        waits = {
            one.task.id: stagger_s(position, len(due), one.task.interval_s)
            for position, one in enumerate(due)
        }
        for position, one in enumerate(new):
            self.fleet.start(one, absence, waits.get(one.task.id, 0.0))
            if position % _STARTED_AT_ONCE == 0:
                await trio.lowlevel.checkpoint()
