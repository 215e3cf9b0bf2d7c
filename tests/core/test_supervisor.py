"""A failed child is started again at exact times, and only its own time is touched by it."""

from typing import NoReturn

import pytest
import trio
from trio.testing import MockClock

from monitor.core.model import Lifecycle, Recovery
from monitor.core.policy import Backoff, RecoveryPolicy
from monitor.core.probing import InvalidTask
from monitor.engine.supervisor import ChildExit, Life
from tests.core.family import Diary, Family, failing
from tests.core.scene import at, since_start_s

SIX_HOURS = 6 * 3600.0
STARTS = [0.0, 60.0, 180.0, 420.0, 900.0, 1860.0, 3780.0, 7380.0, 10980.0, 14580.0, 18180.0]
"""The start, and ten restarts after 60, 120, 240 ... s, at most an hour."""


async def test_a_child_that_returns_is_done(autojump_clock: MockClock) -> None:
    async def live(_life: Life) -> None:
        await trio.sleep(5)

    family = Family()
    await family.raise_(live)
    assert ([0.0], 5.0, []) == (family.starts, trio.current_time(), family.diary.steps)


async def test_restarts_come_at_exact_times_until_the_child_is_given_up(
    autojump_clock: MockClock,
) -> None:
    family = Family()
    with trio.move_on_after(18180 + 3 * SIX_HOURS + 1):
        await family.raise_(failing())
    probes = [18180 + SIX_HOURS, 18180 + 2 * SIX_HOURS, 18180 + 3 * SIX_HOURS]
    assert STARTS + probes == family.starts
    told = [recovery for _, recovery in family.diary.of("failed")]
    assert list(range(1, 11)) + [10] * 4 == [one.attempts for one in told]
    assert [Lifecycle.BACKOFF] * 10 + [Lifecycle.FAILED] * 4 == [one.lifecycle for one in told]
    retries = [since_start_s(one.retry_at) for one in told if one.retry_at is not None]
    assert (STARTS + probes)[1:] == retries[:-1]


async def test_jitter_is_drawn_by_name_and_attempt(autojump_clock: MockClock) -> None:
    family = Family(policy=RecoveryPolicy())
    with trio.move_on_after(1000):
        await family.raise_(failing())
    backoff = Backoff()
    first_s = backoff.delay_s(1, "task 7")
    second_s = first_s + backoff.delay_s(2, "task 7")
    assert pytest.approx([0.0, first_s, second_s]) == family.starts[:3]
    assert 60.0 != first_s


async def test_the_wait_begins_with_the_failure_not_with_its_being_told(
    autojump_clock: MockClock,
) -> None:
    class Slow(Diary):
        async def failed(self, recovery: Recovery, cause: BaseException) -> None:
            await trio.sleep(30)

    family = Family(diary=Slow())
    with trio.move_on_after(200):
        await family.raise_(failing())
    assert [0.0, 60.0, 180.0] == family.starts


async def test_attempts_are_forgotten_after_ten_minutes_of_sound_life(
    autojump_clock: MockClock,
) -> None:
    lives = iter([0.0, 0.0, 599.0, 601.0])
    family = Family()

    async def live(_life: Life) -> None:
        await trio.sleep(next(lives))
        raise RuntimeError("a bug")

    with trio.move_on_after(1741), pytest.raises(StopIteration):
        await family.raise_(live)
    # 0 -> 60 -> 180, lives 599 s -> 779 + 240 = 1019, lives 601 s -> 1620 + 60
    assert [0.0, 60.0, 180.0, 1019.0, 1680.0] == family.starts
    assert [1, 2, 3, 1] == [one.attempts for _, one in family.diary.of("failed")][:4]
    assert [(1619.0, Recovery())] == family.diary.of("recovered")


async def test_a_child_that_never_failed_recovers_from_nothing(autojump_clock: MockClock) -> None:
    family = Family()
    with trio.move_on_after(5000):
        await family.raise_(failing(after_s=1e9))
    assert [] == family.diary.steps


