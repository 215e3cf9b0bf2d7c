"""Fixtures of the listener: a monitor that listens, as a process of its own."""

from __future__ import annotations

import json
import re
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import HTTPError

import attrs
import pytest

from tests.cli.conftest import (
    Monitor,
    Process,
    Start,
    database,
    monitor,
    place,
    port,
    start,
)

__all__ = ["database", "monitor", "place", "port", "start"]

TOKEN = "a-token-that-is-hard-to-guess"
PATIENCE_S = 20.0


@attrs.frozen
class Answer:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def problem(self) -> str:
        """The sentence of an error."""
        assert "application/problem+json" == self.headers["content-type"]
        document = json.loads(self.text)
        assert self.status == document["status"]
        detail: str = document["detail"]
        return detail


@attrs.frozen
class Listening:
    """A monitor that listens, and the job `backup` that sends pings to it."""

    process: Process
    port: int

    def ask(self, path: str, body: bytes | None = None, method: str | None = None) -> Answer:
        """Send one request."""
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
                return _answer(response.status, response)
        except HTTPError as error:
            with error:
                return _answer(error.code, error)

    def ping(self, signal: str = "", body: bytes | None = None, **more: Any) -> Answer:
        return self.ask(f"/ping/{TOKEN}{signal}", body, **more)

    @contextmanager
    def connection(self) -> Iterator[socket.socket]:
        """A connection to say anything on."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) as connection:
            yield connection


def _answer(status: int, response: Any) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status, response.read().decode(), headers)


def listen(start: Start, more: str = "") -> Listening:
    """Start a monitor on a port that the system chooses."""
    process = start(f"run --listen 127.0.0.1:0 {more}")
    process.wait_for("monitor.started")
    process.wait_for("web.listening")
    found = re.search(r"listening for HTTP on 127\.0\.0\.1:(\d+)", process.err)
    assert found, process.err
    return Listening(process, int(found[1]))


@pytest.fixture
def job(monitor: Monitor, database: str) -> None:
    """A task that waits for pings."""
    line = f"task add heartbeat: --name backup -o period=1h -o token={TOKEN}"
    assert 0 == monitor(line).code


@pytest.fixture
def listening(job: None, start: Start) -> Listening:
    return listen(start)
