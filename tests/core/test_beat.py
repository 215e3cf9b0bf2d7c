"""One alarm for all: everybody is woken at their moment, nobody is forgotten."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from monitor.engine.beat import Beat, Closing
from tests.core.scene import Machine, at

Woken = list[tuple[int, float]]


@pytest.fixture
async def nursery() -> AsyncIterator[trio.Nursery]:
    """Let a test fail that would wait for ever."""

    async with trio.open_nursery() as nursery:
        with trio.fail_after(1e6):
            yield nursery
        nursery.cancel_scope.cancel()


async def sleeper(beat: Beat, key: int, due_at: datetime, woken: Woken) -> None:
    await beat.wait(key, due_at)
    woken.append((key, trio.current_time()))


async def test_everybody_is_woken_at_their_moment(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    beat, woken = Beat(Machine().clock()), Woken()
    nursery.start_soon(beat.run)
    async with trio.open_nursery() as waiting:
        for key, due_s in ((1, 30.0), (2, 10.0), (3, 20.5), (4, 10.0), (5, 3600.0)):
            waiting.start_soon(sleeper, beat, key, at(due_s), woken)
    assert [10.0, 10.0, 20.5, 30.0, 3600.0] == [moment for _, moment in woken]
    assert [{2, 4}, {3}, {1}, {5}] == [
        {key for key, moment in woken if moment == due_s} for due_s in (10.0, 20.5, 30.0, 3600.0)
    ]


async def test_who_is_due_already_is_woken_at_once(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    beat, woken = Beat(Machine().clock()), Woken()
    nursery.start_soon(beat.run)
    await trio.sleep(100)
    await sleeper(beat, 1, at(5), woken)
    assert [(1, 100.0)] == woken


async def test_who_comes_later_and_is_due_sooner_does_not_wait_for_the_first(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    beat, woken = Beat(Machine().clock()), Woken()
    nursery.start_soon(beat.run)
    nursery.start_soon(sleeper, beat, 1, at(50), woken)
    await trio.sleep(49.2)
    await sleeper(beat, 2, at(49.5), woken)
    assert [(2, 49.5)] == woken


async def test_a_hint_ends_one_wait_and_no_other(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    beat, woken = Beat(Machine().clock()), Woken()
    nursery.start_soon(beat.run)
    for key in (1, 2):
        nursery.start_soon(sleeper, beat, key, at(60), woken)
    await trio.sleep(10)
    assert at(60) == beat.due_at(1)
    assert beat.wake(1)
    assert not beat.wake(1)
    assert not beat.wake(3)
    assert beat.due_at(1) is None
    await trio.sleep(90)
    assert [(1, 10.0), (2, 60.0)] == woken


async def test_a_hint_comes_through_while_nobody_runs_the_beat(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    beat, woken = Beat(Machine().clock()), Woken()
    nursery.start_soon(sleeper, beat, 1, at(60), woken)
    await trio.sleep(500)
    assert [] == woken
    assert beat.wake(1)
    await wait_all_tasks_blocked()
    assert [(1, 500.0)] == woken


async def test_closing_ends_all_waits_present_and_future(autojump_clock: MockClock) -> None:
    beat = Beat(Machine().clock())
    closed = []

    async def wait(key: int) -> None:
        with pytest.raises(Closing):
            await beat.wait(key, at(60))
        closed.append((key, trio.current_time()))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(beat.run)
        async with trio.open_nursery() as waiting:
            for key in (1, 2):
                waiting.start_soon(wait, key)
            await trio.sleep(10)
            beat.close()
        await wait(3)
        nursery.cancel_scope.cancel()
    assert [(1, 10.0), (2, 10.0), (3, 10.0)] == sorted(closed)


async def test_a_wait_is_cancelled_at_once_and_leaves_nothing(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    beat = Beat(Machine().clock())
    nursery.start_soon(beat.run)
    with trio.move_on_after(10) as scope:
        await beat.wait(1, at(60))
    assert scope.cancelled_caught
    assert 10.0 == trio.current_time()
    assert beat.due_at(1) is None
    assert not beat.wake(1)
    await beat.wait(1, at(70))
    assert 70.0 == trio.current_time()


async def test_a_wait_in_a_cancelled_scope_does_not_begin(autojump_clock: MockClock) -> None:
    beat = Beat(Machine().clock())
    with trio.CancelScope() as scope:
        scope.cancel()
        await beat.wait(1, at(60))
    assert scope.cancelled_caught
    beat.close()
    with trio.CancelScope() as scope:
        scope.cancel()
        await beat.wait(1, at(60))
    assert scope.cancelled_caught


async def test_who_is_woken_and_cancelled_at_the_same_step_is_woken(
    autojump_clock: MockClock,
) -> None:
    beat = Beat(Machine().clock())
    with trio.CancelScope() as scope:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(beat.wait, 1, at(60))
            await wait_all_tasks_blocked()
            assert beat.wake(1)
            scope.cancel()
    assert not beat.wake(1)


async def test_started_again_after_a_crash_it_goes_on_with_all_waits(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    beat, woken = Beat(Machine().clock()), Woken()
    for key in range(5):
        nursery.start_soon(sleeper, beat, key, at(10.0 * key + 10), woken)
    with trio.move_on_after(25):
        await beat.run()
    await trio.sleep_until(35)
    nursery.start_soon(beat.run)
    await trio.sleep_until(100)
    assert [(0, 10.0), (1, 20.0), (2, 35.0), (3, 40.0), (4, 50.0)] == woken


async def test_ten_thousand_with_one_deadline_are_all_woken_by_it(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    beat, woken = Beat(Machine().clock()), Woken()
    nursery.start_soon(beat.run)
    async with trio.open_nursery() as waiting:
        for key in range(10_000):
            waiting.start_soon(sleeper, beat, key, at(60), woken)
    assert {60.0} == {moment for _, moment in woken}
    assert set(range(10_000)) == {key for key, _ in woken}


async def test_a_step_forward_of_the_clock_is_seen_within_a_second(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    machine = Machine()
    beat, woken = Beat(machine.clock()), Woken()
    nursery.start_soon(beat.run)
    nursery.start_soon(sleeper, beat, 1, at(7200), woken)
    await trio.sleep(10.5)
    machine.step(7200)
    await trio.sleep(10)
    assert [(1, 11.0)] == woken


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.none() | st.integers(0, 50), st.sampled_from("wc")),
        max_size=30,
    ),
    st.none() | st.integers(0, 60),
)
def test_whoever_waits_is_woken_once_and_in_time(
    plans: list[tuple[int, int | None, str]], crash_s: int | None
) -> None:
    async def live() -> None:
        beat, woken = Beat(Machine().clock()), Woken()
        scopes = [trio.CancelScope() for _ in plans]

        async def wait(key: int, due_s: int) -> None:
            with scopes[key]:
                await sleeper(beat, key, at(due_s), woken)

        async def meddle(key: int, moment: int, how: str) -> None:
            await trio.sleep_until(moment + 0.5)
            if how == "w":
                beat.wake(key)
            else:
                scopes[key].cancel()

        async def beating() -> None:
            with trio.move_on_at(float("inf") if crash_s is None else crash_s):
                await beat.run()
            await beat.run()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(beating)
            async with trio.open_nursery() as waiting:
                for key, (due_s, meddled_s, how) in enumerate(plans):
                    waiting.start_soon(wait, key, due_s)
                    if meddled_s is not None:
                        waiting.start_soon(meddle, key, meddled_s, how)
            nursery.cancel_scope.cancel()
        expected = []
        for key, (due_s, meddled_s, how) in enumerate(plans):
            if meddled_s is None or meddled_s >= due_s:
                expected.append((key, float(due_s)))
            elif how == "w":
                expected.append((key, meddled_s + 0.5))
        assert expected == sorted(woken)

    async def live_not_for_ever() -> None:
        with trio.fail_after(1e6):
            await live()

    trio.run(live_not_for_ever, clock=MockClock(autojump_threshold=0))
