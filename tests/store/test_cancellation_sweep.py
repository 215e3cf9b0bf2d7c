"""The cancellation sweep: every operation, cancelled at every step of the scheduler.

Cold means a store opened for this one try, so that connecting is swept too; warm, a store whose
connections are open; crowded, a store with one connection that eight others want as well.

What writes is swept warm at all steps. Otherwise most steps are the same for every operation (the
way of a unit of reading, the wait for a connection, connecting): each takes every so many-th step
and begins at another one, so that together they take all. A migration takes hundreds of steps of
one transaction; every `_MIGRATION_STRIDE`-th is taken.
"""

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import trio
import trio_asyncio

from monitor.core.records import Record
from monitor.store import migrations
from monitor.store.address import parse_address
from monitor.store.bridge import Bridge, Limits
from monitor.store.schema import metadata
from monitor.store.sql import SqlSession, SqlStore, open_store
from tests.figures import figures
from tests.outsider import Outsider, open_outsider, tables
from tests.postgres import PostgresServer
from tests.store.conftest import DATABASES, now
from tests.store.operations import NOTHING, OPERATIONS, READING, WRITING
from tests.store.operations.rows import scene
from tests.store.sweep import Operation, StepCancel, Sweep, Try

_STRIDE_READING = 3
_STRIDE_CROWDED = 4
_STRIDE_COLD = 16
_MIGRATION_STRIDE = 18

pytestmark = pytest.mark.slow


