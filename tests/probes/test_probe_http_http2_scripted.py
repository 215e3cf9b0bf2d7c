"""HTTP/2 servers that get it wrong, babble or fall silent; all are scripted."""

from __future__ import annotations

import gzip
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import h2.config
import h2.connection
import h2.events
import pytest
import trio
import trio.testing

from monitor.core.model import Result, Status
from monitor.core.probing import TargetDown
from monitor.probes.http2 import Http2Exchange
from tests.probes.servers import (
    SHORT_S,
    Handler,
    Stream,
    answering,
    hang,
    http_answer,
    look_at,
    reset,
    serving,
)

Then = Callable[[Stream, h2.connection.H2Connection], Awaitable[None]]


def http2(then: Then) -> Handler:
    """Make a server that hears a request, and then does something with its connection."""

    async def handler(stream: Stream) -> None:
        config = h2.config.H2Configuration(client_side=False, validate_outbound_headers=False)
        server = h2.connection.H2Connection(config)
        server.initiate_connection()
        await stream.send_all(server.data_to_send())
        heard = False
        while not heard:
            data = await stream.receive_some()
            if not data:
                return
            events = server.receive_data(data)
            heard = any(isinstance(event, h2.events.RequestReceived) for event in events)
        await then(stream, server)
        await stream.send_all(server.data_to_send())
        with suppress(trio.BrokenResourceError):
            await hang(stream)

    return handler


def saying(
    *headers: tuple[str, str], data: bytes = b"", end: bool = True, status: str = "200"
) -> Then:
    async def then(stream: Stream, server: h2.connection.H2Connection) -> None:
        server.send_headers(1, [(":status", status), *headers], end_stream=end and not data)
        if data:
            server.send_data(1, data, end_stream=end)
        await trio.lowlevel.checkpoint()

    return then


def raw(*pieces: bytes, before: Then | None = None) -> Then:
    """Say bytes that no library would say."""

    async def then(stream: Stream, server: h2.connection.H2Connection) -> None:
        if before is not None:
            await before(stream, server)
            await stream.send_all(server.data_to_send())
        for piece in pieces:
            await stream.send_all(piece)

    return then


def frame(kind: int, payload: bytes = b"", stream: int = 0, flags: int = 0) -> bytes:
    return (
        len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload
    )


async def look_at_http2(handler: Handler, timeout_s: float = 5.0, **options: object) -> Result:
    async with serving(handler) as port:
        return await look_at(f"http://127.0.0.1:{port}/", timeout_s, http_version="2", **options)


async def test_interim_answers_and_trailers_are_not_the_answer() -> None:
    async def then(stream: Stream, server: h2.connection.H2Connection) -> None:
        server.send_headers(1, [(":status", "103"), ("link", "<a>")])
        server.send_headers(1, [(":status", "200"), ("x-a", "1"), ("x-a", "2")])
        server.send_data(1, b"well")
        server.send_headers(1, [("x-late", "3")], end_stream=True)
        await trio.lowlevel.checkpoint()

    result = await look_at_http2(http2(then))
    assert (Status.UP, "well") == (result.status, result.facts["body"])
    assert {"x-a": "1, 2"} == result.facts["headers"]


async def test_a_server_that_goes_away_still_answers_what_it_took_up() -> None:
    goodbye = frame(7, (1).to_bytes(4, "big") + bytes(4))
    result = await look_at_http2(http2(raw(goodbye, before=saying(data=b"a", end=False))), SHORT_S)
    assert "body" == result.phase

    async def then(stream: Stream, server: h2.connection.H2Connection) -> None:
        await stream.send_all(goodbye)
        await saying(data=b"well")(stream, server)

    assert Status.UP == (await look_at_http2(http2(then))).status


async def test_a_server_that_answers_and_resets_without_an_error_has_answered() -> None:
    """RFC 9113, 8.1: so it tells that it needs no more of the request's body."""
    after = raw(frame(3, bytes(4), stream=1), before=saying(status="413"))
    result = await look_at_http2(http2(after), body="x" * 1_000_000)
    assert 413 == result.facts["status"]
    assert result.detail.endswith(", wanted 200-299")


async def test_a_packed_body_is_unpacked_and_a_broken_one_is_down() -> None:
    encoding = ("content-encoding", "gzip")
    well = await look_at_http2(http2(saying(encoding, data=gzip.compress(b"well"))))
    half = await look_at_http2(http2(saying(encoding, data=gzip.compress(b"well")[:-5])))
    assert "well" == well.facts["body"]
    assert (Status.DOWN, "body") == (half.status, half.phase)


