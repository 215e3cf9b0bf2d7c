"""`monitor user`, `monitor token`, `monitor hash-password`."""

from __future__ import annotations

import io
import re

import pytest

from monitor.core.access.people import digest
from tests.cli.conftest import Fill, Monitor, part

PASSWORD = "four words in a row"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who pipes a password into each command."""

    class Pipe(io.StringIO):
        def readline(self, *_size: int) -> str:  # type: ignore[override]
            return f"{PASSWORD}\n"

    monkeypatch.setattr("sys.stdin", Pipe())


@pytest.mark.usefixtures("typed")
def test_users_are_added_listed_changed_and_removed(database: str, monitor: Monitor) -> None:
    assert 'user "anna" added: admin\n' == monitor("user add anna").out
    assert 'user "bob" added: viewer\n' == monitor("user add bob --no-password").out
    assert 'user "bob" changed, now editor\n' == monitor("user edit BOB --role editor").out
    assert 'user "bob" changed, now editor, disabled\n' == monitor("user edit bob --disable").out
    assert 'user "bob" changed, now editor\n' == monitor("user edit bob --enable").out
    answer = monitor("user list")
    assert re.search(r"anna +admin +no\b", answer.out)
    assert re.search(r"bob +editor +no\b", answer.out)
    assert "администратор" in monitor("user list --lang ru").out
    listed = monitor("user list --json").document
    expected = {"name": "anna", "role": "admin", "has_password": True, "second_factor": False}
    assert expected == part(listed[0], expected)
    assert listed[1]["has_password"] is False
    assert "argon2" not in str(listed)
    answer = monitor("user password anna")
    assert 'user "anna" has another password; all sessions have ended\n' == answer.out
    assert 'user "bob" removed\n' == monitor("user remove bob").out
    assert ["anna"] == [one["name"] for one in monitor("user list --json").document]


@pytest.mark.usefixtures("typed")
@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("user add anna", "user 'anna' exists already; choose another name"),
        ("user add bob --role boss", "there is no role 'boss'; use one of viewer, editor, admin"),
        ("user add bob --password-hash x", "this is no argon2 hash; `monitor hash-password`"),
        ("user add bob --no-password --password-hash x", "a hash was given; decide for one"),
        ("user add ''", "the name of the user is empty"),
        ("user edit anna", "nothing to change; say --role"),
        ("user edit anna --role viewer", "'anna' is the last admin; make somebody else one first"),
        ("user edit anna --disable", "'anna' is the last admin"),
        ("user edit anna --disable --enable", "excludes --disable; decide for one"),
        ("user edit carl --role viewer", "there is no user 'carl'; `monitor user list` shows all"),
        ("user remove carl", "there is no user 'carl'"),
        ("user add", "NAME is missing"),
        ("user", "user what? There are: add, list, edit, password, remove"),
        ("token add t --for 1s", "--for: 1s is out of range; use 1m to"),
        ("token add t --user carl", "there is no user 'carl'"),
        ("token add t --path tasks", "'tasks' is no path; write it like /api/v1/tasks"),
        ("token revoke t", "there is no token 't'; `monitor token list` shows all"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch, line: str, sentence: str
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", "sqlite:///monitor.db")
    assert 0 == monitor("user add anna").code
    answer = monitor(line)
    assert 2 == answer.code
    assert sentence in answer.sentence


@pytest.mark.parametrize("password", ["short", "", "passwordpassword", "annaanna1234"])
def test_a_bad_password_is_refused_and_not_repeated(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    answer = monitor("user add anna")
    assert 2 == answer.code
    assert "the password" in answer.sentence
    if password:
        assert password not in answer.sentence
    assert [] == monitor("user list --json").document


def test_at_a_terminal_the_password_is_typed_twice(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = [PASSWORD, "a slip of fingers", PASSWORD, PASSWORD]
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: typed.pop(0))
    assert "the two passwords differ" in monitor("user add anna").sentence
    assert 0 == monitor("user add anna").code


@pytest.mark.usefixtures("typed")
def test_a_hash_stands_for_a_password(monitor: Monitor) -> None:
    kept = monitor("hash-password").out.strip()
    assert kept.startswith("$argon2id$v=19$m=65536,t=2,p=1$")
    answer = monitor("user add anna --json --password-hash", kept)
    assert answer.document["has_password"] is True


def test_a_token_is_shown_once_and_kept_as_a_digest(fill: Fill, monitor: Monitor) -> None:
    assert 0 == monitor("user add anna --no-password").code
    answer = monitor("token add ci --role editor --for 90d --path /api/v1 --read-only --user anna")
    secret, told = answer.out.splitlines()
    assert re.fullmatch(r"mon_[\w-]{43}", secret)
    assert 'token "ci": editor; it is not shown again' == told
    line = monitor("token list").out.splitlines()[1]
    assert re.search(r"ci +editor +anna +read-only, /api/v1 +20\d\d-", line)
    assert secret not in line
    [listed] = monitor("token list --json").document
    assert {"role": "editor", "owner": "anna"} == part(listed, {"role": 0, "owner": 0})
    kept: list[str] = []

    async def look(session: object) -> None:
        found = await session.registry.find_token(digest(secret))  # type: ignore[attr-defined]
        kept.append(found[0].name)

    fill(look)
    assert ["ci"] == kept
    assert 'token "ci" revoked\n' == monitor("token revoke ci").out
    assert [] == monitor("token list --json").document


def test_what_commands_change_is_written_down(fill: Fill, monitor: Monitor) -> None:
    monitor("user add anna --no-password")
    monitor("user add bob --no-password")
    monitor("user edit bob --role editor")
    monitor("token add ci")
    told: list[tuple[str, str, str]] = []

    async def look(session: object) -> None:
        deeds = await session.registry.deeds()  # type: ignore[attr-defined]
        told.extend((one.via, one.action, one.about) for one in deeds)
        assert {"role": "viewer"} == deeds[1].before
        assert {"role": "editor"} == deeds[1].after

    fill(look)
    assert [
        ("command line", "token.add", "ci"),
        ("command line", "user.edit", "bob"),
        ("command line", "user.add", "bob"),
        ("command line", "user.add", "anna"),
    ] == told


def test_users_and_tokens_are_in_a_backup(monitor: Monitor) -> None:
    monitor("user add anna --no-password")
    monitor("token add ci --user anna")
    assert 0 == monitor("db backup saved.gz").code
    there = "--database sqlite:///other.db"
    assert 0 == monitor(f"db restore saved.gz {there}").code
    assert ["anna"] == [one["name"] for one in monitor(f"user list --json {there}").document]
    assert 0 == monitor(f"user add bob --no-password {there}").code
    [token] = monitor(f"token list --json {there}").document
    assert ("ci", "anna") == (token["name"], token["owner"])