async def test_a_stumble_starts_the_time_of_sound_life_anew(autojump_clock: MockClock) -> None:
    family = Family()

    async def live(life: Life) -> None:
        if trio.current_time() == 0:
            raise RuntimeError("a bug")
        for _ in range(3):
            await trio.sleep(500)
            life.stumble()
        await trio.sleep_forever()

    with trio.move_on_after(10_000):
        await family.raise_(live)
    assert [(60.0 + 1500 + 600, Recovery())] == family.diary.of("recovered")


async def test_a_crash_soon_after_a_stumble_forgets_nothing(autojump_clock: MockClock) -> None:
    family = Family()

    async def live(life: Life) -> None:
        await trio.sleep(5000 if trio.current_time() else 0)
        life.stumble()
        raise RuntimeError("five errors in a row")

    with trio.move_on_after(5500):
        await family.raise_(live, reset_after_s=5001)
    assert [1, 2] == [one.attempts for _, one in family.diary.of("failed")]


async def test_slow_tasks_have_a_longer_time_of_sound_life(autojump_clock: MockClock) -> None:
    family = Family()
    lives = iter([0.0, 1e9])
    with trio.move_on_after(20_000):
        await family.raise_(
            lambda life: failing(after_s=next(lives))(life), reset_after_s=3 * 3600.0
        )
    assert [60.0 + 3 * 3600] == [moment for moment, _ in family.diary.of("recovered")]


async def test_a_child_given_up_on_that_lives_again_has_recovered(
    autojump_clock: MockClock,
) -> None:
    family = Family()
    given_up = Recovery(lifecycle=Lifecycle.FAILED, attempts=10, retry_at=at(100), error="x")
    with trio.move_on_after(5000):
        await family.raise_(failing(after_s=1e9), given_up)
    assert ["restarting", "recovered"] == [step for step, _, _ in family.diary.steps]
    assert [100.0, 700.0] == [moment for _, moment, _ in family.diary.steps]


async def test_what_no_restart_can_mend_is_invalid_at_once_and_stays_in_its_place(
    autojump_clock: MockClock,
) -> None:
    family = Family()
    with trio.move_on_after(1e5) as scope:
        await family.raise_(failing(InvalidTask("target", "no such plugin")))
    assert scope.cancelled_caught
    assert [0.0] == family.starts
    ((_, recovery),) = family.diary.of("failed")
    assert (Lifecycle.INVALID, None) == (recovery.lifecycle, recovery.retry_at)
    assert "InvalidTask: target: no such plugin" == recovery.error


async def test_a_permanent_error_deep_in_a_group_is_found(autojump_clock: MockClock) -> None:
    error = ExceptionGroup(
        "x", [ValueError("noise"), ExceptionGroup("y", [InvalidTask("target", "gone")])]
    )
    family = Family()
    with trio.move_on_after(1000):
        await family.raise_(failing(error))
    ((_, recovery),) = family.diary.of("failed")
    assert (Lifecycle.INVALID, "InvalidTask: target: gone") == (recovery.lifecycle, recovery.error)


async def test_errors_of_a_childs_own_nursery_are_one_failure(autojump_clock: MockClock) -> None:
    async def live(life: Life) -> None:
        life.nursery.start_soon(failing(KeyError("a"), 5), life)
        async with trio.open_nursery() as inner:
            inner.start_soon(failing(ValueError("b"), 5), life)
            inner.start_soon(trio.sleep_forever)

    family = Family()
    with trio.move_on_after(10):
        await family.raise_(live)
    ((moment, recovery),) = family.diary.of("failed")
    assert (5.0, 1) == (moment, recovery.attempts)
    assert recovery.error in ("KeyError: 'a'", "ValueError: b")
    assert leaves(family.diary.causes[0]) <= {"KeyError", "ValueError"}


def leaves(error: BaseException | None) -> set[str]:
    if isinstance(error, BaseExceptionGroup):
        return set[str]().union(*map(leaves, error.exceptions))
    return {type(error).__name__}


