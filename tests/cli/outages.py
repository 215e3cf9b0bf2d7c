"""A database with outages to tell of: incidents, who was told of them, and who was not."""

import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import attrs
import trio

from monitor.core.alerts.alerting import AlertingChange
from monitor.core.alerts.notices import ChannelSpec, Notice, NoticeKind, NoticeState
from monitor.core.model import AlertPolicy, Incident, State, Status, TaskSpec
from monitor.core.ports import Session
from monitor.core.records import NoticeRecord
from monitor.engine.clock import Clock
from monitor.store.address import parse_address
from monitor.store.sql import open_store
from tests.cli.story import ago, look


def write(work: Callable[[Session], Awaitable[None]]) -> None:
    """Do something to the database that the commands ask."""

    async def write_it() -> None:
        clock = Clock()
        address = parse_address(os.environ.get("MONITOR_DATABASE_URL", "sqlite:///monitor.db"))
        async with open_store(address, clock.now) as store, store.session("test") as session:
            await work(session)

    trio.run(write_it)


def incident(number: int, opened_at: datetime, closed_at: datetime | None = None) -> Incident:
    return Incident(
        task_id=1,
        number=number,
        opened_at=opened_at,
        confirmed_at=opened_at,
        closed_at=closed_at,
        detail="status 500",
    )


def notice(number: int, kind: NoticeKind, at: datetime, **more: Any) -> Notice:
    told = Notice(
        key=f"1/{number}/{kind}",
        channel="ops",
        kind=kind,
        at=at,
        since_at=at,
        task_id=1,
        incident=number,
        subject="shop",
        state=NoticeState.SENT,
        decided_at=at,
    )
    return attrs.evolve(told, **more)


NOTICES = (
    notice(1, NoticeKind.DOWN, ago(7200)),
    notice(1, NoticeKind.UP, ago(7100)),
    notice(2, NoticeKind.DOWN, ago(600)),
    notice(2, NoticeKind.DOWN, ago(600), channel="boss", state=NoticeState.DEAD, why="no such room",
           attempts=1),
    notice(2, NoticeKind.REMINDER, ago(60), key="1/2/reminder-1", state=NoticeState.PENDING,
           why="held: silence 1", decided_at=None),
)  # fmt: skip


async def outages(session: Session) -> None:
    """The task `shop` was down, and is again; `ops` was told, `boss` could not be; `calm` is up."""
    tags = ("prod",)
    policy = AlertPolicy(channels=("ops", "boss"))
    specs = [
        TaskSpec(name="shop", target="self:", tags=tags, alerts=policy),
        TaskSpec(name="calm", target="self:"),
    ]
    await session.add(specs, ago(9000))
    down = State(task_id=1, status=Status.DOWN, standing=Status.DOWN, incidents=2)
    down = attrs.evolve(down, last_slot_at=ago(600), since_at=ago(600), detail="status 500")
    opened, closed = incident(1, ago(7200)), incident(1, ago(7200), ago(7100))
    await session.commit([look(1, ago(7200), Status.DOWN, incident=opened)])
    await session.commit([look(1, ago(7100), Status.UP, incident=closed)])
    after = look(1, ago(600), Status.DOWN, state=down, incident=incident(2, ago(600)))
    await session.commit([after, look(2, ago(10), Status.UP), NoticeRecord(notices=NOTICES)])
    channels = (
        ChannelSpec(name="ops", url="webhook+https://example.com/ops", default=True),
        ChannelSpec(name="boss", url="webhook+https://example.com/boss"),
        ChannelSpec(name="filed", url="webhook+https://example.com/filed", from_file=True),
    )
    await session.change_alerting(AlertingChange(channels=channels))
