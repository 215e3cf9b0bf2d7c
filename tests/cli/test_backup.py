"""Backups: from any database into any other, all of it or nothing."""

import gzip
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from monitor.cli.whoami import whoami
from monitor.core.model import Node
from monitor.core.ports import Session
from monitor.store.backed_up import ADDED_LATER
from tests.cli.conftest import Fill, Monitor
from tests.cli.story import NOW, a_story, ago

Line = Any


@pytest.fixture
def backup(monitor: Monitor, fill: Fill) -> Path:
    """A backup of a story."""
    fill(a_story)
    assert 0 == monitor("db backup story.gz").code
    return Path("story.gz")


def lines(path: Path) -> list[Line]:
    with gzip.open(path, "rt") as text:
        return [json.loads(line) for line in text]


def everything(monitor: Monitor, url: str) -> list[Any]:
    """Return what the commands know of a database."""
    names = ["up", "down", "lost", "paused"]
    return [
        monitor("task list --json", "--database", url).document,
        *(monitor(f"history {name} --json", "--database", url).document for name in names),
    ]


def test_it_says_what_it_did(monitor: Monitor, backup: Path) -> None:
    answer = monitor("db backup again.gz --json")
    rows = {"task": 4, "task_state": 4, "result": 4, "transition": 1, "gap": 1, "event": 2}
    told = answer.document["rows"]
    assert ("again.gz", rows) == (answer.document["file"], {name: told.pop(name) for name in rows})
    assert {0} == set(told.values())
    assert {"incident", "ping", "notice", "channel", "maintenance"} <= set(told)
    said = monitor("db restore story.gz --database sqlite:///new.db").out
    assert said.endswith("rows of 4 tasks restored from story.gz\n")


def test_it_can_be_read_by_its_owner_only(backup: Path) -> None:
    assert 0o600 == stat.S_IMODE(backup.stat().st_mode)
    assert not Path("story.gz.part").exists()


def test_it_goes_from_sqlite_to_postgresql_and_back(
    monitor: Monitor, backup: Path, postgres_url: str
) -> None:
    assert 0 == monitor("db restore story.gz", "--database", postgres_url).code
    assert 0 == monitor("db backup back.gz", "--database", postgres_url).code
    assert 0 == monitor("db restore back.gz --database sqlite:///new.db").code
    first = everything(monitor, "sqlite:///monitor.db")
    assert first == everything(monitor, postgres_url)
    assert first == everything(monitor, "sqlite:///new.db")
    assert sorted(map(str, _told(backup))) == sorted(map(str, _told(Path("back.gz"))))


def _told(path: Path) -> list[Line]:
    """Return the rows but those that restoring has added."""
    return [row for row in lines(path)[1:-1] if row[0] != "deed"]


def test_who_restored_it_and_from_which_file_is_written_down(
    monitor: Monitor, backup: Path, postgres_url: str
) -> None:
    for url in ("sqlite:///new.db", postgres_url):
        assert 0 == monitor("db restore story.gz", "--database", url).code
        [deed] = monitor("audit-log --json", "--database", url).document
        told = (deed["actor"], deed["via"], deed["action"], deed["about"])
        assert (whoami(), "command line", "database.restore", "story.gz") == told
        created_at, rows = lines(backup)[0]["created_at"], len(lines(backup)) - 2
        facts = {"backed_up_at": created_at, "tasks": 4, "rows": rows}
        assert {"file": str(backup.resolve()), **facts} == deed["after"]
    assert 0 == monitor("db backup once.gz --database sqlite:///new.db").code
    assert 0 == monitor("db restore once.gz --database sqlite:///newer.db").code
    restored = monitor("audit-log --json --database sqlite:///newer.db").document
    assert ["story.gz", "once.gz"] == [one["about"] for one in restored], "none is lost or doubled"


