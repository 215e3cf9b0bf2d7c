"""A supervisor, children that fail on demand, and a chronicle that remembers what it is told."""

from collections.abc import Callable
from typing import Any, NoReturn

import attrs
import trio

from monitor.core.model import Recovery
from monitor.core.policy import RecoveryPolicy
from monitor.engine.supervisor import Life, Live, Supervisor
from tests.core.scene import EXACT, Machine


@attrs.define(eq=False)
class Diary:
    """A chronicle that remembers; with `on_step` it can fail as a database would."""

    steps: list[tuple[str, float, Recovery]] = attrs.field(factory=list)
    causes: list[ExceptionGroup[Exception]] = attrs.field(factory=list)
    on_step: Callable[[], None] = lambda: None

    async def _note(self, step: str, recovery: Recovery) -> None:
        await trio.lowlevel.checkpoint()
        self.steps.append((step, trio.current_time(), recovery))
        self.on_step()

    async def failed(self, recovery: Recovery, cause: BaseException) -> None:
        assert isinstance(cause, ExceptionGroup)
        self.causes.append(cause)
        await self._note("failed", recovery)

    async def restarting(self, recovery: Recovery) -> None:
        await self._note("restarting", recovery)

    async def recovered(self, recovery: Recovery) -> None:
        await self._note("recovered", recovery)

    def of(self, step: str) -> list[tuple[float, Recovery]]:
        return [(moment, recovery) for name, moment, recovery in self.steps if name == step]


@attrs.define(eq=False)
class Family:
    """A supervisor with what it needs, and children that note when they start."""

    policy: RecoveryPolicy = EXACT
    machine: Machine = attrs.field(factory=Machine)
    diary: Diary = attrs.field(factory=Diary)
    starts: list[float] = attrs.field(factory=list)
    supervisor: Supervisor = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.supervisor = Supervisor(policy=self.policy, clock=self.machine.clock())

    async def raise_(self, live: Live, recovery: Recovery | None = None, **more: Any) -> None:
        async def noted(life: Life) -> None:
            self.starts.append(trio.current_time())
            await live(life)

        await self.supervisor.supervise("task 7", noted, self.diary, recovery, **more)


def failing(error: BaseException | None = None, after_s: float = 0.0) -> Live:
    async def live(_life: Life) -> NoReturn:
        await trio.sleep(after_s)
        raise error or RuntimeError("a bug")

    return live
