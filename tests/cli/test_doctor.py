"""`monitor doctor`: a sound database has no finding, and what an outsider breaks is named."""

import re
import socket
import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from monitor import __version__
from monitor.checkup import machine
from monitor.checkup.relations import in_circles
from monitor.core.model import (
    Incident,
    Lifecycle,
    Recovery,
    Result,
    State,
    Status,
    TaskSpec,
    Transition,
)
from monitor.core.ports import Session
from monitor.core.records import LifeRecord
from monitor.core.records import LookRecord as Look
from monitor.store import checkup
from monitor.store.migrations import HEAD
from tests.cli.conftest import Monitor
from tests.cli.outages import write
from tests.cli.story import a_node
from tests.outsider import Outsider, PostgresOutsider, open_outsider

HOUR_S = 3600.0
"""The interval of all tasks: the tests may take long, and nobody must look late for it."""


def ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


def a_task(name: str, **more: Any) -> TaskSpec:
    return TaskSpec(name=name, target="self:", interval_s=HOUR_S, **more)


def a_look(task_id: int, status: Status, **more: Any) -> Look:
    """The second look of a task: it was up, and is so still, or is down now."""
    at = ago(10)
    state = State(
        task_id=task_id,
        status=status,
        standing=status,
        seq=1 if status is Status.UP else 2,
        incidents=0 if status is Status.UP else 1,
        last_slot_at=at,
        last_looked_at=at,
        next_check_at=ago(-HOUR_S),
    )
    result = Result(status=status)
    record = Look(slot_at=at, looked_at=at, result=result, state=state)
    return attrs.evolve(record, **more)


def a_change(task_id: int, seq: int, before: Status, after: Status) -> Transition:
    return Transition(task_id=task_id, seq=seq, at=ago(70 - seq), before=before, after=after)


async def a_sound_fleet(session: Session) -> None:
    """Tasks `up` (1), `down` (2), `paused` (3), `resting` (4), and a monitor that beats."""
    specs = [a_task("up"), a_task("down"), a_task("paused", paused=True)]
    specs.append(a_task("resting", depends_on=("up",)))
    await session.add(specs, ago(20 * HOUR_S))
    first = [a_look(one, Status.UP, slot_at=ago(70), looked_at=ago(70)) for one in (1, 2)]
    first = [
        attrs.evolve(
            look,
            state=attrs.evolve(look.state, last_slot_at=ago(70), last_looked_at=ago(70)),
            transition=a_change(look.task_id, 1, Status.PENDING, Status.UP),
        )
        for look in first
    ]
    incident = Incident(task_id=2, number=1, opened_at=ago(10), confirmed_at=ago(10))
    fall = a_change(2, 2, Status.UP, Status.DOWN)
    rest = Recovery(
        lifecycle=Lifecycle.BACKOFF, attempts=2, retry_at=ago(-HOUR_S), changed_at=ago(20)
    )
    await session.commit(
        [
            *first,
            a_look(1, Status.UP),
            a_look(2, Status.DOWN, transition=fall, incident=incident),
            LifeRecord(task_id=4, recovery=rest),
        ]
    )
    await session.beat(a_node(version=__version__, started_at=ago(10 * HOUR_S)))


@pytest.fixture
def outsider(place: Path, database: str) -> Iterator[Outsider]:
    write(a_sound_fleet)
    with open_outsider(database) as outsider:
        yield outsider


def test_a_sound_database_has_no_finding(monitor: Monitor, outsider: Outsider) -> None:
    answer = monitor("doctor --json")
    assert [] == answer.document["findings"]
    assert (0, True, HEAD) == (
        answer.code,
        answer.document["well"],
        answer.document["facts"]["schema"],
    )
    answer = monitor("doctor")
    assert answer.out.startswith("all is well: 4 tasks, each accounted for, in ")
    assert monitor("doctor --lang ru").out.startswith("всё в порядке: задач 4")


LONG_AGO = "'2020-01-01 00:00:00+00:00'"

