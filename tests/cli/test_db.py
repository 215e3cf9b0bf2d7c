"""`monitor db`: the schema of a database, and whether it is in good order."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store.migrations import HEAD
from tests.cli.conftest import Monitor
from tests.postgres import PostgresServer


def execute(*statements: str) -> None:
    with closing(sqlite3.connect("monitor-data/monitor.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_upgrade_makes_a_database_in_good_order(
    monitor: Monitor, kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "postgresql":
        monkeypatch.setenv("MONITOR_DATABASE_URL", request.getfixturevalue("postgres_url"))
    assert {"before": None, "schema": HEAD} == monitor("db upgrade --json").document
    assert f"has schema {HEAD} already" in monitor("db upgrade").out
    assert (0, f"schema {HEAD}\n") == (monitor("db current").code, monitor("db current").out)
    answer = monitor("db check --json")
    assert (0, {"good": True, "head": HEAD, "findings": []}) == (answer.code, answer.document)


def test_an_empty_database_has_no_schema(
    monitor: Monitor, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", postgres_url)
    answer = monitor("db current")
    assert (1, "the database is empty\n") == (answer.code, answer.out)
    assert None is monitor("db current --json").document["schema"]


def test_another_schema_is_shown_with_exit_code_1(monitor: Monitor, place: Path) -> None:
    monitor("db upgrade")
    execute("UPDATE alembic_version SET version_num = '9999'")
    answer = monitor("db current")
    assert (1, f"schema 9999, this program works with {HEAD}\n") == (answer.code, answer.out)
    answer = monitor("db check")
    assert (1, f"the schema is 9999, this program works with {HEAD}\n") == (answer.code, answer.out)


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("DROP TABLE gap", "the tables differ: add_table gap"),
        ("ALTER TABLE result DROP COLUMN phase", "the tables differ: add_column result phase"),
        ("ALTER TABLE event ADD COLUMN mood TEXT", "the tables differ: remove_column event mood"),
        ("DROP INDEX event_by_task", "the tables differ: add_index event_by_task"),
    ],
)
def test_tables_that_somebody_changed_are_found(
    monitor: Monitor, damage: str, expected: str
) -> None:
    monitor("db upgrade")
    execute(damage)
    answer = monitor("db check --json")
    assert (1, [expected]) == (answer.code, answer.document["findings"])


def test_a_task_that_nobody_would_ever_see_is_found(monitor: Monitor) -> None:
    monitor("task add self:")
    execute("DELETE FROM task_state")
    answer = monitor("db check")
    assert (1, "1 task has no state and cannot be watched\n") == (answer.code, answer.out)


def test_a_damaged_file_is_found(monitor: Monitor, place: Path) -> None:
    """An index was away while a row came: SQLite itself never lets that happen."""
    monitor("db upgrade")
    with closing(sqlite3.connect("monitor-data/monitor.db")) as connection:
        query = "SELECT * FROM sqlite_schema WHERE name = 'event_by_task'"
        [index] = connection.execute(query).fetchall()
    allow = "PRAGMA writable_schema = ON"
    execute(allow, "DELETE FROM sqlite_schema WHERE name = 'event_by_task'")
    execute("INSERT INTO event VALUES ('2026-11-24 03:00:00', 'x', 0, '', '{}')")
    with closing(sqlite3.connect("monitor-data/monitor.db")) as connection, connection:
        connection.execute(allow)
        connection.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", index)
    answer = monitor("db check")
    assert 1 == answer.code
    assert "the file is damaged: row 1 missing from index event_by_task" in answer.out


def test_the_tables_of_others_in_the_same_database_are_left_alone(
    monitor: Monitor, postgres_url: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", postgres_url)
    monitor("db upgrade")
    postgres.execute("create table lunch (id int)", database=postgres_url.rpartition("/")[2])
    assert 0 == monitor("db check").code
