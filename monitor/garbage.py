"""Keep the garbage collector from standing in the way.

With ten thousand tasks a full collection looks at two million objects that are not garbage, and
holds the loop for a second (measured: looks 1.1 s late, and slots lost). So what is there after the
start is taken out of its sight, young objects are collected as ever, and full collections happen
at moments chosen here.
"""

import gc
from collections.abc import Callable

import attrs
import trio

_NEVER = 1_000_000
_SETTLE_S = 2.0
_ROUND_S = 600.0
_ROUNDS_BETWEEN_FULL = 144  # once a day


@attrs.define(eq=False)
class Garbage:
    """Collect garbage in time.

    Args:
        population: how many tasks there are; while that changes, nothing is set aside.
    """

    population: Callable[[], int]

    async def run(self) -> None:
        """Collect for ever; the collector is as it was before when this ends."""
        before = gc.get_threshold()
        gc.set_threshold(20_000, 50, _NEVER)
        try:
            while True:
                await self._settle()
                gc.unfreeze()
                gc.collect()
                gc.freeze()
                for _ in range(_ROUNDS_BETWEEN_FULL):
                    await trio.sleep(_ROUND_S)
                    gc.collect()
        finally:
            gc.set_threshold(*before)
            gc.unfreeze()

    async def _settle(self) -> None:
        """Wait until the tasks have been started."""
        known = -1
        while known != self.population():
            known = self.population()
            await trio.sleep(_SETTLE_S)
