"""The whole engine on virtual time: what does not look in time is found, told and put right."""

from collections.abc import Awaitable, Callable

import pytest
import trio
from trio.testing import MockClock

from monitor.app import App
from monitor.core.model import GapReason, Lifecycle, Reason, Recovery, Result, Status
from monitor.core.units import parse_duration
from monitor.engine.beat import Beat
from tests.core.judge import judge_task
from tests.core.scene import Stage, at, hanging, in_turn, since_start_s, taking, up

PHASE_S = 37.082039
"""Where in a minute the slots of task 1 lie."""


def stuck(seconds: float) -> Callable[[], Awaitable[Result]]:
    """Hang where nobody can cancel, as a driver in C or a forgotten shield does."""

    async def role() -> Result:
        with trio.CancelScope(shield=True):
            await trio.sleep(seconds)
        return await up()

    return role


async def dead_beat(_beat: Beat) -> None:
    await trio.sleep_forever()


async def test_in_a_sound_monitor_the_auditor_finds_nothing(
    stage: Stage, autojump_clock: MockClock
) -> None:
    for number in range(20):
        stage.add(f"t{number}", hanging if number % 5 == 0 else up, interval_s=30.0)
    async with stage.running() as app:
        await trio.sleep(900)
        assert (0, 0) == (app.auditor.stalls, app.auditor.overdue)
    assert [] == stage.journal.of("task.stalled") + stage.journal.of("system.storm")


