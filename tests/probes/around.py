"""A monitor around a look, for kinds that ask about it: other tasks, pings, and the time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from monitor.core.heartbeat import Absence
from monitor.core.model import Result, State, Status, Task, TaskSpec, WatchedTask
from monitor.core.pings import Ping, PingKind
from monitor.engine.look import look
from monitor.probes import prepare

MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


def watched(
    name: str, status: Status = Status.UP, target: str = "self:", **options: Any
) -> WatchedTask:
    """Return a task as it stands."""
    paused = status is Status.PAUSED
    task = Task(id=7, name=name, target=target, options=options, paused=paused, created_at=MADE_AT)
    return WatchedTask(task=task, state=State(task_id=7, status=status))


@attrs.define
class Around:
    """See `probing.Around`: what it answers is what a test puts here."""

    task: Task
    at_s: float = 0.0
    others: dict[str, WatchedTask] = attrs.field(factory=dict)
    sent: list[Ping] = attrs.field(factory=list)
    absent: list[Absence] = attrs.field(factory=list)
    wished_s: list[float] = attrs.field(factory=list)

    def now(self) -> datetime:
        return MADE_AT + timedelta(seconds=self.at_s)

    def find(self, name: str) -> WatchedTask | None:
        return self.others.get(name)

    async def pings(self) -> Sequence[Ping]:
        return self.sent

    async def absences(self) -> Sequence[Absence]:
        return self.absent

    def look_at(self, moment: datetime) -> None:
        self.wished_s.append((moment - MADE_AT).total_seconds())

    def say(self, kind: PingKind, at_s: float, **more: Any) -> None:
        """Have a ping come."""
        at = MADE_AT + timedelta(seconds=at_s)
        self.sent.append(Ping(task_id=7, kind=kind, at=at, **more))

    def know(self, *others: WatchedTask) -> None:
        """Have these tasks as they stand."""
        self.others |= {one.task.name: one for one in others}

    async def look(self) -> Result:
        """Look as a running monitor does."""
        fields = {field.name: getattr(self.task, field.name) for field in attrs.fields(TaskSpec)}
        prepared = prepare(TaskSpec(**fields))
        return prepared.rule(await look(prepared.probe_within(self), 10.0))


def around(target: str, name: str = "it", **options: Any) -> Around:
    """Return the surroundings of a task with these options."""
    expect = options.pop("expect", ())
    task = Task(id=7, name=name, target=target, options=options, expect=expect, created_at=MADE_AT)
    return Around(task)
