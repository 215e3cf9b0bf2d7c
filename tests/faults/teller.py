"""A real monitor that stands still at one moment of the way of an alert.

    python -m tests.faults.teller DATABASE [KIND POINT]

KIND is `down` or `up`, POINT one of `POINTS`. It says on stdout `watching` when a target was looked
at, `read` when the outbox has read what a former process left, `sent KEY` when a notice is stored
as sent, and `there` when it stands still at its point, for ever: whoever asked for that kills it.
"""

import os
import signal
import sys
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import Any

import trio

from monitor import journal
from monitor.app import Tuning, open_monitor
from monitor.channels.outside import outside
from monitor.core.alerts.notices import Notice, NoticeState
from monitor.core.records import LookRecord, NoticeRecord, Record
from monitor.departure import open_departure
from monitor.engine.alerts import Alerts
from monitor.engine.clock import Clock
from monitor.probes import prepare
from monitor.store import writing
from monitor.store.address import parse_address
from monitor.store.sql import SqlSession, open_store

POINTS = (
    "transition-written",
    "transition-committed",
    "handed-over",
    "answered",
    "sent-written",
    "sent-committed",
)
"""In their order. At `handed-over` the receiver stands still, not the monitor."""


def _say(word: str) -> None:
    os.write(sys.stdout.fileno(), f"{word}\n".encode())


def _stand_still() -> None:
    _say("there")
    while True:
        signal.pause()


def _told(records: Sequence[Record]) -> list[str]:
    """Return the kinds of new notices."""
    return [
        notice.kind.value
        for one in records
        if isinstance(one, LookRecord | NoticeRecord)
        for notice in one.notices
    ]


def _sent(records: Sequence[Record]) -> list[str]:
    """Return the keys of what was taken by its receiver."""
    return [
        notice.key
        for one in records
        if isinstance(one, NoticeRecord)
        for notice in one.decided
        if notice.state is NoticeState.SENT
    ]


def stop_at(kind: str, point: str) -> None:
    """Wrap what writes, so that the process stands still at the point, and tells what it stored."""
    write, commit, reload = writing.commit, SqlSession.commit, Alerts.reload

    def passes(moment: str, records: Sequence[Record]) -> None:
        kinds = _told(records), [key.rpartition("/")[2] for key in _sent(records)]
        for what, found in zip(("transition", "sent"), kinds, strict=True):
            if kind in found and point == f"{what}-{moment}":
                _stand_still()
        if moment == "begun" and point == "answered" and kind in kinds[1]:
            _stand_still()

    async def writes(session: Any, records: Sequence[Record]) -> None:
        await write(session, records)
        passes("written", records)

    async def commits(self: SqlSession, records: Sequence[Record]) -> None:
        passes("begun", records)
        await commit(self, records)
        passes("committed", records)
        for key in _sent(records):
            _say(f"sent {key}")

    def reloads(self: Alerts, notices: Iterable[Notice], written: Collection[Any]) -> None:
        reload(self, notices, written)
        _say("read")

    writing.commit = writes
    SqlSession.commit = commits  # type: ignore[method-assign]
    Alerts.reload = reloads  # type: ignore[method-assign]


async def main(url: str) -> None:
    clock = Clock()
    async with open_departure() as departure, open_store(parse_address(url), clock.now) as store:
        monitor = partial(open_monitor, on_look=lambda _task, _record: _say("watching"))
        async with monitor(store, clock, prepare, Tuning(), outside=outside("en")):
            await departure.wait()


if __name__ == "__main__":
    journal.set_up("json")
    stop_at(*(sys.argv[2:] or ("", "")))
    trio.run(main, sys.argv[1])
