"""Unbound: every type of record, every transport, signed answers and forged ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import trustme

from monitor.core.model import Status
from monitor.core.probing import TargetDown, Trace
from tests.probes.conversations import judged
from tests.probes.servers import client_sockets, look_at, probe_of
from tests.probes.stepping import cancelled_at_step
from tests.probes.unbound import Unbound, unbound


@pytest.fixture
def server(ca: trustme.CA) -> Iterator[Unbound]:
    with unbound(ca.issue_cert("localhost")) as server:
        yield server


def target(server: Unbound, question: str, transport: str = "udp") -> str:
    port = {"tls": server.tls, "https": server.https}.get(transport, server.port)
    return f"dns://localhost:{port}/{question}"


RECORDS = {
    "www.shop.example?type=A": "192.0.2.8",
    "www.shop.example?type=AAAA": "2001:db8::7",
    "shop.example?type=CAA": '0 issue "ca.example"',
    "alias.shop.example?type=CNAME": "www.shop.example.",
    "shop.example?type=MX": "10 mail.shop.example.",
    "shop.example?type=NS": "ns.shop.example.",
    "shop.example?type=SOA": "ns.shop.example. admin.shop.example. 2026112501 3600 600 86400 60",
    "_sip._tcp.shop.example?type=SRV": "10 20 5060 www.shop.example.",
    "shop.example?type=TXT": "v=spf1 -all",
    "_443._tcp.www.shop.example?type=TLSA": (
        "3 1 1 8bd1da95272f7fa4ffb24137fc0ed03aae67e5c4d8b3c50734e1050a7920b922"
    ),
    "www.shop.example?type=HTTPS": '1 . alpn="h2,h3" ipv4hint=192.0.2.7',
    "_dns.shop.example?type=SVCB": '1 ns.shop.example. alpn="dot"',
    "www.shop.example?type=NAPTR": '100 10 "u" "sip+E2U" "!^.*$!sip:info@shop.example!" .',
}


async def test_every_type_of_record_is_found_signed_or_not(server: Unbound) -> None:
    for question, value in RECORDS.items():
        for options in ({}, {"dnssec": True}):
            result = await look_at(target(server, question), expect=value, **options)
            assert Status.UP == result.status, result.detail
    keys = await judged(
        target(server, "shop.example?type=DNSKEY"), "len(dns.answers) == 1", dnssec=True
    )
    assert Status.UP == keys.status, keys.detail


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls", "https"])
async def test_every_transport_brings_the_same_answer(server: Unbound, transport: str) -> None:
    result = await look_at(
        target(server, "www.shop.example", transport), transport=transport, dnssec=True
    )
    assert Status.UP == result.status, result.detail
    assert ["192.0.2.7", "192.0.2.8"] == sorted(result.facts["answers"])
    secured = ["tls"] if transport in ("tls", "https") else []
    connected = [] if transport == "udp" else ["connect"]
    assert ["resolve", *connected, *secured, "query"] == list(result.timings)
    assert bool(secured) == ("certificate" in result.facts)


@pytest.mark.parametrize("transport", ["tls", "https"])
async def test_a_certificate_for_another_name_is_down(server: Unbound, transport: str) -> None:
    asked = target(server, "www.shop.example", transport)
    strict = await look_at(asked, transport=transport, server_name="dns.example")
    assert (Status.DOWN, "tls") == (strict.status, strict.phase)
    lenient = await look_at(asked, transport=transport, server_name="dns.example", verify=False)
    assert Status.UP == lenient.status
    judged_ = await judged(asked, "certificate.days_left < 1", transport=transport)
    assert Status.DOWN == judged_.status


async def test_a_name_that_must_not_exist_is_proven_not_to(server: Unbound) -> None:
    asked = target(server, "nothing.shop.example")
    plain = await look_at(asked)
    assert "nothing.shop.example A: the name server said NXDOMAIN" == plain.detail
    proven = await look_at(asked, rcode="NXDOMAIN", dnssec=True)
    assert (Status.UP, "nothing.shop.example A: NXDOMAIN, no such record") == (
        proven.status,
        proven.detail,
    )
    there = await look_at(target(server, "www.shop.example"), rcode="NXDOMAIN")
    assert (Status.DOWN, "www.shop.example A: the name server said NOERROR") == (
        there.status,
        there.detail,
    )


async def test_a_forged_record_is_down_and_the_reason_is_told(server: Unbound) -> None:
    result = await look_at(target(server, "forged.shop.example"))
    assert Status.DOWN == result.status
    assert result.detail.startswith("forged.shop.example A: the name server said SERVFAIL (dnssec ")


async def test_an_answer_that_was_not_validated_is_down_if_it_must_be(server: Unbound) -> None:
    result = await look_at(target(server, "version.server?type=TXT&class=CH"), dnssec=True)
    assert Status.DOWN == result.status


async def test_the_name_server_tells_who_it_is(server: Unbound) -> None:
    result = await look_at(target(server, "id.server?type=TXT&class=ch"), expect="the test")
    assert Status.UP == result.status, result.detail
    assert 'id.server CH TXT: "the test"' == result.detail


async def test_what_does_not_fit_into_a_datagram_comes_by_tcp(server: Unbound) -> None:
    asked = target(server, "many.shop.example")
    long = await look_at(asked)
    assert (Status.UP, 150) == (long.status, len(long.facts["answers"]))
    assert ["resolve", "query", "connect"] == list(long.timings)
    short = await look_at(asked, udp_size=4096)
    assert ["resolve", "query"] == list(short.timings)


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("alias.shop.example", 'all(dns.answers, it in ["192.0.2.7", "192.0.2.8"])'),
        ("alias.shop.example", 'any(dns.records, it.type == "CNAME" and it.ttl > 1m)'),
        ("www.shop.example", 'dns.answers contains "192.0.2.7" and len(dns.answers) == 2'),
        ("www.shop.example", "dns.ttl <= 60s and dns.ttl > 0s"),
        ("www.shop.example", 'dns.flags contains "RA"'),
        ("shop.example?type=TXT", 'dns.texts contains "v=spf1 -all"'),
        ("shop.example?type=SOA", "dns.serial == 2026112501"),
    ],
)
async def test_conditions_can_ask_about_records(
    server: Unbound, question: str, condition: str
) -> None:
    assert Status.UP == (await judged(target(server, question), condition)).status
    assert Status.DOWN == (await judged(target(server, question), f"not ({condition})")).status


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        (
            "nothing.shop.example",
            'dns.rcode == "NXDOMAIN" and any(dns.authority, it.type == "SOA")',
        ),
        ("nothing.shop.example", "dns.serial == 2026112501"),
        ("ns.shop.example?type=MX", 'dns.rcode == "NOERROR" and len(dns.answers) == 0'),
    ],
)
async def test_with_any_rcode_conditions_alone_decide(
    server: Unbound, question: str, condition: str
) -> None:
    result = await judged(target(server, question), condition, rcode="any")
    assert Status.UP == result.status, result.detail


async def test_a_name_server_that_may_not_ask_others_says_what_it_knows(server: Unbound) -> None:
    result = await look_at(target(server, "elsewhere.example"), recursion=False)
    assert "elsewhere.example A: the name server said REFUSED" in result.detail


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["udp", "tcp", "tls", "https"])
async def test_a_look_cancelled_at_any_step_leaves_nothing_open(
    server: Unbound, transport: str
) -> None:
    asked = target(server, "many.shop.example", transport)
    port = int(asked.rpartition(":")[2].partition("/")[0])
    probe = probe_of(asked, {"transport": transport})

    async def work() -> None:
        try:
            await probe(Trace())
        except TargetDown as failure:
            raise AssertionError(failure) from failure

    await work()
    step = 0
    while await cancelled_at_step(step := step + 1, work):
        assert 0 == client_sockets(port), f"cancelled at step {step}"
    assert 3 < step < 1000
