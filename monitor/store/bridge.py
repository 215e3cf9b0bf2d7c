"""The one door between trio and asyncio, where SQLAlchemy's drivers live.

The rules, each forced by an experiment:

* One crossing per unit of work. The whole transaction runs on the asyncio side, so that its
  `finally` blocks run there too, whatever happens to the trio task.
* A crossing is shielded, with a deadline of its own. Cancellation takes effect before it or after
  it, never within: "cancelled" means "not written", "returned" means "written". Unshielded, one
  cancel point in three left the row written and the caller told otherwise.
* A fair gate as wide as the pool stands in front. The pool itself lets newcomers overtake, and
  under load some tasks then never get a connection.
* Three limits, one inside the other: the server's statement timeout, the driver's, ours. A slow
  statement is stopped by the server; stopping it from here costs the connection.
* The loop's exception handler only counts and tells. trio-asyncio's own would end the program for
  a driver's future that nobody waited for (6 of 61 cancel points while connecting).
* Every crossing names its loop. The ambient one is that of the bridge opened last, perhaps another.
* A connection that comes back to the pool inside a transaction is thrown away. Otherwise the next,
  innocent user inherits it.
* A pooler may stand before the server; see `monitor.store.pooler`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import trio
import trio_asyncio
from sqlalchemy import event
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import AsyncAdaptedQueuePool

from monitor.core.describe import describe
from monitor.core.failures import OutcomeUnknown
from monitor.journal import tell
from monitor.store.address import Address
from monitor.store.errors import translated

if TYPE_CHECKING:
    from monitor.store.pooler import Way

T = TypeVar("T")

WRITE = "monitor_write"
"""Execution option of a connection whose transaction is going to write (SQLite locks at once)."""


@attrs.frozen(kw_only=True)
class Limits:
    """How long the database may take, from the inside out, and how many units run at once."""

    connect_s: float = 5.0
    statement_s: float = 10.0
    command_s: float = 12.0
    unit_s: float = 15.0
    dispose_s: float = 5.0
    units: int = 4


@attrs.define(eq=False)
class Bridge:
    """An engine on the asyncio side, and the way there and back."""

    address: Address
    limits: Limits
    loop: trio_asyncio.TrioEventLoop
    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    gate: trio.CapacityLimiter
    way: "Way | None" = None
    """How we get to a PostgreSQL server."""
    noise: int = 0
    """Errors the driver reported to nobody."""
    poisoned: int = 0
    """Connections thrown away because they came back inside a transaction."""

    @property
    def pooled(self) -> bool:
        """Whether a pooler stands before the server, as far as anybody has noticed."""
        return self.way is not None and self.way.pooled

    async def cross(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run one whole unit of work on the asyncio side.

        Waits its turn, cancellably; then runs to its end, whatever is cancelled meanwhile.

        Raises:
            StoreError: the unit failed; see `monitor.store.errors`.
        """
        async with self.gate:
            await trio.lowlevel.checkpoint_if_cancelled()
            return await self.shielded(work, self.limits.unit_s)

    async def shielded(self, work: Callable[[], Awaitable[T]], deadline_s: float) -> T:
        """Run work on the asyncio side under a deadline but without the gate."""

        async def unit() -> T:
            try:
                return await work()
            except asyncio.CancelledError as error:
                # From the driver, not from trio. As it is not an Exception it would tear down
                # every nursery up to the root.
                raise OutcomeUnknown("interrupted inside the database driver") from error

        with translated(), trio.fail_after(deadline_s, shield=True):
            result: T = await trio_asyncio.aio_as_trio(unit, loop=self.loop)()
        return result

    def _on_noise(self, _loop: object, context: dict[str, Any]) -> None:
        self.noise += 1
        error = context.get("exception")
        text = describe(error) if error is not None else str(context.get("message"))
        tell("database.noise", error=text)


