"""The whole engine on virtual time: what the operator changes, and what it does not touch."""

from collections.abc import Callable

import pytest
import trio
from trio.testing import MockClock

from monitor.app import Tuning, open_monitor
from monitor.core.failures import DatabaseAway
from monitor.core.model import GapReason, Lifecycle, Reason, RequestKind, Result, Status, Task
from monitor.core.probing import InvalidTask, TargetDown
from monitor.core.records import LookRecord
from tests.core.judge import judge_task
from tests.core.scene import (
    EXACT,
    Stage,
    StagedStore,
    at,
    broken,
    down,
    hanging,
    in_turn,
    since_start_s,
    taking,
    up,
)

PHASE_S = 37.082039
"""Where in a minute the slots of task 1 lie."""


async def test_a_pause_ends_the_looks_and_is_booked_when_it_is_over(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    async with stage.running() as app:
        await trio.sleep_until(100)
        await stage.edit(task, paused=True)
        await trio.sleep_until(102)
        assert [] == app.fleet.children
        assert "task 1" not in stage.store.open_sessions
        assert (Status.PAUSED, None) == stage.watched(task).shown
        await trio.sleep_until(1000)
        await stage.edit(task, paused=False)
        await trio.sleep_until(1010)
    newest_s = PHASE_S + 60 * 16
    assert pytest.approx([0.0, PHASE_S, PHASE_S + 60, newest_s]) == stage.slots_s(task)
    (gap,) = stage.gaps(task)
    assert (GapReason.PAUSED, 14) == (gap.reason, gap.slots)
    assert pytest.approx(PHASE_S + 120) == since_start_s(gap.from_at)
    assert pytest.approx(newest_s) == since_start_s(gap.until_at)


async def test_a_task_resumed_before_its_last_look_is_written_goes_on_from_there(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    stage.store.takes_s = 10.0
    async with stage.running():
        await trio.sleep_until(2)
        await stage.edit(task, paused=True)
        await trio.sleep_until(6)
        await stage.edit(task, paused=False)
        assert Status.PENDING is stage.watched(task).state.status
        await trio.sleep_until(100)
    assert [(1, Status.UP)] == [(one.seq, one.after) for one in stage.transitions(task)]
    assert pytest.approx([0.0, PHASE_S]) == stage.slots_s(task)[:2]


async def test_a_short_pause_between_two_slots_loses_nothing(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    async with stage.running():
        await trio.sleep_until(40)
        await stage.edit(task, paused=True)
        await trio.sleep_until(50)
        await stage.edit(task, paused=False)
        await trio.sleep_until(100)
    assert pytest.approx([0.0, PHASE_S, PHASE_S + 60]) == stage.slots_s(task)
    assert [] == stage.gaps(task)


async def test_an_edit_keeps_what_is_believed_and_disturbs_nobody_else(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task, other = stage.add("shop", down), stage.add("other")
    async with stage.running() as app:
        await trio.sleep_until(50)
        before = stage.watched(task).state
        await stage.edit(task, name="shop 2", timeout_s=5.0)
        await trio.sleep_until(55)
        child, untouched = app.fleet.child(task.id), app.fleet.child(other.id)
        assert child is not None
        assert untouched is not None
        assert (2, 1) == (child.incarnations, untouched.incarnations)
        assert ("shop 2", before) == (child.task.name, child.state)
        await trio.sleep_until(100)
    assert [Status.DOWN] == [change.after for change in stage.transitions(task)]
    assert pytest.approx([0.0, PHASE_S, PHASE_S + 60]) == stage.slots_s(task)
    assert [] == stage.gaps(task)


async def test_a_shorter_interval_is_taken_up_at_once_not_after_the_longer_one(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", interval_s=86_400.0)
    async with stage.running():
        await trio.sleep_until(5)
        await stage.edit(task, interval_s=10.0)
        await trio.sleep_until(30)
    phase_s = PHASE_S / 6
    assert pytest.approx([0.0, phase_s, phase_s + 10, phase_s + 20]) == stage.slots_s(task)


async def test_an_edit_ends_a_look_in_flight_and_takes_its_slot_again(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", taking(8.0))
    async with stage.running():
        await trio.sleep_until(PHASE_S + 3)
        await stage.edit(task, timeout_s=9.0)
        await trio.sleep_until(60)
    assert pytest.approx([0.0, PHASE_S]) == stage.slots_s(task)
    assert 3 == len(stage.targets["shop"].looked_s)
    assert [] == stage.gaps(task)


@pytest.mark.parametrize("change", ["replace", "restart"])
async def test_a_look_that_ends_in_the_very_step_of_its_replacement_counts(
    change: str, stage: Stage, autojump_clock: MockClock
) -> None:
    answer = trio.Event()

    async def role() -> Result:
        await answer.wait()
        raise TargetDown("refused")

    task = stage.add("shop", role)
    async with stage.running() as app:
        await trio.sleep(1)
        stage.targets["shop"].role = up
        answer.set()
        if change == "replace":
            app.fleet.replace(stage.watched(task))
        else:
            app.fleet.restart(task.id)
        await trio.sleep_until(100)
    judge_task(stage.store, task, at(100))
    told = [change.after for change in stage.transitions(task)]
    assert [Status.DOWN, Status.UP] == told
    assert pytest.approx([0.0, PHASE_S, PHASE_S + 20, PHASE_S + 60]) == stage.slots_s(task)


async def test_a_task_stopped_and_started_before_its_child_has_ended_goes_on_where_that_was(
    stage: Stage, autojump_clock: MockClock
) -> None:
    answer = trio.Event()

    async def role() -> Result:
        await answer.wait()
        raise TargetDown("refused")

    task = stage.add("shop", role)
    async with stage.running() as app:
        await trio.sleep(1)
        stage.targets["shop"].role = up
        answer.set()
        app.fleet.stop(task.id)
        app.fleet.start(stage.watched(task), GapReason.PAUSED)
        await trio.sleep_until(100)
    judge_task(stage.store, task, at(100))


async def test_changes_elsewhere_do_not_touch_an_unchanged_task(
    stage: Stage, autojump_clock: MockClock
) -> None:
    tasks = [stage.add(f"t{number}") for number in range(10)]
    async with stage.running() as app:
        for number in range(20):
            await trio.sleep(3)
            await stage.edit(tasks[0], attempts=1 + number % 3)
            stage.add(f"new {number}")
        await trio.sleep(3)
        assert 30 == len(app.fleet.children)
        touched = {child.task.id for child in app.fleet.children if child.incarnations != 1}
    assert {tasks[0].id} == touched


async def test_a_removed_task_is_gone_and_its_session_closed(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task, other = stage.add("shop", hanging), stage.add("other")
    async with stage.running() as app:
        await trio.sleep(5)
        assert {"task 1", "task 2"} <= set(stage.store.open_sessions)
        await stage.operate(lambda session: session.remove(task.id))
        await trio.sleep(1.1)
        assert [other.id] == [child.task.id for child in app.fleet.children]
        assert "task 1" not in stage.store.open_sessions
        await trio.sleep(100)
    assert [] == stage.looks(task)


async def test_a_task_added_while_the_monitor_runs_is_looked_at_within_a_second(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async with stage.running():
        await trio.sleep(100.5)
        task = stage.add("shop")
        await trio.sleep(10)
    (first_s,) = stage.targets["shop"].looked_s
    assert 100.5 <= first_s <= 101.6
    assert [] == stage.gaps(task)


async def test_a_hint_makes_reconciling_come_at_once(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async with stage.running() as app:
        await trio.sleep(100.5)
        stage.add("shop")
        app.reconcile.hint()
        await trio.sleep(10)
    assert [100.5] == stage.targets["shop"].looked_s


async def test_a_store_that_hints_is_listened_to_again_after_its_connection_was_lost(
    stage: Stage, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = []

    async def listen(_store: object, hint: Callable[[], None]) -> None:
        began.append(trio.current_time())
        await trio.sleep(10.3)
        stage.add(f"t{len(began)}")
        hint()
        await trio.sleep(10)
        raise DatabaseAway("the connection was lost")

    monkeypatch.setattr(StagedStore, "listen", listen)
    async with stage.running():
        await trio.sleep(30)
    assert pytest.approx([0.0, 25.3]) == began
    assert pytest.approx([10.3]) == stage.targets["t1"].looked_s[:1]


async def test_whoever_shows_looks_is_told_of_each(stage: Stage, autojump_clock: MockClock) -> None:
    stage.add("shop", in_turn(up, down))
    shown = []
    settings = Tuning(policy=EXACT)

    def on_look(task: Task, record: LookRecord) -> None:
        shown.append((task.name, record.result.status))

    async with open_monitor(stage.store, stage.clock, stage.prepare, settings, on_look):
        await trio.sleep(60)
    assert [("shop", Status.UP), ("shop", Status.DOWN)] == shown


async def test_a_task_paused_and_resumed_between_two_polls_is_as_it_was(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    async with stage.running() as app:
        await trio.sleep(5.5)
        await stage.edit(task, paused=True)
        await stage.edit(task, paused=False)
        await trio.sleep(5)
        child = app.fleet.child(task.id)
        assert child is not None
        assert 1 == child.incarnations


async def test_an_invalid_task_lives_again_when_it_is_edited(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async def wrong() -> Result:
        await trio.lowlevel.checkpoint()
        raise InvalidTask("target", "no such plugin")

    task = stage.add("shop", wrong)
    async with stage.running():
        await trio.sleep_until(300)
        watched = stage.watched(task)
        assert (Lifecycle.INVALID, None) == (watched.recovery.lifecycle, watched.recovery.retry_at)
        assert (Status.UNKNOWN, Reason.INVALID) == watched.shown
        assert "InvalidTask: target: no such plugin" == watched.recovery.error
        assert [0.0] == stage.targets["shop"].looked_s
        stage.targets["shop"].role = up
        await stage.edit(task, timeout_s=9.0)
        await trio.sleep_until(310)
        assert Lifecycle.RUNNING is stage.watched(task).recovery.lifecycle
    assert (Status.UP, None) == stage.watched(task).shown
    assert 1 == len(stage.journal.of("task.invalid"))


async def test_an_edit_does_not_shorten_a_backoff(stage: Stage, autojump_clock: MockClock) -> None:
    task = stage.add("shop", broken)
    async with stage.running(max_errors=1):
        await trio.sleep_until(30)
        await stage.edit(task, timeout_s=9.0)
        await trio.sleep_until(59)
        assert [0.0] == stage.targets["shop"].looked_s
        await trio.sleep_until(61)
    assert pytest.approx([0.0, 60.0], abs=0.1) == stage.targets["shop"].looked_s


@pytest.mark.usefixtures("unhurried")
async def test_resume_starts_a_failed_task_at_once_with_all_its_attempts_before_it(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", broken)
    async with stage.running(max_errors=1) as app:
        await trio.sleep_until(18_500)
        assert Lifecycle.FAILED is stage.watched(task).recovery.lifecycle
        stage.targets["shop"].role = up
        await stage.ask(task, RequestKind.RESUME)
        app.reconcile.hint()
        await trio.sleep(2)
        assert (Status.UP, None) == stage.watched(task).shown
        assert 0 == stage.watched(task).recovery.attempts
        assert 18_502 >= stage.targets["shop"].looked_s[-1]
    assert at(18_502) >= stage.looks(task)[-1].looked_at
    assert GapReason.FAILED is stage.gaps(task)[-1].reason
