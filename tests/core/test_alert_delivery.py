"""Told once: whatever the database knows late, channels take late, and processes know of another.

Each of these was found by the storms of `test_alert_storms`.
"""

from datetime import timedelta

import pytest
import trio
from trio.testing import MockClock

from monitor.core.alerts.alerting import AlertingChange, Selector, Silence
from monitor.core.alerts.notices import ChannelSpec, Message, NotDelivered, Notice, NoticeState
from monitor.core.model import AlertPolicy, Result
from monitor.core.probing import Trace
from monitor.store.memory import MemorySession
from tests.core.inbox import Inbox, open_inbox, refusing_until
from tests.core.scene import Stage, Target, at, down, in_turn, up

BOTH = AlertPolicy(channels=("ops", "boss"))
BOSS = ChannelSpec(name="boss", url="test:")


def shop(stage: Stage, *roles: object, **spec: object) -> None:
    fields = {"interval_s": 10.0, "recovery_confirmations": 1, **spec}
    stage.add("shop", in_turn(*roles), **fields)  # type: ignore[arg-type]


def told(inbox: Inbox, channel: str = "ops") -> list[str]:
    """Return what a channel was told of tasks."""
    return [what for _, what in inbox.told(channel) if "system" not in what]


async def silence(stage: Stage, until_s: float, *tasks: str) -> None:
    """Have some tasks silenced, or all."""
    quiet = Silence(id=0, selector=Selector(tasks=tasks), from_at=at(0), until_at=at(until_s))
    change = AlertingChange(silences=(quiet,))
    await stage.operate(lambda session: session.change_alerting(change))


async def test_a_database_that_writes_late_does_not_make_us_tell_it_again(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    shop(stage, up, down, down, up)
    stage.store.takes_s = 3.0
    async with stage.running() as app:
        while trio.current_time() < 100:
            await trio.sleep(0.2)
            app.outbox.reread()
    assert ["shop down", "shop up"] == told(inbox)


async def test_what_is_told_while_the_database_is_away_is_not_told_again_when_it_is_back(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    inbox.role = refusing_until(100)
    shop(stage, up, *[down] * 25, up)
    async with stage.running() as app:
        await trio.sleep_until(50)
        stage.store.go_away()
        await trio.sleep_until(500)
        stage.store.takes_s = 3.0
        stage.store.come_back()
        while trio.current_time() < 600:
            await trio.sleep(0.2)
            app.outbox.reread()
    assert ["shop down", "shop up"] == told(inbox)


async def test_after_a_restart_only_the_channel_that_failed_hears_of_the_end(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage, BOSS)
    inbox.role = refusing_until(200, "boss")
    shop(stage, up, down, down, up, alerts=BOTH)
    async with stage.running():
        await trio.sleep_until(100)
    assert ["shop down", "shop up"] == told(inbox)
    async with stage.running():
        await trio.sleep_until(1500)
    assert ["shop down", "shop up"] == told(inbox)
    assert ["shop down", "shop up"] == told(inbox, "boss")


async def test_an_end_that_is_seen_before_the_outbox_has_read_is_told(
    stage: Stage, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = open_inbox(stage)
    shop(stage, up, down, down, up)
    async with stage.running():
        await trio.sleep_until(15)
    read = MemorySession.unfinished

    async def slowly(self: MemorySession) -> list[Notice]:
        await trio.sleep(100)
        return await read(self)

    monkeypatch.setattr(MemorySession, "unfinished", slowly)
    async with stage.running():
        await trio.sleep_until(300)
    assert ["shop down", "shop up"] == told(inbox)


async def test_what_a_silence_outlived_is_not_told_by_a_channel_that_was_broken_meanwhile(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    inbox.role = refusing_until(300)
    stage.add("other", in_turn(up, down), interval_s=10.0)
    stage.add(
        "shop",
        in_turn(*[up] * 18, *[down] * 3, up),
        interval_s=10.0,
        recovery_confirmations=1,
    )
    async with stage.running():
        await silence(stage, 240, "shop")
        await trio.sleep_until(1500)
    assert ["other down"] == told(inbox)


async def test_what_outlived_its_silence_is_told_late_if_the_channel_was_broken_then(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    inbox.role = refusing_until(400)
    stage.add("other", in_turn(up, down), interval_s=10.0)
    stage.add(
        "shop", in_turn(*[up] * 3, *[down] * 20, up), interval_s=10.0, recovery_confirmations=1
    )
    async with stage.running():
        await silence(stage, 100, "shop")
        await trio.sleep_until(1500)
    assert {"other down", "shop down", "shop up"} == set(told(inbox))
    assert 3 == len(told(inbox))


async def test_a_silence_holds_what_waits_behind_a_slow_message(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)

    async def role(_message: Message) -> None:
        await trio.sleep(25)

    inbox.role = role
    for number in range(3):
        stage.add(f"shop {number}", in_turn(up, down), interval_s=10.0)
    async with stage.running():
        await trio.sleep_until(40)  # the first is taken; the second is on its way
        assert 1 == len(inbox.taken)
        assert 3 == len(stage.store.tables.alerts.notices)
        await silence(stage, 200)
        await trio.sleep_until(190)
        assert 2 == len(inbox.taken)
        await trio.sleep_until(400)
    assert 3 == len(told(inbox))


class Expiring(Target):
    """A target whose certificate ends soon."""

    async def probe(self, trace: Trace) -> Result:
        ends_at = at(6 * 86400)
        days_left = (ends_at - at(trio.current_time())) / timedelta(days=1)
        trace.facts["certificate"] = {"days_left": days_left, "not_after": ends_at.isoformat()}
        return await super().probe(trace)


async def test_what_runs_out_is_told_once_also_after_a_restart(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)

    stage.add("shop", interval_s=10.0)
    stage.targets["shop"] = Expiring(up)
    for _ in range(3):
        async with stage.running():
            await trio.sleep(100)
    assert ["shop expiry"] == told(inbox)


async def test_of_a_task_that_is_removed_nothing_is_remembered(
    stage: Stage, autojump_clock: MockClock
) -> None:
    open_inbox(stage)
    tasks = [stage.add(name, interval_s=10.0) for name in ("shop", "cart")]
    for one in tasks:
        stage.targets[one.name] = Expiring(up)
    async with stage.running() as app:
        await trio.sleep_until(30)
        await stage.operate(lambda session: session.remove(tasks[0].id))
        await trio.sleep_until(60)
        assert {tasks[1].id} == app.alerts._expiries.keys()


async def test_what_is_dead_is_not_tried_again_because_the_database_learns_of_it_late(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)

    async def role(_message: Message) -> None:
        await trio.lowlevel.checkpoint()
        raise NotDelivered("no such room", permanent=True)

    inbox.role = role
    shop(stage, up, down)
    stage.store.takes_s = 3.0
    async with stage.running() as app:
        while trio.current_time() < 60:
            await trio.sleep(0.2)
            app.outbox.reread()
    assert 1 == inbox.tried
    assert NoticeState.DEAD is stage.store.tables.alerts.notices["1/1/down", "ops"].state
