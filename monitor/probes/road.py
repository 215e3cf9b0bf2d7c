"""How looks at web servers get there: who looks up names, and through which proxy."""

from typing import Self

import attrs
import trio

from monitor.core.probing import InvalidTask, TargetDown, Trace
from monitor.probes.connect import Ip, Lookup, connect
from monitor.probes.httpoptions import HttpOptions
from monitor.probes.proxy import Proxy, Tunnel
from monitor.probes.secure import TlsOptions, certificate_facts, secure
from monitor.probes.target import Url

_ALPN = {"1.1": ("http/1.1",), "2": ("h2",), "auto": ("h2", "http/1.1")}


@attrs.frozen(kw_only=True)
class Road:
    """The way that all connections of one task take."""

    ip: Ip = "any"
    lookup: Lookup | None = None
    proxy: Proxy | None = None

    @classmethod
    def of_options(cls, options: HttpOptions) -> Self:
        """Read what the operator wrote of it.

        Raises:
            InvalidTask: naming the option that is wrong.
        """
        # HTTP/2 knows no whole addresses that a proxy of HTTP/1.1 could be asked for.
        proxy = Proxy.of_option(
            options.proxy, of_others(options), tunnels_all=options.http_version == "2"
        )
        if proxy is not None and proxy.looks_up and options.ip != "any":
            raise InvalidTask(
                "option ip", "means nothing with this proxy, which looks up names itself"
            )
        lookup = None
        if options.dns:
            # Imported only for tasks that want it: dnspython takes 160 ms.
            from monitor.probes.nameserver import lookup_at

            lookup = lookup_at(options.dns)
        return cls(ip=options.ip, lookup=lookup, proxy=proxy)

    async def open(
        self, url: Url, tls: TlsOptions, trace: Trace, http_version: str = "1.1"
    ) -> trio.abc.Stream:
        """Return a stream to a web server, over TLS if its URL says so; the caller must close it.

        Raises:
            TargetDown, OwnFault, Refused: as `connect`, `secure` and `Proxy.reach` do.
        """
        stream: Tunnel
        if self.proxy is None:
            stream = await connect(url.host, url.port, trace, ip=self.ip, lookup=self.lookup)
        else:
            stream = await self.proxy.reach(url, trace, self.ip, self.lookup)
        if url.scheme == "http":
            return stream
        secured = await secure(stream, url.host, tls, trace, _ALPN[http_version])
        trace.facts["certificate"] = certificate_facts(secured)
        return secured


def of_others(options: TlsOptions) -> TlsOptions:
    """Return how TLS is made with others than the target: what it is to be shown stays with it."""
    return TlsOptions(verify=options.verify, ca_file=options.ca_file)


def speaks_http2(stream: trio.abc.Stream, http_version: str) -> bool:
    """Say whether HTTP/2 was agreed on; without TLS it is spoken only if nothing else may be.

    Raises:
        TargetDown: it must be, and was not.
    """
    if http_version == "1.1":
        return False
    if not isinstance(stream, trio.SSLStream):
        return http_version == "2"
    agreed: bool = stream.selected_alpn_protocol() == "h2"
    if http_version == "2" and not agreed:
        raise TargetDown("the target does not offer HTTP/2")
    return agreed
