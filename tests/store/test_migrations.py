"""The steps from one schema to the next: once, whole or not at all, and never backwards."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Connection

from monitor.core.failures import SchemaMismatch
from monitor.core.model import AlertPolicy, Escalation, Status, Task, TaskSpec
from monitor.store import migrations
from monitor.store.address import parse_address
from monitor.store.schema import metadata
from monitor.store.sql import SqlStore, open_store
from tests.outsider import Outsider, open_outsider, tables
from tests.store.conftest import DATABASES, now
from tests.store.operations.rows import scene
from tests.store.scene import at, spec

_UPGRADE_IN_A_PROCESS = """
import sys, trio
from datetime import UTC, datetime
from monitor.store.address import parse_address
from monitor.store.sql import open_store

async def main():
    address = parse_address(sys.argv[1])
    async with open_store(address, lambda: datetime.now(UTC), upgrade=False) as store:
        print("ready", flush=True)
        sys.stdin.readline()
        print(await store.upgrade())

trio.run(main)
"""


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each database in turn, empty."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/monitor.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


async def run_sync(store: SqlStore, work: Callable[[Connection], Any]) -> Any:
    async def unit() -> Any:
        async with store.bridge.engine.connect() as connection, connection.begin():
            return await connection.run_sync(work)

    return await store.bridge.cross(unit)


def test_the_known_schemas_are_those_there_are_steps_to() -> None:
    config = Config()
    config.set_main_option("script_location", "monitor:store/migrations")
    config.set_main_option("path_separator", "os")
    steps = ScriptDirectory.from_config(config).walk_revisions()
    assert migrations.KNOWN == tuple(step.revision for step in steps)[::-1]
    folder = Path(migrations.__file__).parent / "versions"
    assert len(migrations.KNOWN) == len(
        [one for one in folder.glob("*.py") if "__" not in one.name]
    )


async def test_an_empty_database_gets_its_tables_when_it_is_opened(empty_url: str) -> None:
    async with open_store(parse_address(empty_url), now) as store:
        assert migrations.HEAD == await store.schema()
        async with store.session("test") as session:
            assert 1 == len(await session.add([spec()], at(0)))
    with open_outsider(empty_url) as outsider:
        assert {*metadata.tables, "alembic_version"} == tables(outsider)
        assert [(migrations.HEAD,)] == outsider.ask("SELECT version_num FROM alembic_version")


async def test_the_steps_make_the_tables_that_the_program_expects(empty_url: str) -> None:
    def default_differs(_context: Any, _inspected: Any, column: Any, *defaults: str) -> bool | None:
        if not isinstance(column.type, JSON) or None in defaults:
            return None  # Alembic knows how
        # It asks the database, where json has no equality.
        there, _plain, wanted = defaults
        return there.partition("::")[0].strip("'") != wanted

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": default_differs}
        )
        return list(compare_metadata(context, metadata))

    async with open_store(parse_address(empty_url), now) as store:
        assert [] == await run_sync(store, differences)


async def test_opening_again_keeps_what_is_there(empty_url: str) -> None:
    for tasks in range(3):
        async with (
            open_store(parse_address(empty_url), now) as store,
            store.session("test") as session,
        ):
            assert tasks == len(await session.fleet())
            await session.add([spec(f"task {tasks}")], at(0))


@pytest.mark.parametrize("schema", migrations.KNOWN[:-1])
async def test_tasks_of_an_older_schema_go_on(empty_url: str, schema: str) -> None:
    address = parse_address(empty_url)

    def make_old(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", "monitor:store/migrations")
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, schema)

    async with open_store(address, now, upgrade=False) as store:
        await run_sync(store, make_old)
    with open_outsider(empty_url) as outsider:
        for statement in scene("7"):
            outsider.ask(statement)
    async with open_store(address, now) as store, store.session("test") as session:
        [old] = await session.fleet()
        assert old.task == Task(
            **attrs.asdict(spec(f"task {old.task.id}", target="tcp://x:1"), recurse=False),
            id=7,
            created_at=old.task.created_at,
        )
        new = spec(
            "new",
            expect=("latency < 1s",),
            degraded=("latency < 1ms",),
            invert=True,
            tags=("prod",),
            depends_on=("task 7",),
            alerts=AlertPolicy(
                channels=("ops",),
                on=(Status.DOWN, Status.UNKNOWN),
                reminder_s=None,
                escalation=(Escalation(after_s=600.0, channels=("boss",)),),
                expiry_days=(7,),
            ),
        )
        await session.add([new], at(0))
        fresh = next(one.task for one in await session.fleet() if one.task.name == "new")
        assert new == TaskSpec(
            **{field.name: getattr(fresh, field.name) for field in attrs.fields(TaskSpec)}
        )


async def test_opening_without_upgrade_changes_nothing(empty_url: str) -> None:
    async with open_store(parse_address(empty_url), now, upgrade=False) as store:
        assert await store.schema() is None
    with open_outsider(empty_url) as outsider:
        assert set() == tables(outsider)


async def test_of_two_stores_that_upgrade_at_once_one_migrates(empty_url: str) -> None:
    found: list[str | None] = []

    async def upgrade(ready: trio.Event, others: list[trio.Event]) -> None:
        async with open_store(parse_address(empty_url), now, upgrade=False) as store:
            await store.schema()
            ready.set()
            for other in others:
                await other.wait()
            found.append(await store.upgrade())

    events = [trio.Event() for _ in range(4)]
    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            for event in events:
                nursery.start_soon(upgrade, event, events)
    assert sorted([None, *[migrations.HEAD] * 3], key=str) == sorted(found, key=str)


@pytest.mark.slow
def test_of_two_processes_that_upgrade_at_once_one_migrates(empty_url: str) -> None:
    command = [sys.executable, "-c", _UPGRADE_IN_A_PROCESS, empty_url]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    children = [subprocess.Popen(command, **pipes) for _ in range(2)]
    assert ["ready\n"] * 2 == [child.stdout.readline() for child in children if child.stdout]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    answers = [child.communicate(timeout=60)[0].strip() for child in children]
    assert [0, 0] == [child.returncode for child in children]
    assert [migrations.HEAD, "None"] == sorted(answers)


async def test_many_programs_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    async def use(number: int) -> None:
        async with (
            open_store(parse_address(f"sqlite:///{tmp_path}/monitor.db"), now) as store,
            store.session("test") as session,
        ):
            await session.add([spec(f"task {number}")], at(0))

    with trio.fail_after(60):
        async with trio.open_nursery() as nursery:
            for number in range(8):
                nursery.start_soon(use, number)
    with closing(sqlite3.connect(tmp_path / "monitor.db")) as other:
        assert [(8,)] == other.execute("SELECT count(*) FROM task").fetchall()


async def test_a_newer_schema_is_refused_and_left_alone(url: str, outsider: Outsider) -> None:
    outsider.ask("UPDATE alembic_version SET version_num = '9999'")
    try:
        with pytest.raises(SchemaMismatch, match=r"9999, which is newer .* upgrade the program"):
            async with open_store(parse_address(url), now):
                raise AssertionError("it was opened")
        assert [("9999",)] == outsider.ask("SELECT version_num FROM alembic_version")
    finally:
        outsider.ask(f"UPDATE alembic_version SET version_num = '{migrations.HEAD}'")


def test_what_does_not_fit_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    migrations.check(migrations.HEAD)
    with pytest.raises(SchemaMismatch, match="is empty; create its tables with `monitor db upgr"):
        migrations.check(None)
    with pytest.raises(SchemaMismatch, match="newer than this program knows"):
        migrations.check("9999")
    monkeypatch.setattr(migrations, "KNOWN", ("0000", "0001", migrations.HEAD))
    with pytest.raises(
        SchemaMismatch, match=f"0000, this program needs {migrations.HEAD}; run `monitor db up"
    ):
        migrations.check("0000")


async def test_a_step_that_fails_leaves_nothing(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("alembic.op.create_index", fail)
        with pytest.raises(ZeroDivisionError):
            async with open_store(parse_address(empty_url), now):
                raise AssertionError("it was opened")
    with open_outsider(empty_url) as outsider:
        assert set() == tables(outsider)
        assert [] == outsider.traces()
    async with open_store(parse_address(empty_url), now) as store:
        assert migrations.HEAD == await store.schema()


async def test_a_schema_of_ones_own_leaves_the_others_alone(postgres_url: str) -> None:
    own = attrs.evolve(parse_address(postgres_url), schema="acceptance")
    with open_outsider(postgres_url) as outsider:
        outsider.ask("CREATE SCHEMA acceptance")
        async with open_store(own, now) as store, store.session("test") as session:
            await session.add([spec()], at(0))
        assert set() == tables(outsider)
        assert [(1,)] == outsider.ask("SELECT count(*) FROM acceptance.task")
        async with (
            open_store(parse_address(postgres_url), now) as store,
            store.session("test") as session,
        ):
            assert [] == await session.fleet()
