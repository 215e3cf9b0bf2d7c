"""What interrupts the run becomes a finding; the rest is still tried, and the place removed."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial

import attrs
import pytest
import trio

from monitor.core.failures import DatabaseAway, StoreRefused
from monitor.departure import Departure
from monitor.probes import prepare
from monitor.store.address import Address, parse_address
from monitor.verification import run, run_verify
from monitor.verification.findings import Notes, Report
from monitor.verification.run import PLANS, Plan, carry_out, verify
from monitor.verification.scale import Scale
from monitor.verification.trial import Bench
from tests.postgres import PostgresServer, ThrowawayPostgres
from tests.verification.conftest import Verifier


@attrs.frozen
class Settings:
    address: Address


async def fine(_bench: Bench, _address: Address, notes: Notes) -> None:
    await trio.lowlevel.checkpoint()
    notes.find("S1", "session.closed", True, tasks=1, opened=1, closed=1, left=0)


async def endless(_bench: Bench, _address: Address, notes: Notes) -> None:
    notes.find("S1", "session.closed", True, tasks=1, opened=1, closed=1, left=0)
    await trio.sleep_forever()


async def terminated(_bench: Bench, _address: Address, _notes: Notes) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    await trio.sleep_forever()


async def away(_bench: Bench, _address: Address, _notes: Notes) -> None:
    await trio.lowlevel.checkpoint()
    raise ExceptionGroup("from a nursery", [DatabaseAway("the server cannot be reached")])


def troubles(report: Report) -> list[list[str]]:
    return [
        [str(one.seen["trouble"]) for one in step.findings if one.claim == "completed"]
        for step in report.steps
    ]


async def test_a_step_that_breaks_fails_and_the_next_is_tried(
    sqlite_address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = (Plan("together", away, ("S1", "S5")), Plan("load", fine, ("S2",)))
    monkeypatch.setattr(run, "PLANS", plans)

    report = await verify(sqlite_address, Scale(), prepare, "en")

    reason = "DatabaseAway: the server cannot be reached"
    assert [[reason, reason], []] == troubles(report)
    assert [False, True] == [step.passed for step in report.steps]
    assert not report.passed
    assert not list(sqlite_address.path.parent.iterdir())


async def test_sigterm_ends_the_run_with_a_report_of_what_was_seen_till_then(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = (
        Plan("together", fine, ("S1",)),
        Plan("load", terminated, ("S2",)),
        Plan("control", fine, ("S4",)),
    )
    monkeypatch.setattr(run, "PLANS", plans)

    report = await verify(address, Scale(), prepare, "en")

    assert [[], ["SIGTERM"], ["SIGTERM"]] == troubles(report)
    assert not report.passed


async def test_a_step_that_takes_too_long_is_cut_off_with_what_it_found(
    sqlite_address: Address, verifier: Verifier
) -> None:
    plan = Plan("together", endless, ("S1",))

    step = await carry_out(
        plan, verifier.bench, sqlite_address, Departure(), trio.current_time() + 0.1
    )

    assert [("session.closed", True), ("completed", False)] == [
        (one.claim, one.passed) for one in step.findings
    ]
    assert not list(sqlite_address.path.parent.iterdir())


async def test_a_database_that_cannot_be_reached_ends_the_run_at_once(
    sqlite_address: Address,
) -> None:
    nowhere = parse_address("postgresql://somebody:secret@127.0.0.1:1/nothing")

    with pytest.raises(DatabaseAway, match="cannot be reached"):
        await run_verify(Settings(nowhere))

    missing = parse_address(f"sqlite:///{sqlite_address.path.parent}/missing/own.db")
    with pytest.raises(DatabaseAway, match="does not exist"):
        await run_verify(Settings(missing))


async def test_a_role_that_may_not_create_a_schema_is_told_what_to_grant(
    postgres_address: Address, postgres: PostgresServer
) -> None:
    database = postgres_address.url.database
    role = f"nobody_{database}"
    postgres.execute(f'create role "{role}" login')
    try:
        with pytest.raises(StoreRefused) as caught:
            await run_verify(
                Settings(
                    attrs.evolve(postgres_address, url=postgres_address.url.set(username=role))
                )
            )
    finally:
        postgres.execute(f'drop role "{role}"')

    assert str(caught.value).endswith(
        f"allow it with GRANT CREATE ON DATABASE {database} TO {role}"
    )


@pytest.mark.slow
async def test_the_place_is_removed_when_the_whole_run_is_cancelled(
    address: Address, request: pytest.FixtureRequest
) -> None:
    with trio.move_on_after(1.5) as scope:
        await verify(address, Scale(4, 5.0), prepare, "en")

    assert scope.cancelled_caught
    if address.is_sqlite:
        assert not list(address.path.parent.iterdir())
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        found = "select nspname from pg_namespace where nspname like 'monitor_verify%'"
        database = address.url.database
        assert database is not None
        assert [] == server.execute(found, database=database)
        assert [] == server.backends(database)


@pytest.mark.slow
async def test_a_server_that_goes_away_fails_the_step_and_the_rest_is_tried(
    breakable_postgres: ThrowawayPostgres,
    breakable_postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = trio.Event()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(run, "PLANS", [plan for plan in PLANS if plan.name != "leaving"])
    monkeypatch.setattr("monitor.verification.progress.Progress.count", lambda *_: running.set())
    reports: list[Report] = []

    async def whole() -> None:
        address = parse_address(breakable_postgres_url)
        reports.append(await verify(address, Scale(2, 5.0), prepare, "en"))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(whole)
        await running.wait()
        await trio.to_thread.run_sync(partial(breakable_postgres.stop, "immediate"))

    (report,) = reports
    assert not report.passed
    assert [False] * 5 == [step.passed for step in report.steps]
    told = [reason for reasons in troubles(report) for reason in reasons]
    assert all("cannot be reached" in reason for reason in told)
    assert "drop it by hand" in told[0]
