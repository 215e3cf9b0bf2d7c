"""The demonstration as a process: what is promised is seen, and nothing is left behind."""

from __future__ import annotations

import json
import re
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor, Start, monitor, place, start

__all__ = ["monitor", "place", "start"]

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def own_folder(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(place / "tmp"))


def test_what_it_shows_is_there_and_a_signal_leaves_nothing_behind(
    start: Start, monitor: Monitor, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", "postgresql://nobody@192.0.2.1/must-not-be-touched")
    demo = start("demo --listen 127.0.0.1:0")
    demo.wait_shown("↻ jobs-per-worker: has been ended")
    for expected in (
        "✓ up           status 200 OK",
        "✗ down         127.0.0.1:",
        "! degraded     latency < 300ms",
        "! degraded     TLSv1.3, certificate valid for 5.0 more days",
        "the inbox has taken: DOWN: old-database",
        "! jobs-per-worker: our own code failed: ZeroDivisionError: division by zero",
    ):
        demo.wait_shown(expected)
    shown = demo.out
    assert "✗ down" not in re.findall(r"jobs-per-worker .*", shown)[0]

    folder = re.findall(r"--data-dir (\S+)", shown)[0]
    monkeypatch.delenv("MONITOR_DATABASE_URL")
    status = monitor(f"status --json --data-dir {folder}")
    tasks = {one["name"]: one["status"] for one in status.document["tasks"]}
    assert 7 == len(tasks)
    assert ("down", "unknown") == (tasks["old-database"], tasks["jobs-per-worker"])

    [public] = re.findall(r"status page: (\S+)", shown)
    with urllib.request.urlopen(public, timeout=5) as answer:
        page = answer.read().decode()
    assert ("Demo Shop" in page, "Storefront" in page, "old-database" in page) == (
        True,
        True,
        False,
    )

    [ping] = re.findall(r"curl (\S+)", shown)
    with urllib.request.urlopen(ping, timeout=5) as answer:
        assert 200 == answer.status
    demo.wait_shown("nightly-backup   ✓ up")

    assert 0 == demo.signal(signal.SIGTERM)
    assert "Nothing is left behind." in demo.out
    assert "" == demo.err
    assert [] == [*(place / "tmp").iterdir()]
    assert not (place / "monitor-data").exists()


def test_with_json_it_says_nothing_else_and_another_port_will_do(
    start: Start, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MONITOR_LISTEN")
    try:
        taken = socket.create_server(("127.0.0.1", 8080))
    except OSError:
        taken = socket.socket()  # somebody else has it, which is as good
    with taken:
        demo = start("demo --json --for 2s")
        assert 0 == demo.ends()
    figures = json.loads(demo.out)
    assert (7, "time is up", 0) == (figures["tasks"], figures["cause"], figures["open_sessions"])
    assert figures["alerts_sent"] > 0
    assert [] == [*(place / "tmp").iterdir()]


@pytest.mark.parametrize(
    ("line", "name"),
    [("--database sqlite:///x.db", "--database"), ("--data-dir x", "--data-dir")],
)
def test_it_takes_no_database_of_yours(monitor: Monitor, line: str, name: str) -> None:
    answer = monitor(f"demo {line}")
    assert 2 == answer.code
    assert f"{name} is not for the demo, which keeps nothing; leave it out" == answer.sentence
