"""gRPC servers that get it wrong, babble or fall silent; all are scripted."""

from __future__ import annotations

import random
import ssl
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest
import trustme

from monitor.core.model import Result, Status
from monitor.core.probing import Trace
from tests.probes.certificates import server_context
from tests.probes.servers import (
    SHORT_S,
    Handler,
    Stream,
    client_sockets,
    hang,
    look_at,
    over_tls,
    probe_of,
    reset,
    serving,
)
from tests.probes.stepping import cancelled_at_step

HTML = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"


class Scripted:
    """A server of HTTP/2 that gets one call, and then answers as it is told."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.http = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, validate_outbound_headers=False)
        )

    async def called(self) -> None:
        self.http.initiate_connection()
        await self.flush()
        while True:
            for event in self.http.receive_data(await self.stream.receive_some()):
                if isinstance(event, h2.events.StreamEnded):
                    return

    async def flush(self) -> None:
        await self.stream.send_all(self.http.data_to_send())

    async def answer(
        self,
        data: bytes | None = b"\0\0\0\0\2\x08\1",
        trailers: tuple[tuple[str, str], ...] | None = (("grpc-status", "0"),),
        headers: tuple[tuple[str, str], ...] = (("content-type", "application/grpc+proto"),),
        status: str = "200",
    ) -> None:
        ended = data is None and trailers is None
        self.http.send_headers(1, [(":status", status), *headers], end_stream=ended)
        if data is not None:
            self.http.send_data(1, data, end_stream=trailers is None)
        if trailers is not None:
            self.http.send_headers(1, list(trailers), end_stream=True)
        await self.flush()


def answering(**answer: Any) -> Handler:
    async def handler(stream: Stream) -> None:
        server = Scripted(stream)
        await server.called()
        await server.answer(**answer)
        await hang(stream)

    return handler


async def look_at_handler(handler: Handler, timeout_s: float = 5.0) -> Result:
    async with serving(handler) as port:
        return await look_at(f"grpc://127.0.0.1:{port}", timeout_s)


async def test_a_scripted_server_can_be_up() -> None:
    result = await look_at_handler(answering())
    assert (Status.UP, "the server is SERVING") == (result.status, result.detail)


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (
            {"status": "503", "headers": (("content-type", "text/html"),), "trailers": None},
            "no gRPC answer, but HTTP status 503",
        ),
        (
            {"headers": (("content-type", "text/html"),), "trailers": None},
            "no gRPC answer, but text/html",
        ),
        ({"headers": (), "trailers": None}, "no gRPC answer, but something else"),
        ({"trailers": None}, "the answer ended without a gRPC status"),
        ({"data": None}, "the answer is not one unpacked message"),
        ({"data": b"\1\0\0\0\0"}, "the answer is not one unpacked message"),
        ({"data": b"\0\0\0\0\1"}, "the answer is not one unpacked message"),
        ({"data": b"\0\xff\xff\xff\xff"}, "the answer is not one unpacked message"),
        ({"data": b"\0\0\0\0\1\x08"}, "not a valid answer of a health service"),
        ({"data": b"\0\0\0\0\2\x0a\x09"}, "not a valid answer of a health service"),
        ({"data": b"x" * 5000}, "the answer is too long for one about health"),
        ({"data": b"\0\0\0\0\0"}, 'found "UNKNOWN" (the server is UNKNOWN)'),
        ({"data": b"\0\0\0\0\2\x08\x09"}, 'found "9" (the server is 9)'),
        ({"trailers": (("grpc-status", "99"),)}, "(gRPC status 99)"),
        ({"trailers": (("grpc-status", "\u00e4\u00b2"),)}, "gRPC status"),
        (
            {"trailers": (("grpc-status", "14"), ("grpc-message", "%E2%82%AC%ff%zz"))},
            "(gRPC status UNAVAILABLE: \u20ac\ufffd%zz)",
        ),
        (
            {"data": None, "trailers": None, "headers": (("grpc-status", "8"),)},
            "(gRPC status RESOURCE_EXHAUSTED)",
        ),
    ],
)
async def test_a_wrong_answer_is_down_in_words(answer: dict[str, Any], detail: str) -> None:
    result = await look_at_handler(answering(**answer))
    assert Status.DOWN == result.status
    assert detail in result.detail
    assert result.detail.isprintable()


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        (HTML, "the target answers in HTTP/1, not in HTTP/2"),
        (b"\0" * 9, "not a valid HTTP/2 answer: "),
        (b"\0\0\1\1\4\0\0\0\1\xff", "not a valid HTTP/2 answer: "),
        (b"\0\0\4\5\4\0\0\0\1\0\0\0\2", "not a valid HTTP/2 answer: "),
        (b"\0\0\4\3\0\0\0\0\1\0\0\0\7", "the target gave up the call (REFUSED_STREAM)"),
        (b"\0\0\4\3\0\0\0\0\1\0\0\1\0", "the target gave up the call (256)"),
        (b"\0\0\x0c\7\0\0\0\0\0\0\0\0\0\0\0\0\x0bbusy", "the target takes no calls (busy)"),
        (b"\0\0\0\7\0\0\0\0\0", "the target takes no calls ("),
        (b"\0\0\0\4\0\0", "the connection was closed in the middle of the answer"),
        (b"", "the connection was closed without an answer"),
    ],
)
async def test_a_server_of_something_else_is_down(said: bytes, detail: str) -> None:
    async def talk(stream: Stream) -> None:
        await stream.send_all(said)
        await stream.send_eof()
        await hang(stream)

    result = await look_at_handler(talk)
    assert (Status.DOWN, "call") == (result.status, result.phase)
    assert result.detail.startswith(detail)


async def test_a_server_that_goes_away_may_still_answer() -> None:
    async def leave(stream: Stream) -> None:
        server = Scripted(stream)
        await server.called()
        await stream.send_all(b"\0\0\x08\7\0\0\0\0\0" + b"\0\0\0\1" + b"\0\0\0\0")
        await server.answer()

    result = await look_at_handler(leave)
    assert (Status.UP, "the server is SERVING") == (result.status, result.detail)


async def test_a_reset_and_silence_are_down() -> None:
    result = await look_at_handler(reset)
    assert "connection reset by peer" == result.detail
    result = await look_at_handler(hang, SHORT_S)
    assert "no answer within 0.2 s, in phase call" == result.detail


async def test_a_server_that_talks_without_end_is_left() -> None:
    async def flood(stream: Stream) -> None:
        while True:
            await stream.send_all(b"\0\0\x08\6\0\0\0\0\0pingpong" * 100)

    result = await look_at_handler(flood)
    assert (Status.DOWN, "the target sent more than 128 KiB") == (result.status, result.detail)


async def test_a_server_that_agrees_on_no_protocol_is_asked_all_the_same(ca: trustme.CA) -> None:
    context: ssl.SSLContext = server_context(ca.issue_cert("localhost"))

    async def talk(stream: Any) -> None:
        server = Scripted(stream)
        await server.called()
        await server.answer()

    async with serving(over_tls(context, talk)) as port:
        result = await look_at(f"grpcs://localhost:{port}")
    assert Status.UP == result.status


async def test_a_look_cancelled_at_any_step_leaves_nothing_open() -> None:
    async with serving(answering()) as port:
        probe = probe_of(f"grpc://127.0.0.1:{port}", {})

        async def work() -> None:
            await probe(Trace())

        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            assert 0 == client_sockets(port), f"cancelled at step {step}"
            if not cancelled:
                break
    assert 5 < step < 1000


async def test_whatever_a_broken_server_says_is_judged_and_never_an_error_of_ours() -> None:
    heard = b""

    async def record(stream: Stream) -> None:
        nonlocal heard

        class Recorder:
            async def send_all(self, data: bytes) -> None:
                nonlocal heard
                heard += data
                await stream.send_all(data)

            receive_some = stream.receive_some

        server = Scripted(Recorder())
        await server.called()
        await server.answer()

    assert Status.UP == (await look_at_handler(record)).status
    dice = random.Random(7)
    for _ in range(300):
        said = bytearray(heard)
        for _ in range(dice.randint(1, 3)):
            said[dice.randrange(len(said))] = dice.getrandbits(8)

        async def talk(stream: Stream, said: bytes = bytes(said)) -> None:
            await stream.send_all(said)
            await stream.send_eof()
            await hang(stream)

        result = await look_at_handler(talk)
        assert result.status in (Status.UP, Status.DOWN), bytes(said)
        assert result.detail.isprintable()
