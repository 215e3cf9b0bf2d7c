"""Name servers: right answers, wrong ones, none, and strangers who answer too."""

from __future__ import annotations

import re
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from monitor.assertions import parse
from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault
from monitor.probes import dns as kind
from monitor.probes import dnswire as room
from monitor.probes.conditions import names_of
from tests.probes.nameservers import ask, name_server, read_query, saying
from tests.probes.servers import (
    SHORT_S,
    Stream,
    closed_port,
    hang,
    look_at,
    open_files,
    probe_of,
    serving,
)


async def test_a_name_with_addresses_is_up_with_facts() -> None:
    result = await ask(
        saying("shop.example. 300 IN A 192.0.2.7", "shop.example. 60 IN A 192.0.2.8")
    )
    assert Status.UP == result.status
    assert "shop.example A: 192.0.2.7, 192.0.2.8" == result.detail
    facts = {"rcode": "NOERROR", "answers": ["192.0.2.7", "192.0.2.8"], "ttl": 60}
    assert facts == {name: result.facts[name] for name in facts}
    assert ["resolve", "query"] == list(result.timings)
    assert result.address
    assert result.address.startswith("127.0.0.1:")


async def test_an_alias_is_followed_to_its_records() -> None:
    records = ("shop.example. 300 IN CNAME web.example.", "web.example. 60 IN A 192.0.2.7")
    assert ["192.0.2.7"] == (await ask(saying(*records))).facts["answers"]
    alias = await ask(saying(*records), "/shop.example?type=cname")
    assert ["web.example."] == alias.facts["answers"]


@pytest.mark.parametrize(
    "rcode", [dns.rcode.SERVFAIL, dns.rcode.NXDOMAIN, dns.rcode.REFUSED], ids=str
)
async def test_an_error_of_the_name_server_is_down_and_named(rcode: dns.rcode.Rcode) -> None:
    result = await ask(saying(rcode=rcode))
    assert (Status.DOWN, "check") == (result.status, result.phase)
    assert f"shop.example A: the name server said {rcode.name}" == result.detail
    assert rcode.name == result.facts["rcode"]


async def test_a_name_without_such_a_record_is_down() -> None:
    result = await ask(saying(), "/shop.example?type=MX")
    assert (Status.DOWN, "shop.example MX: the name has no such record") == (
        result.status,
        result.detail,
    )


@pytest.mark.parametrize(
    ("rdtype", "value", "expect"),
    [
        ("A", "192.0.2.7", "192.0.2.7"),
        ("AAAA", "2001:db8:0:0::1", "2001:db8::1"),
        ("MX", "10 Mail.Example.", "10 mail.example"),
        ("CNAME", "web.example.", "WEB.example."),
        ("TXT", '"v=spf1 " "-all"', "v=spf1 -all"),
        ("TXT", r'"say \"hi\""', 'say "hi"'),
        ("CAA", '0 issue "ca.example"', '0 issue "ca.example"'),
    ],
    ids=["A", "AAAA", "MX", "CNAME", "TXT in pieces", "TXT with quotes", "CAA"],
)
async def test_an_expected_value_is_found_however_it_is_written(
    rdtype: str, value: str, expect: str
) -> None:
    record = f"shop.example. 300 IN {rdtype} {value}"
    result = await ask(saying(record), f"/shop.example?type={rdtype}", expect=expect)
    assert Status.UP == result.status


async def test_a_missing_value_is_down_and_the_others_are_shown() -> None:
    records = [f"shop.example. 300 IN A 192.0.2.{number}" for number in range(1, 8)]
    result = await ask(saying(*records), expect="192.0.2.99")
    assert Status.DOWN == result.status
    assert result.detail == (
        "shop.example A: '192.0.2.99' is not among the answers: "
        "192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5 and 2 more"
    )


async def test_what_strangers_send_is_not_the_answer() -> None:
    def reply(query: dns.message.Message) -> list[bytes]:
        other = dns.message.make_query("other.example", "A")
        wrong_id = dns.message.make_response(query)
        wrong_id.id ^= 1
        return [
            b"",
            b"rubbish",
            query.to_wire(),
            dns.message.make_response(other).to_wire(),
            wrong_id.to_wire(),
            *saying("shop.example. 300 IN A 192.0.2.7")(query),
        ]

    assert ["192.0.2.7"] == (await ask(reply)).facts["answers"]


async def test_a_lost_datagram_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "RESEND_S", 0.02)
    heard = []

    def reply(query: dns.message.Message) -> list[bytes]:
        heard.append(query)
        found = saying("shop.example. 300 IN A 192.0.2.7")(query)
        return found if len(heard) > 1 else []

    assert Status.UP == (await ask(reply)).status
    assert 2 == len(heard)


async def test_a_silent_name_server_is_down_in_phase_query_and_leaves_nothing_open() -> None:
    before = open_files()
    result = await ask(lambda query: [], "/shop.example", SHORT_S)
    assert "no answer within 0.2 s, in phase query" == result.detail
    assert before == open_files()


async def test_a_port_on_which_nobody_listens_is_down() -> None:
    result = await look_at(f"dns://127.0.0.1:{closed_port()}/shop.example")
    assert (Status.DOWN, "query") == (result.status, result.phase)
    assert "the name server did not answer: connection refused" == result.detail


# --- answers that do not fit into a datagram ----------------------------------------------------


def truncated(query: dns.message.Message) -> list[bytes]:
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.TC
    return [answer.to_wire()]


