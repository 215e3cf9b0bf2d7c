"""A database URL is understood, or refused in a sentence that shows no password."""

from pathlib import Path

import pytest

from monitor.store.address import BadAddress, parse_address

SECRET = "pa55-w0rd"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("sqlite:////var/lib/monitor.db", "/var/lib/monitor.db"),
        ("sqlite+aiosqlite:////var/lib/monitor.db", "/var/lib/monitor.db"),
        ("sqlite:///monitor.db", "/data/monitor.db"),
        ("sqlite:///sub/zoë 1.db", "/data/sub/zoë 1.db"),
    ],
)
def test_a_relative_file_is_taken_from_the_data_directory(text: str, path: str) -> None:
    address = parse_address(text, base=Path("/data"))
    assert Path(path) == address.path
    assert address.is_sqlite
    assert f"sqlite:///{path}" == str(address)


def test_without_a_data_directory_a_file_is_relative_to_where_we_are() -> None:
    assert Path("monitor.db") == parse_address("sqlite:///monitor.db").path


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
def test_a_server_is_named_as_everybody_names_it(scheme: str) -> None:
    address = parse_address(f"{scheme}://ann:{SECRET}@db.example:6543/monitor")
    assert not address.is_sqlite
    assert "postgresql+asyncpg" == address.url.drivername
    assert ("ann", SECRET, "db.example", 6543, "monitor") == (
        address.url.username,
        address.url.password,
        address.url.host,
        address.url.port,
        address.url.database,
    )
    assert "postgresql://ann:***@db.example:6543/monitor" == str(address)


def test_what_libpq_calls_sslmode_reaches_the_driver() -> None:
    address = parse_address("postgresql://db.example/monitor?sslmode=require")
    assert {"ssl": "require"} == dict(address.url.query)


def test_letters_that_a_url_cannot_hold_are_written_with_percents() -> None:
    address = parse_address("postgresql://ann%40home:p%2F%3A%25@db.example/monitor")
    assert ("ann@home", "p/:%") == (address.url.username, address.url.password)


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://ann:{SECRET}@db.example/monitor",
        f"postgresql://ann@db.example/monitor?password={SECRET}",
    ],
)
def test_a_password_is_never_shown(text: str) -> None:
    address = parse_address(text)
    assert SECRET == address.url.password
    assert SECRET not in f"{address} {address!r} {address.url} {address.url!r}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "cannot be read; write sqlite:///path"),
        ("monitor.db", "cannot be read; write sqlite:///path"),
        (f"ann:{SECRET}@db.example", "cannot be read"),
        (f"postgresql://ann:{SECRET}@db.example:port/monitor", "cannot be read"),
        (f"postgresql://ann:{SECRET}@db.example:65536/monitor", "the port must be 1 to 65535"),
        (f"postgresql://ann:{SECRET}@db.example", "names no database; add /NAME at the end"),
        (f"postgresql://ann:{SECRET}@db.example/", "names no database; add /NAME at the end"),
        (f"mysql://ann:{SECRET}@db.example/monitor", "'mysql' is not supported"),
        (f"postgresql+psycopg://ann:{SECRET}@db.example/monitor", "is not supported"),
        (f"postgresql://db.example/monitor?passwort={SECRET}", "a parameter 'passwort'; known are"),
        ("sqlite:///monitor.db?mode=ro", "takes no parameters"),
        ("sqlite://", "needs a file"),
        ("sqlite:///", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite://monitor.db", "has two slashes; write sqlite:///path with three"),
        (f"sqlite://ann:{SECRET}@monitor.db/x", "has two slashes"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadAddress) as refusal:
        parse_address(text)
    assert sentence in str(refusal.value)
    assert SECRET not in str(refusal.value)
    assert refusal.value.__cause__ is None
