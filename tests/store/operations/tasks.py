"""What a session can do with tasks."""

from collections.abc import Sequence

from monitor.core.alerts.alerting import Alerting
from monitor.core.changes import FleetChange
from monitor.core.listing import Tasks
from monitor.core.model import RequestKind, Task
from monitor.core.ports import Session
from monitor.core.receipts import Receipt
from monitor.core.records import EventRecord
from tests.store.operations.rows import SHOP, counts, gone, scene
from tests.store.scene import at, spec
from tests.store.sweep import Operation

_LEAVING = 1_000_000
"""Ids from here on belong to tasks that are made to be removed, one in ten: SQLite numbers new
tasks after the highest there ever was, which must not be the next one's."""
_LEAVING_N = f"{_LEAVING} + 10 * {{n}}"
_WISH = (
    "DELETE FROM request",
    f"INSERT INTO request (id, task_id, kind) VALUES (7, {SHOP}, 'look')",
)


async def _add(session: Session, n: int) -> None:
    assert 2 == len(await session.add([spec(f"first {n}"), spec(f"second {n}")], at(0)))


async def _edit(session: Session, n: int) -> None:
    assert SHOP == (await session.edit(SHOP, spec(target=f"tcp://edited:{n}"))).id


async def _amend(session: Session, n: int) -> None:
    kept = Receipt(key=f"k{n}", digest="", at=at(0), status=200, location="", body="")
    session.keep_receipt(kept.key, lambda _task: kept)
    assert SHOP == (await session.amend(SHOP, lambda _task: spec(target=f"tcp://amended:{n}"))).id


async def _remove(session: Session, n: int) -> None:
    await session.remove(_LEAVING + 10 * n)


async def _rebuild(session: Session, n: int) -> None:
    def plan(tasks: Sequence[Task], _alerting: Alerting) -> FleetChange:
        shop = next(task for task in tasks if task.id == SHOP)
        leaving = next(task for task in tasks if task.id == _LEAVING + 10 * n)
        edit = (shop, spec(target=f"tcp://rebuilt:{n}"))
        return FleetChange(remove=(leaving,), edit=(edit,), add=(spec(f"rebuilt {n}"),))

    assert await session.rebuild(plan, at(0))


async def _request(session: Session, _n: int) -> None:
    await session.request(SHOP, RequestKind.RESUME)


async def _answer(session: Session, _n: int) -> None:
    await session.commit([EventRecord(answers=(7,))])


async def _changes(session: Session, _n: int) -> None:
    found = await session.changes(-1)
    assert found is not None
    assert [SHOP] == [wish.task_id for wish in found.requests]


async def _fleet(session: Session, _n: int) -> None:
    assert SHOP in [one.task.id for one in await session.fleet()]


async def _watched(session: Session, _n: int) -> None:
    assert SHOP == (await session.watched(SHOP)).task.id


async def _overdue(session: Session, _n: int) -> None:
    await session.overdue(at(0))


async def _page(session: Session, _n: int) -> None:
    assert [SHOP] == [one.task.id for one in await session.page(Tasks(ids=(SHOP,)))]


async def _receipt(session: Session, n: int) -> None:
    assert await session.receipt(f"none {n}", at(0)) is None


WRITING = [
    Operation(
        "add",
        _add,
        (f"DELETE FROM task_state WHERE task_id <> {SHOP}", f"DELETE FROM task WHERE id <> {SHOP}"),
        counts(
            "task WHERE name = 'first {n}'",
            "task WHERE name = 'second {n}'",
            "task_state JOIN task ON id = task_id WHERE name = 'first {n}'",
            "task_state JOIN task ON id = task_id WHERE name = 'second {n}'",
        ),
    ),
    Operation("edit", _edit, trace=counts("task WHERE target = 'tcp://edited:{n}'")),
    Operation(
        "amend with a receipt",
        _amend,
        trace=counts("task WHERE target = 'tcp://amended:{n}'", "receipt WHERE key = 'k{n}'"),
    ),
    Operation(
        "remove",
        _remove,
        scene(_LEAVING_N),
        gone(
            f"task WHERE id = {_LEAVING_N}",
            f"task_state WHERE task_id = {_LEAVING_N}",
            f"result WHERE task_id = {_LEAVING_N}",
        ),
    ),
    Operation(
        "rebuild",
        _rebuild,
        scene(_LEAVING_N),
        """
        SELECT (SELECT count(*) FROM task WHERE target = 'tcp://rebuilt:{n}'),
        (SELECT count(*) FROM task WHERE name = 'rebuilt {n}'),
        """
        f"CASE WHEN EXISTS (SELECT 1 FROM task WHERE id = {_LEAVING_N}) THEN 0 ELSE 1 END",
    ),
    Operation(
        "request",
        _request,
        ("DELETE FROM request", "UPDATE task_state SET recovery_attempts = 9"),
        counts("request", f"task_state WHERE task_id = {SHOP} AND recovery_attempts = 0"),
    ),
    Operation("answer", _answer, _WISH, gone("request")),
]

READING = [
    Operation("changes", _changes, _WISH),
    Operation("fleet", _fleet),
    Operation("watched", _watched),
    Operation("overdue", _overdue),
    Operation("page", _page),
    Operation("receipt", _receipt),
]
