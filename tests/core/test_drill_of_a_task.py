"""Exercises with a task's own child: it fails, is started again, and nobody thinks ill of it."""

from collections.abc import Callable
from datetime import datetime

import pytest
import trio
from trio.testing import MockClock

from monitor.app import App
from monitor.core.drills import LATE_S, MISSED_S
from monitor.core.model import (
    Event,
    GapReason,
    Lifecycle,
    Recovery,
    RequestKind,
    Status,
    Task,
)
from tests.core.inbox import open_inbox
from tests.core.scene import Stage, broken, down, hanging, in_turn, since_start_s, taking, up

KINDS = ("drill.started", "drill.recovered", "drill.missed", "drill.refused", "drill.cut_short")


def steps(stage: Stage) -> list[tuple[float, str]]:
    """Return the stored steps of exercises, in order, by the second."""
    found = sorted((one.at, kind) for kind in KINDS for one in stage.events(kind))
    return [(int(since_start_s(at)), kind) for at, kind in found]


def end(stage: Stage, kind: str = "drill.recovered") -> Event:
    """Return the only end of an exercise."""
    [event] = [one for kind in KINDS[1:] for one in stage.events(kind)]
    assert kind == event.kind
    return event


async def ask(stage: Stage, task: Task) -> None:
    await stage.ask(task, RequestKind.DRILL)


async def test_the_child_fails_is_started_again_and_looks_at_once(
    stage: Stage, autojump_clock: MockClock
) -> None:
    shop = stage.add("shop", interval_s=3600.0)
    async with stage.running() as app:
        await trio.sleep_until(100)
        looked = len(stage.looks(shop))
        await ask(stage, shop)
        await trio.sleep_until(120)
        assert looked + 1 == len(stage.looks(shop))
        [child] = app.fleet.children
        assert (2, 0) == (child.incarnations, child.restarts), "who watches restarts is not called"
        assert child.fall is None
    event = end(stage)
    assert shop.id == event.task_id
    assert not event.data["late"]
    assert 1 <= event.data["took_s"] < 2
    assert [shop.id] == [line.fields["task"] for line in stage.journal.of("drill.recovered")]


async def test_its_session_is_closed_and_another_one_opened(
    stage: Stage, autojump_clock: MockClock
) -> None:
    shop = stage.add("shop")
    async with stage.running() as app:
        await trio.sleep_until(30)
        before = app.store.open_sessions[f"task {shop.id}"].opened_at
        await ask(stage, shop)
        await trio.sleep_until(40)
        after = app.store.open_sessions[f"task {shop.id}"].opened_at
    data = end(stage).data
    assert (before, after) == (
        datetime.fromisoformat(data["former_session_opened_at"]),
        datetime.fromisoformat(data["session_opened_at"]),
    )
    assert before < after


