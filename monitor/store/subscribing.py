"""Units of work of subscribers and their letters, and the part of a session that does them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.core.statuspage.readers import (
    ASKED_AGAIN,
    FORGOTTEN,
    KEPT,
    Happening,
    Lane,
    Letter,
    LetterState,
    Subscriber,
    Way,
    letters_of,
    subscribing,
)
from monitor.store import page_tables
from monitor.store.units import Do

_CHUNK = 500


def _subscriber_of(row: Row[Any]) -> Subscriber:
    return Subscriber(**{**row._mapping, "way": Way(row.way)})


def _letter_of(row: Row[Any], columns: Iterable[str]) -> Letter:
    found = {name: row._mapping[name] for name in columns}
    return Letter(**{**found, "state": LetterState(row.state)})


async def all_of(session: AsyncSession, page: str) -> list[Subscriber]:
    """Return the subscribers of a page."""
    table = page_tables.subscriber
    query = select(table).where(table.c.page == page).order_by(table.c.id)
    return [_subscriber_of(row) for row in await session.execute(query)]


async def find(session: AsyncSession, page: str, token: str) -> Subscriber | None:
    """Return who has a token."""
    table = page_tables.subscriber
    query = select(table).where(table.c.page == page, table.c.token == token)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _subscriber_of(row)


async def subscribe(session: AsyncSession, new: Subscriber) -> bool:
    """Do what `subscribing` says; of two at once for one address, one waits for the other."""
    table, page = page_tables.subscriber, page_tables.status_page
    there = select(page.c.slug).where(page.c.slug == new.page).with_for_update()
    if await session.scalar(there) is None:
        return False
    ours = table.c.page == new.page
    count = await session.scalar(select(func.count()).where(ours))
    lately = table.c.asked_at > new.asked_at - ASKED_AGAIN
    asked = await session.scalar(select(func.count()).where(ours, lately))
    same = select(table).where(ours, table.c.way == new.way, table.c.address == new.address)
    row = (await session.execute(same)).one_or_none()
    known = None if row is None else _subscriber_of(row)
    todo = subscribing(known, new, count or 0, asked or 0)
    if todo is None:
        return False
    if todo.write is not None:
        await session.execute(delete(table).where(table.c.id == todo.write.id))
        await session.execute(insert(table).values(attrs.asdict(todo.write)))
    if todo.letter is not None:
        await _write(session, [todo.letter])
    return True


async def confirm(session: AsyncSession, page: str, token: str, at: datetime) -> Subscriber | None:
    """Note that somebody wants to be told."""
    table = page_tables.subscriber
    change = update(table).where(
        table.c.page == page, table.c.token == token, table.c.confirmed_at.is_(None)
    )
    await session.execute(change.values(confirmed_at=at))
    return await find(session, page, token)


async def drop(session: AsyncSession, page: str, ids: Sequence[str]) -> None:
    """Forget subscribers, with their letters."""
    table, letter = page_tables.subscriber, page_tables.letter
    await session.execute(delete(letter).where(letter.c.page == page, letter.c.subscriber.in_(ids)))
    await session.execute(delete(table).where(table.c.page == page, table.c.id.in_(ids)))


async def drop_pages(session: AsyncSession, pages: Sequence[str]) -> None:
    """Forget all subscribers of pages."""
    for table in (page_tables.letter, page_tables.subscriber):
        await session.execute(delete(table).where(table.c.page.in_(pages)))


async def tell(session: AsyncSession, page: str, happening: Happening, at: datetime) -> int:
    """Write letters to all who have confirmed and have none of it yet."""
    table = page_tables.letter
    wanted = letters_of(happening, await all_of(session, page), at)
    there: set[str] = set()
    for start in range(0, len(wanted), _CHUNK):
        keys = [one.key for one in wanted[start : start + _CHUNK]]
        query = select(table.c.key).where(table.c.key.in_(keys))
        there |= set((await session.execute(query)).scalars())
    new = [one for one in wanted if one.key not in there]
    await _write(session, new)
    return len(new)


async def _write(session: AsyncSession, letters: Sequence[Letter]) -> None:
    for start in range(0, len(letters), _CHUNK):
        chunk = [attrs.asdict(one) for one in letters[start : start + _CHUNK]]
        await session.execute(insert(page_tables.letter), chunk)


async def due(
    session: AsyncSession, at: datetime, limit: int, busy: Collection[Lane]
) -> list[tuple[Letter, Subscriber]]:
    """Return letters that may be tried."""
    letter, table = page_tables.letter, page_tables.subscriber
    query = (
        select(letter)
        .join(table, table.c.id == letter.c.subscriber)
        .where(letter.c.state == LetterState.WAITING, letter.c.next_at <= at)
        .where(*(not_(_is_of(lane)) for lane in busy))
        .order_by(letter.c.attempts, letter.c.next_at, letter.c.key)
        .limit(limit)
    )
    names = letter.c.keys()
    found = [_letter_of(row, names) for row in await session.execute(query)]
    ids = {one.subscriber for one in found}
    who = {
        row.id: _subscriber_of(row)
        for row in await session.execute(select(table).where(table.c.id.in_(ids)))
    }
    return [(one, who[one.subscriber]) for one in found if one.subscriber in who]


def _is_of(lane: Lane) -> ColumnElement[bool]:
    """Say whether a letter is of a lane: addresses of webhooks are kept as they were typed."""
    letter, table = page_tables.letter, page_tables.subscriber
    found = and_(letter.c.page == lane.page, table.c.way == lane.way)
    if not lane.receiver:
        return found
    base, address = f"https://{lane.receiver}", func.lower(table.c.address)
    below = (address.startswith(f"{base}{sign}", autoescape=True) for sign in "/?")
    return and_(found, or_(address == base, *below))


async def settle(session: AsyncSession, letters: Sequence[Letter]) -> None:
    """Write down what became of letters."""
    table = page_tables.letter
    for one in letters:
        values = attrs.asdict(one)
        changed = {key: values[key] for key in ("about", "attempts", "state", "next_at", "error")}
        await session.execute(update(table).where(table.c.key == one.key).values(changed))


async def forget(session: AsyncSession, at: datetime) -> None:
    """Forget who never confirmed, and letters of long ago."""
    table, letter = page_tables.subscriber, page_tables.letter
    gone = select(table.c.id).where(
        table.c.confirmed_at.is_(None), table.c.asked_at < at - FORGOTTEN
    )
    ids = list((await session.execute(gone)).scalars())
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        await session.execute(delete(letter).where(letter.c.subscriber.in_(some)))
        await session.execute(delete(table).where(table.c.id.in_(some)))
    await session.execute(delete(letter).where(letter.c.made_at < at - KEPT))


@attrs.frozen(eq=False)
class SqlReaders:
    """See `monitor.core.statuspage.readers`."""

    _read: Do
    _write: Do

    async def all(self, page: str) -> list[Subscriber]:
        return await self._read(all_of, page)

    async def find(self, page: str, token: str) -> Subscriber | None:
        return await self._read(find, page, token)

    async def subscribe(self, new: Subscriber) -> bool:
        return await self._write(subscribe, new)

    async def confirm(self, page: str, token: str, at: datetime) -> Subscriber | None:
        return await self._write(confirm, page, token, at)

    async def drop(self, page: str, ids: Sequence[str]) -> None:
        await self._write(drop, page, ids)

    async def tell(self, page: str, happening: Happening, at: datetime) -> int:
        return await self._write(tell, page, happening, at)

    async def due(
        self, at: datetime, limit: int, busy: Collection[Lane] = ()
    ) -> list[tuple[Letter, Subscriber]]:
        return await self._read(due, at, limit, busy)

    async def settle(self, letters: Sequence[Letter]) -> None:
        await self._write(settle, letters)

    async def forget(self, at: datetime) -> None:
        await self._write(forget, at)