async def ask_by_both(answer: Callable[[dns.message.Message], bytes]) -> Result:
    """Ask a server that says by UDP that its answer is too long, and then answers by TCP."""

    async def by_tcp(stream: Stream) -> None:
        data = answer(await read_query(stream))
        for half in (data[:1], data[1:]):
            await stream.send_all(half)

    async with serving(by_tcp) as port, name_server(truncated, port):
        return await look_at(f"dns://127.0.0.1:{port}/shop.example")


async def test_a_long_answer_comes_by_tcp() -> None:
    records = [f"shop.example. 300 IN A 198.51.100.{number}" for number in range(200)]

    def answer(query: dns.message.Message) -> bytes:
        wire = saying(*records)(query)[0]
        return len(wire).to_bytes(2) + wire

    result = await ask_by_both(answer)
    assert Status.UP == result.status
    assert 200 == len(result.facts["answers"])
    assert ["resolve", "query", "connect"] == list(result.timings)


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"\0\x05rubb", "the connection was closed in the middle of the answer"),
        (b"\0\x05rubbish", "not a valid DNS answer: "),
        (b"", "the connection was closed in the middle of the answer"),
    ],
    ids=["half", "rubbish", "nothing"],
)
async def test_a_broken_answer_by_tcp_is_down(data: bytes, detail: str) -> None:
    result = await ask_by_both(lambda query: data)
    assert (Status.DOWN, "query") == (result.status, result.phase)
    assert result.detail.startswith(detail)


async def test_an_answer_by_tcp_to_another_question_is_down() -> None:
    def answer(query: dns.message.Message) -> bytes:
        other = dns.message.make_response(dns.message.make_query("other.example", "A")).to_wire()
        return len(other).to_bytes(2) + other

    assert "not an answer to the question that was asked" == (await ask_by_both(answer)).detail


async def test_silence_by_tcp_is_down_in_phase_query() -> None:
    async with serving(hang) as port, name_server(truncated, port):
        result = await look_at(f"dns://127.0.0.1:{port}/shop.example", SHORT_S)
    assert "no answer within 0.2 s, in phase query" == result.detail


# --- the system's name servers ------------------------------------------------------------------


async def test_an_empty_resolver_is_the_systems_and_all_of_them_are_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "RESEND_S", 0.02)
    async with (
        name_server(lambda query: []) as silent,
        name_server(saying("shop.example. 300 IN A 192.0.2.7")) as good,
    ):
        servers = [("127.0.0.1", silent), ("127.0.0.1", good)]
        monkeypatch.setattr(room, "system_servers", lambda transport: servers)
        result = await look_at("dns:///shop.example")
    assert (Status.UP, f"127.0.0.1:{good}") == (result.status, result.address)


async def test_a_machine_without_name_servers_blames_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none_set() -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver, "Resolver", none_set)
    with pytest.raises(OwnFault, match="this machine has no name server set") as caught:
        await look_at("dns:///shop.example")
    assert Reason.RESOLVER == caught.value.reason


# --- what may be asked --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("dns:shop.example", "has no //"),
        ("dns://192.0.2.1", "asks for no name"),
        ("dns:///", "asks for no name"),
        ("dns:///shop..example", "is not a host name"),
        ("dns:///shop.example?type=AAAAA", "unknown record type 'AAAAA', did you mean 'AAAA'"),
        ("dns:///shop.example?type=ANY", "no type of record"),
        ("dns:///shop.example?type=", "unknown record type"),
        ("dns:///shop.example?tpe=A", "unknown part 'tpe', did you mean 'type'"),
        ("dns:///shop.example?class=NONE", "unknown class 'NONE'; use IN, CH or HS"),
        ("dns://192.0.2.1:99999/shop.example", "port '99999' is out of range"),
    ],
)
def test_a_wrong_target_is_refused(target: str, message: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, {})
    assert "target" == caught.value.field
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"expect": "192.0.2"}, "option expect"),
        ({"expect": 5}, "option expect"),
        ({"type": "A"}, "option type"),
        ({"rcode": "NXDOMIAN"}, "option rcode"),
        ({"rcode": ""}, "option rcode"),
        ({"transport": "quic"}, "option transport"),
        ({"path": "dns-query"}, "option path"),
        ({"path": "/dns?x=y"}, "option path"),
        ({"udp_size": "511"}, "option udp_size"),
        ({"ca_file": "x.pem"}, "option ca_file"),
        ({"server_name": "x", "transport": "tcp"}, "option server_name"),
    ],
    ids=[
        "no address",
        "no text",
        "unknown",
        "rcode",
        "no rcode",
        "transport",
        "path",
        "query",
        "size",
        "authority",
        "name",
    ],
)
def test_a_wrong_option_is_refused_and_named(options: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("dns:///shop.example", options)
    assert field == caught.value.field


def test_a_wrong_rcode_is_guessed() -> None:
    with pytest.raises(
        InvalidTask, match="'NXDOMIAN' is no response code, did you mean 'NXDOMAIN'"
    ):
        probe_of("dns:///shop.example", {"rcode": "NOERROR, NXDOMIAN"})


def test_the_conditions_on_the_page_can_be_read() -> None:
    [block] = re.findall(r"```conditions\n(.*?)```", str(kind.__doc__), re.DOTALL)
    for line in block.splitlines():
        assert parse(line, names_of(kind.KIND)).text
