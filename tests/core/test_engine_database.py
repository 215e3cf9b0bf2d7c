"""The whole engine on virtual time: the database goes and comes, and nothing is lost or doubled."""

from collections.abc import Callable, Sequence
from itertools import count, pairwise

import pytest
import trio
from trio.testing import MockClock

from monitor.app import App
from monitor.core.failures import OutcomeUnknown, StoreRefused
from monitor.core.model import Gap, GapReason, Result, Status
from monitor.core.records import LookRecord, Record
from tests.core.judge import judge_task
from tests.core.scene import Stage, at, broken, down, since_start_s, taking, up

PHASE_S = 37.082039
"""Where in a minute the slots of task 1 lie."""


def poison(*details: str) -> Callable[[Sequence[Record]], None]:
    """Refuse each record with such a detail, and with it the whole transaction."""

    def refuse(records: Sequence[Record]) -> None:
        for record in records:
            if isinstance(record, LookRecord) and record.result.detail in details:
                raise StoreRefused("value too long")

    return refuse


async def test_while_the_database_is_away_looks_go_on_and_nothing_is_lost_or_doubled(
    stage: Stage, autojump_clock: MockClock
) -> None:
    tasks = [stage.add(f"t{number}") for number in range(5)]
    async with stage.running() as app:
        await trio.sleep_until(100)
        before = len(stage.store.tables.looks)
        stage.store.go_away()
        await trio.sleep_until(400)
        stage.targets["t0"].role = down
        await trio.sleep_until(700)
        assert before == len(stage.store.tables.looks)
        assert app.recorder.behind
        assert 45 <= app.recorder.waiting
        stage.store.come_back()
        await trio.sleep_until(710)
        assert (0, False) == (app.recorder.waiting, app.recorder.behind)
        await trio.sleep_until(1000)
        assert {1} == {child.incarnations for child in app.fleet.children}
    for task in tasks:
        assert len(stage.targets[task.name].looked_s) == len(stage.looks(task))
        assert [] == stage.gaps(task)
        judge_task(stage.store, task, at(1000))
    assert Status.DOWN is stage.watched(tasks[0]).state.status
    assert pytest.approx(400, abs=60) == since_start_s(stage.transitions(tasks[0])[-1].at)
    assert 1 == len(stage.journal.of("database.lost"))
    assert 1 == len(stage.journal.of("database.back"))
    (lost,), (back,) = stage.events("database.lost"), stage.events("database.back")
    assert pytest.approx(100, abs=2) == since_start_s(lost.at)
    assert pytest.approx(700, abs=3) == since_start_s(back.at)
    assert "DatabaseAway: the server cannot be reached" == lost.detail


