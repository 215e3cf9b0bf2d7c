"""Units of work of alerting, as `reading` and `writing` are of tasks."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import attrs
from sqlalchemy import Table, delete, insert, or_, select
from sqlalchemy import update as sql_update
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.core.alerts.alerting import Alerting, AlertingChange
from monitor.core.alerts.notices import BEGINNINGS, GOOD_NEWS, Notice, NoticeKind, NoticeState
from monitor.store import alert_rows, tables
from monitor.store.bulk import insert_new, update
from monitor.store.rows import Values


async def write_notices(
    session: AsyncSession, new: Sequence[Notice], decided: Sequence[Notice]
) -> None:
    """Write notices that are not there yet, then what became of pending ones."""
    await insert_new(session, tables.notice, [alert_rows.notice_values(one) for one in new])
    newest = {(one.key, one.channel): one for one in decided}
    values = [
        {"key": key, "channel": channel, **alert_rows.decided_values(one)}
        for (key, channel), one in newest.items()
    ]
    pending = f"old.state = '{NoticeState.PENDING}'"
    await update(session, tables.notice, values, ("key", "channel"), pending)


async def unfinished(session: AsyncSession) -> list[Notice]:
    """Return the notices of all threads that are not over, or not told to their end."""
    table, incident = tables.notice, tables.incident
    ending = table.alias("ending")
    ended = select(ending.c.key).where(
        ending.c.thread == table.c.thread, ending.c.kind.in_(GOOD_NEWS)
    )
    begun = select(table.c.thread).where(
        table.c.kind.in_(BEGINNINGS - {NoticeKind.DOWN}),
        table.c.state == NoticeState.SENT,
        table.c.ended_at.is_(None),
        ~ended.exists(),
    )
    pending = select(table.c.thread).where(table.c.state == NoticeState.PENDING)
    lasting = (
        select(table.c.thread)
        .join(incident, incident.c.task_id == table.c.task_id)
        .where(incident.c.number == table.c.incident, incident.c.closed_at.is_(None))
    )
    query = select(table).where(
        or_(*(table.c.thread.in_(one) for one in (pending, lasting, begun)))
    )
    query = query.order_by(table.c.at, table.c.key, table.c.channel)
    return [alert_rows.notice_of(row) for row in await session.execute(query)]


async def notices(
    session: AsyncSession,
    task_id: int | None,
    since: datetime | None,
    states: Iterable[NoticeState],
    limit: int,
    thread: str,
    message: str,
) -> list[Notice]:
    """Return notices, newest first."""
    table = tables.notice
    query = select(table)
    if task_id is not None:
        query = query.where(table.c.task_id == task_id)
    if since is not None:
        query = query.where(table.c.at >= since)
    if chosen := list(states):
        query = query.where(table.c.state.in_(chosen))
    if thread:
        query = query.where(table.c.thread == thread)
    if message:
        query = query.where(table.c.message == message)
    query = query.order_by(table.c.at.desc(), table.c.key, table.c.channel).limit(limit)
    return [alert_rows.notice_of(row) for row in await session.execute(query)]


async def alerting(session: AsyncSession) -> Alerting:
    """Return all that operators say about alerts."""
    return Alerting(
        channels=tuple(
            alert_rows.channel_of(row)
            for row in await session.execute(select(tables.channel).order_by(tables.channel.c.name))
        ),
        maintenances=tuple(
            alert_rows.maintenance_of(row)
            for row in await session.execute(
                select(tables.maintenance).order_by(tables.maintenance.c.name)
            )
        ),
        silences=tuple(
            alert_rows.silence_of(row)
            for row in await session.execute(select(tables.silence).order_by(tables.silence.c.id))
        ),
        acknowledgements=tuple(
            alert_rows.acknowledgement_of(row)
            for row in await session.execute(
                select(tables.acknowledgement).order_by(
                    tables.acknowledgement.c.task_id, tables.acknowledgement.c.incident
                )
            )
        ),
    )


async def change(session: AsyncSession, wanted: AlertingChange) -> AlertingChange:
    """Do what an operator wants; return it with the numbers of new silences."""
    await _replace(
        session,
        tables.channel,
        wanted.drop_channels,
        [alert_rows.channel_values(one) for one in wanted.channels],
    )
    await _replace(
        session,
        tables.maintenance,
        wanted.drop_maintenances,
        [alert_rows.maintenance_values(one) for one in wanted.maintenances],
    )
    silence = tables.silence
    for number in wanted.drop_silences:
        await session.execute(delete(silence).where(silence.c.id == number))
    silences = []
    for one in wanted.silences:
        statement = insert(silence).values(alert_rows.silence_values(one)).returning(silence.c.id)
        silences.append(attrs.evolve(one, id=await session.scalar(statement)))
    taken = tables.acknowledgement
    acknowledged = [(one.task_id, one.incident) for one in wanted.acknowledgements]
    for task_id, incident in (*wanted.drop_acknowledgements, *acknowledged):
        chosen = (taken.c.task_id == task_id) & (taken.c.incident == incident)
        await session.execute(delete(taken).where(chosen))
    for known in wanted.acknowledgements:
        await session.execute(insert(taken).values(alert_rows.acknowledgement_values(known)))
    notice, revision = tables.notice, tables.revision
    if wanted.resend:  # no trigger counts changes of what changes with every message
        await session.execute(sql_update(revision).values(value=revision.c.value + 1))
    for key, channel in wanted.resend:
        await session.execute(
            sql_update(notice)
            .where(notice.c.key == key, notice.c.channel == channel)
            .where(notice.c.state == NoticeState.DEAD)
            .values(state=NoticeState.PENDING, attempts=0, decided_at=None, due_at=None, why="")
        )
    return attrs.evolve(wanted, silences=tuple(silences))


async def _replace(
    session: AsyncSession,
    table: Table,
    dropped: Iterable[str],
    values: Sequence[Values],
) -> None:
    """Delete rows by name, and write those that are given, whether they were there or not."""
    names = [*dropped, *(row["name"] for row in values)]
    if names:
        await session.execute(delete(table).where(table.c.name.in_(names)))
    if values:
        await session.execute(insert(table), list(values))
