"""Lines on a terminal while the monitor runs: looks, and what to type next.

A terminal may stand still (Ctrl-S, a pager that waits); the monitor must not stand still with it.
So lines go through a short queue to a thread, and what does not fit is not shown.
"""

import os
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial

import attrs
import trio

from monitor.cli.screen import milliseconds, phases
from monitor.core.describe import clean
from monitor.core.model import ABOUT_TARGET, Task
from monitor.core.records import LookRecord
from monitor.signs import Cell, colourful, status_cell
from monitor.words import Words

_QUEUE = 200
_NAME_WIDTH = 40
MOST_TASKS = 20
"""With more tasks nobody can read single looks."""


@attrs.define(eq=False)
class LookLines:
    """Show lines on a file descriptor.

    Args:
        descriptor: where, None for nowhere; not written to through Python's buffers, which a
            stuck thread would keep locked.
        words: the language.
        names: the names of all tasks there are now.
    """

    descriptor: int | None
    words: Words
    names: Callable[[], Collection[str]] = tuple
    _send: trio.MemorySendChannel[str] = attrs.field(init=False)
    _receive: trio.MemoryReceiveChannel[str] = attrs.field(init=False)
    _too_many_told: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._send, self._receive = trio.open_memory_channel(_QUEUE)

    def show(self, task: Task, record: LookRecord) -> None:
        """Queue the line of a look; never waits."""
        if self.descriptor is None:
            return
        names = self.names()
        if len(names) <= MOST_TASKS:
            width = min(_NAME_WIDTH, max(map(len, names), default=0))
            self.say(self._line(task, record, width))
        elif not self._too_many_told:
            self._too_many_told = True
            text = (
                "more than {count:task|tasks}: single looks are not shown here, changes of status "
                "are"
            )
            self.say(self.words(text, count=MOST_TASKS))

    def say(self, line: str = "") -> None:
        """Queue a line; never waits."""
        with suppress(trio.WouldBlock, trio.BrokenResourceError, trio.ClosedResourceError):
            self._send.send_nowait(line)

    async def run(self) -> None:
        """Write what is queued, until `close` or until nobody reads any more."""
        with self._receive:
            async for line in self._receive:
                if not await self._write(f"{line}\n"):
                    return

    def close(self) -> None:
        """Let `run` return when the queue is empty."""
        self._send.close()

    async def _write(self, text: str) -> bool:
        """Write a line; return False if nobody reads, or reads any more."""
        if self.descriptor is None:
            return False
        write = partial(_write, self.descriptor, text)
        try:
            await trio.to_thread.run_sync(write, abandon_on_cancel=True)
        except OSError:
            return False
        return True

    def _line(self, task: Task, record: LookRecord, width: int) -> str:
        result = record.result
        status = status_cell(result.status, self.words)
        took = milliseconds(result.duration_s)
        parts = [
            record.looked_at.strftime("%H:%M:%S"),
            _styled(status, 12),
            clean(task.name).ljust(width),
            took.rjust(8),
            clean("; ".join(part for part in (result.detail, self._doubt(record)) if part)),
        ]
        if result.timings:
            parts.append(f"[{phases(result.timings)}]")
        return "  ".join(parts)

    def _doubt(self, record: LookRecord) -> str:
        """Say that a result is not believed yet."""
        state = record.state
        if state.candidate is None or record.result.status not in ABOUT_TARGET:
            return ""
        return self.words("to be confirmed, look {streak}", streak=state.streak)


def _styled(cell: Cell, width: int) -> str:
    text = cell.text.ljust(width)
    return f"\x1b[{cell.style}m{text}\x1b[0m" if cell.style and colourful() else text


def _write(descriptor: int, text: str) -> None:
    data = text.encode(sys.stdout.encoding or "utf-8", "replace")
    while data:
        data = data[os.write(descriptor, data) :]
