"""/api/v1/events: the live stream, its memory, and readers who are slow."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import attrs
import pytest
import trio
import trio.testing
from trio.testing import MockClock

from monitor.core.alerts.alerting import AlertingChange, Selector, Silence
from monitor.core.ports import Session
from monitor.web.api import events
from monitor.web.api.openapi import PREFIX
from monitor.web.feed import Feed
from tests.core.scene import Stage, broken, down, up
from tests.web.api.caller import Caller


@attrs.define(eq=False)
class Reader:
    """Somebody who follows."""

    pieces: list[bytes] = attrs.field(factory=list)
    over: trio.Event = attrs.field(factory=trio.Event)

    @property
    def told(self) -> list[tuple[str, str, Any]]:
        """What was told: id, kind, data."""

        found = []
        for frame in b"".join(self.pieces).split(b"\n\n"):
            lines = dict(
                line.split(b": ", 1)
                for line in frame.split(b"\n")
                if b": " in line and line[0] != 58
            )
            if b"event" in lines:
                data = json.loads(lines[b"data"])
                found.append((lines[b"id"].decode(), lines[b"event"].decode(), data))
        return found

    @property
    def kinds(self) -> list[str]:
        return [kind for _id, kind, _data in self.told]

    @property
    def last_id(self) -> str:
        return self.told[-1][0]


@asynccontextmanager
async def following(caller: Caller, query: str = "", **headers: str) -> AsyncIterator[Reader]:
    reader = Reader()
    async with trio.open_nursery() as nursery:

        async def follow() -> None:
            path = f"{PREFIX}/events{query}"
            await caller.exchange("GET", path, b"", headers, reader.pieces.append)
            reader.over.set()

        nursery.start_soon(follow)
        await trio.testing.wait_all_tasks_blocked()
        yield reader
        await trio.sleep(0.1)
        nursery.cancel_scope.cancel()


async def test_what_happens_is_told(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    async with following(caller) as reader:
        stage.add("shop", down, interval_s=60.0)
        caller.app.reconcile.hint()
        await trio.sleep(1)

        async def silence(session: Session) -> None:
            quiet = Silence(
                id=0, selector=Selector(), from_at=stage.clock.now(), until_at=stage.clock.now()
            )
            await session.change_alerting(AlertingChange(silences=(quiet,)))

        await stage.operate(silence)
        await trio.sleep(2)
    assert {"task", "incident", "status", "alerting"} == set(reader.kinds)
    by_kind = {kind: data for _id, kind, data in reader.told}
    assert ("shop", "added") == (by_kind["task"]["name"], by_kind["task"]["what"])
    assert ("shop", "down") == (by_kind["status"]["name"], by_kind["status"]["status"])
    assert (1, None) == (by_kind["incident"]["number"], by_kind["incident"]["closed_at"])
    assert reader.pieces[0].startswith(b"retry: 3000\n")


async def test_our_own_trouble_with_a_task_is_told(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    async with following(caller, "?kind=status") as reader:
        stage.add("shop", broken, interval_s=1.0)
        caller.app.reconcile.hint()
        await trio.sleep(10)
    assert ("unknown", "backing_off") == tuple(
        reader.told[-1][2][key] for key in ("status", "reason")
    )


async def test_only_what_is_asked_for_is_told(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    async with (
        following(caller, "?kind=look&task_id=1") as looks,
        following(caller, "?kind=task&task_id=2") as tasks,
    ):
        stage.add("shop", up, interval_s=1.0)
        stage.add("other", up, interval_s=1.0)
        caller.app.reconcile.hint()
        await trio.sleep(4)
    assert {"look"} == set(looks.kinds)
    assert {1} == {data["task_id"] for _id, _kind, data in looks.told}
    assert ["other"] == [data["name"] for _id, _kind, data in tasks.told]
    answer = await caller.exchange("GET", f"{PREFIX}/events?kind=look")
    assert (400, True) == (answer.status, "name them by task_id" in answer.problem)
    assert 400 == (await caller.exchange("GET", f"{PREFIX}/events?kind=looks")).status
    assert not caller.feed._closely


async def test_who_comes_back_gets_what_he_missed_once(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    async with following(caller, "?kind=task") as before:
        stage.add("first", up)
        caller.app.reconcile.hint()
        await trio.sleep(2)
    stage.add("second", up)
    caller.app.reconcile.hint()
    await trio.sleep(2)
    async with following(caller, "?kind=task", last_event_id=before.last_id) as after:
        await trio.sleep(1)
    assert ["second"] == [data["name"] for _id, _kind, data in after.told]
    async with following(caller, f"?kind=task&last_event_id={after.last_id}") as nothing:
        await trio.sleep(1)
    assert [] == nothing.told


@pytest.mark.parametrize("last", ["00000000-1", "nonsense", "{run}-99999", "{run}-0"])
async def test_who_knows_what_is_forgotten_is_told_to_begin_anew(
    caller: Caller, autojump_clock: MockClock, last: str
) -> None:
    last = last.replace("{run}", caller.feed.run)
    async with following(caller, last_event_id=last) as reader:
        await trio.sleep(1)
    assert ["reset"] == reader.kinds
    async with following(caller, last_event_id=reader.last_id) as again:
        await trio.sleep(1)
    assert [] == again.told


async def test_the_way_is_kept_open_while_nothing_happens(
    caller: Caller, autojump_clock: MockClock
) -> None:
    async with following(caller) as reader:
        await trio.sleep(31)
    assert 2 == reader.pieces.count(b": nothing happened\n\n")


async def test_who_is_too_slow_falls_out_and_slows_nobody(
    caller: Caller, autojump_clock: MockClock
) -> None:
    caller.feed.remembered = 3
    reader = Reader()
    reading = trio.Event()

    async def slow_send(message: Any) -> None:
        if b"task" in message.get("body", b""):
            await reading.wait()
        reader.pieces.append(message.get("body", b""))

    async def receive() -> Any:
        await trio.sleep_forever()

    stream = events.Stream(
        events=events.Events(feed=caller.feed, doors=caller.app.doors),
        kinds=frozenset(["task"]),
        tasks=frozenset(),
        last="",
    )
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stream, {"type": "http"}, receive, slow_send)
        await trio.testing.wait_all_tasks_blocked()
        caller.feed.publish("task", 0, dict)
        await trio.testing.wait_all_tasks_blocked()
        for number in range(100):
            caller.feed.publish("task", number, dict)
        assert 3 == len(caller.feed._events)
        reading.set()
        nursery.cancel_scope.deadline = trio.current_time() + 5
    assert not nursery.cancel_scope.cancelled_caught, "the stream was ended, not waited for"
    assert ["task"] == reader.kinds, "on coming back he is told to begin anew"


async def test_who_does_not_read_at_all_is_cut_off(
    caller: Caller, autojump_clock: MockClock
) -> None:
    async def stuck(message: Any) -> None:
        if message["type"] == "http.response.body":
            await trio.sleep_forever()

    async def receive() -> Any:
        await trio.sleep_forever()

    served = events.Events(feed=caller.feed, doors=caller.app.doors)
    stream = events.Stream(events=served, kinds=frozenset(["task"]), tasks=frozenset(), last="")
    with trio.fail_after(2 * events.STUCK_S + 1):
        await stream({"type": "http"}, receive, stuck)
    assert 0 == served.readers


async def test_readers_are_counted_and_let_go_when_the_monitor_leaves(
    caller: Caller, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST_READERS", 1)
    async with following(caller) as reader:
        answer = await caller.exchange("GET", f"{PREFIX}/events")
        assert (503, "30") == (answer.status, answer.headers["retry-after"])
        caller.app.doors.close()
        with trio.fail_after(1):
            await reader.over.wait()


async def test_everybody_comes_again_after_a_while_so_that_rights_are_asked_anew(
    caller: Caller, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LONGEST_S", 5.0)
    async with following(caller) as reader:
        with trio.fail_after(6):
            await reader.over.wait()


def test_a_text_is_made_once_and_only_if_somebody_wants_it() -> None:
    made: list[int] = []

    def data() -> dict[str, Any]:
        made.append(1)
        return {"made": len(made)}

    feed = Feed()
    feed.publish("task", 1, data)
    assert [] == made
    [event] = feed.since(1) or []
    assert event.data == event.data == b'{"made":1}'
    assert [1] == made


def test_memory_is_bounded() -> None:
    feed = Feed(remembered=10)
    for _ in range(100):
        feed.publish("task", 1, dict)
    assert (91, 101) == (feed.begin, feed.end)
    assert feed.since(90) is None
    assert 10 == len(feed.since(91) or [])
    assert [] == feed.since(101)
