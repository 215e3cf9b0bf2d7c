"""Every command, and every field of a task, with wrong values: one sentence, nothing changed."""

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor

LONG = "x" * 201

FIELDS = [
    ("--name ''", "name: is empty"),
    ("--name '  '", "name: is empty"),
    ("--name ' shop'", "begins or ends with a space"),
    ("--name 12", "'12' would be read as an id"),
    (f"--name {LONG}", "has 201 characters"),
    ("--name 'a\tb'", "contains a control character"),
    ("--name", "--name needs a value"),
    ("--name a --name b", "--name is given more than once"),
    ("--interval 30", "--interval: '30' has no unit"),
    ("--interval soon", "--interval: 'soon' is not a duration"),
    ("--interval ''", "--interval: '' is not a duration"),
    ("--interval 99ms", "interval: 99ms is out of range; use 100ms to 366d"),
    ("--interval 367d", "interval: 367d is out of range"),
    ("--interval=-5s", "--interval: '-5s' is not a duration"),
    (f"--interval {'9' * 400}s", "interval: "),
    ("--timeout 10", "--timeout: '10' has no unit"),
    ("--timeout 0s", "timeout: 0s is out of range"),
    ("--timeout 400d", "timeout: 400d is out of range"),
    ("--attempts 0", "attempts: 0 is out of range; use 1 to 100"),
    ("--attempts 101", "attempts: 101 is out of range"),
    ("--attempts=-1", "attempts: -1 is out of range"),
    ("--attempts 2.5", "--attempts: '2.5' is not a whole number"),
    ("--attempts many", "--attempts: 'many' is not a whole number"),
    ("--attempts 99999999999999999999", "is not a whole number"),
    ("--retry-interval 5", "--retry-interval: '5' has no unit"),
    ("--retry-interval 1ms", "retry-interval: 1ms is out of range"),
    ("--recovery-confirmations 0", "recovery-confirmations: 0 is out of range"),
    ("--recovery-confirmations x", "--recovery-confirmations: 'x' is not a whole number"),
    ("-o method", "-o 'method' is not KEY=VALUE"),
    ("-o =x", "-o '=x' is not KEY=VALUE"),
    ("-o a=1 -o a=2", "-o a is given more than once"),
    ("-o nope=1", "option nope: is not known here"),
    ("-o", "-o needs a value"),
    ("--nmae x", "unknown option: --nmae, did you mean --name"),
]
"""Wrong values of every field of a task, for `task add` and `task edit` alike."""

TARGETS = [
    ("''", "target: is empty"),
    ("example.com", "target: begins with no kind of look"),
    ("htps://example.com", "unknown kind of look 'htps', did you mean 'https'"),
    ("https://", "target: names no host"),
    ("tcp://localhost", "target: names no port"),
    ("tcp://localhost:99999", "port '99999' is out of range"),
    ("'https://exa mple.com'", "target: contains a space"),
    ("self:x", "target: has more than a scheme"),
    ("'self: '", "begins or ends with a space"),
    (f"https://example.com/{'x' * 4096}", "target: has 4116 characters"),
]

