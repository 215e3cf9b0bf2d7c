"""The rules of the one door to asyncio, each with the fault that forced it."""

import asyncio
from typing import Any

import pytest
import trio
import trio.testing

from monitor.core.failures import DatabaseAway, OutcomeUnknown
from monitor.store.address import parse_address
from monitor.store.bridge import Bridge, Limits, open_bridge
from monitor.store.sql import SqlStore, open_store
from tests.outsider import Outsider, PostgresOutsider, open_outsider
from tests.postgres import ThrowawayPostgres
from tests.store.conftest import now
from tests.store.scene import at, spec
from tests.store.sweep import left_in


@pytest.fixture
def bridge(sql_store: SqlStore) -> Bridge:
    return sql_store.bridge


async def select_one(bridge: Bridge) -> int:
    async def unit() -> int:
        async with bridge.engine.connect() as connection:
            return int((await connection.exec_driver_sql("SELECT 1")).scalar_one())

    return await bridge.cross(unit)


# --- a poisoned connection ----------------------------------------------------------------------


async def test_a_connection_that_comes_back_inside_a_transaction_is_thrown_away(
    bridge: Bridge, outsider: Outsider
) -> None:
    async def poison() -> None:
        async with bridge.engine.connect() as connection:
            raw = await connection.get_raw_connection()
            driver: Any = raw.driver_connection
            await driver.execute("BEGIN")
            await driver.execute("UPDATE revision SET value = value + 1")

    await bridge.cross(poison)
    # On the way into the pool SQLite's is rolled back; PostgreSQL's driver knows of none.
    assert bridge.poisoned == (0 if bridge.address.is_sqlite else 1)
    for _ in range(2 * bridge.limits.units):
        assert 1 == await select_one(bridge)
    await nothing_open(outsider)
    outsider.ask("UPDATE revision SET value = value + 1")


async def nothing_open(outsider: Outsider) -> None:
    """Wait until the server has ended what was given up."""
    with trio.fail_after(5):
        while outsider.traces():  # noqa: ASYNC110 (the server tells nobody)
            await trio.sleep(0.005)


# --- errors from within -------------------------------------------------------------------------


async def test_an_interruption_inside_the_driver_is_an_error_like_others(bridge: Bridge) -> None:
    async def interrupted() -> None:
        raise asyncio.CancelledError

    with pytest.raises(OutcomeUnknown, match="interrupted inside the database driver"):
        await bridge.cross(interrupted)
    assert 1 == await select_one(bridge)


async def test_what_the_driver_tells_nobody_is_counted_and_ends_nothing(bridge: Bridge) -> None:
    async def drop_an_error() -> None:
        loop = asyncio.get_running_loop()
        loop.create_future().set_exception(ConnectionError("unexpected connection_lost() call"))
        loop.call_soon(lambda: 1 / 0)
        await asyncio.sleep(0)

    await bridge.cross(drop_an_error)
    assert 1 == await select_one(bridge)
    assert 2 == bridge.noise


# --- time ---------------------------------------------------------------------------------------


async def test_a_unit_that_does_not_end_is_given_up_in_time_and_leaves_nothing(
    url: str, outsider: Outsider
) -> None:
    limits = Limits(unit_s=0.3)
    async with (
        open_store(parse_address(url), now, limits=limits, upgrade=False) as store,
        store.session("test") as session,
    ):
        await session.fleet()

        async def hang(_aio: Any) -> None:
            await asyncio.sleep(60)

        with pytest.raises(OutcomeUnknown), trio.fail_after(3):
            await session._write(hang)
        await nothing_open(outsider)
        assert 1 == len(await session.add([spec()], at(0)))
        assert [] == left_in_but_the_session(store)


def left_in_but_the_session(store: SqlStore) -> list[str]:
    return [fault for fault in left_in(store) if fault != "1 sessions in the registry"]


