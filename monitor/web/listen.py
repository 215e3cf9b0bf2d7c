"""Where to listen: HOST:PORT, read once and opened before anything runs."""

import ipaddress
import socket
from collections.abc import Iterable

import attrs
import trio

BACKLOG = 128


class CannotListen(Exception):
    """The address cannot be listened on; the message says why and what to do."""


@attrs.frozen
class Listen:
    """A host, which may be a name, and a port; port 0 lets the system choose."""

    host: str = "127.0.0.1"
    port: int = 8080

    def __str__(self) -> str:
        return authority(self.host, self.port)

    @property
    def url(self) -> str:
        """What others may begin an address with; for all addresses of this machine, its name."""
        try:
            everywhere = ipaddress.ip_address(self.host).is_unspecified
        except ValueError:
            everywhere = False
        host = socket.gethostname() if everywhere else self.host
        return f"http://{authority(host, self.port)}"


def is_loopback(host: str) -> bool:
    """Say whether an address is of this machine only, and so of its own users."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@attrs.frozen
class MetricsOptions:
    """Who may read the metrics, and how much there is to read."""

    access: str = ""
    """`public`, `viewer`, or empty: public if only this machine can reach the listener."""
    per_task: bool = True
    """Whether single tasks are shown."""

    def is_public(self, sockets: Iterable[socket.socket]) -> bool:
        """Say whether anybody may read them, on a listener at these sockets."""
        if self.access:
            return self.access == "public"
        return all(is_loopback(one.getsockname()[0]) for one in sockets)


def authority(host: str, port: int) -> str:
    """Write host and port as addresses have them, `[::1]:8080`."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_listen(text: str) -> Listen | None:
    """Read `HOST:PORT`, or `none`.

    Raises:
        ValueError: one sentence that says what was found and how to write it.
    """
    if text == "none":
        return None
    host, colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError(f"{text!r} has an IPv6 address without brackets; write [::1]:8080")
    good = port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65535
    if not colon or not host or not good or not host.isprintable() or " " in host:
        raise ValueError(f"{text!r} is no address to listen on; write 127.0.0.1:8080, or none")
    return Listen(host, int(port))


async def open_sockets(listen: Listen) -> list[socket.socket]:
    """Listen on all addresses that a host has, on the same port; whoever gets them closes them.

    Raises:
        CannotListen: the port is taken, the address is not ours, the name has no address.
    """
    opened: list[socket.socket] = []
    try:
        port = listen.port
        found = await trio.socket.getaddrinfo(
            listen.host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, kind, protocol, _name, address in found:
            one = socket.socket(family, kind, protocol)
            opened.append(one)
            one.setblocking(False)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind((address[0], port, *address[2:]))
            one.listen(BACKLOG)
            port = one.getsockname()[1]
    except OSError as error:
        for one in opened:
            one.close()
        why = (error.strerror or str(error)).lower()
        raise CannotListen(f"cannot listen on {listen}: {why}") from error
    return opened