@asynccontextmanager
async def open_bridge(address: Address, limits: Limits | None = None) -> AsyncIterator[Bridge]:
    """Start the asyncio loop and the engine; leaving disposes of both within a bounded time.

    No connection is made before the first unit of work. What the body raises comes out as it was
    raised. Bridges may be nested: each has a loop of its own, and any task may cross any of them.
    """
    limits = limits or Limits()
    async with _open_loop() as loop:
        units = 1 if address.is_sqlite else limits.units
        way = None if address.is_sqlite else _way(address, limits)
        engine = _sqlite_engine(address, limits) if way is None else _engine(address, limits, way)
        bridge = Bridge(
            address=address,
            limits=limits,
            loop=loop,
            engine=engine,
            sessions=async_sessionmaker(engine, expire_on_commit=False, autoflush=False),
            gate=trio.CapacityLimiter(units),
            way=way,
        )
        loop.set_exception_handler(bridge._on_noise)
        _guard_pool(bridge)
        try:
            yield bridge
        finally:
            with trio.move_on_after(limits.dispose_s, shield=True):
                await trio_asyncio.aio_as_trio(engine.dispose, loop=loop)()


@asynccontextmanager
async def _open_loop() -> AsyncIterator[trio_asyncio.TrioEventLoop]:
    """Start an asyncio loop; what the body raises comes out as it was raised, also `Cancelled`.

    Each of the two nurseries of trio-asyncio's own would wrap it in an exception group. So they see
    a body that has ended well, and what it raised is raised behind them. They are shielded while
    they end, which a cancelled loop does at once: a `Cancelled` of theirs would take its place.
    """
    raised: BaseException | None = None
    with trio.CancelScope() as ending:
        async with trio_asyncio.open_loop() as loop:
            try:
                yield loop
            except BaseException as error:  # noqa: BLE001 (raised again below)
                raised = error
            finally:
                ending.shield = True
    if raised is not None:
        try:
            raise raised
        finally:
            del raised  # it holds this frame by its traceback


def _sqlite_engine(address: Address, limits: Limits) -> AsyncEngine:
    """Make the engine. Parameters stay out of error texts: they may be secrets."""
    # One connection: measured in WAL mode under load, its p99 is a third of ten connections'.
    engine = create_async_engine(
        address.url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"timeout": limits.statement_s},
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _way(address: Address, limits: Limits) -> "Way":
    from monitor.store.pooler import Way  # brings a driver that SQLite has no use for

    settings = {
        "application_name": address.application,
        "statement_timeout": str(round(limits.statement_s * 1000)),
        "idle_in_transaction_session_timeout": str(round(limits.unit_s * 1000)),
        "timezone": "UTC",
    }
    if address.schema is not None:
        settings["search_path"] = address.schema
    return Way(settings)


def _engine(address: Address, limits: Limits, way: "Way") -> AsyncEngine:
    from monitor.store.pooler import keep_to

    engine = create_async_engine(
        address.url,
        pool_size=limits.units + 1,  # one more than the gate lets in: the connection that listens
        max_overflow=0,
        pool_timeout=limits.connect_s,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "timeout": limits.connect_s,
            "command_timeout": limits.command_s,
            "async_creator_fn": way.connect,
        },
    )
    keep_to(way, engine)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Set up a new SQLite connection; transactions are begun by us, not guessed by the driver."""
    connection.isolation_level = None
    try:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except BaseException:
        connection.close()  # the pool does not know it yet; its thread would stay
        raise


def _begin_sqlite(connection: Any) -> None:
    """Take the write lock at the start of a unit that writes.

    A transaction that first reads and then writes fails at once, without waiting, when another
    process wrote in between; one that locks first waits its turn.
    """
    writes = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _guard_pool(bridge: Bridge) -> None:
    def on_checkin(connection: Any, record: Any) -> None:
        if connection is None:
            return
        driver = connection.driver_connection
        dirty = driver.in_transaction if bridge.address.is_sqlite else driver.is_in_transaction()
        if dirty:
            bridge.poisoned += 1
            record.invalidate()

    event.listen(bridge.engine.sync_engine, "checkin", on_checkin)
