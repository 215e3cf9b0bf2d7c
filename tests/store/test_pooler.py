"""Through a real PgBouncer in transaction mode: noticed by itself, and everything works."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import trio
import trio.testing
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.core.failures import DatabaseAway
from monitor.core.model import RequestKind, TaskSpec
from monitor.store import pooler
from monitor.store.address import parse_address
from monitor.store.bridge import Limits
from monitor.store.sql import SqlStore, open_store
from tests.pgbouncer import INSTALL, PgBouncer, program, running_pgbouncer
from tests.probes.real import skip_loudly

SILENT = "statement_timeout,idle_in_transaction_session_timeout,timezone,search_path"
"""What a pooler may be told to take and forget."""
AT = datetime(2026, 11, 25, tzinfo=UTC)


@contextmanager
def pooling(server_url: str, *, forgets: bool) -> Iterator[PgBouncer]:
    if program() is None:
        skip_loudly(f"NEEDS PGBOUNCER: {INSTALL}")
    with running_pgbouncer(
        server_url, further=f"ignore_startup_parameters = {SILENT}" if forgets else ""
    ) as bouncer:
        yield bouncer


@pytest.fixture(params=["refuses our settings", "forgets our settings"])
def bouncer(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[PgBouncer]:
    with pooling(postgres_url, forgets=request.param == "forgets our settings") as bouncer:
        yield bouncer


@pytest.fixture
async def store(bouncer: PgBouncer, postgres_url: str) -> AsyncIterator[SqlStore]:
    address = parse_address(bouncer.url(postgres_url))
    async with open_store(address, lambda: AT, limits=Limits(statement_s=7.0)) as store:
        yield store


async def ask(store: SqlStore, sql: str) -> list[str]:
    """Ask in one transaction; return the first column as texts."""

    async def unit() -> list[str]:
        async with AsyncSession(store.bridge.engine) as session, session.begin():
            return [str(value) for (value,) in await session.execute(text(sql))]

    return await store.bridge.cross(unit)


async def work(store: SqlStore, number: int, units: int = 10) -> None:
    """Write and read in turns, as a task does."""
    async with store.session(f"worker {number}") as session:
        (task,) = await session.add([TaskSpec(name=f"w{number}", target="tcp://x:1")], AT)
        for _ in range(units):
            await session.request(task.id, RequestKind.LOOK)
            assert task.name == (await session.watched(task.id)).task.name


async def test_many_at_once_work_and_leave_nothing_on_what_they_were_lent(store: SqlStore) -> None:
    async with trio.open_nursery() as nursery:
        for number in range(8):
            nursery.start_soon(work, store, number)
    assert store.bridge.pooled
    assert (0, 0) == (store.bridge.noise, store.bridge.poisoned)
    for _ in range(6):  # the pooler's own connections take turns
        assert [] == await ask(store, "SELECT name FROM pg_prepared_statements WHERE name <> ''")


async def test_our_settings_are_in_force_in_each_transaction_and_only_there(
    store: SqlStore, bouncer: PgBouncer, postgres_url: str
) -> None:
    for _ in range(4):
        assert ["7s"] == await ask(store, "SHOW statement_timeout")
    async with open_store(parse_address(bouncer.url(postgres_url)), lambda: AT) as other:
        for _ in range(4):
            assert ["10s"] == await ask(other, "SHOW statement_timeout")
            assert ["7s"] == await ask(store, "SHOW statement_timeout")


async def test_nobody_listens_where_somebody_else_would_hear_it(store: SqlStore) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(store.listen, lambda: None)
        await trio.testing.wait_all_tasks_blocked()
        for _ in range(6):
            assert [] == await ask(store, "SELECT pg_listening_channels()")
        nursery.cancel_scope.cancel()


async def test_an_ear_that_comes_before_everything_else_finds_out_too(
    bouncer: PgBouncer, store: SqlStore, postgres_url: str
) -> None:
    address = parse_address(bouncer.url(postgres_url))
    async with open_store(address, lambda: AT, upgrade=False) as other:
        with pytest.raises(DatabaseAway, match="through a pooler"):
            await other.listen(lambda: None)
        assert other.bridge.pooled


async def test_mixed_up_statements_give_a_pooler_away_that_hides(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that takes our settings and shows true process numbers."""

    async def direct(_connection: object) -> bool:
        return True

    monkeypatch.setattr(pooler, "is_direct", direct)
    async with open_store(parse_address(postgres_url), lambda: AT):
        pass  # its tables are there
    with pooling(postgres_url, forgets=True) as bouncer, trio.fail_after(30):
        address = parse_address(bouncer.url(postgres_url))
        async with open_store(address, lambda: AT, upgrade=False) as store:
            while not store.bridge.pooled:
                try:
                    async with trio.open_nursery() as nursery:
                        for number in range(4):
                            nursery.start_soon(work, store, number, 2)
                except* DatabaseAway:
                    pass
            await ask(store, "DELETE FROM task RETURNING id")
            for number in range(4):
                await work(store, number)


async def test_a_server_without_a_pooler_is_used_as_before(postgres_url: str) -> None:
    async with open_store(parse_address(postgres_url), lambda: AT) as store:
        await work(store, 1)
        assert not store.bridge.pooled
        named = await ask(store, "SELECT name FROM pg_prepared_statements WHERE name <> ''")
    assert named
