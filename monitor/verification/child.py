"""The process that step 6 sends SIGTERM to: the monitor on a given place, telling what it wrote.

It is told everything by one JSON object on its standard input, so that no password stands in a
command line. For every committed look it prints one line: `[task, slot]`; that is the
acknowledgement. Its log goes to stderr as JSON lines.
"""

import json
import logging
import sys
from collections.abc import Sequence
from typing import Any

import trio

from monitor import journal
from monitor.app import Tuning, open_monitor
from monitor.core.records import LookRecord, Record
from monitor.departure import open_departure
from monitor.engine.clock import Clock
from monitor.probes import prepare
from monitor.store.sql import open_store
from monitor.verification.order import address_of
from monitor.verification.witness import Witness

_LONGEST_S = 120.0
"""It ends by itself if whoever started it has gone without a word."""


def _acknowledge(records: Sequence[Record]) -> None:
    for record in records:
        if isinstance(record, LookRecord):
            line = json.dumps([record.task_id, record.slot_at.isoformat()])
            sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def live(order: dict[str, Any]) -> None:
    """Run the monitor until a signal comes."""
    clock = Clock()
    tuning = Tuning(grace_s=order["grace_s"])
    async with (
        open_departure() as departure,
        open_store(address_of(order), clock.now) as store,
        open_monitor(Witness(store, _acknowledge), clock, prepare, tuning) as app,
    ):
        with trio.move_on_after(_LONGEST_S):
            await departure.wait()
        app.cause = departure.cause or "forgotten"


def main() -> None:
    """Take the order and live."""
    order = json.load(sys.stdin)
    journal.set_up("json", level=logging.DEBUG)
    trio.run(live, order, restrict_keyboard_interrupt_to_checkpoints=True)


if __name__ == "__main__":
    main()
