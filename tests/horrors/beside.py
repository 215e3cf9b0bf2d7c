"""The real monitor with canaries, beside horrors or not: `python -m tests.horrors.beside FILE`.

The ports of the bad servers come on stdin as JSON, or an empty table for the control. It watches
for RUN_S and leaves; who judges asks the database FILE.
"""

import json
import sys
from pathlib import Path

import trio

from monitor.app import open_monitor
from monitor.core.model import TaskSpec
from monitor.engine.clock import Clock
from monitor.probes import prepare
from monitor.store.address import parse_address
from monitor.store.sql import open_store
from tests.horrors.table import HORRORS

RUN_S = 15.0
CANARIES = 40
CANARY_S = 2.0
"""Long enough to have written down one look before the next is due, however busy the loop is."""
_HORROR_S = 60.0
"""Longer than the run: each is looked at once. They begin within the first five seconds, and the
slowest ends ten seconds later."""


def sing() -> str:
    """Be well at once."""
    return "tweet"


def _specs(ports: dict[str, int]) -> list[TaskSpec]:
    canaries = [
        TaskSpec(name=f"canary {k}", target="python:tests.horrors.beside:sing", interval_s=CANARY_S)
        for k in range(CANARIES)
    ]
    horrors = [
        TaskSpec(
            name=horror.name,
            target=horror.target.format(port=ports[horror.name]),
            options=horror.options,
            interval_s=_HORROR_S,
            timeout_s=horror.timeout_s,
        )
        for horror in HORRORS
        if ports
    ]
    return canaries + horrors


async def _main() -> None:
    specs = _specs(json.load(sys.stdin))
    for spec in specs:
        prepare(spec)  # imports what the kinds need, as adding the tasks by a command would
    clock = Clock()
    async with open_store(parse_address(f"sqlite:///{Path(sys.argv[1])}"), clock.now) as store:
        async with store.session("test") as session:
            await session.add(specs, clock.now())
        async with open_monitor(store, clock, prepare) as app:
            await app.reconcile.settled()
            await trio.sleep(RUN_S)


if __name__ == "__main__":
    trio.run(_main)
