"""The whole engine on virtual time: it leaves in good order, wherever it is when it is asked to."""

from typing import Any

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.core.model import RequestKind, Result, Status
from tests.core.judge import judge_task
from tests.core.scene import (
    Journal,
    Stage,
    at,
    broken,
    degraded,
    down,
    hanging,
    in_turn,
    taking,
    up,
)

PHASE_S = 37.082039
"""Where in a minute the slots of task 1 lie."""


async def test_looks_in_flight_end_and_are_recorded(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("slow", taking(8.0, down))
    async with stage.running():
        await trio.sleep(1)
    assert pytest.approx(8, abs=0.1) == trio.current_time()
    assert [Status.DOWN] == [look.result.status for look in stage.looks(task)]
    judge_task(stage.store, task, at(8))
    told = [line.event for line in stage.journal.lines if line.event.startswith("monitor.")]
    assert ["monitor.stopping", "monitor.stopped"] == told
    (stopped,) = stage.journal.of("monitor.stopped")
    assert {"open_sessions": 0, "unwritten": 0} == stopped.fields


async def test_a_look_that_outlasts_the_grace_is_cancelled_and_its_slot_taken_again(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("slow", in_turn(up, taking(50.0), up), timeout_s=55.0)
    async with stage.running(grace_s=5.0):
        await trio.sleep_until(PHASE_S + 1)
    assert pytest.approx(PHASE_S + 6) == trio.current_time()
    assert [0.0] == stage.slots_s(task)
    async with stage.running():
        await trio.sleep_until(60)
    assert pytest.approx([0.0, PHASE_S]) == stage.slots_s(task)
    assert [] == stage.gaps(task)


async def test_there_are_no_new_looks_while_it_leaves(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("slow", taking(9.0))
    other = stage.add("other", interval_s=1.0)
    async with stage.running():
        await trio.sleep_until(5.5)
    looked_s = stage.targets["other"].looked_s
    assert pytest.approx(5, abs=1) == looked_s[-1]
    assert len(looked_s) == len(stage.looks(other))


async def test_who_waits_or_rests_is_not_waited_for(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("waiting")
    stage.add("resting", broken)
    for number in range(50):
        stage.add(f"staggered {number}", interval_s=3600.0)
    async with stage.running(max_errors=1):
        await trio.sleep(0.2)
    assert pytest.approx(0.2, abs=0.11) == trio.current_time()


async def test_a_monitor_without_tasks_leaves_at_once(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async with stage.running():
        pass
    assert 0.1 >= trio.current_time()


async def test_what_is_asked_while_it_leaves_starts_nothing(
    stage: Stage, autojump_clock: MockClock
) -> None:
    slow = stage.add("slow", taking(9.0))
    failed = stage.add("failed", broken)

    async def ask() -> None:
        await trio.sleep(3)
        stage.add("new")
        await stage.edit(slow, timeout_s=9.5)
        await stage.ask(failed, RequestKind.RESUME)

    async with trio.open_nursery() as nursery, stage.running(max_errors=1):
        await trio.sleep(1)
        nursery.start_soon(ask)
    assert [] == stage.targets["new"].looked_s
    assert 1 == len(stage.targets["failed"].looked_s)


async def test_leaving_while_the_database_is_away_takes_a_bounded_time(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    async with stage.running(grace_s=10.0):
        await trio.sleep_until(30)
        stage.store.go_away()
        await trio.sleep_until(100)
    assert pytest.approx(110, abs=0.5) == trio.current_time()
    (stopped,) = stage.journal.of("monitor.stopped")
    assert {"open_sessions": 0, "unwritten": 2} == stopped.fields
    stage.store.come_back()
    async with stage.running():
        await trio.sleep_until(200)
    judge_task(stage.store, task, at(200))


async def test_what_waits_is_written_if_the_database_is_back_within_the_grace(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")

    async def repair() -> None:
        await trio.sleep_until(104)
        stage.store.come_back()

    async with trio.open_nursery() as nursery, stage.running(grace_s=10.0):
        await trio.sleep_until(30)
        stage.store.go_away()
        nursery.start_soon(repair)
        await trio.sleep_until(100)
    assert 107 >= trio.current_time()
    assert pytest.approx([0.0, PHASE_S, PHASE_S + 60]) == stage.slots_s(task)
    judge_task(stage.store, task, at(100))


async def test_a_child_nobody_can_cancel_does_not_hold_up_the_others(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async def stuck() -> Result:
        with trio.CancelScope(shield=True):
            await trio.sleep(15)
        return await up()

    stage.add("stuck", stuck)
    task = stage.add("other")
    async with stage.running(grace_s=5.0):
        await trio.sleep(1)
    assert pytest.approx(15, abs=0.5) == trio.current_time()
    judge_task(stage.store, task, at(6))


async def test_a_weighty_record_cancelled_in_the_middle_is_kept(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", in_turn(up, down))
    stage.store.takes_s = 4.0
    async with stage.running() as app:
        await trio.sleep_until(PHASE_S + 2)
        app.fleet.stop(task.id)
        await trio.sleep_until(60)
    assert [Status.UP, Status.DOWN] == [one.after for one in stage.transitions(task)]
    assert 1 == len(stage.store.tables.incidents)
    assert 2 == len(stage.looks(task))
    judge_task(stage.store, task, at(60))


async def test_a_monitor_whose_block_fails_leaves_in_good_order_too(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("slow", taking(5.0))
    with pytest.RaisesGroup(ValueError, flatten_subgroups=True):
        async with stage.running():
            await trio.sleep(1)
            raise ValueError("the caller's own")
    assert 1 == len(stage.looks(task))
    assert {} == stage.store.open_sessions


async def test_a_monitor_that_is_cancelled_gives_up_looks_in_flight(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("slow", taking(9.0))
    with trio.move_on_after(3) as scope:
        async with stage.running():
            await trio.sleep_forever()
    assert scope.cancelled_caught
    assert 3.5 >= trio.current_time()
    assert [] == stage.looks(task)
    (node,) = stage.store.tables.nodes.values()
    assert node.stopped_at is not None


async def test_what_a_cancelled_look_had_seen_is_still_written(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", down)
    stage.store.takes_s = 2.0
    with trio.move_on_after(1):
        async with stage.running():
            await trio.sleep_forever()
    assert [Status.DOWN] == [look.result.status for look in stage.looks(task)]
    judge_task(stage.store, task, at(1))


@attrs.define(eq=False)
class CancelAtStep(trio.abc.Instrument):
    """Cancel a scope before the k-th step that any task takes."""

    scope: trio.CancelScope
    k: int
    steps: int = 0

    def before_task_step(self, _task: Any) -> None:
        self.steps += 1
        if self.steps == self.k:
            self.scope.cancel()


async def live_and_be_cancelled(k: int) -> bool:
    """Cancel a busy monitor at its k-th step; then start another one, and judge what is left."""
    stage = Stage(Journal())
    roles = [up, broken, hanging, in_turn(up, down), degraded]
    tasks = [
        stage.add(f"t{number}", role, interval_s=10.0, timeout_s=3.0)
        for number, role in enumerate(roles)
    ]
    scope = trio.CancelScope()
    instrument = CancelAtStep(scope, k)
    trio.lowlevel.add_instrument(instrument)
    with scope:
        async with stage.running(max_errors=2) as app:
            await trio.sleep(4)
            stage.store.go_away()
            await trio.sleep(10)
            stage.store.come_back()
            await stage.edit(tasks[0], attempts=2)
            app.reconcile.hint()
            await trio.sleep(3)
    trio.lowlevel.remove_instrument(instrument)
    assert ({}, []) == (stage.store.open_sessions, stage.store.clashes)
    stage.store.come_back()
    async with stage.running(max_errors=2):
        await trio.sleep_until(80)
    for task in tasks:
        judge_task(stage.store, stage.store.tables.tasks[task.id], at(80), max_errors=2)
    return scope.cancelled_caught


def test_cancelled_at_any_step_it_leaves_no_session_and_the_next_process_goes_on() -> None:
    k, cancelled = 1, True
    while cancelled:
        cancelled = trio.run(live_and_be_cancelled, k, clock=MockClock(autojump_threshold=0))
        k += 13
    assert 400 <= k
