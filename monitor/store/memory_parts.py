"""The parts of a session in memory, each of which does one family of work."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

import attrs

from monitor.core.access.changing import People, PeopleChange, Plan
from monitor.core.access.people import ALL_DEEDS, Deed, Deeds, Token, User, WebSession
from monitor.core.statuspage.days import SPELLS, Past
from monitor.core.statuspage.logo import Logo
from monitor.core.statuspage.publishing import PagesPlan
from monitor.core.statuspage.readers import Happening, Lane, Letter, Subscriber
from monitor.core.statuspage.values import PagesChange, Post, StatusPage
from monitor.store.memory_access import AccessTables
from monitor.store.memory_tables import Tables

T = TypeVar("T")


class Do(Protocol):
    """Has a unit of work done on all tables, and returns what came of it."""

    async def __call__(self, work: Callable[[Tables], T]) -> T: ...


@attrs.frozen(eq=False)
class MemoryRegistry:
    """See `monitor.core.access.registry`."""

    read: Do
    write: Do

    async def _read(self, work: Callable[[AccessTables], T]) -> T:
        return await self.read(lambda tables: work(tables.access))

    async def _write(self, work: Callable[[AccessTables], T]) -> T:
        return await self.write(lambda tables: work(tables.access))

    async def people(self) -> People:
        return await self._read(AccessTables.people)

    async def change_people(self, plan: Plan) -> PeopleChange:
        return await self._write(lambda access: access.change(plan))

    async def find_session(self, digest: str) -> tuple[WebSession, User] | None:
        return await self._read(lambda access: access.find_session(digest))

    async def find_token(self, digest: str) -> tuple[Token, User | None] | None:
        return await self._read(lambda access: access.find_token(digest))

    async def open_session(self, session: WebSession, instead_of: str = "") -> None:
        await self._write(lambda access: access.open_session(session, instead_of))

    async def close_session(self, digest: str) -> None:
        await self._write(lambda access: access.sessions.pop(digest, None))

    async def sessions(self, user_id: int) -> list[WebSession]:
        return await self._read(lambda access: access.sessions_of(user_id))

    async def seen(self, at: datetime, *, session: str = "", token: int = 0) -> None:
        await self._write(lambda access: access.seen(at, session, token))

    async def deeds(self, wanted: Deeds = ALL_DEEDS) -> list[Deed]:
        return await self._read(lambda access: access.done(wanted))

    async def write_deeds(self, deeds: Sequence[Deed]) -> None:
        await self._write(lambda access: access.write_deeds(deeds))

    async def forget(
        self, *, idle_before: datetime, opened_before: datetime, done_before: datetime
    ) -> None:
        await self._write(lambda access: access.forget(idle_before, opened_before, done_before))


@attrs.frozen(eq=False)
class MemoryReaders:
    """See `monitor.core.statuspage.readers`."""

    read: Do
    write: Do

    async def all(self, page: str) -> list[Subscriber]:
        return await self.read(lambda tables: tables.pages.readers.all(page))

    async def find(self, page: str, token: str) -> Subscriber | None:
        return await self.read(lambda tables: tables.pages.readers.find(page, token))

    async def subscribe(self, new: Subscriber) -> bool:
        return await self.write(
            lambda tables: new.page in tables.pages.by_slug and tables.pages.readers.subscribe(new)
        )

    async def confirm(self, page: str, token: str, at: datetime) -> Subscriber | None:
        return await self.write(lambda tables: tables.pages.readers.confirm(page, token, at))

    async def drop(self, page: str, ids: Sequence[str]) -> None:
        await self.write(lambda tables: tables.pages.readers.drop(page, ids))

    async def tell(self, page: str, happening: Happening, at: datetime) -> int:
        return await self.write(lambda tables: tables.pages.readers.tell(page, happening, at))

    async def due(
        self, at: datetime, limit: int, busy: Collection[Lane] = ()
    ) -> list[tuple[Letter, Subscriber]]:
        return await self.read(lambda tables: tables.pages.readers.due(at, limit, busy))

    async def settle(self, letters: Sequence[Letter]) -> None:
        await self.write(lambda tables: tables.pages.readers.settle(letters))

    async def forget(self, at: datetime) -> None:
        await self.write(lambda tables: tables.pages.readers.forget(at))


@attrs.frozen(eq=False)
class MemoryPublishing:
    """See `monitor.core.statuspage.publishing`."""

    read: Do
    write: Do

    @property
    def readers(self) -> MemoryReaders:
        return MemoryReaders(self.read, self.write)

    async def pages(self) -> list[StatusPage]:
        return await self.read(lambda tables: tables.pages.pages())

    async def change_pages(self, plan: PagesPlan) -> PagesChange:
        return await self.write(lambda tables: tables.pages.change(plan))

    async def posts(
        self, page: str, since: datetime | None = None, limit: int = 1000
    ) -> list[Post]:
        return await self.read(lambda tables: tables.pages.posts_of(page, since, limit))

    async def write_post(self, post: Post) -> bool:
        return await self.write(lambda tables: tables.pages.write(post))

    async def drop_story(self, page: str, story: str) -> None:
        await self.write(lambda tables: tables.pages.drop_story(page, story))

    async def logo(self, page: str) -> Logo | None:
        return await self.read(lambda tables: tables.pages.logos.get(page))

    async def set_logo(self, page: str, logo: Logo | None) -> bool:
        return await self.write(lambda tables: tables.pages.set_logo(page, logo))

    async def pasts(self, task_ids: Collection[int], since: datetime) -> dict[int, Past]:
        return await self.read(
            lambda tables: {one: past_of(tables, one, since) for one in task_ids}
        )


def past_of(tables: Tables, task_id: int, since: datetime) -> Past:
    """Return what is stored of the past of a task."""
    incidents = [
        one
        for one in tables.incidents.values()
        if one.task_id == task_id and (one.closed_at is None or one.closed_at >= since)
    ]
    gaps = [one for one in tables.gaps.values() if one.task_id == task_id and one.until_at > since]
    changes = [
        one
        for one in tables.transitions.values()
        if one.task_id == task_id
        and one.at >= since
        and (one.before in SPELLS or one.after in SPELLS)
    ]
    return Past(
        sorted(incidents, key=lambda one: one.opened_at),
        sorted(gaps, key=lambda one: one.from_at),
        sorted(changes, key=lambda one: (one.at, one.seq)),
    )