class Panic(BaseException):
    """What some libraries in Rust raise; it is no Exception."""


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("alien", [SystemExit(3), GeneratorExit(), Panic("boom")], ids=repr)
async def test_a_child_cannot_end_the_program(
    alien: BaseException, nested: bool, autojump_clock: MockClock
) -> None:
    error = BaseExceptionGroup("x", [alien, ValueError("b")]) if nested else alien
    family = Family()
    with trio.move_on_after(100):
        await family.raise_(failing(error))
    assert [0.0, 60.0] == family.starts
    (cause,) = family.diary.causes[0].exceptions
    assert isinstance(cause, ChildExit)
    assert "task 7 tried to end the program" == str(cause)
    assert type(alien).__name__ in leaves(cause.__cause__)


async def test_nor_can_what_a_child_started(autojump_clock: MockClock) -> None:
    async def live(life: Life) -> None:
        life.nursery.start_soon(failing(SystemExit(3), 5), life)
        await trio.sleep_forever()

    family = Family()
    with trio.move_on_after(100):
        await family.raise_(live)
    assert [0.0, 65.0] == family.starts


async def test_control_c_does_end_the_program(autojump_clock: MockClock) -> None:
    family = Family()
    with pytest.RaisesGroup(KeyboardInterrupt):
        await family.raise_(failing(KeyboardInterrupt()))
    assert [] == family.diary.steps


@pytest.mark.parametrize("cancel_s", [0.0, 0.5, 1.0, 30.0, 61.5, 100.0])
async def test_it_is_cancelled_at_once_whether_the_child_lives_or_the_parent_waits(
    cancel_s: float, autojump_clock: MockClock
) -> None:
    family = Family()
    with trio.move_on_after(cancel_s) as scope:
        await family.raise_(failing(after_s=1.0))
    assert scope.cancelled_caught
    assert cancel_s == trio.current_time()


async def test_all_a_child_started_dies_with_it(autojump_clock: MockClock) -> None:
    ended = []

    async def helper() -> None:
        try:
            await trio.sleep_forever()
        finally:
            ended.append(trio.current_time())

    async def live(life: Life) -> None:
        life.nursery.start_soon(helper)
        await trio.sleep(5)
        if len(family.starts) < 2:
            raise RuntimeError("a bug")

    family = Family()
    await family.raise_(live)
    assert [5.0, 70.0] == ended


async def test_a_cancelled_child_that_also_fails_is_told_and_not_started_again(
    autojump_clock: MockClock,
) -> None:
    async def live(_life: Life) -> None:
        try:
            await trio.sleep_forever()
        finally:
            raise RuntimeError("cleanup failed")

    family = Family()
    with trio.move_on_after(5) as scope:
        await family.raise_(live)
    assert scope.cancelled_caught
    assert [0.0] == family.starts


async def test_a_chronicle_that_fails_does_not_take_the_child_with_it(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> NoReturn:
        raise OSError("no database")

    lives = iter([0.0, 0.0, 1e9])
    family = Family(diary=Diary(on_step=fail))
    with trio.move_on_after(2000):
        await family.raise_(lambda life: failing(after_s=next(lives))(life))
    assert [0.0, 60.0, 180.0] == family.starts
    steps = ["failed", "restarting", "failed", "restarting", "recovered"]
    assert steps == [step for step, _, _ in family.diary.steps]
    assert 5 == len([one for one in caplog.records if "could not be told" in one.message])


async def test_siblings_are_not_disturbed(autojump_clock: MockClock) -> None:
    ticks = []

    async def sound(_life: Life) -> None:
        while True:
            ticks.append(trio.current_time())
            await trio.sleep(10)

    family, other = Family(), Diary()
    with trio.move_on_after(505):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(family.raise_, failing())
            nursery.start_soon(family.supervisor.supervise, "task 8", sound, other)
    assert STARTS[:4] == family.starts
    assert [10.0 * k for k in range(51)] == ticks
    assert [] == other.steps
