"""A driver's error becomes one of three: away, outcome unknown, refused; and shows no secret."""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
import trio
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from monitor.core.failures import DatabaseAway, OutcomeUnknown, StoreError, StoreRefused
from monitor.store.address import Address, parse_address
from monitor.store.bridge import Limits, open_bridge
from monitor.store.errors import translate, translated
from monitor.store.sql import SqlStore, open_store
from tests.outsider import open_outsider
from tests.postgres import ThrowawayPostgres
from tests.store.conftest import now
from tests.store.scene import at, spec

SECRET = "pa55-w0rd"


def server_says(sqlstate: str, message: str = "something is wrong") -> BaseException:
    """Make the error that asyncpg makes of a server's answer, which repeats the row in doubt."""
    detail = f"Failing row contains (1, shop, {SECRET})."
    error: BaseException = asyncpg.PostgresError.new({"C": sqlstate, "M": message, "D": detail})
    assert SECRET in str(error)
    return error


def sqlite_says(name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError("something is wrong")
    error.sqlite_errorname = name
    return error


def wrapped(error: BaseException, kind: type[DBAPIError] = DBAPIError) -> DBAPIError:
    """Wrap an error as SQLAlchemy does: in its own, around one of the driver's adapter."""
    adapter = Exception(f"adapter: {error}")
    adapter.__cause__ = error
    return kind("INSERT ...", {"options": SECRET}, adapter, hide_parameters=True)


# --- the table ----------------------------------------------------------------------------------

SERVER: list[tuple[str, type[StoreError], str]] = [
    ("08000", OutcomeUnknown, "the connection broke"),
    ("08003", OutcomeUnknown, "the connection broke"),
    ("08006", OutcomeUnknown, "the connection broke"),
    ("08P01", OutcomeUnknown, "the connection broke"),
    ("22001", StoreRefused, "the value cannot be stored"),
    ("22003", StoreRefused, "the value cannot be stored"),
    ("22021", StoreRefused, "the value cannot be stored"),
    ("22P02", StoreRefused, "the value cannot be stored"),
    ("23502", StoreRefused, "the database refused it (something is wrong)"),
    ("23505", StoreRefused, "the database refused it (something is wrong)"),
    ("25006", DatabaseAway, "only reads"),
    ("25P03", DatabaseAway, "idle for too long"),
    ("26000", DatabaseAway, "a pooler in between"),
    ("28000", DatabaseAway, "refuses this user"),
    ("28P01", DatabaseAway, "the password is wrong"),
    ("3D000", DatabaseAway, "the database does not exist"),
    ("3F000", DatabaseAway, "the schema does not exist"),
    ("40001", DatabaseAway, "in the way"),
    ("40P01", DatabaseAway, "in the way"),
    ("42501", StoreRefused, "the database refused it (something is wrong)"),
    ("42P05", DatabaseAway, "a pooler in between"),
    ("42P01", StoreRefused, "the database refused it (something is wrong)"),
    ("53000", DatabaseAway, "short of something"),
    ("53100", DatabaseAway, "short of something"),
    ("53200", DatabaseAway, "short of something"),
    ("53300", DatabaseAway, "no connection left"),
    ("55P03", DatabaseAway, "a lock was not free"),
    ("57014", DatabaseAway, "the statement took too long"),
    ("57P01", OutcomeUnknown, "the server ended the connection"),
    ("57P02", OutcomeUnknown, "the server ended the connection"),
    ("57P03", DatabaseAway, "starting up or shutting down"),
    ("57P05", OutcomeUnknown, "the server ended the connection"),
    ("58030", OutcomeUnknown, "machine failed"),
    ("XX000", StoreRefused, "the database refused it"),
]

FILE: list[tuple[str, type[StoreError], str]] = [
    ("SQLITE_BUSY", DatabaseAway, "locked by another program"),
    ("SQLITE_BUSY_SNAPSHOT", DatabaseAway, "locked by another program"),
    ("SQLITE_LOCKED", DatabaseAway, "locked by another program"),
    ("SQLITE_CANTOPEN", DatabaseAway, "cannot be opened"),
    ("SQLITE_READONLY", DatabaseAway, "read-only"),
    ("SQLITE_READONLY_DBMOVED", DatabaseAway, "read-only"),
    ("SQLITE_FULL", DatabaseAway, "the disk is full"),
    ("SQLITE_IOERR_SHMSIZE", DatabaseAway, "the disk is full"),
    ("SQLITE_CORRUPT", DatabaseAway, "damaged"),
    ("SQLITE_NOTADB", DatabaseAway, "not an SQLite database"),
    ("SQLITE_IOERR_WRITE", OutcomeUnknown, "the disk failed"),
    ("SQLITE_CONSTRAINT_UNIQUE", StoreRefused, "something is wrong"),
    ("SQLITE_ERROR", StoreRefused, "something is wrong"),
    ("", StoreRefused, "something is wrong"),
]

NEITHER: list[tuple[BaseException, type[StoreError], str]] = [
    (ConnectionRefusedError(111, "Connection refused"), DatabaseAway, "cannot be reached"),
    (FileNotFoundError(2, "No such file"), DatabaseAway, "cannot be reached"),
    (socket.gaierror(-2, "Name or service not known"), DatabaseAway, "cannot be reached"),
    (ConnectionResetError(104, "reset by peer"), OutcomeUnknown, "the connection broke"),
    (BrokenPipeError(32, "Broken pipe"), OutcomeUnknown, "the connection broke"),
    (OSError(113, "No route to host"), OutcomeUnknown, "the connection broke"),
    (TimeoutError(), OutcomeUnknown, "did not answer in time"),
    (trio.TooSlowError(), OutcomeUnknown, "did not answer in time"),
    (PoolTimeout("QueuePool limit"), DatabaseAway, "no connection became free"),
    (asyncpg.InterfaceError("connection is closed"), OutcomeUnknown, "the driver gave up"),
    (asyncpg.InternalClientError("state 15"), OutcomeUnknown, "the driver gave up"),
    (OverflowError("int too large"), StoreRefused, "the value cannot be stored"),
    (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no"), StoreRefused, "cannot be stored"),
    (
        StatementError("no JSON", "INSERT", {"options": SECRET}, TypeError("no JSON")),
        StoreRefused,
        "cannot be stored",
    ),
]


def exactly(expected: type[StoreError], words: str, error: BaseException) -> None:
    found = translate(error)
    assert expected is type(found)
    assert words in str(found)
    assert SECRET not in str(found)
    assert "\n" not in str(found)


@pytest.mark.parametrize(("sqlstate", "expected", "words"), SERVER)
def test_an_answer_of_the_server_means(
    sqlstate: str, expected: type[StoreError], words: str
) -> None:
    error = server_says(sqlstate)
    assert sqlstate == getattr(error, "sqlstate", None)
    for given in (error, wrapped(error), wrapped(error, IntegrityError)):
        exactly(expected, words, given)


@pytest.mark.parametrize(("name", "expected", "words"), FILE)
def test_an_answer_of_sqlite_means(name: str, expected: type[StoreError], words: str) -> None:
    error = sqlite_says(name)
    for given in (error, DBAPIError("INSERT", {}, error), IntegrityError("INSERT", {}, error)):
        exactly(expected, words, given)


@pytest.mark.parametrize(("error", "expected", "words"), NEITHER, ids=repr)
def test_what_neither_of_them_said_means(
    error: BaseException, expected: type[StoreError], words: str
) -> None:
    exactly(expected, words, error)


@pytest.mark.parametrize("error", [error for error, _, _ in NEITHER[:8]], ids=repr)
def test_a_wrapped_error_means_what_it_means_unwrapped(error: BaseException) -> None:
    assert type(translate(error)) is type(translate(wrapped(error)))


def test_words_of_the_server_that_repeat_a_value_are_left_out() -> None:
    error = server_says("22P02", f'invalid input syntax for type json: "{SECRET}"')
    exactly(StoreRefused, "22P02", wrapped(error))
    client = asyncpg.DataError(f"invalid input for query argument $1: {SECRET!r}")
    exactly(StoreRefused, "DataError", wrapped(client))


def test_an_error_that_cannot_speak_is_translated_all_the_same() -> None:
    class MuteError(OSError):
        def __str__(self) -> str:
            raise ZeroDivisionError

    exactly(OutcomeUnknown, "the connection broke", MuteError())


def test_our_own_mistakes_are_not_taken_for_the_databases() -> None:
    for mistake in (ZeroDivisionError, KeyError, AssertionError):
        with pytest.raises(mistake), translated():
            raise mistake
    with pytest.raises(StoreRefused, match="untouched"), translated():
        raise StoreRefused("untouched")


# --- the same for real: a server ----------------------------------------------------------------


async def refusal(url: str, limits: Limits | None = None) -> StoreError:
    """Return the error of trying to open a database."""
    with trio.fail_after(15), pytest.raises(StoreError) as raised:
        async with open_store(parse_address(url), now, limits=limits):
            raise AssertionError("it was opened")
    assert SECRET not in str(raised.value)
    return raised.value


async def away(url: str, words: str, limits: Limits | None = None) -> None:
    raised = await refusal(url, limits)
    assert isinstance(raised, DatabaseAway)
    assert words in str(raised)


@contextmanager
def asking_for_passwords(server: ThrowawayPostgres, role: str) -> Iterator[str]:
    """Have the server ask one role for a password; give the URL with the right one."""
    rules = server.home / "data" / "pg_hba.conf"
    before = rules.read_text()
    server.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}'")
    rules.write_text(f"host all {role} all scram-sha-256\n{before}")
    server.execute("SELECT pg_reload_conf()")
    where = urlsplit(server.url("postgres"))
    try:
        yield where._replace(netloc=f"{role}:{SECRET}@{where.hostname}:{where.port}").geturl()
    finally:
        rules.write_text(before)
        server.execute("SELECT pg_reload_conf()")
        server.execute(f"DROP ROLE {role}")


async def test_a_wrong_password_is_told_and_not_shown(
    breakable_postgres: ThrowawayPostgres,
) -> None:
    with asking_for_passwords(breakable_postgres, "ann") as url:
        async with open_store(parse_address(url), now, upgrade=False) as store:
            assert await store.schema() is None
        await away(url.replace(SECRET, f"{SECRET}!"), "the password is wrong")
        await away(url.replace("ann", "bob"), "the server refuses this user")


async def test_a_server_with_no_connection_left_is_away(
    breakable_postgres: ThrowawayPostgres,
) -> None:
    breakable_postgres.execute("CREATE ROLE ann LOGIN CONNECTION LIMIT 0")
    try:
        where = urlsplit(breakable_postgres.url("postgres"))
        url = where._replace(netloc=f"ann@{where.hostname}:{where.port}").geturl()
        await away(url, "no connection left")
    finally:
        breakable_postgres.execute("DROP ROLE ann")


async def test_a_database_that_does_not_exist_is_away(breakable_postgres: Any) -> None:
    await away(breakable_postgres.url("nowhere"), "the database does not exist")


async def test_a_standby_that_only_reads_is_away(postgres_url: str) -> None:
    name = urlsplit(postgres_url).path[1:]
    with open_outsider(postgres_url) as outsider:
        outsider.ask(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await away(postgres_url, "only reads")


async def test_a_port_where_nobody_listens_is_away() -> None:
    with closing(socket.socket()) as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        await away(f"postgresql://ann:{SECRET}@127.0.0.1:{port}/monitor", "cannot be reached")


async def test_a_host_that_does_not_exist_is_away() -> None:
    url = f"postgresql://ann:{SECRET}@no-such-host.invalid/monitor"
    await away(url, "cannot be reached")


async def test_a_server_that_never_answers_is_away_in_time() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"postgresql://ann:{SECRET}@127.0.0.1:{silent.getsockname()[1]}/monitor"
        with trio.fail_after(5):
            await away(url, "did not answer in time", Limits(connect_s=0.3))


async def test_tables_that_are_not_there_are_refused(postgres_url: str, tmp_path: Path) -> None:
    for url in (postgres_url, f"sqlite:///{tmp_path}/empty.db"):
        async with (
            open_store(parse_address(url), now, upgrade=False) as store,
            store.session("test") as session,
        ):
            with pytest.raises(StoreRefused, match=r"revision|task"):
                await session.fleet()


async def test_a_slow_statement_is_stopped_by_the_server_and_costs_no_connection(
    emptied_postgres_url: str,
) -> None:
    limits = Limits(statement_s=0.2)
    async with open_store(
        parse_address(emptied_postgres_url), now, limits=limits, upgrade=False
    ) as store:

        async def slow() -> None:
            async with store.bridge.engine.connect() as connection:
                await connection.exec_driver_sql("SELECT pg_sleep(60)")

        async def whoami() -> int:
            async with store.bridge.engine.connect() as connection:
                row = await connection.exec_driver_sql("SELECT pg_backend_pid()")
                return int(row.scalar_one())

        before = await store.bridge.cross(whoami)
        with pytest.raises(DatabaseAway, match="took too long"), trio.fail_after(5):
            await store.bridge.cross(slow)
        assert before == await store.bridge.cross(whoami)


async def test_a_row_that_is_refused_is_not_repeated_in_the_text(sql_store: SqlStore) -> None:
    bad = spec(target=None, options={"password": SECRET})
    async with sql_store.session("test") as session:
        with pytest.raises(StoreRefused) as refused:
            await session.add([bad], at(0))
    assert SECRET not in str(refused.value)


# --- the same for real: a file ------------------------------------------------------------------


async def test_a_file_that_another_program_writes_is_away_after_its_time(sqlite_url: str) -> None:
    limits = Limits(statement_s=0.2)
    async with (
        open_store(parse_address(sqlite_url), now, limits=limits, upgrade=False) as store,
        store.session("test") as session,
    ):
        await session.fleet()
        with closing(sqlite3.connect(store.bridge.address.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseAway, match="locked by another program"), trio.fail_after(5):
                await session.add([spec()], at(0))
            assert [] == await session.fleet()
            other.execute("ROLLBACK")
        assert 1 == len(await session.add([spec()], at(0)))


async def test_a_file_that_is_locked_whole_cannot_be_opened_and_leaves_nothing(
    sqlite_url: str,
) -> None:
    with closing(sqlite3.connect(parse_address(sqlite_url).path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")
        await away(sqlite_url, "locked by another program", Limits(statement_s=0.2))


async def test_a_file_that_may_only_be_read_can_be_read(sqlite_url: str) -> None:
    path = parse_address(sqlite_url).path
    read_only = make_url(f"sqlite+aiosqlite:///file:{path}?mode=ro&uri=true")
    async with open_bridge(Address(read_only)) as bridge:
        store = SqlStore(bridge, now)
        async with store.session("test") as session:
            assert [] == await session.fleet()
            with pytest.raises(DatabaseAway, match="read-only"):
                await session.add([spec()], at(0))
            assert [] == await session.fleet()


async def test_a_full_disk_is_away_and_nothing_is_written_by_half(sqlite_url: str) -> None:
    async with open_store(parse_address(sqlite_url), now, upgrade=False) as store:

        async def shrink() -> None:
            async with store.bridge.engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA max_page_count = 40")

        await store.bridge.cross(shrink)
        async with store.session("test") as session:
            many = [spec(f"task {number}") for number in range(2000)]
            with pytest.raises(DatabaseAway, match="the disk is full"):
                await session.add(many, at(0))
            assert [] == await session.fleet()
            assert 1 == len(await session.add(many[:1], at(0)))


async def test_a_file_that_is_no_database_is_away(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text(f"Dear Ann, the password is {SECRET}. " * 100)
    await away(f"sqlite:///{path}", "not an SQLite database")


async def test_a_damaged_file_is_away(sqlite_url: str) -> None:
    path = parse_address(sqlite_url).path
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    await away(sqlite_url, "damaged")


async def test_a_directory_is_no_file(tmp_path: Path) -> None:
    await away(f"sqlite:///{tmp_path}", "cannot be opened")


async def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    raised = await refusal(f"sqlite:///{missing}/monitor.db")
    assert f"the directory {missing} does not exist; create it first" == str(raised)
    assert not missing.exists()
