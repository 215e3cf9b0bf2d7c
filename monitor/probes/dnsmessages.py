"""Messages of DNS as they come in datagrams and on streams, whoever asks for them.

Anybody can send a datagram: it is an answer if it has the number of a question, and the question.
"""

from collections.abc import Sequence

import dns.exception
import dns.message
import trio

from monitor.core.probing import TargetDown
from monitor.probes.explain import explain

RESEND_S = 2.0
"""How long to wait before asking again: a datagram may get lost without anybody being down."""

MESSAGE_LIMIT = 65535
"""Bytes of a message, whatever carries it (RFC 1035, 4.2.2; RFC 8484, 6)."""


async def next_answer(
    sock: trio.socket.SocketType, queries: Sequence[dns.message.Message]
) -> dns.message.Message:
    """Return the next datagram that answers one of the questions. Raises OSError."""
    while True:
        wire = await sock.recv(MESSAGE_LIMIT)
        try:
            answer = dns.message.from_wire(wire, ignore_trailing=True)
        except (dns.exception.DNSException, ValueError):
            continue  # not for us to judge
        if any(query.is_response(answer) for query in queries):
            return answer


async def ask_over(stream: trio.abc.Stream, query: dns.message.Message) -> dns.message.Message:
    """Ask over a connection, and return the answer.

    Raises:
        TargetDown: the connection broke, or what came is no answer.
    """
    try:
        await stream.send_all(query.to_wire(prepend_length=True))
        length = int.from_bytes(await _read_exactly(stream, 2), "big")
        wire = await _read_exactly(stream, length)
    except trio.BrokenResourceError as error:
        raise TargetDown(explain(error)) from error
    return read_answer(wire, query)


def read_answer(wire: bytes, query: dns.message.Message) -> dns.message.Message:
    """Read a message that has to answer a question. Raises TargetDown if it does not."""
    try:
        answer = dns.message.from_wire(wire)
    except (dns.exception.DNSException, ValueError) as error:
        raise TargetDown(f"not a valid DNS answer: {explain(error)}") from error
    if not query.is_response(answer):
        raise TargetDown("not an answer to the question that was asked")
    return answer


async def _read_exactly(stream: trio.abc.Stream, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = await stream.receive_some(count - len(data))
        if not piece:
            raise TargetDown("the connection was closed in the middle of the answer")
        data += piece
    return data
