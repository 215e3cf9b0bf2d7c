"""Run the real command for long, break it again and again, and look for what grows or is missing.

    python scripts/soak.py [--minutes 10] [--tasks 300] [--seed N]

On SQLite and on a throwaway PostgreSQL: `python -m monitor run` watches local targets while, at
random moments, it is killed (-9), asked to leave (SIGTERM), or its database is restarted or loses
all connections. Afterwards, from the database alone and by the judge of the tests: every slot of
every task is a result or lies in a gap, the log of changes folds to the state, nobody was blamed
for our faults; and the memory of the last process did not grow. Nothing is sent beyond the loopback
address. `scripts/chaos.py` does more harm, for minutes; this is for hours.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import attrs
import psutil
import trio

from monitor.core.model import TaskSpec
from monitor.engine.clock import Clock
from monitor.store.address import parse_address
from monitor.store.sql import open_store
from monitor.verification.targets import KINDS, open_targets
from tests.ledger import faults, gap_slots, read_ledger
from tests.outsider import open_outsider
from tests.postgres import ThrowawayPostgres

ROOT = Path(__file__).parent.parent
GROWTH_MIB = 30.0
"""What a process may grow by in the second half of its life."""


@attrs.define
class Patient:
    """The process under test, started again whenever it was ended."""

    database: str
    process: "subprocess.Popen[bytes]"
    bad_exits: list[str] = attrs.field(factory=list)

    @classmethod
    def start(cls, database: str) -> "Patient":
        """Start watching."""
        return cls(database, _monitor(database))

    def kill(self) -> None:
        """End it without warning, and start it again."""
        self.process.kill()
        self.process.wait()
        self.process = _monitor(self.database)

    def leave(self) -> None:
        """End it in good order, and start it again."""
        self.end()
        self.process = _monitor(self.database)

    def end(self) -> None:
        """End it in good order."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        if code != 0:
            self.bad_exits.append(f"exit code {code} after SIGTERM")

    @property
    def memory_mib(self) -> float:
        """Resident memory."""
        return float(psutil.Process(self.process.pid).memory_info().rss / 2**20)


def _monitor(database: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "monitor", "run", "--quiet", "--database", database]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)


async def add_tasks(database: str, urls: list[str]) -> None:
    """Fill a new database with tasks of one to three seconds."""
    clock = Clock()
    specs = [
        TaskSpec(
            name=f"target {n}",
            target=url,
            interval_s=1.0 + n % 3,
            timeout_s=0.8,
            attempts=2,
            retry_interval_s=0.5,
        )
        for n, url in enumerate(urls)
    ]
    async with (
        open_store(parse_address(database), clock.now) as store,
        store.session("soak") as session,
    ):
        await session.add(specs, clock.now())


async def break_it(
    patient: Patient, faults: list[Callable[[], None]], dice: random.Random, end_s: float
) -> list[float]:
    """Do one fault every few seconds; return the memory of the last process, taken now and then."""
    while (left_s := end_s - time.monotonic()) > 60.0:
        await trio.sleep(min(dice.uniform(2.0, 8.0), left_s))
        fault = dice.choice(faults)
        await trio.to_thread.run_sync(fault)
        print(f"  {fault.__name__}", end="", flush=True)
    memory = []
    while time.monotonic() < end_s:
        await trio.sleep(5.0)
        memory.append(patient.memory_mib)
    return memory


def judge(database: str) -> list[str]:
    """Return what is wrong, from the database alone; blocks."""
    with open_outsider(database) as outsider:
        pages = read_ledger(outsider)
    wrong = faults(pages)
    results, lost = sum(len(page.results) for page in pages), sum(gap_slots(pages).values())
    print(f"\n  {results} results and {lost} slots in gaps")
    for page in pages:
        kind = KINDS[int(page.name.removeprefix("target ")) % len(KINDS)]
        if not page.results:
            wrong.append(f"task {page.task_id} was never looked at")
        elif kind == "healthy" and {status for _, status in page.results} != {"up"}:
            wrong.append(f"task {page.task_id}: a healthy target was blamed")
    return wrong


async def soak(
    database: str, server: ThrowawayPostgres | None, options: argparse.Namespace
) -> bool:
    """Soak on one database; return whether all was well."""
    dice = random.Random(options.seed)
    async with open_targets(slow_s=0.3) as targets:
        urls = [targets.url(KINDS[n % len(KINDS)], f"t{n}") for n in range(options.tasks)]
        await add_tasks(database, urls)
        patient = Patient.start(database)
        faults: list[Callable[[], None]] = [patient.kill, patient.leave]
        if server is not None:

            def restart() -> None:
                server.restart()

            def cut() -> None:
                server.kill_backends(parse_address(database).url.database or "")

            faults += [restart, cut]
        try:
            end_s = time.monotonic() + options.minutes * 60 / 2
            memory = await break_it(patient, faults, dice, end_s)
            await trio.to_thread.run_sync(patient.end)
        finally:
            patient.process.kill()
            patient.process.wait()
    wrong = patient.bad_exits + await trio.to_thread.run_sync(judge, database)
    half = memory[len(memory) // 2 :]
    if half and half[-1] - half[0] > GROWTH_MIB:
        wrong.append(f"memory grew from {half[0]:.0f} to {half[-1]:.0f} MiB")
    print(f"  memory {memory[-1]:.0f} MiB" if memory else "  memory not measured")
    for line in wrong[:20]:
        print(f"  WRONG: {line}")
    return not wrong


def main() -> None:
    """Soak on both databases, half of the time each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--tasks", type=int, default=300)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    options.seed = random.randrange(1_000_000) if options.seed is None else options.seed
    print(f"seed {options.seed}, {options.tasks} tasks, {options.minutes:g} minutes")
    with tempfile.TemporaryDirectory() as folder, ThrowawayPostgres() as server:
        print("SQLite")
        well = trio.run(soak, f"sqlite:///{folder}/soak.db", None, options)
        print("PostgreSQL")
        with server.fresh_database() as database:
            well = trio.run(soak, database, server, options) and well
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
