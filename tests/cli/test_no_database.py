"""Databases that cannot be asked: one sentence, exit code 3, never a traceback."""

import socket
import sqlite3
import struct
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from monitor.store.bridge import Limits
from monitor.store.migrations import HEAD
from tests.cli.conftest import Monitor
from tests.postgres import PostgresServer

READING = (
    *("status", "task list", "task show shop", "history shop", "task run shop", "db check"),
    *("incidents", "channel list", "channel test ops", "channel dead", "silence list"),
    "explain shop",
)
WRITING = (
    *("task pause shop", "task edit shop --name x", "task remove shop", "db backup copy"),
    *("ack shop", "channel resend --all", "silence add --for 2h", "maintenance remove x"),
)
MAKING = (
    *("task add self:", "run --for 1", "run self: --for 1", "db upgrade"),
    "channel add ops webhook+https://example.com",
)
EVERY = (*READING, *WRITING, *MAKING, "task resume other", "db current")


def refused(monitor: Monitor, url: str, line: str) -> str:
    """Return the sentence of a command that could not find out."""
    answer = monitor(line, "--database", url)
    assert 3 == answer.code, line
    assert answer.sentence.startswith("the database cannot be used: ")
    return answer.sentence


@pytest.mark.parametrize("line", EVERY)
def test_a_missing_directory(monitor: Monitor, place: Path, line: str) -> None:
    sentence = refused(monitor, "sqlite:///nowhere/monitor.db", line)
    assert "the directory nowhere does not exist; create it first" in sentence
    assert not (place / "nowhere").exists()


@pytest.mark.parametrize("line", [*READING, *WRITING, "db current"])
def test_a_missing_file_is_not_made_by_a_question(monitor: Monitor, place: Path, line: str) -> None:
    sentence = refused(monitor, "sqlite:///monitor.db", line)
    assert "there is no file monitor.db yet; `monitor run` makes it" in sentence
    assert [] == list(place.iterdir())


def test_a_missing_data_directory_is_not_made_by_a_question(monitor: Monitor, place: Path) -> None:
    answer = monitor("status")
    assert 3 == answer.code
    assert "there is no file monitor-data/monitor.db yet" in answer.sentence
    assert [] == list(place.iterdir())


def test_a_data_directory_that_cannot_be_made(monitor: Monitor, place: Path) -> None:
    Path("file").write_text("")
    for line in MAKING:
        answer = monitor(f"{line} --data-dir file/inside")
        assert 3 == answer.code
        assert "the data directory file/inside cannot be made: not a directory" in answer.sentence


@pytest.mark.parametrize("line", EVERY)
def test_a_file_that_is_no_database(monitor: Monitor, place: Path, line: str) -> None:
    Path("monitor.db").write_text("this is a letter to my aunt\n" * 100)
    sentence = refused(monitor, "sqlite:///monitor.db", line)
    assert "the file is not an SQLite database" in sentence
    assert Path("monitor.db").read_text().startswith("this is a letter")


@pytest.mark.parametrize("line", [*READING, *WRITING])
def test_a_database_without_tables(monitor: Monitor, place: Path, line: str) -> None:
    Path("monitor.db").write_bytes(b"")
    answer = monitor(line, "--database", "sqlite:///monitor.db")
    if line == "db check":
        assert (1, f"the schema is none, this program works with {HEAD}\n") == (
            answer.code,
            answer.out,
        )
    else:
        assert 3 == answer.code
        assert "create its tables with `monitor db upgrade`" in answer.sentence


@pytest.mark.parametrize("line", [line for line in EVERY if line not in ("db check", "db current")])
def test_a_database_of_a_newer_schema(
    monitor: Monitor, place: Path, shop: bytes, line: str
) -> None:
    Path("monitor.db").write_bytes(shop)
    with sqlite3.connect("monitor.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    sentence = refused(monitor, "sqlite:///monitor.db", line)
    assert "schema 9999, which is newer than this program knows" in sentence


@pytest.fixture
def locked(place: Path, shop: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database that another program holds, and a monitor that soon loses patience."""
    limits = partial(Limits, statement_s=0.1)
    monkeypatch.setattr("monitor.store.bridge.Limits", limits)
    monkeypatch.setattr("monitor.store.backup.Limits", limits)
    Path("monitor.db").write_bytes(shop)
    connection = sqlite3.connect("monitor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("BEGIN EXCLUSIVE")
    yield "sqlite:///monitor.db"
    connection.close()


@pytest.mark.parametrize("line", EVERY)
def test_a_locked_file(monitor: Monitor, locked: str, line: str) -> None:
    assert "the database file is locked by another program" in refused(monitor, locked, line)


@pytest.mark.parametrize("line", EVERY)
def test_a_server_that_is_not_there(monitor: Monitor, place: Path, line: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    sentence = refused(monitor, f"postgresql://me:secret@127.0.0.1:{port}/shop", line)
    assert "the server cannot be reached" in sentence
    assert f"at postgresql://me:***@127.0.0.1:{port}/shop; is --database right?" in sentence
    assert "secret" not in sentence


def test_a_name_that_does_not_exist(monitor: Monitor, place: Path) -> None:
    sentence = refused(monitor, "postgresql://me:secret@nowhere.invalid/shop", "status")
    assert "the server cannot be reached" in sentence
    assert "nowhere.invalid" in sentence


@pytest.fixture
def guarded_port() -> Iterator[int]:
    """A PostgreSQL that lets nobody in: it answers every client with SQLSTATE 28P01."""
    fields = {
        "S": "FATAL",
        "V": "FATAL",
        "C": "28P01",
        "M": 'password authentication failed for "me"',
    }
    body = b"".join(f"{key}{value}\0".encode() for key, value in fields.items()) + b"\0"
    answer = b"E" + struct.pack("!I", len(body) + 4) + body

    def serve(server: socket.socket) -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client:
                if client.recv(4096)[4:8] == struct.pack("!I", 80877103):  # it asks for TLS
                    client.sendall(b"N")
                    client.recv(4096)
                client.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.parametrize("line", EVERY)
def test_a_wrong_password(monitor: Monitor, place: Path, guarded_port: int, line: str) -> None:
    sentence = refused(monitor, f"postgresql://me:secret@127.0.0.1:{guarded_port}/shop", line)
    assert "the password is wrong" in sentence
    assert "secret" not in sentence


def test_a_database_that_does_not_exist(
    monitor: Monitor, place: Path, postgres: PostgresServer
) -> None:
    sentence = refused(monitor, postgres.url("nowhere"), "status")
    assert "the database does not exist" in sentence


def test_an_empty_database_on_a_server_is_not_filled_by_a_question(
    monitor: Monitor, place: Path, postgres_url: str, postgres: PostgresServer
) -> None:
    assert "create its tables" in refused(monitor, postgres_url, "status")
    name = postgres_url.rpartition("/")[2]
    query = "select count(*) from pg_tables where schemaname = 'public'"
    assert [(0,)] == postgres.execute(query, database=name)
