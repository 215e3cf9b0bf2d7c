"""Where looks may go: every address of every connection is judged here, after it was looked up.

What counts is the address that will be connected to, however it was spelt: `127.1`, `0x7f.1`,
`2130706433`, `::ffff:127.0.0.1` and a name that leads there are all the same. IPv6 addresses that
carry an IPv4 one to some gateway are judged by that one too.

Clouds answer at fixed addresses with the credentials of the machine; these are refused always, and
so are link-local addresses and those that are no host's. Private addresses are up to the operator:
see `Policy`.
"""

import ipaddress
from collections.abc import Iterator
from contextvars import ContextVar

from monitor.core.probing import Refused
from monitor.core.reach import Network
from monitor.core.reach import Policy as Policy
from monitor.core.reach import read_allowed as read_allowed

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


METADATA = _networks(
    "169.254.169.254",  # AWS, Azure, GCP, Hetzner, DigitalOcean, OpenStack ...
    "169.254.170.2",  # AWS ECS
    "169.254.170.23",  # AWS EKS
    "fd00:ec2::254",  # AWS
    "fd00:ec2::23",  # AWS EKS
    "fd20:ce::254",  # GCP
    "100.100.100.200",  # Alibaba Cloud
    "168.63.129.16",  # Azure
    "192.0.0.192",  # Oracle Cloud
)
"""Where clouds tell their machines secrets."""

LINK_LOCAL = _networks("169.254.0.0/16", "fe80::/10")

NOBODY = _networks("224.0.0.0/4", "240.0.0.0/4", "ff00::/8", "100::/64")
"""Groups of hosts, reserved addresses, and those whose packets are thrown away."""

PRIVATE = _networks(
    # The special-purpose registries of IANA (RFC 6890 and its updates), read in November 2026;
    # not Python's own `is_private`, which differs from version to version.
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "::/128",
    "::1/128",
    "2001::/23",
    "2001:db8::/32",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fec0::/10",
)
"""Addresses that are not the internet's: this machine, this site, tests, protocols."""


POLICY: ContextVar[Policy] = ContextVar("POLICY")
"""The policy in force: set once before the monitor runs, and inherited by all its trio tasks."""


def check(host: str, address: str, policy: Policy | None = None) -> None:
    """Judge one address that a host has.

    Raises:
        Refused: looks may not go there; the message says why and what may be done.
    """
    policy = POLICY.get(Policy()) if policy is None else policy
    for ip in _meant(ipaddress.ip_address(address.partition("%")[0])):
        if why := _refusal(ip, policy):
            named = address if host == address else f"{host} ({address})"
            carried = "" if str(ip) == address else f", which carries {ip},"
            raise Refused(f"looks may not go to {named}{carried}: {why}")


def _refusal(ip: IP, policy: Policy) -> str:
    """Return why an address is refused; nothing if it is not."""
    if _within(ip, METADATA):
        return "it tells the secrets of cloud machines"
    if _within(ip, NOBODY):
        return "it is the address of no host"
    listed = _within(ip, policy.allowed)
    if _within(ip, LINK_LOCAL):
        return (
            ""
            if listed and policy.private != "deny"
            else ("it is link-local; set targets.allow if it is meant")
        )
    if policy.private == "allow" or not _within(ip, PRIVATE):
        return ""
    if policy.private == "deny":
        return "it is private, and targets.private is deny"
    return "" if listed else "it is private and not in targets.allow"


def _within(ip: IP, networks: tuple[Network, ...]) -> bool:
    return any(ip in network for network in networks)


def _meant(ip: IP) -> Iterator[IP]:
    """Yield an address and those it carries inside."""
    yield ip
    if isinstance(ip, ipaddress.IPv6Address) and int(ip) > 1:
        for inner in _carried(ip):
            yield ipaddress.IPv4Address(inner)


_NAT64 = _networks("64:ff9b::/96", "64:ff9b:1::/48")
_TEREDO = ipaddress.ip_network("2001::/32")
_6TO4 = ipaddress.ip_network("2002::/16")
_MAPPED = _networks("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96")
"""IPv4-compatible, IPv4-mapped (RFC 4291), IPv4-translated (RFC 2765)."""


def _carried(ip: ipaddress.IPv6Address) -> Iterator[int]:
    """Yield the IPv4 addresses inside an IPv6 address, as numbers."""
    number = int(ip)
    low = number & 0xFFFF_FFFF
    if _within(ip, _MAPPED) or _within(ip, _NAT64):  # RFC 6052, RFC 8215
        yield low
    if ip in _6TO4:  # RFC 3056
        yield number >> 80 & 0xFFFF_FFFF
    if ip in _TEREDO:  # RFC 4380: the server, and the client with all bits turned over
        yield number >> 64 & 0xFFFF_FFFF
        yield low ^ 0xFFFF_FFFF
    if number >> 32 & 0xFCFF_FFFF == 0x0000_5EFE:  # ISATAP, RFC 5214
        yield low
