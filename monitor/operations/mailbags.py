"""What lies in the outbox for each channel."""

from collections.abc import Iterable
from datetime import datetime

import attrs

from monitor.core.alerts.notices import ChannelSpec, Notice, NoticeState
from monitor.core.ports import Session

EVERY = 1_000_000
"""Of notices that wait or are dead all are wanted."""
_SENT = 5000
"""The newest notices among which the last one of each channel is looked for."""


@attrs.define
class Mailbag:
    """What waits, what could not be delivered, and when something was."""

    waiting: int = 0
    dead: int = 0
    error: str = ""
    """Of the newest notice that was tried and is not delivered."""
    sent_at: datetime | None = None


async def mailbags(session: Session, channels: Iterable[ChannelSpec]) -> dict[str, Mailbag]:
    """Return what lies in the outbox for each of these channels."""
    bags = {spec.name: Mailbag() for spec in channels}
    for notice in await unsent(session):
        bag = bags.get(notice.channel)
        if bag is None:
            continue
        if notice.state is NoticeState.DEAD:
            bag.dead += 1
        else:
            bag.waiting += 1
        if notice.attempts and not bag.error:
            bag.error = notice.why
    for notice in await session.notices(states=[NoticeState.SENT], limit=_SENT):
        bag = bags.get(notice.channel)
        if bag is not None and notice.decided_at is not None:
            bag.sent_at = max(bag.sent_at or notice.decided_at, notice.decided_at)
    return bags


async def unsent(session: Session) -> list[Notice]:
    """Return all notices that wait or are dead, newest first."""
    return await session.notices(states=[NoticeState.PENDING, NoticeState.DEAD], limit=EVERY)


async def dead_letters(session: Session) -> list[Notice]:
    """Return all notices that could not be delivered, newest first."""
    return await session.notices(states=[NoticeState.DEAD], limit=EVERY)
