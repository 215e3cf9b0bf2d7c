"""What the database itself says of us, asked through connections that are not ours to judge.

Each question opens a connection of its own in a trio task of its own, because an asyncio loop
belongs to the task that opened it, and closes it again.
"""

import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, TypeVar

import attrs
import trio
from sqlalchemy import text

from monitor.core.describe import describe
from monitor.core.failures import DatabaseAway, StoreError
from monitor.core.ports import Session
from monitor.engine.clock import Clock
from monitor.store.address import Address
from monitor.store.bridge import Bridge, open_bridge
from monitor.store.sql import open_store

T = TypeVar("T")

LONG_S = 1.0
"""A transaction that stands idle, or a lock that is held, for longer than this lingers. Every
transaction of several statements is idle between them for less than a millisecond."""

_SAMPLE_S = 0.1
_POLL_S = 0.02
_GOING_S = 3.0
"""How long a connection that was closed may take to leave the server's books."""

_BACKENDS = """
    SELECT state, extract(epoch FROM clock_timestamp() - state_change)
    FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name
"""


async def apart(work: Callable[[], Awaitable[T]], name: str = "outside") -> T:
    """Run work in a trio task of its own, so that the asyncio loop it opens is its own too."""
    results: list[T] = []
    errors: list[StoreError] = []

    async def run() -> None:
        try:
            results.append(await work())
        except* StoreError as group:
            # The nurseries that the bridge opens wrap what is raised inside it.
            errors.append(_first(group))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run, name=name)
    if errors:
        raise errors[0]
    return results[0]


def _first(group: BaseExceptionGroup[StoreError]) -> StoreError:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, StoreError)
    return error


async def execute(bridge: Bridge, statement: str, **parameters: object) -> list[tuple[Any, ...]]:
    """Run one statement in a transaction of its own and return its rows."""

    async def unit() -> list[tuple[Any, ...]]:
        async with bridge.engine.begin() as connection:
            result = await connection.execute(text(statement), parameters)
            return [tuple(row) for row in result] if result.returns_rows else []

    return await bridge.cross(unit)


def _observer(address: Address) -> Address:
    return attrs.evolve(address, application="monitor verify outside")


async def read(address: Address, ask: Callable[[Session], Awaitable[T]]) -> T:
    """Read something through the product's own reading code, but another connection."""
    return await poll(address, ask, lambda _: True, 30.0)


async def poll(
    address: Address,
    ask: Callable[[Session], Awaitable[T]],
    enough: Callable[[T], bool],
    patience_s: float,
) -> T:
    """Read again and again until it is enough or patience ends; return what was read last."""

    async def work() -> T:
        until_s = trio.current_time() + patience_s
        async with (
            open_store(_observer(address), Clock().now, upgrade=False) as store,
            store.session("outside") as session,
        ):
            while True:  # another program's change: there is no event to wait for
                found = await ask(session)
                if enough(found) or trio.current_time() >= until_s:
                    return found
                await trio.sleep(_POLL_S)

    return await apart(work)


@attrs.frozen(kw_only=True)
class Left:
    """What is left of us when all is closed."""

    connections: int
    waited_s: float = 0.0
    trouble: str = ""
    """SQLite: what an integrity check or a stranger's write lock ran into."""


async def what_is_left(address: Address) -> Left:
    """Count our connections until there are none or patience ends.

    SQLite has no list of them; but the last connection to close removes the write-ahead log, so a
    log that is still there belongs to somebody.
    """
    if address.is_sqlite:
        return await trio.to_thread.run_sync(_left_in_file, address.path)

    async def work() -> Left:
        started_s = trio.current_time()
        async with open_bridge(attrs.evolve(_observer(address), schema=None)) as bridge:
            while True:
                found = await execute(bridge, _BACKENDS, name=address.application)
                waited_s = trio.current_time() - started_s
                if not found or waited_s > _GOING_S:
                    return Left(connections=len(found), waited_s=waited_s)
                await trio.sleep(_POLL_S)

    return await apart(work)


def _left_in_file(path: Path) -> Left:
    try:
        with closing(sqlite3.connect(path, timeout=0.0, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        return Left(connections=1, trouble=describe(error))
    log = path.with_name(f"{path.name}-wal")
    return Left(connections=int(log.exists()), trouble="" if verdict == "ok" else str(verdict))


@attrs.define(eq=False)
class View:
    """What the database said while we ran."""

    samples: int = 0
    most_connections: int = 0
    longest_s: float = 0.0
    """PostgreSQL: the longest a transaction of ours stood idle; SQLite: the longest a stranger
    waited for the write lock."""
    trouble: str = ""

    @property
    def lingered(self) -> bool:
        return self.longest_s > LONG_S


@asynccontextmanager
async def open_view(address: Address) -> AsyncIterator[View]:
    """Sample the database's own view for the time of the block; it must have its tables already."""
    view = View()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_sample, address, view, name="view")
        yield view
        nursery.cancel_scope.cancel()


async def _sample(address: Address, view: View) -> None:
    try:
        if address.is_sqlite:
            while True:
                waited_s = await trio.to_thread.run_sync(_wait_for_lock, address.path)
                view.samples += 1
                view.longest_s = max(view.longest_s, waited_s)
                await trio.sleep(_SAMPLE_S)
        async with open_bridge(attrs.evolve(_observer(address), schema=None)) as bridge:
            while True:
                found = await execute(bridge, _BACKENDS, name=address.application)
                idle = [float(age) for state, age in found if "idle in" in (state or "")]
                view.samples += 1
                view.most_connections = max(view.most_connections, len(found))
                view.longest_s = max(view.longest_s, *idle, 0.0)
                await trio.sleep(_SAMPLE_S)
    except (DatabaseAway, sqlite3.Error) as error:
        view.trouble = describe(error)


def _wait_for_lock(path: Path) -> float:
    started_s = time.perf_counter()
    with closing(sqlite3.connect(path, timeout=10.0, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    return time.perf_counter() - started_s


async def version_of(address: Address) -> str:
    """Say which database answers there."""
    if address.is_sqlite:
        return f"SQLite {sqlite3.sqlite_version}"

    async def work() -> str:
        async with open_bridge(_observer(address)) as bridge:
            ((version,),) = await execute(bridge, "SHOW server_version")
            return f"PostgreSQL {version}"

    return await apart(work)
