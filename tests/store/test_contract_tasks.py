"""Every store: tasks are added, edited and removed, and no name is taken twice."""

from collections.abc import Sequence
from datetime import UTC

import attrs
import pytest

from monitor.core.alerts.alerting import Alerting
from monitor.core.changes import FleetChange
from monitor.core.failures import DuplicateName, NoSuchTask
from monitor.core.model import (
    Lifecycle,
    Recovery,
    RequestKind,
    State,
    Status,
    Task,
    TaskSpec,
    WatchedTask,
)
from monitor.core.ports import Session, Store
from monitor.core.records import EventRecord
from tests.store.scene import (
    ODD_TEXT,
    add_all,
    at,
    event,
    everything,
    gap,
    incident,
    living,
    look,
    revision,
    spec,
    transition,
)


async def names(session: Session) -> list[str]:
    return [one.task.name for one in await session.fleet()]


# --- adding -------------------------------------------------------------------------------------


async def test_a_task_comes_back_as_it_was_added(store: Store) -> None:
    wanted = TaskSpec(
        name=f"{ODD_TEXT}",
        target=f"https://shop.example/{ODD_TEXT}",
        interval_s=0.1,
        timeout_s=1e-3,
        attempts=100,
        retry_interval_s=366 * 86400.0,
        recovery_confirmations=1,
        options={"headers": {ODD_TEXT: [1, 2.5, None, True]}, "nothing": {}, "big": 2**53},
        paused=True,
    )
    async with store.session("test") as session:
        (task,) = await session.add([wanted], at(0))
        (watched,) = await session.fleet()
    assert {name: getattr(wanted, name) for name in attrs.fields_dict(TaskSpec)} == {
        name: getattr(task, name) for name in attrs.fields_dict(TaskSpec)
    }
    assert at(0) == task.created_at
    assert task.created_at.tzinfo is UTC
    assert WatchedTask(task=task, state=State(task_id=task.id)) == watched


async def test_a_new_task_is_pending_and_its_child_has_spent_no_attempts(store: Store) -> None:
    async with store.session("test") as session:
        (task,) = await add_all(session, spec())
        watched = await session.watched(task.id)
    assert State(task_id=task.id) == watched.state
    assert Recovery() == watched.recovery
    assert (Status.PENDING, None) == watched.shown


async def test_tasks_get_ids_in_the_order_they_are_given(store: Store) -> None:
    wanted = [f"task {number:04}" for number in range(1200)]
    async with store.session("test") as session:
        added = await add_all(session, *map(spec, wanted))
        assert wanted == [task.name for task in added]
        assert [task.id for task in added] == sorted(task.id for task in added)
        assert wanted == await names(session)


async def test_adding_nothing_changes_nothing(store: Store) -> None:
    async with store.session("test") as session:
        before = await revision(session)
        assert [] == await session.add([], at(0))
        assert await session.changes(before) is None


async def test_a_name_can_be_taken_only_once(store: Store) -> None:
    async with store.session("test") as session:
        await add_all(session, spec("shop"))
        before = await everything(session)
        with pytest.raises(DuplicateName, match="'shop' exists already"):
            await add_all(session, spec("cart"), spec("shop"))
        assert before == await everything(session)


async def test_a_name_given_twice_in_one_call_adds_nothing_at_all(store: Store) -> None:
    async with store.session("test") as session:
        with pytest.raises(DuplicateName, match="'cart'"):
            await add_all(session, spec("shop"), spec("cart"), spec("cart"))
        assert [] == await names(session)


async def test_a_taken_name_is_found_among_many(store: Store) -> None:
    async with store.session("test") as session:
        await add_all(session, spec("task 1111"))
        with pytest.raises(DuplicateName, match="'task 1111'"):
            await add_all(session, *(spec(f"task {number}") for number in range(1200)))
        assert ["task 1111"] == await names(session)


async def test_names_that_only_look_alike_are_different(store: Store) -> None:
    alike = ["shop", "Shop", "shöp", "sho\u0308p", "sh%p", "sh_p"]
    async with store.session("test") as session:
        await add_all(session, *map(spec, alike))
        assert alike == await names(session)


# --- editing ------------------------------------------------------------------------------------


async def test_an_edit_replaces_the_task_and_keeps_what_is_known_of_it(store: Store) -> None:
    async with store.session("test") as session:
        task, other = await add_all(session, spec("shop"), spec("cart"))
        await session.commit([look(task.id, 0), look(other.id, 0)])
        before = await everything(session)
        wanted = spec("market", target="tls://[::1]:443", interval_s=5.0, options={"a": [1]})
        edited = await session.edit(task.id, wanted)
        after = await everything(session)
    assert Task(id=task.id, created_at=at(0), **attrs.asdict(wanted, recurse=False)) == edited
    assert [attrs.evolve(before["fleet"][0], task=edited), before["fleet"][1]] == after["fleet"]
    assert before["looks"] == after["looks"]


async def test_an_edit_may_keep_the_name(store: Store) -> None:
    async with store.session("test") as session:
        (task,) = await add_all(session, spec("shop"))
        edited = await session.edit(task.id, spec("shop", paused=True))
    assert edited.paused


async def test_an_edit_to_a_taken_name_is_refused_whole(store: Store) -> None:
    async with store.session("test") as session:
        task, _ = await add_all(session, spec("shop"), spec("cart"))
        before = await everything(session)
        with pytest.raises(DuplicateName, match="'cart' exists already"):
            await session.edit(task.id, spec("cart", paused=True))
        assert before == await everything(session)