COMMANDS = [
    ("task", "task what? There are: add,"),
    ("db", "db what? There are: upgrade,"),
    ("tsk list", 'unknown command "tsk", did you mean "task"'),
    ("task lst", 'unknown command "lst", did you mean "list"'),
    ("nonsense", 'unknown command "nonsense"; there are: run, demo, check, task'),
    ("nonsense --json", "and more; `--help` shows all"),
    ("--database", "--database needs a value"),
    ("status --database", "--database needs a value"),
    ("--nonsense", "unknown option: --nonsense"),
    ("status nonsense", "'nonsense' is one argument too many"),
    ("status --nonsense", "unknown option: --nonsense"),
    ("--lang fr status", "--lang: 'fr' is not known; use en or ru"),
    ("status --lang fr", "--lang: 'fr' is not known; use en or ru"),
    ("--config nope.toml status", "the configuration file nope.toml: cannot be read"),
    ("--database nonsense status", "--database: the database URL cannot be read"),
    ("--database mysql://me:secret@host/x status", "database kind 'mysql' is not supported"),
    ("--database sqlite:// status", "--database: an SQLite database needs a file"),
    ("--database '' status", "--database: '' is not a text"),
    ("run nonsense", "target: begins with no kind of look"),
    ("run self: tcp://x", "target: names no port"),
    ("run --for soon", "--for: 'soon' is not a duration"),
    ("run --for 0", "--for: '0' is out of range"),
    ("run --for=-5", "--for: '-5' is not a duration"),
    ("run --interval 5s", "--interval is for targets that are added now"),
    ("run self: --interval 5", "--interval: '5' has no unit"),
    ("run self: --interval 1ms", "interval: 1ms is out of range"),
    ("run --log-format xml", "--log-format: 'xml' is not known; use text or json"),
    ("run --port 80", "unknown option: --port"),
    ("run --listen 8080", "--listen: '8080' is no address to listen on; write 127.0.0.1:8080"),
    ("run --listen ::1:8080", "--listen: '::1:8080' has an IPv6 address without brackets"),
    ("run --listen 127.0.0.1:65536", "--listen: '127.0.0.1:65536' is no address"),
    ("check", "TARGET is missing; see `monitor check --help`"),
    ("check self: self:", "'self:' is one argument too many"),
    ("check self: --timeout 5", "--timeout: '5' has no unit"),
    ("check self: --timeout 1ms", "timeout: 1ms is out of range"),
    ("check self: -o x=1", "option x: is not known here"),
    ("check tcp://localhost:1 -o nope=1", "option nope: is not known here"),
    ("task add", "TARGET is missing; see `monitor task add --help`"),
    ("task add self: --name shop", "task 'shop' exists already; choose another name"),
    ("task show", "TASK is missing"),
    ("task show shpo", "there is no task 'shpo', did you mean 'shop'"),
    ("task show 7", "there is no task '7'"),
    ("task show 99999999999999999999999999", "there is no task '9999"),
    ("task show ''", "there is no task ''"),
    ("task edit", "TASK is missing"),
    ("task edit shop", "there is nothing to change; say one of --target, --name"),
    ("task edit nope --name x", "there is no task 'nope'"),
    ("task edit shop --name other", "task 'other' exists already; choose another name"),
    ("task edit shop --unset nope", "--unset nope: task 'shop' has no such option"),
    ("task edit shop --paused", "unknown option: --paused"),
    ("task pause nope", "there is no task 'nope'"),
    ("task resume nope", "there is no task 'nope'"),
    ("task run nope", "there is no task 'nope'"),
    ("task run other", "task 'other' is paused; resume it first"),
    ("task remove nope", "there is no task 'nope'"),
    ("task remove shop other", "'other' is one argument too many"),
    ("history", "TASK is missing"),
    ("history nope", "there is no task 'nope'"),
    ("history shop --since yesterday", "--since: 'yesterday' is not a moment"),
    ("history shop --since 99999999d", "lies outside the calendar"),
    ("history shop --limit 0", "--limit: 0 is out of range"),
    ("history shop --limit ten", "--limit: 'ten' is not a whole number"),
    ("history shop --csv --json", "--csv and --json exclude each other"),
    ("db upgrade now", "'now' is one argument too many"),
    ("db current now", "'now' is one argument too many"),
    ("db check now", "'now' is one argument too many"),
    ("db backup", "FILE is missing"),
    ("db backup .", ". is a directory; name a file in it"),
    ("db backup monitor.toml", "the file monitor.toml is there already"),
    ("db restore", "FILE is missing"),
    ("db restore nope", "there is no file nope"),
    ("db restore monitor.toml", "the database is not empty"),
    ("verify --tasks 0", "--tasks: 0 is out of range"),
    ("verify --tasks x", "--tasks: 'x' is not a whole number"),
    ("verify --duration x", "--duration: 'x' is not a duration"),
    ("verify --report x.pdf", "report file 'x.pdf' must end in .md or .json"),
    ("verify now", "'now' is one argument too many"),
]


def content(path: Path) -> list[str]:
    """Return everything that stands in a database."""
    with sqlite3.connect(path) as connection:
        lines = list(connection.iterdump())
    connection.close()
    return lines


@pytest.fixture
def database(place: Path, shop: bytes) -> Path:
    """A database with the task `shop`, and `other` that is paused; and a settings file."""
    Path("monitor.toml").write_text("")
    path = place / "monitor-data" / "monitor.db"
    path.parent.mkdir()
    path.write_bytes(shop)
    return path


@pytest.mark.parametrize(("words", "expected"), FIELDS, ids=[words for words, _ in FIELDS])
def test_a_wrong_field_adds_no_task_and_changes_none(
    monitor: Monitor, database: Path, words: str, expected: str
) -> None:
    before = content(database)
    for line in (f"task add tcp://localhost:1 {words}", f"task edit shop {words}"):
        answer = monitor(line)
        assert 2 == answer.code
        assert expected in answer.sentence
    assert before == content(database)


@pytest.mark.parametrize(("words", "expected"), TARGETS, ids=[words[:40] for words, _ in TARGETS])
def test_a_wrong_target_is_taken_by_no_command(
    monitor: Monitor, database: Path, words: str, expected: str
) -> None:
    before = content(database)
    for line in ("task add", "task edit shop --target", "check", "run"):
        answer = monitor(f"{line} {words}")
        assert 2 == answer.code
        assert expected in answer.sentence
    assert before == content(database)


@pytest.mark.parametrize(("line", "expected"), COMMANDS, ids=[line for line, _ in COMMANDS])
def test_a_wrong_command_says_one_sentence(
    monitor: Monitor, database: Path, line: str, expected: str
) -> None:
    before = content(database)
    answer = monitor(line)
    assert 2 == answer.code
    assert expected in answer.sentence
    assert before == content(database)


@pytest.mark.parametrize(
    "line", ["task show nope", "status --nonsense", "task add self: --interval 5", "check nope"]
)
def test_with_json_an_error_leaves_stdout_empty_all_the_same(
    monitor: Monitor, database: Path, line: str
) -> None:
    answer = monitor(f"{line} --json")
    assert 2 == answer.code
    assert answer.sentence


def test_a_wrong_target_makes_no_data_directory(monitor: Monitor, place: Path) -> None:
    for line in ("task add nope", "run nope", "check nope"):
        assert 2 == monitor(line).code
    assert [] == list(place.iterdir())


def test_what_was_typed_cannot_command_the_terminal(monitor: Monitor, database: Path) -> None:
    assert "\x1b" not in monitor("task show", "\x1b[31mred").sentence


def test_a_wrong_setting_stops_every_command(
    monitor: Monitor, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_GRACE", "5")
    for line in ("status", "run --for 1", "check self:", "task list", "db current", "verify"):
        answer = monitor(line)
        assert 2 == answer.code
        assert "MONITOR_GRACE: '5' has no unit" in answer.sentence