async def test_a_database_that_flickers_is_told_each_time(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", interval_s=10.0)
    async with stage.running() as app:
        for _ in range(3):
            await trio.sleep(100)
            stage.store.go_away()
            await trio.sleep(20)
            stage.store.come_back()
        await trio.sleep(100)
        assert 3 == app.outage.count
    assert 3 == len(stage.events("database.lost")) == len(stage.events("database.back"))
    judge_task(stage.store, task, at(460))
    assert [] == stage.gaps(task)


async def test_news_that_wait_for_their_turn_at_the_database_hold_up_no_look(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", interval_s=10.0, attempts=1)
    async with stage.running():
        await trio.sleep_until(100)
        stage.store.takes_s = 45.0
        stage.targets["shop"].role = down
        await trio.sleep_until(200)
        stage.store.takes_s = 0.0
        await trio.sleep_until(300)
    looked_s = stage.targets["shop"].looked_s
    assert {10.0} == {round(after - before) for before, after in pairwise(looked_s[1:])}
    assert Status.DOWN is stage.watched(task).state.status
    judge_task(stage.store, task, at(300))


async def test_an_outage_is_never_a_failure_of_a_target_or_a_child(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    async with stage.running():
        stage.store.go_away()
        await trio.sleep(1500)
        stage.store.come_back()
        await trio.sleep(60)
    assert {Status.UP} == {look.result.status for look in stage.looks(task)}
    assert [Status.UP] == [change.after for change in stage.transitions(task)]
    assert [] == stage.journal.of("task.error") + stage.journal.of("task.restarting")
    assert [] == stage.journal.of("task.stalled")


async def test_an_answer_that_is_lost_after_the_commit_doubles_nothing(
    stage: Stage, autojump_clock: MockClock
) -> None:
    commits = count()

    def lose(_records: Sequence[Record]) -> None:
        if next(commits) % 3 == 1:
            raise OutcomeUnknown("the connection broke")

    tasks = [stage.add(f"t{number}", broken if number == 0 else up) for number in range(3)]
    stage.store.answer = lose
    async with stage.running():
        await trio.sleep_until(PHASE_S + 60 * 4 + 1)
        stage.targets["t1"].role = down
        await trio.sleep_until(600)
    stage.store.answer = lambda _: None
    for task in tasks:
        judge_task(stage.store, task, at(600))
        assert [] == [gap for gap in stage.gaps(task) if gap.reason is not GapReason.BACKING_OFF]
    assert 1 == stage.watched(tasks[1]).state.incidents


async def test_a_record_the_database_refuses_does_not_hold_up_the_others(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async def poisoned() -> Result:
        await trio.lowlevel.checkpoint()
        return Result(status=Status.UP, detail="poison")

    stage.store.refuse = poison("poison")
    tasks = [stage.add(f"t{number}", interval_s=10.0) for number in range(10)]
    async with stage.running() as app:
        await trio.sleep_until(30)
        stage.targets["t3"].role = poisoned
        await trio.sleep_until(60)
        stage.targets["t3"].role = up
        await trio.sleep_until(100)
        assert (0, 3) == (app.recorder.waiting, app.recorder.refused)
        assert {1} == {child.incarnations for child in app.fleet.children}
    told = stage.journal.of("record.refused")
    assert [tasks[3].id] * 3 == [line.fields["task"] for line in told]
    assert "StoreRefused: value too long" == told[0].fields["error"]
    assert [] == stage.journal.of("database.lost")
    for task in tasks:
        looked = len(stage.targets[task.name].looked_s)
        assert looked - (3 if task.name == "t3" else 0) == len(stage.looks(task))


async def test_if_all_records_are_refused_the_fault_is_not_in_the_records(
    stage: Stage, autojump_clock: MockClock
) -> None:
    def refuse(records: Sequence[Record]) -> None:
        raise StoreRefused("permission denied")

    tasks = [stage.add(f"t{number}", interval_s=10.0) for number in range(10)]
    async with stage.running() as app:
        await trio.sleep_until(50)
        stage.store.refuse = refuse
        await trio.sleep_until(100)
        assert app.outage.on
        stage.store.refuse = lambda _: None
        await trio.sleep_until(150)
        assert (0, 0) == (app.recorder.waiting, app.recorder.refused)
    assert 1 == len(stage.journal.of("database.lost"))
    for task in tasks:
        judge_task(stage.store, task, at(150))
        assert [] == stage.gaps(task)


async def test_news_that_are_refused_are_dropped_and_the_task_looks_on(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.store.refuse = poison("connection refused")
    task, other = stage.add("shop"), stage.add("other", interval_s=10.0)
    async with stage.running() as app:
        await trio.sleep_until(50)
        stage.targets["shop"].role = down
        await trio.sleep_until(PHASE_S + 60 * 3 + 15)
        child = app.fleet.child(task.id)
        assert child is not None
        assert (Status.DOWN, 1) == (child.state.status, child.incarnations)
        assert (3, 0) == (app.recorder.refused, app.recorder.waiting)
    assert 5 == len(stage.targets["shop"].looked_s)
    assert {1} == {line.fields["task"] for line in stage.journal.of("record.refused")}
    judge_task(stage.store, other, at(PHASE_S + 60 * 3 + 15))


async def test_a_database_that_refuses_one_record_after_the_other_is_away(
    stage: Stage, autojump_clock: MockClock
) -> None:
    def refuse(records: Sequence[Record]) -> None:
        raise StoreRefused("read-only")

    task = stage.add("shop")
    async with stage.running() as app:
        await trio.sleep_until(50)
        stage.store.refuse = refuse
        await trio.sleep_until(300)
        assert app.outage.on
        stage.store.refuse = lambda _: None
        await trio.sleep_until(400)
        assert (0, 0) == (app.recorder.waiting, app.recorder.refused)
    (told,) = stage.journal.of("database.lost")
    assert pytest.approx(PHASE_S + 120, abs=1) == told.at_s
    judge_task(stage.store, task, at(400))
    assert [] == stage.gaps(task)


async def test_when_memory_is_full_ordinary_results_go_first_and_are_booked(
    stage: Stage, autojump_clock: MockClock
) -> None:
    tasks = [stage.add(f"t{number}") for number in range(4)]
    async with stage.running() as app:
        app.recorder.kept = 20
        await trio.sleep_until(100)
        stage.store.go_away()
        await trio.sleep_until(1500)
        assert 20 == app.recorder.waiting
        stage.targets["t0"].role = down
        await trio.sleep_until(1560)
        assert 21 == app.recorder.waiting
        await trio.sleep_until(2000)
        stage.store.come_back()
        await trio.sleep_until(2100)
    for task in tasks[1:]:
        gap = stage.gaps(task)[-1]
        assert GapReason.DATABASE_LOST is gap.reason
        assert 24 <= gap.slots <= 28
        judge_task(stage.store, task, at(2100))
    assert [Status.UP, Status.DOWN] == [one.after for one in stage.transitions(tasks[0])]
    looks = stage.looks(tasks[0])
    assert 1500 <= since_start_s(next(o.slot_at for o in looks if o.result.status is Status.DOWN))
    assert lost_slots(stage.gaps(tasks[0])) + len(looks) >= 2000 // 60


def lost_slots(gaps: Sequence[Gap]) -> int:
    return sum(gap.slots for gap in gaps if gap.reason is GapReason.DATABASE_LOST)


async def test_a_gap_of_a_dropped_result_is_not_lost_with_it(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop", taking(130.0), timeout_s=150.0)
    async with stage.running() as app:
        app.recorder.kept = 2
        await trio.sleep_until(140)
        stage.store.go_away()
        await trio.sleep_until(3000)
        stage.store.come_back()
        await trio.sleep_until(3140)
    judge_task(stage.store, task, at(3140))


async def test_a_monitor_that_starts_while_the_database_is_away_waits_for_it(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = stage.add("shop")
    async with stage.running():
        await trio.sleep_until(50)
    stage.store.go_away()
    await trio.sleep_until(100)

    async def repair() -> None:
        await trio.sleep_until(500)
        stage.store.come_back()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(repair)
        async with stage.running():
            assert 500 <= trio.current_time() <= 502
            await trio.sleep_until(600)
    (gap,) = stage.gaps(task)
    assert GapReason.MONITOR_DOWN is gap.reason
    judge_task(stage.store, task, at(600))


async def test_news_go_at_once_and_by_themselves_the_ordinary_in_groups(
    stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("news", broken)
    for number in range(10):
        stage.add(f"t{number}")
    async with stage.running():
        await trio.sleep(5)
    by_owner = {owner: size for _, owner, size in stage.store.commits}
    assert 1 == by_owner["task 1"]
    assert ["recorder"] * 3 >= [owner for _, owner, _ in stage.store.commits if owner != "task 1"]
    assert 5 <= by_owner["recorder"]


@pytest.mark.parametrize("trouble", ["crowded", "behind"])
async def test_news_join_the_group_while_the_database_is_crowded_or_behind(
    trouble: str, stage: Stage, autojump_clock: MockClock
) -> None:
    stage.add("news", broken)
    if trouble == "crowded":
        stage.store.crowded = True
    async with stage.running() as app:
        app.recorder.behind = trouble == "behind"
        await trio.sleep(5)
    assert {"recorder"} == {owner for _, owner, _ in stage.store.commits}


@pytest.mark.parametrize("organ", ["recorder", "reconcile", "auditor", "presence", "beat"])
async def test_an_organ_that_crashes_is_back_soon_and_no_task_notices(
    organ: str, stage: Stage, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = [stage.add(f"t{number}", interval_s=10.0) for number in range(5)]
    methods = {
        "recorder": "_write",
        "reconcile": "_apply",
        "auditor": "_audit_children",
        "presence": "beat",
        "beat": "_end",
    }

    def break_once(app: App) -> None:
        part = getattr(app, organ)
        original = getattr(type(part), methods[organ])
        broken_once = False

        def breaking(*args: object) -> object:
            nonlocal broken_once
            if trio.current_time() >= 20 and not broken_once:
                broken_once = True
                raise RuntimeError("an organ failed")
            return original(*args)

        monkeypatch.setattr(type(part), methods[organ], breaking)

    async with stage.running() as app:
        break_once(app)
        await trio.sleep_until(25)
        app.reconcile.doubt()
        await trio.sleep_until(100)
        assert {1} == {child.incarnations for child in app.fleet.children}
    (told,) = stage.journal.of("system.error")
    assert (organ, "RuntimeError: an organ failed") == (told.fields["organ"], told.fields["error"])
    for task in tasks:
        judge_task(stage.store, task, at(100))
        assert [] == stage.gaps(task)
