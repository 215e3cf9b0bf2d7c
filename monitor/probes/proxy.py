"""Through a proxy of HTTP (CONNECT, or whole addresses for `http:` targets) or of SOCKS5.

The proxy is a part of what the operator wants to be looked through. If it cannot be reached, or
refuses, the look is DOWN in phase `proxy`, and the message names the proxy.

Where names are looked up by the proxy (all but `socks5://`), only it knows the address that is
connected to: what is judged here is the proxy's own address, and a target written as a number.
"""

import socket
from collections.abc import Mapping
from typing import Self

import attrs
import h11
import trio

from monitor.core.probing import InvalidTask, TargetDown, Trace
from monitor.probes import guard
from monitor.probes.authorization import basic
from monitor.probes.connect import Ip, Lookup, connect, resolve
from monitor.probes.exchange import Exchange
from monitor.probes.secure import TlsOptions, abandon, secure
from monitor.probes.socks import ask_socks
from monitor.probes.target import Url, bracketed, in_option, parse_url

_PORTS = {"http": None, "https": None, "socks5": 1080, "socks5h": 1080}


Tunnel = trio.SocketStream | trio.SSLStream[trio.SocketStream]
"""A way through a proxy, or to it; TLS to the target may go within TLS to the proxy."""


@attrs.frozen(kw_only=True)
class Proxy:
    """A proxy, and how it is used."""

    url: Url
    tls: TlsOptions
    """How TLS is made with the proxy itself, if it is one of `https://`."""
    tunnels_all: bool
    """Whether also requests to `http:` targets go through a tunnel, not as whole addresses."""
    headers: Mapping[str, str] = attrs.field(repr=False)
    """What a request to the proxy has to say about who asks."""

    @classmethod
    def of_option(cls, text: str, tls: TlsOptions, *, tunnels_all: bool) -> Self | None:
        """Read the option `proxy`; None if it is empty.

        Raises:
            InvalidTask: saying what is wrong with it, without its password.
        """
        if not text:
            return None
        scheme = text.partition(":")[0].lower()
        if scheme not in _PORTS:
            raise InvalidTask(
                "option proxy",
                "is no such proxy; use http://HOST:PORT, https://, socks5:// or socks5h://",
            )
        with in_option("proxy"):
            url = parse_url(text, _PORTS[scheme])
        if url.path not in ("", "/") or url.query:
            raise InvalidTask("option proxy", f"has a path; write {scheme}://{url.authority}")
        headers = {}
        if url.user is not None and scheme in ("http", "https"):
            credentials = basic(url.user, url.password, "option proxy")
            headers["Proxy-Authorization"] = f"Basic {credentials}"
        if max(len((url.user or "").encode()), len(url.password.encode())) > 255:
            raise InvalidTask("option proxy", "has a user or password of more than 255 bytes")
        return cls(url=url, tls=tls, tunnels_all=tunnels_all, headers=headers)

    @property
    def speaks_http(self) -> bool:
        """Whether it is a proxy of HTTP, not of SOCKS5."""
        return self.url.scheme in ("http", "https")

    @property
    def looks_up(self) -> bool:
        """Whether it looks up the names of targets itself."""
        return self.url.scheme != "socks5"

    def relays(self, url: Url) -> bool:
        """Say whether it is asked for a whole address, instead of being asked for a tunnel."""
        return self.speaks_http and url.scheme == "http" and not self.tunnels_all

    async def reach(
        self, url: Url, trace: Trace, ip: Ip = "any", lookup: Lookup | None = None
    ) -> Tunnel:
        """Return a stream to a target, or to the proxy if it relays; the caller must close it.

        The phases are `resolve`, if the name is looked up here, and `proxy`.

        Raises:
            TargetDown: the proxy cannot be reached, refuses, or talks nonsense.
            OwnFault, Refused: as `connect` raises them.
        """
        host = url.host
        if self.looks_up:
            _judge_number(host)
        else:
            address = (await resolve(host, url.port, trace, ip=ip, lookup=lookup))[0]
            host = address.sockaddr[0]
        with trace.enter("proxy"):
            own = Trace()
            try:
                stream: Tunnel
                stream = await connect(self.url.host, self.url.port, own, lookup=lookup)
                trace.address = own.address
                if self.url.scheme == "https":
                    stream = await secure(stream, self.url.host, self.tls, own)
                await self._tunnel(stream, url, host)
            except TargetDown as error:
                raise TargetDown(f"the proxy {self.url.authority}: {error}") from error
        return stream

    async def _tunnel(self, stream: Tunnel, url: Url, host: str) -> None:
        """Ask for a tunnel, if one is needed; the stream is closed if that fails."""
        try:
            if not self.speaks_http:
                await ask_socks(stream, host, url.port, self.url.user, self.url.password)
            elif not self.relays(url):
                await _ask_http(stream, f"{bracketed(host)}:{url.port}", self.headers)
        except BaseException:
            abandon(stream)
            raise


async def _ask_http(stream: trio.abc.Stream, authority: str, headers: Mapping[str, str]) -> None:
    exchange = Exchange(stream)
    told = {"Host": authority, **headers}
    head = await exchange.ask(
        h11.Request(
            method="CONNECT",
            target=authority,
            headers=[(name.encode(), value.encode()) for name, value in told.items()],
        )
    )
    if not 200 <= head.status < 300:
        raise TargetDown(f"it refused CONNECT with {head.said}")
    if exchange.surplus:
        raise TargetDown("it went on talking after it had opened the tunnel")


def _judge_number(host: str) -> None:
    """Refuse a forbidden address in any spelling; a name is the proxy's affair.

    Raises:
        Refused: looks may not go there.
    """
    try:
        found = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return
    for *_how, sockaddr in found:
        guard.check(host, str(sockaddr[0]))
