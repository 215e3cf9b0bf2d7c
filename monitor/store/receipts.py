"""Units of work of receipts; see `core.receipts`."""

from datetime import datetime

import attrs
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from monitor.core.failures import AlreadyDone
from monitor.core.receipts import KEPT, Receipt
from monitor.store import tables


async def receipt(session: AsyncSession, key: str, now: datetime) -> Receipt | None:
    """Return the receipt of a key, unless it is too old."""
    table = tables.receipt
    query = select(table).where(table.c.key == key, table.c.at > now - KEPT)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Receipt(**row._mapping)


async def write(session: AsyncSession, one: Receipt) -> None:
    """Keep a receipt, and forget those that are too old."""
    table = tables.receipt
    await session.execute(delete(table).where(table.c.at <= one.at - KEPT))
    try:
        await session.execute(insert(table).values(attrs.asdict(one)))
    except IntegrityError as error:
        raise AlreadyDone("the same has just been done with this key") from error
