"""Fixtures for the command line: commands in this process, and monitors as real processes.

* `place`: an empty current directory, in an environment that sets nothing.
* `monitor`: call a command here, and get its exit code and what it printed.
* `start`: start `python -m monitor ...`; what still runs at the end is killed.
* `shop`: a database file with two tasks.
* `fill`: do something to the database that the commands will ask.
* `database`: both databases in turn, set in the environment.
* `running`: a monitor on it, as a process, that has looked at one task.
* `port`: a local TCP port that accepts connections.
* `receiver`: a local web server that takes alerts.
"""

from __future__ import annotations

import json
import logging
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio

import monitor as product
from monitor.cli import main
from monitor.core.ports import Session
from monitor.engine.clock import Clock
from monitor.store.address import parse_address
from monitor.store.sql import open_store
from tests.cli.receiver import Receiver, receiving

PATIENCE_S = 20.0
"""How long anything may take before a test gives up; nothing here takes nearly as long."""


@attrs.frozen
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The one sentence on stderr, there being nothing else."""
        assert "" == self.out
        assert 1 == len(self.err.splitlines()), self.err
        assert self.err.startswith("monitor: ")
        assert "Traceback" not in self.err
        return self.err.removeprefix("monitor: ").strip()


Monitor = Callable[..., Answer]


def part(document: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """Return the entries of a document that something is expected of."""
    return {name: document.get(name) for name in expected}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        if name.startswith("MONITOR_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("MONITOR_LISTEN", "none")  # tests of others may run beside this one
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def monitor(place: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Monitor]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def call(line: str, *more: str) -> Answer:
        """Split a line as a shell does; what must not be split comes as further arguments."""
        capsys.readouterr()
        code = main([*shlex.split(line), *more])
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    yield call
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("monitor").setLevel(logging.NOTSET)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a database with the task `shop`, and `other` that is paused."""
    path = tmp_path_factory.mktemp("shop") / "monitor.db"
    for line in ("exec:true --name shop", "self: --name other --paused"):
        assert 0 == main(["task", "add", *line.split(), "--database", f"sqlite:///{path}"])
    return path.read_bytes()


Fill = Callable[[Callable[[Session], Awaitable[None]]], None]


@pytest.fixture
def fill(place: Path, monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Do something to the database that the commands ask."""
    monkeypatch.setenv("MONITOR_DATABASE_URL", "sqlite:///monitor.db")

    def call(work: Callable[[Session], Awaitable[None]]) -> None:
        async def fill_it() -> None:
            clock = Clock()
            address = parse_address("sqlite:///monitor.db")
            async with (
                open_store(address, clock.now) as store,
                store.session("test") as session,
            ):
                await work(session)

        trio.run(fill_it)

    return call


@attrs.define(eq=False)
class Process:
    """A monitor that runs as a process of its own; its output goes to files."""

    popen: subprocess.Popen[bytes]
    out_path: Path
    err_path: Path

    @property
    def out(self) -> str:
        return self.out_path.read_text()

    @property
    def err(self) -> str:
        return self.err_path.read_text()

    def wait_for(self, words: str) -> None:
        """Return when the words stand in the log on stderr."""
        wait_until(lambda: words in self.err or self.popen.poll() is not None)
        assert words in self.err, self.err

    def wait_shown(self, words: str) -> None:
        """Return when the words stand on stdout."""
        wait_until(lambda: words in self.out or self.popen.poll() is not None)
        assert words in self.out, self.out + self.err

    def ends(self) -> int:
        """Wait for the end, and return the exit code."""
        return self.popen.wait(PATIENCE_S)

    def signal(self, number: int) -> int:
        """Send a signal, wait for the end, and return the exit code."""
        self.popen.send_signal(number)
        return self.ends()


Start = Callable[..., Process]


def wait_until(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Return when the condition holds; fail when it does not for too long."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.02)


def environment() -> dict[str, str]:
    """Return an environment in which `python -m monitor` is this one, wherever it is started."""
    source = str(Path(product.__file__).parents[1])
    path = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}


@pytest.fixture
def start(place: Path) -> Iterator[Start]:
    begun: list[Process] = []

    def call(line: str, *more: str) -> Process:
        number = len(begun)
        out_path, err_path = place / f"out.{number}", place / f"err.{number}"
        with out_path.open("wb") as out, err_path.open("wb") as err:
            popen = subprocess.Popen(
                [sys.executable, "-m", "monitor", *shlex.split(line), *more],
                stdout=out,
                stderr=err,
                env=environment(),
            )
        begun.append(Process(popen, out_path, err_path))
        return begun[-1]

    yield call
    for process in begun:
        process.popen.kill()
        process.popen.wait()


@pytest.fixture
def port() -> Iterator[int]:
    """Connections are taken by the system's queue; nobody has to accept them."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        yield server.getsockname()[1]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both databases; processes and commands find them in the environment."""
    url = "sqlite:///monitor.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    monkeypatch.setenv("MONITOR_DATABASE_URL", url)
    return url


@pytest.fixture
def running(place: Path, database: str, start: Start, port: int) -> Process:
    """A monitor that watches one task, and has looked at it."""
    process = start(f"run tcp://127.0.0.1:{port} --interval 200ms --verbose")
    process.wait_for("monitor.started")
    process.wait_shown("✓ up")
    return process
