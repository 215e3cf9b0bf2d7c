"""The one way out: every socket of every look is opened here, but that of `icmpwire`, which has its
address from here.

A name is looked up in a thread of this family only, or as the caller says (`Lookup`); an address
written as a number needs neither.
Every address that comes of it is judged by `guard`, and exactly these are connected to: nobody
looks the name up again. What went wrong is told apart here: what the target did (TargetDown) and
what this machine could not do (OwnFault).
"""

import errno
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, cast

import attrs
import trio

from monitor.core.model import Reason
from monitor.core.probing import OwnFault, TargetDown, Trace
from monitor.probes import guard
from monitor.probes.explain import descriptor_fault, explain
from monitor.probes.target import bracketed
from monitor.probes.threads import ThreadFamily, part_of_time_left

STAGGER_S = 0.25
"""How long one address may be silent before the next is tried too (RFC 8305 recommends this)."""

ADDRESSES_TRIED = 8
"""More addresses of one name are left alone, so that a look stays a look."""

RESOLVER_THREADS = ThreadFamily("name lookups", 64)
"""Enough for 640 lookups a second at 100 ms each; a hanging resolver cannot take more."""

_RESOLVER_SHARE = 0.9
"""The part of the time left that a lookup may take; then our resolver is at fault, no target."""

_NO_SUCH_NAME = {
    socket.EAI_NONAME,
    getattr(socket, "EAI_NODATA", socket.EAI_NONAME),
    getattr(socket, "EAI_ADDRFAMILY", socket.EAI_NONAME),
}

_SAID_BY_TARGET = {
    errno.ECONNREFUSED,
    errno.ECONNRESET,
    errno.ECONNABORTED,
    errno.ETIMEDOUT,
    errno.EHOSTUNREACH,
    errno.EHOSTDOWN,
}

Ip = Literal["any", "4", "6"]
_FAMILIES = {"any": None, "4": socket.AF_INET, "6": socket.AF_INET6}

SocketAddress = tuple[str, int] | tuple[str, int, int, int]


@attrs.frozen
class Address:
    """An address to connect to; its text is `192.0.2.7:443` or `[2001:db8::1]:443`."""

    family: int
    sockaddr: SocketAddress

    def __str__(self) -> str:
        return f"{bracketed(self.sockaddr[0])}:{self.sockaddr[1]}"


Lookup = Callable[[bytes, int], Awaitable[list[Address]]]
"""Finds the addresses of a name for a port, the best first; raises what `resolve` raises."""


async def connect(
    host: str, port: int, trace: Trace, *, ip: Ip = "any", lookup: Lookup | None = None
) -> trio.SocketStream:
    """Connect to a host by TCP and return the stream, which the caller must close.

    The phases are `resolve` and `connect`; `trace.address` is the address that answered, or the
    last one tried. If a name has several addresses, the next is tried as soon as one fails or
    stays silent for STAGGER_S; the first that answers wins, the others are closed.

    Raises:
        TargetDown: the name does not exist, or the target refused; naming the address.
        OwnFault: RESOLVER, DESCRIPTORS or NETWORK.
        Refused: looks may not go there.
    """
    addresses = await resolve(host, port, trace, ip=ip, lookup=lookup)
    with trace.enter("connect"):
        if len(addresses) == 1:
            return trio.SocketStream(await _dial_alone(addresses[0], socket.SOCK_STREAM, trace))
        return trio.SocketStream(await _race(addresses, trace))


async def connect_udp(
    host: str, port: int, trace: Trace, *, ip: Ip = "any"
) -> trio.socket.SocketType:
    """Return a UDP socket bound to the first address of a host, which the caller must close.

    Nothing is sent; that nobody listens there shows only when something is. The phase is
    `resolve`.

    Raises:
        TargetDown: the name does not exist.
        OwnFault: RESOLVER, DESCRIPTORS or NETWORK.
        Refused: looks may not go there.
    """
    addresses = await resolve(host, port, trace, ip=ip)
    return await _dial_alone(addresses[0], socket.SOCK_DGRAM, trace)


async def connect_unix(path: str, trace: Trace) -> trio.SocketStream:
    """Connect to a socket in the file system of this machine; the caller must close the stream.

    The phase is `connect`. Nobody but this machine can be there, so its absence is our own fault.

    Raises:
        OwnFault: NETWORK, naming the path and what to do; DESCRIPTORS.
    """
    trace.address = path
    with trace.enter("connect"):
        try:
            sock = await _dial_path(path)
        except OSError as error:
            raise descriptor_fault(error) or OwnFault(
                Reason.NETWORK, f"the socket {path} cannot be used: {explain(error)}"
            ) from error
    return trio.SocketStream(sock)


