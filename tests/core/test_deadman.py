"""The dead man's switch: pinged while we are well, silent when we are not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.app import App
from monitor.core.alerts.notices import NotDelivered
from monitor.engine.auditor import Auditor
from monitor.engine.deadman import Deadman
from monitor.engine.wellness import SILENT_S, STUCK_S, ailments
from tests.core.inbox import open_inbox
from tests.core.scene import Stage


@attrs.define(eq=False)
class Outside:
    """Whoever waits for our pings."""

    pinged_s: list[float] = attrs.field(factory=list)
    fails: Exception | None = None
    hangs: bool = False

    async def ping(self) -> None:
        self.pinged_s.append(trio.current_time())
        await trio.lowlevel.checkpoint()
        if self.hangs:
            await trio.sleep_forever()
        if self.fails is not None:
            raise self.fails


@asynccontextmanager
async def switch(stage: Stage, outside: Outside) -> AsyncIterator[tuple[App, Deadman]]:
    async with stage.running() as app, trio.open_nursery() as nursery:
        deadman = Deadman(
            ping=outside.ping,
            ailments=lambda: ailments(app.auditor, app.recorder),
            alarm=app.alarm,
            interval_s=60.0,
        )
        nursery.start_soon(deadman.run)
        yield app, deadman
        nursery.cancel_scope.cancel()


async def test_it_is_pinged_at_once_and_then_without_drift(
    stage: Stage, autojump_clock: MockClock
) -> None:
    outside = Outside()
    async with switch(stage, outside) as (_, deadman):
        await trio.sleep_until(250)
    assert [0, 60, 120, 180, 240] == outside.pinged_s
    assert 5 == deadman.pings
    assert [] == stage.journal.of("deadman.failed")


async def test_when_nobody_audits_it_is_not_pinged(
    stage: Stage, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(_auditor: Auditor) -> None:
        await trio.sleep_forever()

    monkeypatch.setattr(Auditor, "run", hang)
    outside = Outside()
    async with switch(stage, outside):
        await trio.sleep_until(300)
    assert [0] == outside.pinged_s
    (told,) = stage.journal.of("deadman.silent")
    assert (60, "nobody has audited for 1m") == (told.at_s, told.fields["why"])


async def test_an_illness_is_told_once_and_its_end_too(
    stage: Stage, autojump_clock: MockClock
) -> None:
    outside, ill = Outside(), ["3 tasks did not look in time"]
    async with stage.running() as app, trio.open_nursery() as nursery:
        now: list[str] = []
        deadman = Deadman(ping=outside.ping, ailments=lambda: now, alarm=app.alarm, interval_s=60.0)
        nursery.start_soon(deadman.run)
        await trio.sleep_until(90)
        now.extend(ill)
        await trio.sleep_until(290)
        now.clear()
        await trio.sleep_until(310)
        nursery.cancel_scope.cancel()
    assert [0, 60, 300] == outside.pinged_s
    (silent,), (well,) = stage.journal.of("deadman.silent"), stage.journal.of("deadman.well")
    assert (120, ill[0], 300) == (silent.at_s, silent.fields["why"], well.at_s)


@pytest.mark.parametrize("fault", [NotDelivered("nobody there"), RuntimeError("a bug")])
async def test_a_ping_that_fails_is_told_once_and_disturbs_nothing(
    stage: Stage, autojump_clock: MockClock, fault: Exception
) -> None:
    inbox = open_inbox(stage)
    task = stage.add("shop", interval_s=10.0)
    outside = Outside(fails=fault)
    async with switch(stage, outside) as (_, deadman):
        await trio.sleep_until(290)
        outside.fails = None
        await trio.sleep_until(400)
        assert 2 == deadman.pings
    assert [0, 60, 120, 180, 240, 300, 360] == outside.pinged_s
    assert [0] == [line.at_s for line in stage.journal.of("deadman.failed")]
    assert [300] == [line.at_s for line in stage.journal.of("deadman.back")]
    assert [(90.0, "deadman system"), (300.0, "deadman system_over")] == [
        (round(at_s), what) for at_s, what in inbox.told()
    ]
    assert 40 <= len(stage.looks(task))
    assert [] == stage.gaps(task)


async def test_a_single_ping_that_is_lost_wakes_nobody(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    outside = Outside(fails=NotDelivered("lost"))
    async with switch(stage, outside):
        await trio.sleep_until(30)
        outside.fails = None
        await trio.sleep_until(400)
    assert [] == inbox.told()


async def test_a_ping_that_hangs_is_given_up(stage: Stage, autojump_clock: MockClock) -> None:
    outside = Outside(hangs=True)
    async with switch(stage, outside) as (_, deadman):
        await trio.sleep_until(130)
        assert 0 == deadman.pings
    assert [0, 60, 120] == outside.pinged_s
    (told,) = stage.journal.of("deadman.failed")
    assert "not taken within 10 s" == told.fields["error"]


async def test_a_monitor_that_works_has_no_ailments(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("shop", interval_s=10.0)
    async with stage.running() as app:
        for _ in range(20):
            await trio.sleep(17)
            assert [] == ailments(app.auditor, app.recorder)


async def test_the_database_being_away_is_no_ailment(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("shop", interval_s=10.0)
    async with stage.running() as app:
        await trio.sleep_until(20)
        stage.store.go_away()
        await trio.sleep_until(20 + 3 * STUCK_S)
        assert app.outage.on
        assert [] == ailments(app.auditor, app.recorder)
        stage.store.come_back()
        await trio.sleep_until(20 + 3 * STUCK_S + 5)
        assert not app.outage.on
        assert [] == ailments(app.auditor, app.recorder)


async def test_a_recorder_that_hangs_is_an_ailment(stage: Stage, autojump_clock: MockClock) -> None:
    stage.add("shop", interval_s=10.0)
    async with stage.running() as app:
        await trio.sleep_until(21)
        stage.store.takes_s = 10 * STUCK_S
        await trio.sleep_until(21 + STUCK_S)
        assert [] == ailments(app.auditor, app.recorder)
        await trio.sleep_until(31 + STUCK_S)
        (only,) = ailments(app.auditor, app.recorder)
        assert only.startswith("nothing was recorded for ")
        stage.store.takes_s = 0.0


async def test_each_ailment_is_named(stage: Stage, autojump_clock: MockClock) -> None:
    async with stage.running() as app:
        await trio.sleep_until(100)
        app.auditor.audited_s = 100 - SILENT_S - 5
        app.auditor.overdue = 3
        app.auditor.worst_lag_s = 7.0
        assert [
            "nobody has audited for 20s",
            "3 tasks did not look in time",
            "nothing moved for 7s",
        ] == ailments(app.auditor, app.recorder)
