"""Units of work of access, as `reading` and `writing` are of tasks."""

from collections.abc import Sequence
from datetime import datetime

import attrs
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.core.access.changing import People, PeopleChange, Plan
from monitor.core.access.people import Deed, Deeds, Token, User, WebSession
from monitor.store import access_rows, access_tables


async def people(session: AsyncSession) -> People:
    """Return all users and tokens, by name."""
    person, token = access_tables.person, access_tables.access_token
    users = await session.execute(select(person).order_by(person.c.folded))
    tokens = await session.execute(select(token).order_by(token.c.folded))
    return People(
        users=tuple(access_rows.user_of(row) for row in users),
        tokens=tuple(access_rows.token_of(row) for row in tokens),
    )


async def change_people(session: AsyncSession, plan: Plan) -> PeopleChange:
    """Do what a plan says, while nobody else changes users or tokens."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE"))
    change = plan(await people(session))
    person, token = access_tables.person, access_tables.access_token
    web_session = access_tables.web_session
    if change.drop_tokens:
        await session.execute(delete(token).where(token.c.id.in_(change.drop_tokens)))
    if change.drop_users:
        for table, column in ((web_session, "user_id"), (token, "owner"), (person, "id")):
            await session.execute(delete(table).where(table.c[column].in_(change.drop_users)))
    users = [await _write_user(session, user) for user in change.users]
    tokens = []
    for one in change.tokens:
        highest = await session.scalar(select(func.max(token.c.id)))
        one = attrs.evolve(one, id=(highest or 0) + 1)
        await session.execute(insert(token).values(id=one.id, **access_rows.token_values(one)))
        tokens.append(one)
    await write_deeds(session, change.deeds)
    return attrs.evolve(change, users=tuple(users), tokens=tuple(tokens))


async def _write_user(session: AsyncSession, user: User) -> User:
    person, web_session = access_tables.person, access_tables.web_session
    if not user.id:
        highest = await session.scalar(select(func.max(person.c.id)))
        user = attrs.evolve(user, id=(highest or 0) + 1)
        await session.execute(insert(person).values(id=user.id, **access_rows.user_values(user)))
        return user
    values = access_rows.user_values(user)
    await session.execute(update(person).where(person.c.id == user.id).values(values))
    ended = (web_session.c.user_id == user.id) & (web_session.c.epoch != user.epoch)
    await session.execute(delete(web_session).where(ended))
    return user


async def find_session(session: AsyncSession, digest: str) -> tuple[WebSession, User] | None:
    """Return a web session and whose it is."""
    table, person = access_tables.web_session, access_tables.person
    row = (await session.execute(select(table).where(table.c.digest == digest))).one_or_none()
    if row is None:
        return None
    user = (await session.execute(select(person).where(person.c.id == row.user_id))).one_or_none()
    return None if user is None else (access_rows.session_of(row), access_rows.user_of(user))


async def find_token(session: AsyncSession, digest: str) -> tuple[Token, User | None] | None:
    """Return a token and whose it is."""
    table, person = access_tables.access_token, access_tables.person
    row = (await session.execute(select(table).where(table.c.digest == digest))).one_or_none()
    if row is None:
        return None
    if row.owner is None:
        return access_rows.token_of(row), None
    owner = (await session.execute(select(person).where(person.c.id == row.owner))).one_or_none()
    return None if owner is None else (access_rows.token_of(row), access_rows.user_of(owner))


async def open_session(session: AsyncSession, new: WebSession, instead_of: str) -> None:
    """Write a new web session; the one that it replaces is over."""
    table, person = access_tables.web_session, access_tables.person
    await session.execute(delete(table).where(table.c.digest == instead_of))
    await session.execute(insert(table).values(access_rows.session_values(new)))
    if not new.pending:
        seen = update(person).where(person.c.id == new.user_id).values(seen_at=new.created_at)
        await session.execute(seen)


async def close_session(session: AsyncSession, digest: str) -> None:
    """Forget a web session."""
    table = access_tables.web_session
    await session.execute(delete(table).where(table.c.digest == digest))


async def sessions_of(session: AsyncSession, user_id: int) -> list[WebSession]:
    """Return the web sessions of a user, the one used last first."""
    table = access_tables.web_session
    query = select(table).where(table.c.user_id == user_id)
    query = query.order_by(table.c.seen_at.desc(), table.c.digest)
    return [access_rows.session_of(row) for row in await session.execute(query)]


async def seen(session: AsyncSession, at: datetime, digest: str, token_id: int) -> None:
    """Note that a web session, or a token, is in use."""
    table, token = access_tables.web_session, access_tables.access_token
    if digest:
        older = (table.c.digest == digest) & (table.c.seen_at < at)
        await session.execute(update(table).where(older).values(seen_at=at))
    if token_id:
        chosen = update(token).where(token.c.id == token_id).values(used_at=at)
        await session.execute(chosen)


async def deeds(session: AsyncSession, wanted: Deeds) -> list[Deed]:
    """Return what was done, the newest first."""
    table = access_tables.deed
    query = select(table)
    if wanted.since is not None:
        query = query.where(table.c.at >= wanted.since)
    if wanted.before:
        query = query.where(table.c.id < wanted.before)
    for column, value in ((table.c.actor, wanted.actor), (table.c.about, wanted.about)):
        if value:
            query = query.where(column == value)
    if wanted.action:
        below = table.c.action.startswith(wanted.action + ".", autoescape=True)
        query = query.where((table.c.action == wanted.action) | below)
    query = query.order_by(table.c.id.desc()).limit(wanted.limit)
    return [access_rows.deed_of(row) for row in await session.execute(query)]


async def write_deeds(session: AsyncSession, deeds: Sequence[Deed]) -> None:
    """Write down what is done in this unit."""
    if deeds:
        values = [access_rows.deed_values(one) for one in deeds]
        await session.execute(insert(access_tables.deed), values)


async def forget(
    session: AsyncSession, idle_before: datetime, opened_before: datetime, done_before: datetime
) -> None:
    """Forget web sessions that are over, and what was done long ago."""
    table, deed = access_tables.web_session, access_tables.deed
    over = (table.c.seen_at < idle_before) | (table.c.created_at < opened_before)
    await session.execute(delete(table).where(over))
    await session.execute(delete(deed).where(deed.c.at < done_before))
