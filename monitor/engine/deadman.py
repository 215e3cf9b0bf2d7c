"""The dead man's switch: somebody outside is pinged as long as we are well, and misses us if not.

Whoever watches us from outside (Healthchecks, Dead Man's Snitch, another monitor's heartbeat) tells
people when the pings stop. So what cannot be told by us - this machine is off, our loop stands
still, tasks are not looked at - is told all the same. When we leave, the pings stop too.

A ping that fails is told once, and disturbs nothing else.
"""

from collections.abc import Awaitable, Callable, Sequence

import attrs
import trio

from monitor.core.alerts.notices import NotDelivered
from monitor.core.describe import describe, shorten
from monitor.engine.alarm import Alarm
from monitor.journal import tell

DEADLINE_S = 10.0
"""How long a ping may take."""


@attrs.define(eq=False, kw_only=True)
class Deadman:
    """Ping somebody outside while we are well."""

    ping: Callable[[], Awaitable[None]]
    """Returns when the ping was taken. Raises NotDelivered; anything else is a bug."""
    ailments: Callable[[], Sequence[str]]
    """What is wrong with ourselves; see `wellness`."""
    alarm: Alarm
    interval_s: float
    pings: int = 0
    """Taken since the start."""
    _failing: bool = attrs.field(default=False, init=False)
    _silent: bool = attrs.field(default=False, init=False)

    async def run(self) -> None:
        """Ping for ever."""
        due_s = trio.current_time()
        while True:
            await trio.sleep_until(due_s)
            await self._beat()
            # After a ping that took long, or after we slept, none is made up for.
            due_s = max(due_s + self.interval_s, trio.current_time())

    async def _beat(self) -> None:
        why = self.ailments()
        if bool(why) is not self._silent:
            self._silent = bool(why)
            if why:
                tell("deadman.silent", why="; ".join(why))
            else:
                tell("deadman.well")
        if why:
            await trio.lowlevel.checkpoint()
            return
        error = await self._ping()
        if error is None:
            self.pings += 1
            if self._failing:
                tell("deadman.back")
                self.alarm.end("deadman")
        elif not self._failing:
            tell("deadman.failed", error=error)
            # A single ping may be lost, and whoever waits for it is patient too.
            self.alarm.begin("deadman", "", error, patience_s=1.5 * self.interval_s)
        self._failing = error is not None

    async def _ping(self) -> str | None:
        """Ping once; return what went wrong."""
        with trio.move_on_after(DEADLINE_S):
            try:
                await self.ping()
            except NotDelivered as error:
                return shorten(str(error))
            except Exception as error:  # noqa: BLE001 (nothing of it may disturb anything else)
                return describe(error)
            return None
        return f"not taken within {DEADLINE_S:g} s"
