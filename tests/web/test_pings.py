"""Pings over real HTTP to a monitor that really runs, on both databases."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.cli.asking import task
from tests.cli.conftest import Monitor, Start, wait_until
from tests.outsider import open_outsider
from tests.web.conftest import TOKEN, Listening, listen

pytestmark = pytest.mark.slow


def stored(database: str, place: Path) -> list[Any]:
    """Return the pings that another program finds in the database, oldest first."""
    url = f"sqlite:///{place}/monitor.db" if database.startswith("sqlite") else database
    with open_outsider(url) as outsider:
        return outsider.ask("SELECT kind, exit_code, rid, body, source FROM ping ORDER BY at")


def test_what_a_job_says_is_stored_when_it_is_answered_and_believed_at_once(
    monitor: Monitor, listening: Listening, database: str, place: Path
) -> None:
    assert "pending" == task(monitor, "backup")["status"]
    assert (200, "OK\n") == _said(listening.ping("/start?rid=r1"))
    assert 1 == len(stored(database, place))
    assert (200, "OK\n") == _said(listening.ping("/3?rid=r1", b"disk full\n"))
    wait_until(lambda: "down" == task(monitor, "backup")["status"])
    detail = task(monitor, "backup")["detail"]
    assert "the job failed with exit code 3" in detail
    assert "after a run of" in detail
    assert "disk full" in detail
    assert (200, "OK\n") == _said(listening.ping())
    wait_until(lambda: "up" == task(monitor, "backup")["status"])
    assert 200 == listening.ping("/log", b"x" * 20_000).status
    assert 200 == listening.ping("/fail", method="POST").status
    assert [
        ("start", None, "r1", "", "127.0.0.1"),
        ("fail", 3, "r1", "disk full\n", "127.0.0.1"),
        ("success", 0, None, "", "127.0.0.1"),
        ("log", None, None, "x" * 10_240, "127.0.0.1"),
        ("fail", None, None, "", "127.0.0.1"),
    ] == [tuple(row) for row in stored(database, place)]


def _said(answer: Any) -> tuple[int, str]:
    return answer.status, answer.text


def test_head_is_a_ping_too_and_its_answer_has_no_body(listening: Listening) -> None:
    assert (200, "") == _said(listening.ping(method="HEAD"))


def test_nonsense_is_refused_with_a_sentence_and_counts_for_nothing(
    listening: Listening, database: str, place: Path
) -> None:
    for behind in ("/done", "/256", "/-1", "/%C2%B2", "/0000"):
        answer = listening.ping(behind)
        assert 400 == answer.status
        assert "use start, fail, log or an exit code from 0 to 255" in answer.problem
    for query in ("?rid=", f"?rid={'x' * 65}", "?rid=a&rid=b", "?rid=%00", "?rid=%D0%B6"):
        assert "rid must be given once" in listening.ping(query).problem
    assert "larger than 1048576 bytes" in listening.ping("", b"x" * 2_000_000).problem
    refused = listening.ping(method="DELETE")
    assert 405 == refused.status
    assert refused.problem.startswith("method not allowed here; use ")
    assert [] == stored(database, place)


def test_a_token_that_nobody_has_is_answered_like_any_path_that_does_not_exist(
    listening: Listening,
) -> None:
    unknown = listening.ask("/nothing")
    assert (404, "there is nothing here") == (unknown.status, unknown.problem)
    for path in (f"/ping/{TOKEN}x", f"/ping/{TOKEN[:-1]}", "/ping/", "/ping", f"/ping/{TOKEN}/0/0"):
        answer = listening.ask(path)
        dates = {"date": ""}
        assert (404, unknown.text) == _said(answer), path
        assert {**unknown.headers, **dates} == {**answer.headers, **dates}


def test_a_new_token_is_known_soon_and_an_old_one_no_more(
    monitor: Monitor, listening: Listening
) -> None:
    assert 0 == monitor("task edit backup --unset token").code
    address = monitor("task show backup --json").document["ping"]
    path = "/ping/" + address.rpartition("/")[2]
    wait_until(lambda: 200 == listening.ask(path).status, 5)
    assert 404 == listening.ping().status
    assert 0 == monitor("task remove backup").code
    wait_until(lambda: 404 == listening.ask(path).status, 5)


def test_pings_survive_a_process_that_is_killed(
    monitor: Monitor, listening: Listening, start: Start
) -> None:
    assert 200 == listening.ping("/7", b"oh no").status
    listening.process.signal(signal.SIGKILL)
    again = listen(start)
    wait_until(lambda: "down" == task(monitor, "backup")["status"])
    assert "exit code 7" in task(monitor, "backup")["detail"]
    assert "oh no" in task(monitor, "backup")["detail"]
    assert 200 == again.ping().status
    wait_until(lambda: "up" == task(monitor, "backup")["status"])


def test_a_request_in_flight_is_answered_when_the_monitor_leaves_and_nobody_else_gets_in(
    listening: Listening, database: str, place: Path
) -> None:
    with listening.connection() as connection:
        head = f"POST /ping/{TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
        connection.sendall(head.encode() + b"la")
        assert 200 == listening.ask("/livez").status, "whoever came later has been answered"
        listening.process.popen.send_signal(signal.SIGTERM)
        listening.process.wait_for("monitor.stopping")
        wait_until(lambda: not _lets_in(listening.port))
        connection.sendall(b"st")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    assert 0 == listening.process.ends()
    assert "0 sessions open, 0 records unwritten" in listening.process.err
    assert ["last"] == [row[3] for row in stored(database, place)]


def _lets_in(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
