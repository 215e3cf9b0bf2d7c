"""Keep the garbage collector from standing in the way.

With ten thousand tasks a full collection looks at two million objects that are not garbage, and
holds the loop for a second (measured: looks 1.1 s late, and slots lost). So what is there after the
start is taken out of its sight; young objects are collected as ever, all others every ten minutes.
"""

import gc
import time
from collections.abc import Callable

import attrs
import trio

_NEVER = 1_000_000
_SETTLE_S = 2.0
ROUND_S = 600.0
LONG_S = 0.1
"""When a collection takes longer, what survived it is taken out of sight too: it is not garbage,
and if it becomes some later, it stays; that is bounded by how often so many tasks are replaced."""


@attrs.define(eq=False)
class Garbage:
    """Collect garbage in time.

    Args:
        population: how many tasks there are; while that changes, nothing is set aside.
    """

    population: Callable[[], int]
    ease: float = 1.0
    """How many times longer our own rounds take; more than 1 only in simulations."""

    async def run(self) -> None:
        """Collect for ever; the collector is as it was before when this ends."""
        before = gc.get_threshold()
        gc.set_threshold(20_000, 50, _NEVER)
        try:
            await self._settle()
            gc.freeze()
            while True:
                await trio.sleep(ROUND_S * self.ease)
                started_s = time.perf_counter()
                gc.collect()
                if time.perf_counter() - started_s > LONG_S:
                    gc.freeze()
        finally:
            gc.set_threshold(*before)
            gc.unfreeze()

    async def _settle(self) -> None:
        """Wait until the tasks have been started."""
        known = -1
        while known != self.population():
            known = self.population()
            await trio.sleep(_SETTLE_S)
