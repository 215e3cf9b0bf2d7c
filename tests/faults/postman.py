"""Letters to subscribers, from a process that stands still before or after one is handed over.

    python -m tests.faults.postman DATABASE [POINT]

POINT is one of `POINTS`. It says `there` on stdout when it stands still, for ever: whoever asked
for that kills it. `settled` says that nothing is left to be sent, nor to be written down.
"""

import os
import signal
import sys
from datetime import timedelta
from functools import partial

import trio

from monitor.channels.bulletin import Bulletins
from monitor.core.ports import Session
from monitor.core.statuspage.readers import Letter, Subscriber
from monitor.core.statuspage.values import StatusPage
from monitor.engine.clock import Clock
from monitor.engine.mailing import Mailing
from monitor.store.address import parse_address
from monitor.store.sql import open_store

POINTS = ("begun", "taken")


def _say(word: str) -> None:
    os.write(sys.stdout.fileno(), f"{word}\n".encode())


async def main(url: str, point: str = "") -> None:
    bulletins, clock = Bulletins(url="https://monitor.example"), Clock()

    async def deliver(page: StatusPage, who: Subscriber, letter: Letter) -> None:
        for step in POINTS:
            if step == "taken":
                await bulletins.deliver(page, who, letter)
            if step == point:
                _say("there")
                signal.pause()

    async def is_settled(session: Session) -> bool:
        later = clock.now() + timedelta(days=1)
        return not await session.publishing.readers.due(later, 1)

    async with open_store(parse_address(url), clock.now) as store, trio.open_nursery() as nursery:
        mailing = Mailing(
            store=store,
            clock=clock,
            fleet=list,
            deliver=deliver,
            announce=lambda *_: [],
        )
        nursery.start_soon(mailing.run)
        async with store.session("watching") as session:
            while not await is_settled(session):  # noqa: ASYNC110
                await trio.sleep(0.05)
        _say("settled")
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(partial(main, *sys.argv[1:]))
