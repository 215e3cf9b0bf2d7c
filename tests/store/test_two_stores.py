"""Two stores open in one trio task, one inside the other, and used in any order."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from monitor.core.ports import Session
from monitor.store.address import parse_address
from monitor.store.sql import SqlStore, open_store
from tests.outsider import open_outsider
from tests.postgres import PostgresServer
from tests.store.conftest import DATABASES, migrate, now
from tests.store.scene import at, spec
from tests.store.sweep import left_in


@pytest.fixture(params=DATABASES)
def outer_url(
    request: pytest.FixtureRequest, tmp_path: Path, postgres: PostgresServer
) -> Iterator[str]:
    """A database of its own, not that of `url`."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/outer.db"
        migrate(url)
        yield url
        return
    with postgres.fresh_database() as url:
        migrate(url)
        yield url


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqlStore]:
    async with open_store(parse_address(url), now, upgrade=False) as store:
        yield store
        assert [] == left_in(store)


async def names_after(session: Session, name: str) -> list[str]:
    """Add a task; return the names of all."""
    await session.add([spec(name)], at(0))
    return [watched.task.name for watched in await session.fleet()]


async def test_two_stores_in_turns(outer_url: str, url: str) -> None:
    async with opened(outer_url) as outer, outer.session("outer") as one:
        assert ["before"] == await names_after(one, "before")
        async with opened(url) as inner, inner.session("inner") as other:
            assert ["before", "a"] == await names_after(one, "a")
            assert ["x"] == await names_after(other, "x")
            assert ["before", "a", "b"] == await names_after(one, "b")
            assert ["x", "y"] == await names_after(other, "y")
        assert ["before", "a", "b", "after"] == await names_after(one, "after")


async def test_the_outer_store_first_used_inside_the_inner_one(outer_url: str, url: str) -> None:
    async with opened(outer_url) as outer:
        async with opened(url) as inner:
            async with outer.session("outer") as one:
                assert ["a"] == await names_after(one, "a")
            async with inner.session("inner") as other:
                assert ["x"] == await names_after(other, "x")
        async with outer.session("outer") as one:
            assert ["a", "b"] == await names_after(one, "b")


async def test_two_stores_used_at_once_by_tasks_started_inside_both(
    outer_url: str, url: str
) -> None:
    found: dict[str, list[str]] = {}

    async def use(store: SqlStore, owner: str) -> None:
        async with store.session(owner) as session:
            for name in "abcde":
                found[owner] = await names_after(session, name)

    async with opened(outer_url) as outer, opened(url) as inner, trio.open_nursery() as nursery:
        nursery.start_soon(use, outer, "outer")
        nursery.start_soon(use, inner, "inner")
    assert {"outer": list("abcde"), "inner": list("abcde")} == found


async def test_the_outer_store_listens_inside_the_inner_one(
    emptied_postgres_url: str, tmp_path: Path
) -> None:
    heard = trio.Event()
    with open_outsider(emptied_postgres_url) as server, trio.fail_after(20):
        async with opened(emptied_postgres_url) as outer:
            async with opened(f"sqlite:///{tmp_path}/inner.db"), trio.open_nursery() as nursery:
                nursery.start_soon(outer.listen, heard.set)
                while not heard.is_set():
                    server.ask("SELECT pg_notify('monitor_tasks', '')")
                    with trio.move_on_after(0.005):
                        await heard.wait()
                nursery.cancel_scope.cancel()
            assert await outer.schema() is not None
