"""Units of work of status pages, and the part of a session that does them."""

import asyncio
import base64
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import attrs
import msgspec
from sqlalchemy import Row, Select, delete, insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.core.model import Gap, Incident, Transition
from monitor.core.statuspage.days import SPELLS, Past
from monitor.core.statuspage.hosts import refuse_shared_host
from monitor.core.statuspage.logo import Logo, read_logo
from monitor.core.statuspage.publishing import PagesPlan
from monitor.core.statuspage.readers import of_post
from monitor.core.statuspage.values import PagesChange, Post, PostState, StatusPage
from monitor.store import page_tables, rows, tables
from monitor.store.rows import Values
from monitor.store.subscribing import SqlReaders, drop_pages, tell
from monitor.store.units import Do

MOST = 50_000
"""Rows of each sort that are read at once, the newest; so that no page can stop the loop."""
_CHUNK = 500


def _page_values(page: StatusPage) -> Values:
    data = msgspec.to_builtins(page)
    return {"slug": data.pop("slug"), "from_file": data.pop("from_file"), "data": data}


def _page_of(row: Row[Any]) -> StatusPage:
    return msgspec.convert({**row.data, "slug": row.slug, "from_file": row.from_file}, StatusPage)


def _post_of(row: Row[Any]) -> Post:
    return Post(**{**row._mapping, "state": PostState(row.state)})


async def pages(session: AsyncSession) -> list[StatusPage]:
    """Return all pages, by slug."""
    table = page_tables.status_page
    found = [_page_of(row) for row in await session.execute(select(table))]
    return sorted(found, key=lambda one: one.slug)


async def change_pages(session: AsyncSession, plan: PagesPlan) -> PagesChange:
    """Do what a plan says, while nobody else changes pages."""
    page, post, logos = page_tables.status_page, page_tables.status_post, page_tables.status_logo
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("LOCK TABLE status_page IN SHARE ROW EXCLUSIVE MODE"))
    known = await pages(session)
    change = plan(known)
    refuse_shared_host(known, change)
    if change.drop:
        await session.execute(delete(post).where(post.c.page.in_(change.drop)))
        await drop_pages(session, change.drop)
        await session.execute(delete(logos).where(logos.c.page.in_(change.drop)))
    slugs = [*change.drop, *(one.slug for one in change.pages)]
    if slugs:
        await session.execute(delete(page).where(page.c.slug.in_(slugs)))
    if change.pages:
        await session.execute(insert(page), [_page_values(one) for one in change.pages])
    return change


async def posts(session: AsyncSession, page: str, since: datetime | None, limit: int) -> list[Post]:
    """Return posts, newest first."""
    table = page_tables.status_post
    query = select(table).where(table.c.page == page)
    if since is not None:
        query = query.where(table.c.at >= since)
    query = query.order_by(table.c.id.desc()).limit(limit)
    return [_post_of(row) for row in await session.execute(query)]


async def write_post(session: AsyncSession, post: Post) -> bool:
    """Write a post, if its page is there, and what subscribers are told of it."""
    page = page_tables.status_page
    if await session.scalar(select(page.c.slug).where(page.c.slug == post.page)) is None:
        return False
    await session.execute(insert(page_tables.status_post).values(attrs.asdict(post)))
    await tell(session, post.page, of_post(post), post.at)
    return True


async def drop_story(session: AsyncSession, page: str, story: str) -> None:
    """Forget a story, with all its posts."""
    table = page_tables.status_post
    await session.execute(delete(table).where(table.c.page == page, table.c.story == story))


async def logo(session: AsyncSession, page: str) -> Logo | None:
    """Return the logo of a page."""
    table = page_tables.status_logo
    found = await session.scalar(select(table.c.data).where(table.c.page == page))
    return None if found is None else read_logo(base64.b64decode(found))


async def set_logo(session: AsyncSession, page: str, logo: Logo | None) -> bool:
    """Give a page a logo, or take it away."""
    table, pages = page_tables.status_logo, page_tables.status_page
    if await session.scalar(select(pages.c.slug).where(pages.c.slug == page)) is None:
        return False
    await session.execute(delete(table).where(table.c.page == page))
    if logo is not None:
        data = base64.b64encode(logo.data).decode()
        await session.execute(insert(table).values(page=page, data=data))
    return True


async def pasts(
    session: AsyncSession, task_ids: Collection[int], since: datetime
) -> dict[int, Past]:
    """Return what is stored of the past of some tasks."""
    ids = sorted(task_ids)
    incidents: dict[int, list[Incident]] = {one: [] for one in ids}
    gaps: dict[int, list[Gap]] = {one: [] for one in ids}
    changes: dict[int, list[Transition]] = {one: [] for one in ids}
    table, gap, change = tables.incident, tables.gap, tables.transition
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        lasting = or_(table.c.closed_at.is_(None), table.c.closed_at >= since)
        query = select(table).where(table.c.task_id.in_(some), lasting)
        for row in await _newest(session, query.order_by(table.c.opened_at.desc())):
            incidents[row.task_id].append(rows.incident_of(row))
        query = select(gap).where(gap.c.task_id.in_(some), gap.c.until_at > since)
        for row in await _newest(session, query.order_by(gap.c.from_at.desc())):
            gaps[row.task_id].append(rows.gap_of(row))
        matters = or_(change.c.before.in_(SPELLS), change.c.after.in_(SPELLS))
        query = select(change).where(change.c.task_id.in_(some), change.c.at >= since, matters)
        for row in await _newest(session, query.order_by(change.c.at.desc(), change.c.seq.desc())):
            changes[row.task_id].append(rows.transition_of(row))
    return {one: Past(incidents[one][::-1], gaps[one][::-1], changes[one][::-1]) for one in ids}


async def _newest(session: AsyncSession, query: Select[Any]) -> Sequence[Row[Any]]:
    """Read rows, letting the loop breathe in between."""
    found: list[Row[Any]] = []
    result = await session.execute(query.limit(MOST))
    while chunk := result.fetchmany(_CHUNK):
        found.extend(chunk)
        await asyncio.sleep(0)
    return found


@attrs.frozen(eq=False)
class SqlPublishing:
    """See `Publishing`."""

    _read: Do
    _write: Do

    @property
    def readers(self) -> SqlReaders:
        return SqlReaders(self._read, self._write)

    async def pages(self) -> list[StatusPage]:
        return await self._read(pages)

    async def change_pages(self, plan: PagesPlan) -> PagesChange:
        return await self._write(change_pages, plan)

    async def posts(
        self, page: str, since: datetime | None = None, limit: int = 1000
    ) -> list[Post]:
        return await self._read(posts, page, since, limit)

    async def write_post(self, post: Post) -> bool:
        return await self._write(write_post, post)

    async def drop_story(self, page: str, story: str) -> None:
        await self._write(drop_story, page, story)

    async def logo(self, page: str) -> Logo | None:
        return await self._read(logo, page)

    async def set_logo(self, page: str, logo: Logo | None) -> bool:
        return await self._write(set_logo, page, logo)

    async def pasts(self, task_ids: Collection[int], since: datetime) -> dict[int, Past]:
        return await self._read(pasts, task_ids, since)
