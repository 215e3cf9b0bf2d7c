"""Pages as they were read last: a crowd outside asks the database once in a while, all together.

What is asked for by several at once is read once. While the database is away, what was read last is
shown, and said to be old.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

import attrs
import trio
from starlette.exceptions import HTTPException

from monitor.app import App
from monitor.core.glance import Recent
from monitor.core.model import WatchedTask
from monitor.core.ports import Session
from monitor.core.statuspage.days import first_day_at
from monitor.core.statuspage.values import StatusPage
from monitor.web.desk import Desk
from monitor.web.pages.strip import first_slot_at
from monitor.web.status.view import View, make_view

PAGES_S = 2.0
"""How old the list of pages may be: so long it may take until a change is seen."""
AGAIN_S = 1.0
"""How long nobody asks again what could not be answered."""
VIEW_S = 10.0
"""How old a view may be."""


@attrs.frozen
class Shown:
    """A view, and whether it is older than it should be, since the database is away."""

    view: View
    stale: bool
    read_s: float


@attrs.define(eq=False)
class Shelf:
    """See the module."""

    monitor: App
    desk: Desk
    _pages: dict[str, StatusPage] = attrs.field(factory=dict, init=False)
    _pages_s: float = attrs.field(default=float("-inf"), init=False)
    _shown: dict[str, Shown] = attrs.field(factory=dict, init=False)
    _reading: trio.Lock = attrs.field(factory=trio.Lock, init=False)
    _away_until_s: float = attrs.field(default=float("-inf"), init=False)
    """So long nothing is asked that could not be answered just now."""

    async def find(self, slug: str) -> StatusPage | None:
        """Return a page; None if there is none of that slug.

        Raises:
            HTTPException: 503, the pages have never been read, and the database is away.
        """
        await self._renew_pages()
        return self._pages.get(slug)

    async def at(self, host: str) -> StatusPage | None:
        """Return the page that has a host name of its own; None if there is none. See `find`."""
        await self._renew_pages()
        return next((one for one in self._pages.values() if one.host == host), None)

    async def _renew_pages(self) -> None:
        if trio.current_time() - self._pages_s >= PAGES_S:
            async with self._reading:
                if trio.current_time() - self._pages_s >= PAGES_S:
                    await self._read_pages()
        else:
            await trio.lowlevel.checkpoint()

    def _refuse_while_away(self) -> None:
        """Send those away who waited behind one who got no answer."""
        if trio.current_time() < self._away_until_s:
            raise HTTPException(503, "the database is away", {"Retry-After": "10"})

    async def _read_pages(self) -> None:
        if self._pages_s == float("-inf"):
            self._refuse_while_away()
        try:
            async with self.desk.session() as session:
                found = {one.slug: one for one in await session.publishing.pages()}
        except HTTPException:
            if self._pages_s == float("-inf"):
                self._away_until_s = trio.current_time() + AGAIN_S
                raise
        else:
            gone = [slug for slug, one in self._pages.items() if found.get(slug) != one]
            for slug in gone:
                self._shown.pop(slug, None)
            self._pages = found
        self._pages_s = trio.current_time()

    def forget(self) -> None:
        """Have everything read anew: somebody has changed it."""
        self._pages_s = float("-inf") if not self._pages else self._pages_s - PAGES_S
        self._shown.clear()

    async def view(self, page: StatusPage) -> Shown:
        """Return what a page shows now.

        Raises:
            HTTPException: 503, it has never been shown, and the database is away.
        """
        known = self._shown.get(page.slug)
        if known is None or trio.current_time() - known.read_s >= VIEW_S:
            async with self._reading:
                known = self._shown.get(page.slug)
                if known is None or trio.current_time() - known.read_s >= VIEW_S:
                    known = self._shown[page.slug] = await self._read(page, known)
        return known

    async def _read(self, page: StatusPage, known: Shown | None) -> Shown:
        if known is None:
            self._refuse_while_away()
        try:
            async with self.desk.session() as session:
                now, fleet = self.monitor.clock.now(), self.monitor.surroundings.standing
                make = await gathered(session, page, fleet, now)
        except HTTPException:
            if known is None:
                self._away_until_s = trio.current_time() + AGAIN_S
                raise
            return attrs.evolve(known, stale=True, read_s=trio.current_time())
        # In a thread: ninety days of many tasks, and rules of windows, take a while.
        view = await trio.to_thread.run_sync(make)
        return Shown(view, stale=False, read_s=trio.current_time())


async def gathered(
    session: Session, page: StatusPage, fleet: Sequence[WatchedTask], now: datetime
) -> Callable[[], View]:
    """Read what a page shows; return what makes a view of it."""
    chosen = await trio.to_thread.run_sync(page.chosen, fleet)
    ours = [one for _, some in chosen for one in some]
    pasts = await session.publishing.pasts([one.task.id for one in ours], first_day_at(now))
    recent: Mapping[int, Recent] = {}
    if page.latency:
        since = {one.task.id: first_slot_at(one.task, one.state, now) for one in ours}
        recent = await session.recent(since)
    posts = await session.publishing.posts(page.slug)
    logo = await session.publishing.logo(page.slug)
    maintenances = (await session.alerting()).maintenances
    return partial(make_view, page, fleet, pasts, recent, posts, maintenances, now, logo)
