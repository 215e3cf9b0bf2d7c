"""What became of notices, told from what is stored, is what the engine did: one test a rule."""

from datetime import timedelta

import trio
from trio.testing import MockClock

from monitor.channels.outside import read_hours
from monitor.core.alerts.alerting import (
    Acknowledgement,
    AlertingChange,
    Maintenance,
    Selector,
    Silence,
)
from monitor.core.alerts.notices import ChannelSpec, Message, NotDelivered
from monitor.core.calendar.windows import read_window
from monitor.core.model import AlertPolicy
from monitor.core.why.fates import Told, fates
from monitor.core.why.heldby import Rules, blockings
from tests.core.inbox import open_inbox, refusing_until, shop
from tests.core.scene import START, Stage, at, down, in_turn, up

UNKNOWN_WHY = ("late.unexplained", "other.")


def told(stage: Stage) -> list[Told]:
    """Tell the fates of all notices of a stage by what its store holds."""
    tables = stage.store.tables
    alerting = tables.alerts.alerting()
    events = [one for one in tables.events.values() if one.kind.startswith("alert.")]
    hours = {one.name: read_hours(one) for one in alerting.channels}
    tasks = list(tables.tasks.values())
    rules = Rules(
        now=stage.clock.now(),
        alerting=alerting,
        windows=[(one, read_window(one.name, one.rule)) for one in alerting.maintenances],
        hours={name: one for name, one in hours.items() if one is not None},
        deliveries=sorted(events, key=lambda one: one.at),
        gaps=list(tables.gaps.values()),
        blockings={
            child.id: [
                blocking
                for parent in tasks
                if parent.name in child.depends_on
                for blocking in blockings(
                    child,
                    parent,
                    [one for one in tables.incidents.values() if one.task_id == parent.id],
                    stage.transitions(parent),
                )
            ]
            for child in tasks
        },
    )
    return fates(tables.alerts.notices.values(), rules)


def kinds(lines: list[Told], key: str) -> list[str]:
    return [one.kind for one in lines if one.notice.key == key]


def rule_of(lines: list[Told], kind: str) -> str:
    return next(str(one.data["rule"]) for one in lines if one.kind == kind)


def say(stage: Stage, **change: object) -> None:
    stage.store.tables.alerts.change(AlertingChange(**change))  # type: ignore[arg-type]


def quiet_until(seconds: float) -> Silence:
    return Silence(id=0, selector=Selector(), from_at=START, until_at=at(seconds), note="deploy")


async def run(stage: Stage, until_s: float) -> None:
    async with stage.running():
        await trio.sleep_until(until_s)


async def test_what_nothing_holds_is_told_and_sent(stage: Stage, autojump_clock: MockClock) -> None:
    open_inbox(stage)
    shop(stage, up, down, down, up, up, up)
    await run(stage, 90)
    assert ["told", "sent"] == kinds(told(stage), "1/1/down")
    assert ["told", "sent"] == kinds(told(stage), "1/1/up")


async def test_a_silence_holds_until_it_ends(stage: Stage, autojump_clock: MockClock) -> None:
    open_inbox(stage)
    say(stage, silences=(quiet_until(60),))
    shop(stage, up, down)
    await run(stage, 90)
    lines = told(stage)
    assert ["told", "held", "sent"] == kinds(lines, "1/1/down")
    assert "held: silence 1 (deploy)" == rule_of(lines, "held")


async def test_what_was_over_while_it_was_silenced_was_dropped_by_the_silence(
    stage: Stage, autojump_clock: MockClock
) -> None:
    open_inbox(stage)
    say(stage, silences=(quiet_until(600),))
    shop(stage, up, down, up, up, up)
    await run(stage, 90)
    lines = told(stage)
    assert ["told", "held", "dropped"] == kinds(lines, "1/1/down")
    assert ["told", "dropped"] == kinds(lines, "1/1/up")


