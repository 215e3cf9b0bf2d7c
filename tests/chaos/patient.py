"""A monitor in a process of its own: how it is started, ended, and found to have ended."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Protocol

import attrs
import trio

ROOT = Path(__file__).parents[2]


@attrs.define(eq=False)
class Life:
    """One process, from its start to its end."""

    pid: int
    log: Path
    started_at: float
    asked: str = ""
    """The signal that was to end it."""
    asked_at: float = 0.0
    ended_at: float = 0.0
    code: int | None = None
    """As `subprocess` says it: negative for a signal."""
    over: trio.Event = attrs.field(factory=trio.Event)

    def send(self, number: signal.Signals) -> None:
        """Send a signal that does not end it; to one that has ended it does nothing."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def ask(self, number: signal.Signals) -> None:
        """Send the signal that is to end it."""
        self.asked, self.asked_at = number.name, time.time()
        self.send(number)

    def end(self, code: int) -> None:
        """Note that it has ended."""
        self.code, self.ended_at = code, time.time()
        self.over.set()

    async def wait(self, within_s: float) -> bool:
        """Wait for its end; kill it if it hangs. Returns whether it ended by itself."""
        with trio.move_on_after(within_s):
            await self.over.wait()
            return True
        self.send(signal.SIGCONT)
        self.send(signal.SIGKILL)
        await self.over.wait()
        return False

    @property
    def leaving_s(self) -> float:
        return self.ended_at - self.asked_at

    def last_words(self) -> str:
        """Return the last line of its log; none if it did not live to open it."""
        if not self.log.exists():
            return ""
        return self.log.read_text(errors="replace").rstrip().rpartition("\n")[2][:300]

    def lines(self) -> list[dict[str, object]]:
        """Return its log; lines that are not JSON are given as `{"text": ...}`."""
        found = []
        for line in self.log.read_text(errors="replace").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                found.append({"text": line})
        return found


class Midwife(Protocol):
    """Whoever starts monitors."""

    async def start(
        self, argv: Sequence[str], log: Path, cwd: Path, env: Mapping[str, str]
    ) -> Life:
        """Start `python -m monitor ARGV`."""


@attrs.define(eq=False)
class Cold:
    """Start the command as an operator does."""

    _nursery: trio.Nursery

    async def start(
        self, argv: Sequence[str], log: Path, cwd: Path, env: Mapping[str, str]
    ) -> Life:
        with log.open("ab") as output:
            process = await trio.lowlevel.open_process(
                [sys.executable, "-m", "monitor", *argv],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=output,
                cwd=cwd,
                env={**os.environ, "PYTHONPATH": str(ROOT), **env},
                start_new_session=True,
            )
        life = Life(process.pid, log, time.time())
        self._nursery.start_soon(self._await, process, life)
        return life

    async def _await(self, process: trio.Process, life: Life) -> None:
        try:
            life.end(await process.wait())
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGCONT)
                process.kill()


@asynccontextmanager
async def open_cold() -> AsyncIterator[Cold]:
    """What still lives at the end is killed."""
    async with trio.open_nursery() as nursery:
        yield Cold(nursery)
        nursery.cancel_scope.cancel()


@attrs.define(eq=False)
class Zygote:
    """Have monitors forked off a process that has all imports behind it."""

    _process: trio.Process
    _lives: dict[int, Life] = attrs.field(factory=dict)
    _turn: trio.Lock = attrs.field(factory=trio.Lock)
    _born: trio.Event = attrs.field(factory=trio.Event)
    _newborn: Life | None = None
    ready: trio.Event = attrs.field(factory=trio.Event)

    async def start(
        self, argv: Sequence[str], log: Path, cwd: Path, env: Mapping[str, str]
    ) -> Life:
        order = {"argv": list(argv), "log": str(log), "cwd": str(cwd), "env": dict(env)}
        async with self._turn:
            self._born, started_at = trio.Event(), time.time()
            assert self._process.stdin is not None
            await self._process.stdin.send_all(json.dumps(order).encode() + b"\n")
            await self._born.wait()
            assert self._newborn is not None
            self._newborn.log, self._newborn.started_at = log, started_at
            return self._newborn

    async def listen(self) -> None:
        """Hear of births and deaths until the zygote ends."""
        assert self._process.stdout is not None
        waiting = b""
        while more := await self._process.stdout.receive_some():
            *lines, waiting = (waiting + more).split(b"\n")
            for word, *numbers in (line.decode().split() for line in lines):
                if word == "ready":
                    self.ready.set()
                elif word == "started":
                    self._newborn = Life(int(numbers[0]), Path(), time.time())
                    self._lives[self._newborn.pid] = self._newborn
                    self._born.set()
                else:
                    self._lives.pop(int(numbers[0])).end(int(numbers[1]))


@asynccontextmanager
async def open_zygote() -> AsyncIterator[Zygote]:
    """What still lives at the end is killed."""
    start = partial(trio.lowlevel.open_process, cwd=ROOT)
    command = [sys.executable, "-m", "tests.chaos.zygote"]
    process = await start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    zygote = Zygote(process)
    async with trio.open_nursery() as nursery:
        try:
            nursery.start_soon(zygote.listen)
            await zygote.ready.wait()
            yield zygote
        finally:
            assert process.stdin is not None
            with trio.CancelScope(shield=True):
                await process.stdin.aclose()
                await process.wait()
        nursery.cancel_scope.cancel()
