"""A database, a target and the tasks between them, and the monitors that come and go there."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import attrs
import trio

from tests.chaos.patient import ROOT, Life, Midwife
from tests.outsider import open_outsider

T = TypeVar("T")

BROKEN = 'import time\n\n\ndef look():\n    with open("calls", "a") as log:\n'
BROKEN += '        log.write(f"{time.time()}\\n")\n    raise ValueError("broken for good")\n'
"""A look that fails by our own fault, always; it writes down when it was called."""

SETTINGS = {
    "MONITOR_LISTEN": "none",
    "MONITOR_LOG_FORMAT": "json",
    "MONITOR_GRACE": "2s",
    "MONITOR_RECOVERY_BASE": "3s",
    "MONITOR_RECOVERY_CAP": "30s",
    "MONITOR_RECOVERY_MAX_ATTEMPTS": "unlimited",
}
GRACE_S, RECOVERY_BASE_S, RECOVERY_CAP_S = 2.0, 3.0, 30.0


async def in_thread(work: Callable[..., T], *args: object) -> T:
    """Run what blocks without holding up anybody."""
    return await trio.to_thread.run_sync(partial(work, *args))


@attrs.define(eq=False)
class Target:
    """The web server that is looked at, and what it has written down so far."""

    port: int
    log: Path
    looks: dict[int, list[tuple[float, bool]]] = attrs.field(factory=lambda: defaultdict(list))
    """By target: when it was asked, and whether it was well."""
    messages: list[dict[str, Any]] = attrs.field(factory=list)
    _read: int = 0

    def read(self) -> None:
        """Read what was written since the last time."""
        with self.log.open("rb") as log:
            log.seek(self._read)
            whole, _, _ = log.read().rpartition(b"\n")
        self._read += len(whole) + 1 if whole else 0
        for line in map(json.loads, whole.splitlines()):
            if "target" in line:
                self.looks[line["target"]].append((line["at"], line["good"]))
            else:
                self.messages.append(line)

    def looked_since(self, at: float) -> int:
        """Count the targets that were looked at since."""
        self.read()
        return sum(looks[-1][0] > at for looks in self.looks.values() if looks)


@asynccontextmanager
async def open_target(folder: Path) -> AsyncIterator[Target]:
    """Serve for the time of a block."""
    log = folder / "target.log"
    log.touch()
    command = [sys.executable, "-m", "tests.chaos.target", str(log)]
    start = partial(trio.lowlevel.open_process, cwd=ROOT)
    process = await start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        port = b""
        while not port.endswith(b"\n"):
            port += await process.stdout.receive_some()
        yield Target(int(port), log)
    finally:
        with trio.CancelScope(shield=True):
            await process.stdin.aclose()
            await process.wait()
            await process.stdout.aclose()


@attrs.define(eq=False, kw_only=True)
class Scene:
    """Where one calamity takes place."""

    name: str
    folder: Path
    url: str
    """The database, by the way the monitor takes."""
    truth_url: str
    """The database itself."""
    target: Target
    midwife: Midwife
    tasks: int = 100
    interval_s: float = 1.0
    settings: dict[str, str] = attrs.field(factory=lambda: dict(SETTINGS))
    lives: list[Life] = attrs.field(factory=list)

    async def furnish(self) -> None:
        """Write the tasks, and where alerts go, into the database."""
        (self.folder / "broken.py").write_text(BROKEN)
        tasks = "".join(
            f'[[task]]\nname = "target {number}"\n'
            f'target = "http://127.0.0.1:{self.target.port}/look/{number}"\n'
            for number in range(self.tasks)
        )
        text = (
            f'[defaults]\ninterval = "{self.interval_s}s"\ntimeout = "10s"\nattempts = 1\n'
            "recovery_confirmations = 1\n\n"
            f'[[channel]]\nname = "ops"\nurl = "webhook+http://127.0.0.1:{self.target.port}/alerts"\n'
            'default = true\nsystem = true\nburst = 1000\ngroup_interval = "1s"\n\n'
            f'[[task]]\nname = "broken"\ntarget = "python:broken:look"\n\n{tasks}'
        )
        (self.folder / "tasks.toml").write_text(text)
        life = await self._begin("apply", "tasks.toml", "--database", self.url)
        if not await life.wait(60.0) or life.code != 0:
            raise AssertionError(f"apply ended with {life.code}: {life.log.read_text()}")

    async def _begin(self, *argv: str) -> Life:
        log = self.folder / f"log-{len(self.lives)}-{argv[0]}"
        return await self.midwife.start(argv, log, self.folder, self.settings)

    async def start(self) -> Life:
        """Start a monitor."""
        life = await self._begin("run", "--quiet", "--database", self.url)
        self.lives.append(life)
        return life

    async def run_to(self, *argv: str) -> int:
        """Run another command to its end; return its exit code."""
        life = await self._begin(*argv, "--database", self.url)
        await life.wait(60.0)
        assert life.code is not None
        return life.code

    async def watching(self, since: float, within_s: float = 60.0) -> bool:
        """Wait until every target has been looked at since."""
        with trio.move_on_after(within_s):
            while self.target.looked_since(since) < self.tasks:
                if self.lives and self.lives[-1].over.is_set():
                    return False
                await trio.sleep(0.02)
            return True
        return False

    async def recorded_anew(self, since: float, within_s: float) -> float:
        """Return after how many seconds every task was looked at, and that recorded, since."""
        while (passed_s := time.time() - since) < within_s:
            if await in_thread(self._behind, since) == 0:
                return passed_s
            await trio.sleep(0.05)
        return float("inf")

    def _behind(self, since: float) -> int:
        """Count the tasks whose last recorded look is not newer; all of them if nobody can tell."""
        moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(since)) + f"{since % 1:.6f}"[1:]
        if not self.truth_url.startswith("sqlite"):
            moment += "+00"
        try:
            with open_outsider(self.truth_url) as outsider:
                found = outsider.ask(
                    "SELECT count(*) FROM task JOIN task_state ON task_id = id "
                    f"WHERE last_looked_at > '{moment}' AND target LIKE 'http%'"
                )
        except Exception:  # noqa: BLE001 (whatever the trouble, nothing is known)
            return self.tasks
        return self.tasks - int(found[0][0])

    async def told(self, within_s: float = 60.0) -> None:
        """Wait until nothing waits to be told; a channel that failed is tried again after a while.

        What takes longer is left for the judge to see.
        """
        with trio.move_on_after(within_s):
            while await in_thread(self._untold):  # noqa: ASYNC110 (a database)
                await trio.sleep(0.2)

    def _untold(self) -> int:
        """Count the alerts that wait."""
        with open_outsider(self.truth_url) as outsider:
            found = outsider.ask("SELECT count(*) FROM notice WHERE decided_at IS NULL")
        return int(found[0][0])

    async def leave(self, life: Life) -> bool:
        """Ask a monitor to leave; return whether it did so by itself."""
        life.ask(signal.SIGTERM)
        return await life.wait(30.0)


def alive(pid: int) -> bool:
    """Say whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
