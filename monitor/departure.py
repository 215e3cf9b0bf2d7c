"""When and why the monitor leaves: a signal, the end of its time, a word from inside.

To be opened before anything else: from then on no SIGTERM falls in between, and none interrupts
what must not be interrupted. The second signal ends the process at once; only lines of the log
that were told before are written yet.
"""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import attrs
import trio

from monitor import journal
from monitor.journal import tell


@attrs.define(eq=False)
class Departure:
    """The wish to leave; wishing twice changes nothing."""

    cause: str = ""
    _asked: trio.Event = attrs.field(factory=trio.Event, init=False)

    def ask(self, cause: str) -> None:
        """Wish to leave."""
        if not self._asked.is_set():
            self.cause = cause
            self._asked.set()

    @property
    def asked(self) -> bool:
        return self._asked.is_set()

    async def wait(self) -> None:
        """Return when somebody wished to leave."""
        await self._asked.wait()


@asynccontextmanager
async def open_departure() -> AsyncIterator[Departure]:
    """Turn SIGINT, SIGTERM and SIGHUP into a wish to leave, for the time of the block."""
    departure = Departure()
    heard = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        heard.append(signal.SIGHUP)
    obey = partial(_obey, at_terminal=_at_terminal())
    with trio.open_signal_receiver(*heard) as signals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(obey, signals, departure, name="signals")
            yield departure
            nursery.cancel_scope.cancel()


def _at_terminal() -> bool:
    """Say whether somebody started us by hand and may close the terminal."""
    return any(os.isatty(descriptor) for descriptor in range(3))


async def _obey(
    signals: AsyncIterator[int], departure: Departure, *, at_terminal: bool = False
) -> None:
    async for number in signals:
        name = signal.Signals(number).name
        if number == signal.SIGHUP:  # never the second signal: a terminal may send two
            if at_terminal:
                departure.ask(name)
            else:
                tell("signal.unneeded", signal=name)
            continue
        if departure.asked:
            journal.take_down()
            os._exit(128 + number)
        departure.ask(name)
