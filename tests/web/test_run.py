"""`run --listen`: what is asked for must work, the default need not."""

from __future__ import annotations

import signal
import socket

import pytest

from tests.cli.conftest import Monitor, Start
from tests.web.conftest import listen

pytestmark = pytest.mark.slow


def test_an_address_that_was_asked_for_and_is_taken_ends_the_command(
    monitor: Monitor, port: int
) -> None:
    answer = monitor(f"run self: --listen 127.0.0.1:{port} --for 1")
    assert 3 == answer.code
    expected = f"--listen: cannot listen on 127.0.0.1:{port}: address already in use; choose ano"
    assert expected in answer.sentence
    assert 3 == monitor("status").code, "nothing was begun"


def test_a_default_that_is_taken_is_told_loudly_and_the_monitor_goes_on(
    monitor: Monitor, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MONITOR_LISTEN")
    try:
        taken = socket.create_server(("127.0.0.1", 8080))
    except OSError:
        taken = socket.socket()  # somebody else has it, which is as good
    with taken:
        process = start("run self: --for 20")
        process.wait_for("monitor.started")
        process.wait_shown("✓ up")
        assert "WARNING web.busy" in process.err
        assert "NOBODY LISTENS" in process.err
        assert 0 == process.signal(signal.SIGTERM)


def test_it_need_not_listen_at_all(monitor: Monitor, start: Start) -> None:
    process = start("run self: --listen none --for 0.2")
    assert 0 == process.ends()
    assert "web." not in process.err


def test_it_is_alive_and_ready_and_says_when_it_is_not(monitor: Monitor, start: Start) -> None:
    listening = listen(start, "self:")
    assert '{"alive":true,"why":[]}' == listening.ask("/livez").text
    assert '{"ready":true,"why":[]}' == listening.ask("/readyz").text
