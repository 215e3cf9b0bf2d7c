"""Ask a SOCKS5 proxy for a way to a host (RFC 1928), with a password if need be (RFC 1929)."""

import ipaddress

import trio

from monitor.core.probing import TargetDown
from monitor.probes.explain import explain

_REPLIES = (
    "",
    "it failed",
    "it does not allow the connection",
    "it says: network is unreachable",
    "it says: no route to host",
    "it says: connection refused",
    "it says: the packet's time to live expired",
    "it does not know the command",
    "it does not know this sort of address",
)
"""What the numbers of replies mean, from 0 on."""

_ADDRESS_SIZES = {1: 4, 4: 16}


async def ask_socks(
    stream: trio.abc.Stream, host: str, port: int, user: str | None, password: str
) -> None:
    """Let the stream be connected to a host, an address or a name that the proxy looks up.

    Nothing is read beyond the proxy's answer. The caller closes the stream if this fails.

    Raises:
        TargetDown: the proxy refuses, or does not speak SOCKS5; the message begins with "it".
    """
    try:
        await _greet(stream, user, password)
        await stream.send_all(b"\5\1\0" + _address(host) + port.to_bytes(2, "big"))
        version, reply, _reserved, kind = await _take(stream, 4)
        if version != 5:
            raise TargetDown("it does not speak SOCKS5")
        if reply:
            known = reply < len(_REPLIES)
            raise TargetDown(_REPLIES[reply] if known else f"it failed with number {reply}")
        size = _ADDRESS_SIZES.get(kind) or (await _take(stream, 1))[0]
        await _take(stream, size + 2)
    except trio.BrokenResourceError as error:
        raise TargetDown(f"it broke off: {explain(error)}") from error


async def _greet(stream: trio.abc.Stream, user: str | None, password: str) -> None:
    await stream.send_all(b"\5\1\0" if user is None else b"\5\2\0\2")
    version, method = await _take(stream, 2)
    if version != 5:
        raise TargetDown("it does not speak SOCKS5")
    if method == 2 and user is not None:
        name, secret = user.encode(), password.encode()
        await stream.send_all(b"\1" + len(name).to_bytes() + name + len(secret).to_bytes() + secret)
        _version, failed = await _take(stream, 2)
        if failed:
            raise TargetDown("it refused the user or the password")
    elif method != 0:
        why = "it wants a user and a password" if user is None else "it knows no passwords"
        raise TargetDown(why)


def _address(host: str) -> bytes:
    try:
        ip = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        name = host.encode("ascii")
        return b"\3" + len(name).to_bytes() + name
    return (b"\1" if ip.version == 4 else b"\4") + ip.packed


async def _take(stream: trio.abc.Stream, count: int) -> bytes:
    taken = b""
    while len(taken) < count:
        piece = await stream.receive_some(count - len(taken))
        if not piece:
            raise TargetDown("it closed the connection before it had answered")
        taken += piece
    return taken