async def test_a_child_that_cannot_be_cancelled_is_found_told_and_replaced(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task, other = stage.add("shop", in_turn(up, stuck(200.0), up)), stage.add("other")
    async with stage.running() as app:
        await trio.sleep_until(60)
        assert 1 == app.auditor.stalls
        await trio.sleep_until(PHASE_S + 199)
        assert 2 == len(stage.targets["shop"].looked_s)
        await trio.sleep_until(400)
        assert app.auditor.stalls == len(stage.journal.of("task.stalled"))
        child = app.fleet.child(task.id)
        assert child is not None
        assert 2 == child.incarnations
    first, *again = stage.journal.of("task.stalled")
    assert "looking" == first.fields["doing"]
    assert pytest.approx(58, abs=1) == first.at_s
    assert pytest.approx(10.5, abs=0.5) == parse_duration(first.fields["late"])
    assert pytest.approx([128.5, 199], abs=2) == [line.at_s for line in again]
    assert {task.id} == {event.task_id for event in stage.events("task.stalled")}
    assert pytest.approx(PHASE_S + 200, abs=0.1) == stage.targets["shop"].looked_s[2]
    assert {Status.UP} == {look.result.status for look in stage.looks(task)}
    judge_task(stage.store, task, at(400))
    judge_task(stage.store, other, at(400))
    assert [(GapReason.STALLED, 3)] == [(gap.reason, gap.slots) for gap in stage.gaps(task)]


@pytest.mark.parametrize("change", ["pause", "remove"])
async def test_a_stuck_child_that_is_no_longer_wanted_does_not_come_back(
    change: str, stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", in_turn(up, stuck(100.0), up))
    async with stage.running() as app:
        await trio.sleep_until(PHASE_S + 1)
        if change == "pause":
            await stage.edit(task, paused=True)
        else:
            await stage.operate(lambda session: session.remove(task.id))
        await trio.sleep_until(400)
        assert [] == app.fleet.children
    assert 2 == len(stage.targets["shop"].looked_s)


@pytest.mark.parametrize("tasks", [1, 5, 40])
async def test_when_nobody_is_woken_any_more_the_auditor_wakes_them(
    tasks: int, stage: Stage, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Beat, "run", dead_beat)
    stored = [stage.add(f"t{number}") for number in range(tasks)]
    async with stage.running() as app:
        await trio.sleep_until(600)
        assert 9 * tasks <= app.auditor.stalls
        assert {1} == {child.incarnations for child in app.fleet.children}
    for task in stored:
        judge_task(stage.store, task, at(600))
        assert 8 <= len(stage.looks(task))
        late_s = [(one.looked_at - one.slot_at).total_seconds() for one in stage.looks(task)]
        assert 20 >= max(late_s)
    assert (1 if tasks > 10 else 0) == len(stage.journal.of("system.storm"))


async def test_a_beat_that_is_dead_for_a_while_loses_no_slot(
    stage: Stage, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = stage.add("shop", interval_s=10.0)
    original = Beat.run

    async def failing(beat: Beat) -> None:
        with trio.move_on_after(100):
            await original(beat)
        monkeypatch.setattr(Beat, "run", original)
        raise RuntimeError("the alarm broke")

    monkeypatch.setattr(Beat, "run", failing)
    async with stage.running():
        await trio.sleep_until(200)
    judge_task(stage.store, task, at(200))
    assert [] == stage.gaps(task)
    assert ["beat"] == [line.fields["organ"] for line in stage.journal.of("system.error")]


async def test_a_task_in_the_store_that_nobody_runs_is_found(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async with stage.running():
        await trio.sleep(100)
        revision = stage.store.tables.revision
        task = stage.add("lost")
        stage.store.tables.revision = revision
        await trio.sleep(100)
        assert 1 <= len(stage.targets["lost"].looked_s)
    assert {task.id} == {line.fields["task"] for line in stage.journal.of("task.unwatched")}


async def test_what_nobody_watched_is_not_said_to_have_been_paused(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("lost", interval_s=10.0)
    async with stage.running() as app:
        await trio.sleep_until(100)
        app.fleet.stop(task.id)
        await trio.sleep_until(400)
    assert [GapReason.STALLED] == [gap.reason for gap in stage.gaps(task)]
    judge_task(stage.store, task, at(400))


async def test_who_rests_by_right_is_not_found(stage: Stage, autojump_clock: MockClock) -> None:
    paused = stage.add("paused", paused=True)
    failed = stage.add("failed")
    stage.store.tables.recoveries[failed.id] = Recovery(
        lifecycle=Lifecycle.FAILED, attempts=10, retry_at=at(50_000)
    )
    async with stage.running() as app:
        await trio.sleep(200)
        assert (0, 0) == (app.auditor.stalls, app.auditor.overdue)
    assert [] == stage.looks(paused) + stage.looks(failed)
    assert [] == stage.journal.of("task.unwatched")


async def test_while_the_database_is_behind_it_is_not_asked_who_is_overdue(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("shop")
    async with stage.running():
        await trio.sleep_until(100)
        stage.store.go_away()
        await trio.sleep_until(400)
        stage.store.come_back()
        await trio.sleep_until(500)
    assert [] == stage.journal.of("task.unwatched")


async def test_a_result_of_a_time_when_our_loop_stood_still_is_taken_again_not_believed(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    target = stage.targets["shop"]

    async def stand_still() -> Result:
        target.role = up
        await trio.sleep(1)
        autojump_clock.jump(12.0)
        await trio.sleep_forever()
        raise AssertionError("unreachable")

    async with stage.running():
        await trio.sleep_until(50)
        target.role = stand_still
        await trio.sleep_until(300)
    tainted, again = stage.looks(task)[2:4]
    assert (Status.UNKNOWN, Reason.LOOP_LAG) == (tainted.result.status, tainted.result.reason)
    assert pytest.approx(PHASE_S + 60 + 13 + 1, abs=0.1) == since_start_s(again.looked_at)
    shown = [change.after for change in stage.transitions(task)]
    assert [Status.UP, Status.UNKNOWN, Status.UP] == shown
    assert 1 == len(stage.journal.of("loop.lagged"))
    assert [] == stage.journal.of("task.error")
    judge_task(stage.store, task, at(300))


async def test_a_good_result_of_such_a_time_is_believed(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", taking(9.0))

    async with stage.running():
        await trio.sleep_until(PHASE_S + 5)
        autojump_clock.jump(3.5)
        await trio.sleep_until(60)
    assert [Status.UP, Status.UP] == [look.result.status for look in stage.looks(task)]


@pytest.mark.parametrize("tasks", [3, 40])
async def test_a_loop_that_stood_still_for_half_a_minute_accuses_nobody(
    tasks: int, stage: Stage, autojump_clock: MockClock
) -> None:
    stored = [stage.add(f"t{number}") for number in range(tasks)]
    async with stage.running() as app:
        await trio.sleep_until(100)
        autojump_clock.jump(30.0)
        await trio.sleep_until(300)
        assert 0 == app.auditor.stalls
    assert [] == stage.journal.of("task.stalled") + stage.journal.of("system.storm")
    for task in stored:
        judge_task(stage.store, task, at(300))


async def test_when_many_are_stuck_at_once_nobody_is_replaced_and_it_is_told_once(
    stage: Stage, autojump_clock: MockClock
) -> None:
    tasks = [stage.add(f"t{number}", stuck(100.0)) for number in range(20)]
    async with stage.running() as app:
        await trio.sleep_until(60)
        assert (20, 0) == (app.auditor.overdue, app.auditor.stalls)
        for target in stage.targets.values():
            target.role = up
        await trio.sleep_until(300)
        assert 0 == app.auditor.overdue
        assert {1} == {child.incarnations for child in app.fleet.children}
    assert 1 == len(stage.journal.of("system.storm"))
    assert [20] == [event.data["children"] for event in stage.events("system.storm")]
    for task in tasks:
        judge_task(stage.store, task, at(300))


async def reports(app: App) -> dict[str, float]:
    await trio.sleep(3)
    return app.figures()


async def test_the_figures_tell_how_we_are(stage: Stage, autojump_clock: MockClock) -> None:
    for number in range(3):
        stage.add(f"t{number}")
    async with stage.running() as app:
        figures = await reports(app)
        (node,) = stage.store.tables.nodes.values()
        assert (3, 3, 3 + 5) == (figures["tasks"], figures["looks"], figures["open_sessions"])
        assert 3 == node.figures["tasks"]
        assert {"task 1", "task 2", "task 3"} <= set(node.sessions or {})
    (node,) = stage.store.tables.nodes.values()
    assert ({}, node.beat_at) == (node.sessions, node.stopped_at)
