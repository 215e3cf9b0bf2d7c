"""A run of trio on a virtual clock, from within another run.

The clock jumps to the next deadline whenever nobody can go on. So nothing in it may wait for the
outside: a thread, a socket or another process would never be waited for.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

import attrs
import trio
from trio.testing import MockClock

T = TypeVar("T")


@attrs.define(eq=False)
class _Handle:
    """The inner run, as soon as there is one."""

    scope: trio.CancelScope = attrs.field(factory=trio.CancelScope)
    token: trio.lowlevel.TrioToken | None = None
    unwanted: bool = False

    def cancel(self) -> None:
        """End the inner run from the outer one; also if it begins only later, or is over."""
        self.unwanted = True
        if self.token is not None:
            with suppress(trio.RunFinishedError):
                self.token.run_sync_soon(self.scope.cancel)


async def on_virtual_time(work: Callable[[], Awaitable[T]]) -> T:
    """Run something in a thread of its own, where time is virtual and begins at 0.

    Raises what it raises. A cancellation of the caller cancels it, and is over when it has ended.
    """
    handle = _Handle()
    results: list[T] = []

    async def inner() -> None:
        handle.token = trio.lowlevel.current_trio_token()
        with handle.scope:
            if handle.unwanted:
                handle.scope.cancel()
            results.append(await work())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(_cancel_with_us, handle)
        run = partial(trio.run, inner, clock=MockClock(autojump_threshold=0))
        await trio.to_thread.run_sync(run)
        nursery.cancel_scope.cancel()
    await trio.lowlevel.checkpoint_if_cancelled()
    return results[0]


async def _cancel_with_us(handle: _Handle) -> None:
    try:
        await trio.sleep_forever()
    finally:
        handle.cancel()