BROKEN = [
    # I1: no unaccounted silence
    (f"UPDATE task_state SET last_looked_at = {LONG_AGO} WHERE task_id = 1", "tasks.silent", "up"),
    (
        f"UPDATE task_state SET retry_at = {LONG_AGO} WHERE task_id = 4",
        "tasks.not_restarted",
        "resting",
    ),
    ("UPDATE task_state SET lifecycle = 'asleep' WHERE task_id = 1", "tasks.lifecycle", "up"),
    ("DELETE FROM task_state WHERE task_id = 1", "tasks.no_state", "up"),
    ("UPDATE task_state SET lifecycle = 'failed' WHERE task_id = 1", "tasks.failed", "up"),
    ("UPDATE task_state SET lifecycle = 'invalid' WHERE task_id = 1", "tasks.invalid", "up"),
    # I4: the log of changes is gapless, and leads to the state
    ("DELETE FROM transition WHERE task_id = 2 AND seq = 1", "ledger.steps", "down"),
    (
        "UPDATE transition SET before = 'degraded' WHERE task_id = 2 AND seq = 2",
        "ledger.steps",
        "down",
    ),
    ("DELETE FROM transition WHERE task_id = 2 AND seq = 2", "ledger.state", "down"),
    ("UPDATE task_state SET seq = 1 WHERE task_id = 2", "ledger.state", "down"),
    ("UPDATE task_state SET status = 'degraded' WHERE task_id = 1", "ledger.state", "up"),
    # I5: one open incident while the target is down, else none
    ("DELETE FROM incident", "ledger.incidents", "down"),
    (
        "INSERT INTO incident SELECT task_id, 2, opened_at, confirmed_at, NULL, '' FROM incident",
        "ledger.incidents",
        "down",
    ),
    ("UPDATE incident SET task_id = 1", "ledger.incidents", "up"),
    # I6: it always goes on
    (
        "UPDATE task_state SET next_check_at = last_slot_at WHERE task_id = 1",
        "tasks.next_check",
        "up",
    ),
    ("UPDATE task_state SET next_check_at = NULL WHERE task_id = 1", "tasks.next_check", "up"),
    # I7: counters within their limits
    ("UPDATE task_state SET consecutive_errors = 6 WHERE task_id = 1", "tasks.errors", "up"),
    ("UPDATE task_state SET recovery_attempts = 11 WHERE task_id = 4", "tasks.attempts", "resting"),
    # I8: a fault of ours is never booked on the target
    ("UPDATE result SET reason = 'database' WHERE status = 'down'", "ledger.blamed", "down"),
    ("UPDATE transition SET reason = 'uplink' WHERE after = 'down'", "ledger.blamed", "down"),
    ("UPDATE task_state SET reason = 'resolver' WHERE task_id = 2", "ledger.blamed", "down"),
    # what is named
    ("""UPDATE task SET alerts = '{"channels": ["ops"]}' WHERE id = 1""", "channels.missing", "up"),
    ("""UPDATE task SET depends_on = '["gone"]' WHERE id = 1""", "dependencies.missing", "up"),
    ("""UPDATE task SET depends_on = '["resting"]' WHERE id = 1""", "dependencies.circle", "up"),
    # clocks
    (
        "UPDATE task_state SET last_looked_at = '2099-01-01 00:00:00+00:00' WHERE task_id = 1",
        "clock.ahead",
        "up",
    ),
]


@pytest.mark.parametrize(("damage", "check", "task"), BROKEN)
def test_what_an_outsider_breaks_is_found_and_named(
    monitor: Monitor, outsider: Outsider, damage: str, check: str, task: str
) -> None:
    outsider.ask(_for(outsider, damage))
    answer = monitor("doctor --json")
    found = {one["check"]: one["tasks"] for one in answer.document["findings"]}
    assert check in found, answer.out
    assert task in found[check]
    assert 1 == answer.code
    assert all(one["advice"] for one in answer.document["findings"])


def test_a_finding_says_what_to_do(monitor: Monitor, outsider: Outsider) -> None:
    outsider.ask("DELETE FROM incident")
    lines = monitor("doctor").out.splitlines()
    assert (
        "✗ ledger.incidents: 1 task whose open incidents are not what is believed of the target: "
        "'down'"
    ) == lines[0]
    assert lines[1].startswith("  -> report it with `monitor history TASK --json`")


def _for(outsider: Outsider, statement: str) -> str:
    """SQLite keeps moments without their zone."""
    if isinstance(outsider, PostgresOutsider):
        return statement
    return statement.replace("+00:00'", ".000000'")


