"""The whole engine on virtual time: looks come at their slots, and lost slots are booked."""

import pytest
import trio
from trio.testing import MockClock

from monitor.core.model import GapReason, RequestKind, Status
from tests.core.scene import Stage, at, down, since_start_s, taking, up

PHASE_S = 37.082039
"""Where in a minute the slots of task 1 lie."""


@pytest.mark.usefixtures("unhurried")
async def test_looks_come_at_exact_slots_without_drift_for_a_day(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", taking(7.3), interval_s=600.0)
    async with stage.running():
        await trio.sleep(86_400)
    phase_s = 370.820393
    assert [0.0] + [pytest.approx(phase_s + 600 * k) for k in range(144)] == stage.slots_s(task)
    late_s = [(look.looked_at - look.slot_at).total_seconds() for look in stage.looks(task)]
    assert 1e-5 > max(late_s)
    assert [] == stage.gaps(task)


async def test_a_new_task_is_looked_at_at_once(stage: Stage, autojump_clock: MockClock) -> None:
    task = stage.add("shop", interval_s=86_400.0)
    async with stage.running():
        await trio.sleep(1)
    assert [0.0] == stage.slots_s(task)
    assert Status.UP is stage.watched(task).state.status


async def test_an_overrun_loses_slots_which_are_booked_and_never_hurries(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("slow", taking(130.0), timeout_s=150.0)
    async with stage.running():
        await trio.sleep(600)
    starts = [0.0] + [PHASE_S + 60 * k for k in (2, 5, 8)]
    assert pytest.approx(starts[:3]) == stage.slots_s(task)
    assert pytest.approx(starts) == stage.targets["slow"].looked_s
    gaps = stage.gaps(task)
    booked = [PHASE_S, PHASE_S + 180, PHASE_S + 360]
    assert pytest.approx(booked) == [since_start_s(gap.from_at) for gap in gaps]
    ends = [from_s + 120 for from_s in booked]
    assert pytest.approx(ends) == [since_start_s(gap.until_at) for gap in gaps]
    assert {(GapReason.OVERRUN, 2)} == {(gap.reason, gap.slots) for gap in gaps}


async def test_a_look_a_little_late_still_takes_its_slot(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("slow", taking(65.0), timeout_s=100.0)
    async with stage.running():
        await trio.sleep_until(240)
    assert pytest.approx([0.0, PHASE_S + 60, PHASE_S + 120]) == stage.slots_s(task)
    looked_s = stage.targets["slow"].looked_s
    assert pytest.approx([0.0, PHASE_S + 60, PHASE_S + 125], abs=0.1) == looked_s
    lost_s = [since_start_s(gap.from_at) for gap in stage.gaps(task)]
    assert pytest.approx([PHASE_S, PHASE_S + 180]) == lost_s


async def test_a_target_that_hangs_is_down_after_its_timeout_and_keeps_its_slots(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("hung", taking(1e9))
    async with stage.running():
        await trio.sleep(200)
    looks = stage.looks(task)
    assert pytest.approx([0.0, PHASE_S, PHASE_S + 60, PHASE_S + 120]) == stage.slots_s(task)
    assert {(Status.DOWN, "play", 10.0)} == {
        (one.result.status, one.result.phase, round(one.result.duration_s, 6)) for one in looks
    }


async def test_a_restart_in_between_honours_the_next_check(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    async with stage.running():
        await trio.sleep(50)
    await trio.sleep_until(90)
    async with stage.running():
        await trio.sleep_until(100)
    assert pytest.approx([0.0, PHASE_S, PHASE_S + 60]) == stage.slots_s(task)
    assert [] == stage.gaps(task)


async def test_after_an_absence_the_newest_slot_is_looked_at_now_and_older_ones_are_booked(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    async with stage.running():
        await trio.sleep(50)
    await trio.sleep_until(1000)
    async with stage.running():
        await trio.sleep_until(1010)
    newest_s = PHASE_S + 60 * 16
    assert pytest.approx([0.0, PHASE_S, newest_s]) == stage.slots_s(task)
    assert at(1000) == stage.looks(task)[-1].looked_at
    (gap,) = stage.gaps(task)
    assert (GapReason.MONITOR_DOWN, 15) == (gap.reason, gap.slots)
    assert pytest.approx(PHASE_S + 60) == since_start_s(gap.from_at)
    assert pytest.approx(newest_s) == since_start_s(gap.until_at)


async def test_a_process_that_died_in_a_look_takes_that_slot_again(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("slow", taking(5.0))
    with trio.move_on_after(PHASE_S + 2):
        async with stage.running():
            await trio.sleep_forever()
    assert [0.0] == stage.slots_s(task)
    async with stage.running():
        await trio.sleep(10)
    assert pytest.approx([0.0, PHASE_S]) == stage.slots_s(task)
    assert [] == stage.gaps(task)


async def test_an_outage_is_confirmed_by_retries_and_both_ends_are_told_once(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", attempts=3, retry_interval_s=5.0, recovery_confirmations=2)
    target = stage.targets["shop"]
    async with stage.running():
        await trio.sleep_until(90)
        target.role = down
        await trio.sleep_until(150)
        target.role = up
        await trio.sleep_until(300)
    first, well = PHASE_S + 60, PHASE_S + 120
    expected = [0.0, PHASE_S, first, first + 5, first + 10, well, well + 5, well + 65 - 5]
    assert pytest.approx(expected) == stage.slots_s(task)[:8]
    told = stage.transitions(task)
    assert [Status.UP, Status.DOWN, Status.UP] == [change.after for change in told]
    ((_, incident),) = stage.store.tables.incidents.items()
    opened_s, closed_s = map(since_start_s, (incident.opened_at, incident.closed_at or at(0)))
    assert pytest.approx([first, well]) == [opened_s, closed_s]
    assert [] == stage.gaps(task)


async def test_a_wish_to_look_now_is_fulfilled_within_a_second_and_moves_no_slot(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    async with stage.running():
        await trio.sleep_until(50.5)
        await stage.ask(task, RequestKind.LOOK)
        await trio.sleep_until(100)
    assert pytest.approx([0.0, PHASE_S, 51.0, PHASE_S + 60], abs=0.1) == stage.slots_s(task)
    assert [] == stage.gaps(task)


async def test_tasks_that_are_all_due_at_once_do_not_start_all_at_once(
    stage: Stage, autojump_clock: MockClock
) -> None:
    for number in range(100):
        stage.add(f"t{number}", interval_s=3600.0)
    async with stage.running():
        await trio.sleep(2)
    starts = sorted(target.looked_s[0] for target in stage.targets.values())
    assert pytest.approx([0.01 * k for k in range(100)], abs=1e-4) == starts
