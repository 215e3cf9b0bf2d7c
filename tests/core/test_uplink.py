"""The whole engine on virtual time: our own uplink goes and comes; no target is blamed for it."""

from collections.abc import Awaitable, Callable

import pytest
import trio
from trio.testing import MockClock

from monitor.core.model import Lifecycle, Reason, Result, Status
from monitor.core.probing import TargetDown, Trace
from monitor.engine.alarm import Alarm
from monitor.engine.alerts import Alerts
from monitor.engine.beat import Beat
from monitor.engine.outage import Outage
from monitor.engine.recorder import Recorder
from monitor.engine.uplink import ANCHOR_S, FRESH_S, Uplink
from tests.core.judge import judge_task
from tests.core.network import BAD, GOOD, OURS, Network, add, anchor, seen, told
from tests.core.scene import Stage, down, hanging, in_turn, taking, up

PHASE_S = 37.082039
"""Where in a minute the slots of task 1 lie."""

INTERVAL_S = 5.0
"""How often anchors are asked while the uplink is lost, unless it is set."""


async def test_without_anchors_every_look_is_believed(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = add(stage, "shop", down)
    async with stage.running():
        await trio.sleep(1)
    assert [BAD] == seen(stage, task)
    assert [] == told(stage)


async def test_while_looks_go_well_no_anchor_is_asked(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = add(stage, "shop", up)
    asked = anchor(stage, up)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep_until(300)
    assert [] == asked.looked_s
    assert {GOOD} == set(seen(stage, task))


async def test_when_an_anchor_answers_the_target_is_to_blame(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = add(stage, "shop", down)
    anchor(stage, hanging, "silent")
    answering = anchor(stage, taking(0.5), "answering")
    async with stage.running(anchors=("silent", "answering")):
        await trio.sleep_until(10)
    assert [BAD] == seen(stage, task)
    assert [0.0] == answering.looked_s
    (change,) = stage.transitions(task)
    assert Status.DOWN is change.after
    assert [] == told(stage)


async def test_when_no_anchor_answers_it_is_us_told_once_and_its_end_too(
    stage: Stage, autojump_clock: MockClock
) -> None:
    network = Network()
    task = add(stage, "shop", network.reach)
    asked = anchor(stage, network.reach)
    async with stage.running(anchors=("anchor",)) as app:
        await trio.sleep_until(PHASE_S + 30)
        network.there = False
        await trio.sleep_until(PHASE_S + 150)
        assert OURS == stage.watched(task).shown
        assert app.uplink.lost
        network.there = True
        await trio.sleep_until(PHASE_S + 170)
        assert GOOD == stage.watched(task).shown
        assert 1 == app.figures()["uplink_outages"]
        now = stage.clock.now()
    assert [GOOD, GOOD, OURS, OURS, GOOD] == seen(stage, task)
    lost_s = PHASE_S + 60 + 10 + ANCHOR_S
    assert [lost_s - ANCHOR_S, lost_s + INTERVAL_S] == pytest.approx(asked.looked_s[:2])
    (lost,), (back,) = stage.events("uplink.lost"), stage.events("uplink.back")
    (lost_line,), (back_line,) = stage.journal.of("uplink.lost"), stage.journal.of("uplink.back")
    assert pytest.approx(lost_s) == lost_line.at_s
    assert "anchor: no answer within 3 s, in phase connect" == lost.detail
    # Asked every 5 s, each time for 3 s: the tenth such question is the first after the network.
    back_s = lost_s + 10 * (INTERVAL_S + ANCHOR_S) - ANCHOR_S
    assert pytest.approx(back_s) == back_line.at_s
    assert pytest.approx(back_s - lost_s) == back.data["away_s"]
    assert 1 == back.data["tasks"]
    assert pytest.approx(back_s) == stage.targets["shop"].looked_s[-1]
    state = stage.watched(task).state
    assert (Status.UP, 0, 0) == (state.standing, state.incidents, state.consecutive_errors)
    assert [] == stage.events("task.error")
    judge_task(stage.store, task, now)


async def test_what_was_not_believed_says_so_and_what_was_seen(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = add(stage, "shop", down)
    anchor(stage, down)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep(1)
    (look,) = stage.looks(task)
    told = "not believed, our own uplink was lost meanwhile: connection refused"
    assert (told, "connect") == (look.result.detail, look.result.phase)


async def test_an_outage_already_confirmed_stays_open_behind_our_own(
    stage: Stage, autojump_clock: MockClock
) -> None:
    network = Network()

    async def dead() -> Result:
        await network.reach()
        raise TargetDown("connection refused")

    task = add(stage, "shop", dead)
    anchor(stage, network.reach)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep_until(1)
        network.there = False
        await trio.sleep_until(PHASE_S + 30)
        assert OURS == stage.watched(task).shown
        assert Status.DOWN is stage.watched(task).state.standing
        network.there = True
        await trio.sleep_until(PHASE_S + 60)
        assert BAD == stage.watched(task).shown
    assert 1 == len(stage.store.tables.incidents)


async def test_a_thousand_looks_that_fail_together_cause_one_question(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async def die_with_the_others() -> Result:
        await trio.sleep_until(30)
        raise TargetDown("connection reset by peer")

    tasks = [
        add(stage, f"shop {k}", die_with_the_others, interval_s=86_400.0, timeout_s=60.0)
        for k in range(1000)
    ]
    asked = anchor(stage, hanging)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep_until(30 + ANCHOR_S + 1)
    assert [30.0] == asked.looked_s
    assert {(OURS,)} == {tuple(seen(stage, task)) for task in tasks}
    assert 1 == len(stage.events("uplink.lost"))


async def test_once_the_loss_is_known_no_look_waits_for_an_anchor(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = add(stage, "shop", down)
    anchor(stage, hanging)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep_until(PHASE_S + 0.5)
        first, second = (look.result for look in stage.looks(task))
    assert [(Reason.UPLINK, 0.0)] * 2 == [(one.reason, one.duration_s) for one in (first, second)]
    changes = [line.at_s for line in stage.journal.of("status.changed")]
    assert pytest.approx([ANCHOR_S]) == changes


async def test_an_answer_stands_for_a_second(stage: Stage, autojump_clock: MockClock) -> None:
    asked = anchor(stage, up)
    uplink = lone_uplink(stage, asked.probe)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink.run)
        for wait_s in (0.0, 0.5, FRESH_S, 0.4):
            await trio.sleep(wait_s)
            assert not await uplink.to_blame(1, trio.current_time())
        nursery.cancel_scope.cancel()
    assert [0.0, 1.5] == pytest.approx(asked.looked_s)


async def test_one_who_gives_up_asking_does_not_end_the_question(
    stage: Stage, autojump_clock: MockClock
) -> None:
    uplink = lone_uplink(stage, anchor(stage, hanging).probe)
    verdicts: list[tuple[float, bool]] = []

    async def ask() -> None:
        verdicts.append((trio.current_time(), await uplink.to_blame(2, 0.0)))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink.run)
        with trio.move_on_after(1.0) as impatient:
            nursery.start_soon(ask)
            await uplink.to_blame(1, 0.0)
        await trio.sleep_until(ANCHOR_S + 0.1)
        nursery.cancel_scope.cancel()
    assert impatient.cancelled_caught
    assert [(0.0, True)] == verdicts


async def test_if_nobody_asks_the_anchors_the_target_is_believed_in_the_end(
    stage: Stage, autojump_clock: MockClock
) -> None:
    uplink = lone_uplink(stage, anchor(stage, up).probe)
    assert not await uplink.to_blame(1, 0.0)
    assert pytest.approx(2 * ANCHOR_S) == trio.current_time()


def lone_uplink(stage: Stage, probe: Callable[[Trace], Awaitable[Result]]) -> Uplink:
    """Make a gate without an engine around it."""
    recorder = Recorder(stage.store, stage.clock, Outage(stage.clock))
    return Uplink(
        clock=stage.clock,
        beat=Beat(stage.clock),
        recorder=recorder,
        alarm=Alarm(Alerts(recorder.keep), stage.clock),
        anchors={"anchor": probe},
        interval_s=INTERVAL_S,
    )


async def test_without_a_route_the_children_are_not_worn_out_by_errors(
    stage: Stage, autojump_clock: MockClock
) -> None:
    network = Network(there=False, silent=False)
    task = add(stage, "shop", network.reach)
    anchor(stage, network.reach)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep_until(PHASE_S + 10 * 60 + 1)
        watched = stage.watched(task)
        assert (Lifecycle.RUNNING, 0) == (watched.recovery.lifecycle, watched.recovery.attempts)
        network.there = True
        await trio.sleep(INTERVAL_S + 1)
        assert GOOD == stage.watched(task).shown
    assert [OURS] * 12 + [GOOD] == seen(stage, task)
    assert [] == stage.events("task.error")


async def test_a_look_that_fails_after_the_loss_it_began_in_is_taken_again_at_once(
    stage: Stage, autojump_clock: MockClock
) -> None:
    """The loss is known at 3.0 and over at 8.0; the slow look began before and fails at 9.0."""
    add(stage, "quick", down)
    slow = add(stage, "slow", in_turn(taking(9.0, down), up))
    anchor(stage, in_turn(hanging, up))
    async with stage.running(anchors=("anchor",)):
        await trio.sleep_until(12)
    assert [OURS, GOOD] == seen(stage, slow)
    assert [0.0, 10.0] == pytest.approx(stage.targets["slow"].looked_s, abs=0.1)


async def test_a_thousand_spoiled_looks_are_resumed_a_hundred_at_a_time(
    stage: Stage, autojump_clock: MockClock
) -> None:
    network = Network(there=False, silent=False)
    names = [f"shop {k}" for k in range(1000)]
    for name in names:
        add(stage, name, network.reach, interval_s=86_400.0)
    anchor(stage, network.reach)
    async with stage.running(anchors=("anchor",), anchor_interval_s=1.0):
        await trio.sleep_until(30.5)
        network.there = True
        await trio.sleep_until(33)
    (back,) = stage.journal.of("uplink.back")
    assert pytest.approx(31.0) == back.at_s
    resumed_s = [stage.targets[name].looked_s[-1] - back.at_s for name in names]
    assert pytest.approx([k // 100 * 0.1 for k in range(1000)], abs=0.001) == sorted(resumed_s)


async def test_a_task_that_was_recording_when_it_was_to_be_woken_is_woken_again(
    stage: Stage, autojump_clock: MockClock
) -> None:
    task = add(stage, "shop", in_turn(down, up))
    anchor(stage, in_turn(hanging, up))
    async with stage.running(anchors=("anchor",), anchor_interval_s=1.0):
        stage.store.takes_s = 1.5  # from 3.0 on: longer than until the end at 4.0
        await trio.sleep_until(10)
    assert [OURS, GOOD] == seen(stage, task)
    assert [0.0, ANCHOR_S + 1.0 + 0.1 + 2.0] == pytest.approx(stage.targets["shop"].looked_s)


async def test_a_monitor_that_has_lost_its_uplink_leaves_at_once(
    stage: Stage, autojump_clock: MockClock
) -> None:
    add(stage, "shop", down)
    anchor(stage, hanging)
    async with stage.running(anchors=("anchor",)):
        await trio.sleep_until(20)
    assert pytest.approx(20.0, abs=0.5) == trio.current_time()
    assert (1, 0) == (len(stage.events("uplink.lost")), len(stage.events("uplink.back")))
