"""The doors through which others come in: closed when the monitor leaves, after the last guest.

Whoever lets others in keeps a door: it waits for `closing`, lets nobody in any more, and leaves
when the last one has been served.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import attrs
import trio


@attrs.define(eq=False)
class Doors:
    """All doors of a running monitor."""

    closing: trio.Event = attrs.field(factory=trio.Event)
    _open: int = attrs.field(default=0, init=False)
    _all_closed: trio.Event = attrs.field(factory=trio.Event, init=False)

    @contextmanager
    def keep(self) -> Iterator[None]:
        """Keep a door for the time of the block."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            if self.closing.is_set() and not self._open:
                self._all_closed.set()

    def close(self) -> None:
        """Let nobody in any more."""
        self.closing.set()
        if not self._open:
            self._all_closed.set()

    async def wait_closed(self) -> None:
        """Return when, after `close`, the last door is closed."""
        await self._all_closed.wait()
