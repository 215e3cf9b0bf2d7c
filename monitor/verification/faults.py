"""Real probes that break when told to, the way a bug of ours would break them."""

import attrs
import trio

from monitor.core.model import Result, TaskSpec
from monitor.core.probing import Prepare, Prepared, Trace

_PATIENCE_S = 2.0


class ProbeBroken(Exception):
    """The bug: raised by a probe, it is our fault and not the target's."""


@attrs.define(eq=False)
class Fault:
    """One target whose probe can be broken.

    While it is broken each look raises, and so does each attempt to start the child again, until
    `heals_after` of these have failed (None: until `broken` is set to False).
    """

    heals_after: int | None = None
    paced: bool = False
    """Each further look waits for `seen` (not for ever): somebody reads the database meanwhile."""
    broken: bool = False
    raised: int = 0
    crashed: int = 0
    seen: trio.Semaphore = attrs.field(factory=lambda: trio.Semaphore(1))

    def start(self) -> None:
        """Raise ProbeBroken if a child cannot start now."""
        if self.broken and self.crashed == self.heals_after:
            self.broken = False
        if self.broken:
            self.crashed += 1
            raise ProbeBroken(f"the probe cannot be made, for the {self.crashed}. time")

    async def look(self) -> None:
        """Raise ProbeBroken if a look goes wrong now."""
        await trio.lowlevel.checkpoint()
        if not self.broken:
            return
        if self.paced:
            with trio.move_on_after(_PATIENCE_S):
                await self.seen.acquire()
        self.raised += 1
        raise ProbeBroken(f"a bug in the probe, for the {self.raised}. time")


@attrs.define(eq=False)
class Faults:
    """The product's own way to make probes, with faults in some of them."""

    real: Prepare
    of: dict[str, Fault] = attrs.field(factory=dict)
    """Target -> its fault."""

    def prepare(self, task: TaskSpec) -> Prepared:
        """Make a task ready. Raises what the real way raises, and ProbeBroken."""
        fault = self.of.get(task.target)
        if fault is None:
            return self.real(task)
        fault.start()
        prepared = self.real(task)

        async def look(trace: Trace) -> Result:
            await fault.look()
            return await prepared.probe(trace)

        return Prepared(look, prepared.rule)
