"""`monitor drill` asks a real monitor, whose canary falls and recovers."""

import pytest

from monitor.cli.words import Words
from tests.cli.conftest import Monitor, Process, Start


def test_a_running_monitor_proves_that_it_recovers(monitor: Monitor, running: Process) -> None:
    answer = monitor("drill --json")
    assert (0, True, False) == (
        answer.code,
        answer.document["recovered"],
        answer.document["late"],
    )
    assert answer.document["took_s"] >= 2
    running.wait_for("drill.recovered")
    assert monitor("drill").out.startswith("the canary recovered: after 2")


def test_a_schedule_is_read(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_DRILL_EVERY", "1s")
    process = start("run self: --for 1s")
    assert 2 == process.ends()
    assert "MONITOR_DRILL_EVERY: '1s' is out of range; use 1m to 366d" in process.err


def test_without_a_monitor_nobody_can_tell(monitor: Monitor) -> None:
    monitor("task add self:")
    answer = monitor("drill")
    assert 3 == answer.code
    assert answer.sentence.startswith("no monitor is running; start one with `")


def test_it_speaks_russian() -> None:
    said = Words("ru")("the canary recovered: {detail}", detail="2s")
    assert "канарейка восстановлена: 2s" == said