NOTICE = (
    "INSERT INTO notice (key, channel, thread, kind, at, since_at, task_id, subject, target, "
    "status, detail, tags, affected, state, why, attempts, message) VALUES ('1/1/down', 'ops', "
    "'1/1', 'down', {at}, {at}, 1, 'up', 'self:', 'down', '', '[]', '[]', "
    "'{state}', '{why}', 0, '')"
)


def checks(monitor: Monitor) -> list[str]:
    return [one["check"] for one in monitor("doctor --json").document["findings"]]


def test_alerts_that_are_stuck_or_dead_are_found(monitor: Monitor, outsider: Outsider) -> None:
    at = _for(outsider, LONG_AGO)
    outsider.ask(NOTICE.format(at=at, state="pending", why="quiet hours"))
    assert [] == checks(monitor)
    outsider.ask("UPDATE notice SET why = ''")
    assert ["notices.stuck"] == checks(monitor)
    outsider.ask("UPDATE notice SET state = 'dead'")
    assert ["notices.dead"] == checks(monitor)


def test_who_runs_is_judged(monitor: Monitor, outsider: Outsider) -> None:
    outsider.ask("UPDATE node SET version = '0.0.1'")
    assert ["monitor.version"] == checks(monitor)
    outsider.ask(f"UPDATE node SET version = '{__version__}'")
    outsider.ask(
        "INSERT INTO node SELECT 'm', host, 8, version, started_at, beat_at, stopped_at, sessions, "
        "figures FROM node"
    )
    assert ["monitor.single"] == checks(monitor)
    outsider.ask("UPDATE node SET stopped_at = beat_at")
    assert ["monitor.running"] == checks(monitor)


def test_what_nobody_could_look_at_since_the_monitor_stopped_is_no_silence(
    monitor: Monitor, outsider: Outsider
) -> None:
    for column in ("beat_at", "started_at"):
        outsider.ask(_for(outsider, f"UPDATE node SET {column} = {LONG_AGO}"))
    outsider.ask(_for(outsider, f"UPDATE task_state SET last_looked_at = {LONG_AGO}"))
    assert ["monitor.running"] == checks(monitor)


def test_records_that_pile_up_are_found(monitor: Monitor, outsider: Outsider) -> None:
    outsider.ask("""UPDATE node SET figures = '{"records_waiting": 5000}'""")
    assert ["monitor.behind"] == checks(monitor)


def test_another_schema_is_the_only_finding(monitor: Monitor, outsider: Outsider) -> None:
    outsider.ask("UPDATE alembic_version SET version_num = '9999'")
    outsider.ask("DELETE FROM incident")
    assert ["database.schema"] == checks(monitor)