async def test_a_silence_that_was_removed_leaves_what_is_not_explained(
    stage: Stage, autojump_clock: MockClock
) -> None:
    open_inbox(stage)
    say(stage, silences=(quiet_until(600),))
    shop(stage, up, down, up, up, up)
    await run(stage, 90)
    say(stage, drop_silences=(1,))
    lines = told(stage)
    assert ["told", "dropped", "other.would_send"] == kinds(lines, "1/1/down")
    assert "silence 1" in rule_of(lines, "dropped")


async def test_a_silence_that_was_lifted_early_leaves_a_delay_that_is_not_explained(
    stage: Stage, autojump_clock: MockClock
) -> None:
    open_inbox(stage)
    say(stage, silences=(quiet_until(600),))
    shop(stage, up, down)
    async with stage.running():
        await trio.sleep_until(60)
        change = AlertingChange(drop_silences=(1,))
        await stage.operate(lambda session: session.change_alerting(change))
        await trio.sleep_until(90)
    assert ["told", "late.unexplained", "sent"] == kinds(told(stage), "1/1/down")


async def test_a_silence_that_came_later_does_not_explain_what_was_sent(
    stage: Stage, autojump_clock: MockClock
) -> None:
    open_inbox(stage)
    shop(stage, up, down)
    await run(stage, 60)
    say(stage, silences=(quiet_until(600),))
    assert ["told", "held", "sent", "other.held"] == kinds(told(stage), "1/1/down")


async def test_announced_work_holds_until_it_is_over(
    stage: Stage, autojump_clock: MockClock
) -> None:
    open_inbox(stage)
    rule = {"from": START.isoformat(), "until": (START + timedelta(seconds=60)).isoformat()}
    say(stage, maintenances=(Maintenance(name="patch", selector=Selector(), rule=rule),))
    shop(stage, up, down)
    await run(stage, 90)
    lines = told(stage)
    assert ["told", "held", "sent"] == kinds(lines, "1/1/down")
    assert "held: maintenance 'patch'" == rule_of(lines, "held")


async def test_the_hours_of_a_channel_hold_everything(
    stage: Stage, autojump_clock: MockClock
) -> None:
    open_inbox(stage, quiet_hours="00:00-00:01 UTC")
    shop(stage, up, down)
    await run(stage, 90)
    lines = told(stage)
    assert ["told", "held", "sent"] == kinds(lines, "1/1/down")
    assert "outside the channel's hours" == rule_of(lines, "held")


async def test_a_parent_that_is_down_holds_the_news_of_its_children(
    stage: Stage, autojump_clock: MockClock
) -> None:
    open_inbox(stage)
    roles = [up, up, down, down, down, down, down, down, up]
    stage.add("router", in_turn(*roles), interval_s=10.0, attempts=4, retry_interval_s=10.0)
    child = shop(stage, up, up, up, down, attempts=1, depends_on=("router",))
    await run(stage, 300)
    lines = [one for one in told(stage) if one.notice.task_id == child.id]
    assert "held: it cannot be reached while router is down" == rule_of(lines, "held")
    assert ["told", "held", "sent"] == kinds(lines, "2/1/down")
    assert not [one for one in lines if one.kind.startswith(UNKNOWN_WHY)]


