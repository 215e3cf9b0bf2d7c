"""Echoes over one ICMP socket: asked for, answered, or complained of by somebody on the way.

The socket is a SOCK_DGRAM where the system lets this user have one, and else a SOCK_RAW. It is a
plain one that never blocks, because complaints come by a queue that trio's sockets do not show
(`man 7 ip`, IP_RECVERR).

RFC 792 (IPv4), RFC 4443 (IPv6).
"""

import errno
import secrets
import socket
import struct
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import attrs
import trio

from monitor.core.model import Reason
from monitor.core.probing import OwnFault, TargetDown, Trace
from monitor.probes.connect import Ip, failure_of, resolve
from monitor.probes.explain import descriptor_fault, errno_words

HEADER_SIZE = 8

_DATAGRAM_LIMIT = 65_535

_TRIES = 8
"""A sending that fails may only tell of an earlier echo; so many times, not more."""

_ECHO = struct.Struct("!BBHHH")
_ERROR = struct.Struct("=iBBBBII")
"""struct sock_extended_err: errno, origin, type, code, padding, info, data; the address follows."""

_LOCAL = 1

# Of <linux/in.h> and <linux/in6.h>; Python does not know them all.
_IP_MTU_DISCOVER, _IP_RECVERR, _IPV6_MTU_DISCOVER, _IPV6_RECVERR = 10, 11, 23, 25
_NEVER_FRAGMENT = 2

_COMPLAINTS_4 = {
    (3, 0): "the network cannot be reached",
    (3, 1): "the host cannot be reached",
    (3, 2): "the host knows no ICMP",
    (3, 3): "the port cannot be reached",
    (3, 4): "the echo is too large to go on in one piece",
    (3, 9): "the network may not be reached from here",
    (3, 10): "the host may not be reached from here",
    (3, 13): "the way is closed by a rule",
    (11, 0): "the time to live was used up on the way",
    (11, 1): "the pieces did not all arrive",
}
_COMPLAINTS_6 = {
    (1, 0): "there is no route",
    (1, 1): "the way is closed by a rule",
    (1, 3): "the host cannot be reached",
    (1, 4): "the port cannot be reached",
    (1, 5): "the source address is not welcome",
    (1, 6): "the route is closed",
    (2, 0): "the echo is too large to go on in one piece",
    (3, 0): "the time to live was used up on the way",
    (3, 1): "the pieces did not all arrive",
}


@attrs.frozen
class Answer:
    """An echo that came back, perhaps changed, perhaps not one of ours."""

    number: int
    payload: bytes


@attrs.frozen
class Complaint:
    """What somebody on the way, or this machine, says about an echo that did not arrive."""

    number: int | None
    """Of which echo; None if it does not say."""
    words: str


@attrs.frozen(kw_only=True)
class _Version:
    """In what the two versions differ."""

    protocol: int
    ask: int
    answer: int
    level: int
    ttl: int
    discover: int
    errors: int
    complaints: dict[tuple[int, int], str]


_VERSIONS = {
    socket.AF_INET: _Version(
        protocol=socket.IPPROTO_ICMP,
        ask=8,
        answer=0,
        level=socket.IPPROTO_IP,
        ttl=socket.IP_TTL,
        discover=_IP_MTU_DISCOVER,
        errors=_IP_RECVERR,
        complaints=_COMPLAINTS_4,
    ),
    socket.AF_INET6: _Version(
        protocol=socket.IPPROTO_ICMPV6,
        ask=128,
        answer=129,
        level=socket.IPPROTO_IPV6,
        ttl=socket.IPV6_UNICAST_HOPS,
        discover=_IPV6_MTU_DISCOVER,
        errors=_IPV6_RECVERR,
        complaints=_COMPLAINTS_6,
    ),
}