async def test_nobody_hears_that_the_target_or_the_task_is_not_well(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    shop = stage.add("shop", interval_s=10.0)
    async with stage.running():
        await trio.sleep_until(30)
        await ask(stage, shop)
        await trio.sleep_until(300)
    assert [] == inbox.told()
    assert {Status.UP} == {look.result.status for look in stage.looks(shop)}
    assert [Status.UP] == [one.after for one in stage.transitions(shop)]
    for event in ("task.restarting", "task.restarted", "task.recovered", "task.error"):
        assert [] == stage.journal.of(event)
        assert [] == stage.events(event)


async def test_no_attempt_is_spent(stage: Stage, autojump_clock: MockClock) -> None:
    shop = stage.add("shop", in_turn(*[broken] * 5, up), interval_s=10.0)
    async with stage.running() as app:
        await trio.sleep_until(200)  # has failed by itself once, and is back
        [child] = app.fleet.children
        before = stage.watched(shop).recovery
        assert 1 == before.attempts
        for _ in range(3):
            await ask(stage, shop)
            await trio.sleep(20)
        assert before == child.recovery == stage.watched(shop).recovery
        await trio.sleep(700)
        assert Recovery() == child.recovery
    assert 3 == len(stage.events("drill.recovered"))


async def test_the_next_failure_of_its_own_is_the_next_attempt(
    stage: Stage, autojump_clock: MockClock
) -> None:
    shop = stage.add("shop", in_turn(*[broken] * 5, up), interval_s=10.0)
    async with stage.running():
        await trio.sleep_until(200)  # has failed by itself once, and is back
        for _ in range(3):
            await ask(stage, shop)
            await trio.sleep(20)
        stage.targets["shop"].role = broken
        await trio.sleep(60)
        recovery = stage.watched(shop).recovery
    assert (Lifecycle.BACKOFF, 2) == (recovery.lifecycle, recovery.attempts)


async def test_a_look_in_flight_is_lost_and_its_slot_looked_at_after_the_restart(
    stage: Stage, autojump_clock: MockClock
) -> None:
    shop = stage.add("shop", in_turn(up, taking(8.0)), interval_s=60.0)
    async with stage.running():
        await trio.sleep_until(70)
        [planned_at] = [one.state.next_check_at for one in [stage.watched(shop)]]
        assert planned_at is not None
        await trio.sleep_until(since_start_s(planned_at) + 2)
        await ask(stage, shop)
        await trio.sleep(30)
    assert [planned_at] == [one.slot_at for one in stage.looks(shop) if one.slot_at >= planned_at]
    assert [] == [gap for gap in stage.gaps(shop) if gap.from_at >= planned_at]


async def test_slots_that_pass_meanwhile_are_booked(
    stage: Stage, autojump_clock: MockClock
) -> None:
    shop = stage.add("shop", interval_s=0.2, timeout_s=0.1)
    async with stage.running():
        await trio.sleep_until(30)
        await ask(stage, shop)
        await trio.sleep_until(40)
    assert {GapReason.BACKING_OFF} == {gap.reason for gap in stage.gaps(shop)}
    assert sum(gap.slots for gap in stage.gaps(shop)) in (4, 5)


async def test_a_target_that_is_down_does_not_make_the_recovery_unsound(
    stage: Stage, autojump_clock: MockClock
) -> None:
    shop = stage.add("shop", down)
    async with stage.running():
        await trio.sleep_until(100)
        await ask(stage, shop)
        await trio.sleep_until(110)
    assert not end(stage).data["late"]


@pytest.mark.parametrize(("timeout_s", "interval_s"), [(1.0, 8.0), (20.0, 25.0)])
async def test_a_recovery_is_late_after_the_limit_and_the_timeout_of_a_look(
    stage: Stage, autojump_clock: MockClock, timeout_s: float, interval_s: float
) -> None:
    inbox = open_inbox(stage)
    role = in_turn(up, broken, broken, up)
    shop = stage.add("shop", role, timeout_s=timeout_s, interval_s=interval_s)
    async with stage.running():
        await trio.sleep_until(1)
        await ask(stage, shop)
        await trio.sleep_until(60)
    assert end(stage).data["late"]
    assert LATE_S + timeout_s < end(stage).data["took_s"]
    assert ["drill shop system"] == [what for _, what in inbox.told()]
    assert "the child of task 'shop' recovered late" in inbox.taken[0].message.first.detail


async def test_a_slow_target_makes_no_recovery_late(
    stage: Stage, autojump_clock: MockClock
) -> None:
    shop = stage.add("shop", in_turn(up, taking(15.0)), timeout_s=20.0)
    async with stage.running():
        await trio.sleep_until(1)
        await ask(stage, shop)
        await trio.sleep_until(60)
    assert not end(stage).data["late"]
    assert LATE_S + 10 < end(stage).data["took_s"]


async def test_a_recovery_that_never_comes_is_told_and_a_good_one_ends_it(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    shop = stage.add("shop", in_turn(up, *[broken] * 4, up), interval_s=60.0, timeout_s=10.0)
    async with stage.running() as app:
        await trio.sleep_until(1)
        await ask(stage, shop)
        await trio.sleep_until(60)
        assert MISSED_S + 10 == int(end(stage, "drill.missed").data["took_s"])
        assert app.fleet.children[0].fall is None
        await trio.sleep_until(300)
        await ask(stage, shop)
        await trio.sleep_until(320)
    assert ["drill shop system", "drill shop system_over"] == [what for _, what in inbox.told()]


async def test_a_target_that_hangs_is_given_its_timeout(
    stage: Stage, autojump_clock: MockClock
) -> None:
    shop = stage.add("shop", in_turn(up, hanging), timeout_s=60.0, interval_s=120.0)
    async with stage.running():
        await trio.sleep_until(1)
        await ask(stage, shop)
        await trio.sleep_until(100)
    assert not end(stage).data["late"]
    assert Status.DOWN is stage.looks(shop)[-1].result.status


async def backs_off(stage: Stage) -> Task:
    return stage.add("shop", broken, interval_s=1.0, timeout_s=0.5)


async def is_paused(stage: Stage) -> Task:
    return stage.add("shop", paused=True)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (backs_off, "task 'shop' is not being looked at (backoff: TooManyErrors: 5 own errors"),
        (is_paused, "is not watched: it is paused, or not there"),
    ],
)
async def test_who_is_not_looked_at_is_not_made_to_fail(
    stage: Stage, autojump_clock: MockClock, given: Callable[[Stage], object], why: str
) -> None:
    shop = await given(stage)  # type: ignore[misc]
    async with stage.running():
        await trio.sleep_until(20)
        before = stage.watched(shop).recovery
        await ask(stage, shop)
        await trio.sleep_until(30)
        assert before == stage.watched(shop).recovery
    assert why in end(stage, "drill.refused").detail
    assert [] == stage.store.tables.requests


