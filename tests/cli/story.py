"""A database with a story to tell: tasks of each sort, and a life with troubles."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from monitor.core.model import (
    Event,
    Gap,
    GapReason,
    Lifecycle,
    Node,
    Reason,
    Recovery,
    Result,
    State,
    Status,
    TaskSpec,
    Transition,
)
from monitor.core.ports import Session
from monitor.core.records import EventRecord, LifeRecord, LookRecord

NOW = datetime.now(UTC)
"""When the story ends; the tests may run for a while after that."""


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def look(task_id: int, at: datetime, status: Status, **more: Any) -> LookRecord:
    result = Result(status=status, detail=f"{status} it is", duration_s=0.25)
    state = State(task_id=task_id, status=status, detail=result.detail, since_at=at)
    state = attrs.evolve(state, last_slot_at=at, last_looked_at=at, next_check_at=ago(-18000))
    return attrs.evolve(LookRecord(slot_at=at, looked_at=at, result=result, state=state), **more)


async def a_fleet(session: Session) -> None:
    """A task of each sort: up, down, given up on, paused."""
    specs = [TaskSpec(name=name, target="self:") for name in ("up", "down", "lost")]
    await session.add([*specs, TaskSpec(name="paused", target="self:", paused=True)], ago(100))
    recovery = Recovery(lifecycle=Lifecycle.FAILED, attempts=10, error="oh no", changed_at=ago(50))
    await session.commit(
        [
            look(1, ago(10), Status.UP),
            look(2, ago(20), Status.DOWN),
            look(3, ago(90), Status.UP),
            LifeRecord(task_id=3, recovery=recovery),
        ]
    )


def a_node(**more: Any) -> Node:
    node = Node(
        id="n", host="elsewhere", pid=7, version="1", started_at=ago(99), beat_at=datetime.now(UTC),
        sessions={"task 2": "2026-11-24T03:00:00+00:00", "auditor": "2026-11-24T03:00:00+00:00"},
        figures={"looks": 3},
    )  # fmt: skip
    return attrs.evolve(node, **more)


async def a_story(session: Session) -> None:
    """A task with looks, a change of status, a gap and a trouble of ours."""
    await a_fleet(session)
    change = Transition(
        task_id=1, seq=1, at=ago(5), before=Status.UP, after=Status.UNKNOWN,
        reason=Reason.TASK_ERROR, detail="boom",
    )  # fmt: skip
    gap = Gap(task_id=1, from_at=ago(9), until_at=ago(6), reason=GapReason.OVERRUN, slots=3)
    event = Event(at=ago(4), kind="task.error", task_id=1, detail="=boom()", data={"errors": 1})
    await session.commit(
        [look(1, ago(5), Status.UNKNOWN, transition=change, gaps=(gap,), event=event)]
    )
    await session.commit([EventRecord(event=Event(at=NOW, kind="clock.jumped"))])
