"""SQLite and PostgreSQL behind the store's port."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import trio
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.core.access.people import Deed
from monitor.core.alerts.alerting import Alerting, AlertingChange
from monitor.core.alerts.notices import Notice, NoticeState
from monitor.core.changes import Changes, FleetChange
from monitor.core.failures import DatabaseAway, SessionBusyError, StoreError
from monitor.core.glance import Bin, PhaseMeans, Recent
from monitor.core.listing import Page
from monitor.core.model import (
    Event,
    Gap,
    Incident,
    Look,
    Node,
    RequestKind,
    Task,
    TaskSpec,
    Transition,
    WatchedTask,
)
from monitor.core.pings import Ping
from monitor.core.ports import OpenSession
from monitor.core.receipts import Receipt
from monitor.core.records import Record
from monitor.journal import tell
from monitor.store import (
    access,
    alerting,
    glancing,
    listing,
    migrations,
    reading,
    receipts,
    writing,
)
from monitor.store.address import Address
from monitor.store.bridge import WRITE, Bridge, Limits, open_bridge
from monitor.store.errors import translated
from monitor.store.listening import open_ear
from monitor.store.publishing import SqlPublishing
from monitor.store.registry import SqlRegistry
from monitor.store.units import P, T, Work


@attrs.define(eq=False)
class SqlSession:
    """A task's own `AsyncSession`: one owner, one unit at a time. See `ports.Session`."""

    _bridge: Bridge
    _aio: AsyncSession
    _owner: str
    _trio_task: trio.lowlevel.Task
    _busy: bool = False
    _signed: list[Deed] = attrs.field(factory=list, init=False)
    _receipt: Callable[[Any], Receipt] | None = attrs.field(default=None, init=False)

    @property
    def registry(self) -> SqlRegistry:
        return SqlRegistry(self._read, self._write)

    @property
    def publishing(self) -> SqlPublishing:
        return SqlPublishing(self._read, self._write)

    def sign(self, deed: Deed) -> None:
        self._signed.append(deed)

    def keep_receipt(self, _key: str, make: Callable[[Any], Receipt]) -> None:
        self._receipt = make

    async def _write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        before, self._signed = self._signed, []
        receipt, self._receipt = self._receipt, None

        async def signed(aio: AsyncSession) -> T:
            done = await work(aio, *args, **kwargs)
            await access.write_deeds(aio, [*before, *self._signed])
            if receipt is not None:
                await receipts.write(aio, receipt(done))
            return done

        try:
            return await self._unit(True, signed)
        finally:
            self._signed = []

    async def _read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._unit(False, work, *args, **kwargs)

    async def _unit(self, writes: bool, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one transaction; the connection goes back to the pool with its end."""
        self._refuse_strangers()

        async def transaction() -> T:
            try:
                async with self._aio.begin():
                    await self._aio.connection(execution_options={WRITE: writes})
                    return await work(self._aio, *args, **kwargs)
            except asyncio.CancelledError:
                # Whatever the connection was doing, nobody knows how far it got.
                await self._aio.invalidate()
                raise
            except BaseException:
                await self._aio.close()
                raise

        self._busy = True
        try:
            return await self._bridge.cross(transaction)
        finally:
            self._busy = False

    def _refuse_strangers(self) -> None:
        caller = trio.lowlevel.current_task()
        if caller is not self._trio_task:
            raise SessionBusyError(
                f"the session of {self._owner} belongs to {self._trio_task.name!r} and was used "
                f"by {caller.name!r}; every task opens a session of its own"
            )
        if self._busy:
            raise SessionBusyError(f"the session of {self._owner} is inside another unit of work")

    async def close(self) -> None:
        """Give everything back, also when cancelled."""
        if self._aio.in_transaction():
            await self._bridge.shielded(self._aio.close, self._bridge.limits.dispose_s)
        else:
            # Between units a session holds no connection: there is nothing to wait for.
            self._aio.sync_session.close()

    # --- what the port asks ---------------------------------------------------------------------

    async def changes(self, known_revision: int) -> Changes | None:
        if await self._read(reading.revision) == known_revision:
            return None
        return await self._read(reading.changes)

    async def watched(self, task_id: int) -> WatchedTask:
        return await self._read(reading.watched, task_id)

    async def commit(self, records: Sequence[Record]) -> None:
        await self._write(writing.commit, records)

    async def beat(self, node: Node) -> None:
        await self._write(writing.beat, node)

    async def add(self, specs: Sequence[TaskSpec], now: datetime) -> list[Task]:
        return await self._write(writing.add, specs, now) if specs else []

    async def edit(self, task_id: int, spec: TaskSpec) -> Task:
        return await self._write(writing.edit, task_id, spec)

    async def amend(self, task_id: int, change: Callable[[Task], TaskSpec]) -> Task:
        return await self._write(writing.amend, task_id, change)

    async def remove(self, task_id: int) -> None:
        await self._write(writing.remove, task_id)

    async def rebuild(
        self, plan: Callable[[Sequence[Task], Alerting], FleetChange], now: datetime
    ) -> FleetChange:
        return await self._write(writing.rebuild, plan, now)

    async def request(self, task_id: int, kind: RequestKind) -> int:
        return await self._write(writing.request, task_id, kind)

    async def receipt(self, key: str, now: datetime) -> Receipt | None:
        return await self._read(receipts.receipt, key, now)

    async def page(self, wanted: Page[T]) -> list[T]:
        return await self._read(listing.page, wanted)

    async def fleet(self) -> list[WatchedTask]:
        return await self._read(reading.fleet)

    async def looks(
        self,
        task_id: int,
        since: datetime | None = None,
        limit: int = 100,
        *,
        before: datetime | None = None,
    ) -> list[Look]:
        return await self._read(reading.looks, task_id, since, limit, before)

    async def recent(self, since: Mapping[int, datetime]) -> dict[int, Recent]:
        return await self._read(glancing.recent, since)

    async def histograms(self, task_id: int, edges: Sequence[datetime]) -> list[list[Bin]]:
        return await self._read(glancing.histograms, task_id, edges)

    async def phases(self, task_id: int, edges: Sequence[datetime]) -> list[PhaseMeans]:
        return await self._read(glancing.phases, task_id, edges)

    async def gaps(self, task_id: int | None = None, since: datetime | None = None) -> list[Gap]:
        return await self._read(reading.gaps, task_id, since)

    async def transitions(
        self, task_id: int | None = None, since: datetime | None = None
    ) -> list[Transition]:
        return await self._read(reading.transitions, task_id, since)

    async def incidents(
        self, task_id: int | None = None, since: datetime | None = None
    ) -> list[Incident]:
        return await self._read(reading.incidents, task_id, since)

    async def events(
        self,
        task_id: int | None = None,
        since: datetime | None = None,
        limit: int = 1000,
        *,
        before: datetime | None = None,
        kinds: Sequence[str] = (),
    ) -> list[Event]:
        return await self._read(reading.events, task_id, since, limit, before, kinds)

    async def pings(self, task_id: int, limit: int = 100, *, bodies: bool = True) -> list[Ping]:
        return await self._read(reading.pings, task_id, limit, bodies)

    async def heard(self, task_ids: Sequence[int], each: int) -> dict[int, list[Ping]]:
        return await self._read(reading.heard, task_ids, each)

    async def unfinished(self) -> list[Notice]:
        return await self._read(alerting.unfinished)

    async def notices(
        self,
        task_id: int | None = None,
        since: datetime | None = None,
        states: Sequence[NoticeState] = (),
        limit: int = 1000,
        *,
        thread: str = "",
        message: str = "",
    ) -> list[Notice]:
        return await self._read(alerting.notices, task_id, since, states, limit, thread, message)

    async def alerting(self) -> Alerting:
        return await self._read(alerting.alerting)

    async def change_alerting(self, wanted: AlertingChange) -> AlertingChange:
        return await self._write(alerting.change, wanted)

    async def nodes(self) -> list[Node]:
        return await self._read(reading.nodes)

    async def overdue(self, before: datetime) -> list[int]:
        return await self._read(reading.overdue, before)


@attrs.define(eq=False)
class SqlStore:
    """See `ports.Store`."""

    bridge: Bridge
    now: Callable[[], datetime]
    open_sessions: dict[str, OpenSession] = attrs.field(factory=dict)

    @asynccontextmanager
    async def session(self, owner: str, task_id: int | None = None) -> AsyncIterator[SqlSession]:
        if owner in self.open_sessions:
            raise SessionBusyError(f"{owner} has a session open already; close it first")
        session = SqlSession(
            self.bridge, self.bridge.sessions(), owner, trio.lowlevel.current_task()
        )
        self.open_sessions[owner] = OpenSession(owner, task_id, self.now())
        tell("session.opened", owner=owner, task=task_id)
        try:
            yield session
        finally:
            del self.open_sessions[owner]
            try:
                await session.close()
            except StoreError as error:
                tell("database.noise", error=f"closing the session of {owner}: {error}")
            tell("session.closed", owner=owner, task=task_id)

    @property
    def crowded(self) -> bool:
        gate = self.bridge.gate.statistics()
        return gate.tasks_waiting > 2 * gate.total_tokens

    async def listen(self, hint: Callable[[], None]) -> None:
        if self.bridge.address.is_sqlite or self.bridge.pooled:
            await trio.sleep_forever()  # changes are found by asking
        async with open_ear(self.bridge, hint) as lost:
            await lost.wait()
        raise DatabaseAway("the connection that listens for changes was lost")

    async def schema(self) -> str | None:
        """Return the schema of the database, None if it is empty."""
        return await self._schema_unit(migrations.current, writes=False)

    async def upgrade(self) -> str | None:
        """Bring the schema up to date; return what it was before."""
        # A second of work, needed once in a database's life; others must not wait for it.
        import_module("alembic.command")
        return await self._schema_unit(migrations.upgrade, writes=True)

    async def _schema_unit(self, work: Callable[[Any], T], *, writes: bool) -> T:
        async def unit() -> T:
            async with self.bridge.engine.connect() as connection:
                await connection.execution_options(**{WRITE: writes})
                async with connection.begin():
                    return await connection.run_sync(work)

        return await self.bridge.cross(unit)


def _try_file(path: Path) -> None:
    """Raise DatabaseAway if the file cannot even be opened; one that is not there is made.

    The driver would tell so too, but leave a thread behind that dies with the loop it reports to.
    """
    if not path.parent.is_dir():
        raise DatabaseAway(f"the directory {path.parent} does not exist; create it first")
    with translated():
        sqlite3.connect(path).close()


@asynccontextmanager
async def open_store(
    address: Address,
    now: Callable[[], datetime],
    *,
    limits: Limits | None = None,
    upgrade: bool = True,
) -> AsyncIterator[SqlStore]:
    """Open a database; on leaving every connection is given back and closed.

    What is raised, here or by the body, comes out as it was raised, in no exception group.

    Args:
        address: which database.
        now: the clock for what is written down.
        limits: how long the database may take.
        upgrade: bring the schema up to date first; otherwise use it as it is, unchecked.

    Raises:
        DatabaseAway: it cannot be reached; a note on it names the server, without its password.
        SchemaMismatch: it is newer than this program.
    """
    if address.is_sqlite:
        _try_file(address.path)
    try:
        async with open_bridge(address, limits) as bridge:
            store = SqlStore(bridge, now)
            if upgrade and await store.schema() != migrations.HEAD:
                await store.upgrade()
            yield store
    except DatabaseAway as error:
        if not address.is_sqlite:
            error.add_note(f"at {address}")
        raise
