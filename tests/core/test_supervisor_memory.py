"""What is remembered of a child across processes, and of many that fall together."""

import pytest
import trio
from trio.testing import MockClock

from monitor.core.model import Lifecycle, Recovery
from monitor.core.policy import RecoveryPolicy
from monitor.core.probing import InvalidTask
from tests.core.family import Diary, Family, failing
from tests.core.scene import at


@pytest.mark.parametrize("lifecycle", [Lifecycle.BACKOFF, Lifecycle.FAILED])
async def test_a_restart_of_the_process_neither_forgets_nor_repeats(
    lifecycle: Lifecycle, autojump_clock: MockClock
) -> None:
    stored = Recovery(lifecycle=lifecycle, attempts=4, retry_at=at(333), error="x")
    family = Family()
    with trio.move_on_after(333 + 960 + 1):
        await family.raise_(failing(), stored)
    assert [333.0, 333.0 + 960] == family.starts
    assert [(333.0, 4), (333.0 + 960, 5)] == [
        (moment, one.attempts) for moment, one in family.diary.of("restarting")
    ]
    assert [5, 6] == [one.attempts for _, one in family.diary.of("failed")]


async def test_a_retry_that_was_due_while_the_process_was_down_comes_at_once(
    autojump_clock: MockClock,
) -> None:
    stored = Recovery(lifecycle=Lifecycle.BACKOFF, attempts=4, retry_at=at(-333), error="x")
    family = Family()
    with trio.move_on_after(10):
        await family.raise_(failing(), stored)
    assert [0.0] == family.starts


async def test_attempts_of_a_running_child_are_remembered_and_can_be_outlived(
    autojump_clock: MockClock,
) -> None:
    family = Family()
    with trio.move_on_after(1000):
        await family.raise_(failing(after_s=1e9), Recovery(attempts=4))
    assert [0.0] == family.starts
    assert [(600.0, Recovery())] == family.diary.of("recovered")


async def test_an_invalid_child_stays_invalid_after_a_restart_of_the_process(
    autojump_clock: MockClock,
) -> None:
    family = Family()
    with trio.move_on_after(1e5):
        await family.raise_(failing(), Recovery(lifecycle=Lifecycle.INVALID, error="x"))
    assert [] == family.starts


async def test_a_storm_is_told_once_and_spends_no_attempts(autojump_clock: MockClock) -> None:
    family, storms = Family(policy=RecoveryPolicy()), []
    family.supervisor.population = lambda: 8
    family.supervisor.on_storm = lambda *news: storms.append((trio.current_time(), *news))
    diaries = [Diary() for _ in range(8)]
    with trio.move_on_after(400):
        async with trio.open_nursery() as nursery:
            for number, diary in enumerate(diaries):
                child = failing(OSError("no memory"))
                nursery.start_soon(family.supervisor.supervise, f"task {number}", child, diary)
    assert [(0.0, 5, "OSError: no memory")] == storms
    first = sorted(diary.of("failed")[0][1].attempts for diary in diaries)
    assert [0, 0, 0, 0, 1, 1, 1, 1] == first


async def test_tasks_that_are_wrong_in_themselves_make_no_storm(autojump_clock: MockClock) -> None:
    family = Family()
    family.supervisor.population = lambda: 8
    family.supervisor.on_storm = lambda *_: pytest.fail("no storm")
    with trio.move_on_after(30):
        async with trio.open_nursery() as nursery:
            for number in range(7):
                wrong = failing(InvalidTask("target", "no such plugin"))
                nursery.start_soon(family.supervisor.supervise, f"task {number}", wrong, Diary())
            nursery.start_soon(family.raise_, failing(after_s=10))
    assert [1] == [one.attempts for _, one in family.diary.of("failed")]
