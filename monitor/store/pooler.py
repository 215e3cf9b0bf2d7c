"""A pooler before PostgreSQL (PgBouncer in transaction mode): noticed by itself, and lived with.

Such a pooler lends a connection of its own for one transaction at a time, a different one for the
next. What a client leaves on its connection is on somebody else's then: prepared statements,
settings, LISTEN, session locks. So on a lent connection

* statements have no name, and the driver sends each anew with its values, in one message;
* our settings are set in each transaction, for that transaction;
* nobody listens (see `SqlStore.listen`): changes are found by asking every second.

Signs of a pooler, each enough: it refuses our start-up parameters; the server that answers has
another process number than the one we were told when we connected; a statement is not there that
was prepared a moment ago. Once seen, all further connections are taken for lent until the process
ends. That costs a direct connection one round trip a transaction, and no harm comes of it.
"""

from collections.abc import Mapping
from typing import Any

import asyncpg
import attrs
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from monitor.journal import tell

_TRACKED = ("application_name",)
"""What a pooler carries over by itself to whichever connection it lends."""
_MIXED_UP = ("26000", "42P05")
"""A prepared statement is not there, or there already: SQLSTATEs of appendix A."""


class Lent(asyncpg.Connection):  # type: ignore[misc]
    """A connection that is another one in each transaction."""


@attrs.define(eq=False)
class Way:
    """How we get to the server."""

    settings: Mapping[str, str]
    """Our settings of the server, by name."""
    pooled: bool = False

    def learn(self, sign: str) -> None:
        """From now on take connections for lent; tell it once."""
        if not self.pooled:
            self.pooled = True
            tell("database.pooled", sign=sign)

    async def connect(self, *args: Any, **options: Any) -> Any:
        """Connect as the driver does, and find out by which way; runs on the asyncio side."""
        if not self.pooled:
            connection = await self._directly(*args, **options)
            if connection is not None:
                return connection
        carried = {name: self.settings[name] for name in _TRACKED if name in self.settings}
        return await asyncpg.connect(
            *args,
            **options,
            server_settings=carried,
            statement_cache_size=0,
            connection_class=Lent,
        )

    async def _directly(self, *args: Any, **options: Any) -> Any:
        """Return a connection, or None if it is a pooler that answers."""
        try:
            connection = await asyncpg.connect(*args, **options, server_settings=self.settings)
        except asyncpg.ProtocolViolationError as error:
            if "startup parameter" not in str(error):
                raise
            self.learn(str(error))
            return None
        try:
            if await is_direct(connection):
                return connection
        except BaseException:
            connection.terminate()
            raise
        await connection.close()
        self.learn("the server's process is not the one that we were connected to")
        return None


async def is_direct(connection: Any) -> bool:
    """Ask the server for its process number, in one message and without preparing anything."""
    told: int = connection.get_server_pid()
    answer: str = await connection.execute(f"SELECT WHERE pg_backend_pid() = {told}")
    return answer == "SELECT 1"


def keep_to(way: Way, engine: AsyncEngine) -> None:
    """Make an engine whose connections come by this way work on lent ones too."""

    def on_begin(connection: Any) -> None:
        if isinstance(connection.connection.driver_connection, Lent):
            calls = [f"set_config('{name}', ${place}, true)" for place, name in names]
            connection.exec_driver_sql(f"SELECT {', '.join(calls)}", values)

    def on_error(context: Any) -> None:
        if getattr(context.original_exception, "sqlstate", None) in _MIXED_UP:
            way.learn(str(context.original_exception))
            context.is_disconnect = True  # so that all connections are made anew

    wanted = {name: value for name, value in way.settings.items() if name not in _TRACKED}
    names, values = list(enumerate(wanted, start=1)), tuple(wanted.values())
    event.listen(engine.sync_engine, "begin", on_begin)
    event.listen(engine.sync_engine, "handle_error", on_error)
