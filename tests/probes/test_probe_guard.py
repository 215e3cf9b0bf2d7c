"""Where looks may go is decided by the address that is connected to, however it was spelt."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import Reason, Status
from monitor.core.probing import Refused, Trace
from monitor.probes.connect import connect, connect_udp, resolve
from monitor.probes.guard import POLICY, Policy, check, read_allowed
from tests.probes.servers import look_at, read_request, serving

DENY = Policy(private="deny")
SOME = Policy(private="list", allowed=read_allowed(["10.1.0.0/16", "fd00::/8", "169.254.7.0/24"]))

# Host as it may stand in a target -> the address it leads to.
SPELLINGS = {
    "127.0.0.1": "127.0.0.1",
    "127.1": "127.0.0.1",
    "127.0.1": "127.0.0.1",
    "0177.0.0.1": "127.0.0.1",
    "0x7f.1": "127.0.0.1",
    "0x7f000001": "127.0.0.1",
    "2130706433": "127.0.0.1",
    "017700000001": "127.0.0.1",
    "127.255.255.254": "127.255.255.254",
    "0.0.0.0": "0.0.0.0",
    "0": "0.0.0.0",
    "10.0.0.1": "10.0.0.1",
    "012.0.0.1": "10.0.0.1",
    "0xa000001": "10.0.0.1",
    "172.16.0.1": "172.16.0.1",
    "172.31.255.255": "172.31.255.255",
    "192.168.1.1": "192.168.1.1",
    "192.168.257": "192.168.1.1",
    "100.64.0.1": "100.64.0.1",
    "100.127.255.254": "100.127.255.254",
    "198.18.0.1": "198.18.0.1",
    "192.0.0.1": "192.0.0.1",
    "[::1]": "::1",
    "[0:0:0:0:0:0:0:1]": "::1",
    "[::]": "::",
    "[::ffff:127.0.0.1]": "::ffff:127.0.0.1",
    "[::ffff:7f00:1]": "::ffff:127.0.0.1",
    "[::127.0.0.1]": "::7f00:1",
    "[::ffff:0:10.0.0.1]": "::ffff:0:a00:1",
    "[64:ff9b::10.0.0.1]": "64:ff9b::a00:1",
    "[64:ff9b:1::192.168.1.1]": "64:ff9b:1::c0a8:101",
    "[2002:a00:1::1]": "2002:a00:1::1",
    "[2002:7f00:1::]": "2002:7f00:1::",
    "[2001:0:a00:1::fefe:fefe]": "2001:0:a00:1::fefe:fefe",
    "[2001:0:102:304::f5ff:fffe]": "2001:0:102:304::f5ff:fffe",
    "[2606:4700::5efe:10.0.0.1]": "2606:4700::5efe:a00:1",
    "[2606:4700::200:5efe:a00:1]": "2606:4700::200:5efe:a00:1",
    "[fc00::1]": "fc00::1",
    "[fd12:3456::1]": "fd12:3456::1",
    "[fec0::1]": "fec0::1",
}

ALWAYS_REFUSED = {
    "169.254.169.254": "it tells the secrets",
    "0xa9fea9fe": "it tells the secrets",
    "2852039166": "it tells the secrets",
    "0251.0376.0251.0376": "it tells the secrets",
    "[::ffff:169.254.169.254]": "it tells the secrets",
    "[::ffff:a9fe:a9fe]": "it tells the secrets",
    "[64:ff9b::169.254.169.254]": "it tells the secrets",
    "[2002:a9fe:a9fe::]": "it tells the secrets",
    "[2001:0:a9fe:a9fe::1]": "it tells the secrets",
    "[2606:4700::5efe:169.254.169.254]": "it tells the secrets",
    "169.254.170.2": "it tells the secrets",
    "100.100.100.200": "it tells the secrets",
    "168.63.129.16": "it tells the secrets",
    "192.0.0.192": "it tells the secrets",
    "[fd00:ec2::254]": "it tells the secrets",
    "[fd20:ce::254]": "it tells the secrets",
    "169.254.1.1": "it is link-local",
    "[fe80::1%25lo]": "it is link-local",
    "[::ffff:169.254.1.1]": "it is link-local",
    "224.0.0.1": "it is the address of no host",
    "255.255.255.255": "it is the address of no host",
    "240.0.0.1": "it is the address of no host",
    "[ff02::1]": "it is the address of no host",
    "[100::1]": "it is the address of no host",
    "[64:ff9b::224.0.0.1]": "it is the address of no host",
}

PUBLIC = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2002:101:101::1"]


@pytest.fixture
def denied() -> Iterator[None]:
    token = POLICY.set(DENY)
    yield
    POLICY.reset(token)


async def refused(target: str) -> str:
    result = await look_at(target)
    assert (Status.UNKNOWN, Reason.REFUSED) == (result.status, result.reason), result
    return result.detail


@pytest.mark.parametrize("host", SPELLINGS)
async def test_a_private_address_is_refused_however_it_is_spelt(host: str, denied: None) -> None:
    told = await refused(f"tcp://{host}:9")
    assert "it is private, and targets.private is deny" in told or "carries" in told


@pytest.mark.parametrize("host", ALWAYS_REFUSED)
@pytest.mark.parametrize("kind", ["tcp", "http", "tls", "dns"])
async def test_some_addresses_are_refused_whatever_the_policy_is(kind: str, host: str) -> None:
    target = f"dns://{host}/example.com" if kind == "dns" else f"{kind}://{host}:9/".rstrip("/")
    assert ALWAYS_REFUSED[host] in await refused(target)


@pytest.mark.parametrize("address", sorted(set(SPELLINGS.values())))
def test_the_operator_may_allow_private_addresses(address: str) -> None:
    check(address, address, Policy())
    with pytest.raises(Refused):
        check(address, address, DENY)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_always_allowed(address: str) -> None:
    for policy in (Policy(), SOME, DENY):
        check(address, address, policy)


def test_of_private_addresses_those_that_are_listed_are_allowed() -> None:
    for address in ("10.1.2.3", "fd00::7", "169.254.7.7"):
        check(address, address, SOME)
    for address in ("10.2.0.1", "127.0.0.1", "fc00::1", "169.254.8.1", "::ffff:10.2.0.1"):
        with pytest.raises(Refused, match=r"not in targets.allow|it is link-local"):
            check(address, address, SOME)
    with pytest.raises(Refused, match="it is link-local"):
        check("169.254.7.7", "169.254.7.7", Policy(private="deny", allowed=SOME.allowed))


def test_metadata_cannot_be_allowed() -> None:
    everything = Policy(private="list", allowed=read_allowed(["0.0.0.0/0", "::/0"]))
    with pytest.raises(Refused, match="tells the secrets"):
        check("metadata.example", "169.254.169.254", everything)


async def test_a_name_that_leads_to_one_forbidden_address_is_refused_whole(
    monkeypatch: pytest.MonkeyPatch, denied: None
) -> None:
    real = socket.getaddrinfo

    def getaddrinfo(host: bytes, port: int, *more: int, **details: int) -> list[Any]:
        if host != b"rebind.example":
            return real(host, port, *more, **details)
        if details.get("flags", 0) & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "not a number")
        return [
            info
            for address in ("1.1.1.1", "127.0.0.1")
            for info in real(address, port, *more, **details)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    told = await refused("tcp://rebind.example:9")
    assert "looks may not go to rebind.example (127.0.0.1): it is private" in told


async def test_the_name_is_looked_up_once_and_what_was_judged_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    real = socket.getaddrinfo

    def getaddrinfo(host: bytes, port: int, *more: int, **details: int) -> list[Any]:
        if host != b"once.example":
            return real(host, port, *more, **details)
        if details.get("flags", 0) & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "not a number")
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", port, *more, **details)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    async def greet(stream: Any) -> None:
        await stream.send_all(b"hello")

    async with serving(greet) as port, await connect("once.example", port, Trace()) as stream:
        assert ("127.0.0.1", port) == stream.socket.getpeername()
    assert [b"once.example"] == asked


async def test_a_redirect_to_a_forbidden_address_is_refused_there() -> None:
    async def send_away(stream: Any) -> None:
        await read_request(stream)
        await stream.send_all(
            b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data/\r\n"
            b"Content-Length: 0\r\n\r\n"
        )

    async with serving(send_away) as port:
        assert "it tells the secrets" in await refused(f"http://127.0.0.1:{port}/")


async def test_datagrams_are_guarded_too(denied: None) -> None:
    with pytest.raises(Refused):
        await connect_udp("127.0.0.1", 9, Trace())


@given(
    number=st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address),
    wrap=st.sampled_from(
        [
            lambda n: f"::ffff:{n}",
            lambda n: f"::{n}",
            lambda n: f"64:ff9b::{n}",
            lambda n: f"64:ff9b:1:2:3:4:{n}",
            lambda n: str(ipaddress.IPv6Address(0x2002 << 112 | int(n) << 80 | 1)),
            lambda n: str(
                ipaddress.IPv6Address(0x20010000 << 96 | 0x01010101 << 64 | int(n) ^ 0xFFFFFFFF)
            ),
            lambda n: f"2606:4700::5efe:{n}",
        ]
    ),
)
def test_whatever_ipv4_address_is_refused_is_refused_inside_an_ipv6_one(
    number: ipaddress.IPv4Address, wrap: Any
) -> None:
    for policy in (DENY, SOME, Policy()):
        try:
            check(str(number), str(number), policy)
        except Refused:
            with pytest.raises(Refused):
                check("wrapped", wrap(number), policy)


@given(st.ip_addresses())
def test_every_address_has_a_judgement(address: ipaddress.IPv4Address) -> None:
    try:
        check(str(address), str(address), DENY)
    except Refused as refusal:
        assert "looks may not go to" in str(refusal)  # noqa: PT017 (what it must say)


async def test_only_addresses_of_the_wanted_version_are_used() -> None:
    assert {socket.AF_INET} == {
        one.family for one in await resolve("127.0.0.1", 9, Trace(), ip="4")
    }
    result = await look_at("tcp://127.0.0.1:9")
    assert Status.DOWN == result.status
    with pytest.raises(Exception, match="has no IPv6 address"):
        await resolve("127.0.0.1", 9, Trace(), ip="6")
