"""Looks that hold a conversation, and what a server said in one of them, to be said again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs
import trio

from monitor.core.model import Result, TaskSpec
from monitor.engine.look import look
from monitor.probes import prepare
from tests.probes.servers import TIMEOUT_S, Handler, Stream, serving


@attrs.frozen
class Conversation:
    """A look that uses as much as possible of its protocol; `url` wants the port."""

    name: str
    url: str
    options: dict[str, object]

    def target(self, port: int) -> str:
        return self.url.format(port=port)


CONVERSATIONS = [
    Conversation(
        "postgresql",
        "postgresql://postgres:secret@127.0.0.1:{port}/postgres",
        {"query": "SELECT 1 AS one, 2.5 AS more, true AS yes, NULL AS no, interval '1 day' AS age"},
    ),
    Conversation(
        "mysql",
        "mysql://root@127.0.0.1:{port}/test",
        {"query": "SELECT 1 AS one, 2.5 AS more, NULL AS no, timediff('02:00', '01:00') AS age"},
    ),
    Conversation(
        "redis",
        "redis://127.0.0.1:{port}/0",
        {"command": "COMMAND INFO get set", "info": True},
    ),
    Conversation("mqtt", "mqtt://127.0.0.1:{port}", {"round_trip": True, "qos": 2}),
    Conversation(
        "mqtt", "mqtt://127.0.0.1:{port}", {"topic": "$SYS/broker/version", "version": "5"}
    ),
    Conversation("amqp", "amqp://127.0.0.1:{port}", {"round_trip": True}),
    Conversation("nats", "nats://127.0.0.1:{port}", {"round_trip": True, "stream": "none"}),
]


@asynccontextmanager
async def recording(port: int, heard: bytearray) -> AsyncIterator[int]:
    """Stand between a look and a server, and keep what the server says."""

    async def between(client: Stream) -> None:
        server = await trio.open_tcp_stream("127.0.0.1", port)
        async with server, trio.open_nursery() as nursery:
            nursery.start_soon(_pass_on, client, server, None, name="to the server")
            await _pass_on(server, client, heard)
            nursery.cancel_scope.cancel()

    async with serving(between) as between_port:
        yield between_port


async def judged(target: str, /, *conditions: str, **options: object) -> Result:
    """Look once at a target, and judge what is seen by conditions."""
    spec = TaskSpec(name="a test", target=target, options=options, expect=conditions)
    prepared = prepare(spec)
    return prepared.rule(await look(prepared.probe, TIMEOUT_S))


def repeating(said: bytes) -> Handler:
    """Make a handler that says this at once, whatever it hears, and then no more."""

    async def handler(stream: Stream) -> None:
        await stream.send_all(said)
        await stream.send_eof()
        while await stream.receive_some():
            pass

    return handler


async def _pass_on(source: Stream, sink: Stream, heard: bytearray | None) -> None:
    try:
        async for data in source:
            if heard is not None:
                heard += data
            await sink.send_all(data)
    except trio.BrokenResourceError:
        pass
