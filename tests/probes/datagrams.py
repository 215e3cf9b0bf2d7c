"""Servers that answer datagrams as a test tells them, and what looks leave open."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import psutil
import trio

Reply = Callable[[bytes], Iterable[bytes]]


@asynccontextmanager
async def answering_datagrams(reply: Reply, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """Answer each datagram with those that `reply` returns, and yield the port."""
    family = trio.socket.AF_INET6 if ":" in host else trio.socket.AF_INET
    with trio.socket.socket(family, trio.socket.SOCK_DGRAM) as sock:
        await sock.bind((host, 0))

        async def serve() -> None:
            while True:
                data, peer = await sock.recvfrom(65535)
                for answer in reply(data):
                    await sock.sendto(answer, peer)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve)
            yield sock.getsockname()[1]
            nursery.cancel_scope.cancel()


def datagram_sockets(port: int) -> int:
    """Return how many UDP sockets of this process lead to a port."""
    connections = psutil.Process().net_connections("udp")
    return sum(bool(found.raddr) and found.raddr.port == port for found in connections)