def count_points(request: pytest.FixtureRequest, points: int) -> None:
    figures(request.config).add("cancellation sweep, points", points)


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test in which a driver said anything, be it to the garbage collector."""
    yield
    gc.collect()
    told = [record.__dict__ for record in caplog.get_records("call") if record.name == "monitor"]
    assert [] == [event["fields"] for event in told if event["event"] == "database.noise"]


@pytest.fixture
def swept(request: pytest.FixtureRequest, quiet: None, outsider: Outsider) -> Iterator[Sweep]:
    """A sweep of a database that has one task; its points are counted for the summary."""
    for statement in scene():
        outsider.ask(statement)
    sweep = Sweep(outsider)
    yield sweep
    count_points(request, sweep.points)


@contextmanager
def cancelling() -> Iterator[StepCancel]:
    step_cancel = StepCancel()
    trio.lowlevel.add_instrument(step_cancel)
    try:
        yield step_cancel
    finally:
        trio.lowlevel.remove_instrument(step_cancel)


async def use_session(
    store: SqlStore, operation: Operation, one: Try, k: int, step_cancel: StepCancel
) -> None:
    """Open a session, do one thing, close it; all of it cancelled at step k."""
    with trio.CancelScope() as scope, step_cancel.armed(scope, k):
        async with store.session("sweep") as session:
            await operation.run(session, one.number)
            one.finished = True
    one.cancelled = scope.cancel_called


async def no_connection_left(outsider: Outsider) -> None:
    """Wait until the server has ended what a closed store had: it does so in its own time."""
    with trio.fail_after(5):
        while outsider.connections():  # noqa: ASYNC110 (the server tells nobody)
            await trio.sleep(0.001)


async def sweep_warm(
    url: str, sweep: Sweep, operations: Sequence[Operation], stride: int = 1
) -> None:
    with cancelling() as step_cancel:
        async with open_store(parse_address(url), now, upgrade=False) as store:
            for position, operation in enumerate(operations):

                async def attempt(one: Try, k: int, operation: Operation = operation) -> SqlStore:
                    await use_session(store, operation, one, k, step_cancel)
                    return store

                steps = count(1 + position % stride, stride)
                await sweep.every_step(operation.name, operation, attempt, steps)
        await no_connection_left(sweep.outsider)


async def sweep_cold(
    url: str, sweep: Sweep, operations: Sequence[Operation], stride: int = _STRIDE_COLD
) -> None:
    with cancelling() as step_cancel:
        for position, operation in enumerate(operations):

            async def attempt(one: Try, k: int, operation: Operation = operation) -> SqlStore:
                async with open_store(parse_address(url), now, upgrade=False) as store:
                    await use_session(store, operation, one, k, step_cancel)
                    sweep.look_at(store, operation.name, k)
                await no_connection_left(sweep.outsider)
                return store

            steps = count(1 + position % stride, stride)
            await sweep.every_step(f"{operation.name}, cold,", operation, attempt, steps)


async def test_every_operation_that_writes_cancelled_at_every_step_warm(
    url: str, swept: Sweep
) -> None:
    await sweep_warm(url, swept, WRITING)
    assert [] == swept.faults


async def test_every_operation_that_reads_cancelled_at_many_steps_warm(
    url: str, swept: Sweep
) -> None:
    await sweep_warm(url, swept, READING, _STRIDE_READING)
    assert [] == swept.faults


async def test_every_operation_of_a_session_cancelled_at_many_steps_cold(
    url: str, swept: Sweep
) -> None:
    await sweep_cold(url, swept, OPERATIONS)
    assert [] == swept.faults


async def test_operations_that_wait_for_a_connection_cancelled_at_many_steps(
    url: str, swept: Sweep
) -> None:
    async def compete(store: SqlStore, number: int) -> None:
        async with store.session(f"task {number}") as session:
            await session.nodes()

    limits = Limits(units=1)
    with cancelling() as step_cancel:
        async with open_store(parse_address(url), now, limits=limits, upgrade=False) as store:
            for position, operation in enumerate(WRITING):

                async def attempt(one: Try, k: int, operation: Operation = operation) -> SqlStore:
                    async with trio.open_nursery() as others:
                        for number in range(3):
                            others.start_soon(compete, store, number)
                        await use_session(store, operation, one, k, step_cancel)
                    return store

                name = f"{operation.name}, crowded,"
                steps = count(1 + position % _STRIDE_CROWDED, _STRIDE_CROWDED)
                await swept.every_step(name, operation, attempt, steps)
        await no_connection_left(swept.outsider)
    assert [] == swept.faults


# --- opening, closing, listening ----------------------------------------------------------------


async def test_opening_a_database_cancelled_at_every_step(url: str, swept: Sweep) -> None:
    with cancelling() as step_cancel:

        async def attempt(one: Try, k: int) -> None:
            with trio.CancelScope() as scope, step_cancel.armed(scope, k):
                async with open_store(parse_address(url), now):
                    one.finished = True
            one.cancelled = scope.cancel_called
            await no_connection_left(swept.outsider)

        await swept.every_step("opening", NOTHING, attempt, count(1))
    assert [] == swept.faults


async def test_closing_a_used_database_cancelled_at_every_step(url: str, swept: Sweep) -> None:
    with cancelling() as step_cancel:

        async def attempt(one: Try, k: int) -> SqlStore:
            with trio.CancelScope() as scope, ExitStack() as from_here:
                async with open_store(parse_address(url), now, upgrade=False) as store:
                    async with store.session("sweep") as session:
                        await session.fleet()
                    from_here.enter_context(step_cancel.armed(scope, k))
                one.finished = True
            one.cancelled = scope.cancel_called
            await no_connection_left(swept.outsider)
            return store

        await swept.every_step("closing", NOTHING, attempt, count(1))
    assert [] == swept.faults


async def test_an_error_gets_out_of_a_database_whose_closing_is_cancelled_at_every_step(
    url: str, swept: Sweep
) -> None:
    with cancelling() as step_cancel:

        async def fail(scope: trio.CancelScope, k: int, until_left: ExitStack) -> None:
            async with open_store(parse_address(url), now, upgrade=False) as store:
                await store.schema()
                until_left.enter_context(step_cancel.armed(scope, k))
                raise ZeroDivisionError

        async def attempt(one: Try, k: int) -> None:
            with trio.CancelScope() as scope, ExitStack() as until_left:
                with pytest.raises(ZeroDivisionError):
                    await fail(scope, k, until_left)
                one.finished = True
            one.cancelled = scope.cancel_called
            assert one.finished, f"cancelled at step {k}, the error was lost"
            await no_connection_left(swept.outsider)

        await swept.every_step("closing after an error", NOTHING, attempt, count(1))
    assert [] == swept.faults


@pytest.mark.parametrize("database", DATABASES)
async def test_a_migration_cancelled_at_many_steps_is_made_whole_or_not_at_all(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, postgres: PostgresServer
) -> None:
    """Each try has an empty database of its own; all of them end whole or empty."""
    outcomes = set[bool]()
    points = 0
    with cancelling() as step_cancel, ExitStack() as databases:
        if database == "postgresql":
            emptied = databases.enter_context(postgres.fresh_database())
        for k in count(1, _MIGRATION_STRIDE):
            url = emptied if database == "postgresql" else f"sqlite:///{tmp_path}/{k}.db"
            with trio.CancelScope() as scope, step_cancel.armed(scope, k):
                async with open_store(parse_address(url), now):
                    pass
            points += 1
            with open_outsider(url) as outsider:
                await no_connection_left(outsider)
                assert [] == outsider.traces()
                found = tables(outsider)
                assert found in (set(), {*metadata.tables, "alembic_version"})
                outcomes.add(bool(found))
                if database == "postgresql":
                    outsider.ask("DROP SCHEMA public CASCADE")
                    outsider.ask("CREATE SCHEMA public")
            if not scope.cancel_called:
                break
    assert {True, False} == outcomes
    count_points(request, points)


@pytest.mark.usefixtures("quiet")
async def test_listening_cancelled_at_every_step(
    emptied_postgres_url: str, request: pytest.FixtureRequest
) -> None:
    with open_outsider(emptied_postgres_url) as outsider, cancelling() as step_cancel:
        sweep = Sweep(outsider)

        async def attempt(one: Try, k: int) -> SqlStore:
            heard = trio.Event()
            address = parse_address(emptied_postgres_url)
            async with open_store(address, now, upgrade=False) as store:
                with trio.CancelScope() as scope, step_cancel.armed(scope, k):
                    async with trio.open_nursery() as nursery:
                        nursery.start_soon(store.listen, heard.set)
                        while not heard.is_set():
                            outsider.ask("SELECT pg_notify('monitor_tasks', '')")
                            with trio.move_on_after(0.005):
                                await heard.wait()
                        one.finished = True
                        nursery.cancel_scope.cancel()
                one.cancelled = scope.cancel_called
                await no_connection_left(outsider)
                sweep.look_at(store, "listening", k)
                assert migrations.HEAD == await store.schema()
            await no_connection_left(outsider)
            return store

        await sweep.every_step("listening", NOTHING, attempt, count(1))
        count_points(request, sweep.points)
        assert [] == sweep.faults


# --- the judge is not blind ---------------------------------------------------------------------


async def _unshielded(self: Bridge, work: Any, _deadline_s: float) -> Any:
    return await trio_asyncio.aio_as_trio(work, loop=self.loop)()


async def _forgetful(self: SqlSession, writes: bool, work: Any, *args: Any, **kwargs: Any) -> Any:
    """Commit, and then meet a cancellation on the way back."""
    result = await _UNIT(self, writes, work, *args, **kwargs)
    await trio.lowlevel.checkpoint()
    return result


async def _by_halves(self: SqlSession, records: Sequence[Record]) -> None:
    """Write each record in a unit of its own."""
    for record in records:
        await _COMMIT(self, [record])


_UNIT, _COMMIT = SqlSession._unit, SqlSession.commit


@pytest.mark.parametrize(
    ("owner", "name", "mutant", "fault"),
    [
        (Bridge, "shielded", _unshielded, r"cancelled, and yet it was written|locked"),
        (SqlSession, "_unit", _forgetful, "cancelled, and yet it was written"),
        (SqlSession, "commit", _by_halves, "half of it was written"),
    ],
)
@pytest.mark.filterwarnings("ignore")
async def test_the_sweep_finds_what_is_wrong_with(
    url: str,
    outsider: Outsider,
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    name: str,
    mutant: Any,
    fault: str,
) -> None:
    """Mutants of the product, swept like the product: each is found."""
    for statement in scene():
        outsider.ask(statement)
    monkeypatch.setattr(owner, name, mutant)
    sweep = Sweep(outsider)
    await sweep_warm(url, sweep, [one for one in WRITING if one.name == "commit news"])
    assert [found for found in sweep.faults if re.search(fault, found)]
