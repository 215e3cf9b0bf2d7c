"""`monitor status` and `monitor history`, on databases filled by hand."""

import csv
import io
import os
import re
import socket

import pytest

from monitor.core.model import RequestKind
from monitor.core.ports import Session
from tests.cli.conftest import Fill, Monitor, part
from tests.cli.story import NOW, a_fleet, a_node, a_story, ago


def test_the_exit_code_says_whether_all_is_well(monitor: Monitor, fill: Fill) -> None:
    fill(a_fleet)
    assert 1 == monitor("status").code
    assert 0 == monitor("task remove down").code
    assert 1 == monitor("status").code  # `lost` is unknown
    assert 0 == monitor("task remove lost").code
    assert 0 == monitor("status").code


def test_what_is_shown_of_each_task(monitor: Monitor, fill: Fill) -> None:
    fill(a_fleet)
    document = monitor("status --json").document
    shown = {task["name"]: (task["status"], task["reason"]) for task in document["tasks"]}
    assert {
        "up": ("up", None),
        "down": ("down", None),
        "lost": ("unknown", "failed"),
        "paused": ("paused", None),
    } == shown
    expected = {"tasks": 4, "up": 1, "down": 1, "unknown": 1, "paused": 1, "bad": 2}
    assert expected == part(document["summary"], expected)
    lost = document["tasks"][2]
    assert ("oh no", 10) == (lost["recovery"]["error"], lost["recovery"]["attempts"])
    out = monitor("status").out
    assert "? unknown (failed)" in out
    assert "no monitor is running" in out


def test_the_sessions_of_a_running_monitor_are_shown(monitor: Monitor, fill: Fill) -> None:
    fill(a_fleet)
    fill(lambda session: session.beat(a_node()))
    document = monitor("status --json").document
    expected = {"running": True, "host": "elsewhere", "pid": 7, "figures": {"looks": 3}}
    assert expected == part(document["monitor"], expected)
    assert [
        {"owner": "auditor", "task_id": None, "opened_at": "2026-11-24T03:00:00+00:00"},
        {"owner": "task 2", "task_id": 2, "opened_at": "2026-11-24T03:00:00+00:00"},
    ] == document["sessions"]
    out = monitor("status").out
    assert "runs as process 7 on elsewhere" in out
    assert "2 sessions open" in out
    assert re.search("in [45]h", out)  # the next look


@pytest.mark.parametrize(
    "gone",
    [
        {"beat_at": ago(16)},
        {"stopped_at": NOW},
        {"host": socket.gethostname(), "pid": os.getpid()},
        {"host": socket.gethostname(), "pid": 2**22 + 1},
    ],
    ids=["stale", "stopped", "its number is ours", "no such process"],
)
def test_a_monitor_that_is_gone_has_no_sessions(
    monitor: Monitor, fill: Fill, gone: dict[str, object]
) -> None:
    fill(a_fleet)
    fill(lambda session: session.beat(a_node(**gone)))
    document = monitor("status --json").document
    assert (False, []) == (document["monitor"]["running"], document["sessions"])


def test_a_task_that_is_given_up_on_can_be_resumed(monitor: Monitor, fill: Fill) -> None:
    fill(a_fleet)
    fill(lambda session: session.beat(a_node()))
    answer = monitor("task run lost")
    assert 3 == answer.code
    assert "'lost' is not being looked at (failed: oh no); resume it with" in answer.sentence
    assert 'task 3 "lost" resumed\n' == monitor("task resume lost").out
    assert "up" == monitor("task show lost --json").document["status"]

    async def a_wish_is_left(session: Session) -> None:
        changes = await session.changes(-1)
        assert changes is not None
        assert [(3, RequestKind.RESUME)] == [(one.task_id, one.kind) for one in changes.requests]

    fill(a_wish_is_left)


def test_history_is_told_in_time_order(monitor: Monitor, fill: Fill) -> None:
    fill(a_story)
    entries = monitor("history up --json").document["entries"]
    assert ["look", "gap", "look", "change", "event"] == [entry["kind"] for entry in entries]
    assert sorted(entry["at"] for entry in entries) == [entry["at"] for entry in entries]
    lines = monitor("history up").out.splitlines()
    assert 6 == len(lines)
    assert "3 slots without a look: overrun" in lines[2]
    assert "up -> unknown boom" in lines[4]
    assert "task.error" in lines[5]


def test_history_can_be_cut(monitor: Monitor, fill: Fill) -> None:
    fill(a_story)
    limited = monitor("history up --json --limit 2").document["entries"]
    assert ["change", "event"] == [entry["kind"] for entry in limited]
    assert [] == monitor("history up --json --since 1ms").document["entries"]
    since = ago(5).isoformat()
    late = monitor(f"history up --json --since {since}").document["entries"]
    assert ["look", "change", "event"] == [entry["kind"] for entry in late]


def test_history_of_a_new_task_is_empty(monitor: Monitor, fill: Fill) -> None:
    fill(a_story)
    answer = monitor("history paused --json")
    assert (0, []) == (answer.code, answer.document["entries"])
    assert 1 == len(monitor("history paused").out.splitlines())


def test_history_as_csv(monitor: Monitor, fill: Fill) -> None:
    fill(a_story)
    rows = list(csv.DictReader(io.StringIO(monitor("history up --csv").out)))
    assert ["look", "gap", "look", "change", "event"] == [row["kind"] for row in rows]
    assert ("up", "0.25", "up it is") == (
        rows[0]["status"],
        rows[0]["duration_s"],
        rows[0]["detail"],
    )
    assert ("3", "overrun") == (rows[1]["slots"], rows[1]["reason"])


def test_they_speak_russian(monitor: Monitor, fill: Fill) -> None:
    fill(a_story)
    out = monitor("status --lang ru").out
    assert "СТАТУС" in out
    assert "не работает" in out
    assert "монитор не запущен" in out
    assert "пропущено проверок: 3" in monitor("history up --lang ru").out
