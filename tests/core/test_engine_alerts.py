"""The whole engine on virtual time: who is told what, when, and how often."""

from datetime import timedelta
from itertools import pairwise

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.app import Tuning, build
from monitor.core.alerts.alerting import (
    Acknowledgement,
    Alerting,
    AlertingChange,
    Maintenance,
    Selector,
    Silence,
)
from monitor.core.alerts.notices import ChannelSpec, Message, NotDelivered, NoticeState
from monitor.core.model import AlertPolicy, Escalation, Status, Task
from tests.core.inbox import Inbox, open_inbox, refuse
from tests.core.scene import EXACT, Stage, at, broken, degraded, down, in_turn, up

BOSS = ChannelSpec(name="boss", url="test:")


def state_of(stage: Stage, key: str, channel: str = "ops") -> tuple[NoticeState, str]:
    notice = stage.store.tables.alerts.notices[key, channel]
    return notice.state, notice.why


def shop(stage: Stage, *roles: object, **spec: object) -> Task:
    return stage.add("shop", in_turn(*roles), **{"interval_s": 10.0, **spec})  # type: ignore[arg-type]


async def say(stage: Stage, change: AlertingChange) -> None:
    await stage.operate(lambda session: session.change_alerting(change))


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


async def test_before_it_is_known_what_operators_say_nothing_is_dropped_for_want_of_a_channel(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    inbox.role = refuse
    shop(stage, up, down)
    async with stage.running():
        await trio.sleep_until(60)
    inbox.role = None
    async with trio.open_nursery() as nursery:
        app = build(stage.store, stage.clock, stage.prepare, nursery, Tuning())
        with trio.move_on_after(5):
            await app.outbox.run()
        assert 1 == app.alerts.waiting
        with trio.move_on_after(5):  # started again, as after a bug of ours
            await app.outbox.run()
        assert 1 == app.alerts.waiting
        app.alerts.say(Alerting())  # really none
        with trio.move_on_after(5):
            await app.outbox.run()
        assert 0 == app.alerts.waiting
    [line] = stage.journal.of("alert.dropped")
    assert "there is no channel 'ops'" == line.fields["why"]


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


async def test_a_channel_that_does_not_exist_is_said_to_be_missing(
    stage: Stage, autojump_clock: MockClock
) -> None:
    open_inbox(stage)
    shop(stage, up, down, alerts=AlertPolicy(channels=("nobody",)))
    async with stage.running():
        await trio.sleep_until(60)
        await say(stage, AlertingChange(channels=(BOSS,)))
        await trio.sleep_until(70)
    why = "there is no channel 'nobody'"
    assert (NoticeState.DROPPED, why) == state_of(stage, "1/1/down", "nobody")


async def test_a_channel_that_fails_is_tried_again_ever_more_slowly(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    tries: list[float] = []

    async def role(message: Message) -> None:
        tries.append(trio.current_time())
        if trio.current_time() < 600:
            await refuse(message)

    inbox.role = role
    shop(stage, up, down)
    async with stage.running():
        await trio.sleep_until(1800)
    waits = [later - sooner for sooner, later in pairwise(tries)]
    for expected, wait in zip((5, 10, 20, 40, 80, 160, 320), waits, strict=False):
        assert pytest.approx(expected, rel=0.11) == wait
    assert 1 == len(inbox.taken)
    assert 7 < len(tries) < 10
    assert len(tries) == stage.store.tables.alerts.notices["1/1/down", "ops"].attempts


async def test_what_the_receiver_will_never_take_is_dead_and_can_be_sent_again(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)

    async def role(_message: Message) -> None:
        await trio.lowlevel.checkpoint()
        if trio.current_time() < 100:
            raise NotDelivered("no such room", permanent=True)

    inbox.role = role
    shop(stage, up, down)
    async with stage.running():
        await trio.sleep_until(90)
        assert (NoticeState.DEAD, "no such room") == state_of(stage, "1/1/down")
        assert 1 == inbox.tried
        await trio.sleep_until(110)
        await say(stage, AlertingChange(resend=(("1/1/down", "ops"),)))
        await trio.sleep_until(115)
    assert ["shop down"] == [what for _, what in inbox.told()]


async def test_a_receiver_that_hangs_holds_up_nobody_else(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage, BOSS)
    hung = 0

    async def role(message: Message) -> None:
        nonlocal hung
        if message.first.channel == "ops":
            hung += 1
            await trio.sleep_forever()

    inbox.role = role
    task = shop(stage, up, down, alerts=AlertPolicy(channels=("ops", "boss")))
    async with stage.running():
        await trio.sleep_until(60)
        assert (NoticeState.PENDING, "not taken within 30 s") == state_of(stage, "1/1/down")
    assert 1 <= hung
    assert [(round(stage.slots_s(task)[1], 1), "shop down")] == inbox.told("boss")


async def test_what_is_over_before_it_could_be_sent_is_one_message_marked_late(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)

    async def role(message: Message) -> None:
        if trio.current_time() < 100:
            await refuse(message)

    inbox.role = role
    shop(stage, up, down, down, up, up, up, recovery_confirmations=1)
    async with stage.running():
        await trio.sleep_until(300)
    (only,) = inbox.taken
    assert ("shop down", "shop up") == only.told
    assert only.message.late


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


async def test_outside_its_hours_a_channel_waits(stage: Stage, autojump_clock: MockClock) -> None:
    inbox = open_inbox(stage, quiet_hours="00:00-00:30 UTC")
    shop(stage, up, down)
    async with stage.running():
        await trio.sleep_until(3600)
    assert [(1800.0, "shop down")] == inbox.told()


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


async def test_a_flood_becomes_a_few_messages_and_a_digest(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    for number in range(100):
        stage.add(f"shop {number}", in_turn(up, down), interval_s=10.0)
    async with stage.running():
        await trio.sleep_until(120)
    sizes = [len(one.message.notices) for one in inbox.taken]
    assert 100 == sum(sizes)
    assert len(sizes) < 15
    assert 100 == len({one.key for each in inbox.taken for one in each.message.notices})


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


async def test_alerts_with_the_same_tags_go_together_if_the_channel_wants_it(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage, group_by=("tags",), group_wait_s=30.0)
    for number in range(6):
        site = "berlin" if number % 2 else "tokyo"
        stage.add(f"shop {number}", in_turn(up, down), interval_s=10.0, tags=(site,))
    async with stage.running():
        await trio.sleep_until(120)
    groups = [{one.tags for one in each.message.notices} for each in inbox.taken]
    assert [{("berlin",)}, {("tokyo",)}] == sorted(groups, key=str)
    assert [3, 3] == [len(one.message.notices) for one in inbox.taken]


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


async def test_a_broken_channel_is_told_to_the_others(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage, attrs.evolve(BOSS, system=True))

    async def role(message: Message) -> None:
        if message.first.channel == "ops" and trio.current_time() < 2000:
            await refuse(message)

    inbox.role = role
    shop(stage, up, down)
    async with stage.running():
        await trio.sleep_until(4000)
    assert ["channel ops system", "channel ops system_over"] == [
        what for _, what in inbox.told("boss")
    ]


async def test_a_message_that_will_never_arrive_is_told_to_the_others(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage, attrs.evolve(BOSS, system=True))

    async def role(message: Message) -> None:
        await trio.lowlevel.checkpoint()
        raise NotDelivered("no such room", permanent=True)

    inbox.role = role
    shop(stage, up, down)
    async with stage.running():
        await trio.sleep_until(100)
    tables = stage.store.tables.alerts
    told = [one.detail for one in tables.notices.values() if one.channel == "boss"]
    assert ["a message will never be taken: no such room"] == told


async def test_after_a_restart_what_waited_is_told_and_what_was_told_is_not(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage, BOSS)

    async def role(message: Message) -> None:
        if message.first.channel == "boss" and trio.current_time() < 100:
            await refuse(message)

    inbox.role = role
    shop(stage, up, down, alerts=AlertPolicy(channels=("ops", "boss"), reminder_s=None))
    async with stage.running():
        await trio.sleep_until(50)
    await trio.sleep_until(200)
    async with stage.running():
        await trio.sleep_until(300)
    assert ["shop down"] == [what for _, what in inbox.told()]
    assert ["shop down"] == [what for _, what in inbox.told("boss")]
    assert isinstance(inbox, Inbox)