async def test_many_tasks_are_rebuilt_at_once(store: Store) -> None:
    shown: list[Task] = []

    def plan(tasks: Sequence[Task], _alerting: Alerting) -> FleetChange:
        shown.extend(tasks)
        shop, cart, _ = tasks
        edit = ((shop, spec("shop", interval_s=5.0, from_file=True)),)
        return FleetChange(remove=(cart,), edit=edit, add=(spec("cart", paused=True), spec("till")))

    async with store.session("test") as session:
        tasks = await add_all(session, spec("shop"), spec("cart"), spec("desk"))
        number = await revision(session)
        done = await session.rebuild(plan, at(5))
        after = {one.task.name: one.task for one in await session.fleet()}
        assert await session.changes(number) is not None
    assert list(tasks) == shown
    assert (1, 1, 2) == (len(done.remove), len(done.edit), len(done.add))
    assert {"shop", "desk", "cart", "till"} == after.keys()
    assert (tasks[0].id, 5.0, True) == (
        after["shop"].id,
        after["shop"].interval_s,
        after["shop"].from_file,
    )
    assert tasks[2] == after["desk"]
    assert after["cart"].id not in {task.id for task in tasks}
    assert (True, at(5)) == (after["cart"].paused, after["cart"].created_at)


async def test_a_plan_that_fails_or_wants_nothing_changes_nothing(store: Store) -> None:
    def fail(tasks: Sequence[Task], _alerting: Alerting) -> FleetChange:
        raise ValueError("the file is wrong")

    def clash(tasks: Sequence[Task], _alerting: Alerting) -> FleetChange:
        return FleetChange(remove=tuple(tasks), add=(spec("a"), spec("b"), spec("a")))

    async with store.session("test") as session:
        await add_all(session, spec("shop"), spec("cart"))
        before, number = await everything(session), await revision(session)
        with pytest.raises(ValueError, match="the file is wrong"):
            await session.rebuild(fail, at(5))
        with pytest.raises(DuplicateName, match=r"'a' (is named twice|exists already)"):
            await session.rebuild(clash, at(5))
        assert not await session.rebuild(lambda *_: FleetChange(), at(5))
        assert before == await everything(session)
        assert await session.changes(number) is None


async def test_nothing_can_be_done_with_a_task_that_does_not_exist(store: Store) -> None:
    async with store.session("test") as session:
        await add_all(session, spec("shop"))
        before = await everything(session)
        number = await revision(session)
        with pytest.raises(NoSuchTask, match="no task 999"):
            await session.edit(999, spec("cart"))
        with pytest.raises(NoSuchTask, match="no task 999"):
            await session.remove(999)
        with pytest.raises(NoSuchTask, match="no task 999"):
            await session.request(999, RequestKind.LOOK)
        with pytest.raises(NoSuchTask, match="no task 999"):
            await session.watched(999)
        assert before == await everything(session)
        assert await session.changes(number) is None


async def test_an_edit_gives_an_invalid_task_a_new_chance_and_no_other(store: Store) -> None:
    async with store.session("test") as session:
        invalid, resting = await add_all(session, spec("shop"), spec("cart"))
        backoff = living(resting, Lifecycle.BACKOFF)
        await session.commit([living(invalid, Lifecycle.INVALID), backoff])
        for task in (invalid, resting):
            await session.edit(task.id, spec(task.name, paused=True))
        assert Recovery() == (await session.watched(invalid.id)).recovery
        assert backoff.recovery == (await session.watched(resting.id)).recovery


# --- removing -----------------------------------------------------------------------------------


async def fill(session: Session, task: Task) -> None:
    """Leave something of every kind about a task."""
    await session.commit(
        [
            look(
                task.id,
                0,
                transition=transition(task.id, 1, 0),
                incident=incident(task.id, 1, 0),
                gaps=(gap(task.id, -60, 0),),
                event=event(0, task_id=task.id),
            ),
            living(task, Lifecycle.BACKOFF),
        ]
    )
    await session.request(task.id, RequestKind.LOOK)


async def test_removing_a_task_deletes_all_that_is_known_of_it_and_nothing_else(
    store: Store,
) -> None:
    async with store.session("test") as session:
        (kept,) = await add_all(session, spec("cart"))
        await fill(session, kept)
        before = await everything(session)
        (task,) = await add_all(session, spec("shop"))
        await fill(session, task)
        await session.remove(task.id)
        assert before == await everything(session)
        assert [] == await session.looks(task.id)
        changes = await session.changes(-1)
        assert changes is not None
        assert [kept.id] == [request.task_id for request in changes.requests]


async def test_an_id_is_never_given_twice(store: Store) -> None:
    async with store.session("test") as session:
        (first,) = await add_all(session, spec("shop"))
        await session.remove(first.id)
        (second,) = await add_all(session, spec("shop"))
        assert first.id < second.id


async def test_what_was_in_flight_when_its_task_was_removed_is_not_kept(store: Store) -> None:
    async with store.session("test") as session:
        task, kept = await add_all(session, spec("shop"), spec("cart"))
        await session.remove(task.id)
        late = look(
            task.id,
            0,
            transition=transition(task.id, 1, 0),
            incident=incident(task.id, 1, 0),
            gaps=(gap(task.id, -60, 0),),
            event=event(0, task_id=task.id),
        )
        dropped = EventRecord(gaps=(gap(task.id, 0, 60),))
        await session.commit([late, living(task, Lifecycle.BACKOFF), dropped, look(kept.id, 0)])
        assert [] == await session.looks(task.id)
        assert 1 == len(await session.looks(kept.id))
        found = await everything(session)
    assert [[], [], [], []] == [
        found[what] for what in ("gaps", "transitions", "incidents", "events")
    ]
