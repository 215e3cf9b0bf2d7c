"""Everything a session can do, each with how to see from outside whether it was done."""

import trio

from monitor.core.ports import Session
from tests.store.operations import alerting, people, publishing, records, tasks
from tests.store.sweep import Operation


async def _nothing(_session: Session, _n: int) -> None:
    await trio.lowlevel.checkpoint()


NOTHING = Operation("nothing", _nothing)

WRITING = [
    *tasks.WRITING,
    *alerting.WRITING,
    *people.WRITING,
    *publishing.WRITING,
    *records.WRITING,
]

READING = [
    *tasks.READING,
    *alerting.READING,
    *people.READING,
    *publishing.READING,
    *records.READING,
]

OPERATIONS = WRITING + READING
