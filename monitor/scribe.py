"""Whoever reads our stderr may stop reading; lines are written by a thread, and nobody waits.

A full pipe keeps the one that writes into it waiting for as long as it stays full. In the loop
that would be the end of every look, and of SIGTERM being heard.
"""

import os
import select
from collections.abc import Callable, Sequence
from itertools import accumulate
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TextIO

import attrs

LIMIT = 10_000
"""Lines that may wait; some megabytes. So many tasks can fail in one second, and each says so."""
_AT_ONCE = 100
"""Lines in one write: under load the thread gets its turn rarely, and must then write much."""


@attrs.frozen
class _Line:
    """A line, and how many were dropped before it; without text it is the last one."""

    text: str | None
    dropped_before: int


@attrs.frozen
class _Entry:
    """What is written, and how many lines are lost if it is not: a notice stands for many."""

    data: bytes
    stands_for: int


class Scribe:
    """Write lines to a stream in a thread of its own.

    Lines come in the order in which they were put. A line that cannot be had - because too many
    wait, or because writing it failed (disk full, nobody there to read) - is lost; one notice in
    its place says how many, as soon as writing goes on. Losing begins when `limit` lines wait and
    ends when half of them are written, so that a slow reader does not read notices only.

    Where there is no such thread - it has finished, or this is a forked child - lines are written
    at once, by the caller.

    Args:
        stream: where. Its file descriptor is used directly, if it has one: a thread that is stuck
            in Python's buffers would keep them locked, also for the end of the interpreter.
        notice: makes the line that says how many were lost.
        limit: how many lines may wait.
    """

    def __init__(self, stream: TextIO, notice: Callable[[int], str], limit: int = LIMIT) -> None:
        self._write_some = _opened(stream)
        self._encoding = stream.encoding or "utf-8"
        self._notice = notice
        self._limit = limit
        # Its `put` may interrupt itself, as happens when the garbage collector has to log.
        self._queue: SimpleQueue[_Line] = SimpleQueue()
        self._full = self._finishing = False
        self._dropped = 0
        # From here on: the thread's own.
        self._told = 0  # of those dropped, how many are in a notice, or in:
        self._lost = 0
        self._torn = False
        self._thread = Thread(target=self._work, name="log", daemon=True)
        self._thread.start()

    def put(self, text: str) -> None:
        """Have a line written; never waits. Callers in several threads must take turns."""
        if not self._thread.is_alive():
            self._write([self._entry(text)])
            return
        self._full = self._queue.qsize() >= (self._limit // 2 if self._full else self._limit)
        if self._full:
            self._dropped += 1
        else:
            self._queue.put(_Line(text, self._dropped))

    def finish(self, within_s: float) -> bool:
        """Write what waits and end the thread; return False if there was not time enough.

        Then the thread is left behind in its write, and ends with the process; lines that are put
        from then on are not written. Asked again, there is no more time.
        """
        if not self._finishing:
            self._finishing = True
            self._queue.put(_Line(None, self._dropped))
            self._thread.join(within_s)
        return not self._thread.is_alive()

    # --- in the thread ---------------------------------------------------------------------------

    def _work(self) -> None:
        going = True
        while going:
            entries: list[_Entry] = []
            for line in self._take():
                self._miss(line.dropped_before, entries)
                if line.text is None:
                    going = False
                else:
                    entries.append(self._entry(line.text))
            if self._queue.empty():
                self._miss(self._dropped, entries)
            self._lost = self._write(entries)

    def _take(self) -> Sequence[_Line]:
        """Wait for a line, and return it with those that wait behind it."""
        lines = [self._queue.get()]
        while len(lines) < _AT_ONCE:
            try:
                lines.append(self._queue.get_nowait())
            except Empty:
                break
        return lines

    def _miss(self, dropped: int, entries: list[_Entry]) -> None:
        """Add a notice if there are lines that nobody was told of."""
        lost = self._lost + dropped - self._told
        self._told, self._lost = dropped, 0
        if lost:
            entries.append(attrs.evolve(self._entry(self._notice(lost)), stands_for=lost))

    def _entry(self, text: str) -> _Entry:
        return _Entry(f"{text}\n".encode(self._encoding, "replace"), 1)

    def _write(self, entries: Sequence[_Entry]) -> int:
        """Write; return how many lines were lost."""
        begin = b"\n" if self._torn else b""
        rest = memoryview(begin + b"".join(entry.data for entry in entries))
        ends = list(accumulate((len(entry.data) for entry in entries), initial=len(begin)))
        written = 0
        try:
            while rest:
                count = self._write_some(rest)
                written, rest = written + count, rest[count:]
        except (OSError, ValueError):  # ValueError: a stream that was closed
            self._torn = written not in ends if written else self._torn
        else:
            self._torn = False
        return sum(
            entry.stands_for for entry, end in zip(entries, ends[1:], strict=True) if end > written
        )


def _opened(stream: TextIO) -> Callable[[memoryview], int]:
    """Return a function that writes some bytes to a stream, and says how many."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError, AttributeError):
        return lambda data: _write_text(stream, data)
    return lambda data: _write_bytes(descriptor, data)


def _write_text(stream: TextIO, data: memoryview) -> int:
    stream.write(str(data, stream.encoding or "utf-8"))
    stream.flush()
    return len(data)


def _write_bytes(descriptor: int, data: memoryview) -> int:
    try:
        return os.write(descriptor, data)
    except BlockingIOError:  # somebody who shares it made it so
        ready = select.poll()
        ready.register(descriptor, select.POLLOUT)
        ready.poll()
        return 0
