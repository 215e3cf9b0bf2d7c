"""A monitor that is broken in one of the old ways must not pass."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from typing import Any

import attrs
import pytest
import trio
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from monitor.core.model import Recovery, WatchedTask
from monitor.core.records import LookRecord, Record
from monitor.engine.clock import Clock
from monitor.engine.recorder import Recorder
from monitor.store import bridge, sql, writing
from monitor.store.address import Address
from monitor.store.shared_session import SharedSession, open_shared_session
from monitor.store.sql import SqlStore, open_store
from monitor.verification import control, leaving, outside, together
from monitor.verification.faults import Fault, ProbeBroken
from monitor.verification.findings import Notes
from tests.verification.conftest import Verifier, failed, heard_by_nobody_but

pytestmark = pytest.mark.slow


async def test_one_session_for_all_tasks_is_found(
    address: Address, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared: list[AsyncSession] = []

    class OneForAll(async_sessionmaker[AsyncSession]):
        def __call__(self, **local_kw: Any) -> AsyncSession:
            own = super().__call__(**local_kw)
            if not trio.lowlevel.current_task().name.startswith("task "):
                return own
            shared.append(own)
            return shared[0]

    monkeypatch.setattr(bridge, "async_sessionmaker", OneForAll)

    step = await verifier.carry_out("load", address)

    assert "load.sessions" in failed(step)


async def test_a_session_that_stays_in_the_registry_is_found(
    sqlite_address: Address, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = SqlStore.session

    @asynccontextmanager
    async def leaking(
        self: SqlStore, owner: str, task_id: int | None = None
    ) -> AsyncIterator[sql.SqlSession]:
        async with real(self, owner, task_id) as session:
            opened = self.open_sessions[owner]
            yield session
        if owner == "task 2":
            self.open_sessions[owner] = opened

    monkeypatch.setattr(SqlStore, "session", leaking)

    step = await verifier.carry_out("together", sqlite_address)

    assert {"session.closed"} == failed(step)


async def test_a_connection_that_stays_open_on_the_server_is_found(
    postgres_address: Address, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "_GOING_S", 0.3)
    address = attrs.evolve(postgres_address, application="monitor verify leak")
    async with open_store(address, Clock().now):
        pass
    notes = Notes()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_stay_connected, address)
        verifier.bench.capture.step = together.STEP
        with heard_by_nobody_but(verifier.bench.capture):
            await together.three_at_once(verifier.bench, address, notes)
        nursery.cancel_scope.cancel()

    assert {"connections.none"} == {one.claim for one in notes.findings if not one.passed}


async def _stay_connected(address: Address) -> None:
    async with open_store(address, Clock().now, upgrade=False) as store:
        await store.listen(lambda: None)


async def test_a_connection_that_keeps_the_file_open_is_found(
    sqlite_address: Address, verifier: Verifier
) -> None:
    async with open_store(sqlite_address, Clock().now):
        pass
    notes = Notes()
    with closing(sqlite3.connect(sqlite_address.path)) as connection:
        connection.execute("SELECT count(*) FROM task").fetchone()
        verifier.bench.capture.step = together.STEP
        with heard_by_nobody_but(verifier.bench.capture):
            await together.three_at_once(verifier.bench, sqlite_address, notes)

    assert {"connections.none"} == {one.claim for one in notes.findings if not one.passed}


async def test_looks_that_are_never_written_are_found(
    sqlite_address: Address, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Recorder._keep
    kept = 0

    def forgetful(self: Recorder, record: Record) -> Any:
        nonlocal kept
        kept += isinstance(record, LookRecord)
        return None if kept % 2 == 0 else real(self, record)

    monkeypatch.setattr(Recorder, "_keep", forgetful)

    step = await verifier.carry_out("load", sqlite_address)

    assert "load.looks" in failed(step)
    assert failed(step) <= {"load.looks", "load.slots"}


async def test_an_experiment_that_does_not_fail_proves_nothing(
    address: Address, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    @attrs.define(eq=False)
    class Queued:
        """A shared session whose users wait for each other, so that nothing can go wrong."""

        shared: SharedSession
        turn: trio.Lock = attrs.field(factory=trio.Lock)

        async def watched(self, task_id: int) -> WatchedTask:
            async with self.turn:
                return await self.shared.watched(task_id)

        async def commit(self, records: Sequence[Record]) -> None:
            async with self.turn:
                await self.shared.commit(records)

    @asynccontextmanager
    async def queued(of: bridge.Bridge) -> AsyncIterator[Queued]:
        async with open_shared_session(of) as shared:
            yield Queued(shared)

    monkeypatch.setattr(control, "open_shared_session", queued)

    step = await verifier.carry_out("control", address)

    assert {"control.before", "control.before_stands"} == failed(step)


async def test_a_next_check_that_stands_still_after_errors_is_found(
    postgres_address: Address, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = writing.commit

    def stuck(record: Record) -> Record:
        if not isinstance(record, LookRecord) or not record.state.consecutive_errors:
            return record
        state = attrs.evolve(record.state, next_check_at=record.slot_at)
        return attrs.evolve(record, state=state)

    async def commit(session: AsyncSession, records: Sequence[Record]) -> None:
        await real(session, [stuck(record) for record in records])

    monkeypatch.setattr(writing, "commit", commit)

    step = await verifier.carry_out("recovery", postgres_address)

    assert {"next_check.moves"} == failed(step)
    (finding,) = (one for one in step.findings if one.claim == "next_check.moves")
    assert (5, 0) == (finding.seen["limit"], finding.seen["moved"])


async def test_a_hasty_restart_and_disturbed_siblings_are_found(
    sqlite_address: Address, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Fault.look

    async def blocking(self: Fault) -> None:
        try:
            await real(self)
        except ProbeBroken:
            if self.paced and self.raised == 2:
                time.sleep(1.4)  # noqa: ASYNC251 - a probe that blocks the loop is the point
            raise

    monkeypatch.setattr(Fault, "look", blocking)
    monkeypatch.setattr("monitor.engine.supervisor.after_failure", _in_no_time)

    step = await verifier.carry_out("recovery", sqlite_address)

    assert {"recovery.delays", "siblings.undisturbed"} <= failed(step)


def _in_no_time(*args: Any, now: Any, **kwargs: Any) -> Recovery:
    from monitor.core.policy import after_failure

    decided = after_failure(*args, now=now, **kwargs)
    return attrs.evolve(decided, retry_at=decided.retry_at and now)


async def test_a_process_that_ignores_sigterm_and_lies_is_found(
    sqlite_address: Address, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "CHILD", "tests.verification.broken_child")
    monkeypatch.setattr(leaving, "_BEYOND_GRACE_S", 0.0)

    step = await verifier.carry_out("leaving", sqlite_address)

    assert {"leaving.exit", "leaving.sessions", "leaving.records", "leaving.node"} == failed(step)


async def test_a_process_that_cannot_start_is_not_waited_for(
    sqlite_address: Address, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "CHILD", "tests.verification.dead_child")

    with trio.fail_after(10.0):
        step = await verifier.carry_out("leaving", sqlite_address)

    assert "leaving.exit" in failed(step)
    (finding,) = (one for one in step.findings if one.claim == "leaving.log")
    assert "it cannot start" == finding.seen["first"]
