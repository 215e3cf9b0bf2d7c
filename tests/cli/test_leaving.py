"""The monitor as a process of its own leaves in good order, whatever is in its way."""

import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from monitor.core.counting import counted
from tests.cli.asking import looks, owners, recorded, status
from tests.cli.conftest import Monitor, Process, Start, environment, wait_until

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(
    monitor: Monitor, running: Process, number: signal.Signals
) -> None:
    wait_until(lambda: "task 1" in owners(monitor))
    assert 0 == running.signal(number)
    assert f"({number.name})" in running.err
    assert "stopped: 0 sessions open, 0 records unwritten" in running.err
    opened = running.err.count("session.opened")
    assert 0 < opened == running.err.count("session.closed")
    document = status(monitor)
    assert (False, []) == (document["monitor"]["running"], document["sessions"])
    assert None is not document["monitor"]["stopped_at"]


def test_what_was_acknowledged_is_in_the_database(monitor: Monitor, running: Process) -> None:
    wait_until(lambda: 5 <= running.out.count("✓ up"))
    running.signal(signal.SIGTERM)
    shown = running.out.count("✓ up")
    assert shown == looks(monitor, "1")
    assert f"{counted(shown, 'look')}, {counted(shown, 'record')} written" in running.out


def begin(place: Path, then: str) -> str:
    """Return a target whose look makes the file `begun`, and then does something else."""
    return f"exec:sh -c 'touch {place}/begun; {then}'"


def test_a_look_in_flight_is_finished_and_recorded_before_it_leaves(
    monitor: Monitor, place: Path, start: Start
) -> None:
    process = start("run --for 60", begin(place, "sleep 1; echo finished"))
    wait_until((place / "begun").exists)
    assert 0 == process.signal(signal.SIGTERM)
    assert "finished" in process.out
    assert 1 == looks(monitor, "1")


def test_a_look_that_takes_longer_than_the_grace_is_given_up(
    place: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_GRACE", "200ms")
    process = start("run", begin(place, "sleep 60"))
    wait_until((place / "begun").exists)
    asked_s = time.monotonic()
    assert 0 == process.signal(signal.SIGTERM)
    assert 5 > time.monotonic() - asked_s
    assert "stopped: 0 sessions open" in process.err


def test_a_second_signal_ends_it_at_once(place: Path, start: Start) -> None:
    process = start("run", begin(place, "exec sleep 5"))
    wait_until((place / "begun").exists)
    process.popen.send_signal(signal.SIGTERM)
    process.wait_for("monitor.stopping")
    assert 128 + signal.SIGINT == process.signal(signal.SIGINT)


def test_ctrl_c_ends_a_look_without_a_word(place: Path, start: Start) -> None:
    process = start("check --timeout 1m", begin(place, "exec sleep 60"))
    wait_until((place / "begun").exists)
    assert 130 == process.signal(signal.SIGINT)
    assert ("", "") == (process.out, process.err)


def test_ctrl_c_ends_a_wait_without_a_word(monitor: Monitor, place: Path, start: Start) -> None:
    assert 0 == monitor("task add --name slow --interval 1h", begin(place, "sleep 9")).code
    start("run")
    wait_until((place / "begun").exists)
    process = start("task run slow")
    itself = psutil.Process(process.popen.pid)
    wait_until(lambda: any("monitor.db" in file.path for file in itself.open_files()))
    assert 130 == process.signal(signal.SIGINT)
    assert ("", "") == (process.out, process.err)


def test_after_a_crash_the_next_one_starts_at_once(
    monitor: Monitor, running: Process, start: Start
) -> None:
    wait_until(lambda: status(monitor)["monitor"]["running"])
    running.signal(signal.SIGKILL)
    assert (False, []) == (status(monitor)["monitor"]["running"], status(monitor)["sessions"])
    again = start("run --for 1")
    assert 0 == again.ends()
    assert "watching 1 task" in again.err


def test_a_terminal_that_stands_still_stops_nobody(
    monitor: Monitor, place: Path, start: Start
) -> None:
    """A pipe that nobody reads is full after some 500 lines; looks go on, and SIGTERM is heard."""
    targets = " ".join(f"'exec:true {'x' * 150} {number}'" for number in range(20))
    reading, writing = os.pipe()
    try:
        command = [sys.executable, "-m", "monitor", "run", *shlex.split(targets)]
        popen = subprocess.Popen(
            [*command, "--interval", "200ms"],
            stdout=writing,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        wait_until(lambda: 500 <= recorded(monitor))
        popen.send_signal(signal.SIGTERM)
        assert 0 == popen.wait(20)
    finally:
        popen.kill()
        popen.wait()
        os.close(reading)
        os.close(writing)


def test_a_reader_that_stops_reading_stops_nobody(
    monitor: Monitor, place: Path, start: Start
) -> None:
    """`monitor run | head -1` ends the reader; the monitor goes on looking."""
    line = f"{sys.executable} -m monitor run self: --interval 100ms --for 2 | head -1"
    command = ["bash", "-c", f"set -o pipefail; {line}"]
    shell = subprocess.run(command, capture_output=True, env=environment())
    assert b"Traceback" not in shell.stderr
    assert b"Broken" not in shell.stderr
    assert 1 == len(shell.stdout.splitlines())
    assert 10 <= looks(monitor, "1")


def test_only_one_database_file_is_left_behind(place: Path, start: Start) -> None:
    assert 0 == start("run self: --for 0.5").ends()
    assert ["monitor.db"] == [path.name for path in (place / "monitor-data").iterdir()]
    with closing(sqlite3.connect(place / "monitor-data" / "monitor.db")) as connection:
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()
