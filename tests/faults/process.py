"""A monitor in a process of its own, and what can be seen of it from outside."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import attrs

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 30.0


@attrs.define(eq=False)
class Monitor:
    """A running `tests.faults.child`."""

    process: subprocess.Popen[str]
    log: Path

    @classmethod
    def start(cls, url: str, folder: Path, *options: str) -> Self:
        log = folder / "log"
        with log.open("w") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.child", url, str(folder / "acks"), *options],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        return cls(process, log)

    def wait_for(self, word: str) -> None:
        """Return when it has said the word."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line == f"{word}\n":
                return
        raise AssertionError(f"it ended without a word of {word!r}: {self.log.read_text()}")

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def exit_code(self, within_s: float) -> int:
        """Wait for its end."""
        code = self.process.wait(within_s)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def events(self) -> list[dict[str, Any]]:
        """Return its log; a line that was cut off by its end is left out."""
        lines = self.log.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def open_sessions(self) -> set[str]:
        """Return the sessions that were opened and never closed, by its log."""
        opened = set[str]()
        for event in self.events():
            if event["event"] == "session.opened":
                opened.add(event["owner"])
            elif event["event"] == "session.closed":
                opened.remove(event["owner"])
        return opened


@contextmanager
def running(url: str, folder: Path, *options: str) -> Iterator[Monitor]:
    """Start a monitor, and see to it that it is gone in the end."""
    monitor = Monitor.start(url, folder, *options)
    try:
        yield monitor
    finally:
        if monitor.process.poll() is None:
            monitor.process.kill()
        monitor.exit_code(_PATIENCE_S)


def acknowledged(folder: Path) -> set[tuple[int, datetime]]:
    """Return task and slot of every look that any monitor of this folder has judged."""
    pairs = (line.split() for line in (folder / "acks").read_text().splitlines())
    return {(int(task_id), datetime.fromisoformat(slot_at)) for task_id, slot_at in pairs}
