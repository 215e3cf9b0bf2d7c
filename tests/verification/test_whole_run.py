"""The whole acceptance run, for real, on both databases."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest
import trio

from monitor.core.counting import filled
from monitor.core.model import TaskSpec
from monitor.engine.clock import Clock
from monitor.store.address import Address
from monitor.store.sql import open_store
from monitor.verification import BadRun, run_verify
from monitor.verification.phrases import CLAIMS
from monitor.verification.place import open_place
from tests.postgres import PostgresServer

pytestmark = pytest.mark.slow


@attrs.frozen
class Settings:
    address: Address


async def keep_a_task_of_the_user(address: Address) -> None:
    async with open_store(address, Clock().now) as store, store.session("user") as session:
        await session.add([TaskSpec(name="mine", target="self:")], Clock().now())


async def names_of_tasks(address: Address) -> list[str]:
    async with (
        open_store(address, Clock().now, upgrade=False) as store,
        store.session("user") as session,
    ):
        return [watched.task.name for watched in await session.fleet()]


async def test_on_sqlite_everything_passes_and_nothing_stays_behind(
    sqlite_address: Address, capsys: pytest.CaptureFixture[str]
) -> None:
    await keep_a_task_of_the_user(sqlite_address)
    folder = sqlite_address.path.parent
    report = folder / "report.md"

    code = await run_verify(
        Settings(sqlite_address), tasks=5, duration_s=5.0, report=report, as_json=True
    )

    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert [] == [
        (one["claim"], one["seen"])
        for step in document["steps"]
        for one in step["findings"]
        if not one["passed"]
    ]
    assert (0, True) == (code, document["passed"])
    assert 6 == len(printed.err.splitlines())
    assert "\x1b" not in printed.err
    assert "\r" not in printed.err
    text = report.read_text(encoding="utf-8")
    assert "❌" not in text
    assert "own database session opened" in text
    assert {"own.db", "report.md"} == {path.name for path in folder.iterdir()}
    assert ["mine"] == await names_of_tasks(sqlite_address)
    for step in document["steps"]:
        for one in step["findings"]:
            for pair in CLAIMS[one["name"]]:
                for sentence in pair:
                    assert filled(sentence, one["numbers"], "en")


async def test_on_postgresql_everything_passes_and_nothing_stays_behind(
    postgres_address: Address,
    postgres: PostgresServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await keep_a_task_of_the_user(postgres_address)
    report = tmp_path / "report.json"

    code = await run_verify(
        Settings(postgres_address), tasks=9, duration_s=5.0, report=report, lang="ru"
    )

    shown = capsys.readouterr().out
    assert "✗" not in shown
    assert "ПОДТВЕРЖДЕНО" in shown
    assert 0 == code
    document = json.loads(report.read_text(encoding="utf-8"))
    before, after = document["comparison"]["before"], document["comparison"]["after"]
    assert 0 < before["known"] <= before["failed"]
    assert (0, after["operations"]) == (after["failed"], after["looks"])
    database = postgres_address.url.database
    assert database is not None
    schemas = "select nspname from pg_namespace where nspname like 'monitor_verify%'"
    assert [] == postgres.execute(schemas, database=database)
    assert [] == postgres.backends(database)
    assert ["mine"] == await names_of_tasks(postgres_address)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"tasks": 0}, "0 tasks are out of range; use 1 to 1000"),
        ({"duration_s": 1.0}, "a duration of 1 s is out of range; use 5s to 600s"),
        ({"duration_s": float("nan")}, "a duration of nan s is out of range; use 5s to 600s"),
        ({"report": Path("report.xml")}, "report file 'report.xml' must end in .md or .json"),
        (
            {"report": Path("nowhere/report.md")},
            "the directory 'nowhere' does not exist; create it first",
        ),
        ({"lang": "fr"}, "language 'fr' is not known; use en or ru"),
    ],
)
async def test_what_cannot_be_done_is_refused_before_anything_is_tried(
    sqlite_address: Address, asked: dict[str, object], sentence: str
) -> None:
    with pytest.raises(BadRun) as caught:
        await run_verify(Settings(sqlite_address), **asked)  # type: ignore[arg-type]

    assert sentence == str(caught.value)
    assert not list(sqlite_address.path.parent.iterdir())


async def test_the_place_is_removed_when_the_block_is_cancelled(
    address: Address, request: pytest.FixtureRequest
) -> None:
    with trio.move_on_after(5.0) as scope:
        async with open_place(address) as place, open_store(place, Clock().now):
            scope.cancel()
            await trio.sleep_forever()

    assert scope.cancelled_caught
    if address.is_sqlite:
        assert not list(address.path.parent.iterdir())
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        found = "select 1 from pg_namespace where nspname = $1"
        assert [] == server.execute(found, place.schema, database=address.url.database)