def test_a_database_that_cannot_be_reached_is_exit_code_3(
    monitor: Monitor, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = monitor("doctor")
    assert (3, True) == (answer.code, "there is no file" in answer.sentence)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"postgresql://nobody@127.0.0.1:{server.getsockname()[1]}/nothing"
    monkeypatch.setenv("MONITOR_DATABASE_URL", url)  # nobody listens there any more
    assert 3 == monitor("doctor").code


def test_nothing_is_changed(monitor: Monitor, outsider: Outsider, database: str) -> None:
    tables = ("task", "task_state", "result", "transition", "incident", "node", "revision")
    before = [outsider.ask(f"SELECT * FROM {name}") for name in tables]
    assert [] == checks(monitor)
    assert before == [outsider.ask(f"SELECT * FROM {name}") for name in tables]
    assert [] == outsider.traces()


def test_a_transaction_of_ours_that_does_nothing_is_found(
    monitor: Monitor, place: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", postgres_url)
    monkeypatch.setattr("monitor.checkup.examination.IDLE_S", 0.0)
    write(a_sound_fleet)
    with open_outsider(postgres_url) as outsider:
        outsider.ask("SET application_name = 'monitor'")
        outsider.ask("BEGIN")
        assert ["postgresql.idle"] == checks(monitor)
        outsider.ask("ROLLBACK")
        assert [] == checks(monitor)


# --- the file and the machine --------------------------------------------------------------------


@pytest.fixture
def file(monitor: Monitor, place: Path) -> Path:
    monitor("db upgrade")
    return place / "monitor-data/monitor.db"


def test_a_file_in_another_journal_mode_is_found_and_left_so(monitor: Monitor, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    assert ["sqlite.journal"] == checks(monitor)
    assert ["sqlite.journal"] == checks(monitor)


def test_a_file_that_everybody_may_write_is_found(monitor: Monitor, file: Path) -> None:
    assert [] == checks(monitor)
    file.chmod(0o666)
    assert ["sqlite.permissions"] == checks(monitor)


def test_a_damaged_page_is_found(monitor: Monitor, file: Path) -> None:
    """A page of the table of events is overwritten, as a failing disk does."""
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT rootpage FROM sqlite_schema WHERE name = 'event_by_task'"
        [(page,)] = connection.execute(query).fetchall()
        [(size,)] = connection.execute("PRAGMA page_size").fetchall()
    with file.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xff" * size)
    assert "sqlite.damage" in checks(monitor)


def test_the_check_of_a_large_file_ends_in_time(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE big AS SELECT randomblob(500) AS x")
        for _ in range(12):
            connection.execute("INSERT INTO big SELECT randomblob(500) FROM big")
    assert checkup.check_file(file, limit_s=60.0).complete
    assert checkup.File(journal_mode="wal", damage=(), complete=False) == checkup.check_file(
        file, limit_s=0.0
    )


def test_a_full_disk_is_found(
    monitor: Monitor, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size of the disk is made up."""
    monkeypatch.setattr(machine, "ROOM", 2**63)
    assert ["disk.space"] == checks(monitor)


def a_line(name: str = "shop", **more: Any) -> checkup.Line:
    fields: dict[str, Any] = {field.name: None for field in attrs.fields(checkup.Line)}
    fields |= {"name": name, "target": "self:", "interval_s": 60.0, "timeout_s": 10.0}
    fields |= {"paused": False, "created_at": ago(9), "lifecycle": "running", "depends_on": ()}
    fields |= {"channels": (), "recovery_attempts": 0, "consecutive_errors": 0}
    return checkup.Line(**fields | more)


def test_descriptors_must_suffice_when_no_target_answers() -> None:
    lines = [a_line(str(number)) for number in range(6000)]
    assert [] == machine.descriptors(lines, None)
    assert [] == machine.descriptors(lines, 2200)
    [finding] = machine.descriptors(lines, 1024)
    # What this process has open for itself counts, and differs from run to run.
    assert re.search(r"may open 1024 files and sockets, but needs 2[12]\d\d if no", finding.found)


def test_tasks_that_send_icmp_need_the_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that allows it to nobody is made up."""

    def forbidden(*_: object) -> socket.socket:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("monitor.probes.icmpwire.socket.socket", forbidden)
    assert [] == machine.icmp([a_line()])
    [finding] = machine.icmp([a_line(target="icmp://192.0.2.1")])
    assert "ping_group_range" in finding.advice


def test_a_machine_without_certificate_authorities_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert [] == machine.authorities()
    empty = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    monkeypatch.setattr(ssl, "create_default_context", lambda: empty)
    assert ["tls.authorities"] == [one.check for one in machine.authorities()]


def test_versions_that_nobody_tested_are_found() -> None:
    assert [] == machine.old((3, 11), (3, 40, 1))
    assert ["versions.python", "versions.sqlite"] == [
        one.check for one in machine.old((3, 10), (3, 34, 1))
    ]


def test_clocks_that_differ_are_found() -> None:
    def server(seconds: float) -> checkup.Server:
        return checkup.Server(version="17", now=ago(seconds), idle=0)

    assert [] == machine.of_server(server(4), ago(0))
    assert ["clock.skew"] == [one.check for one in machine.of_server(server(6), ago(0))]
    assert ["clock.skew"] == [one.check for one in machine.of_server(server(-6), ago(0))]


@pytest.mark.parametrize(
    ("depends_on", "expected"),
    [
        ({"a": ["b"], "b": ["c"], "c": []}, []),
        ({"a": ["gone"]}, []),
        ({"a": ["a"]}, ["a"]),
        ({"a": ["b"], "b": ["a"], "c": ["a"], "d": []}, ["a", "b"]),
        (
            {"a": ["b"], "b": ["a", "bridge"], "bridge": ["c"], "c": ["d"], "d": ["c"]},
            ["a", "b", "c", "d"],
        ),
    ],
)
def test_only_what_lies_in_a_circle_is_named(
    depends_on: dict[str, list[str]], expected: list[str]
) -> None:
    assert expected == in_circles(depends_on)
