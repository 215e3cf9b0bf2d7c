"""Where the listener asks the database: a few sessions, so that no crowd outside starves the tasks.

Every request that reads or changes what is stored waits here for one of them, for a while; then it
is told to come again. What is only in memory needs none.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import attrs
import trio
from starlette.exceptions import HTTPException

from monitor.core.failures import DatabaseAway
from monitor.core.ports import Session, Store
from monitor.operations.signed_session import signed_session
from monitor.operations.signing import Author

SESSIONS = 4
PATIENCE_S = 5.0


@attrs.define(eq=False)
class Desk:
    """Lends sessions of the store."""

    store: Store
    _seats: trio.CapacityLimiter = attrs.field(
        factory=lambda: trio.CapacityLimiter(SESSIONS), init=False
    )
    _free: list[int] = attrs.field(factory=lambda: list(range(SESSIONS, 0, -1)), init=False)
    """Numbers of the seats: open sessions are told apart by their owners."""

    @asynccontextmanager
    async def signed(self, author: Author, now: Callable[[], datetime]) -> AsyncIterator[Session]:
        """Lend a session whose changes are written down as somebody's; see `session`."""
        async with self.session() as session:
            yield signed_session(session, author, now)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Lend a session for one request; it is closed afterwards.

        Raises:
            HTTPException: 503, nobody is served now: all are taken, or the database is away.
        """
        borrower = object()
        with trio.move_on_after(PATIENCE_S) as patience:
            await self._seats.acquire_on_behalf_of(borrower)
        if patience.cancelled_caught:
            raise HTTPException(503, "too many requests at once", {"Retry-After": "5"})
        try:
            seat = self._free.pop()
            try:
                async with self.store.session(f"web {seat}") as session:
                    yield session
            finally:
                self._free.append(seat)
        except DatabaseAway as error:
            raise HTTPException(503, "the database is away", {"Retry-After": "10"}) from error
        finally:
            self._seats.release_on_behalf_of(borrower)
