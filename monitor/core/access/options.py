"""What may be set of access."""

import ipaddress
from datetime import timedelta

import attrs

from monitor.core.access.people import Spans
from monitor.core.access.provider import OidcOptions
from monitor.core.access.roles import Role

SHORTEST_KEY = 32
"""Letters of a key that seals; 32 random ones of base64 are 192 bits."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@attrs.frozen(kw_only=True)
class AccessOptions:
    """What may be set of access."""

    url: str = ""
    """What browsers begin our addresses with, if that is not where we listen: behind a proxy."""
    spans: Spans = attrs.field(factory=Spans)
    kept: timedelta = timedelta(days=365)
    """How long it is known who changed what."""
    proxies: tuple[Network, ...] = ()
    """Whose word we take about where a request comes from; nobody's, if not set."""
    proxy_header: str = ""
    """In which header those say who has logged in with them; empty: they do not."""
    proxy_role: Role = Role.VIEWER
    """What somebody may do whom a proxy has let in and who is no user of ours."""
    secret_keys: tuple[str, ...] = attrs.field(default=(), repr=False)
    """What secrets of second factors are sealed with: the first; the others open. Without any,
    they are kept as they are."""
    oidc: OidcOptions | None = None
    """An identity provider; None: there is none."""
