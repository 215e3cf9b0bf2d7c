"""`monitor check`: one look, no database."""

import socket
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor, part


def test_a_target_that_is_up(monitor: Monitor, place: Path, port: int) -> None:
    answer = monitor(f"check tcp://127.0.0.1:{port}")
    assert (0, "") == (answer.code, answer.err)
    lines = [line.split() for line in answer.out.splitlines() if line]
    assert ["target", f"tcp://127.0.0.1:{port}"] in lines
    assert ["status", "✓", "up"] in lines
    assert ["address", f"127.0.0.1:{port}"] in lines
    assert {"connect", "total"} <= {line[0] for line in lines if line[-1] == "ms"}
    assert [] == list(place.iterdir())


def test_a_target_that_is_down(monitor: Monitor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    answer = monitor(f"check tcp://127.0.0.1:{port} --json")
    assert 1 == answer.code
    expected = {
        "target": f"tcp://127.0.0.1:{port}",
        "status": "down",
        "reason": None,
        "phase": "connect",
        "address": f"127.0.0.1:{port}",
    }
    assert expected == part(answer.document, expected)
    assert "connection refused" in answer.document["detail"]


def test_a_target_that_is_degraded(monitor: Monitor) -> None:
    assert 1 == monitor("check", "exec:sh -c 'echo so-so; exit 1'").code


def test_a_look_that_says_nothing_about_its_target(monitor: Monitor) -> None:
    answer = monitor("check --json", "exec:sh -c 'exit 3'")
    assert 3 == answer.code
    assert "unknown" == answer.document["status"]


def test_conditions_decide_what_is_down_and_what_is_degraded(monitor: Monitor, port: int) -> None:
    target = f"tcp://127.0.0.1:{port}"
    assert 0 == monitor("check", target, "--expect", "latency < 1h", "--degraded", "true").code
    answer = monitor("check --json", target, "--expect", "latency < 1h", "--expect", "latency > 1h")
    assert (1, "down") == (answer.code, answer.document["status"])
    assert answer.document["detail"].startswith("latency > 1h: found ")
    answer = monitor("check --json", target, "--degraded", "latency > 1h")
    assert (1, "degraded") == (answer.code, answer.document["status"])
    assert (1, "down") == (
        (answer := monitor("check --json --invert", target)).code,
        answer.document["status"],
    )


def test_a_condition_that_cannot_be_read_is_shown_with_its_place(monitor: Monitor) -> None:
    answer = monitor("check self:", "--expect", "latency < 1s and open_file < 20")
    assert 2 == answer.code
    assert (
        "monitor: expect: 'open_file' is not known here; did you mean open_files?\n"
        "  latency < 1s and open_file < 20\n"
        "                   ^\n"
    ) == answer.err


def test_a_look_that_takes_too_long_ends_in_time(monitor: Monitor) -> None:
    answer = monitor("check --timeout 100ms --json", "exec:sleep 60")
    assert 1 == answer.code
    assert answer.document["duration_s"] < 10


def test_a_plugin_that_breaks_is_our_fault_not_the_targets(
    monitor: Monitor, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("shaky.py").write_text("async def look():\n    raise RuntimeError('oh no')\n")
    monkeypatch.syspath_prepend(place)
    answer = monitor("check --json python:shaky:look")
    assert 3 == answer.code
    assert ("unknown", "task_error") == (answer.document["status"], answer.document["reason"])
    assert "oh no" in answer.document["detail"]


def test_a_password_is_not_shown(monitor: Monitor, port: int) -> None:
    answer = monitor("check http://me:secret@127.0.0.1:1/")
    assert "http://me:***@127.0.0.1:1/" in answer.out
    assert "secret" not in answer.out


def test_options_reach_the_look(monitor: Monitor, port: int) -> None:
    answer = monitor(f"check tcp://127.0.0.1:{port} -o nope=1")
    assert "option nope: is not known here" in answer.sentence


def test_it_speaks_russian(monitor: Monitor) -> None:
    assert "✓ работает" in monitor("check self: --lang ru").out
