"""Every store: a session has one owner, does one thing at a time, and is given back."""

import pytest
import trio

from monitor.core.failures import NoSuchTask, SessionBusyError
from monitor.core.ports import Session, Store
from monitor.store.sql import SqlStore
from tests.outsider import Outsider
from tests.store.scene import at, look, spec


async def refused(session: Session, refusals: list[str]) -> None:
    try:
        await session.fleet()
    except SessionBusyError as error:
        refusals.append(str(error))


async def test_a_session_refuses_everybody_but_its_owner(store: Store) -> None:
    refusals: list[str] = []
    async with store.session("task 7") as session:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(refused, session, refusals, name="a stranger")
        (text,) = refusals
        assert "task 7" in text
        assert "'a stranger'" in text
        assert [] == await session.fleet()


async def test_two_uses_at_once_are_refused_before_they_touch_the_database(
    sql_store: SqlStore,
) -> None:
    refusals: list[str] = []
    async with sql_store.session("shared") as session:
        async with trio.open_nursery() as nursery:
            for number in range(30):
                nursery.start_soon(refused, session, refusals, name=f"task {number}")
            await session.add([spec()], at(0))
        assert 30 == len(refusals)
        assert 1 == len(await session.fleet())
    assert 0 == sql_store.bridge.poisoned


async def test_an_owner_has_one_session_at_a_time(store: Store) -> None:
    async with store.session("task 7"):
        with pytest.raises(SessionBusyError, match="task 7 has a session open already"):
            async with store.session("task 7"):
                raise AssertionError("opened twice")
        async with store.session("task 8"):
            assert {"task 7", "task 8"} == set(store.open_sessions)
    async with store.session("task 7") as session:
        assert [] == await session.fleet()


async def test_the_registry_says_whose_sessions_are_open(store: Store) -> None:
    async with store.session("task 7", 7), store.session("recorder"):
        shown = {owner: opened.task_id for owner, opened in store.open_sessions.items()}
        assert {"task 7": 7, "recorder": None} == shown
    assert {} == store.open_sessions


async def test_the_registry_empties_when_the_owner_fails(store: Store) -> None:
    async def fail() -> None:
        async with store.session("task 7") as session:
            await session.fleet()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert {} == store.open_sessions


async def test_the_registry_empties_when_the_owner_is_cancelled(store: Store) -> None:
    with trio.CancelScope() as scope:
        async with store.session("task 7") as session:
            scope.cancel()
            await session.fleet()
    assert scope.cancelled_caught
    assert {} == store.open_sessions


async def test_a_unit_that_was_refused_leaves_the_session_fit_for_use(store: Store) -> None:
    async with store.session("test") as session:
        for _ in range(3):
            with pytest.raises(NoSuchTask):
                await session.remove(999)
        (task,) = await session.add([spec()], at(0))
        await session.commit([look(task.id, 0)])
        assert 1 == len(await session.looks(task.id))


async def test_a_hundred_owners_share_a_few_connections_and_all_get_their_turn(
    store: Store,
) -> None:
    async def work(number: int) -> None:
        async with store.session(f"task {number}") as session:
            (task,) = await session.add([spec(f"task {number}")], at(0))
            for slot_s in range(3):
                await session.commit([look(task.id, slot_s)])
                assert slot_s + 1 == len(await session.looks(task.id))

    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            for number in range(100):
                nursery.start_soon(work, number)
    assert {} == store.open_sessions
    async with store.session("test") as session:
        assert 100 == len(await session.fleet())


async def test_a_session_holds_no_connection_between_its_units(
    sql_store: SqlStore, outsider: Outsider
) -> None:
    async with sql_store.session("task 7") as session:
        for unit in (session.fleet, session.nodes, session.events):
            await unit()
            assert "Current Checked out connections: 0" in sql_store.bridge.engine.pool.status()
            assert [] == outsider.traces()


async def test_a_store_is_crowded_while_many_wait_for_it(sql_store: SqlStore) -> None:
    async def look_around(owner: str) -> None:
        async with sql_store.session(owner) as session:
            await session.fleet()

    assert not sql_store.crowded
    async with trio.open_nursery() as nursery:
        for number in range(50):
            nursery.start_soon(look_around, f"task {number}")
        with trio.fail_after(10):
            while not sql_store.crowded:
                await trio.lowlevel.checkpoint()
    assert not sql_store.crowded
