"""Letters to subscribers of status pages, brought to them by an organ of its own.

It has nothing in common with the outbox but the idea: what is to be told is in the database before
anybody is told, a letter is marked as sent after its receiver has taken it, and its key is the same
at each attempt. So it is told at least once, whenever we are killed. Subscribers are strangers, and
alerts for operators never wait for one.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import attrs
import trio

from monitor.core.alerts.alerting import Maintenance
from monitor.core.alerts.notices import NotDelivered
from monitor.core.describe import describe, shorten
from monitor.core.failures import DatabaseAway
from monitor.core.model import WatchedTask
from monitor.core.ports import Session, Store
from monitor.core.statuspage.readers import Happening, Letter, LetterState, Subscriber
from monitor.core.statuspage.values import StatusPage
from monitor.engine.clock import Clock
from monitor.journal import tell

ROUND_S = 5.0
"""How often the database is asked for letters."""
ANNOUNCE_S = 60.0
"""How often it is asked whether work was announced."""
DEADLINE_S = 20.0
"""How long a receiver may take."""
AT_ONCE = 20
"""Letters under way at a time; those that failed least often go first, so that who hangs soon
holds up nobody but others who hang."""
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
    _announced_s: float = attrs.field(default=float("-inf"), init=False)

    async def run(self) -> None:
        """Deliver for ever."""
        async with self.store.session("subscribers") as session:
            while True:
                again = False
                try:
                    await self._announce_all(session)
                    again = await self.work(session)
                except DatabaseAway:
                    pass  # told by those who have something to lose
                if not again:
                    await trio.sleep(ROUND_S)

    async def _announce_all(self, session: Session) -> None:
        """Write letters of announced work, once in a while."""
        now_s, now = trio.current_time(), self.clock.now()
        if now_s - self._announced_s < ANNOUNCE_S:
            return
        for page in await session.publishing.pages():
            if page.mail or page.webhooks:
                await self._announce(session, page, now)
        self._announced_s = now_s

    async def _announce(self, session: Session, page: StatusPage, now: datetime) -> None:
        maintenances = (await session.alerting()).maintenances
        # In a thread: rules of windows take a while.
        found = await trio.to_thread.run_sync(self.announce, page, self.fleet(), maintenances, now)
        for happening in found:
            await session.publishing.readers.tell(page.slug, happening, now)

    async def work(self, session: Session) -> bool:
        """Try letters that are due; say whether there may be more."""
        readers = session.publishing.readers
        await self._settle(session)
        due = await readers.due(self.clock.now(), AT_ONCE)
        if not due:
            return False
        pages = {one.slug: one for one in await session.publishing.pages()}
        try:
            async with trio.open_nursery() as nursery:
                for letter, subscriber in due:
                    page = pages.get(letter.page)
                    if page is None:
                        self._failed(letter, "the page is gone", permanent=True)
                    else:
                        nursery.start_soon(
                            self._try, page, subscriber, letter, name=f"letter {letter.key}"
                        )
        finally:  # who leaves meanwhile writes down what has been taken
            with trio.CancelScope(shield=True, deadline=trio.current_time() + _LAST_S):
                await self._settle(session)
        return True

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

    def _failed(
        self, letter: Letter, why: str, *, permanent: bool = False, wait_s: float | None = None
    ) -> None:
        now = self.clock.now()
        after = letter.failed(shorten(why, _ERROR), now, permanent=permanent, wait_s=wait_s)
        if after.state is LetterState.DEAD:
            # Not why: it may name the address, which is nobody's business.
            tell("letter.dead", page=letter.page, letter=letter.key, attempts=after.attempts)
        self._settled.append(after)
