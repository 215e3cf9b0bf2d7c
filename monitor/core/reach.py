"""Where looks may go, as the operator says it; `probes.guard` judges each address by that."""

import ipaddress
from typing import Literal

import attrs

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@attrs.frozen(kw_only=True)
class Policy:
    """What the operator allows.

    `allow`: private addresses may be looked at; a self-hosted monitor is there for its own network,
    and who adds tasks by the command line or a file can reach it anyway. `list`: only those of
    `allowed`. `deny`: none.
    """

    private: Literal["allow", "list", "deny"] = "allow"
    allowed: tuple[Network, ...] = ()


def read_allowed(texts: list[str]) -> tuple[Network, ...]:
    """Read networks and addresses, as `targets.allow` has them.

    Raises:
        ValueError: one is neither; naming it.
    """
    found = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text.strip()))
        except ValueError:
            raise ValueError(
                f"{text!r} is no network; write it like 10.0.0.0/8, 192.168.1.7 or fd00::/8"
            ) from None
    return tuple(found)
