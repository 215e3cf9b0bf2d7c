"""Name servers that are scripted, because no real one is so wrong: by UDP, TCP, TLS and HTTPS."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Callable

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
import trustme

from monitor.core.model import Result, Status
from monitor.probes import dnswire
from tests.probes.certificates import server_context
from tests.probes.conversations import judged
from tests.probes.nameservers import ask, name_server, read_query, saying
from tests.probes.servers import (
    SHORT_S,
    Handler,
    Stream,
    closed_port,
    hang,
    http_answer,
    look_at,
    over_tls,
    read_request,
    serving,
)

Answer = Callable[[dns.message.Message], bytes]

MUTATIONS = 300
GOOD = ("shop.example. 300 IN A 192.0.2.7",)


def by_stream(answer: Answer) -> Handler:
    """Make a handler that reads a question and sends an answer with its length in front."""

    async def handler(stream: Stream) -> None:
        wire = answer(await read_query(stream))
        await stream.send_all(len(wire).to_bytes(2, "big") + wire)
        await hang(stream)

    return handler


def by_http(answer: Callable[[dns.message.Message], bytes]) -> Handler:
    """Make a handler that answers a question by HTTP/1.1 as it is told."""

    async def handler(stream: Stream) -> None:
        request = await read_request(stream)
        found = re.match(rb"GET /dns-query\?dns=([A-Za-z0-9_-]+) HTTP/1.1\r\n", request)
        assert found, request
        assert b"\r\nAccept: application/dns-message\r\n" in request
        wire = base64.urlsafe_b64decode(found[1] + b"=" * (-len(found[1]) % 4))
        await stream.send_all(answer(dns.message.from_wire(wire)))
        await hang(stream)

    return handler


def message(wire: bytes, kind: str = "application/dns-message") -> bytes:
    return http_answer(wire, headers={"Content-Type": kind})


def good(query: dns.message.Message) -> bytes:
    return saying(*GOOD)(query)[0]


async def ask_over(transport: str, handler: Handler, ca: trustme.CA, **options: object) -> Result:
    """Ask a name server that is handled so, over TLS if the transport wants it."""
    if transport in ("tls", "https"):
        handler = over_tls(server_context(ca.issue_cert("localhost")), handler)
    async with serving(handler) as port:
        target = f"dns://localhost:{port}/shop.example"
        return await look_at(target, transport=transport, **options)


# --- streams --------------------------------------------------------------------------------------


@pytest.mark.parametrize("transport", ["tcp", "tls", "https"])
async def test_an_answer_by_a_stream_is_up(transport: str, ca: trustme.CA) -> None:
    handler = (
        by_http(lambda query: message(good(query))) if transport == "https" else by_stream(good)
    )
    result = await ask_over(transport, handler, ca)
    assert (Status.UP, "shop.example A: 192.0.2.7") == (result.status, result.detail)


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (lambda query: http_answer(status="404 Not Found"),
         "the name server answered with status 404"),
        (lambda query: http_answer(b"<html>", headers={"Content-Type": "text/html"}),
         "the name server answered with text/html, not with application/dns-message"),
        (lambda query: http_answer(good(query)),
         "the name server answered with no content type, not with application/dns-message"),
        (lambda query: message(b"rubbish"), "not a valid DNS answer: "),
        (lambda query: message(b"\0" * 65536), "not a valid DNS answer: it is too long"),
        (lambda query: message(dns.message.make_response(
            dns.message.make_query("other.example", "A", id=0)).to_wire()),
         "not an answer to the question that was asked"),
        (lambda query: b"SSH-2.0-OpenSSH\r\n\r\n", "not a valid HTTP answer: "),
    ],
    ids=["status", "page", "type", "rubbish", "long", "other", "ssh"],
)  # fmt: skip
async def test_what_is_no_dns_over_https_is_down(
    answer: Callable[[dns.message.Message], bytes], detail: str, ca: trustme.CA
) -> None:
    result = await ask_over("https", by_http(answer), ca)
    assert (Status.DOWN, "query") == (result.status, result.phase)
    assert result.detail.startswith(detail)


async def test_a_question_by_https_has_no_number_so_that_it_can_be_cached(ca: trustme.CA) -> None:
    heard: list[int] = []

    def answer(query: dns.message.Message) -> bytes:
        heard.append(query.id)
        return message(good(query))

    assert Status.UP == (await ask_over("https", by_http(answer), ca)).status
    assert [0] == heard


@pytest.mark.parametrize("transport", ["tcp", "tls", "https"])
async def test_silence_of_a_stream_is_down_in_phase_query(transport: str, ca: trustme.CA) -> None:
    handler: Handler = hang
    if transport != "tcp":
        handler = over_tls(server_context(ca.issue_cert("localhost")), hang)
    async with serving(handler) as port:
        target = f"dns://localhost:{port}/shop.example"
        result = await look_at(target, SHORT_S, transport=transport)
    assert "no answer within 0.2 s, in phase query" == result.detail


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_the_next_name_server_is_asked_when_one_is_not_there(
    transport: str, ca: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: Handler = by_stream(good)
    if transport == "tls":
        there = over_tls(server_context(ca.issue_cert("localhost")), there)
    async with serving(there) as port, name_server(saying(*GOOD), port):
        servers = [("localhost", closed_port()), ("localhost", port)]
        monkeypatch.setattr(dnswire, "system_servers", lambda transport: servers)
        result = await look_at("dns:///shop.example", transport=transport, ip="4")
        assert (Status.UP, f"127.0.0.1:{port}") == (result.status, result.address)
        monkeypatch.setattr(dnswire, "system_servers", lambda transport: servers[:1] * 2)
        result = await look_at("dns:///shop.example", transport=transport, ip="4")
    assert Status.DOWN == result.status
    assert "connection refused" in result.detail


# --- what is asked --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "flags", "size", "secure"),
    [
        ({}, "RD", 1232, False),
        ({"recursion": "false"}, "", 1232, False),
        ({"dnssec": "true", "udp_size": "4096"}, "RD AD", 4096, True),
    ],
    ids=["usual", "no recursion", "dnssec"],
)
async def test_the_question_is_asked_as_the_options_say(
    options: dict[str, str], flags: str, size: int, secure: bool
) -> None:
    heard: list[dns.message.Message] = []

    def reply(query: dns.message.Message) -> list[bytes]:
        heard.append(query)
        return saying(*GOOD)(query)

    await ask(reply, **options)
    [query] = heard
    assert (flags, size) == (dns.flags.to_text(query.flags), query.payload)
    assert secure == bool(query.ednsflags & dns.flags.DO)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("/192.0.2.7?type=PTR", "7.2.0.192.in-addr.arpa. IN PTR"),
        ("/2001:db8::7?type=ptr",
         "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. IN PTR"),
        ("/7.2.0.192.in-addr.arpa?type=PTR", "7.2.0.192.in-addr.arpa. IN PTR"),
        ("/.?type=NS", ". IN NS"),
        ("/version.bind?type=TXT&class=CH", "version.bind. CH TXT"),
        ("/shop.example?type=TYPE65280", "shop.example. IN TYPE65280"),
    ],
)  # fmt: skip
async def test_names_of_every_sort_can_be_asked_for(question: str, asked: str) -> None:
    heard: list[str] = []

    def reply(query: dns.message.Message) -> list[bytes]:
        heard.append(query.question[0].to_text())
        return saying()(query)

    await ask(reply, question)
    assert [asked] == heard


# --- what is judged -------------------------------------------------------------------------------


async def test_a_resolver_that_has_not_validated_is_down() -> None:
    def validated(query: dns.message.Message) -> list[bytes]:
        answer = dns.message.from_wire(saying(*GOOD)(query)[0])
        answer.flags |= dns.flags.AD
        return [answer.to_wire()]

    bad = await ask(saying(*GOOD), dnssec=True)
    assert (Status.DOWN, "check") == (bad.status, bad.phase)
    assert "shop.example A: the name server has not validated the answer (no AD)" == bad.detail
    assert Status.UP == (await ask(validated, dnssec=True)).status


async def test_several_rcodes_can_be_well() -> None:
    for rcode, expected in (("NXDOMAIN", Status.UP), ("NOERROR", Status.UP),
                            ("REFUSED", Status.DOWN)):  # fmt: skip
        reply = saying(*GOOD, rcode=dns.rcode.from_text(rcode))
        assert expected == (await ask(reply, rcode="noerror, NXDOMAIN")).status


async def test_why_a_name_server_cannot_answer_is_told() -> None:
    def reply(query: dns.message.Message) -> list[bytes]:
        answer = dns.message.make_response(query)
        answer.set_rcode(dns.rcode.SERVFAIL)
        reason = dns.edns.EDEOption(dns.edns.EDECode.NETWORK_ERROR, "upstream\nis away")
        answer.use_edns(0, options=[reason])
        return [answer.to_wire()]

    said = "shop.example A: the name server said SERVFAIL (network error: upstream is away)"
    assert said == (await ask(reply)).detail


async def test_an_expected_value_is_missing_where_there_is_nothing() -> None:
    nothing = await ask(saying(), rcode="any", expect="192.0.2.7")
    assert Status.DOWN == nothing.status
    assert "shop.example A: '192.0.2.7' is not among the answers: there are none" == nothing.detail


async def test_every_section_can_be_judged_by_conditions() -> None:
    def reply(query: dns.message.Message) -> list[bytes]:
        answer = dns.message.from_wire(saying(*GOOD)(query)[0])
        answer.flags |= dns.flags.AA
        answer.authority.append(dns.rrset.from_text("example.", 60, "IN", "NS", "ns.example."))
        answer.additional.append(dns.rrset.from_text("ns.example.", 60, "IN", "A", "192.0.2.1"))
        return [answer.to_wire()]

    async with name_server(reply) as port:
        for condition in (
            'dns.authority[0].value == "ns.example." and dns.authority[0].name == "example."',
            'any(dns.additional, it.type == "A" and it.value == "192.0.2.1" and it.ttl == 1m)',
            'dns.flags contains "AA" and dns.flags not contains "AD"',
            "dns.ttl == 5m and len(dns.records) == 1 and dns.texts not exists",
        ):
            result = await judged(f"dns://127.0.0.1:{port}/shop.example", condition)
            assert Status.UP == result.status, result.detail


RECORDS = (
    *("shop.example. 300 IN A 192.0.2.7", 'shop.example. 300 IN TXT "a" "b"'),
    "shop.example. 300 IN SOA ns.example. a.example. 1 2 3 4 5",
    'shop.example. 300 IN NAPTR 100 10 "u" "sip+E2U" "!^.*$!sip:a@shop.example!" .',
    'shop.example. 300 IN HTTPS 1 . alpn="h2,h3" ipv4hint=192.0.2.7 port=8443',
    "shop.example. 300 IN DS 1 13 2 " + "ab" * 32,
    "shop.example. 300 IN TLSA 3 1 1 " + "ab" * 32,
    "shop.example. 300 IN LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m",
    'shop.example. 300 IN CAA 0 issue "ca.example"',
    "shop.example. 300 IN NSEC host.example. A MX RRSIG NSEC TYPE1234",
)


@pytest.mark.slow
async def test_whatever_stands_in_an_answer_is_judged_and_never_an_error_of_ours() -> None:
    dice = random.Random(7)
    question = dns.name.from_text("shop.example").to_wire() or b""
    begin = 12 + len(question) + 4

    def reply(query: dns.message.Message) -> list[bytes]:
        wire = bytearray(saying(*RECORDS)(query)[0])
        # The number and the question stay, or it would be no answer.
        for _ in range(dice.randint(1, 4)):
            place = dice.choice((2, 3, 6, 7, *range(begin, len(wire))))
            wire[place] = dice.choice((0, 1, 0x3F, 0x7F, 0x80, 0xC0, 0xFF, dice.getrandbits(8)))
        return [bytes(wire)]

    def stream(query: dns.message.Message) -> bytes:
        return reply(query)[0]

    async with serving(by_stream(stream)) as port:
        for number in range(MUTATIONS):
            rdtype = dice.choice(("A", "TXT", "SOA", "NAPTR", "HTTPS", "LOC", "NSEC"))
            target = f"dns://127.0.0.1:{port}/shop.example?type={rdtype}"
            rcode = ("NOERROR", "any")[number % 2]
            result = await judged(target, "dns.ttl < 1h", transport="tcp", rcode=rcode)
            assert result.status in (Status.UP, Status.DOWN)
            assert result.detail.isprintable()
