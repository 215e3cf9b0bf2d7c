"""The connection on which PostgreSQL tells that somebody may have changed the tasks.

It is made and given back whole, whatever is cancelled meanwhile; cancellation takes effect only in
between, where nothing is under way. A driver that is interrupted while it connects leaves an error
that nobody takes, and a back end that the server still starts for nobody.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import trio
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.core.failures import DatabaseAway, OutcomeUnknown, StoreError
from monitor.journal import tell
from monitor.store.bridge import Bridge

CHANNEL = "monitor_tasks"


@asynccontextmanager
async def open_ear(bridge: Bridge, hint: Callable[[], None]) -> AsyncIterator[trio.Event]:
    """Call `hint` at each notification; yield the event of the connection's loss.

    Leaving closes the connection, also when cancelled.

    Raises:
        DatabaseAway: there is no connection to be had.
        StoreRefused: this role may not listen.
    """
    lost = trio.Event()

    async def listen() -> AsyncConnection:
        connection = await bridge.engine.connect()
        try:
            if bridge.pooled:  # whoever hears it would be somebody else
                raise DatabaseAway("through a pooler nothing can be heard")
            raw = await connection.get_raw_connection()
            driver: Any = raw.driver_connection
            driver.add_termination_listener(lambda _: lost.set())
            await driver.add_listener(CHANNEL, lambda *_: hint())
        except BaseException:
            await _close(connection)
            raise
        return connection

    await trio.lowlevel.checkpoint_if_cancelled()
    try:
        connection = await bridge.shielded(listen, bridge.limits.unit_s)
    except OutcomeUnknown as error:  # nothing was to be written, so nothing is in doubt
        raise DatabaseAway(str(error)) from error
    try:
        yield lost
    finally:
        try:
            await bridge.shielded(lambda: _close(connection), bridge.limits.dispose_s)
        except StoreError as error:
            tell("database.noise", error=f"closing the connection that listens: {error}")


async def _close(connection: AsyncConnection) -> None:
    # A listener must not go back to the pool; the pool makes another connection when it needs one.
    await connection.invalidate()
    await connection.close()
