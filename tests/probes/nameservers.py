"""Name servers that answer what a test tells them, by UDP or over any stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import dns.message
import dns.rcode
import dns.rrset
import trio

from monitor.core.model import Result
from tests.probes.servers import Stream, look_at

Reply = Callable[[dns.message.Message], list[bytes]]


@asynccontextmanager
async def name_server(reply: Reply, port: int = 0) -> AsyncIterator[int]:
    """Answer each datagram with those that `reply` returns, and yield the port."""
    sock = trio.socket.socket(trio.socket.AF_INET, trio.socket.SOCK_DGRAM)
    with sock:
        await sock.bind(("127.0.0.1", port))

        async def serve() -> None:
            while True:
                wire, peer = await sock.recvfrom(65535)
                for answer in reply(dns.message.from_wire(wire)):
                    await sock.sendto(answer, peer)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve)
            yield sock.getsockname()[1]
            nursery.cancel_scope.cancel()


def saying(*records: str, rcode: int = dns.rcode.NOERROR) -> Reply:
    """Make a server whose answer has these records, written as in a zone file."""

    def reply(query: dns.message.Message) -> list[bytes]:
        answer = dns.message.make_response(query)
        answer.set_rcode(dns.rcode.Rcode(rcode))
        for record in records:
            name, ttl, _class, rdtype, value = record.split(maxsplit=4)
            answer.answer.append(dns.rrset.from_text(name, int(ttl), "IN", rdtype, value))
        return [answer.to_wire(max_size=65535)]

    return reply


async def read_query(stream: Stream) -> dns.message.Message:
    data = b""
    while len(data) < 2 or len(data) < 2 + int.from_bytes(data[:2]):
        data += await stream.receive_some()
    return dns.message.from_wire(data[2:])


async def ask(
    reply: Reply, question: str = "/shop.example", timeout_s: float = 5.0, /, **options: object
) -> Result:
    async with name_server(reply) as port:
        return await look_at(f"dns://127.0.0.1:{port}{question}", timeout_s, **options)
