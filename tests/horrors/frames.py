"""Bad servers that talk in frames: WebSockets, and HTTP/2 as gRPC has it."""

import base64
import hashlib

import trio

from tests.horrors.acts import MIB, answer, anything, asked, first, flood
from tests.horrors.horror import PATIENCE_S, UP
from tests.horrors.wires import ANSWERED, ANYWHERE, on
from tests.probes.servers import hang, read_request


async def _upgrade(stream: trio.SocketStream) -> None:
    request = await read_request(stream)
    key = request.lower().partition(b"sec-websocket-key:")[2].split(b"\r\n")[0]
    start = request.lower().index(key)
    key = request[start : start + len(key)].strip()
    digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    head = (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}\r\n\r\n"
    )
    await stream.send_all(head.encode())


_LISTEN = {"receive": 1}

WEBSOCKET = [
    on(
        "ws",
        "a frame of 2^63 bytes",
        first(_upgrade, b"\x82\x7f\x80" + bytes(7), flood(b"x" * 4096)),
        options=_LISTEN,
    ),
    on(
        "ws",
        "a frame of 2^40 bytes",
        first(_upgrade, b"\x82\x7f\0\0\1" + bytes(5), flood(b"x" * 4096)),
        (*UP, *ANYWHERE),
        options=_LISTEN,
    ),
    on(
        "ws",
        "pieces without end",
        first(_upgrade, b"\x02\x01x", flood(b"\x00\x01x" * 1000)),
        options=_LISTEN,
    ),
    on(
        "ws",
        "empty pieces without end",
        first(_upgrade, b"\x02\x00", flood(b"\x00\x00" * 1000, 8 * MIB)),
        options=_LISTEN,
    ),
    on(
        "ws",
        "pings without end",
        first(_upgrade, flood(b"\x89\x02hi" * 1000, 8 * MIB)),
        options=_LISTEN,
    ),
    on(
        "ws",
        "a ping of 64 KiB",
        first(_upgrade, b"\x89\x7e\xff\xff" + bytes(65_535)),
        options=_LISTEN,
    ),
    on("ws", "reserved bits", first(_upgrade, b"\xf2\x01x"), options=_LISTEN),
    on("ws", "a masked frame", first(_upgrade, b"\x82\x81\x01\x02\x03\x04x"), options=_LISTEN),
    on("ws", "text that is not UTF-8", first(_upgrade, b"\x81\x02\xff\xfe"), options=_LISTEN),
    on("ws", "a goodbye of no known code", first(_upgrade, b"\x88\x02\xff\xff"), options=_LISTEN),
    on("ws", "a goodbye of one byte", first(_upgrade, b"\x88\x01x"), options=_LISTEN),
    on(
        "ws",
        "the wrong key",
        asked(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n",
            hang,
        ),
    ),
    on(
        "ws",
        "endless headers",
        asked(b"HTTP/1.1 101 Switching Protocols\r\n", flood(b"X: y\r\n" * 500)),
    ),
    on("ws", "a plain answer", asked(answer(b"hello")), ANSWERED),
]


def frame(kind: int, flags: int, stream: int, body: bytes, length: int | None = None) -> bytes:
    said = len(body) if length is None else length
    return said.to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + body


_SETTINGS = frame(4, 0, 0, b"")
_LONG_NAME = b"\x40\x7f\x80\x80\x80\x80\x08"
"""The beginning of a header whose name is 2 GiB long (RFC 7541, 5.1)."""
_ENTRY = b"\x40\x01a\x7f\xa1\x1f" + b"v" * 4128
"""A header that fills the table of headers; `0xbe` repeats it."""

GRPC = [
    on(
        "grpc",
        "a frame of 16 MiB",
        first(anything, _SETTINGS, frame(0, 0, 1, b"", 2**24 - 1), flood(b"x" * 4096)),
    ),
    on("grpc", "settings without end", first(anything, flood(_SETTINGS * 400, 8 * MIB))),
    on(
        "grpc",
        "pings without end",
        first(anything, _SETTINGS, flood(frame(6, 0, 0, bytes(8)) * 400, 8 * MIB)),
    ),
    on(
        "grpc",
        "continuations without end",
        first(
            anything,
            _SETTINGS,
            frame(1, 0, 1, b"\x88"),
            flood(frame(9, 0, 1, b"\x40\x01a\x01b") * 400),
        ),
    ),
    on(
        "grpc",
        "empty continuations without end",
        first(
            anything, _SETTINGS, frame(1, 0, 1, b"\x88"), flood(frame(9, 0, 1, b"") * 400, 8 * MIB)
        ),
    ),
    on(
        "grpc",
        "a header name of 2 GiB",
        first(anything, _SETTINGS, frame(1, 4, 1, _LONG_NAME), hang),
        timeout_s=PATIENCE_S,
    ),
    on(
        "grpc",
        "a bomb of headers",
        first(anything, _SETTINGS, frame(1, 4, 1, b"\x88" + _ENTRY + b"\xbe" * 12_000), hang),
        timeout_s=PATIENCE_S,
    ),
    on(
        "grpc",
        "a window that overflows",
        first(anything, _SETTINGS, frame(8, 0, 0, b"\x7f\xff\xff\xff") * 2, hang),
        timeout_s=PATIENCE_S,
    ),
    on(
        "grpc",
        "a goodbye",
        first(anything, _SETTINGS, frame(7, 0, 0, bytes(7) + b"\x0b" + b"calm down \xff")),
    ),
    on(
        "grpc",
        "a reset of our question",
        first(anything, _SETTINGS, frame(3, 0, 1, b"\0\0\0\x0b"), hang),
        timeout_s=PATIENCE_S,
    ),
    on(
        "grpc",
        "frames of no known kind",
        first(anything, _SETTINGS, flood(frame(99, 0, 1, bytes(64)) * 50, 8 * MIB)),
    ),
    on(
        "grpc",
        "pushes",
        first(anything, _SETTINGS, frame(5, 4, 1, b"\0\0\0\x02\x88"), hang),
        timeout_s=PATIENCE_S,
    ),
    on("grpc", "an answer of HTTP/1.1", first(anything, answer(b"hello"))),
]

FRAMES = [*WEBSOCKET, *GRPC]
