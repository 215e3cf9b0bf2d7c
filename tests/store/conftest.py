"""Stores to test: in memory, on an SQLite file, on PostgreSQL; each one empty and migrated."""

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio

from monitor.core.ports import Store
from monitor.store.address import parse_address
from monitor.store.memory import MemoryStore
from monitor.store.schema import metadata
from monitor.store.sql import SqlStore, open_store
from tests.outsider import Outsider, open_outsider
from tests.postgres import PostgresServer

DATABASES = ["sqlite", "postgresql"]

EMPTIED = (
    f"TRUNCATE {', '.join(name for name in metadata.tables if name != 'revision')} RESTART IDENTITY"
)


def now() -> datetime:
    return datetime.now(UTC)


def migrate(url: str) -> None:
    async def upgrade() -> None:
        async with open_store(parse_address(url), now):
            pass

    trio.run(upgrade)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file to copy; never opened again."""
    path = tmp_path_factory.mktemp("migrated") / "monitor.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_database(postgres: PostgresServer) -> Iterator[str]:
    with postgres.fresh_database() as url:
        migrate(url)
        yield url


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A migrated, empty file."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'monitor.db')}"


@pytest.fixture
def emptied_postgres_url(migrated_database: str) -> str:
    """The migrated database, emptied: quicker than a database for each test."""
    with open_outsider(migrated_database) as outsider:
        outsider.ask(EMPTIED)
    return migrated_database


def url_of(request: pytest.FixtureRequest, database: str) -> str:
    names = {"sqlite": "sqlite_url", "postgresql": "emptied_postgres_url"}
    found: str = request.getfixturevalue(names[database])
    return found


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest) -> str:
    """Each database in turn, migrated and empty."""
    return url_of(request, request.param)


@pytest.fixture(params=["memory", *DATABASES])
def any_url(request: pytest.FixtureRequest) -> str | None:
    """Each database in turn, and None for the memory of this program."""
    return None if request.param == "memory" else url_of(request, request.param)


@pytest.fixture
def outsider(url: str) -> Iterator[Outsider]:
    with open_outsider(url) as outsider:
        yield outsider


@pytest.fixture
async def sql_store(url: str) -> AsyncIterator[SqlStore]:
    async with open_store(parse_address(url), now, upgrade=False) as store:
        yield store


@pytest.fixture
async def store(any_url: str | None) -> AsyncIterator[Store]:
    """Every store in turn, empty."""
    if any_url is None:
        yield MemoryStore(now)
        return
    async with open_store(parse_address(any_url), now, upgrade=False) as store:
        yield store
