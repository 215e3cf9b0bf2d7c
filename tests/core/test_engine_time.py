"""The whole engine on virtual time: the machine's clock steps, the machine sleeps, looks go on."""

from itertools import pairwise

import pytest
import trio
from trio.testing import MockClock

from monitor.core.model import GapReason, Status
from tests.core.judge import judge_task
from tests.core.scene import Stage, at, broken, since_start_s, taking

PHASE_S = 37.082039
"""Where in a minute the slots of task 1 lie."""


async def test_a_clock_set_back_by_an_hour_does_not_stop_the_looks(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    async with stage.running():
        await trio.sleep_until(100)
        stage.machine.step(-3600)
        await trio.sleep_until(1100)
        now = stage.clock.now()
    looked_s = stage.targets["shop"].looked_s
    pauses = [later - sooner for sooner, later in pairwise(looked_s[2:])]
    assert pytest.approx(60 / 0.9, abs=2.0) == max(pauses)
    assert pytest.approx(100 + 900, abs=2.0) == since_start_s(now)
    assert [] == stage.gaps(task)
    judge_task(stage.store, task, now)
    (event,) = stage.events("clock.jumped")
    assert pytest.approx(-3600) == event.data["by_s"]
    assert event.data["suspended"] is False


async def test_a_clock_set_back_in_the_first_moment_does_not_stop_the_looks_either(
    stage: Stage, autojump_clock: MockClock
) -> None:
    """As a time server does it on a machine that has just booted."""
    stage.add("shop")
    async with stage.running():
        await trio.sleep_until(0.5)
        stage.machine.step(-3600)
        await trio.sleep_until(600)
    looked_s = stage.targets["shop"].looked_s
    assert pytest.approx(60 / 0.9, abs=2.0) == max(b - a for a, b in pairwise(looked_s[1:]))
    (event,) = stage.events("clock.jumped")
    assert pytest.approx(-3600) == event.data["by_s"]


@pytest.mark.usefixtures("unhurried")
async def test_a_task_that_waits_longer_for_a_slow_clock_is_not_stalled(
    stage: Stage, autojump_clock: MockClock
) -> None:
    tasks = [stage.add(f"t{number}", interval_s=3600.0) for number in range(20)]
    async with stage.running() as app:
        await trio.sleep_until(100)
        stage.machine.step(-3600)
        await trio.sleep_until(20_000)
        assert 0 == app.auditor.stalls
        now = stage.clock.now()
    assert [] == stage.journal.of("system.storm")
    for task in tasks:
        judge_task(stage.store, task, now)
        assert [] == stage.gaps(task)


@pytest.mark.parametrize(
    ("reason", "suspended"), [(GapReason.CLOCK_JUMP, False), (GapReason.SUSPENDED, True)]
)
@pytest.mark.parametrize("moment_s", [100.0, 100.3, 100.7, 99.99])
async def test_what_a_step_forward_passed_over_is_booked_with_that_reason(
    reason: GapReason,
    suspended: bool,
    moment_s: float,
    stage: Stage,
    autojump_clock: MockClock,
) -> None:
    tasks = [stage.add(f"t{number}") for number in range(5)]
    async with stage.running():
        await trio.sleep_until(moment_s)
        if suspended:
            stage.machine.suspend(7200)
        else:
            stage.machine.step(7200)
        await trio.sleep_until(300)
        now = stage.clock.now()
    assert at(300 + 7200) == now
    for task in tasks:
        (gap,) = stage.gaps(task)
        assert reason is gap.reason
        assert 118 <= gap.slots <= 120
        judge_task(stage.store, task, now)
    (event,) = stage.events("clock.jumped")
    assert suspended is event.data["suspended"]


async def test_a_backoff_goes_by_the_same_clock(stage: Stage, autojump_clock: MockClock) -> None:
    stage.add("shop", broken)
    async with stage.running(max_errors=1):
        await trio.sleep_until(10)
        stage.machine.suspend(7200)
        await trio.sleep_until(50)
    assert pytest.approx([0.0, 30.0], abs=0.2) == stage.targets["shop"].looked_s[:2]


async def test_a_look_in_flight_over_a_sleep_of_the_machine_keeps_its_slot(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", taking(5.0))
    async with stage.running():
        await trio.sleep_until(PHASE_S + 62)
        stage.machine.suspend(3600)
        await trio.sleep_until(300)
        now = stage.clock.now()
    assert {Status.UP} == {look.result.status for look in stage.looks(task)}
    assert [GapReason.SUSPENDED] == [gap.reason for gap in stage.gaps(task)]
    judge_task(stage.store, task, now)


async def test_a_process_on_a_machine_whose_clock_is_behind_goes_on_where_the_last_stopped(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    async with stage.running():
        await trio.sleep_until(100)
    stage.machine.step(-86_400)
    async with stage.running():
        await trio.sleep_until(300)
        now = stage.clock.now()
    assert 5 <= len(stage.looks(task))
    judge_task(stage.store, task, now)


async def test_looks_asked_for_while_time_stands_still_have_slots_of_their_own(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    async with stage.running() as app:
        await trio.sleep_until(50.1)
        stage.machine.step(-3600)
        for _ in range(3):
            app.fleet.look_now(task.id)
            await trio.sleep(0.2)
        await trio.sleep_until(200)
        now = stage.clock.now()
    assert 6 <= len(stage.looks(task)) == len(stage.targets["shop"].looked_s)
    judge_task(stage.store, task, now)
