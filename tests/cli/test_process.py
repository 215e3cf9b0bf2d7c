"""The monitor as a process of its own: it starts, and takes up what others change."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.asking import looks, owners, status, task
from tests.cli.conftest import Monitor, Process, Start, environment, part, wait_until

pytestmark = pytest.mark.slow

TAKEN_UP_S = 2.0
"""The contract: changes by any process are taken up within this time."""


def test_one_line_watches_something_and_leaves_by_itself(
    monitor: Monitor, database: str, start: Start, port: int
) -> None:
    process = start(f"tcp://127.0.0.1:{port} --interval 100ms --for 1")
    assert 0 == process.ends()
    assert "✓ up" in process.out
    assert f"tcp://127.0.0.1:{port}" in process.out
    assert "0 sessions open" in process.out.splitlines()[-3]
    assert "monitor status" in process.out
    assert "(time is up)" in process.err
    assert "stopped: 0 sessions open, 0 records unwritten" in process.err
    assert "Traceback" not in process.err
    assert 5 <= looks(monitor, "1")
    assert (0, False, []) == (
        monitor("status").code,
        status(monitor)["monitor"]["running"],
        status(monitor)["sessions"],
    )


def test_a_task_that_is_added_is_taken_up_within_two_seconds(
    monitor: Monitor, running: Process
) -> None:
    assert 0 == monitor("task add self: --name new --interval 200ms").code
    added_s = time.monotonic()
    running.wait_shown("new")
    assert TAKEN_UP_S > time.monotonic() - added_s
    wait_until(lambda: "up" == task(monitor, "new")["status"])
    wait_until(lambda: {"task 1", "task 2"} <= owners(monitor))


def test_a_task_that_is_paused_is_looked_at_no_more_until_it_is_resumed(
    monitor: Monitor, running: Process
) -> None:
    wait_until(lambda: "task 1" in owners(monitor))
    assert 0 == monitor("task pause 1").code
    wait_until(lambda: "task 1" not in owners(monitor), TAKEN_UP_S + 4)
    assert "paused" == status(monitor)["tasks"][0]["status"]
    before = looks(monitor, "1")
    assert before == looks(monitor, "1")
    assert 0 == monitor("task resume 1").code
    wait_until(lambda: before < looks(monitor, "1"))
    wait_until(
        lambda: (
            "paused"
            in {entry.get("reason") for entry in monitor("history 1 --json").document["entries"]}
        )
    )


def test_a_task_that_is_edited_goes_on_as_it_is_now(monitor: Monitor, running: Process) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
    line = f"task edit 1 --name moved --target {dead} --attempts 2 --retry-interval 100ms"
    assert 0 == monitor(line).code
    running.wait_shown("moved")
    wait_until(lambda: "down" == task(monitor, "moved")["status"])
    answer = monitor("status")
    assert 1 == answer.code
    assert "✗ down" in answer.out
    assert "to be confirmed, look 1" in running.out


def test_a_task_that_is_removed_is_gone(monitor: Monitor, running: Process) -> None:
    wait_until(lambda: "task 1" in owners(monitor))
    assert 0 == monitor("task remove 1").code
    wait_until(lambda: "task 1" not in owners(monitor), TAKEN_UP_S + 4)
    assert [] == status(monitor)["tasks"]
    assert 0 == running.signal(signal.SIGTERM)
    assert "Traceback" not in running.err


def test_a_look_can_be_had_at_once(monitor: Monitor, running: Process) -> None:
    assert 0 == monitor("task add self: --name rare --interval 1h").code
    running.wait_shown("rare")
    before = looks(monitor, "rare")
    answer = monitor("task run rare --json")
    assert (0, "up", "rare") == (
        answer.code,
        answer.document["status"],
        answer.document["name"],
    )
    assert before < looks(monitor, "rare")


def test_a_look_at_something_dead_has_exit_code_1(monitor: Monitor, running: Process) -> None:
    assert 0 == monitor("task add tcp://127.0.0.1:1 --name dead --interval 1h").code
    running.wait_shown("dead")
    answer = monitor("task run dead")
    assert 1 == answer.code
    assert "connection refused" in answer.out


def test_a_second_monitor_on_the_same_database_is_refused(
    monitor: Monitor, running: Process, database: str
) -> None:
    wait_until(lambda: status(monitor)["monitor"]["running"])
    answer = monitor("run --for 1")
    assert 2 == answer.code
    assert f"is already run by process {running.popen.pid} on " in answer.sentence
    assert answer.sentence.endswith("stop it first")


def test_an_empty_database_says_what_to_type_next(
    monitor: Monitor, place: Path, start: Start
) -> None:
    process = start("")
    process.wait_for("monitor.started")
    for words in ("nothing to watch yet", "task add https://", "check https://", "run https://"):
        assert words in process.out
    assert 0 == monitor("task add self: --name first").code
    process.wait_shown("first")
    assert 0 == process.signal(signal.SIGTERM)


def test_with_json_logs_stdout_is_silent_and_every_line_is_json(place: Path, start: Start) -> None:
    process = start("run self: --for 0.5 --log-format json --verbose")
    assert (0, "") == (process.ends(), process.out)
    events = {json.loads(line)["event"] for line in process.err.splitlines()}
    assert {"monitor.started", "session.opened", "session.closed", "monitor.stopped"} <= events


def test_with_json_there_is_one_document_at_the_end(place: Path, start: Start) -> None:
    process = start("--json run self: --for 0.5")
    assert 0 == process.ends()
    document = json.loads(process.out)
    expected = {"tasks": 1, "open_sessions": 0, "records_waiting": 0, "cause": "time is up"}
    assert expected == part(document, expected)
    assert document["looks"] == document["results_recorded"] >= 1


def test_it_speaks_russian(place: Path, start: Start) -> None:
    process = start("run self: --for 0.5 --lang ru --verbose")
    assert 0 == process.ends()
    assert "создана отдельная сессия БД для мониторинга" in process.err
    assert "✓ работает" in process.out


def test_many_tasks_are_not_shown_one_by_one(monitor: Monitor, place: Path, start: Start) -> None:
    targets = " ".join(f"'exec:true {number}'" for number in range(21))
    process = start(f"run {targets} --interval 1s --for 1.5")
    assert 0 == process.ends()
    assert "more than 20 tasks" in process.out
    assert "✓ up" not in process.out


def test_the_status_of_a_task_that_always_breaks(
    monitor: Monitor, place: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five own errors in a row end the child; it comes back by itself, and is shown meanwhile."""
    (place / "shaky.py").write_text("async def look():\n    raise RuntimeError('oh no')\n")
    monkeypatch.setenv("PYTHONPATH", str(place), prepend=":")
    monkeypatch.setenv("MONITOR_RECOVERY_BASE", "1h")
    monkeypatch.setenv("MONITOR_RECOVERY_CAP", "1h")
    process = start("run python:shaky:look --interval 100ms")
    process.wait_for("task.restarting")
    wait_until(lambda: "backing_off" == status(monitor)["tasks"][0]["reason"])
    shown = status(monitor)["tasks"][0]
    assert ("unknown", 1) == (shown["status"], shown["recovery"]["attempts"])
    answer = monitor("task run 1")
    assert 3 == answer.code
    assert "is not being looked at (backoff: " in answer.sentence
    kinds = [entry.get("event") for entry in monitor("history 1 --json").document["entries"]]
    assert (5, 1) == (kinds.count("task.error"), kinds.count("task.restarting"))
    assert 0 == monitor("task resume 1").code
    wait_until(lambda: 10 <= process.err.count("task.error"))
    assert 0 == process.signal(signal.SIGTERM)