async def test_leaving_a_frozen_server_takes_no_longer_than_it_may(
    breakable_postgres: ThrowawayPostgres, breakable_postgres_url: str
) -> None:
    limits = Limits(dispose_s=0.5)
    async with open_bridge(parse_address(breakable_postgres_url), limits) as bridge:
        assert 1 == await select_one(bridge)
        await trio.to_thread.run_sync(breakable_postgres.freeze)
        left_s = trio.current_time()
    assert trio.current_time() - left_s < 2.0
    await trio.to_thread.run_sync(breakable_postgres.thaw)
    with open_outsider(breakable_postgres_url) as outsider:
        await nothing_open(outsider)


async def test_no_connection_is_made_before_the_first_unit() -> None:
    async with open_bridge(
        parse_address("postgresql://nobody@no-such-host.invalid/none")
    ) as bridge:
        assert 0 == bridge.noise
        with pytest.raises(DatabaseAway):
            await select_one(bridge)


# --- many at once -------------------------------------------------------------------------------


async def test_units_get_their_turn_in_the_order_they_came(bridge: Bridge) -> None:
    order: list[int] = []
    gate = bridge.gate.total_tokens

    async def use(number: int) -> None:
        async def unit() -> None:
            order.append(number)
            await asyncio.sleep(0.01)

        await bridge.cross(unit)

    async with trio.open_nursery() as nursery:
        for number in range(20):
            nursery.start_soon(use, number)
            await trio.testing.wait_all_tasks_blocked()
    waves = [sorted(order[start : start + int(gate)]) for start in range(0, 20, int(gate))]
    assert list(range(20)) == [number for wave in waves for number in wave]


async def test_in_overload_everybody_waits_and_nobody_is_turned_away(url: str) -> None:
    limits = Limits(connect_s=0.3, units=2)

    async def use(store: SqlStore, number: int) -> None:
        async with store.session(f"task {number}") as session:
            for _ in range(5):
                await session.fleet()

    async with (
        open_store(parse_address(url), now, limits=limits, upgrade=False) as store,
        trio.open_nursery() as nursery,
    ):
        for number in range(100):
            nursery.start_soon(use, store, number)


async def test_programs_that_read_and_then_write_do_not_get_in_each_others_way(url: str) -> None:
    async def use(name: str) -> None:
        async with (
            open_store(parse_address(url), now, upgrade=False) as store,
            store.session(name) as session,
        ):
            for number in range(20):
                (task,) = await session.add([spec(f"{name} {number}")], at(0))
                await session.edit(task.id, spec(f"{name} {number} again"))

    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            for name in ("one", "two", "three"):
                nursery.start_soon(use, name)


async def test_a_statement_may_take_no_longer_than_the_server_was_told(
    emptied_postgres_url: str,
) -> None:
    async def settings(bridge: Bridge) -> dict[str, str]:
        async def unit() -> dict[str, str]:
            async with bridge.engine.connect() as connection:
                found = await connection.exec_driver_sql(
                    "SELECT name, setting FROM pg_settings WHERE name IN ('TimeZone', "
                    "'statement_timeout', 'idle_in_transaction_session_timeout')"
                )
                return {row.name: row.setting for row in found}

        return await bridge.cross(unit)

    limits = Limits(statement_s=1.5, unit_s=2.5)
    async with open_bridge(parse_address(emptied_postgres_url), limits) as bridge:
        assert {
            "statement_timeout": "1500",
            "idle_in_transaction_session_timeout": "2500",
            "TimeZone": "UTC",
        } == await settings(bridge)


async def test_a_killed_back_end_is_replaced_without_a_word(emptied_postgres_url: str) -> None:
    with open_outsider(emptied_postgres_url) as outsider:
        assert isinstance(outsider, PostgresOutsider)
        async with open_bridge(parse_address(emptied_postgres_url)) as bridge:
            for _ in range(5):
                assert 1 == await select_one(bridge)
                for pid, _state, _query in outsider.states():
                    outsider.ask(f"SELECT pg_terminate_backend({pid}, 5000)")
            assert 0 == bridge.noise