async def pause(stage: Stage, shop: Task) -> None:
    await stage.edit(shop, paused=True)


async def edit(stage: Stage, shop: Task) -> None:
    await stage.edit(shop, attempts=2)


async def test_pausing_in_the_midst_ends_the_exercise(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    shop = stage.add("shop", in_turn(up, taking(8.0)))
    async with stage.running():
        await trio.sleep_until(1)
        await ask(stage, shop)
        await trio.sleep_until(5)
        await pause(stage, shop)
        await trio.sleep_until(100)
    assert "task 'shop' was paused or removed meanwhile" == end(stage, "drill.refused").detail
    assert [] == inbox.told()


async def test_an_edit_in_the_midst_does_not_harm(stage: Stage, autojump_clock: MockClock) -> None:
    shop = stage.add("shop", in_turn(up, taking(2.0)))
    async with stage.running() as app:
        await trio.sleep_until(1)
        await ask(stage, shop)
        await trio.sleep_until(2.5)
        await edit(stage, shop)
        await trio.sleep_until(100)
        assert 2 == app.fleet.children[0].task.attempts
    assert not end(stage).data["late"]


async def test_what_is_asked_in_the_first_moment_is_carried_out(
    stage: Stage, autojump_clock: MockClock
) -> None:
    for name in ("shop", "cart", "blog"):
        stage.add(name)
    tasks = [*stage.store.tables.tasks.values()]
    for task in tasks:
        await ask(stage, task)
    async with stage.running():
        await trio.sleep_until(20)
    assert [one.id for one in tasks] == [one.task_id for one in stage.events("drill.recovered")]


async def test_who_just_waits_for_its_first_look_can_be_made_to_fail(
    stage: Stage, autojump_clock: MockClock
) -> None:
    shop = stage.add("shop", interval_s=3600.0)
    async with stage.running() as app:
        [child] = app.fleet.children
        child.stagger_s = 1800.0
        await app.drill.exercise(shop.id)
    assert not end(stage).data["late"]


# --- wishes -------------------------------------------------------------------------------------


async def a_wish(stage: Stage, app: App) -> None:
    """Read the wish of the database as a process would that dies before it has begun."""
    app.reconcile.drill = lambda _request: None
    await stage.operate(lambda session: session.request(0, RequestKind.DRILL))
    await trio.sleep(5)


async def test_what_a_process_took_up_and_did_not_begin_the_next_one_does(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async with stage.running() as app:
        await a_wish(stage, app)
        assert [] == steps(stage)
    async with stage.running():
        await trio.sleep(5)
        assert ["drill.started", "drill.recovered"] == [kind for _, kind in steps(stage)]
    async with stage.running():
        await trio.sleep(5)
    assert 2 == len(steps(stage))


async def test_what_was_begun_is_not_begun_again_but_told_to_be_cut_short(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async with stage.running():
        await stage.operate(lambda session: session.request(0, RequestKind.DRILL))
        await trio.sleep_until(1.5)
        assert ["drill.started"] == [kind for _, kind in steps(stage)]
    for _ in range(2):
        async with stage.running():
            await trio.sleep(5)
    assert ["drill.started", "drill.cut_short"] == [kind for _, kind in steps(stage)]
    [begun], [cut] = stage.events("drill.started"), stage.events("drill.cut_short")
    assert begun.data["wishes"] == cut.data["wishes"]


async def test_wishes_to_look_and_to_resume_are_answered_too(
    stage: Stage, autojump_clock: MockClock
) -> None:
    shop = stage.add("shop", interval_s=3600.0)
    async with stage.running():
        await trio.sleep_until(10)
        await stage.ask(shop, RequestKind.RESUME)
        await trio.sleep_until(15)
        await stage.ask(shop, RequestKind.LOOK)
        await trio.sleep_until(20)
        assert [] == stage.store.tables.requests
        assert 2 <= len(stage.looks(shop))
