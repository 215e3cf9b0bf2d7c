"""Exercises of recovery: a canary falls, and how it comes back is timed, stored and told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from monitor.app import App
from monitor.core.changes import Request
from monitor.core.drills import LATE_S, MISSED_S
from monitor.core.model import RequestKind
from monitor.core.policy import Backoff, RecoveryPolicy
from monitor.engine.drill import POLICY, Drill
from monitor.engine.supervisor import Supervisor
from tests.core.inbox import Inbox, open_inbox
from tests.core.scene import Stage, since_start_s

EVERY_S = 300.0


def wish(number: int = 1) -> Request:
    return Request(id=number, task_id=0, kind=RequestKind.DRILL)


def waiting(seconds: float) -> RecoveryPolicy:
    """A policy whose restarts come after so many seconds."""
    backoff = Backoff(base_s=seconds, cap_s=seconds, jitter=0.0)
    return RecoveryPolicy(backoff=backoff, reset_after_s=1.0)


@asynccontextmanager
async def drilling(stage: Stage, **tuning: Any) -> AsyncIterator[tuple[App, Drill]]:
    async with stage.running(**tuning) as app:
        yield app, app.drill


async def stored(stage: Stage) -> list[tuple[float, str]]:
    """Return the stored steps of exercises, oldest first, by the second."""
    async with stage.store.session("test") as session:
        events = await session.events()
    steps = sorted(
        (since_start_s(one.at), one.kind) for one in events if one.kind.startswith("drill.")
    )
    return [(int(at_s), kind) for at_s, kind in steps]


def told(inbox: Inbox) -> list[tuple[int, str]]:
    return [(int(at_s), what) for at_s, what in inbox.told()]


async def test_a_canary_falls_on_schedule_and_is_sound_two_seconds_later(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async with drilling(stage, drill_every_s=EVERY_S):
        await trio.sleep(EVERY_S + 120)
        assert [
            (60, "drill.started"),
            (62, "drill.recovered"),
            (EVERY_S + 62, "drill.started"),
            (EVERY_S + 64, "drill.recovered"),
        ] == await stored(stage)
    assert [62, EVERY_S + 64] == [int(line.at_s) for line in stage.journal.of("drill.recovered")]


async def test_without_a_schedule_it_falls_only_when_asked(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async with drilling(stage):
        await trio.sleep_until(EVERY_S)
        assert [] == await stored(stage)
        async with stage.store.session("operator") as session:
            await session.request(0, RequestKind.DRILL)
        await trio.sleep(60)
        (started_s, _), (recovered_s, kind) = await stored(stage)
        assert started_s - EVERY_S <= 2
        assert (started_s + 2, "drill.recovered") == (recovered_s, kind)


async def test_who_asks_during_an_exercise_gets_another(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async with drilling(stage) as (_, drill):
        await trio.sleep_until(10)
        drill.ask(wish(1))
        await trio.sleep_until(11)
        drill.ask(wish(2))
        await trio.sleep_until(60)
        assert [10, 12, 12, 14] == [at_s for at_s, _ in await stored(stage)]


async def test_a_late_recovery_is_told_to_people_and_a_good_one_ends_it(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    async with drilling(stage) as (_, drill):
        drill.policy = waiting(LATE_S)
        assert not await drill.exercise()
        await trio.sleep_until(60)
        drill.policy = POLICY
        assert await drill.exercise()
        await trio.sleep_until(120)
    assert [(6, "drill system"), (62, "drill system_over")] == told(inbox)
    assert "the canary recovered late: after 6s, not 5s" in inbox.taken[0].message.first.detail


async def test_a_recovery_that_never_comes_is_told_to_people(
    stage: Stage, autojump_clock: MockClock
) -> None:
    inbox = open_inbox(stage)
    async with drilling(stage) as (_, drill):
        drill.policy = waiting(10 * MISSED_S)
        assert not await drill.exercise()
        assert MISSED_S == int(trio.current_time())
        await trio.sleep(10)
        assert [(0, "drill.started"), (30, "drill.missed")] == await stored(stage)
    assert [(30, "drill system")] == told(inbox)
    assert "the canary was not recovered within 30s" in inbox.taken[0].message.first.detail


async def test_a_supervisor_that_breaks_is_a_missed_recovery(
    stage: Stage, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **_more: object) -> None:
        await trio.lowlevel.checkpoint()
        raise RuntimeError("who guards the guards")

    async with drilling(stage) as (_, drill):
        with monkeypatch.context() as patch:
            patch.setattr(Supervisor, "supervise", broken)
            assert not await drill.exercise()
        [line] = stage.journal.of("drill.missed")
        assert "who guards the guards" in line.fields["why"]
        assert await drill.exercise()


async def test_a_restart_of_ours_puts_no_exercise_off(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async with drilling(stage, drill_every_s=EVERY_S):
        await trio.sleep_until(100)
    async with drilling(stage, drill_every_s=EVERY_S):
        await trio.sleep_until(EVERY_S + 100)
        assert [60, EVERY_S + 60] == [
            at_s for at_s, kind in await stored(stage) if kind == "drill.started"
        ]


async def test_leaving_during_an_exercise_waits_for_nobody(
    stage: Stage, autojump_clock: MockClock
) -> None:
    async with drilling(stage) as (_, drill):
        drill.ask(wish())
        await trio.sleep_until(1.5)
    assert 1.5 == trio.current_time()
    assert [(0, "drill.started")] == await stored(stage)