@pytest.mark.parametrize(
    ("handler", "phase", "detail"),
    [
        (
            answering(http_answer("I speak HTTP/1.1")),
            "first_byte",
            "the target answers in HTTP/1, not in HTTP/2",
        ),
        (answering(b""), "first_byte", "the connection was closed without an answer"),
        (reset, "first_byte", "connection reset by peer"),
        (answering(b"\0" * 50_000), "first_byte", "not a valid HTTP/2 answer: "),
        (
            http2(raw(b"\xff\xff\xff" + bytes(6))),
            "first_byte",
            "not a valid HTTP/2 answer: a frame is too",
        ),
        (
            http2(raw(frame(7, bytes(8) + b"too busy\n"))),
            "first_byte",
            "the target takes no requests (too busy)",
        ),
        (
            http2(raw(frame(7, bytes(7) + b"\x0b"))),
            "first_byte",
            "the target takes no requests (ENHANCE",
        ),
        (http2(raw(frame(7))), "first_byte", "the target takes no requests ("),
        (
            http2(raw(frame(3, bytes(3) + b"\x07", stream=1))),
            "first_byte",
            "the target gave up the answer (REFUSED",
        ),
        (
            http2(raw(frame(3, b"\xff\xff\xff\xff", stream=1))),
            "first_byte",
            "the target gave up the answer (4294",
        ),
        (
            http2(raw(frame(1, b"\xff\xff\xff", stream=1, flags=4))),
            "first_byte",
            "not a valid HTTP/2 answer: ",
        ),
        (http2(saying(status="abc")), "first_byte", "not a valid HTTP/2 answer: "),
        (
            http2(saying(("content-length", "9"), data=b"1234")),
            "body",
            "not a valid HTTP/2 answer: ",
        ),
        (
            http2(raw(frame(3, bytes(3) + b"\x08", stream=1), before=saying(data=b"x", end=False))),
            "body",
            "the target gave up the answer (CANCEL)",
        ),
    ],
    ids=range(14),
)
async def test_an_answer_that_is_not_http2_is_down(
    handler: Handler, phase: str, detail: str
) -> None:
    result = await look_at_http2(handler)
    assert (Status.DOWN, phase) == (result.status, result.phase)
    assert result.detail.startswith(detail)
    assert len(result.detail) < 300


@pytest.mark.parametrize(
    ("handler", "phase"),
    [(http2(raw()), "first_byte"), (http2(saying(end=False)), "body"), (hang, "first_byte")],
    ids=["after the request", "in its body", "at once"],
)
async def test_a_server_that_falls_silent_is_down_in_that_phase(
    handler: Handler, phase: str
) -> None:
    result = await look_at_http2(handler, SHORT_S)
    assert (Status.DOWN, phase) == (result.status, result.phase)


def endlessly(piece: bytes, before: Then | None = None) -> Then:
    async def then(stream: Stream, server: h2.connection.H2Connection) -> None:
        await raw(before=before)(stream, server)
        while True:
            await stream.send_all(piece * 100)

    return then


PING = frame(6, bytes(8))
NO_DATA = frame(0, b"", stream=1)
PADDED = frame(0, b"\xff" + bytes(255), stream=1, flags=8)


async def test_endless_frames_before_the_answer_are_read_only_to_their_limit() -> None:
    for body in ("", "x" * 1_000_000):
        result = await look_at_http2(http2(endlessly(PING)), body=body)
        assert (Status.DOWN, "first_byte") == (result.status, result.phase)
        assert "sent more than 64 KiB of headers" == result.detail


async def test_headers_without_end_are_down() -> None:
    start = frame(1, b"\x88", stream=1)
    endless = raw(start, *[frame(9, b"\0\1a\1b" * 1000, stream=1)] * 100)
    result = await look_at_http2(http2(endless))
    assert (Status.DOWN, "first_byte") == (result.status, result.phase)


@pytest.mark.parametrize("piece", [NO_DATA, PADDED], ids=["no data", "padding"])
async def test_an_endless_body_of_frames_is_read_only_to_its_limit(piece: bytes) -> None:
    handler = http2(endlessly(piece, before=saying(data=b"x", end=False)))
    result = await look_at_http2(handler, 20.0)
    assert "status 200 OK, 1 byte, there was more" == result.detail


async def test_a_server_that_wants_answers_without_end_and_hears_none_is_down() -> None:
    handler = http2(endlessly(PING, before=saying(data=b"x", end=False)))
    result = await look_at_http2(handler, SHORT_S)
    assert (Status.DOWN, "body") == (result.status, result.phase)


async def test_a_server_that_answers_while_it_is_still_asked_is_heard() -> None:
    """An echo: the answer begins before the request has ended, and goes on with it."""

    async def echo(stream: Stream) -> None:
        config = h2.config.H2Configuration(client_side=False)
        server = h2.connection.H2Connection(config)
        server.initiate_connection()
        while True:
            await stream.send_all(server.data_to_send())
            for event in server.receive_data(await stream.receive_some()):
                match event:
                    case h2.events.RequestReceived():
                        server.send_headers(1, [(":status", "200")])
                    case h2.events.DataReceived():
                        server.acknowledge_received_data(event.flow_controlled_length, 1)
                        server.send_data(1, event.data)
                    case h2.events.StreamEnded():
                        server.end_stream(1)
                    case h2.events.ConnectionTerminated():
                        return

    result = await look_at_http2(echo, body="x" * 300_000)
    assert ("status 200 OK, 300,000 bytes", "x" * 300_000) == (result.detail, result.facts["body"])


async def test_whatever_bytes_come_only_the_target_is_to_blame() -> None:
    random_bytes = random.Random(7)
    for _ in range(300):
        client, server = trio.testing.memory_stream_pair()
        await server.send_all(
            frame(4)
            + b"".join(
                frame(
                    random_bytes.randrange(11),
                    random_bytes.randbytes(random_bytes.randrange(30)),
                    random_bytes.randrange(3),
                    random_bytes.randrange(256),
                )
                for _ in range(5)
            )
        )
        await server.send_eof()
        exchange = Http2Exchange(client)
        fields = [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/")]
        with suppress(TargetDown):
            await exchange.content(await exchange.ask(fields))
