"""What is said of us whatever our loop does."""

from __future__ import annotations

import json
import re
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.engine.wellness import Word
from monitor.web.outpost import Outpost, reply
from tests.cli.conftest import Monitor, Start, wait_until
from tests.probes.real import free_port
from tests.web.conftest import TOKEN, Listening, listen

WELL = Word()
UNWELL = Word(("nothing has moved for 7s",), ("nothing has moved for 7s", "the database is away"))


def parts(answer: bytes) -> tuple[str, dict[str, str], str]:
    head, _, body = answer.decode().partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    return start, {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}, body


@pytest.mark.parametrize(
    ("word", "line", "start", "expected"),
    [
        (WELL, "GET /livez HTTP/1.1", "200 OK", {"alive": True, "why": []}),
        (WELL, "GET /readyz?verbose HTTP/1.0", "200 OK", {"ready": True, "why": []}),
        (
            UNWELL,
            "GET /livez?x=1 HTTP/1.1",
            "503 Service Unavailable",
            {"alive": False, "why": [*UNWELL.ailing]},
        ),
        (
            UNWELL,
            "POST /readyz HTTP/1.1",
            "503 Service Unavailable",
            {"ready": False, "why": [*UNWELL.unready]},
        ),
    ],
)
def test_it_answers_as_the_listener_does(
    word: Word, line: str, start: str, expected: object
) -> None:
    found, headers, body = parts(reply(f"{line}\r\nHost: x\r\n\r\n".encode(), word))
    assert f"HTTP/1.1 {start}" == found
    assert ("application/json", f"{len(body)}") == (
        headers["content-type"],
        headers["content-length"],
    )
    assert expected == json.loads(body)


@pytest.mark.parametrize("request_bytes", [b"GET / HTTP/1.1\r\n\r\n", b"", b"\xff", b"\x16\x03"])
def test_there_is_nothing_else(request_bytes: bytes) -> None:
    start, _, body = parts(reply(request_bytes, WELL))
    assert "HTTP/1.1 404 Not Found" == start
    assert ["here are only /livez and /readyz"] == json.loads(body)["why"]


def test_an_answer_to_head_has_no_body() -> None:
    _, headers, body = parts(reply(b"HEAD /livez HTTP/1.1\r\n\r\n", UNWELL))
    assert ("", True) == (body, int(headers["content-length"]) > 20)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def ask(server: socket.socket, request: bytes) -> bytes:
    with socket.create_connection(server.getsockname(), 5) as caller:
        caller.sendall(request)
        answer = b""
        while more := caller.recv(65536):
            answer += more
        return answer


def test_callers_are_answered_one_after_the_other_also_behind_one_who_says_nothing(
    server: socket.socket,
) -> None:
    outpost = Outpost([server])
    thread = threading.Thread(target=outpost.answer, args=(UNWELL, 1.5))
    with socket.create_connection(server.getsockname(), 5):
        thread.start()
        request = b"POST /livez HTTP/1.1\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000
        for _ in range(3):
            assert ask(server, request).startswith(b"HTTP/1.1 503 ")
    thread.join()


CHECKS = """
import pathlib, time

async def waits_the_wrong_way():
    if pathlib.Path("stuck").exists():
        time.sleep(0.05)
        while pathlib.Path("stuck").exists():
            pass
"""


@pytest.mark.slow
def test_a_real_monitor_whose_loop_stands_still_says_so_and_systemd_hears_nothing(
    start: Start, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "checks.py").write_text(CHECKS)
    health = free_port()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(place / "notify"))
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(place / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "1500000")
        task = "python:checks:waits_the_wrong_way"
        listening = listen(start, f"{task} --interval 500ms --health-listen 127.0.0.1:{health}")
        outpost = Listening(listening.process, health)
        heard: list[str] = []

        def hear() -> list[str]:
            try:
                while True:
                    heard.append(systemd.recv(4096).decode())
            except BlockingIOError:
                return heard

        wait_until(lambda: hear() and "WATCHDOG=1\nSTATUS=watching 1 task" in heard[-1])
        assert "READY=1" == heard[0].splitlines()[0]
        for one in (listening, outpost):
            wait_until(lambda one=one: 200 == one.ask("/livez").status)  # type: ignore[misc]
            wait_until(lambda one=one: 200 == one.ask("/readyz").status)  # type: ignore[misc]

        (place / "stuck").touch()
        listening.process.wait_for("loop.stuck")
        assert re.search(r"it is in .*checks\.py:\d+ waits_the_wrong", listening.process.err)
        before = len(hear())
        with listening.connection() as waiting:
            ping = f"POST /ping/{TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
            waiting.sendall(ping.encode())
            for path, what in (("/livez", "alive"), ("/readyz", "ready")):
                answer = outpost.ask(path)
                document = json.loads(answer.text)
                assert (503, False) == (answer.status, document[what])
                assert document["why"][0].startswith("nothing has moved for ")
            assert before == len(hear()), "nothing was said while it stood still"

            (place / "stuck").unlink()
            listening.process.wait_for("loop.moves")
            assert b"HTTP/1.1 404 " in waiting.recv(4096), "who came meanwhile is served now"
        wait_until(lambda: 200 == outpost.ask("/livez").status)
        wait_until(lambda: len(hear()) > before)
        assert 0 == listening.process.signal(signal.SIGTERM)
        assert "STOPPING=1\nSTATUS=leaving" in hear()


def test_an_address_that_is_taken_ends_the_command(monitor: Monitor, port: int) -> None:
    answer = monitor(f"run self: --health-listen 127.0.0.1:{port} --for 1")
    assert 3 == answer.code
    assert f"--health-listen: cannot listen on 127.0.0.1:{port}: address" in answer.sentence
