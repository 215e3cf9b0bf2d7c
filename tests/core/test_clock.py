"""The time that is written down never runs backwards, whatever happens to the machine's clock."""

import random
from datetime import timedelta

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from monitor.engine.clock import Clock, Jump
from tests.core.scene import START, Machine, at, since_start_s


async def run_for(clock: Clock, seconds: int) -> list[Jump]:
    """Let time pass, observing once a second as the auditor does."""
    jumps = []
    for _ in range(seconds):
        await trio.sleep(1)
        if (jump := clock.observe()) is not None:
            jumps.append(jump)
    return jumps


async def test_it_tells_the_machines_time(autojump_clock: MockClock) -> None:
    clock = Machine().clock()
    assert START == clock.now()
    await trio.sleep(90)
    assert at(90) == clock.now()
    assert timedelta(0) == clock.now().utcoffset()


async def test_an_undisturbed_clock_has_no_steps(autojump_clock: MockClock) -> None:
    clock = Machine().clock()
    assert [] == await run_for(clock, 3600)
    assert (at(3600), 0.0) == (clock.now(), clock.ahead_s)


async def test_set_back_it_goes_on_and_loses_the_difference_at_a_tenth_of_its_speed(
    autojump_clock: MockClock,
) -> None:
    machine = Machine()
    clock = machine.clock()
    await run_for(clock, 10)
    machine.step(-3600)
    (jump,) = await run_for(clock, 1)
    assert (-3600.0, False) == (jump.by_s, jump.suspended)
    assert pytest.approx(11) == since_start_s(clock.now())
    await run_for(clock, 1000)
    assert pytest.approx(11 + 900) == since_start_s(clock.now())
    await run_for(clock, 34_999)
    assert pytest.approx(0.1, abs=1e-6) == clock.ahead_s
    await run_for(clock, 1)
    assert pytest.approx(0.0, abs=1e-6) == clock.ahead_s
    assert pytest.approx(11 + 36_000 - 3600) == since_start_s(clock.now())


async def test_between_a_step_back_and_its_discovery_time_stands_still(
    autojump_clock: MockClock,
) -> None:
    machine = Machine()
    clock = machine.clock()
    await run_for(clock, 10)
    assert at(10) == clock.now()
    machine.step(-60)
    await trio.sleep(0.5)
    assert at(10) == clock.now()


async def test_set_forward_it_jumps_too(autojump_clock: MockClock) -> None:
    machine = Machine()
    clock = machine.clock()
    await run_for(clock, 10)
    machine.step(3600)
    assert at(3610) == clock.now()
    (jump,) = await run_for(clock, 1)
    assert Jump(before_at=at(10), after_at=at(3611), by_s=3600.0, suspended=False) == jump


async def test_a_sleep_of_the_machine_is_told_from_a_clock_set_forward(
    autojump_clock: MockClock,
) -> None:
    machine = Machine()
    clock = machine.clock()
    await run_for(clock, 10)
    machine.suspend(8 * 3600)
    (jump,) = await run_for(clock, 1)
    assert jump.suspended
    assert 8 * 3600.0 == jump.by_s


async def test_set_back_and_forth_again_nothing_is_lost(autojump_clock: MockClock) -> None:
    machine = Machine()
    clock = machine.clock()
    await run_for(clock, 10)
    machine.step(-3600)
    await run_for(clock, 10)
    machine.step(3600)
    await run_for(clock, 10)
    assert at(30) == clock.now()
    assert 0.0 == clock.ahead_s


async def test_less_than_a_second_is_drift_and_no_step(autojump_clock: MockClock) -> None:
    machine = Machine()
    clock = machine.clock()
    await run_for(clock, 1)
    for by_s in (0.9, -0.9, 0.5):
        machine.step(by_s)
        assert [] == await run_for(clock, 10)
    assert [] == list(clock.jumps)


async def test_a_machine_that_boots_in_the_past_goes_on_where_it_stopped(
    autojump_clock: MockClock,
) -> None:
    clock = Machine(stepped_s=-86400).clock()
    clock.not_before(at(0))
    assert at(0) == clock.now()
    await run_for(clock, 10)
    assert pytest.approx(9.1) == since_start_s(clock.now())
    clock.not_before(at(-5000))
    assert pytest.approx(9.1) == since_start_s(clock.now())


async def test_a_step_is_remembered_by_what_it_passed_over(autojump_clock: MockClock) -> None:
    machine = Machine()
    clock = machine.clock()
    await run_for(clock, 10)
    machine.step(3600)
    await run_for(clock, 10)
    machine.step(-7200)
    await run_for(clock, 10)
    jump = clock.jumps[0]
    assert jump == clock.jump_within(at(100), at(200))
    assert jump == clock.jump_within(at(0), at(11))
    assert jump == clock.jump_within(at(3600), at(9999))
    assert clock.jump_within(at(0), at(10)) is None
    assert clock.jump_within(at(3611), at(9999)) is None


async def test_a_step_that_nobody_has_observed_yet_is_known_to_who_asks(
    autojump_clock: MockClock,
) -> None:
    machine = Machine()
    clock = machine.clock()
    await run_for(clock, 10)
    machine.suspend(3600)
    jump = clock.jump_within(at(100), at(200))
    assert jump is not None
    assert jump.suspended
    assert [jump] == await run_for(clock, 1)


async def test_sleeping_until_a_moment_ends_at_that_moment(autojump_clock: MockClock) -> None:
    clock = Machine().clock()
    await clock.sleep_until(at(100))
    assert 100.0 == trio.current_time()
    await clock.sleep_until(at(50))
    assert 100.0 == trio.current_time()


async def test_a_sleeper_notices_a_step_forward_within_half_a_minute(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    machine = Machine()
    clock = machine.clock()
    clock.observe()

    async def step() -> None:
        await trio.sleep(10)
        machine.step(86400)

    nursery.start_soon(step)
    await clock.sleep_until(at(86400))
    assert 30.0 == trio.current_time()


async def test_a_sleeper_is_cancelled_at_once(autojump_clock: MockClock) -> None:
    clock = Machine().clock()
    with trio.move_on_after(45):
        await clock.sleep_until(at(1e6))
    assert 45.0 == trio.current_time()


async def test_a_sleeper_waits_longer_while_a_step_back_is_worked_off(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    machine = Machine()
    clock = machine.clock()
    await run_for(clock, 1)
    machine.step(-86400)
    nursery.start_soon(run_for, clock, 2000)
    await clock.sleep_until(at(901))
    assert 1000 <= trio.current_time() <= 1002
    nursery.cancel_scope.cancel()


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.sampled_from([0.0, -3600.0, 3600.0, -2.0, 0.7, 1e6])),
        max_size=12,
    ),
    st.integers(0, 2**32),
)
def test_whatever_happens_to_the_machine_time_never_runs_backwards(
    steps: list[tuple[int, float]], seed: int
) -> None:
    chance = random.Random(seed)

    async def live() -> None:
        machine = Machine()
        clock = machine.clock()
        newest = clock.now()
        for seconds, by_s in steps:
            for _ in range(seconds):
                await trio.sleep(1)
                if chance.random() < 0.9:
                    clock.observe()
                now = clock.now()
                assert newest <= now
                newest = now
            machine.step(by_s)
        assert clock.ahead_s >= 0

    trio.run(live, clock=MockClock(autojump_threshold=0))


def test_the_real_machine_tells_how_long_it_slept() -> None:
    assert -1.0 < Clock().asleep() < 100 * 366 * 86400
