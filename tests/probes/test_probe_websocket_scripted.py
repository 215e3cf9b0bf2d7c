"""WebSocket servers that get it wrong, close, babble or fall silent; all are scripted."""

from __future__ import annotations

import base64
import hashlib
import random
import re
import struct
from typing import Any

import pytest

from monitor.core.model import Result, Status
from tests.probes.conversations import judged
from tests.probes.servers import (
    SHORT_S,
    Handler,
    Stream,
    hang,
    look_at,
    read_request,
    reset,
    serving,
)

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(opcode: int, data: bytes = b"", *, final: bool = True) -> bytes:
    """Write a frame as a server does."""
    first = (0x80 if final else 0) | opcode
    if len(data) < 126:
        return bytes([first, len(data)]) + data
    if len(data) < 1 << 16:
        return bytes([first, 126]) + struct.pack("!H", len(data)) + data
    return bytes([first, 127]) + struct.pack("!Q", len(data)) + data


def accepting(*pieces: bytes | Handler, headers: str = "") -> Handler:
    """Make a handler that does a right handshake, and then sends pieces or does things in turn."""

    async def handler(stream: Stream) -> None:
        request = await read_request(stream)
        key = re.search(rb"Sec-WebSocket-Key: (\S+)", request)
        assert key is not None
        accept = base64.b64encode(hashlib.sha1(key[1] + _GUID).digest()).decode()
        answer = (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n{headers}\r\n"
        ).encode()
        first = pieces[0] if pieces and isinstance(pieces[0], bytes) else b""
        await stream.send_all(answer + first)
        for piece in pieces[1:] if first else pieces:
            if isinstance(piece, bytes):
                await stream.send_all(piece)
            else:
                await piece(stream)

    return handler


async def look_at_handler(handler: Handler, timeout_s: float = 5.0, /, **options: Any) -> Result:
    async with serving(handler) as port:
        return await look_at(f"ws://127.0.0.1:{port}", timeout_s, **options)


async def test_a_server_that_closes_with_an_unusual_code_is_down_unless_it_is_expected() -> None:
    kick = accepting(frame(CLOSE, struct.pack("!H", 4401) + b"log in first"), hang)
    async with serving(kick) as port:
        target = f"ws://127.0.0.1:{port}"
        plain = await judged(target)
        expected = await judged(target, "close_code == 4401")
        waiting = await judged(target, "close_code == 4401", receive=1)
    assert (Status.DOWN, Status.UP) == (plain.status, expected.status)
    assert "found 4401 (the handshake went through, closed with code 4401: log in first)" in (
        plain.detail
    )
    assert (Status.DOWN, "receive") == (waiting.status, waiting.phase)
    assert "the target closed with code 4401: log in first" == waiting.detail
    assert 4401 == waiting.facts["close_code"]


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "found 200 (the handshake was"),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", "refused with status 302 Found"),
        (b"HTTP/1.1 599 \r\n\r\n", "refused with status 599)"),
        (b"220 mail ESMTP\r\n\r\n", "not a valid WebSocket answer: Bad HTTP message"),
        (b"\xff" * 3000, "the target closed the connection"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000, "not a valid WebSocket answer: "),
        (b"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\n\r\n", "Missing header"),
        (
            b"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: AAAA\r\n\r\n",
            "Bad accept token",
        ),
        (
            b"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: \xe4\r\n\r\n",
            "not a valid WebSocket answer: ",
        ),
        (b"", "the target closed the connection unanswered"),
    ],
)
async def test_a_server_of_something_else_is_down(said: bytes, detail: str) -> None:
    async def answer(stream: Stream) -> None:
        await read_request(stream)
        await stream.send_all(said)
        await stream.send_eof()
        await hang(stream)

    result = await look_at_handler(answer)
    assert Status.DOWN == result.status
    assert detail in result.detail
    assert result.detail.isprintable()