def test_who_was_there_to_hear_a_job_is_known_after_a_restoration_too(
    monitor: Monitor, fill: Fill
) -> None:
    """Or every job whose ping came after the backup would be said to be missing."""

    async def somebody_runs(session: Session) -> None:
        node = Node(id="a", host="elsewhere", pid=1, version="1", started_at=ago(3600), beat_at=NOW)
        await session.beat(attrs.evolve(node, sessions={"task 1": NOW.isoformat()}))

    fill(somebody_runs)
    assert 0 == monitor("db backup story.gz").code
    assert 0 == monitor("db restore story.gz --database sqlite:///new.db").code
    assert 0 == monitor("db backup again.gz --database sqlite:///new.db").code
    header, *rows = lines(Path("again.gz"))
    [node] = [row[1:] for row in rows[:-1] if row[0] == "node"]
    kept = dict(zip(header["tables"]["node"], node, strict=True))
    beat_at = NOW.isoformat()
    assert (beat_at, {}) == (kept["beat_at"], kept["sessions"])
    assert beat_at == kept["stopped_at"], "it does not run on this database"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_new_task_gets_an_id_that_none_ever_had(
    monitor: Monitor, backup: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    url = "sqlite:///new.db" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    assert 0 == monitor("task remove paused").code
    assert 0 == monitor("db backup less.gz").code
    assert 0 == monitor("db restore less.gz", "--database", url).code
    assert 5 == monitor("task add self: --name new --json", "--database", url).document["id"]


def test_also_a_database_without_tasks_remembers_the_ids_it_gave(
    monitor: Monitor, backup: Path, postgres_url: str
) -> None:
    for name in ("up", "down", "lost", "paused"):
        assert 0 == monitor(f"task remove {name}").code
    assert 0 == monitor("db backup none.gz").code
    for url in ("sqlite:///new.db", postgres_url):
        assert 0 == monitor("db restore none.gz", "--database", url).code
        assert 5 == monitor("task add self: --json", "--database", url).document["id"]


def test_silences_go_with_it_and_new_ones_get_other_numbers(
    monitor: Monitor, backup: Path, postgres_url: str
) -> None:
    assert 0 == monitor("silence add --for 2h --note deploy").code
    assert 0 == monitor("silence add --task up --for 1d").code
    assert 0 == monitor("db backup quiet.gz").code
    before = monitor("silence list --json").document
    assert ["deploy", ""] == [one["note"] for one in before]
    for url in ("sqlite:///new.db", postgres_url):
        assert 0 == monitor("db restore quiet.gz", "--database", url).code
        assert before == monitor("silence list --json", "--database", url).document
        assert 0 == monitor("silence add --for 1h", "--database", url).code
        assert 3 == monitor("silence list --json", "--database", url).document[-1]["id"]


def test_a_backup_of_an_older_schema_is_restored_with_what_is_new_at_its_default(
    monitor: Monitor, backup: Path
) -> None:
    rows: list[Any] = lines(backup)
    newer = {
        "task": ["from_file", "alerts", "depends_on", "tags", "invert", "degraded", "expect"],
        "task_state": ["flapping_since_at", "flaps"],
    }
    for table, names in newer.items():
        columns = rows[0]["tables"][table]
        for at in sorted((columns.index(name) for name in names), reverse=True):
            del columns[at]
            for row in rows[1:-1]:
                if row[0] == table:
                    del row[at + 1]
    rows[0]["schema"] = "0001"
    for table in ADDED_LATER & set(rows[0]["tables"]):
        del rows[0]["tables"][table], rows[-1]["end"][table]
    with gzip.open("old.gz", "wt") as text:
        text.writelines(json.dumps(row) + "\n" for row in rows)
    answer = monitor("db restore old.gz --database sqlite:///new.db")
    assert (0, "") == (answer.code, answer.err)
    assert everything(monitor, "sqlite:///monitor.db") == everything(monitor, "sqlite:///new.db")


def test_it_replaces_no_file_unless_told_to(monitor: Monitor, backup: Path) -> None:
    before = backup.read_bytes()
    answer = monitor("db backup story.gz")
    assert 2 == answer.code
    assert "the file story.gz is there already; name another, or use --force" in answer.sentence
    assert before == backup.read_bytes()
    assert 0 == monitor("db backup story.gz --force").code


def test_it_fills_empty_databases_only(monitor: Monitor, backup: Path) -> None:
    before = everything(monitor, "sqlite:///monitor.db")
    answer = monitor("db restore story.gz")
    assert 2 == answer.code
    assert "the database is not empty, its table task has 4 rows" in answer.sentence
    assert before == everything(monitor, "sqlite:///monitor.db")


def test_a_directory_that_is_missing(monitor: Monitor, backup: Path) -> None:
    answer = monitor("db backup nowhere/file.gz")
    assert 3 == answer.code
    assert "nowhere/file.gz cannot be written: no such file or directory" in answer.sentence


def set_header(**changes: Any) -> Callable[[list[Line]], None]:
    return lambda all_lines: all_lines[0].update(changes)


def set_value(table: str, column: int, value: Any) -> Callable[[list[Line]], None]:
    def change(all_lines: list[Line]) -> None:
        row = next(line for line in all_lines[1:] if line[0] == table)
        row[column] = value

    return change


DAMAGE: list[tuple[str, Callable[[list[Line]], Any], str]] = [
    ("another format", set_header(format="zip"), "line 1: this is not a backup of monitor"),
    ("another version", set_header(version=2), "line 1: this program reads version 1"),
    ("another schema", set_header(schema="0000"), "line 1: the backup is of schema 0000"),
    ("other tables", set_header(tables={}), "line 1: the tables of the backup are not those"),
    ("no header", lambda rows: rows.pop(0), "line 1: this is not a backup of monitor"),
    ("no end", lambda rows: rows.pop(), "the backup is not complete"),
    ("a row lost", lambda rows: rows.pop(5), "holds other rows than its last line counts"),
    ("a row twice", lambda rows: rows.insert(2, rows[1]), "rows of task right before it cannot"),
    ("after the end", lambda rows: rows.append(rows[1]), "something follows the end"),
    ("a strange table", set_value("task", 0, "user"), "line 2: this is not a row of a table"),
    ("a short row", lambda rows: rows[1].pop(), "line 2: a row of task has 18 values, here are 17"),
    ("a wrong id", set_value("task", 1, "one"), "line 2: 'one' cannot stand in task.id"),
    ("a huge id", set_value("task", 1, 2**63), "cannot stand in task.id"),
    ("no name", set_value("task", 2, None), "line 2: None cannot stand in task.name"),
    ("a wrong number", set_value("task", 4, True), "True cannot stand in task.interval_s"),
    ("wrong conditions", set_value("task", 10, {}), "{} cannot stand in task.expect"),
    ("wrong options", set_value("task", 9, []), "[] cannot stand in task.options"),
    ("wrong tags", set_value("task", 13, {}), "{} cannot stand in task.tags"),
    ("wrong alerts", set_value("task", 15, {"on": ["x"]}), "cannot stand in task.alerts"),
    ("a wrong moment", set_value("task", 18, "noon"), "'noon' cannot stand in task.created_at"),
    ("no zone", set_value("task", 18, "2026-11-24"), "cannot stand in task.created_at"),
    (
        "a strange status",
        set_value("task_state", 2, "fine"),
        "'fine' cannot stand in task_state.st",
    ),
    ("no state", set_value("task_state", 1, 77), "has no state, or the state has no task"),
]


@pytest.mark.parametrize(
    ("damage", "expected"), [d[1:] for d in DAMAGE], ids=[d[0] for d in DAMAGE]
)
def test_a_damaged_backup_is_refused_and_leaves_nothing(
    monitor: Monitor, backup: Path, damage: Callable[[list[Line]], Any], expected: str
) -> None:
    rows = lines(backup)
    damage(rows)
    with gzip.open("bad.gz", "wt") as text:
        text.writelines(json.dumps(row) + "\n" for row in rows)
    answer = monitor("db restore bad.gz --database sqlite:///new.db")
    assert 2 == answer.code
    assert expected in answer.sentence
    assert [] == monitor("task list --json --database sqlite:///new.db").document


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda raw: raw[: len(raw) // 2], "the file ends too early"),
        (lambda raw: raw[:-8] + b"12345678", "the file is damaged"),
        (lambda raw: b"PK" + raw, "bad.gz is not a backup of monitor"),
        (lambda raw: b"", "bad.gz: this is not a backup of monitor"),
        (lambda raw: gzip.compress(b"hello\n"), "bad.gz, line 1: this is not a line of a backup"),
    ],
    ids=["cut", "overwritten", "no gzip", "empty", "no JSON"],
)
def test_a_damaged_file_is_refused(
    monitor: Monitor, backup: Path, damage: Callable[[bytes], bytes], expected: str
) -> None:
    Path("bad.gz").write_bytes(damage(backup.read_bytes()))
    answer = monitor("db restore bad.gz --database sqlite:///new.db")
    assert 2 == answer.code
    assert expected in answer.sentence
    assert [] == monitor("task list --json --database sqlite:///new.db").document
