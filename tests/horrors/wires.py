"""Bad servers of everything else that speaks TCP."""

import base64
import hashlib
import ssl
from functools import cache
from typing import Any

import trio
import trustme

from tests.horrors.acts import (
    MIB,
    answer,
    anything,
    asked,
    close,
    drip,
    first,
    flood,
    half_close,
    reset,
)
from tests.horrors.horror import PATIENCE_S, UP, Act, Horror, down
from tests.probes.servers import hang, over_tls, read_request

ANYWHERE = (("down", "*"),)
"""DOWN in any phase, as long as it is named."""
ANSWERED = (*ANYWHERE, ("down", None))
"""DOWN also because an answer that is right is not the wanted one."""

TARGETS: dict[str, tuple[str, dict[str, Any]]] = {
    "tcp": ("tcp://127.0.0.1:{port}", {"send": "hello", "expect": "world"}),
    "tls": ("tls://127.0.0.1:{port}", {}),
    "https": ("https://127.0.0.1:{port}/", {}),
    "ssh": ("ssh://127.0.0.1:{port}", {}),
    "postgresql": ("postgresql://me:secret@127.0.0.1:{port}/db", {}),
    "mysql": ("mysql://me:secret@127.0.0.1:{port}/db", {}),
    "redis": ("redis://:secret@127.0.0.1:{port}/0", {}),
    "mqtt": ("mqtt://me:secret@127.0.0.1:{port}", {}),
    "amqp": ("amqp://me:secret@127.0.0.1:{port}/queue", {}),
    "nats": ("nats://127.0.0.1:{port}", {}),
    "ws": ("ws://127.0.0.1:{port}/", {}),
    "grpc": ("grpc://127.0.0.1:{port}", {}),
    "smtp": ("smtp://127.0.0.1:{port}", {}),
    "imap": ("imap://127.0.0.1:{port}", {}),
    "pop3": ("pop3://127.0.0.1:{port}", {}),
    "dns by tcp": ("dns://127.0.0.1:{port}/example.com", {"transport": "tcp"}),
    "dns by tls": ("dns://127.0.0.1:{port}/example.com", {"transport": "tls"}),
}

EVERYWHERE: dict[str, tuple[Act, float]] = {
    # What it does, and how long the look may take: None of them ever comes to an end by itself
    # where PATIENCE_S stands.
    "says nothing": (hang, PATIENCE_S),
    "closes at once": (close, 0.0),
    "resets at once": (reset, 0.0),
    "half closes at once": (half_close, 0.0),
    "resets when spoken to": (first(anything, reset), PATIENCE_S),
    "drips rubbish": (drip(b"a" * 99), PATIENCE_S),
    "drips NULs": (drip(bytes(99)), PATIENCE_S),
    "floods with NULs": (flood(bytes(4096)), 0.0),
    "floods with 0xff": (flood(b"\xff" * 4096), 0.0),
    "floods with a line that never ends": (flood(b"x" * 4096), 0.0),
    "floods with empty lines": (flood(b"\r\n" * 2048), 0.0),
    "floods with rubbish": (flood(bytes(range(256)) * 16), 0.0),
    "answers as a web server": (first(answer(b"<html>hello</html>"), hang), PATIENCE_S),
    "answers as a TLS server": (first(bytes.fromhex("15030100020228"), hang), PATIENCE_S),
}


def on(
    kind: str,
    name: str,
    act: Act,
    expected: tuple[tuple[str, str | None], ...] = ANYWHERE,
    **more: Any,
) -> Horror:
    target, options = TARGETS[kind]
    fields = {"target": target, "options": options, **more}
    return Horror(name=f"{kind}: {name}", act=act, expected=expected, **fields)


def slow(kind: str, name: str, act: Act, **more: Any) -> Horror:
    """Make a horror that may never come to an end."""
    return on(kind, name, act, timeout_s=PATIENCE_S, **more)


def generic() -> list[Horror]:
    """Return what every kind of server can do wrong."""
    return [
        on(kind, name, act, ANSWERED, **({"timeout_s": limit_s} if limit_s else {}))
        for kind in TARGETS
        for name, (act, limit_s) in EVERYWHERE.items()
    ]


# --- TLS ----------------------------------------------------------------------------------------


