"""A real process with a hundred busy tasks: `python -m tests.faults.child URL ACKNOWLEDGEMENTS`.

It says on stdout how far it has come: `listening` when signals are heard, `watching` when every
task has looked, `hanging` when a look hangs that cannot be cancelled (`--hang`). Every look that
was judged is one line `task slot` in the file of acknowledgements, before it is written to the
database. The log goes to stderr as JSON lines.
"""

import logging
import os
import sys
import time
from pathlib import Path

import trio

from monitor import journal
from monitor.app import Tuning, open_monitor
from monitor.core.model import Result, Status, Task, TaskSpec
from monitor.core.probing import Prepared, Trace
from monitor.core.records import LookRecord
from monitor.departure import Departure, open_departure
from monitor.engine.clock import Clock
from monitor.store.address import parse_address
from monitor.store.sql import SqlStore, open_store

TASKS = 100
INTERVAL_S = 0.5
_GRACE_S = 10.0
_ALTERNATE_S = 0.9
"""Every fourth target is well for so long and then down for so long; news are busy too."""


def _say(word: str) -> None:
    os.write(sys.stdout.fileno(), f"{word}\n".encode())


def _prepare(task: TaskSpec) -> Prepared:
    number = int(task.target.removeprefix("load://"))

    async def probe(_trace: Trace) -> Result:
        await trio.sleep(number % 10 / 1000)
        if number % 4 == 0 and int(time.monotonic() / _ALTERNATE_S) % 2:
            return Result(status=Status.DOWN, phase="connect", detail="refused")
        return Result(status=Status.UP)

    async def hang(_trace: Trace) -> Result:
        _say("hanging")
        with trio.CancelScope(shield=True):
            await trio.sleep_forever()
        raise AssertionError("unreachable")

    return Prepared(hang if number == 7 and "--hang" in sys.argv else probe)


def _specs() -> list[TaskSpec]:
    return [
        TaskSpec(
            name=f"task {number}",
            target=f"load://{number}",
            interval_s=INTERVAL_S,
            timeout_s=INTERVAL_S / 2,
            attempts=1,
            recovery_confirmations=1,
        )
        for number in range(TASKS)
    ]


async def _set_up(store: SqlStore, clock: Clock) -> None:
    async with store.session("set-up") as session:
        if not await session.fleet():
            await session.add(_specs(), clock.now())


async def _watch(store: SqlStore, clock: Clock, departure: Departure, acks: int) -> None:
    looked = set[int]()

    def acknowledge(task: Task, record: LookRecord) -> None:
        os.write(acks, f"{task.id} {record.slot_at.isoformat()}\n".encode())
        if task.id not in looked:
            looked.add(task.id)
            if len(looked) == TASKS:
                _say("watching")

    tuning = Tuning(grace_s=_GRACE_S)
    async with open_monitor(store, clock, _prepare, tuning, acknowledge) as app:
        await departure.wait()
        app.cause = departure.cause


async def main(url: str, acks: int) -> None:
    clock = Clock()
    async with open_departure() as departure:
        _say("listening")
        async with open_store(parse_address(url), clock.now) as store:
            if not departure.asked:
                await _set_up(store, clock)
            if not departure.asked:
                await _watch(store, clock, departure, acks)


if __name__ == "__main__":
    journal.set_up("json", level=logging.DEBUG)
    for handler in logging.getLogger().handlers:
        handler.filters.clear()  # every line is wanted here, however many there are
    descriptor = os.open(Path(sys.argv[2]), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    trio.run(main, sys.argv[1], descriptor, restrict_keyboard_interrupt_to_checkpoints=True)
