"""The whole engine on virtual time: channels that fail, hang, rest or are missing hide nothing."""

from itertools import pairwise

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.app import Tuning, build
from monitor.core.alerts.alerting import Alerting, AlertingChange
from monitor.core.alerts.notices import Message, NotDelivered, NoticeState
from monitor.core.model import AlertPolicy
from tests.core.inbox import BOSS, Inbox, open_inbox, refuse, refusing_until, say, shop, state_of
from tests.core.scene import Stage, down, in_turn, up


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
    inbox.role = refusing_until(100)
    shop(stage, up, down, down, up, up, up, recovery_confirmations=1)
    async with stage.running():
        await trio.sleep_until(300)
    (only,) = inbox.taken
    assert ("shop down", "shop up") == only.told
    assert only.message.late


async def test_outside_its_hours_a_channel_waits(stage: Stage, autojump_clock: MockClock) -> None:
    inbox = open_inbox(stage, quiet_hours="00:00-00:30 UTC")
    shop(stage, up, down)
    async with stage.running():
        await trio.sleep_until(3600)
    assert [(1800.0, "shop down")] == inbox.told()


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


async def test_a_broken_channel_is_told_to_the_others(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage, attrs.evolve(BOSS, system=True))
    inbox.role = refusing_until(2000, "ops")
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
    inbox.role = refusing_until(100, "boss")
    shop(stage, up, down, alerts=AlertPolicy(channels=("ops", "boss"), reminder_s=None))
    async with stage.running():
        await trio.sleep_until(50)
    await trio.sleep_until(200)
    async with stage.running():
        await trio.sleep_until(300)
    assert ["shop down"] == [what for _, what in inbox.told()]
    assert ["shop down"] == [what for _, what in inbox.told("boss")]
    assert isinstance(inbox, Inbox)
