"""Standing still is measured, and taints what was looked at meanwhile."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from monitor.engine.loop_lag import TICK_S, LoopLag


async def test_a_loop_that_wakes_in_time_has_no_lag(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    lag = LoopLag()
    nursery.start_soon(lag.run)
    await trio.sleep(60)
    assert pytest.approx(0.0, abs=1e-9) == lag.worst_s(0.0)
    assert not lag.taints(0.0, 1.0)
    nursery.cancel_scope.cancel()


async def test_standing_still_is_seen_before_the_measure_itself_has_its_turn(
    mock_clock: MockClock, nursery: trio.Nursery
) -> None:
    lag = LoopLag()
    nursery.start_soon(lag.run)
    await wait_all_tasks_blocked()
    mock_clock.jump(5.0)
    assert pytest.approx(5.0 - TICK_S) == lag.worst_s(0.0)
    nursery.cancel_scope.cancel()


async def test_a_look_is_tainted_by_standing_still_in_it_and_not_before_it(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    lag = LoopLag()
    nursery.start_soon(lag.run)
    await trio.sleep(10.05)
    autojump_clock.jump(5.0)
    await trio.sleep(10)
    assert pytest.approx(5.0, abs=TICK_S) == lag.worst_s(10.0)
    assert lag.taints(10.0, 10.0)
    assert not lag.taints(trio.current_time() - 9.0, 10.0)
    nursery.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("tainted", "still_s", "timeout_s"),
    [
        (True, 2.7, 10.0),
        (False, 2.3, 10.0),
        (True, 0.7, 1.0),
        (False, 0.4, 1.0),
        (True, 0.7, 0.1),
        (False, 14.0, 60.0),
    ],
)
async def test_it_takes_a_quarter_of_the_timeout_and_at_least_half_a_second(
    tainted: bool, still_s: float, timeout_s: float, mock_clock: MockClock, nursery: trio.Nursery
) -> None:
    lag = LoopLag()
    nursery.start_soon(lag.run)
    await wait_all_tasks_blocked()
    mock_clock.jump(TICK_S + still_s)
    await wait_all_tasks_blocked()
    assert tainted is lag.taints(0.0, timeout_s)
    nursery.cancel_scope.cancel()


async def test_only_two_minutes_are_remembered(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    lag = LoopLag()
    nursery.start_soon(lag.run)
    await trio.sleep(1)
    autojump_clock.jump(5.0)
    await trio.sleep(130)
    assert pytest.approx(0.0, abs=1e-9) == lag.worst_s(0.0)
    assert 1250 >= len(lag._lags)
    nursery.cancel_scope.cancel()


async def test_while_nobody_measures_nothing_is_tainted() -> None:
    lag = LoopLag()
    assert 0.0 == lag.worst_s(0.0)
    assert not lag.taints(0.0, 1.0)


async def test_started_again_after_a_crash_it_does_not_take_its_absence_for_lag(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    lag = LoopLag()
    with trio.move_on_after(10):
        await lag.run()
    await trio.sleep(30)
    nursery.start_soon(lag.run)
    await trio.sleep(10)
    assert pytest.approx(0.0, abs=1e-9) == lag.worst_s(0.0)
    nursery.cancel_scope.cancel()