async def resolve(
    host: str, port: int, trace: Trace, *, ip: Ip = "any", lookup: Lookup | None = None
) -> list[Address]:
    """Return the addresses of a host, the best first, at most ADDRESSES_TRIED.

    Names are looked up by `lookup`, or else at this machine's resolver. With `ip` "4" or "6" only
    addresses of that version are returned. If one of them is forbidden, all are: a name that leads
    to a forbidden address once may do so at the next look.

    Raises:
        TargetDown: the name does not exist or has no address.
        Refused: looks may not go there.
        OwnFault: our resolver did not answer (RESOLVER), or we have too many files open
            (DESCRIPTORS).
    """
    with trace.enter("resolve"):
        name = host.encode("ascii")
        try:
            # Never asks anybody: it fails at once if this is not a number.
            found = _getaddrinfo(name, port, socket.AI_NUMERICHOST)
        except socket.gaierror:
            found = await (lookup or _look_up)(name, port)
        else:
            await trio.lowlevel.checkpoint()
        for address in found:
            guard.check(host, address.sockaddr[0])
        usable = [one for one in found if _FAMILIES[ip] in (None, one.family)]
        if not usable:
            raise TargetDown(f"{host} has no IPv{ip} address")
        return usable[:ADDRESSES_TRIED]


def _getaddrinfo(name: bytes, port: int, flags: int = 0) -> list[Address]:
    try:
        infos = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=flags)
    except socket.gaierror as error:
        if flags == 0 and error.errno in _NO_SUCH_NAME:
            _check_descriptors()
        raise
    return [
        Address(family, cast("SocketAddress", sockaddr))
        for family, _type, _protocol, _name, sockaddr in infos
    ]


def _check_descriptors() -> None:
    """Raise the OSError of a process that can open no file any more.

    glibc cannot read `/etc/hosts` then, nor ask a name server, and says that there is no such name.
    """
    with socket.socket(socket.AF_UNIX):
        pass


async def _look_up(name: bytes, port: int) -> list[Address]:
    shown = name.decode("ascii")
    with trio.move_on_at(part_of_time_left(_RESOLVER_SHARE)) as patience:
        try:
            return await trio.to_thread.run_sync(
                _getaddrinfo,
                name,
                port,
                abandon_on_cancel=True,
                limiter=RESOLVER_THREADS.limiter(),
            )
        except socket.gaierror as error:
            if error.errno in _NO_SUCH_NAME:
                raise TargetDown(f"the name {shown} does not exist or has no address") from error
            raise OwnFault(
                Reason.RESOLVER, f"our resolver could not look up {shown}: {error.strerror}"
            ) from error
        except OSError as error:
            # getaddrinfo's EAI_SYSTEM arrives as the error of the system call.
            raise descriptor_fault(error) or OwnFault(
                Reason.RESOLVER,
                f"our resolver could not look up {shown}: {explain(error)}",
            ) from error
    assert patience.cancelled_caught
    if RESOLVER_THREADS.all_busy():
        raise OwnFault(
            Reason.RESOLVER,
            f"all {RESOLVER_THREADS.total} lookup threads were busy, so {shown} waited in vain",
        )
    raise OwnFault(Reason.RESOLVER, f"our resolver gave no answer for {shown} in time")


async def _dial_alone(address: Address, kind: int, trace: Trace) -> trio.socket.SocketType:
    try:
        return await _dial(address, kind, trace)
    except OSError as error:
        raise failure_of([(address, error)]) from error


async def _dial(address: Address, kind: int, trace: Trace) -> trio.socket.SocketType:
    """Connect to one address. Raises OSError; leaves nothing open then, nor when cancelled."""
    trace.address = str(address)
    sock = trio.socket.socket(address.family, kind)
    try:
        await sock.connect(address.sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


async def _dial_path(path: str) -> trio.socket.SocketType:
    """Connect to a path. Raises OSError; leaves nothing open then, nor when cancelled."""
    sock = trio.socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        await sock.connect(path)
    except BaseException:
        sock.close()
        raise
    return sock


async def _race(addresses: list[Address], trace: Trace) -> trio.socket.SocketType:
    """Return a socket to the first address that answers; all others are closed.

    Raises:
        TargetDown, OwnFault: if none does.
    """
    winners: list[tuple[Address, trio.socket.SocketType]] = []
    failures: list[tuple[Address, OSError]] = []

    async def attempt(address: Address, failed: trio.Event) -> None:
        try:
            winners.append((address, await _dial(address, socket.SOCK_STREAM, trace)))
        except OSError as error:
            failures.append((address, error))
            failed.set()
        else:
            race.cancel()

    try:
        async with trio.open_nursery() as nursery:
            race = nursery.cancel_scope
            for address in addresses:
                failed = trio.Event()
                nursery.start_soon(attempt, address, failed, name=f"connect to {address}")
                with trio.move_on_after(STAGGER_S):
                    await failed.wait()
    except BaseException:
        for _address, sock in winners:
            sock.close()
        raise
    if not winners:
        raise failure_of(failures)
    (address, winner), *late = winners
    for _address, sock in late:
        sock.close()
    trace.address = str(address)
    return winner


def failure_of(failures: Sequence[tuple[Address | str, OSError]]) -> TargetDown | OwnFault:
    """Judge failed attempts: a claim about the target only if one of its addresses made it.

    No route to an IPv6 address says nothing if the IPv4 one refused; but if we were out of
    descriptors for one of them, we did not really look.
    """
    for _address, error in failures:
        if fault := descriptor_fault(error):
            return fault
    words = "; ".join(f"{address}: {explain(error)}" for address, error in failures)
    if any(error.errno in _SAID_BY_TARGET for _address, error in failures):
        return TargetDown(words)
    return OwnFault(Reason.NETWORK, f"no way out of this machine to {words}")
