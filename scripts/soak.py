"""Run the real command for long, break it again and again, and look for what grows or is missing.

    python scripts/soak.py [--minutes 10] [--tasks 300] [--seed N]

On SQLite and on a throwaway PostgreSQL: `python -m monitor run` watches local targets while, at
random moments, it is killed (-9), asked to leave (SIGTERM), or its database is restarted or loses
all connections. Afterwards, from the database alone: every slot of every task is a result or lies
in a gap, the log of changes folds to the state, nobody was blamed for our faults, and the
memory of the last process did not grow. Nothing is sent beyond the loopback address.
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

from monitor.core.model import Status, TaskSpec
from monitor.core.ports import Session
from monitor.core.schedule import Schedule
from monitor.engine.clock import Clock
from monitor.store.address import parse_address
from monitor.store.sql import open_store
from monitor.verification.ledger import account
from monitor.verification.targets import KINDS, open_targets
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


async def judge(database: str) -> list[str]:
    """Return what is wrong, from the database alone."""
    clock = Clock()
    wrong: list[str] = []
    async with (
        open_store(parse_address(database), clock.now) as store,
        store.session("soak") as session,
    ):
        slots = 0
        for watched in await session.fleet():
            slots += await _judge_task(session, watched.task.id, watched.task.interval_s, wrong)
        print(f"\n  {slots} slots accounted for")
    return wrong


async def _judge_task(session: Session, task_id: int, interval_s: float, wrong: list[str]) -> int:
    watched = await session.watched(task_id)
    looks = await session.looks(task_id, limit=1_000_000)
    if not looks:
        wrong.append(f"task {task_id} was never looked at")
        return 0
    account_ = account(
        Schedule.of(task_id, interval_s),
        [look.slot_at for look in looks],
        await session.gaps(task_id),
        looks[-1].slot_at,
        looks[0].slot_at,
    )
    if account_.lost:
        wrong.append(f"task {task_id}: nothing is known of {len(account_.lost)} slots")
    status = Status.PENDING
    changes = sorted(await session.transitions(task_id), key=lambda one: one.seq)
    for seq, change in enumerate(changes, start=1):
        if change.seq != seq or change.before is not status:
            wrong.append(f"task {task_id}: its changes have a hole at {change.seq}")
            break
        status = change.after
    if status is not watched.state.status:
        wrong.append(f"task {task_id}: its changes end in {status}, its state is another")
    healthy = "/healthy/" in watched.task.target
    if healthy and any(look.result.status is not Status.UP for look in looks):
        wrong.append(f"task {task_id}: a healthy target was blamed")
    return account_.due


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
    wrong = patient.bad_exits + await judge(database)
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