@cache
def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context


def tls(act: Any) -> Act:
    """Do something behind a handshake that is right."""

    async def handle(stream: trio.SocketStream) -> None:
        await over_tls(server_context(), act)(stream)

    return handle


def record(kind: int, body: bytes, length: int | None = None) -> bytes:
    """Write a record of TLS, with a length that may be a lie."""
    said = len(body) if length is None else length
    return bytes([kind, 3, 3]) + said.to_bytes(2, "big") + body


_HELLO_LENGTH = b"\x02\xff\xff\xff"
"""The head of a ServerHello of 16 MiB."""

TLS = [
    on("tls", "an alert for hello", first(anything, record(21, b"\x02\x28")), down("tls")),
    on("tls", "an alert of no level", first(anything, record(21, b"\xff\xff")), down("tls")),
    slow("tls", "a warning and silence", first(anything, record(21, b"\x01\x70"), hang)),
    on("tls", "warnings without end", first(anything, flood(record(21, b"\x01\x70"), MIB))),
    on("tls", "a record of 64 KiB", first(anything, record(22, bytes(65_535))), down("tls")),
    slow("tls", "a record that is announced", first(anything, record(22, b"", 16_000), hang)),
    on(
        "tls",
        "a hello of 16 MiB",
        first(anything, record(22, _HELLO_LENGTH), flood(record(22, bytes(9000)))),
    ),
    on(
        "tls",
        "a hello of rubbish",
        first(anything, record(22, b"\x02\x00\x00\x40" + b"\x99" * 64)),
        down("tls"),
    ),
    on("tls", "empty records without end", first(anything, flood(record(22, b"") * 500, MIB))),
    on("tls", "data before hello", first(anything, record(23, bytes(99))), down("tls")),
    on(
        "tls",
        "a change of ciphers without end",
        first(anything, flood(record(20, b"\x01") * 500, MIB)),
    ),
    on("tls", "SSL 2", first(anything, bytes.fromhex("802e0100020015001000")), down("tls")),
    on("tls", "its own hello back", first(lambda s: _echo(s)), down("tls")),
    on("tls", "resets after hello", first(anything, reset), down("tls")),
    on("https", "a plain answer to hello", first(anything, answer(b"use https")), down("tls")),
]

_UNVERIFIED = {"verify": False}

BEHIND_TLS = [
    on("https", "closes behind TLS", tls(read_request), down("first_byte"), options=_UNVERIFIED),
    on(
        "https",
        "resets behind TLS",
        tls(lambda s: _reset_below(s)),
        down("first_byte"),
        options=_UNVERIFIED,
    ),
    on(
        "https",
        "rubbish behind TLS",
        tls(lambda s: s.send_all(bytes(range(256)) * 64)),
        down("first_byte"),
        options=_UNVERIFIED,
    ),
    on("https", "an unknown authority", tls(hang), down("tls")),
]


async def _echo(stream: trio.SocketStream) -> None:
    while piece := await stream.receive_some():
        await stream.send_all(piece)


async def _reset_below(stream: "trio.SSLStream[trio.SocketStream]") -> None:
    await stream.receive_some()
    await reset(stream.transport_stream)


# --- databases and queues -----------------------------------------------------------------------

REDIS = [
    on("redis", "a text of 2^40 bytes", first(anything, b"$1099511627776\r\n", flood(b"x" * 4096))),
    on("redis", "a list of 10^9", first(anything, b"*1000000000\r\n", flood(b"$1\r\nx\r\n" * 500))),
    on("redis", "lists in lists", first(anything, flood(b"*1\r\n" * 1000))),
    on("redis", "a negative text", first(anything, b"$-5\r\n", hang), timeout_s=PATIENCE_S),
    on("redis", "a number of a MiB", first(anything, b":", b"9" * MIB, b"\r\n")),
    on("redis", "an error of a MiB", first(anything, b"-ERR " + b"e" * MIB + b"\r\n")),
    on(
        "redis", "an error with a terminal's commands", first(anything, b"-ERR \x1b[2J\x00\xff\r\n")
    ),
]


