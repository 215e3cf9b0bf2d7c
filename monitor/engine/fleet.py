"""The running tasks: one cancel scope each, which is the task's handle.

Removing, editing or pausing a task cancels its scope; the next life of the same task begins only
when the former has ended, its session closed. Tasks live in the nursery given at the start, not in
that of whoever starts them: a failed SELECT elsewhere must not stop them.
"""

from functools import partial

import attrs
import trio

from monitor.core.model import Event, GapReason, Lifecycle, Recovery, State, Task, WatchedTask
from monitor.core.records import EventRecord, LifeRecord
from monitor.engine.alarm import Alarm
from monitor.engine.around import Surroundings
from monitor.engine.beat import Beat
from monitor.engine.child import Child, Doing
from monitor.engine.clock import Clock
from monitor.engine.recorder import Recorder
from monitor.engine.supervisor import Supervisor, is_exercise
from monitor.engine.watch import Watch
from monitor.journal import tell

_ABSENCE = {
    Lifecycle.BACKOFF: GapReason.BACKING_OFF,
    Lifecycle.FAILED: GapReason.FAILED,
    Lifecycle.INVALID: GapReason.INVALID,
}

_ENDING_S = 60.0
"""How long a cancelled child may take to end before it is called stalled again."""
_STABLE_INTERVALS = 3
"""A child is stable after the policy's time, but not before it has looked this often."""

_REMEMBERED = 10_000
"""Of so many tasks that are no longer watched it is kept what was believed of them."""


@attrs.define(eq=False)
class _Place:
    """A task's place in the tree, kept while its child is replaced."""

    child: Child
    scope: trio.CancelScope
    wanted: bool = True


@attrs.define(eq=False, kw_only=True)
class Fleet:
    """Start, stop and replace the children that watch tasks."""

    nursery: trio.Nursery
    supervisor: Supervisor
    watch: Watch
    beat: Beat
    clock: Clock
    recorder: Recorder
    surroundings: Surroundings
    alarm: Alarm
    _places: dict[int, _Place] = attrs.field(factory=dict, init=False)
    _left: dict[int, State] = attrs.field(factory=dict, init=False)
    """What was believed of tasks when their children ended: the database may not know it yet."""
    _empty: trio.Event = attrs.field(factory=trio.Event, init=False)
    _leaving: bool = attrs.field(default=False, init=False)

    @property
    def children(self) -> list[Child]:
        """All children, also those that back off, have failed or are being stopped."""
        return [place.child for place in self._places.values()]

    def task(self, task_id: int) -> Task | None:
        """Return a task that is watched."""
        child = self.child(task_id)
        return None if child is None else child.task

    def child(self, task_id: int) -> Child | None:
        """Return the child of a task unless it is on its way out."""
        place = self._places.get(task_id)
        return place.child if place is not None and place.wanted else None

    def watched(self, task_id: int) -> WatchedTask | None:
        """Return a task as its child has it, unless it has none or that is on its way out."""
        child = self.child(task_id)
        if child is None:
            return None
        return WatchedTask(task=child.task, state=child.state, recovery=child.recovery)

    def start(self, watched: WatchedTask, absence: GapReason, stagger_s: float = 0.0) -> None:
        """Begin to watch a task; `absence` is why the slots it missed have no result."""
        if self._leaving:
            return
        child = Child(
            task=watched.task,
            state=_newer(watched.state, self._left.pop(watched.task.id, None)),
            recovery=watched.recovery,
            absence=_ABSENCE.get(watched.recovery.lifecycle, absence),
            stagger_s=stagger_s,
        )
        place = self._places.get(watched.task.id)
        if place is not None:
            place.wanted = True
            self._replace(place, child)
            return
        place = _Place(child, trio.CancelScope())
        self._places[watched.task.id] = place
        self.nursery.start_soon(self._keep, place, name=f"task {watched.task.id}")

    def replace(self, watched: WatchedTask) -> None:
        """Go on with an edited task; what is believed and remembered of it stays."""
        place = self._places[watched.task.id]
        self.alarm.end("task", place.child.task.name, "edited")
        child = attrs.evolve(
            place.child,
            task=watched.task,
            recovery=watched.recovery,
            absence=_ABSENCE.get(place.child.recovery.lifecycle, GapReason.OVERRUN),
        )
        self._replace(place, child)

    def resume(self, task_id: int) -> None:
        """Start a child that was given up on, with all its attempts before it."""
        place = self._places.get(task_id)
        if place is not None:
            absence = _ABSENCE.get(place.child.recovery.lifecycle, GapReason.OVERRUN)
            self.alarm.end("task", place.child.task.name, "resumed")
            self._replace(place, attrs.evolve(place.child, recovery=Recovery(), absence=absence))

    def restart(self, task_id: int) -> None:
        """Replace a child that is stuck."""
        place = self._places.get(task_id)
        if place is not None:
            child = attrs.evolve(
                place.child, absence=GapReason.STALLED, restarts=place.child.restarts + 1
            )
            child.step(Doing.STARTING, _ENDING_S)
            self._replace(place, child)

    def _replace(self, place: _Place, child: Child) -> None:
        place.child = child
        place.scope.cancel()

    def stop(self, task_id: int) -> None:
        """Watch a task no longer; its child ends soon."""
        place = self._places.get(task_id)
        if place is not None:
            self.alarm.end("task", place.child.task.name, "no longer watched")
            if place.child.fall is not None:
                place.child.fall.end(sound=False)
            place.wanted = False
            place.scope.cancel()

    def look_now(self, task_id: int) -> None:
        """Look at once if the task is waiting for its slot."""
        self.beat.wake(task_id)

    def leave(self) -> None:
        """Let looks in flight end, and everybody else go at once."""
        self._leaving = True
        self.beat.close()
        for place in self._places.values():
            if place.child.doing in (Doing.RESTING, Doing.STARTING):
                place.wanted = False
                place.scope.cancel()
        if not self._places:
            self._empty.set()

    def cancel(self) -> None:
        """Give up what is still in flight."""
        for place in self._places.values():
            place.wanted = False
            place.scope.cancel()

    def tell_storm(self, children: int, error: str) -> None:
        """Tell and store that so many children failed together that it must be us."""
        tell("system.storm", children=children, error=error)
        self.alarm.happen("storm", "", f"{children} children failed together: {error}")
        data = {"children": children}
        event = Event(at=self.clock.now(), kind="system.storm", detail=error, data=data)
        self.recorder.keep(EventRecord(event=event))

    async def wait_empty(self) -> None:
        """Return when, after `leave`, the last child has ended."""
        await self._empty.wait()

    async def _keep(self, place: _Place) -> None:
        task_id = place.child.task.id
        try:
            while place.wanted:
                place.scope, child = trio.CancelScope(), place.child
                with place.scope:
                    await self._supervise(child)
                    return  # in good order: the monitor is leaving
                # A look may have ended since the next child was made; it counts.
                place.child.state = child.state
        finally:
            self._remember(self._places.pop(task_id).child.state)
            if self._leaving and not self._places:
                self._empty.set()

    def _remember(self, state: State) -> None:
        self._left[state.task_id] = state
        if len(self._left) > _REMEMBERED:
            del self._left[next(iter(self._left))]

    async def _supervise(self, child: Child) -> None:
        stable_s = max(
            self.supervisor.policy.reset_after_s, _STABLE_INTERVALS * child.task.interval_s
        )
        await self.supervisor.supervise(
            f"task {child.task.id}",
            partial(self.watch.live, child),
            _TaskChronicle(child, self.recorder, self.clock, self.surroundings, self.alarm),
            child.recovery,
            stable_s,
        )


