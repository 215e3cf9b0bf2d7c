"""Datagrams to one host and from it: what cannot be sent or is refused is said in words.

Anybody can send a datagram, and any may be lost. So who asks must recognise the answer, and ask
again when none comes.
"""

import trio

from monitor.core.probing import Trace
from monitor.probes.connect import failure_of

DATAGRAM_LIMIT = 65_507
"""Bytes that fit into one datagram of IPv4, besides its headers."""


async def send(sock: trio.socket.SocketType, data: bytes, trace: Trace) -> None:
    """Send one datagram to where a socket of `connect_udp` leads.

    Raises:
        TargetDown: an earlier one was refused: nobody listens on that port.
        OwnFault: NETWORK, it did not leave this machine.
    """
    try:
        await sock.send(data)
    except OSError as error:
        raise failure_of([(trace.address or "", error)]) from error


async def receive(sock: trio.socket.SocketType, trace: Trace) -> bytes:
    """Return the next datagram from there, which may be empty.

    Raises:
        TargetDown: what was sent was refused: nobody listens on that port.
        OwnFault: NETWORK.
    """
    try:
        return bytes(await sock.recv(DATAGRAM_LIMIT))
    except OSError as error:
        raise failure_of([(trace.address or "", error)]) from error
