"""The whole engine on virtual time: who is told what, when, and how often."""

from datetime import timedelta

import attrs
import trio
from trio.testing import MockClock

from monitor.core.alerts.alerting import (
    Acknowledgement,
    AlertingChange,
    Maintenance,
    Selector,
    Silence,
)
from monitor.core.alerts.notices import ChannelSpec, NoticeState
from monitor.core.model import AlertPolicy, Escalation, Status
from tests.core.inbox import BOSS, open_inbox, say, shop, state_of
from tests.core.scene import EXACT, Stage, at, broken, degraded, down, in_turn, up


async def test_an_outage_is_told_once_and_its_end_too(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    task = shop(stage, up, down, down, down, up, up, up, attempts=2, recovery_confirmations=2)
    async with stage.running():
        await trio.sleep_until(120)
    slots = stage.slots_s(task)
    assert [(round(slots[2], 1), "shop down"), (round(slots[5], 1), "shop up")] == inbox.told()
    ((_, first), (_, last)) = ((one.at_s, one.message.first) for one in inbox.taken)
    assert at(slots[1]) - first.since_at < timedelta(milliseconds=1)
    assert last.ended_at is not None
    assert at(slots[4]) - last.ended_at < timedelta(milliseconds=1)
    assert first.thread == last.thread
    assert (NoticeState.SENT, "") == state_of(stage, "1/1/down")
    assert (NoticeState.SENT, "") == state_of(stage, "1/1/up")


async def test_a_task_that_only_degrades_is_told_so(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    shop(stage, up, degraded, degraded, up, up, up, recovery_confirmations=1)
    async with stage.running():
        await trio.sleep_until(70)
    assert ["shop degraded", "shop improved"] == [what for _, what in inbox.told()]


async def test_our_own_trouble_with_a_task_is_told_only_if_it_is_asked_for(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    shop(stage, up, broken, up)
    policy = AlertPolicy(on=(Status.UNKNOWN,))
    stage.add("other", in_turn(up, broken, up), interval_s=10.0, alerts=policy)
    async with stage.running():
        await trio.sleep_until(60)
    assert ["other unknown", "other known"] == [what for _, what in inbox.told()]


async def test_a_task_may_name_its_channels(stage: Stage, autojump_clock: MockClock) -> None:
    inbox = open_inbox(stage, BOSS)
    shop(stage, up, down, alerts=AlertPolicy(channels=("boss",)))
    async with stage.running():
        await trio.sleep_until(60)
    assert [] == inbox.told()
    assert ["shop down"] == [what for _, what in inbox.told("boss")]


async def test_reminders_come_ever_less_often_until_it_is_over(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    task = shop(
        stage, up, *[down] * 30, up, up, interval_s=60.0, recovery_confirmations=1,
        alerts=AlertPolicy(reminder_s=300.0),
    )  # fmt: skip
    async with stage.running():
        await trio.sleep_until(3600)
    down_s = stage.slots_s(task)[1]
    told = inbox.told()
    assert [
        (round(down_s, 1), "shop down"),
        (round(down_s + 300, 1), "shop reminder"),
        (round(down_s + 900, 1), "shop reminder"),
    ] == told[:3]
    assert "shop up" == told[-1][1]
    assert 4 == len(told)


async def test_who_is_called_in_hears_of_the_end_too(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage, BOSS)
    step = Escalation(after_s=60.0, channels=("boss",))
    task = shop(
        stage, up, *[down] * 10, up, up, up, interval_s=20.0, recovery_confirmations=1,
        alerts=AlertPolicy(escalation=(step,)),
    )  # fmt: skip
    async with stage.running():
        await trio.sleep_until(400)
    down_s = stage.slots_s(task)[1]
    assert ["shop down", "shop up"] == [what for _, what in inbox.told()]
    told = inbox.told("boss")
    assert (round(down_s + 60, 1), "shop escalation") == told[0]
    assert ["shop escalation", "shop up"] == [what for _, what in told]


async def test_an_incident_that_somebody_has_taken_is_not_told_again(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage, BOSS)
    step = Escalation(after_s=120.0, channels=("boss",))
    policy = AlertPolicy(reminder_s=60.0, escalation=(step,))
    task = shop(stage, up, *[down] * 30, up, up, alerts=policy, recovery_confirmations=1)
    async with stage.running():
        await trio.sleep_until(50)
        taken = Acknowledgement(task_id=task.id, incident=1, at=at(50), by="me")
        await say(stage, AlertingChange(acknowledgements=(taken,)))
        await trio.sleep_until(600)
    assert ["shop down", "shop up"] == [what for _, what in inbox.told()]
    assert [] == inbox.told("boss")


async def test_a_silence_that_outlives_the_outage_swallows_it(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    shop(stage, up, down, down, up, up, recovery_confirmations=1, tags=("prod",))
    quiet = Silence(
        id=0, selector=Selector(tags=("prod",)), from_at=at(0), until_at=at(500), note="move"
    )
    async with stage.running():
        await say(stage, AlertingChange(silences=(quiet,)))
        await trio.sleep_until(600)
    assert [] == inbox.told()
    state, why = state_of(stage, "1/1/down")
    assert NoticeState.DROPPED is state
    assert "over before anybody had to be told (held: silence 1 (move))" == why
    assert NoticeState.DROPPED is state_of(stage, "1/1/up")[0]


async def test_what_is_still_down_after_the_maintenance_is_told_then(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    shop(stage, up, down)
    work = Maintenance(
        name="move",
        selector=Selector(tasks=("sh*",)),
        rule={"from": at(5).isoformat(), "until": at(300).isoformat()},
    )
    async with stage.running():
        await say(stage, AlertingChange(maintenances=(work,)))
        await trio.sleep_until(200)
        assert (NoticeState.PENDING, "held: maintenance 'move'") == state_of(stage, "1/1/down")
        await trio.sleep_until(400)
    assert [(300.0, "shop down")] == inbox.told()


async def test_children_of_a_parent_that_is_down_are_not_looked_at_and_not_told(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)

    async def router() -> object:
        return await (down() if 100 <= trio.current_time() < 400 else up())

    stage.add("router", router, interval_s=10.0, attempts=2, retry_interval_s=5.0)  # type: ignore[arg-type]
    behind = {"interval_s": 10.0, "attempts": 3, "retry_interval_s": 5.0}
    shops = [
        stage.add(f"shop {i}", router, depends_on=("router",), **behind)  # type: ignore[arg-type]
        for i in range(3)
    ]
    async with stage.running() as app:
        await trio.sleep_until(300)
        for task in shops:
            child = app.fleet.child(task.id)
            assert child is not None
            assert Status.UNREACHABLE is child.state.status
        unseen = [len(stage.targets[task.target].looked_s) for task in shops]
        await trio.sleep_until(390)
        assert unseen == [len(stage.targets[task.target].looked_s) for task in shops]
        await trio.sleep_until(600)
        for task in shops:
            child = app.fleet.child(task.id)
            assert child is not None
            assert Status.UP is child.state.status
    assert ["router down", "router up"] == [what for _, what in inbox.told()]
    root = inbox.taken[0].message.first
    assert ("shop 0", "shop 1", "shop 2") == root.affected


async def test_what_is_over_soon_is_told_to_nobody_if_the_task_has_patience(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    patient = AlertPolicy(after_s=60.0)
    shop(stage, up, down, down, up, up, recovery_confirmations=1, alerts=patient)
    lasting = stage.add("lasting", in_turn(up, down), interval_s=10.0, alerts=patient)
    async with stage.running():
        await trio.sleep_until(200)
    down_s = stage.slots_s(lasting)[1]
    assert [(round(down_s + 60, 1), "lasting down")] == inbox.told()
    assert NoticeState.DROPPED is state_of(stage, "1/1/down")[0]
    assert NoticeState.DROPPED is state_of(stage, "1/1/up")[0]


async def test_a_target_that_flaps_is_told_so_and_not_each_time(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage, burst=100)
    shop(stage, *[up, up, down] * 20, *[up] * 40, recovery_confirmations=1)
    async with stage.running():
        await trio.sleep_until(1100)
    told = [what for _, what in inbox.told()]
    assert 1 == told.count("shop flapping")
    assert 1 == told.count("shop steady")
    begins, ends = told.index("shop flapping"), told.index("shop steady")
    assert "shop down" not in told[begins:ends]
    assert told.count("shop down") == told.count("shop up")


async def test_the_loss_of_the_database_reaches_people_without_the_database(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage, ChannelSpec(name="boss", url="test:", system=True))
    task = shop(stage, up, up, down)
    async with stage.running():
        await trio.sleep_until(12)
        stage.store.go_away()
        await trio.sleep_until(200)
        assert "database system" in [what for _, what in inbox.told("boss")]
        assert ["shop down"] == [what for _, what in inbox.told()]
        stage.store.come_back()
        await trio.sleep_until(300)
    assert ["database system", "database system_over"] == [what for _, what in inbox.told("boss")]
    assert (NoticeState.SENT, "") == state_of(stage, "1/1/down")
    assert 1 == len(inbox.told())
    assert Status.DOWN is stage.watched(task).state.status


async def test_a_database_that_is_back_at_once_wakes_nobody(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage, ChannelSpec(name="boss", url="test:", system=True))
    shop(stage, up)
    async with stage.running():
        await trio.sleep_until(12)
        stage.store.go_away()
        await trio.sleep_until(20)
        stage.store.come_back()
        await trio.sleep_until(100)
    assert [] == inbox.told("boss")


async def test_a_task_that_is_given_up_on_is_a_matter_for_people(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    shop(stage, broken)
    policy = attrs.evolve(EXACT, max_attempts=1)
    async with stage.running(max_errors=1, policy=policy):
        await trio.sleep_until(200)
    assert ["task shop system"] == [what for _, what in inbox.told()]