async def test_early_hints_are_no_refusal() -> None:
    async def answer(stream: Stream) -> None:
        await stream.send_all(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await accepting(frame(TEXT, b"hi"))(stream)

    result = await look_at_handler(answer, receive=1)
    assert (Status.UP, "hi") == (result.status, result.facts["message"])


async def test_an_answer_nobody_asked_for_is_refused() -> None:
    for header in ("Sec-WebSocket-Protocol: soap", "Sec-WebSocket-Extensions: permessage-deflate"):
        result = await look_at_handler(accepting(headers=f"{header}\r\n"))
        assert (Status.DOWN, "handshake") == (result.status, result.phase)
        assert "not a valid WebSocket answer: unrecognized" in result.detail


@pytest.mark.parametrize(
    ("frames", "why"),
    [
        (b"\x83\x00", "Invalid opcode 0x3"),
        (b"\xc1\x01a", "Reserved bit"),
        (frame(PING, b"x" * 126), "Control frame"),
        (b"\x81\xff" + b"\xff" * 8, "MSB"),
        (b"\x81\x81aaaaa", "masked"),
        (frame(TEXT, b"\xff\xfe"), "utf-8"),
        (frame(0, b"x"), "unexpected CONTINUATION"),
        (frame(TEXT, b"a", final=False) + frame(TEXT, b"b"), "expected CONTINUATION"),
        (frame(CLOSE, b"x"), "CLOSE with 1 byte"),
        (frame(CLOSE, struct.pack("!H", 1006)), "local-only"),
        (frame(CLOSE, struct.pack("!H", 1000) + b"\xff"), "Error decoding CLOSE reason"),
    ],
)
async def test_broken_frames_are_down(frames: bytes, why: str) -> None:
    result = await look_at_handler(accepting(frames, hang), receive=1)
    assert (Status.DOWN, "receive") == (result.status, result.phase)
    assert result.detail.startswith("not a valid WebSocket answer: ")
    assert why in result.detail
    assert 1006 == result.facts["close_code"]


async def test_a_message_in_pieces_with_a_ping_between_is_put_together() -> None:
    pong = b""

    async def then_wait(stream: Stream) -> None:
        nonlocal pong
        while b"\x8a" not in pong:
            pong += await stream.receive_some()
        await stream.send_all(frame(0, "ä".encode()[1:]))
        await hang(stream)

    pieces = frame(TEXT, "grüß-".encode() + "ä".encode()[:1], final=False) + frame(PING, b"hey")
    result = await look_at_handler(accepting(pieces, then_wait), 1.0, receive=1)
    assert (Status.UP, "grüß-ä") == (result.status, result.facts["message"])


async def test_only_the_pong_to_our_ping_counts() -> None:
    async def answer(stream: Stream) -> None:
        await stream.send_all(frame(PONG) + frame(PONG, b"unasked") + frame(TEXT, b"hi"))
        await hang(stream)

    result = await look_at_handler(accepting(answer), SHORT_S, ping=True)
    assert "no answer within 0.2 s, in phase pong" == result.detail


async def test_a_server_that_goes_without_a_word_is_up_if_nothing_was_wanted() -> None:
    result = await look_at_handler(accepting())
    assert (Status.UP, 1006) == (result.status, result.facts["close_code"])
    result = await look_at_handler(accepting(), receive=1)
    assert (Status.DOWN, "receive") == (result.status, result.phase)
    assert "the target closed the connection" == result.detail
    result = await look_at_handler(accepting(reset), receive=1)
    assert "the target broke the connection: connection reset by peer" == result.detail


async def test_a_server_that_does_not_answer_the_close_is_up_and_not_waited_for_long() -> None:
    result = await look_at_handler(accepting(hang), SHORT_S)
    assert (Status.UP, 1006) == (result.status, result.facts["close_code"])


async def test_silence_is_down_in_the_phase_it_happened() -> None:
    result = await look_at_handler(hang, SHORT_S)
    assert "no answer within 0.2 s, in phase handshake" == result.detail
    result = await look_at_handler(accepting(hang), SHORT_S, receive=1)
    assert "no answer within 0.2 s, in phase receive" == result.detail


async def test_a_server_that_talks_without_end_is_left() -> None:
    async def flood(stream: Stream) -> None:
        while True:
            await stream.send_all(frame(PONG, b"x" * 125) * 100)

    result = await look_at_handler(accepting(flood), receive=1)
    assert (Status.DOWN, "the target sent more than 1 MiB") == (result.status, result.detail)

    async def feed(stream: Stream) -> None:
        while True:
            await stream.send_all(frame(BINARY, b"x" * 1000) * 10)

    result = await look_at_handler(accepting(feed), receive=2)
    assert (Status.UP, 2) == (result.status, len(result.facts["messages"]))


async def test_whatever_a_broken_server_says_is_judged_and_never_an_error_of_ours() -> None:
    dice = random.Random(7)
    whole = frame(TEXT, b"hello", final=False) + frame(PING, b"?") + frame(0, b"x" * 200)
    for _ in range(200):
        said = bytearray(whole + frame(CLOSE, struct.pack("!H", 1001) + b"bye"))
        for _ in range(dice.randint(1, 3)):
            said[dice.randrange(len(said))] = dice.getrandbits(8)
        result = await look_at_handler(accepting(bytes(said)), receive=2)
        assert result.status in (Status.UP, Status.DOWN), bytes(said)
        assert result.detail.isprintable()
