"""A way out of this machine that can be lost, targets beyond it, and anchors that tell of it."""

from contextlib import nullcontext
from typing import Any

import attrs
import trio

from monitor.core.model import Reason, Result, Status, Task
from monitor.core.probing import OwnFault, Trace
from tests.core.scene import Role, Stage, Target


@attrs.define(eq=False)
class Remote(Target):
    """A target with an address, whose looks die in a phase."""

    address: str | None = "192.0.2.7:443"
    phase: str | None = "connect"
    """None: a look has its answer before it dies."""

    async def probe(self, trace: Trace) -> Result:
        self.looked_s.append(trio.current_time())
        trace.address = self.address
        with nullcontext() if self.phase is None else trace.enter(self.phase):
            return await self.role()


@attrs.define(eq=False)
class Network:
    """The way out, for all who look through it."""

    there: bool = True
    silent: bool = True
    """Whether nothing comes back while it is gone; else there is no route, which shows at once."""

    async def reach(self) -> Result:
        if not self.there and self.silent:
            await trio.sleep_forever()
        await trio.lowlevel.checkpoint()
        if not self.there:
            raise OwnFault(Reason.NETWORK, "no way out of this machine")
        return Result(status=Status.UP)


def add(
    stage: Stage,
    name: str,
    role: Role,
    *,
    address: str | None = "192.0.2.7:443",
    phase: str | None = "connect",
    **spec: Any,
) -> Task:
    """Store a task whose target is out there."""
    task = stage.add(name, **spec)
    stage.targets[name] = Remote(role, address=address, phase=phase)
    return task


def anchor(stage: Stage, role: Role, name: str = "anchor", **remote: Any) -> Remote:
    """Set up an anchor that plays a role."""
    stage.targets[name] = target = Remote(role, **remote)
    return target


def seen(stage: Stage, task: Task) -> list[tuple[Status, Reason | None]]:
    """Return how the looks at a task ended, oldest first."""
    return [(look.result.status, look.result.reason) for look in stage.looks(task)]


def told(stage: Stage) -> list[str]:
    """Return what was told of the uplink."""
    return [line.event for line in stage.journal.lines if line.event.startswith("uplink.")]


OURS = (Status.UNKNOWN, Reason.UPLINK)
GOOD = (Status.UP, None)
BAD = (Status.DOWN, None)
