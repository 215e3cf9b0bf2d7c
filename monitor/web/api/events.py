"""/api/v1/events: what happens, live, as server-sent events.

Each event has an id; whoever comes back with the last one he saw (`Last-Event-ID`) gets what he
missed. If that is no longer remembered, or the monitor was started anew, he is told `reset`: what
he knows may be old, he is to read it again. Comments keep the way open while nothing happens. A
reader who does not read is cut off, and so is everybody after a while, so that who may still read
is asked again; browsers come back by themselves.
"""

import re
from collections.abc import Iterator

import attrs
import trio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from monitor.engine.doors import Doors
from monitor.web.api.call import Call
from monitor.web.api.operation import Operation, Query, Reply
from monitor.web.api.problems import Refusal, Wrong, unfit
from monitor.web.feed import Feed, Happened
from monitor.web.routing import Role

KINDS = ("status", "task", "incident", "alerting", "look")
HEARTBEAT_S = 15.0
"""Proxies cut connections on which nothing happens, many after a minute."""
STUCK_S = 20.0
"""How long a reader may not read."""
LONGEST_S = 15 * 60.0
"""After so long a reader is asked to come again."""
AGAIN_MS = 3000
MOST_READERS = 200
MOST_CLOSELY = 20
_AT_ONCE = 200
"""Events in one piece."""

_ID = re.compile(r"([0-9a-f]{8})-([0-9]{1,15})")


@attrs.define(eq=False, kw_only=True)
class Events:
    """Serves the stream."""

    feed: Feed
    doors: Doors
    readers: int = 0

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="followEvents",
            method="GET",
            path="/events",
            needs=Role.VIEWER,
            says="Follow what happens, live (server-sent events).",
            more="Resumes behind `Last-Event-ID`, a header or a parameter. Event `reset`: what was "
            "missed is not known any more, read everything again. `look` events come only of the "
            "tasks named by `task_id`, and only if asked for by `kind=look`.",
            carry_out=self.follow,
            query={
                "kind": Query(
                    _kind,
                    "Only events of this kind; all but `look`, if none is named.",
                    {"enum": list(KINDS)},
                    several=True,
                ),
                "task_id": Query(
                    _task_id,
                    "Only events of this task.",
                    {"type": "integer", "minimum": 1},
                    several=True,
                ),
                "last_event_id": Query(str, "As the header Last-Event-ID.", {"type": "string"}),
            },
            answer={"type": "string"},
            media_type="text/event-stream",
            refusals=(503,),
        )

    async def follow(self, call: Call) -> Reply:
        await trio.lowlevel.checkpoint()
        kinds = call.query["kind"] or KINDS[:-1]
        tasks = frozenset(call.query["task_id"])
        if "look" in kinds and not 1 <= len(tasks) <= MOST_CLOSELY:
            why = f"looks are told of 1 to {MOST_CLOSELY} tasks; name them by task_id"
            raise unfit([Wrong("task_id", why)], 400)
        if self.readers >= MOST_READERS:
            raise Refusal(503, "too many follow already", headers={"Retry-After": "30"})
        last = call.query["last_event_id"] or call.request.headers.get("last-event-id", "")
        stream = Stream(events=self, kinds=frozenset(kinds), tasks=tasks, last=last)
        return Reply(document=stream)


def _kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError(f"{text!r} is not known; use {', '.join(KINDS)}")
    return text


def _task_id(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,17}", text):
        raise ValueError(f"{text!r} is no id of a task")
    return int(text)


class Stream(Response):
    """One reader's stream, as an answer."""

    def __init__(self, *, events: Events, kinds: frozenset[str], tasks: frozenset[int], last: str):
        super().__init__(
            status_code=200,
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            media_type="text/event-stream",
        )
        del self.headers["content-length"]
        self._events, self._kinds, self._tasks = events, kinds, tasks
        self._last = last

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        events = self._events
        closely = self._tasks if "look" in self._kinds else frozenset()
        events.readers += 1
        try:
            with events.feed.closely(closely), trio.move_on_after(LONGEST_S):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(_until_gone, receive, nursery.cancel_scope)
                    nursery.start_soon(_until_closing, events.doors, nursery.cancel_scope)
                    await self._write(send)
                    nursery.cancel_scope.cancel()
            with trio.move_on_after(STUCK_S):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            events.readers -= 1

    async def _write(self, send: Send) -> None:
        """Write what happens until the reader is too slow."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        feed = self._events.feed
        place, resumed = self._place()
        hello = f"retry: {AGAIN_MS}\n".encode()
        hello += b"\n" if resumed else _frame(self._id(place), "reset", b"{}")
        if not await _send(send, hello):
            return
        while True:
            with trio.move_on_after(HEARTBEAT_S) as quiet:
                await feed.wait(place)
            if quiet.cancelled_caught:
                if not await _send(send, b": nothing happened\n\n"):
                    return
                continue
            found = feed.since(place)
            if found is None:
                return  # too slow: on coming back he is told to begin anew
            found = found[:_AT_ONCE]
            place = found[-1].number + 1
            frames = [
                _frame(self._id(one.number + 1), one.kind, one.data)
                for one in found
                if self._wants(one)
            ]
            if frames and not await _send(send, b"".join(frames)):
                return
            await trio.lowlevel.checkpoint()

    def _place(self) -> tuple[int, bool]:
        """Return from which number on to tell, and whether nothing was missed."""
        feed = self._events.feed
        if not self._last:
            return feed.end, True
        known = _ID.fullmatch(self._last)
        if known and known[1] == feed.run and feed.since(int(known[2])) is not None:
            return int(known[2]), True
        return feed.end, False

    def _id(self, number: int) -> str:
        """Name a place: the number of the event that comes next."""
        return f"{self._events.feed.run}-{number}"

    def _wants(self, one: Happened) -> bool:
        return one.kind in self._kinds and (not self._tasks or one.task_id in self._tasks)


def _frame(event_id: str, kind: str, data: bytes) -> bytes:
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (event_id.encode(), kind.encode(), data)


async def _send(send: Send, body: bytes) -> bool:
    """Send a piece; return whether it was taken in time."""
    with trio.move_on_after(STUCK_S) as patience:
        await send({"type": "http.response.body", "body": body, "more_body": True})
    return not patience.cancelled_caught


async def _until_gone(receive: Receive, scope: trio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


async def _until_closing(doors: Doors, scope: trio.CancelScope) -> None:
    await doors.closing.wait()
    scope.cancel()
