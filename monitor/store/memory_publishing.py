"""Status pages in the store that lives in memory; see `memory`."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from monitor.core.statuspage.days import SPELLS, Past
from monitor.core.statuspage.hosts import refuse_shared_host
from monitor.core.statuspage.logo import Logo
from monitor.core.statuspage.publishing import PagesPlan
from monitor.core.statuspage.readers import of_post
from monitor.core.statuspage.values import PagesChange, Post, StatusPage
from monitor.store.memory_subscribing import MemoryReaders, ReaderTables

if TYPE_CHECKING:
    from monitor.store.memory import MemorySession
    from monitor.store.memory_tables import Tables


@attrs.define(eq=False)
class PageTables:
    """What is kept of status pages."""

    by_slug: dict[str, StatusPage] = attrs.field(factory=dict)
    posts: dict[str, Post] = attrs.field(factory=dict)
    logos: dict[str, Logo] = attrs.field(factory=dict)
    readers: ReaderTables = attrs.field(factory=ReaderTables)

    def pages(self) -> list[StatusPage]:
        return [self.by_slug[slug] for slug in sorted(self.by_slug)]

    def change(self, plan: PagesPlan) -> PagesChange:
        known = self.pages()
        change = plan(known)
        refuse_shared_host(known, change)
        for slug in change.drop:
            self.by_slug.pop(slug, None)
            self.logos.pop(slug, None)
            self.readers.drop_page(slug)
            self._forget([one for one in self.posts.values() if one.page == slug])
        self.by_slug |= {one.slug: one for one in change.pages}
        return change

    def _forget(self, posts: Collection[Post]) -> None:
        for one in posts:
            del self.posts[one.id]

    def posts_of(self, page: str, since: datetime | None, limit: int) -> list[Post]:
        found = [
            one
            for one in self.posts.values()
            if one.page == page and (since is None or one.at >= since)
        ]
        return sorted(found, key=lambda one: one.id, reverse=True)[:limit]

    def write(self, post: Post) -> bool:
        if post.page not in self.by_slug:
            return False
        self.posts[post.id] = post
        self.readers.tell(post.page, of_post(post), post.at)
        return True

    def set_logo(self, page: str, logo: Logo | None) -> bool:
        if page not in self.by_slug:
            return False
        self.logos.pop(page, None)
        if logo is not None:
            self.logos[page] = logo
        return True

    def drop_story(self, page: str, story: str) -> None:
        ours = [one for one in self.posts.values() if one.page == page and one.story == story]
        self._forget(ours)


def past_of(tables: "Tables", task_id: int, since: datetime) -> Past:
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


@attrs.frozen(eq=False)
class MemoryPublishing:
    """See `monitor.core.statuspage.publishing`."""

    _session: "MemorySession"

    @property
    def readers(self) -> MemoryReaders:
        return MemoryReaders(self._session)

    async def pages(self) -> list[StatusPage]:
        return await self._session._read(lambda tables: tables.pages.pages())

    async def change_pages(self, plan: PagesPlan) -> PagesChange:
        return await self._session._write(lambda tables: tables.pages.change(plan))

    async def posts(
        self, page: str, since: datetime | None = None, limit: int = 1000
    ) -> list[Post]:
        return await self._session._read(lambda tables: tables.pages.posts_of(page, since, limit))

    async def write_post(self, post: Post) -> bool:
        return await self._session._write(lambda tables: tables.pages.write(post))

    async def drop_story(self, page: str, story: str) -> None:
        await self._session._write(lambda tables: tables.pages.drop_story(page, story))

    async def logo(self, page: str) -> Logo | None:
        return await self._session._read(lambda tables: tables.pages.logos.get(page))

    async def set_logo(self, page: str, logo: Logo | None) -> bool:
        return await self._session._write(lambda tables: tables.pages.set_logo(page, logo))

    async def pasts(self, task_ids: Collection[int], since: datetime) -> dict[int, Past]:
        return await self._session._read(
            lambda tables: {one: past_of(tables, one, since) for one in task_ids}
        )
