"""Everything a session can do, each with how to see from outside whether it was done."""

from typing import Any

from monitor.model import (
    EventRecord,
    Lifecycle,
    LifeRecord,
    Recovery,
    RequestKind,
)
from monitor.ports import Session
from monitor.store.sql import SqlStore
from tests.store.scene import (
    at,
    event,
    gap,
    incident,
    look,
    node,
    spec,
    transition,
)
from tests.store.sweep import Operation

SHOP = 1
"""The id of the task that is there all the time."""
_GONE = 1000
"""Ids above belong to tasks that are made to be removed."""

SCENE = (
    "INSERT INTO task (id, name, target, interval_s, timeout_s, attempts, retry_interval_s, "
    "recovery_confirmations, options, paused, created_at) VALUES "
    "({id}, 'task {id}', 'tcp://x:1', 30, 10, 3, 20, 2, '{{}}', false, '2026-03-29 00:00:00')",
    "INSERT INTO task_state (task_id, status, detail, standing, streak, seq, incidents, "
    "consecutive_errors, lifecycle, recovery_attempts, error) VALUES "
    "({id}, 'pending', '', 'pending', 0, 0, 0, 0, 'running', 0, '')",
    "INSERT INTO result (task_id, slot_at, looked_at, status, duration_s, timings, detail) VALUES "
    "({id}, '2026-03-29 00:00:00', '2026-03-29 00:00:00', 'up', 0, '{{}}', '')",
)
"""A task with a state and a result, by its id."""


def scene(task_id: int) -> tuple[str, ...]:
    return tuple(statement.format(id=task_id) for statement in SCENE)


async def add(session: Session, n: int) -> None:
    tasks = await session.add([spec(f"first {n}"), spec(f"second {n}")], at(0))
    assert 2 == len(tasks)


async def edit(session: Session, n: int) -> None:
    assert f"tcp://edit:{n}" == (await session.edit(SHOP, spec(target=f"tcp://edit:{n}"))).target


async def remove(session: Session, n: int) -> None:
    await session.remove(_GONE + n)


async def request(session: Session, n: int) -> None:
    await session.request(SHOP, RequestKind.RESUME)


async def changes(session: Session, n: int) -> None:
    found = await session.changes(-1)
    assert found is not None
    assert [SHOP] == [wish.task_id for wish in found.requests]


async def unchanged(session: Session, n: int) -> None:
    assert await session.changes(1) is None


async def beat(session: Session, n: int) -> None:
    await session.beat(node(f"n{n}", sessions={"task 1": "2026"}))


async def commit_look(session: Session, n: int) -> None:
    await session.commit([look(SHOP, n)])


async def commit_news(session: Session, n: int) -> None:
    await session.commit(
        [
            look(
                SHOP,
                n,
                transition=transition(SHOP, n, n),
                incident=incident(SHOP, n, n),
                gaps=(gap(SHOP, n, n + 1),),
                event=event(n, task_id=SHOP),
            ),
            LifeRecord(
                task_id=SHOP,
                recovery=Recovery(lifecycle=Lifecycle.BACKOFF, attempts=n),
                event=event(n, "task.failed", SHOP),
            ),
            EventRecord(event=event(n, f"happened {n}")),
        ]
    )


def one_of(read: str, *arguments: Any) -> Any:
    """Read what has exactly one member in the scene."""

    async def run(session: Session, n: int) -> None:
        found = await getattr(session, read)(*arguments)
        assert 1 == len(found), found

    return run


async def watched(session: Session, n: int) -> None:
    assert SHOP == (await session.watched(SHOP)).task.id


def _is_there(table: str, where: str) -> str:
    return f"(SELECT count(*) FROM {table} WHERE {where})"


_STATE_AT = "task_id = 1 AND recovery_attempts = {n}"
_ADDED = "name IN ('first {n}', 'second {n}')"

_WRITES = {
    "add": (
        add,
        ("DELETE FROM task WHERE id <> 1",),
        f"SELECT {_is_there('task', _ADDED)} = 2, "
        f"(SELECT count(*) FROM task_state JOIN task ON id = task_id WHERE {_ADDED}) = 2",
    ),
    "edit": (edit, (), f"SELECT {_is_there('task', chr(39).join(['target = ', 'tcp://edit:{n}', '']))} = 1"),
}
