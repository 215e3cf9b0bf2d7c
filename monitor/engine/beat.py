"""One alarm for all tasks.

Ten thousand children that each sleep until their slot keep trio's timers busy (measured: half of a
core at one look a second each, and 100 ms of lag); one task that owns the only deadline and wakes
whoever is due costs an eighth of that. It also knows of everybody what they wait for.
"""

import heapq
from datetime import datetime, timedelta
from itertools import count

import attrs
import outcome
import trio

from monitor.engine.clock import Clock

_CHUNK_S = 1.0
"""The longest sleep of the alarm: a step of the machine's clock is seen this soon."""


class Closing(Exception):
    """The monitor is leaving in good order; there are no new looks."""


@attrs.define(eq=False)
class _Waiter:
    due_at: datetime
    task: trio.lowlevel.Task
    over: bool = False


@attrs.define(eq=False)
class Beat:
    """Wake waiting tasks at their moments, or sooner by a hint."""

    clock: Clock
    ease: float = 1.0
    """How many times longer our own rounds take; more than 1 only in simulations."""
    _heap: list[tuple[datetime, int, _Waiter]] = attrs.field(factory=list, init=False)
    _waiting: dict[int, _Waiter] = attrs.field(factory=dict, init=False)
    _order: "count[int]" = attrs.field(factory=count, init=False)
    _sooner: trio.Event = attrs.field(factory=trio.Event, init=False)
    closed: bool = attrs.field(default=False, init=False)

    async def wait(self, key: int, due_at: datetime) -> None:
        """Wait until `due_at`, or until `wake(key)`, whichever comes first.

        Works also while nobody runs the beat: then hints and `close` still come through.

        Raises:
            Closing: the beat is or was closed.
        """
        await trio.lowlevel.checkpoint_if_cancelled()
        if self.closed:
            await trio.lowlevel.cancel_shielded_checkpoint()
            raise Closing
        waiter = _Waiter(due_at, trio.lowlevel.current_task())
        if not self._heap or due_at < self._heap[0][0]:
            self._sooner.set()
        heapq.heappush(self._heap, (due_at, next(self._order), waiter))
        self._waiting[key] = waiter

        def abort(_: object) -> trio.lowlevel.Abort:
            waiter.over = True
            if self._waiting.get(key) is waiter:
                del self._waiting[key]
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(abort)
        if self._waiting.get(key) is waiter:
            del self._waiting[key]

    def wake(self, key: int) -> bool:
        """End the wait of `key` now; return whether it was waiting."""
        waiter = self._waiting.pop(key, None)
        return waiter is not None and self._end(waiter, None)

    def close(self) -> None:
        """End all waits, present and future, by Closing."""
        self.closed = True
        waiting, self._waiting = self._waiting, {}
        for waiter in waiting.values():
            self._end(waiter, Closing())
        self._heap.clear()

    def due_at(self, key: int) -> datetime | None:
        """Return the moment `key` waits for, if it waits."""
        waiter = self._waiting.get(key)
        return None if waiter is None else waiter.due_at

    async def run(self) -> None:
        """Wake whoever is due, for ever; started again after a crash it goes on with all waits."""
        while True:
            self._sooner = trio.Event()
            now = self.clock.now()
            while self._heap and self._heap[0][0] <= now:
                self._end(heapq.heappop(self._heap)[2], None)
            left_s = _CHUNK_S * self.ease
            if self._heap:
                left_s = min(left_s, (self._heap[0][0] - now) / timedelta(seconds=1))
            with trio.move_on_after(left_s):
                await self._sooner.wait()

    def _end(self, waiter: _Waiter, error: Exception | None) -> bool:
        if waiter.over:
            return False
        waiter.over = True
        trio.lowlevel.reschedule(
            waiter.task, outcome.Value(None) if error is None else outcome.Error(error)
        )
        return True