class IcmpWire:
    """One ICMP socket to one address, which is closed when its `with` block ends."""

    def __init__(self, sock: socket.socket, address: str) -> None:
        self._sock = sock
        self._address = address
        self._version = _VERSIONS[socket.AddressFamily(sock.family)]
        self._raw = sock.type == socket.SOCK_RAW
        # Of a SOCK_DGRAM the kernel writes its own, and sorts what comes by it.
        self._identifier = secrets.randbits(16)

    @classmethod
    async def open(cls, host: str, trace: Trace, *, ip: Ip, ttl: int, dont_fragment: bool) -> Self:
        """Make a socket to the first address of a host; nothing is sent. The phase is `resolve`.

        Raises:
            TargetDown: the name does not exist.
            OwnFault: RESOLVER, DESCRIPTORS, or NETWORK: there is no way to the address, or this
                machine lets us send no ICMP.
            Refused: looks may not go there.
        """
        address, *_others = await resolve(host, 0, trace, ip=ip)
        trace.address = address.sockaddr[0]
        version = _VERSIONS[socket.AddressFamily(address.family)]
        sock = _open_socket(address.family, version.protocol)
        try:
            sock.setblocking(False)
            sock.setsockopt(version.level, version.ttl, ttl)
            sock.setsockopt(version.level, version.errors, 1)
            if dont_fragment:
                sock.setsockopt(version.level, version.discover, _NEVER_FRAGMENT)
            sock.connect(address.sockaddr)
        except OSError as error:
            sock.close()
            raise failure_of([(trace.address, error)]) from error
        return cls(sock, trace.address)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._sock.close()

    async def send(self, number: int, payload: bytes) -> list[Complaint]:
        """Ask for an echo, and return what is complained of earlier ones.

        Raises:
            TargetDown: it is too large to go there in one piece.
            OwnFault: NETWORK, it did not leave this machine.
        """
        await trio.lowlevel.checkpoint()
        packet = self._packet(number, payload)
        heard: list[Complaint] = []
        for _ in range(_TRIES):
            heard += self._complaints()
            try:
                self._sock.send(packet)
            except BlockingIOError:
                await trio.lowlevel.wait_writable(self._sock)
            except OSError as error:
                told = list(self._complaints())
                heard += told
                if error.errno == errno.EMSGSIZE:
                    why = f": {told[-1].words}" if told else ""
                    raise TargetDown(
                        f"an echo of {len(payload)} bytes cannot be sent in one piece{why}"
                    ) from error
                if not told:
                    raise failure_of([(self._address, error)]) from error
            else:
                return heard
        raise OwnFault(Reason.NETWORK, f"no echo could be sent to {self._address}")

    async def receive(self) -> Answer | Complaint:
        """Return the next echo that came back from the address, or the next complaint."""
        while True:
            await trio.lowlevel.checkpoint()
            for complaint in self._complaints():
                return complaint
            try:
                packet = self._sock.recv(_DATAGRAM_LIMIT)
            except BlockingIOError:
                await trio.lowlevel.wait_readable(self._sock)
            except OSError as error:
                # Its complaint is in the queue, if it has any.
                for complaint in self._complaints():
                    return complaint
                return Complaint(None, errno_words(error.errno or 0))
            else:
                if answer := self._answer(packet):
                    return answer

    def _packet(self, number: int, payload: bytes) -> bytes:
        head = _ECHO.pack(self._version.ask, 0, 0, self._identifier, number)
        # For IPv6 the kernel writes the checksum, whatever stands there.
        sum_ = _checksum(head + payload)
        return _ECHO.pack(self._version.ask, 0, sum_, self._identifier, number) + payload

    def _answer(self, packet: bytes) -> Answer | None:
        """Return the answer that a packet is, or None if it is something else."""
        if self._raw and self._sock.family == socket.AF_INET:
            packet = packet[4 * (packet[0] & 15) :] if packet else packet
        if len(packet) < HEADER_SIZE:
            return None
        kind, code, _sum, identifier, number = _ECHO.unpack_from(packet)
        if (kind, code) != (self._version.answer, 0):
            return None
        if self._raw and identifier != self._identifier:
            return None
        return Answer(number, packet[HEADER_SIZE:])

    def _complaints(self) -> Iterator[Complaint]:
        """Take what is in the queue of errors."""
        while True:
            try:
                packet, extra, _flags, _address = self._sock.recvmsg(
                    _DATAGRAM_LIMIT, 512, socket.MSG_ERRQUEUE
                )
            except OSError:  # there is none, which is a BlockingIOError
                return
            for level, kind, data in extra:
                if (level, kind) == (self._version.level, self._version.errors):
                    yield self._complaint(packet, data)

    def _complaint(self, packet: bytes, data: bytes) -> Complaint:
        """Read one error, and which of our echoes it is about."""
        if len(data) < _ERROR.size:
            return Complaint(None, "something went wrong on the way")
        number, origin, kind, code, _pad, info, _data = _ERROR.unpack_from(data)
        if origin == _LOCAL:
            words = errno_words(number)
            if number == errno.EMSGSIZE:
                words = f"the way there takes {info} bytes, headers included"
            return Complaint(None, words)
        what = self._version.complaints.get((kind, code), f"ICMP type {kind}, code {code}")
        about = _ECHO.unpack_from(packet)[4] if len(packet) >= HEADER_SIZE else None
        return Complaint(about, f"{_offender(data[_ERROR.size :])} says that {what}")


def may_send() -> None:
    """Return if this process may send ICMP. Raises OwnFault, saying what to set."""
    _open_socket(socket.AF_INET, socket.IPPROTO_ICMP).close()


def _open_socket(family: int, protocol: int) -> socket.socket:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return socket.socket(family, kind, protocol)
        except OSError as error:
            if fault := descriptor_fault(error):
                raise fault from error
    raise OwnFault(
        Reason.NETWORK,
        "this machine lets the monitor send no ICMP; as root, set "
        "net.ipv4.ping_group_range = 0 2147483647 by sysctl (it is for IPv6 too), "
        "or give the monitor CAP_NET_RAW",
    )


def _offender(sockaddr: bytes) -> str:
    """Return the address of who complains, of a struct sockaddr."""
    if len(sockaddr) >= 8 and sockaddr[:2] == struct.pack("=H", socket.AF_INET):
        return socket.inet_ntop(socket.AF_INET, sockaddr[4:8])
    if len(sockaddr) >= 24 and sockaddr[:2] == struct.pack("=H", socket.AF_INET6):
        return socket.inet_ntop(socket.AF_INET6, sockaddr[8:24])
    return "somebody on the way"


def _checksum(packet: bytes) -> int:
    """Return the checksum of RFC 1071."""
    padded = packet + b"\0" * (len(packet) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
