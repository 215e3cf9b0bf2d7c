"""What bad servers do, from which the horrors are made."""

import gzip
import socket
import struct
import zlib
from collections.abc import Callable, Sequence

import trio

from tests.horrors.horror import Act
from tests.probes.servers import hang, read_request

MIB = 1024 * 1024
FLOOD = 64 * MIB
"""As much as an endless server sends; nobody must read it all."""


def first(*acts: Act | bytes) -> Act:
    """Do these things one after the other; bytes are sent."""

    async def act(stream: trio.SocketStream) -> None:
        for one in acts:
            if isinstance(one, bytes):
                await stream.send_all(one)
            else:
                await one(stream)

    return act


def asked(*acts: Act | bytes) -> Act:
    """Do these things after a request has come."""
    return first(request, *acts)


async def request(stream: trio.SocketStream) -> None:
    """Read a request up to its empty line."""
    await read_request(stream)


async def anything(stream: trio.SocketStream) -> None:
    """Wait for the first bytes of the client, whatever they are."""
    await stream.receive_some()


async def reset(stream: trio.SocketStream) -> None:
    """Break the connection, not politely."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await stream.aclose()


async def half_close(stream: trio.SocketStream) -> None:
    """Say that nothing more will come, and stay."""
    await stream.send_eof()
    await hang(stream)


async def close(stream: trio.SocketStream) -> None:
    """Say goodbye at once."""
    await stream.aclose()


def drip(data: bytes, pause_s: float = 0.05) -> Act:
    """Send a byte at a time, and then nothing for ever."""

    async def act(stream: trio.SocketStream) -> None:
        for at in range(len(data)):
            await stream.send_all(data[at : at + 1])
            await trio.sleep(pause_s)
        await hang(stream)

    return act


def flood(piece: bytes | Callable[[int], bytes], total: int = FLOOD) -> Act:
    """Send something again and again; a function is given the number of the turn."""

    async def act(stream: trio.SocketStream) -> None:
        sent = turn = 0
        while sent < total:
            said = piece if isinstance(piece, bytes) else piece(turn)
            await stream.send_all(said)
            sent, turn = sent + len(said), turn + 1

    return act


def bomb(pack: Callable[[bytes], bytes], size: int = 64 * MIB) -> bytes:
    """Return zeros, packed."""
    return pack(bytes(size))


def raw_deflate(data: bytes) -> bytes:
    """Pack without the header that the name `deflate` promises."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def gzip_bomb() -> bytes:
    return gzip.compress(bytes(64 * MIB), 9)


def answer(body: bytes = b"", *headers: str, status: str = "200 OK", length: bool = True) -> bytes:
    """Write an answer with headers of one's own."""
    lines = [f"HTTP/1.1 {status}", *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape") + body


def chunked(*raw: bytes) -> bytes:
    """Write an answer whose body is these bytes, which may be chunks or not."""
    return answer(b"".join(raw), "Transfer-Encoding: chunked", length=False)


def datagrams(*replies: bytes | Callable[[bytes], bytes]) -> Callable[[bytes], Sequence[bytes]]:
    """Answer each datagram with these; a function is given the question."""

    def reply(question: bytes) -> list[bytes]:
        return [one if isinstance(one, bytes) else one(question) for one in replies]

    return reply
