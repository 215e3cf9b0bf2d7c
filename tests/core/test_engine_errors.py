"""The whole engine on virtual time: what is wrong with us moves on, and never blames the target."""

from typing import Any, cast

import pytest
import trio
from trio.testing import MockClock

from monitor.core.model import GapReason, Lifecycle, Reason, RequestKind, Result, Status
from monitor.core.probing import OwnFault
from tests.core.judge import judge_task
from tests.core.scene import (
    Role,
    Stage,
    at,
    broken,
    down,
    in_turn,
    since_start_s,
    taking,
    up,
)

PHASE_S = 37.082039
"""Where in a minute the slots of task 1 lie."""


async def test_an_own_error_moves_next_check_on_and_never_blames_the_target(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", in_turn(up, broken, up, broken, broken, up))
    async with stage.running():
        await trio.sleep_until(PHASE_S + 60 * 4 + 1)
    slots = [0.0] + [PHASE_S + 60 * k for k in range(5)]
    assert pytest.approx(slots) == stage.slots_s(task)
    results = [look.result for look in stage.looks(task)]
    told = [Status.UP, Status.UNKNOWN, Status.UP, Status.UNKNOWN, Status.UNKNOWN, Status.UP]
    assert told == [result.status for result in results]
    assert Reason.TASK_ERROR is results[1].reason
    assert "RuntimeError: a bug of ours" == results[1].detail
    state = stage.watched(task).state
    assert (Status.UP, 0, 0) == (state.standing, state.incidents, state.consecutive_errors)
    assert pytest.approx(PHASE_S + 300) == since_start_s(state.next_check_at or at(0))
    assert [1, 1, 2] == [line.fields["errors"] for line in stage.journal.of("task.error")]
    assert 3 == len(stage.events("task.error"))


async def test_an_own_fault_is_booked_with_its_reason(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async def no_resolver() -> Result:
        await trio.lowlevel.checkpoint()
        raise OwnFault(Reason.RESOLVER, "no resolver answers")

    task = stage.add("shop", no_resolver)
    async with stage.running():
        await trio.sleep(1)
    assert (Status.UNKNOWN, Reason.RESOLVER) == stage.watched(task).shown
    assert "OwnFault: no resolver answers" == stage.watched(task).state.detail


async def test_five_errors_in_a_row_end_the_child_and_its_parent_restarts_it(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", broken)
    async with stage.running() as app:
        await trio.sleep_until(270)
        watched = stage.watched(task)
        assert (Lifecycle.BACKOFF, 1) == (watched.recovery.lifecycle, watched.recovery.attempts)
        assert (Status.UNKNOWN, Reason.BACKING_OFF) == watched.shown
        assert 5 == watched.state.consecutive_errors
        assert "task 1" not in stage.store.open_sessions
        await trio.sleep_until(280)
        assert "task 1" in stage.store.open_sessions
        child = app.fleet.child(task.id)
        assert child is not None
        assert 2 == child.incarnations
        stage.targets["shop"].role = up
        await trio.sleep_until(900)
        assert stage.watched(task).recovery.attempts == 0
    ended_s = PHASE_S + 60 * 3
    (restarting,) = stage.journal.of("task.restarting")
    (restarted,) = stage.journal.of("task.restarted")
    (recovered,) = stage.journal.of("task.recovered")
    assert pytest.approx(ended_s, abs=0.1) == restarting.at_s
    assert pytest.approx(ended_s + 60, abs=0.1) == restarted.at_s
    assert pytest.approx(restarted.at_s + 600, abs=120) == recovered.at_s
    assert "5 own errors in a row" in restarting.fields["error"]
    judge_task(stage.store, task, at(900))


async def test_the_waits_double_until_the_child_is_given_up_and_resumed(
    stage: Stage, autojump_clock: MockClock, unhurried: None
) -> None:
    task = stage.add("shop", broken, interval_s=10.0)
    async with stage.running():
        await trio.sleep_until(20_000)
        assert (Status.UNKNOWN, Reason.FAILED) == stage.watched(task).shown
        ends = [line.at_s for line in stage.journal.of("task.restarting")]
        starts = [line.at_s for line in stage.journal.of("task.restarted")]
        waits = [round(start - end) for end, start in zip(ends, starts, strict=True)]
        assert [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600] == waits
        assert 5 * 11 == len(stage.targets["shop"].looked_s)
        assert 1 == len(stage.events("task.failed"))
        await trio.sleep_until(20_000 + 2 * 21_600)
        assert 5 * 13 == len(stage.targets["shop"].looked_s)
        assert 1 == len(stage.journal.of("task.failed"))
        stage.targets["shop"].role = up
        await stage.ask(task, RequestKind.RESUME)
        await trio.sleep(30)
        assert (Status.UP, None) == stage.watched(task).shown
    reasons = [gap.reason for gap in stage.gaps(task)]
    assert [GapReason.BACKING_OFF] * 10 + [GapReason.FAILED] * 3 == reasons
    judge_task(stage.store, task, stage.clock.now())


async def test_four_errors_and_a_good_look_are_no_row(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("shop", in_turn(*[broken] * 4, up, *[broken] * 4, down, *[broken] * 4, up))
    async with stage.running():
        await trio.sleep(1000)
    assert [] == stage.journal.of("task.restarting")


async def test_errors_in_a_row_are_remembered_by_the_next_process(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", broken)
    async with stage.running():
        await trio.sleep_until(100)
    assert 3 == stage.watched(task).state.consecutive_errors
    async with stage.running():
        await trio.sleep_until(230)
        assert Lifecycle.BACKOFF is stage.watched(task).recovery.lifecycle
    assert 5 == len(stage.targets["shop"].looked_s)


async def test_a_restarted_child_has_five_errors_before_it_again(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", broken)
    async with stage.running():
        await trio.sleep_until(250)
    assert 5 == stage.watched(task).state.consecutive_errors
    async with stage.running():
        await trio.sleep_until(PHASE_S + 60 * 8 + 30)
        assert 2 == stage.watched(task).recovery.attempts
    assert 10 == len(stage.targets["shop"].looked_s)


async def test_a_restart_of_the_process_neither_forgets_nor_repeats_a_backoff(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", broken)
    async with stage.running(max_errors=1):
        await trio.sleep_until(100)
    assert pytest.approx([0.0, 60.0], abs=0.1) == stage.targets["shop"].looked_s
    async with stage.running(max_errors=1):
        await trio.sleep_until(179)
        assert 2 == len(stage.targets["shop"].looked_s)
        await trio.sleep_until(400)
        assert 3 == stage.watched(task).recovery.attempts
    assert pytest.approx([0.0, 60.0, 180.0], abs=0.2) == stage.targets["shop"].looked_s
    judge_task(stage.store, task, at(400))


async def test_a_process_that_ends_during_a_last_try_does_not_give_the_child_up_for_ever(
    stage: Stage, autojump_clock: MockClock, unhurried: None
) -> None:
    task = stage.add("shop", broken, interval_s=10.0)
    async with stage.running():
        await trio.sleep_until(20_000)
        (failed,) = stage.journal.of("task.failed")
        await trio.sleep_until(failed.at_s + 21_600 + 15)
        assert 5 * 11 + 2 == len(stage.targets["shop"].looked_s)
    async with stage.running():
        await trio.sleep(100)
        assert Lifecycle.FAILED is stage.watched(task).recovery.lifecycle
        assert 5 * 12 <= len(stage.targets["shop"].looked_s)
        stage.targets["shop"].role = up
        await trio.sleep(21_600 + 700)
        assert (Status.UP, None) == stage.watched(task).shown


async def test_a_probe_that_cannot_be_made_is_a_failure_of_the_child(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task, other = stage.add("shop"), stage.add("other")
    del stage.targets["shop"]
    async with stage.running():
        await trio.sleep_until(200)
        recovery = stage.watched(task).recovery
        assert (Lifecycle.BACKOFF, 3) == (recovery.lifecycle, recovery.attempts)
        assert "KeyError: 'shop'" == recovery.error
    assert [] == stage.looks(task)
    assert 5 == len(stage.looks(other))


async def test_a_plugin_that_calls_exit_ends_its_own_look_and_nothing_else(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async def leave() -> Result:
        await trio.lowlevel.checkpoint()
        raise SystemExit(3)

    task, other = stage.add("plugin", in_turn(leave, up)), stage.add("other")
    async with stage.running():
        await trio.sleep_until(PHASE_S + 60 + 1)
    assert (Status.UP, None) == stage.watched(task).shown
    assert "tried to end the program" in stage.events("task.restarting")[0].detail
    assert pytest.approx([60.0, PHASE_S + 60], abs=0.1) == [
        since_start_s(look.looked_at) for look in stage.looks(task)
    ]
    assert 3 <= len(stage.looks(other))


@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        "up",
        Result(status=Status.PAUSED),
        Result(status=Status.MAINTENANCE),
        Result(status=Status.UP, detail=cast("Any", b"bytes")),
    ],
    ids=repr,
)
async def test_a_plugin_that_answers_nonsense_is_an_own_error_and_next_check_moves_on(
    nonsense: Any, stage: Stage, autojump_clock: MockClock
) -> None:
    async def babble() -> Result:
        await trio.lowlevel.checkpoint()
        return cast("Result", nonsense)

    task = stage.add("plugin", babble)
    async with stage.running():
        await trio.sleep_until(100)
    assert pytest.approx([0.0, PHASE_S, PHASE_S + 60]) == stage.slots_s(task)
    assert (Status.UNKNOWN, Reason.TASK_ERROR) == stage.watched(task).shown
    judge_task(stage.store, task, at(100))


@pytest.mark.parametrize("role", [broken, down, taking(1e9)], ids=["broken", "down", "hanging"])
async def test_siblings_of_a_task_in_trouble_keep_their_slots(
    role: Role, stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("trouble", role)
    others = [stage.add(f"t{number}", taking(0.3)) for number in range(7)]
    async with stage.running() as app:
        await trio.sleep(600)
        assert {1} == {child.incarnations for child in app.fleet.children if child.task.id != 1}
    for task in others:
        assert 11 == len(stage.looks(task))
        late_s = [(one.looked_at - one.slot_at).total_seconds() for one in stage.looks(task)]
        assert 1e-5 > max(late_s[1:])


async def test_many_children_failing_together_are_one_event_about_us(
    stage: Stage, autojump_clock: MockClock
) -> None:
    tasks = [stage.add(f"t{number}", broken) for number in range(20)]
    async with stage.running(max_errors=1):
        await trio.sleep_until(50)
        spent = [stage.watched(task).recovery.attempts for task in tasks]
        assert (9, 11) == (spent.count(1), spent.count(0))
        for target in stage.targets.values():
            target.role = up
        await trio.sleep_until(130)
        assert {(Status.UP, None)} == {stage.watched(task).shown for task in tasks}
    (told,) = stage.journal.of("system.storm")
    assert 10 == told.fields["children"]
    (stored,) = stage.events("system.storm")
    assert "RuntimeError: a bug of ours" in stored.detail
    for task in tasks:
        judge_task(stage.store, task, at(130))
