"""What another program does to the database is noticed: by a number, and sooner by a hint."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
import trio

from monitor.core.failures import DatabaseAway
from monitor.store.address import parse_address
from monitor.store.bridge import Limits
from monitor.store.sql import SqlStore, open_store
from tests.outsider import Outsider, PostgresOutsider, open_outsider
from tests.postgres import ThrowawayPostgres
from tests.store.conftest import now
from tests.store.scene import at, look, revision, spec

_CHANGES = {
    "a new task": (
        "INSERT INTO task (id, name, target, interval_s, timeout_s, attempts, retry_interval_s, "
        "recovery_confirmations, options, paused, created_at) VALUES "
        "(77, 'cart', 'tcp://x:1', 30, 10, 3, 20, 2, '{}', false, '2026-03-29 00:00:00')"
    ),
    "an edited task": "UPDATE task SET target = 'tcp://y:1' WHERE name = 'shop'",
    "a paused task": "UPDATE task SET paused = true WHERE name = 'shop'",
    "a removed task": "DELETE FROM task WHERE name = 'shop'",
    "a wish": "INSERT INTO request (task_id, kind) VALUES (1, 'look')",
}


@pytest.mark.parametrize("change", _CHANGES)
async def test_a_change_made_by_hand_changes_the_revision(
    sql_store: SqlStore, outsider: Outsider, change: str
) -> None:
    async with sql_store.session("test") as session:
        await session.add([spec("shop")], at(0))
        number = await revision(session)
        outsider.ask(_CHANGES[change])
        assert await session.changes(number) is not None


async def test_a_change_that_is_taken_back_is_none(sql_store: SqlStore, outsider: Outsider) -> None:
    async with sql_store.session("test") as session:
        await session.add([spec("shop")], at(0))
        number = await revision(session)
        for statement in ("BEGIN", _CHANGES["an edited task"], "ROLLBACK"):
            outsider.ask(statement)
        assert await session.changes(number) is None


async def test_what_we_write_can_be_read_by_others(sql_store: SqlStore, outsider: Outsider) -> None:
    async with sql_store.session("test") as session:
        (task,) = await session.add([spec(options={"a": [1]})], at(0))
        await session.commit([look(task.id, 0)])
    ((name, options),) = outsider.ask("SELECT name, options FROM task")
    assert ("shop", {"a": [1]}) == (name, json.loads(options))
    ((status, slot_at),) = outsider.ask("SELECT status, slot_at FROM result")
    assert "up" == status
    assert "2026-03-29 00:59:59.123456" == str(slot_at).removesuffix("+00:00")


# --- hints --------------------------------------------------------------------------------------


@pytest.fixture
def server(emptied_postgres_url: str) -> Iterator[PostgresOutsider]:
    with open_outsider(emptied_postgres_url) as outsider:
        assert isinstance(outsider, PostgresOutsider)
        yield outsider


async def wait_listening(server: PostgresOutsider) -> int:
    """Return the process of the connection that listens, once it does."""
    while True:
        for pid, state, query in server.states():
            if state == "idle" and "LISTEN" in query:
                return int(pid)
        await trio.sleep(0.01)  # the server tells nobody


async def test_a_change_is_hinted_at_once(
    emptied_postgres_url: str, server: PostgresOutsider
) -> None:
    hints = trio.Semaphore(0)
    async with (
        open_store(parse_address(emptied_postgres_url), now, upgrade=False) as store,
        trio.open_nursery() as nursery,
    ):
        with trio.fail_after(10):
            nursery.start_soon(store.listen, hints.release)
            await wait_listening(server)
            for change in ("a new task", "a wish"):
                server.ask(_CHANGES[change])
                await hints.acquire()
            async with store.session("test") as session:
                await session.add([spec("till")], at(0))
            await hints.acquire()
        nursery.cancel_scope.cancel()
    assert [] == server.states()


async def test_looking_gives_no_hint(emptied_postgres_url: str, server: PostgresOutsider) -> None:
    hints: list[str] = []
    arrived = trio.Event()
    async with (
        open_store(parse_address(emptied_postgres_url), now, upgrade=False) as store,
        trio.open_nursery() as nursery,
        store.session("test") as session,
    ):
        (task,) = await session.add([spec("shop")], at(0))

        def hint() -> None:
            hints.append("hint")
            arrived.set()

        with trio.fail_after(10):
            nursery.start_soon(store.listen, hint)
            await wait_listening(server)
            for slot_s in range(5):
                await session.commit([look(task.id, slot_s)])
            assert not hints
            server.ask(_CHANGES["a wish"])
            await arrived.wait()
        nursery.cancel_scope.cancel()
    assert ["hint"] == hints


async def test_losing_the_connection_that_listens_is_told(
    emptied_postgres_url: str, server: PostgresOutsider
) -> None:
    told: list[str] = []

    async def listen(store: SqlStore) -> None:
        try:
            await store.listen(lambda: None)
        except DatabaseAway as error:
            told.append(str(error))

    async with open_store(parse_address(emptied_postgres_url), now, upgrade=False) as store:
        with trio.fail_after(10):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(listen, store)
                pid = await wait_listening(server)
                server.ask(f"SELECT pg_terminate_backend({pid})")
        async with store.session("test") as session:
            assert [] == await session.fleet()
    assert ["the connection that listens for changes was lost"] == told


async def test_a_server_that_does_not_answer_is_away_for_who_listens_too() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"postgresql://ann@127.0.0.1:{silent.getsockname()[1]}/monitor"
        limits = Limits(unit_s=0.2)
        async with open_store(parse_address(url), now, limits=limits, upgrade=False) as store:
            with trio.fail_after(5), pytest.raises(DatabaseAway):
                await store.listen(lambda: None)


async def test_who_listens_to_a_frozen_server_can_be_cancelled_all_the_same(
    breakable_postgres: ThrowawayPostgres, breakable_postgres_url: str
) -> None:
    limits = Limits(dispose_s=0.3)
    address = parse_address(breakable_postgres_url)
    with open_outsider(breakable_postgres_url) as server:
        assert isinstance(server, PostgresOutsider)
        async with (
            open_store(address, now, limits=limits, upgrade=False) as store,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(store.listen, lambda: None)
            with trio.fail_after(10):
                await wait_listening(server)
            await trio.to_thread.run_sync(breakable_postgres.freeze)
            cancelled_s = trio.current_time()
            nursery.cancel_scope.cancel()
        assert trio.current_time() - cancelled_s < 2.0
        await trio.to_thread.run_sync(breakable_postgres.thaw)


async def test_listening_leaves_the_others_their_connections(
    emptied_postgres_url: str, server: PostgresOutsider
) -> None:
    async with open_store(parse_address(emptied_postgres_url), now, upgrade=False) as store:
        units = store.bridge.limits.units

        async def work(number: int) -> None:
            async with store.session(f"task {number}") as session:
                for _ in range(5):
                    await session.fleet()

        with trio.fail_after(20):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(store.listen, lambda: None)
                await wait_listening(server)
                async with trio.open_nursery() as workers:
                    for number in range(5 * units):
                        workers.start_soon(work, number)
                nursery.cancel_scope.cancel()
