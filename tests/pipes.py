"""A pipe that nobody reads yet, as a terminal that stands still is one."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from threading import Thread

import attrs

SMALLEST = 4096
"""Bytes that the smallest pipe holds: one page."""


@attrs.define(eq=False)
class Pipe:
    """A pipe, and the lines that were read from it since `read`."""

    reading: int
    stream: TextIOWrapper
    """The end to write to."""
    lines: list[str] = attrs.field(factory=list)
    _reader: Thread | None = None

    def read(self) -> None:
        """Begin to read all that comes."""
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        with open(self.reading, newline="\n", closefd=False) as stream:
            self.lines += filter(None, (line.strip(" \n") for line in stream))

    def end(self) -> None:
        """Write no more, and return when all was read."""
        self.stream.close()
        if self._reader is not None:
            self._reader.join()


@contextmanager
def full_pipe() -> Iterator[Pipe]:
    """Make a pipe that holds next to nothing, and is full of spaces already."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, SMALLEST)
    os.write(writing, b" " * SMALLEST)
    with open(writing, "w", encoding="utf-8") as stream:  # noqa: PTH123
        pipe = Pipe(reading, stream)
        yield pipe
        pipe.end()
    os.close(reading)