async def _scram(stream: trio.SocketStream) -> None:
    """Ask for more work than a login is worth."""
    await stream.receive_some()
    offer = b"R" + (4 + 4 + 15).to_bytes(4, "big") + (10).to_bytes(4, "big") + b"SCRAM-SHA-256\0\0"
    await stream.send_all(offer)
    said = await stream.receive_some()
    nonce = said.partition(b"r=")[2]
    challenge = b"r=" + nonce + b"more,s=c2FsdA==,i=2000000000"
    head = (8 + len(challenge)).to_bytes(4, "big") + (11).to_bytes(4, "big")
    await stream.send_all(b"R" + head + challenge)
    await hang(stream)


async def _n(stream: trio.SocketStream) -> None:
    """Say that there is no TLS here, and wait for the login."""
    await stream.receive_some()
    await stream.send_all(b"N")
    await stream.receive_some()


POSTGRESQL = [
    on("postgresql", "a message of 2 GiB", first(_n, b"R\x7f\xff\xff\xff", flood(b"x" * 4096))),
    on("postgresql", "a message of no length", first(_n, b"R\0\0\0\0" * 1000)),
    on("postgresql", "a negative message", first(_n, b"R\xff\xff\xff\xff", flood(b"x" * 4096))),
    on("postgresql", "an error without fields", first(_n, b"E\0\0\0\x04")),
    on("postgresql", "notices without end", first(_n, flood(b"N\0\0\0\x06x\0" * 500))),
    on(
        "postgresql",
        "parameters without end",
        first(_n, b"R\0\0\0\x08\0\0\0\0", flood(b"S\0\0\0\x08a\0b\0" * 500)),
    ),
    on("postgresql", "a login of 2 * 10^9 rounds", first(_scram)),
    on(
        "postgresql",
        "an error of a MiB",
        first(_n, b"E" + (MIB + 4).to_bytes(4, "big") + b"M" + b"e" * (MIB - 1)),
    ),
]

MYSQL = [
    on("mysql", "a packet of 16 MiB", first(b"\xff\xff\xff\0", flood(b"\x0a" * 4096))),
    on("mysql", "an empty packet", first(b"\0\0\0\0" * 1000)),
    on("mysql", "a greeting that ends early", first(b"\x05\0\0\0\x0a8.0\0", close)),
    on("mysql", "a greeting of version 9", first(b"\x05\0\0\0\x098.0\0", close)),
    on(
        "mysql",
        "an error instead of a greeting",
        first(b"\x12\0\0\0\xff\x10\x04Too many \x1b[2J\0"),
    ),
]

MQTT = [
    on("mqtt", "a packet of 256 MiB", first(anything, b"\x20\xff\xff\xff\x7f", flood(b"x" * 4096))),
    on("mqtt", "a length without end", first(anything, b"\x20" + b"\xff" * 99)),
    on("mqtt", "a welcome of no bytes", first(anything, b"\x20\x00")),
    on("mqtt", "a welcome of another type", first(anything, b"\x90\x03\x00\x01\x00")),
    on("mqtt", "a refusal of no known reason", first(anything, b"\x20\x02\x00\xfe")),
]

AMQP = [
    on(
        "amqp", "a frame of 4 GiB", first(anything, b"\x01\0\0\xff\xff\xff\xff", flood(b"x" * 4096))
    ),
    on(
        "amqp",
        "a frame without its end",
        first(anything, b"\x01\0\0\0\0\0\x04\0\x0a\0\x0a\x00" * 50),
    ),
    on("amqp", "another version", first(anything, b"AMQP\0\x01\0\0", close)),
    on("amqp", "heartbeats without end", first(anything, flood(b"\x08\0\0\0\0\0\0\xce" * 500))),
    on(
        "amqp",
        "tables in tables",
        first(
            anything,
            b"\x01\0\0\0\0\xff\xff\0\x0a\0\x0a\0\x09",
            flood(b"\0\0\xff\x00\x01aF" * 500, MIB),
        ),
    ),
]

