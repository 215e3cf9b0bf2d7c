"""Fixtures for all tests: PostgreSQL servers, and a look at what each test leaves behind.

* `postgres`: the server all tests share; give each test a database of its own on it.
* `postgres_url`: a fresh, empty database there.
* `breakable_postgres`: another server, to stop, kill and freeze; whole again for the next test.
* `breakable_postgres_url`: a fresh, empty database there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.figures import Figures
from tests.leaks import Snapshot
from tests.postgres import PostgresServer, ThrowawayPostgres
from tests.postgres_binaries import NoPostgresError

# A busy machine is slow, and that is no failure of a rule.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

SERVERS = pytest.StashKey[list[ThrowawayPostgres]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SERVERS] = []
    config.pluginmanager.register(Figures(), "figures")


def serving(config: pytest.Config) -> Iterator[ThrowawayPostgres]:
    """Run a server for the rest of the session; a machine without one fails the tests."""
    try:
        with ThrowawayPostgres() as server:
            config.stash[SERVERS].append(server)
            yield server
    except NoPostgresError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Iterator[PostgresServer]:
    if url := os.environ.get("MONITOR_TEST_PG_URL"):
        yield PostgresServer(url)
    else:
        yield from serving(pytestconfig)


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    with postgres.fresh_database() as url:
        yield url


@pytest.fixture(scope="session")
def second_postgres(pytestconfig: pytest.Config) -> Iterator[ThrowawayPostgres]:
    yield from serving(pytestconfig)


@pytest.fixture
def breakable_postgres(second_postgres: ThrowawayPostgres) -> Iterator[ThrowawayPostgres]:
    yield second_postgres
    second_postgres.recover()


@pytest.fixture
def breakable_postgres_url(breakable_postgres: ThrowawayPostgres) -> Iterator[str]:
    with breakable_postgres.fresh_database() as url:
        yield url


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread or a child process running."""
    before = Snapshot.take()
    yield
    servers = request.config.stash[SERVERS]
    known = set[int]().union(*(server.child_pids for server in servers))
    if left := before.left_behind_after(2.0, known_pids=known):
        pytest.fail(f"left behind: {', '.join(left)}", pytrace=False)
