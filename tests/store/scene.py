"""Tasks and records to set a scene with: valid, plain, and at known moments."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from monitor.core.alerts.notices import Notice, NoticeKind
from monitor.core.model import (
    Event,
    Gap,
    GapReason,
    Incident,
    Lifecycle,
    Node,
    Recovery,
    Result,
    State,
    Status,
    Task,
    TaskSpec,
    Transition,
)
from monitor.core.ports import Session
from monitor.core.records import EventRecord, LifeRecord, LookRecord

ODD_TEXT = "Zoë's «магазин» 店 \U0001f6d2 e\u0301 \u202e; drop table task; -- %s :name \\ \" '"
"""Letters of many scripts, a combining accent, a mark that turns text round, and what SQL reads."""

_START = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """Return a moment by its distance from the scene's start."""
    return _START + timedelta(seconds=seconds)


def spec(name: str = "shop", **changes: Any) -> TaskSpec:
    return TaskSpec(**{"name": name, "target": "tcp://127.0.0.1:1", "interval_s": 30.0, **changes})


async def add(session: Session, name: str = "shop") -> Task:
    (task,) = await session.add([spec(name)], at(0))
    return task


async def add_all(session: Session, *specs: TaskSpec) -> Sequence[Task]:
    return await session.add(specs, at(0))


def result(status: Status = Status.UP, **changes: Any) -> Result:
    return Result(**{"status": status, "duration_s": 0.25, **changes})


def state(task_id: int, slot_s: float, status: Status = Status.UP, **changes: Any) -> State:
    """Return what is believed after the look of that slot."""
    fields: dict[str, Any] = {
        "task_id": task_id,
        "status": status,
        "standing": status,
        "last_slot_at": at(slot_s),
        "last_looked_at": at(slot_s + 0.01),
        "next_check_at": at(slot_s + 30),
    }
    return State(**(fields | changes))


def look(task_id: int, slot_s: float, status: Status = Status.UP, **changes: Any) -> LookRecord:
    """Return the record of an ordinary look, or of a special one by what changes."""
    record = LookRecord(
        slot_at=at(slot_s),
        looked_at=at(slot_s + 0.01),
        result=result(status),
        state=state(task_id, slot_s, status),
    )
    return attrs.evolve(record, **changes)


def transition(task_id: int, seq: int, at_s: float, **changes: Any) -> Transition:
    fields: dict[str, Any] = {
        "task_id": task_id,
        "seq": seq,
        "at": at(at_s),
        "before": Status.UP,
        "after": Status.DOWN,
    }
    return Transition(**(fields | changes))


def incident(
    task_id: int, number: int, opened_s: float, closed_s: float | None = None, **changes: Any
) -> Incident:
    return Incident(
        task_id=task_id,
        number=number,
        opened_at=at(opened_s),
        confirmed_at=at(opened_s + 1),
        closed_at=None if closed_s is None else at(closed_s),
        **changes,
    )


def gap(task_id: int, from_s: float, until_s: float, slots: int = 1) -> Gap:
    return Gap(
        task_id=task_id,
        from_at=at(from_s),
        until_at=at(until_s),
        reason=GapReason.OVERRUN,
        slots=slots,
    )


def living(task: Task, lifecycle: Lifecycle) -> LifeRecord:
    """Return the record of a child that has failed three times."""
    recovery = Recovery(
        lifecycle=lifecycle, attempts=3, retry_at=at(60), error=ODD_TEXT, changed_at=at(1)
    )
    return LifeRecord(task_id=task.id, recovery=recovery)


def event(at_s: float, kind: str = "task.error", task_id: int | None = None, **more: Any) -> Event:
    return Event(at=at(at_s), kind=kind, task_id=task_id, **more)


def happening(at_s: float, kind: str = "database.lost") -> EventRecord:
    return EventRecord(event=event(at_s, kind))


def notice(task_id: int | None, at_s: float = 0.0, **changes: Any) -> Notice:
    fields: dict[str, Any] = {
        "key": f"{task_id}/1/down",
        "channel": "ops",
        "kind": NoticeKind.DOWN,
        "at": at(at_s),
        "since_at": at(at_s),
        "task_id": task_id,
        "incident": 1 if task_id else None,
        "status": Status.DOWN,
    }
    return Notice(**(fields | changes))


def node(name: str = "n1", beat_s: float = 0.0, **changes: Any) -> Node:
    fields: dict[str, Any] = {
        "id": name,
        "host": "alpha",
        "pid": 4711,
        "version": "1.2.3",
        "started_at": at(0),
        "beat_at": at(beat_s),
    }
    return Node(**(fields | changes))


async def revision(session: Session) -> int:
    """Return the number that tells of changes."""
    changes = await session.changes(-1)
    assert changes is not None
    return changes.revision


async def everything(session: Session) -> dict[str, Any]:
    """Read all that the port shows, without changing anything."""
    fleet = await session.fleet()
    return {
        "fleet": fleet,
        "looks": [await session.looks(one.task.id, limit=10_000) for one in fleet],
        "gaps": await session.gaps(),
        "transitions": await session.transitions(),
        "incidents": await session.incidents(),
        "events": await session.events(),
        "pings": [await session.pings(one.task.id, limit=10_000) for one in fleet],
        "notices": await session.notices(limit=10_000),
        "alerting": await session.alerting(),
        "nodes": await session.nodes(),
    }
