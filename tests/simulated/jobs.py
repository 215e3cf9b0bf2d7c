"""Jobs on other machines that say themselves that they are well, and sometimes do not.

They live by the true time: a machine of ours that sleeps or whose clock is set changes nothing for
them. What cannot be sent they try to send again for half a minute, as our documentation has it.
"""

import attrs
import trio

from monitor.app import App
from monitor.core.model import Task
from monitor.core.pings import PingKind
from monitor.engine.pulse import NoRoom
from tests.core.scene import Stage
from tests.simulated.faults import Faults
from tests.simulated.timetable import Job, Mood
from tests.simulated.witness import Said, Witness

RETRIES_S = (1.0, 2.0, 4.0, 8.0, 16.0)
_KINDS = {Mood.WELL: PingKind.SUCCESS, Mood.FAILING: PingKind.FAIL, Mood.SILENT: None}


@attrs.define(eq=False)
class Jobs:
    """All jobs of a world, at work."""

    stage: Stage
    faults: Faults
    witness: Witness
    jobs: list[Job]
    app: App | None = None
    """The process that listens, if one does."""
    tasks: dict[int, Task] = attrs.field(factory=dict)
    """By number."""
    _woken: trio.Event = attrs.field(factory=trio.Event, init=False)

    def set_up(self) -> None:
        """Store the tasks before anything runs."""
        for number, job in enumerate(self.jobs):
            self.tasks[number] = self.stage.store.insert(job.spec, self.stage.clock.now())

    @property
    def true_s(self) -> float:
        """The true time: it goes on while our machine sleeps."""
        return trio.current_time() + self.stage.machine.slept_s

    def wake(self) -> None:
        """Our machine is awake again: for jobs time has passed meanwhile."""
        self._woken.set()
        self._woken = trio.Event()

    async def run(self, until_s: float) -> None:
        """Live all jobs, for ever; from `until_s` on, when all trouble is over, all are well."""
        async with trio.open_nursery() as nursery:
            for number, job in enumerate(self.jobs):
                nursery.start_soon(self._live, number, job, until_s)

    async def _live(self, number: int, job: Job, until_s: float) -> None:
        for due_s in job.moments():
            slept_s = await self._wait(due_s, until_s)
            if trio.current_time() >= until_s:
                break
            await self._say(number, _KINDS[job.script.at(due_s)], slept_s)
        await trio.sleep_until(until_s + 120.0)
        while True:
            await self._say(number, PingKind.SUCCESS)
            await trio.sleep(job.period_s)

    async def _wait(self, due_s: float, until_s: float) -> float:
        """Wait until the true time comes; return for how long it had passed, while we slept."""
        while (left_s := due_s - self.true_s) > 0 and trio.current_time() < until_s:
            with trio.move_on_after(min(left_s, until_s - trio.current_time())):
                await self._woken.wait()
        return self.true_s - due_s

    async def _say(self, number: int, kind: PingKind | None, slept_s: float = 0.0) -> None:
        """Send a ping, if there is one to send, and again; note what became of it.

        Who had sent it more than half a minute ago, while our machine slept, does so no more.
        """
        began_s, began_at = trio.current_time(), self.stage.clock.now()
        answer = ""
        if kind is not None and slept_s < sum(RETRIES_S):
            for wait_s in (0.0, *RETRIES_S):
                await trio.sleep(wait_s)
                if answer := await self._send(self.tasks[number].id, kind):
                    break
        said = Said(kind, began_s, began_at, self.stage.clock.now(), answer)
        self.witness.said[self.tasks[number].id].append(said)
        if kind is not None:
            self.witness.figures[f"pings {answer or 'lost'}"] += 1

    async def _send(self, task_id: int, kind: PingKind) -> str:
        """Send one ping; return what we were told: `written`, `taken`, or nothing."""
        app, process, began_at = self.app, self.faults.process, self.stage.clock.now()
        if app is None or self.faults.over.is_set():
            await trio.lowlevel.checkpoint()
            return ""
        answer = ""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._break_off, nursery.cancel_scope)
            try:
                answer = "written" if await app.surroundings.pulse.take(task_id, kind) else "taken"
            except NoRoom:
                answer = ""
            nursery.cancel_scope.cancel()
        gone = self.faults.over.is_set() or process != self.faults.process
        heard = self.witness.heard[task_id]
        if answer == "written" and not any(at >= began_at and one is kind for at, one in heard):
            self.witness.faults.append(f"J1: task {task_id} was told that its ping is written")
        return "" if gone else answer

    async def _break_off(self, scope: trio.CancelScope) -> None:
        await self.faults.over.wait()
        scope.cancel()
