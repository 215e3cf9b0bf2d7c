"""Cancel something at its k-th step, for every k: whatever it was doing, it must leave no trace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs
import trio


@attrs.define(eq=False)
class _CancelAtStep(trio.abc.Instrument):
    """Cancel a scope when trio is about to run the k-th step of any task."""

    scope: trio.CancelScope
    left: int

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self.left -= 1
        if self.left == 0:
            self.scope.cancel()


async def cancelled_at_step(step: int, work: Callable[[], Awaitable[object]]) -> bool:
    """Run the work, cancel it at that step, and say whether it was still at it."""
    with trio.CancelScope() as scope:
        instrument = _CancelAtStep(scope, step)
        trio.lowlevel.add_instrument(instrument)
        try:
            await work()
        finally:
            trio.lowlevel.remove_instrument(instrument)
    return scope.cancelled_caught
