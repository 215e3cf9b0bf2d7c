"""The examples of docs/api.md, run by a shell against a real monitor; and what only that shows."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from monitor.web.api.openapi import PREFIX
from tests.cli.conftest import Monitor, Start
from tests.probes.real import skip_loudly
from tests.web.conftest import listen

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[3] / "docs"

Ask = Callable[..., tuple[int, Any, dict[str, str]]]


def token(monitor: Monitor) -> str:
    made: str = monitor("token add scripts --role admin --json").document["token"]
    return made


def asker(port: int, secret: str) -> Ask:
    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        request = Request(f"http://127.0.0.1:{port}{PREFIX}{path}", method=method)
        request.add_header("Authorization", f"Bearer {secret}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read() or b"null"), dict(answer.headers)
        except HTTPError as error:
            with error:
                return error.code, json.loads(error.read()), dict(error.headers)

    return ask


def test_the_examples_of_the_documentation_run(monitor: Monitor, start: Start, place: Path) -> None:
    if shutil.which("curl") is None:
        skip_loudly("NEEDS curl")
    assert 0 == monitor("task add tcp://127.0.0.1:1 --name router --interval 1s --attempts 1").code
    assert 0 == monitor("task add self: --name other --tag prod").code
    listening = listen(start)
    listening.process.wait_for('task 1 "router": pending -> down')
    blocks = re.findall(r"```sh\n(.*?)```", (DOCS / "api.md").read_text(), re.DOTALL)
    script = "\n".join(map(_adapted, blocks))
    script = script.replace("TOKEN=mon_...", f"TOKEN={token(monitor)}")
    script = script.replace("127.0.0.1:8080", f"127.0.0.1:{listening.port}")
    done = subprocess.run(
        ["bash", "-euc", script], cwd=place, capture_output=True, text=True, timeout=120
    )
    assert 0 == done.returncode, done.stdout[-2000:] + done.stderr
    assert '"status":"unknown"' in done.stdout or '"status":"down"' in done.stdout
    assert "retry: 3000" in done.stdout


def _adapted(block: str) -> str:
    """Make a block one that can be run to its end here, among tasks that are there already."""
    if block.startswith("monitor "):
        return ""
    block = re.sub(r"tasks/1(?!\d)", "tasks/3" if '"name": "shop"' in block else "tasks/2", block)
    block = block.replace("curl --silent", "curl --fail-with-body --max-time 30 --silent")
    return block.replace(
        'ask --no-buffer "$URL/events"', 'ask --no-buffer -m 1 "$URL/events" || true'
    )


def test_a_restart_in_between_does_not_make_it_happen_twice(monitor: Monitor, start: Start) -> None:
    secret = token(monitor)
    listening = listen(start)
    body = {"name": "shop", "target": "self:"}
    first = asker(listening.port, secret)("POST", "/tasks", body, Idempotency_Key="k")
    assert 0 == listening.process.signal(signal.SIGTERM)
    listening = listen(start)
    ask = asker(listening.port, secret)
    again = ask("POST", "/tasks", body, Idempotency_Key="k")
    assert (201, first[1]) == again[:2]
    assert "true" == again[2]["idempotency-replayed"]
    assert 422 == ask("POST", "/tasks", {**body, "attempts": 2}, Idempotency_Key="k")[0]
    assert 1 == len(ask("GET", "/tasks")[1]["items"])
    status, report, _ = ask("GET", "/doctor")
    assert (200, []) == (status, [one["check"] for one in report["findings"]])


def test_a_reader_who_does_not_read_is_cut_off_and_slows_nobody(
    monitor: Monitor, start: Start
) -> None:
    secret = token(monitor)
    assert 0 == monitor("task add self: --name busy --interval 100ms").code
    listening = listen(start)
    ask = asker(listening.port, secret)
    with listening.connection() as connection:
        connection.sendall(
            f"GET {PREFIX}/events?kind=look&task_id=1 HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {secret}\r\n\r\n".encode()
        )
        assert b"200" in connection.recv(12)
        looks = ask("GET", "/status")[1]["figures"]["looks"]
        for number in range(20):
            assert 200 == ask("PATCH", "/tasks/1", {"attempts": 1 + number % 5})[0]
        assert ask("GET", "/status")[1]["figures"]["looks"] > looks
    assert 0 == listening.process.signal(signal.SIGTERM), "a stream does not hold the monitor up"