NATS = [
    on("nats", "an INFO of many MiB", first(b'INFO {"x":"', flood(b"x" * 4096))),
    on(
        "nats",
        "an INFO of lists in lists",
        first(b"INFO " + b"[" * 30_000 + b"\r\n", hang),
        timeout_s=PATIENCE_S,
    ),
    on(
        "nats",
        "an INFO of a huge number",
        first(b'INFO {"max_payload":' + b"9" * 5000 + b"}\r\n", hang),
        timeout_s=PATIENCE_S,
    ),
    on("nats", "an INFO that is no table", first(b"INFO 5\r\n", hang), timeout_s=PATIENCE_S),
    on("nats", "an INFO that is no JSON", first(b"INFO {]\r\n", hang), timeout_s=PATIENCE_S),
    on(
        "nats",
        "a message of 10^12 bytes",
        first(b"INFO {}\r\n", anything, b"MSG a 1 1000000000000\r\n", flood(b"x" * 4096)),
    ),
    on("nats", "INFO without end", first(flood(b"INFO {}\r\n" * 400))),
]

# --- mail and shells ----------------------------------------------------------------------------

MAIL = [
    on("smtp", "a greeting of lines without end", first(flood(b"220-welcome\r\n" * 300))),
    on("smtp", "a greeting of a MiB", first(b"220 " + b"x" * MIB + b"\r\n")),
    on("smtp", "a code that is none", first(b"hello\r\n", hang), timeout_s=PATIENCE_S),
    on("smtp", "lines of other codes", first(b"220-a\r\n550 b\r\n", hang), timeout_s=PATIENCE_S),
    on("smtp", "NULs in the greeting", first(b"220 \0\xff\x1b[2J\r\n", hang), timeout_s=PATIENCE_S),
    on(
        "smtp",
        "abilities without end",
        first(b"220 hello\r\n", anything, flood(b"250-X-ABILITY\r\n" * 300)),
    ),
    on("imap", "a literal of 10^9 bytes", first(b"* OK {1000000000}\r\n", flood(b"x" * 4096))),
    on("imap", "a greeting of lines without end", first(flood(b"* X hello\r\n" * 300))),
    on(
        "imap",
        "untagged answers without end",
        first(b"* OK hi\r\n", anything, flood(b"* X hello\r\n" * 300)),
    ),
    on("imap", "a goodbye", first(b"* BYE too many \x1b[2J\r\n")),
    on(
        "pop3",
        "abilities without end",
        first(b"+OK <1@x>\r\n", anything, b"+OK\r\n", flood(b"X\r\n" * 1000)),
    ),
    on("pop3", "an error of a MiB", first(b"-ERR " + b"e" * MIB + b"\r\n")),
    on("ssh", "lines before the banner without end", first(flood(b"hello\r\n" * 500))),
    on("ssh", "a banner of a MiB", first(b"SSH-2.0-" + b"x" * MIB + b"\r\n")),
    on(
        "ssh",
        "a packet of 4 GiB",
        first(b"SSH-2.0-x\r\n", b"\xff\xff\xff\xff\x04", flood(b"\x14" * 4096)),
    ),
    on(
        "ssh",
        "a packet of nothing but padding",
        first(b"SSH-2.0-x\r\n", b"\0\0\0\x08\xff" + bytes(99), hang),
        timeout_s=PATIENCE_S,
    ),
    on(
        "ssh",
        "packets to ignore without end",
        first(b"SSH-2.0-x\r\n", flood(b"\0\0\0\x0c\x04\x02\0\0\0\x02ab\0\0\0\0" * 256)),
    ),
    on("ssh", "SSH 1", first(b"SSH-1.5-x\r\n", hang), timeout_s=PATIENCE_S),
]

# --- upgrades and HTTP/2 ------------------------------------------------------------------------


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

DNS = [
    on("dns by tcp", "an answer of no bytes", first(anything, b"\0\0" * 1000)),
    on("dns by tcp", "an answer that ends early", first(anything, b"\xff\xff" + bytes(99))),
    on("dns by tcp", "an answer of rubbish", first(anything, b"\0\x63" + b"\xc0" * 99)),
]

PLAIN = [
    on("tcp", "a flood where one line is wanted", first(flood(b"almost worl" * 400))),
    on("tcp", "the right word at last", first(b"x" * 1000 + b"world", hang), UP),
]

WIRES = [
    *generic(),
    *TLS,
    *BEHIND_TLS,
    *REDIS,
    *POSTGRESQL,
    *MYSQL,
    *MQTT,
    *AMQP,
    *NATS,
    *MAIL,
    *WEBSOCKET,
    *GRPC,
    *DNS,
    *PLAIN,
]