def test_a_backup_is_taken_while_it_runs(monitor: Monitor, running: Process) -> None:
    wait_until(lambda: 3 <= looks(monitor, "1"))
    before = looks(monitor, "1")
    assert 0 == monitor("db backup now.gz").code
    assert 0 == monitor("db restore now.gz --database sqlite:///copy.db").code
    entries = monitor("history 1 --json --database sqlite:///copy.db").document["entries"]
    assert before <= sum(entry["kind"] == "look" for entry in entries)
    wait_until(lambda: before + 3 <= looks(monitor, "1"))
    assert "ERROR" not in running.err


def test_help_is_quick_because_it_needs_no_large_library(place: Path) -> None:
    program = (
        "import sys, monitor.cli; monitor.cli.main(['--help']); "
        "print(sorted({'sqlalchemy', 'alembic', 'cryptography', 'asyncpg'} & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment()
    )
    assert ended.stdout.endswith("\n[]\n")


def test_a_terminal_without_our_signs_gets_others(monitor: Monitor, place: Path) -> None:
    monitor("task add self: --name магазин")
    for line in ("task list", "task list --json", "status", "check self: --lang ru"):
        ended = subprocess.run(
            [sys.executable, "-m", "monitor", *line.split()],
            capture_output=True,
            env={**environment(), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        )
        assert (0, b"") == (ended.returncode, ended.stderr)
        if "--json" in line:
            assert "магазин" == json.loads(ended.stdout)[0]["name"]


def test_tasks_of_the_configuration_run_and_follow_it(
    monitor: Monitor, start: Start, place: Path
) -> None:
    file = place / "monitor.toml"

    def write(*tasks: str) -> None:
        """Replace the file at one blow, as editors do."""
        new = place / "new.toml"
        new.write_text('[defaults]\ninterval = "200ms"\n' + "".join(tasks))
        new.replace(file)

    one = '[[task]]\nname = "one"\ntarget = "self:"\n'
    two = '[[task]]\nname = "two"\ntarget = "self:"\n'
    write(one)
    process = start("run")
    wait_until(lambda: process.out.count("one") >= 2)
    first = owners(monitor)
    write(one, two)
    process.wait_for("1 task added, 0 changed")
    process.wait_shown("two")
    write(one.replace("self:", "slf:"), "[[task]\n")
    process.wait_for("config.refused")
    write(one.replace("self:", "slf:"))
    process.wait_for("unknown kind of look 'slf'")
    write(two)
    process.wait_for('task "one" stands in no file any more and goes on')
    before = looks(monitor, "one")
    wait_until(lambda: before < looks(monitor, "one"))
    brief = {"drill", "housekeeping"}  # whose sessions are open for a moment at the start
    assert first - brief <= owners(monitor)
    assert 1 == process.err.count("task.started") + process.err.count("monitor.started")
    assert 0 == process.signal(signal.SIGTERM)


def test_a_wrong_configuration_starts_nothing(start: Start, place: Path) -> None:
    (place / "monitor.toml").write_text('[[task]]\nname = "one"\ntarget = "slf:"\n')
    process = start("run")
    assert 2 == process.ends()
    assert 'monitor.toml:3:1: task "one", target: has an unknown kind' in process.err
    assert not (place / "monitor-data").exists()
