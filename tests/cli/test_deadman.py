"""A real monitor pings a real web server, and says when it cannot."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import attrs
import pytest

from tests.cli.conftest import Monitor, Start, wait_until

TOKEN = "0b3b1a1e-secret-5a7f"


@attrs.define(eq=False)
class Receiver:
    """A web server that takes pings."""

    url: str = ""
    status: int = 200
    asked: list[str] = attrs.field(factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}/ping/{TOKEN}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def test_whoever_waits_outside_is_pinged_until_we_leave(
    start: Start, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_DEADMAN_URL", receiver.url)
    monkeypatch.setenv("MONITOR_DEADMAN_INTERVAL", "1s")
    process = start("run self: --interval 1s")
    wait_until(lambda: len(receiver.asked) >= 2)
    assert {f"/ping/{TOKEN}"} == set(receiver.asked)
    receiver.status = 500
    process.wait_for("deadman.failed")
    assert "answered with status 500" in process.err
    receiver.status = 200
    process.wait_for("deadman.back")
    assert 1 == process.err.count("deadman.failed")
    assert TOKEN not in process.err
    assert 0 == process.signal(15)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            'deadman.url = "ftp://me:s3cret@a.example"',
            "monitor.toml:2:1: monitor.deadman.url: is no add",
        ),
        ("deadman.url = 5", "monitor.toml:2:1: monitor.deadman.url: 5 is not"),
        ('deadman.interval = "10ms"', "deadman.interval: '10ms' is out of range; use 1s to"),
    ],
)
def test_what_can_never_work_is_refused(
    monitor: Monitor, place: Path, lines: str, expected: str
) -> None:
    Path("monitor.toml").write_text(f"[monitor]\n{lines}\n")
    answer = monitor("run --for 1s")
    assert 2 == answer.code
    assert expected in answer.sentence
    assert "s3cret" not in answer.err
