"""Every store: lists a page at a time, edits of what nobody else can change, receipts."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import attrs
import pytest

from monitor.core.alerts.alerting import AlertingChange, Selector, Silence
from monitor.core.alerts.notices import NoticeState
from monitor.core.failures import AlreadyDone, NoSuchTask
from monitor.core.listing import (
    Gaps,
    Happenings,
    Incidents,
    Looks,
    Notices,
    Page,
    Tasks,
    Transitions,
)
from monitor.core.model import Lifecycle, Recovery, Status, Task
from monitor.core.ports import Session, Store
from monitor.core.probing import InvalidTask
from monitor.core.receipts import KEPT, Receipt
from monitor.core.records import EventRecord, LifeRecord, NoticeRecord
from tests.store.scene import (
    at,
    event,
    gap,
    happening,
    incident,
    look,
    notice,
    spec,
    transition,
)


def names(found: Sequence[Any]) -> list[str]:
    return [one.task.name for one in found]


async def fill(session: Session) -> dict[str, Task]:
    """Store tasks that differ in everything that can be asked about."""
    added = await session.add(
        [
            spec("Web 100%", target="https://x.example", tags=("prod", "eu")),
            spec("api_1", target="HTTP://x.example", tags=("prod",)),
            spec("Магазин", target="tcp://x.example:1", paused=True),
            spec("zed", target="tcp://y.example:1", tags=("it's",)),
        ],
        at(0),
    )
    tasks = {task.name: task for task in added}
    recovery = Recovery(lifecycle=Lifecycle.FAILED, error="gave up")
    await session.commit(
        [
            look(tasks["api_1"].id, 0, Status.DOWN),
            look(tasks["Магазин"].id, 0, Status.DOWN),
            LifeRecord(task_id=tasks["zed"].id, recovery=recovery),
        ]
    )
    return tasks


CHOSEN: list[tuple[Tasks, list[str]]] = [
    (Tasks(), ["Web 100%", "api_1", "Магазин", "zed"]),
    (Tasks(by_name=True), ["Web 100%", "api_1", "zed", "Магазин"]),
    (Tasks(text="WEB"), ["Web 100%"]),
    (Tasks(text="0%"), ["Web 100%"]),
    (Tasks(text="api_"), ["api_1"]),
    (Tasks(text="apix"), []),
    (Tasks(text="магаз"), ["Магазин"]),
    (Tasks(text="МАГАЗИН"), ["Магазин"]),
    (Tasks(names=("zed", "api_1", "none")), ["api_1", "zed"]),
    (Tasks(names=()), []),
    (Tasks(ids=()), []),
    (Tasks(tags=("eu",)), ["Web 100%"]),
    (Tasks(tags=("eu", "it's")), ["Web 100%", "zed"]),
    (Tasks(tags=("pro",)), []),
    (Tasks(statuses=(Status.PAUSED,)), ["Магазин"]),
    (Tasks(statuses=(Status.DOWN,)), ["api_1"]),
    (Tasks(statuses=(Status.UNKNOWN, Status.PENDING)), ["Web 100%", "zed"]),
    (Tasks(schemes=("http", "https")), ["Web 100%", "api_1"]),
    (Tasks(schemes=("tcp",), tags=("it's",)), ["zed"]),
]


async def test_tasks_are_chosen_by_what_they_are_and_how_they_stand(store: Store) -> None:
    async with store.session("test") as session:
        await fill(session)
        fleet = await session.fleet()
        for wanted, found in CHOSEN:
            assert found == names(await session.page(wanted)), wanted
            in_memory = [one for one in fleet if wanted.chooses(one)]
            assert sorted(found) == sorted(names(in_memory)), wanted


async def test_tasks_come_a_page_at_a_time_each_once(store: Store) -> None:
    async with store.session("test") as session:
        await fill(session)
        for by_name in (False, True):
            whole = names(await session.page(Tasks(by_name=by_name)))
            wanted, found = Tasks(by_name=by_name, limit=1), []
            while got := await session.page(wanted):
                (one,) = got
                found.append(one.task.name)
                wanted = attrs.evolve(wanted, after_id=one.task.id, after_name=one.task.name)
            assert whole == found


async def fill_history(session: Session) -> Task:
    """Store of each thing four, two of them at one moment where that can be."""
    shop, other = await session.add([spec("shop"), spec("other")], at(0))
    told = [
        notice(shop.id, at_s, key=f"{shop.id}/{n}/down", channel=channel)
        for n, at_s, channel in ((1, 1, "a"), (2, 2, "a"), (2, 2, "b"), (3, 3, "a"))
    ]
    await session.commit(
        [
            *(
                look(
                    shop.id,
                    30 * n,
                    transition=transition(shop.id, n, 30 * n),
                    incident=incident(shop.id, n, 30 * (n // 2)),
                    gaps=(gap(shop.id, 30 * n + 1, 30 * n + 2),),
                )
                for n in (1, 2, 3, 4)
            ),
            look(
                shop.id,
                200,
                incident=attrs.evolve(incident(shop.id, 1, 0), closed_at=at(100)),
            ),
            look(other.id, 0, incident=incident(other.id, 1, 60)),
            NoticeRecord(notices=tuple(told)),
            *(EventRecord(event=event(n // 2, f"kind {n}", shop.id)) for n in (1, 2, 3, 4)),
            happening(9),
        ]
    )
    return shop


async def listed(session: Session, wanted: Page[Any], last: Any) -> list[Any]:
    """Read a list with pages of two, each behind the last of the one before."""
    found: list[Any] = []
    wanted = attrs.evolve(wanted, limit=2)
    while got := await session.page(wanted):
        found += got
        wanted = attrs.evolve(wanted, before=last(got[-1]))  # type: ignore[call-arg]
    return found


async def test_history_comes_a_page_at_a_time_newest_first(store: Store) -> None:
    async with store.session("test") as session:
        shop = await fill_history(session)
        looks = await listed(session, Looks(task_id=shop.id), lambda one: one.slot_at)
        assert [at(s) for s in (200, 120, 90, 60, 30)] == [one.slot_at for one in looks]
        changes = await listed(session, Transitions(task_id=shop.id), lambda one: one.seq)
        assert [4, 3, 2, 1] == [one.seq for one in changes]
        gaps = await listed(session, Gaps(task_id=shop.id), lambda one: one.from_at)
        assert [at(s) for s in (121, 91, 61, 31)] == [one.from_at for one in gaps]
        incidents = await listed(
            session, Incidents(), lambda one: (one.opened_at, one.task_id, one.number)
        )
        other = shop.id + 1
        opened = [(other, 1), (shop.id, 4), (shop.id, 3), (shop.id, 2), (shop.id, 1)]
        assert opened == [(one.task_id, one.number) for one in incidents]
        notices = await listed(session, Notices(), lambda one: (one.at, one.key, one.channel))
        keys = [(f"{shop.id}/{n}/down", c) for n, c in ((3, "a"), (2, "b"), (2, "a"), (1, "a"))]
        assert keys == [(one.key, one.channel) for one in notices]
        happenings = await listed(
            session, Happenings(), lambda one: (one.at, one.kind, one.task_id or 0)
        )
        kinds = ["database.lost", "kind 4", "kind 3", "kind 2", "kind 1"]
        assert kinds == [one.kind for one in happenings]


async def test_history_is_chosen_by_time_task_and_state(store: Store) -> None:
    async with store.session("test") as session:
        shop = await fill_history(session)
        within: dict[str, Any] = {"since_at": at(60), "until_at": at(120)}
        looks = await session.page(Looks(task_id=shop.id, **within))
        assert [at(90), at(60)] == [one.slot_at for one in looks]
        changes = await session.page(Transitions(task_id=shop.id, **within))
        assert [3, 2] == [one.seq for one in changes]
        gaps = await session.page(Gaps(task_id=shop.id, since_at=at(92), until_at=at(121)))
        assert [] == gaps
        assert 4 == len(await session.page(Incidents(is_open=True)))
        assert [1] == [one.number for one in await session.page(Incidents(is_open=False))]
        since = await session.page(Incidents(since_at=at(101), until_at=at(60)))
        assert {2, 3} == {one.number for one in since}
        assert [] == await session.page(Incidents(task_ids=()))
        assert [3] == [one.number for one in await session.page(Incidents(numbers=(3,)))]
        of_shop = await session.page(Incidents(task_ids=(shop.id,)))
        assert {shop.id} == {one.task_id for one in of_shop}
        assert [("b")] == [one.channel for one in await session.page(Notices(channels=("b",)))]
        assert [] == await session.page(Notices(states=(NoticeState.DEAD,)))
        thread = await session.page(Notices(threads=(f"{shop.id}/2", "none")))
        assert ["b", "a"] == [one.channel for one in thread]
        assert [] == await session.page(Notices(threads=()))
        assert 4 == len(await session.page(Notices(states=(NoticeState.PENDING,))))
        assert 1 == len(await session.page(Happenings(task_ids=(0,))))
        assert 1 == len(await session.page(Happenings(kinds=("kind 3", "kind 9"))))


async def test_a_task_is_amended_as_it_is(store: Store) -> None:
    async with store.session("test") as session:
        (task,) = await session.add([spec("shop", attempts=3)], at(0))
        await session.edit(task.id, spec("shop", attempts=5))
        amended = await session.amend(
            task.id, lambda known: spec(known.name, attempts=known.attempts + 1)
        )
        assert 6 == amended.attempts
        with pytest.raises(NoSuchTask):
            await session.amend(task.id + 1, lambda _known: spec())


async def test_a_task_whose_amendment_fails_is_not_changed(store: Store) -> None:
    def fail(_known: Task) -> Any:
        raise InvalidTask("interval", "is out of range")

    async with store.session("test") as session:
        (task,) = await session.add([spec("shop")], at(0))
        with pytest.raises(InvalidTask):
            await session.amend(task.id, fail)
        assert task == (await session.watched(task.id)).task


def receipt(key: str, at_s: float, body: str = "") -> Receipt:
    return Receipt(key=key, digest="d", at=at(at_s), status=201, location="/x", body=body)


async def test_what_is_done_with_a_key_is_done_once(store: Store) -> None:
    now = store.now()  # type: ignore[attr-defined]
    kept = attrs.evolve(receipt("k", 0), at=now)
    async with store.session("test") as session:
        session.keep_receipt(
            "k", lambda added: attrs.evolve(kept, body=",".join(one.name for one in added))
        )
        await session.add([spec("shop")], at(0))
        assert attrs.evolve(kept, body="shop") == await session.receipt("k", now)
        session.keep_receipt("k", lambda _added: kept)
        with pytest.raises(AlreadyDone):
            await session.add([spec("twice")], at(0))
        assert ["shop"] == names(await session.fleet())
        await session.add([spec("later")], at(0))
        assert ["shop", "later"] == names(await session.fleet())


async def test_what_failed_leaves_no_receipt(store: Store) -> None:
    async with store.session("test") as session:
        session.keep_receipt("k", lambda _done: receipt("k", 0))
        with pytest.raises(NoSuchTask):
            await session.remove(4711)
        await session.add([spec("shop")], at(0))
        assert await session.receipt("k", at(1)) is None


async def test_a_receipt_is_forgotten_after_a_day(store: Store) -> None:
    now = store.now()  # type: ignore[attr-defined]
    old = attrs.evolve(receipt("k", 0), at=now - KEPT)
    async with store.session("test") as session:
        session.keep_receipt("k", lambda _added: old)
        await session.add([spec("shop")], at(0))
        assert old == await session.receipt("k", now - timedelta(seconds=1))
        assert await session.receipt("k", now) is None
        session.keep_receipt("k", lambda _added: attrs.evolve(old, at=now))
        await session.add([spec("again")], at(0))
        assert await session.receipt("k", now) is not None


async def test_new_silences_come_back_with_their_numbers(store: Store) -> None:
    quiet = Silence(id=0, selector=Selector(), from_at=at(0), until_at=at(1))
    async with store.session("test") as session:
        first = await session.change_alerting(AlertingChange(silences=(quiet,)))
        second = await session.change_alerting(AlertingChange(silences=(quiet,)))
        stored = (await session.alerting()).silences
    assert stored == (*first.silences, *second.silences)
    assert 2 == len({one.id for one in stored} - {0})
