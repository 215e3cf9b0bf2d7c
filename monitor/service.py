"""What systemd, or whoever else started us as a service, is told: ready, well, leaving.

As `sd_notify(3)` has it. With `WatchdogSec=` systemd ends and restarts a service that does not say
in time that it is well. We say so only while we are, which is also what `/livez` says; a loop that
stands still says nothing at all. Where nobody asks to be told, nobody is.
"""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Self

import attrs
import trio

from monitor.app import App
from monitor.core.counting import counted

ROUND_S = 5.0
"""How often our status is told, if nobody wants it sooner."""


@attrs.frozen
class ServiceManager:
    """Whom to tell."""

    address: str
    """A socket in the file system, or with an @ before it an abstract one."""
    watchdog_s: float | None = None
    """How long it waits for a sign of life; None: it does not wait."""

    @classmethod
    def asked(cls, environ: Mapping[str, str]) -> Self | None:
        """Return who asked this process to be told; None: nobody."""
        address = environ.get("NOTIFY_SOCKET", "")
        if address[:1] not in ("/", "@"):
            return None
        watchdog_s = None
        if environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid()):
            with suppress(KeyError, ValueError):
                watchdog_s = int(environ["WATCHDOG_USEC"]) / 1e6 or None
        return cls(address, watchdog_s)

    def tell(self, *lines: str) -> None:
        """Tell it something; never waits, and does no harm if nobody is there."""
        address = "\0" + self.address[1:] if self.address[0] == "@" else self.address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.setblocking(False)
            channel.sendto("\n".join(lines).encode(), address)

    @property
    def round_s(self) -> float:
        """How often to tell it: two times in the time it waits would do, three are safe."""
        return ROUND_S if self.watchdog_s is None else min(ROUND_S, self.watchdog_s / 3)


@attrs.define(eq=False)
class Report:
    """Tell the service manager how we are."""

    manager: ServiceManager
    ailments: Callable[[], Sequence[str]]
    tasks: Callable[[], int]
    leaving: bool = False

    async def run(self) -> None:
        """Report for ever, that we are ready first."""
        self.manager.tell("READY=1", *self._lines())
        while True:
            await trio.sleep(self.manager.round_s)
            self.manager.tell(*self._lines())

    def leave(self) -> None:
        """Report that we leave; the grace is no reason to end us, whatever we can still do."""
        self.leaving = True
        self.manager.tell("STOPPING=1", "STATUS=leaving")

    def _lines(self) -> list[str]:
        if self.leaving:
            return ["WATCHDOG=1"]
        why = self.ailments()
        if why:
            return [f"STATUS=not well: {'; '.join(why)}"]
        return ["WATCHDOG=1", f"STATUS=watching {counted(self.tasks(), 'task')}"]


async def keep_service_manager(monitor: App, manager: ServiceManager) -> None:
    """Tell a service manager how a monitor is, from when its tasks are read until it has left."""
    report = Report(
        manager,
        lambda: monitor.word().ailing,
        lambda: len(monitor.fleet.children),
    )
    await monitor.reconcile.settled()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(report.run)
        await monitor.doors.closing.wait()
        report.leave()
