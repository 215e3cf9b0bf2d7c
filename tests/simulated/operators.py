"""What people do while the monitor runs: pause, edit, remove, silence, take, resume.

They work on the database, as commands do, and try again while it is away. Who listens gets a hint.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count

import attrs
import trio

from monitor.core.alerts.alerting import Acknowledgement, AlertingChange, Selector, Silence
from monitor.core.failures import DatabaseAway, NoSuchTask
from monitor.core.model import RequestKind, Task, TaskSpec
from monitor.core.ports import Session
from tests.core.scene import Stage
from tests.simulated.happenings import Happening
from tests.simulated.scripts import Part
from tests.simulated.setting import Fault
from tests.simulated.witness import Wish, Witness

_AGAIN_S = 30.0
_NEVER_MIND = 200
"""An operator gives up after so many attempts."""

Work = Callable[[Session], Awaitable[object]]


@attrs.define(eq=False)
class Operators:
    """Everybody who types commands."""

    stage: Stage
    witness: Witness
    parts: list[Part]
    hint: Callable[[], None]
    """Tells the running monitor, if there is one, that something may have changed."""
    tasks: dict[int, Task] = attrs.field(factory=dict)
    """The task that plays each part now."""
    _numbers: "count[int]" = attrs.field(factory=lambda: count(1))

    def set_up(self, number: int) -> None:
        """Store a task before anything runs."""
        task = self.stage.store.insert(self.parts[number].spec, self.stage.clock.now())
        self.tasks[number] = task
        self.witness.born(task, number)

    async def _do(self, work: Work) -> bool:
        """Do something to the database; return whether it was done."""
        for _ in range(_NEVER_MIND):
            try:
                async with self.stage.store.session(f"operator {next(self._numbers)}") as session:
                    await work(session)
            except DatabaseAway:
                await trio.sleep(_AGAIN_S)
            except NoSuchTask:
                return False
            else:
                self.hint()
                return True
        return False

    def _note(self, what: str, task: Task, **more: object) -> None:
        now_s, now = trio.current_time(), self.stage.clock.now()
        wish = Wish(what, task.id, now_s, now)
        self.witness.wishes[task.id].append(attrs.evolve(wish, **more))  # type: ignore[arg-type]
        self.witness.figures[f"operators: {what}"] += 1

    def _spec(self, task: Task, **changes: object) -> TaskSpec:
        stored = self.stage.store.tables.tasks.get(task.id, task)
        fields = {one.name: getattr(stored, one.name) for one in attrs.fields(TaskSpec)}
        return TaskSpec(**fields | changes)

    async def edit(self, happening: Happening) -> None:
        task = self.tasks[happening.number]
        timeout_s = 9.0 + happening.amount
        if await self._do(
            lambda session: session.edit(task.id, self._spec(task, timeout_s=timeout_s))
        ):
            self._note("edit", task)

    async def pause(self, happening: Happening) -> None:
        task = self.tasks[happening.number]
        if task.id in self._paused:
            return
        if not await self._do(lambda session: session.edit(task.id, self._spec(task, paused=True))):
            return
        self._note("pause", task, until_s=trio.current_time() + happening.lasts_s)
        await trio.sleep(happening.lasts_s)
        if await self._do(lambda session: session.edit(task.id, self._spec(task, paused=False))):
            self._note("unpause", task)

    @property
    def _paused(self) -> set[int]:
        return {one.id for one in self.stage.store.tables.tasks.values() if one.paused}

    async def remove(self, happening: Happening) -> None:
        """Remove a task, and add another one for the same target later."""
        task = self.tasks[happening.number]
        if task.id in self._paused or not await self._do(lambda session: session.remove(task.id)):
            return
        self._note("remove", task)
        await trio.sleep(happening.lasts_s)
        spec = self.parts[happening.number].spec

        async def add(session: Session) -> None:
            (added,) = await session.add([spec], self.stage.clock.now())
            self.tasks[happening.number] = added
            self.witness.born(added, happening.number)

        await self._do(add)

    async def wish(self, happening: Happening) -> None:
        """Want a look now, or that a task that was given up on is tried again."""
        task = self.tasks[happening.number]
        kind = RequestKind.LOOK if happening.amount < 0.5 else RequestKind.RESUME
        if await self._do(lambda session: session.request(task.id, kind)):
            self._note(kind.value, task)

    async def silence(self, happening: Happening) -> None:
        task = self.tasks[happening.number]
        now = self.stage.clock.now()
        silence = Silence(
            id=0,
            selector=Selector(tasks=(task.name,)),
            from_at=now,
            until_at=now + timedelta(seconds=happening.lasts_s),
        )
        if await self._do(
            lambda session: session.change_alerting(AlertingChange(silences=(silence,)))
        ):
            self._note("silence", task, until_at=silence.until_at)

    async def take(self, happening: Happening) -> None:
        """Acknowledge the newest open incident, if there is one."""
        found = [one for one in self.stage.store.tables.incidents.values() if not one.closed_at]
        if not found:
            await trio.lowlevel.checkpoint()
            return
        incident = found[int(happening.amount * len(found))]
        task = self.stage.store.tables.tasks[incident.task_id]
        taken = Acknowledgement(
            task_id=task.id, incident=incident.number, at=self.stage.clock.now(), by="anna"
        )
        if await self._do(
            lambda session: session.change_alerting(AlertingChange(acknowledgements=(taken,)))
        ):
            self._note("take", task, incident=incident.number)

    @property
    def plays(self) -> dict[Fault, Callable[[Happening], Awaitable[None]]]:
        """Who carries out what."""
        return {
            Fault.EDITS: self.edit,
            Fault.PAUSES: self.pause,
            Fault.REMOVALS: self.remove,
            Fault.WISHES: self.wish,
            Fault.SILENCES: self.silence,
            Fault.TAKINGS: self.take,
        }