async def test_attempts_that_failed_are_told_one_by_one(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    inbox.role = refusing_until(30)
    shop(stage, up, down)
    await run(stage, 90)
    lines = told(stage)
    failed = [one for one in lines if one.kind == "failed"]
    assert [(n, "nobody there") for n in range(1, len(failed) + 1)] == [
        (one.data["attempt"], one.data["error"]) for one in failed
    ]
    assert ["told", *(["failed"] * len(failed)), "sent"] == kinds(lines, "1/1/down")
    (sent,) = [one for one in lines if one.kind == "sent"]
    assert len(failed) + 1 == sent.data["attempts"]


async def test_a_failing_channel_holds_up_what_comes_later(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    inbox.role = refusing_until(200)
    shop(stage, up, down)
    stage.add("cart", in_turn(*[up] * 12, down), interval_s=10.0)
    await run(stage, 600)
    kinds_of_cart = kinds(told(stage), "2/1/down")
    assert "late.failing" in kinds_of_cart
    assert "sent" == kinds_of_cart[-1]


async def test_what_is_silenced_fails_and_ends_goes_out_late(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    inbox.role = refusing_until(70)
    say(stage, silences=(quiet_until(30),))
    shop(stage, up, down, down, down, down, down, up, recovery_confirmations=1)
    await run(stage, 200)
    lines = told(stage)
    assert not [one for one in lines if one.kind.startswith(UNKNOWN_WHY)]
    (late,) = [one for one in lines if one.kind == "sent" and one.data["late"]]
    assert ("1/1/down", ["1/1/up"]) == (late.notice.key, late.data["keys"])


async def test_a_message_that_is_refused_for_good_is_dead(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)

    async def role(_message: Message) -> None:
        await trio.lowlevel.checkpoint()
        raise NotDelivered("no such room", permanent=True)

    inbox.role = role
    shop(stage, up, down)
    await run(stage, 60)
    assert ["told", "failed", "dead"] == kinds(told(stage), "1/1/down")


async def test_a_first_notice_may_wait_for_company(stage: Stage, autojump_clock: MockClock) -> None:
    open_inbox(stage, group_wait_s=30.0)
    shop(stage, up, down)
    await run(stage, 90)
    assert ["told", "late.company", "sent"] == kinds(told(stage), "1/1/down")


async def test_many_at_once_go_as_digests_and_the_next_one_later(
    stage: Stage, autojump_clock: MockClock
) -> None:
    open_inbox(stage, burst=2, group_interval_s=60.0)
    for number in range(6):
        roles = [up] * (2 + 2 * (number > 3)) + [down]
        stage.add(f"shop {number}", in_turn(*roles), interval_s=10.0)
    await run(stage, 200)
    lines = told(stage)
    assert not [one for one in lines if one.kind.startswith(UNKNOWN_WHY)]
    assert [one for one in lines if one.kind == "late.digest"]
    together = [one for one in lines if one.kind == "sent" and one.data["others"]]
    assert together
    assert all(one.data["others"] == len(one.data["keys"]) for one in together)


async def test_reminders_of_what_was_taken_are_dropped_by_that(
    stage: Stage, autojump_clock: MockClock
) -> None:
    open_inbox(stage, quiet_hours="00:01-00:30 UTC")
    shop(stage, up, down, alerts=AlertPolicy(reminder_s=300.0))
    async with stage.running():
        await trio.sleep_until(400)
        taken = Acknowledgement(task_id=1, incident=1, at=stage.clock.now(), by="me")
        change = AlertingChange(acknowledgements=(taken,))
        await stage.operate(lambda session: session.change_alerting(change))
        await trio.sleep_until(500)
    lines = told(stage)
    assert ["told", "held", "dropped"] == kinds(lines, "1/1/reminder-1")
    assert "acknowledged by me" == rule_of(lines, "dropped")


async def test_what_waits_while_no_monitor_runs_waits_for_that(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage, quiet_hours="00:00-00:02 UTC")
    task = shop(stage, up, down)
    await run(stage, 60)
    assert "waits.held" == kinds(told(stage), "1/1/down")[-1]
    await trio.sleep_until(600)
    await run(stage, 660)
    assert 1 == len(inbox.taken)
    assert stage.gaps(task)
    assert ["told", "held", "late.absent", "sent"] == kinds(told(stage), "1/1/down")


async def test_a_channel_that_is_no_more_drops_what_waited_for_it(
    stage: Stage, autojump_clock: MockClock
) -> None:
    open_inbox(stage)
    shop(stage, up, down, alerts=AlertPolicy(channels=("nobody",)))
    async with stage.running():
        await trio.sleep_until(60)
        await stage.operate(
            lambda session: session.change_alerting(
                AlertingChange(channels=(ChannelSpec(name="boss", url="test:"),))
            )
        )
        await trio.sleep_until(70)
    assert ["told", "dropped"] == kinds(told(stage), "1/1/down")
    say(stage, channels=(ChannelSpec(name="nobody", url="test:"),))
    assert ["told", "dropped", "other.channel"] == kinds(told(stage), "1/1/down")
