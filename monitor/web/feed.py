"""What happens, for those who follow it live: a short memory, and nobody who could slow us down.

Every event gets a number that only grows. Readers keep their own place and take what is new when
they get to it; those who are too slow fall out of what is remembered, and are told to begin anew.
So nothing waits for a reader, and they all together cost one list.
"""

import secrets
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import attrs
import msgspec
import trio

from monitor.app import App
from monitor.core.alerts.alerting import Alerting
from monitor.core.changes import Changes
from monitor.core.model import Task, WatchedTask
from monitor.core.records import LookRecord

REMEMBERED = 10_000
"""Events; all tasks of a large fleet may fall at once and be seen by everybody."""
_COMPARED_AT_ONCE = 200
"""Tasks that are compared before others get a turn."""


@attrs.define
class Happened:
    """One event; its text is made when somebody wants it."""

    number: int
    kind: str
    task_id: int | None
    _data: Callable[[], dict[str, Any]]
    _text: bytes | None = None

    @property
    def data(self) -> bytes:
        """What happened, as JSON on one line."""
        if self._text is None:
            self._text = msgspec.json.encode(self._data())
        return self._text


@attrs.define(eq=False)
class Feed:
    """Remembers the last events.

    Kinds: `status` (a task's status, or our trouble with it, changed), `task` (one came, went or
    was edited), `incident` (opened or closed), `alerting` (channels, silences, maintenance or
    acknowledgements changed), and `look` (a result) of tasks that somebody follows closely: those
    of all would push everything else out of what is remembered.
    """

    remembered: int = REMEMBERED
    run: str = attrs.field(factory=lambda: secrets.token_hex(4))
    """Names this run: numbers of another one mean nothing here."""
    _events: deque[Happened] = attrs.field(factory=deque, init=False)
    _next: int = attrs.field(default=1, init=False)
    _news: trio.Event = attrs.field(factory=trio.Event, init=False)
    _taken: trio.Event = attrs.field(factory=trio.Event, init=False)
    _fleet: Sequence[WatchedTask] = attrs.field(factory=tuple, init=False)
    _tasks: dict[int, Task] | None = attrs.field(default=None, init=False)
    _alerting: Alerting | None = attrs.field(default=None, init=False)
    _waiters: dict[int, list[trio.Event]] = attrs.field(factory=dict, init=False)
    _closely: Counter[int] = attrs.field(factory=Counter, init=False)
    """Tasks that are followed closely, and by how many."""

    # --- readers --------------------------------------------------------------------------------

    @property
    def end(self) -> int:
        """The number of the next event."""
        return self._next

    @property
    def begin(self) -> int:
        """The number of the oldest event that is remembered."""
        return self._next - len(self._events)

    def since(self, number: int) -> list[Happened] | None:
        """Return the events from a number on; None if some of them are forgotten."""
        if not self.begin <= number <= self._next:
            return None
        first = number - self.begin
        return [self._events[i] for i in range(first, len(self._events))]

    async def wait(self, number: int) -> None:
        """Return when there is an event of that number."""
        while number >= self._next:
            await self._news.wait()

    @contextmanager
    def closely(self, task_ids: Collection[int]) -> Iterator[None]:
        """Have single looks at these tasks told for the time of the block."""
        self._closely.update(task_ids)
        try:
            yield
        finally:
            self._closely.subtract(task_ids)
            for task_id in task_ids:
                if self._closely[task_id] <= 0:
                    del self._closely[task_id]

    async def next_look(self, task_id: int) -> None:
        """Return when the task has been looked at."""
        looked = trio.Event()
        waiters = self._waiters.setdefault(task_id, [])
        waiters.append(looked)
        try:
            await looked.wait()
        finally:
            waiters.remove(looked)
            if not waiters and self._waiters.get(task_id) is waiters:
                del self._waiters[task_id]

    # --- what happens ---------------------------------------------------------------------------

    def publish(self, kind: str, task_id: int | None, data: Callable[[], dict[str, Any]]) -> None:
        """Remember an event; never waits."""
        self._events.append(Happened(self._next, kind, task_id, data))
        self._next += 1
        if len(self._events) > self.remembered:
            self._events.popleft()
        news, self._news = self._news, trio.Event()
        news.set()

    @contextmanager
    def following(self, monitor: App) -> Iterator[None]:
        """Learn what happens in a running monitor for the time of the block."""
        watch, reconcile, around = monitor.watch, monitor.reconcile, monitor.surroundings
        # Before the tasks were read for the first time, none of them has come or gone.
        self._tasks = {one.id: one for one in around.tasks} if reconcile.is_settled else None
        on_look, take_up, on_change = watch.on_look, reconcile.take_up, around.on_change

        def looked(task: Task, record: LookRecord) -> None:
            on_look(task, record)
            self._looked(task, record)

        def taken(changes: Changes) -> None:
            take_up(changes)
            self._take(changes)

        def changed(name: str) -> None:
            on_change(name)
            self._changed(around.find(name))

        watch.on_look, reconcile.take_up = looked, taken
        around.on_change = changed
        try:
            yield
        finally:
            watch.on_look, reconcile.take_up = on_look, take_up
            around.on_change = on_change

    def _looked(self, task: Task, record: LookRecord) -> None:
        for waiter in self._waiters.pop(task.id, ()):
            waiter.set()
        if task.id in self._closely:
            self.publish("look", task.id, lambda: _look_data(task, record))
        incident = record.incident
        if incident is not None:
            self.publish(
                "incident",
                task.id,
                lambda: {
                    "task_id": task.id,
                    "name": task.name,
                    "number": incident.number,
                    "opened_at": incident.opened_at,
                    "closed_at": incident.closed_at,
                    "detail": incident.detail,
                },
            )

    def _changed(self, watched: WatchedTask | None) -> None:
        if watched is not None:
            self.publish("status", watched.task.id, lambda: _status_data(watched))

    def _take(self, changes: Changes) -> None:
        self._fleet = changes.watched
        self._taken.set()
        if changes.alerting is not None:
            if self._tasks is not None and self._alerting != changes.alerting:
                self.publish("alerting", None, dict)
            self._alerting = changes.alerting

    async def keep(self, monitor: App) -> None:
        """Follow a running monitor, for ever."""
        with self.following(monitor):
            await self._compare()

    async def _compare(self) -> None:
        """Find out which tasks came, went or were edited; others get turns meanwhile."""
        while True:
            await self._taken.wait()
            self._taken = trio.Event()
            known, fleet = self._tasks, self._fleet
            found: dict[int, Task] = {}
            for number, watched in enumerate(fleet):
                task = found[watched.task.id] = watched.task
                if known is not None and (before := known.get(task.id)) != task:
                    self._edited("added" if before is None else "edited", task)
                if number % _COMPARED_AT_ONCE == 0:
                    await trio.lowlevel.checkpoint()
            for task_id, task in (known or {}).items():
                if task_id not in found:
                    self._edited("removed", task)
            self._tasks = found

    def _edited(self, what: str, task: Task) -> None:
        self.publish(
            "task",
            task.id,
            lambda: {"task_id": task.id, "name": task.name, "what": what, "paused": task.paused},
        )


def _look_data(task: Task, record: LookRecord) -> dict[str, Any]:
    result = record.result
    return {
        "task_id": task.id,
        "name": task.name,
        "at": record.looked_at,
        "slot_at": record.slot_at,
        "status": result.status,
        "reason": result.reason,
        "detail": result.detail,
        "duration_s": round(result.duration_s, 6),
        "next_check_at": record.state.next_check_at,
    }


def _status_data(watched: WatchedTask) -> dict[str, Any]:
    status, reason = watched.shown
    return {
        "task_id": watched.task.id,
        "name": watched.task.name,
        "status": status,
        "reason": reason,
        "since_at": watched.recovery.changed_at or watched.state.since_at,
        "detail": watched.recovery.error or watched.state.detail,
    }
