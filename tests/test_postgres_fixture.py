"""The throwaway PostgreSQL does what the store's tests rely on."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest
import trio

from tests.postgres import PostgresServer, ThrowawayPostgres
from tests.postgres_binaries import NoPostgresError, bin_dirs, wheel_bin_dirs


def database_of(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


@pytest.mark.slow
@pytest.mark.parametrize("bin_dir", bin_dirs(), ids=lambda path: path.parent.name)
def test_every_installation_of_this_machine_serves(bin_dir: Path) -> None:
    with ThrowawayPostgres(bin_dir) as server:
        assert [(1,)] == server.execute("select 1")
    assert not server.home.exists()
    assert set() == server.child_pids


def test_a_wheel_out_of_reach_of_the_servers_user_is_copied(tmp_path: Path) -> None:
    install = wheel_bin_dirs()[0].parent
    package = install.parent
    hidden = tmp_path / package.name / install.name
    ignored = shutil.ignore_patterns("include")
    shutil.copytree(install, hidden, symlinks=True, ignore=ignored)
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, tmp_path / libraries.name, symlinks=True)
    tmp_path.chmod(0o700)
    with ThrowawayPostgres(hidden / "bin") as server:
        assert [(1,)] == server.execute("select 1")


def test_a_machine_without_postgresql_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tests.postgres_binaries.bin_dirs", list)
    with pytest.raises(NoPostgresError, match="MONITOR_TEST_PG_URL"), ThrowawayPostgres():
        pass


def test_a_folder_without_postgresql_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoPostgresError, match=tmp_path.name), ThrowawayPostgres(tmp_path):
        pass


def test_a_fresh_database_is_empty_and_gone_afterwards(postgres: PostgresServer) -> None:
    with postgres.fresh_database() as url:
        name = database_of(url)
        assert [] == postgres.execute(
            "select table_name from information_schema.tables where table_schema = 'public'",
            database=name,
        )
        postgres.execute("create table kept (id int)", database=name)
    assert [] == postgres.execute("select 1 from pg_database where datname = $1", name)


def test_a_database_can_be_made_from_a_template(postgres: PostgresServer) -> None:
    with postgres.fresh_database() as template:
        postgres.execute("create table migrated (id int)", database=database_of(template))
        with postgres.fresh_database(template=database_of(template)) as url:
            assert [] == postgres.execute("select id from migrated", database=database_of(url))


def test_backends_are_seen_and_can_be_killed(postgres: PostgresServer, postgres_url: str) -> None:
    database = database_of(postgres_url)

    async def be_killed() -> None:
        victim = await asyncpg.connect(
            postgres_url, server_settings={"application_name": "the victim"}
        )
        await victim.execute("begin")
        (backend,) = postgres.backends(database)
        assert ("idle in transaction", "begin", "the victim") == (
            backend.state,
            backend.query,
            backend.application_name,
        )
        assert 1 == postgres.kill_backends(database)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await victim.execute("commit")
        await victim.close()

    asyncio.run(be_killed())
    assert [] == postgres.backends(database)


async def test_it_answers_from_inside_a_trio_loop(postgres: PostgresServer) -> None:
    assert [(1,)] == postgres.execute("select 1")
    assert [(2,)] == await trio.to_thread.run_sync(postgres.execute, "select 2")


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_what_was_committed_outlives_a_restart_on_the_same_port(
    breakable_postgres: ThrowawayPostgres,
    breakable_postgres_url: str,
    mode: Literal["fast", "immediate"],
) -> None:
    server, database = breakable_postgres, database_of(breakable_postgres_url)
    server.execute("create table kept as select 7 as id", database=database)
    server.stop(mode)
    with pytest.raises(ConnectionRefusedError):
        server.execute("select 1")
    server.start()
    assert breakable_postgres_url == server.url(database)
    assert [(7,)] == server.execute("select id from kept", database=database)


def test_a_frozen_server_is_silent_until_it_thaws(breakable_postgres: ThrowawayPostgres) -> None:
    with ThreadPoolExecutor(1) as thread:
        breakable_postgres.freeze()
        answer = thread.submit(breakable_postgres.execute, "select 1")
        try:
            with pytest.raises(TimeoutError):
                answer.result(timeout=0.3)
        finally:
            breakable_postgres.thaw()
        assert [(1,)] == answer.result(timeout=10)


def test_a_server_left_broken_is_whole_for_the_next_test(
    breakable_postgres: ThrowawayPostgres,
) -> None:
    breakable_postgres.stop("immediate")
    breakable_postgres.recover()
    breakable_postgres.freeze()
    breakable_postgres.recover()
    assert [(1,)] == breakable_postgres.execute("select 1")


@pytest.mark.slow
def test_the_server_dies_with_a_killed_test_run() -> None:
    program = (
        "import os; from tests.postgres import ThrowawayPostgres\n"
        "with ThrowawayPostgres() as server:\n"
        "    print(server.home, *server.child_pids, flush=True); os.kill(os.getpid(), 9)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert -signal.SIGKILL == run.returncode, run.stderr
    home, *pids = run.stdout.split()
    deadline = time.monotonic() + 10
    while alive := [pid for pid in pids if is_running(int(pid))]:
        assert time.monotonic() < deadline, f"{alive} still run"
        time.sleep(0.02)
    shutil.rmtree(home)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
