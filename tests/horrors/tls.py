"""Bad servers of TLS, and bad servers behind it."""

import ssl
from functools import cache
from typing import Any

import trio
import trustme

from tests.horrors.acts import MIB, answer, anything, first, flood, reset
from tests.horrors.horror import Act, down
from tests.horrors.wires import on, slow
from tests.probes.servers import hang, over_tls, read_request


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