def _newer(stored: State, known: State | None) -> State:
    """Return what follows from more looks."""
    if known is None or known.last_slot_at is None:
        return stored
    is_newer = stored.last_slot_at is None or known.last_slot_at > stored.last_slot_at
    return known if is_newer else stored


@attrs.define(eq=False)
class _TaskChronicle:
    """Tell and store the steps of one child's life. See `supervisor.Chronicle`."""

    child: Child
    recorder: Recorder
    clock: Clock
    surroundings: Surroundings
    alarm: Alarm
    _exercise: bool = attrs.field(default=False, init=False)
    """Whether it was made to fail: `drill` tells that, and nobody else is to think ill of it."""

    async def failed(self, recovery: Recovery, cause: BaseException) -> None:
        self.child.rest()
        self.child.absence = _ABSENCE[recovery.lifecycle]
        self._exercise = is_exercise(cause)
        if self._exercise:
            await trio.lowlevel.checkpoint()
            return
        given_up_before = self.child.recovery.lifecycle is Lifecycle.FAILED
        kinds = {
            Lifecycle.BACKOFF: "task.restarting",
            Lifecycle.FAILED: "task.failed",
            Lifecycle.INVALID: "task.invalid",
        }
        if recovery.lifecycle is not Lifecycle.BACKOFF and not given_up_before:
            self.alarm.begin("task", self.child.task.name, recovery.error)
        await self._note(kinds[recovery.lifecycle], recovery, loud=not given_up_before)

    async def restarting(self, recovery: Recovery) -> None:
        if self._exercise:
            await trio.lowlevel.checkpoint()
            return
        self.child.restarts += 1
        # A slow probe of a child given up on stays FAILED in the records until it has recovered.
        given_up = self.child.recovery.lifecycle is Lifecycle.FAILED
        if given_up:
            recovery = attrs.evolve(recovery, lifecycle=Lifecycle.FAILED)
        await self._note("task.restarted", recovery)

    async def recovered(self, recovery: Recovery) -> None:
        self.alarm.end("task", self.child.task.name)
        await self._note("task.recovered", recovery)

    async def _note(self, kind: str, recovery: Recovery, *, loud: bool = True) -> None:
        self.child.recovery = recovery
        task = self.child.task
        self.surroundings.changed(task.name)
        data = {"attempt": recovery.attempts}
        if recovery.retry_at is not None:
            retry_at = recovery.retry_at.isoformat(timespec="seconds")
        else:
            retry_at = None
        if loud:
            tell(
                kind,
                task=task.id,
                name=task.name,
                attempt=recovery.attempts,
                retry_at=retry_at,
                error=recovery.error or None,
            )
        event = Event(
            at=self.clock.now(),
            kind=kind,
            task_id=task.id,
            detail=recovery.error,
            data={**data, "retry_at": retry_at},
        )
        await self.recorder.record(
            LifeRecord(task_id=task.id, recovery=recovery, event=event if loud else None)
        )
