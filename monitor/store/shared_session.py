"""The fault this program was built against, kept alive: one `AsyncSession` for several tasks.

Nothing but the control experiment of `monitor verify` may open this room. It does everything the
bridge forbids: nobody owns the session, every operation crosses alone, nothing is shielded, and
whoever comes second finds the session in the middle of something. If the same load does not fail
here, then the absence of failures elsewhere proves nothing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

import attrs
import trio
import trio_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.core.model import WatchedTask
from monitor.core.records import Record
from monitor.store import reading, writing
from monitor.store.bridge import Bridge

T = TypeVar("T")

_PATIENCE_S = 3.0
"""How long one operation may take: a session in the middle of something may never come out."""


@attrs.define(eq=False)
class SharedSession:
    """Do, for whoever asks and at any time, what a task asks of its own session.

    Raises whatever SQLAlchemy and the drivers raise, untranslated, or TooSlowError.
    """

    _bridge: Bridge
    _aio: AsyncSession

    async def watched(self, task_id: int) -> WatchedTask:
        """Return one task with its state."""
        found = await self._each_alone(lambda: reading.watched(self._aio, task_id))
        await self._each_alone(self._aio.commit)
        return found

    async def commit(self, records: Sequence[Record]) -> None:
        """Write the records."""
        await self._each_alone(lambda: writing.commit(self._aio, records))
        await self._each_alone(self._aio.commit)

    async def _each_alone(self, operation: Callable[[], Awaitable[T]]) -> T:
        with trio.fail_after(_PATIENCE_S):
            result: T = await trio_asyncio.aio_as_trio(operation, loop=self._bridge.loop)()
            return result


@asynccontextmanager
async def open_shared_session(bridge: Bridge) -> AsyncIterator[SharedSession]:
    """Open a session to be misused; leaving gives its connection back, whatever state it is in.

    The bridge must be one of its own: its pool is not to be trusted afterwards.
    """
    aio = bridge.sessions()
    try:
        yield SharedSession(bridge, aio)
    finally:
        with trio.move_on_after(_PATIENCE_S, shield=True):
            await trio_asyncio.aio_as_trio(aio.invalidate, loop=bridge.loop)()
