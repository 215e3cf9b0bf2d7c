"""Who is made to fail in an exercise, and comes back: a canary, or the child of a task.

A canary watches nothing, needs no database, and falls under a supervisor like those of all tasks,
only with shorter waits. The child of a task falls under its own supervisor, session and all.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import attrs
import trio

from monitor.core.drills import LATE_S, MISSED_S
from monitor.core.model import Lifecycle, Recovery
from monitor.core.policy import RecoveryPolicy
from monitor.core.ports import Store
from monitor.engine.child import Child, Fall
from monitor.engine.clock import Clock
from monitor.engine.fleet import Fleet
from monitor.engine.supervisor import Life, Supervisor


class CannotFall(Exception):
    """The exercise cannot be carried out; the message says why."""


class NotReopened(Exception):
    """The child recovered with the session it had before it failed."""


class Faller(Protocol):
    """Somebody who can be made to fail, once."""

    name: str
    """Of the task; empty for a canary."""
    late_s: float
    missed_s: float

    @property
    def task_id(self) -> int | None:
        """Return whose child it is; None: nobody's."""

    async def fall(self) -> Mapping[str, Any]:
        """Fail, and return when recovered, with what else is to be stored of it.

        Raises:
            CannotFall: there is nobody to be made to fail, or not any more.
        """


class CanaryFell(Exception):
    """What the canary falls by."""


@attrs.define(eq=False)
class Canary:
    """A child that falls once, and then lives. It is its own `supervisor.Chronicle`."""

    policy: RecoveryPolicy
    clock: Clock
    task_id: int | None = None
    name: str = ""
    late_s: float = LATE_S
    missed_s: float = MISSED_S
    _fell: bool = attrs.field(default=False, init=False)
    _sound: trio.Event = attrs.field(factory=trio.Event, init=False)

    async def fall(self) -> Mapping[str, Any]:
        """See `Faller`."""
        supervisor = Supervisor(policy=self.policy, clock=self.clock)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(supervisor.supervise, "canary", self.live, self, name="canary")
            await self._sound.wait()
            nursery.cancel_scope.cancel()
        return {}

    async def live(self, _life: Life) -> None:
        await trio.lowlevel.checkpoint()
        if not self._fell:
            self._fell = True
            raise CanaryFell("made to fail, as an exercise")
        await trio.sleep_forever()

    async def failed(self, recovery: Recovery, cause: BaseException) -> None:
        await trio.lowlevel.checkpoint()

    async def restarting(self, recovery: Recovery) -> None:
        await trio.lowlevel.checkpoint()

    async def recovered(self, recovery: Recovery) -> None:
        await trio.lowlevel.checkpoint()
        self._sound.set()


@attrs.define(eq=False)
class Watcher:
    """The child of a task, which has recovered when it has looked again without error of ours."""

    fleet: Fleet
    store: Store
    task_id: int
    name: str = attrs.field(init=False)
    late_s: float = attrs.field(init=False)
    missed_s: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        task = self._child().task
        self.name = task.name
        self.late_s, self.missed_s = LATE_S + task.timeout_s, MISSED_S + task.timeout_s

    def _child(self) -> Child:
        """Return the child of the task; raise CannotFall unless it is alive and well."""
        child = self.fleet.child(self.task_id)
        if child is None:
            raise CannotFall(f"task {self.task_id} is not watched: it is paused, or not there")
        if child.recovery.lifecycle is not Lifecycle.RUNNING:
            why = f"{child.recovery.lifecycle}: {child.recovery.error}"
            raise CannotFall(f"task {child.task.name!r} is not being looked at ({why})")
        return child

    async def fall(self) -> Mapping[str, Any]:
        """See `Faller`."""
        child, fall = self._child(), Fall()
        before = self.store.open_sessions.get(f"task {self.task_id}")
        child.begin_fall(fall)
        try:
            await fall.over.wait()
        finally:
            self._forget(fall)
        if not fall.sound:
            raise CannotFall(f"task {self.name!r} was paused or removed meanwhile")
        after = self.store.open_sessions.get(f"task {self.task_id}")
        if after is None or after == before:
            raise NotReopened("its database session was not closed and opened again")
        opened_at = after.opened_at.isoformat()
        if before is None:
            return {"session_opened_at": opened_at}
        return {
            "former_session_opened_at": before.opened_at.isoformat(),
            "session_opened_at": opened_at,
        }

    def _forget(self, fall: Fall) -> None:
        """Leave no child that would be made to fail by what nobody waits for any more."""
        child = self.fleet.child(self.task_id)
        if child is not None and child.fall is fall:
            child.fall = None
