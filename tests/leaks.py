"""What a test leaves behind: threads that still run and children that still live."""

from __future__ import annotations

import threading
import time
from collections.abc import Set as AbstractSet
from typing import Self

import attrs
import psutil


@attrs.frozen
class Snapshot:
    """The threads and child processes of one moment."""

    threads: frozenset[threading.Thread]
    pids: frozenset[int]

    @classmethod
    def take(cls) -> Self:
        """Take what is there now; an idle worker of trio does not count, it may be busy later."""
        busy = frozenset(thread for thread in threading.enumerate() if not _is_idle(thread))
        return cls(busy, frozenset(child.pid for child in psutil.Process().children()))

    def left_behind(self, *, known_pids: AbstractSet[int] = frozenset()) -> list[str]:
        """Name what is there now and was not then, but for trio's idle worker threads."""
        threads = [
            f"thread {thread.name!r}"
            for thread in threading.enumerate()
            if thread not in self.threads and not _is_idle(thread)
        ]
        children = [
            f"process {child.pid} {_command(child)!r}"
            for child in psutil.Process().children()
            if child.pid not in self.pids | known_pids
        ]
        return threads + children

    def left_behind_after(self, wait_s: float, *, known_pids: AbstractSet[int]) -> list[str]:
        """Name what is still there after a moment's patience with what is about to end."""
        deadline = time.monotonic() + wait_s
        while left := self.left_behind(known_pids=known_pids):
            if time.monotonic() > deadline:
                break
            time.sleep(0.01)
        return left


def _is_idle(thread: threading.Thread) -> bool:
    """Tell a worker of trio that has no work: only then it bears the name trio made for it."""
    return thread.name.startswith("Trio thread ")


def _command(process: psutil.Process) -> str:
    """Return the command line, or a word for a process that has ended unawaited."""
    try:
        return " ".join(process.cmdline()) or "ended, but nobody waited for it"
    except psutil.Error:
        return "ended"
