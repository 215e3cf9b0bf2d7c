"""Letters to subscribers of status pages, brought to them by an organ of its own.

It has nothing in common with the outbox but the idea: what is to be told is in the database before
anybody is told, a letter is marked as sent after its receiver has taken it, and its key is the same
at each attempt. So it is told at least once, whenever we are killed. Subscribers are strangers, and
alerts for operators never wait for one.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import attrs
import trio

from monitor.core.alerts.alerting import Maintenance
from monitor.core.alerts.notices import NotDelivered
from monitor.core.describe import describe, shorten
from monitor.core.failures import DatabaseAway
from monitor.core.model import WatchedTask
from monitor.core.ports import Session, Store
from monitor.core.statuspage.readers import (
    Happening,
    Lane,
    Letter,
    LetterState,
    Subscriber,
    Way,
    ways_of,
)
from monitor.core.statuspage.values import StatusPage
from monitor.engine.clock import Clock
from monitor.journal import tell

ROUND_S = 5.0
"""How often the database is asked for letters."""
ANNOUNCE_S = 60.0
"""How often it is asked whether work was announced."""
DEADLINE_S = 20.0
"""How long a receiver may take."""
GATHERED_S = 0.05
"""How long it is waited for more that end, so that they are written down together."""
AT_ONCE: Mapping[Way, int] = {Way.MAIL: 20, Way.WEBHOOK: 100}
"""Letters of a page under way at a time; those that failed least often go first, so that who hangs
soon holds up nobody but others who hang, and nobody of another page or way ever."""
TO_ONE_HOST = 5
"""Of these, webhooks to one receiver: a host that hangs holds up nobody else's, however many have
subscribed with it."""
_LAST_S = 2.0
_ERROR = 300

Deliver = Callable[[StatusPage, Subscriber, Letter], Awaitable[None]]
"""Raises NotDelivered."""
Announce = Callable[
    [StatusPage, Sequence[WatchedTask], Sequence[Maintenance], datetime], Sequence[Happening]
]


@attrs.define(eq=False, kw_only=True)
class Mailing:
    """Bring letters to subscribers."""

    store: Store
    clock: Clock
    fleet: Callable[[], Sequence[WatchedTask]]
    deliver: Deliver
    announce: Announce
    sent: int = attrs.field(default=0, init=False)
    """Letters that were taken since the start."""
    _settled: list[Letter] = attrs.field(factory=list, init=False)
    """What became of letters and is not written yet."""
    _under_way: dict[str, Lane] = attrs.field(factory=dict, init=False)
    """The lanes of the letters that are just being handed over, by their keys."""
    _ended: trio.Event = attrs.field(factory=trio.Event, init=False)
    """Set when one of them has been."""
    _announced_s: float = attrs.field(default=float("-inf"), init=False)

    async def run(self) -> None:
        """Deliver for ever."""
        async with self.store.session("subscribers") as session, trio.open_nursery() as nursery:
            try:
                while True:
                    with suppress(DatabaseAway):  # told by those who have something to lose
                        await self._announce_all(session)
                        while await self.work(session, nursery):
                            pass
                    with trio.move_on_after(ROUND_S):
                        await self._ended.wait()
                        await trio.sleep(GATHERED_S)
            finally:  # who leaves meanwhile writes down what has been taken
                with trio.CancelScope(shield=True, deadline=trio.current_time() + _LAST_S):
                    await self._settle(session)

    async def _announce_all(self, session: Session) -> None:
        """Write letters of announced work, once in a while."""
        now_s, now = trio.current_time(), self.clock.now()
        if now_s - self._announced_s < ANNOUNCE_S:
            return
        pages = [one for one in await session.publishing.pages() if ways_of(one)]
        maintenances = (await session.alerting()).maintenances if pages else ()
        for page in pages:
            # In a thread: rules of windows take a while.
            found = await trio.to_thread.run_sync(
                self.announce, page, self.fleet(), maintenances, now
            )
            for happening in found:
                await session.publishing.readers.tell(page.slug, happening, now)
        self._announced_s = now_s

    async def work(self, session: Session, nursery: trio.Nursery) -> bool:
        """Write down what became of letters, and begin those that are due, as lanes have room.

        They go on in the nursery. Returns whether one was begun: there may be more.
        """
        readers = session.publishing.readers
        self._ended = trio.Event()
        await self._settle(session)
        lanes = Counter[Lane]()
        for lane in self._under_way.values():
            lanes.update({lane, lane.whole})
        full = [lane for lane in lanes if not _has_room(lane, lanes)]
        limit = max(AT_ONCE.values()) + len(self._under_way)
        due = await readers.due(self.clock.now(), limit, full)
        pages = {one.slug: one for one in await session.publishing.pages()} if due else {}
        # Some have ended since the database was asked: what became of them is not written yet.
        known, begun = self._under_way.keys() | {one.key for one in self._settled}, False
        for letter, subscriber in due:
            lane, page = subscriber.lane, pages.get(letter.page)
            if page is not None and letter.key not in known and _has_room(lane, lanes):
                lanes.update({lane, lane.whole})
                begun = True
                self._under_way[letter.key] = lane
                nursery.start_soon(self._try, page, subscriber, letter, name=f"letter {letter.key}")
        return begun

    async def _settle(self, session: Session) -> None:
        if self._settled:
            settled = list(self._settled)
            await session.publishing.readers.settle(settled)
            del self._settled[: len(settled)]

    async def _try(self, page: StatusPage, subscriber: Subscriber, letter: Letter) -> None:
        """Try one letter; whatever goes wrong with it is its own matter."""
        try:
            with trio.fail_after(DEADLINE_S):
                await self.deliver(page, subscriber, letter)
        except NotDelivered as error:
            self._failed(letter, str(error), permanent=error.permanent, wait_s=error.retry_after_s)
        except trio.TooSlowError:
            self._failed(letter, f"nobody took it within {DEADLINE_S:g} s")
        except Exception as error:  # noqa: BLE001 (a bug in one letter holds up no other)
            self._failed(letter, f"our own error: {describe(error)}")
        else:
            self.sent += 1
            self._settled.append(letter.sent())
        finally:
            del self._under_way[letter.key]
            self._ended.set()

    def _failed(
        self, letter: Letter, why: str, *, permanent: bool = False, wait_s: float | None = None
    ) -> None:
        now = self.clock.now()
        after = letter.failed(shorten(why, _ERROR), now, permanent=permanent, wait_s=wait_s)
        if after.state is LetterState.DEAD:
            # Not why: it may name the address, which is nobody's business.
            tell("letter.dead", page=letter.page, letter=letter.key, attempts=after.attempts)
        self._settled.append(after)


def _has_room(lane: Lane, under_way: Counter[Lane]) -> bool:
    """Say whether another letter of a lane may be begun."""
    hosts = not lane.receiver or under_way[lane] < TO_ONE_HOST
    return hosts and under_way[lane.whole] < AT_ONCE[lane.way]
