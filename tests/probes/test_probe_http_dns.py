"""Names looked up at a name server of the operator's choice: the real dnsmasq, and bad ones."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
import trio

from monitor.core.model import Reason, Status
from monitor.core.probing import InvalidTask, OwnFault, Refused, Trace
from monitor.probes import nameserver
from monitor.probes.guard import POLICY, Policy
from tests.probes.real import free_port, needs_program, running
from tests.probes.servers import (
    Stream,
    answering,
    client_sockets,
    http_answer,
    look_at,
    open_files,
    probe_of,
    serving,
)
from tests.probes.stepping import cancelled_at_step


@pytest.fixture(autouse=True)
def no_system_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail when this machine's resolver is asked for a name of these tests."""
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *more: Any, **details: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        numbers_only = details.get("flags", 0) & socket.AI_NUMERICHOST
        assert numbers_only or not name.endswith(".test"), f"this machine was asked for {name}"
        return real(host, *more, **details)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


# --- real -----------------------------------------------------------------------------------------


@contextmanager
def dnsmasq(tmp_path: Path) -> Iterator[int]:
    port, program = free_port(), needs_program("dnsmasq", "dnsmasq-base")
    command = [
        *("--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces"),
        *("--listen-address=127.0.0.1", f"--port={port}", "--user=root"),
        "--address=/shop.test/127.0.0.1",
        "--address=/shop.test/::1",
        "--address=/four.test/127.0.0.1",
        "--address=/six.test/::1",
        "--address=/cloud.test/169.254.169.254",
        "--address=/none.test/",
        "--cname=www.test,shop.test",
        "--host-record=host.test,127.0.0.1",
        *(f"--host-record=many.test,127.0.0.{number}" for number in range(1, 101)),
    ]
    with running(port, tmp_path / "dnsmasq.log", program, *command):
        yield port


async def test_a_name_is_looked_up_at_the_name_server_of_the_option(tmp_path: Path) -> None:
    with dnsmasq(tmp_path) as dns_port:
        async with serving(answering(http_answer("in"))) as port:
            for name in ("four.test", "shop.test", "host.test"):
                result = await look_at(f"http://{name}:{port}/", dns=f"127.0.0.1:{dns_port}")
                assert Status.UP == result.status, result.detail
                assert f"127.0.0.1:{port}" == result.address
                assert ["resolve", "connect", "first_byte", "body"] == list(result.timings)
                assert f"http://{name}:{port}/" == result.facts["url"]


async def test_the_version_of_ip_chooses_among_the_addresses(tmp_path: Path) -> None:
    with dnsmasq(tmp_path) as dns_port:
        options = {"dns": f"127.0.0.1:{dns_port}"}
        async with serving(answering(http_answer("in")), "::1") as port:
            six = await look_at(f"http://shop.test:{port}/", ip="6", **options)
            four = await look_at(f"http://shop.test:{port}/", ip="4", **options)
            none = await look_at(f"http://six.test:{port}/", ip="4", **options)
    assert (Status.UP, f"[::1]:{port}") == (six.status, six.address)
    assert f"127.0.0.1:{port}: connection refused" == four.detail
    assert (Status.DOWN, "resolve") == (none.status, none.phase)
    assert "six.test has no IPv4 address" == none.detail


async def test_an_answer_that_does_not_fit_is_asked_for_by_tcp(tmp_path: Path) -> None:
    with dnsmasq(tmp_path) as dns_port:
        async with serving(answering(http_answer("in")), "0.0.0.0") as port:
            result = await look_at(f"http://many.test:{port}/", dns=f"127.0.0.1:{dns_port}")
    assert Status.UP == result.status, result.detail


async def test_a_name_that_does_not_exist_is_the_targets_fault(tmp_path: Path) -> None:
    with dnsmasq(tmp_path) as dns_port:
        result = await look_at("http://none.test/", dns=f"127.0.0.1:{dns_port}")
    assert (Status.DOWN, "resolve") == (result.status, result.phase)
    assert "the name none.test does not exist or has no address" == result.detail


async def test_every_address_that_a_name_server_says_is_judged(tmp_path: Path) -> None:
    with dnsmasq(tmp_path) as dns_port:
        options = {"dns": f"127.0.0.1:{dns_port}"}
        with pytest.raises(Refused, match=r"cloud\.test \(169\.254\.169\.254\)"):
            await probe_of("http://cloud.test/", options)(Trace())
        before = POLICY.set(Policy(private="list", allowed=()))
        try:
            with pytest.raises(Refused, match=r"it is private and not in targets\.allow"):
                await probe_of("http://shop.test/", options)(Trace())
        finally:
            POLICY.reset(before)


async def test_a_redirect_and_a_token_are_looked_up_there_too(tmp_path: Path) -> None:
    with dnsmasq(tmp_path) as dns_port:
        options = {"dns": f"127.0.0.1:{dns_port}", "oauth_client_id": "x"}
        async with (
            serving(answering(http_answer('{"access_token": "t"}'))) as token_port,
            serving(answering(http_answer("end"))) as end,
            serving(
                answering(http_answer("", "302 Found", {"Location": f"http://host.test:{end}/"}))
            ) as port,
        ):
            options["oauth_token_url"] = f"http://four.test:{token_port}/"
            result = await look_at(f"http://four.test:{port}/", **options)
    assert (Status.UP, f"http://host.test:{end}/") == (result.status, result.facts["url"])


# --- scripted -------------------------------------------------------------------------------------

Script = Callable[[dns.message.Message], list[bytes]]


@asynccontextmanager
async def name_server(script: Script, tcp: Script | None = None) -> AsyncIterator[int]:
    """Answer each datagram with those that a script makes of its question, and TCP as well."""

    async def by_tcp(stream: Stream) -> None:
        data = await stream.receive_some()
        if not data:
            return
        for wire in (tcp or script)(dns.message.from_wire(data[2:])):
            await stream.send_all(len(wire).to_bytes(2, "big") + wire)

    async def by_udp(sock: trio.socket.SocketType) -> None:
        while True:
            wire, peer = await sock.recvfrom(65535)
            for answer in script(dns.message.from_wire(wire)):
                await sock.sendto(answer, peer)

    async with serving(by_tcp) as port:
        with trio.socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            await sock.bind(("127.0.0.1", port))
            async with trio.open_nursery() as nursery:
                nursery.start_soon(by_udp, sock)
                yield port
                nursery.cancel_scope.cancel()


def answer_with(*addresses: str, **changes: Any) -> Script:
    """Answer questions about A with these addresses, and all others with none."""

    def script(query: dns.message.Message) -> list[bytes]:
        answer = dns.message.make_response(query)
        question = query.question[0]
        if question.rdtype.name == "A" and addresses:
            answer.answer = [dns.rrset.from_text(question.name, 60, "IN", "A", *addresses)]
        if "rcode" in changes:
            answer.set_rcode(changes["rcode"])
        answer.flags |= changes.get("flags", 0)
        return [answer.to_wire()]

    return script


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED", "NOTIMP"])
async def test_a_name_server_in_trouble_is_our_own_fault(rcode: str) -> None:
    async with name_server(answer_with(rcode=dns.rcode.from_text(rcode))) as dns_port:
        with pytest.raises(OwnFault) as caught:
            await look_at("http://shop.test/", dns=f"127.0.0.1:{dns_port}")
    assert Reason.RESOLVER == caught.value.reason
    said = f"the name server 127.0.0.1:{dns_port} could not look up shop.test: it says {rcode}"
    assert said == str(caught.value)


async def test_a_name_server_that_is_silent_is_our_own_fault_and_said_before_the_deadline() -> None:
    async with name_server(lambda _query: []) as dns_port:
        with pytest.raises(OwnFault, match=r"gave no answer for shop\.test in time") as caught:
            await look_at("http://shop.test/", 2.0, dns=f"127.0.0.1:{dns_port}")
    assert Reason.RESOLVER == caught.value.reason


async def test_a_name_server_that_is_not_there_is_our_own_fault() -> None:
    with pytest.raises(OwnFault, match="connection refused"):
        await look_at("http://shop.test/", dns=f"127.0.0.1:{free_port()}")


async def test_a_lost_datagram_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nameserver, "RESEND_S", 0.05)
    lost: list[int] = []

    def script(query: dns.message.Message) -> list[bytes]:
        lost.append(query.id)
        return answer_with("127.0.0.1")(query) if lost.count(query.id) == 3 else []

    async with name_server(script) as dns_port, serving(answering(http_answer())) as port:
        result = await look_at(f"http://shop.test:{port}/", dns=f"127.0.0.1:{dns_port}")
    assert Status.UP == result.status


async def test_one_version_of_ip_is_enough_if_nothing_is_said_of_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nameserver, "RESEND_S", 0.05)

    def script(query: dns.message.Message) -> list[bytes]:
        return answer_with("127.0.0.1")(query) if query.question[0].rdtype.name == "A" else []

    async with name_server(script) as dns_port, serving(answering(http_answer())) as port:
        result = await look_at(f"http://shop.test:{port}/", dns=f"127.0.0.1:{dns_port}")
    assert Status.UP == result.status


async def test_rubbish_and_forged_answers_are_not_believed() -> None:
    def script(query: dns.message.Message) -> list[bytes]:
        forged = dns.message.make_query("evil.test", query.question[0].rdtype)
        strange = answer_with("192.0.2.1")(dns.message.from_wire(query.to_wire()))[0]
        wrong_id = bytes([strange[0] ^ 1]) + strange[1:]
        other = answer_with("192.0.2.1")(forged)
        return [b"", b"rubbish", wrong_id, *other, *answer_with("127.0.0.1")(query)]

    async with name_server(script) as dns_port, serving(answering(http_answer())) as port:
        result = await look_at(f"http://shop.test:{port}/", dns=f"127.0.0.1:{dns_port}")
    assert (Status.UP, f"127.0.0.1:{port}") == (result.status, result.address)


@pytest.mark.parametrize(
    ("tcp", "why"),
    [
        (lambda _query: [], "the connection was closed in the middle of the answer"),
        (lambda _query: [b"rubbish"], "not a valid DNS answer"),
        (
            lambda _query: answer_with()(dns.message.make_query("evil.test", "A")),
            "not an answer to the question",
        ),
    ],
    ids=["close", "rubbish", "forged"],
)
async def test_nonsense_by_tcp_is_our_own_fault(tcp: Script, why: str) -> None:
    cut = answer_with(flags=dns.flags.TC)
    async with name_server(cut, tcp) as dns_port:
        with pytest.raises(OwnFault, match=why):
            await look_at("http://shop.test/", dns=f"127.0.0.1:{dns_port}")


async def test_a_look_can_be_cancelled_at_every_step_and_leaves_nothing_open() -> None:
    cut, whole = answer_with(flags=dns.flags.TC), answer_with("127.0.0.1")
    async with name_server(cut, whole) as dns_port, serving(answering(http_answer())) as port:
        options = {"dns": f"127.0.0.1:{dns_port}"}
        probe = probe_of(f"http://shop.test:{port}/", options)

        async def work() -> None:
            await probe(Trace())

        await work()
        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            left = client_sockets(port), client_sockets(dns_port)
            assert (0, 0) == left, f"cancelled at step {step}"
            if not cancelled:
                break
        assert 5 < step < 1000


async def test_datagram_sockets_are_closed() -> None:
    async with name_server(answer_with("127.0.0.1")) as dns_port:
        before = open_files()
        for _ in range(5):
            await look_at(f"http://shop.test:{free_port()}/", dns=f"127.0.0.1:{dns_port}")
        assert before == open_files()


@pytest.mark.parametrize(
    "server",
    ["127.0.0.1:0", "::1", "host name", "127.0.0.1/path", "me@127.0.0.1", "https://x/y", ""],
)
def test_a_name_server_that_cannot_be_one_is_refused(server: str) -> None:
    if not server:
        probe_of("http://host.example/", {"dns": server})
        return
    with pytest.raises(InvalidTask) as caught:
        probe_of("http://host.example/", {"dns": server})
    assert "option dns" == caught.value.field


def test_a_name_server_may_have_no_port_and_any_sort_of_address() -> None:
    for server in ("127.0.0.1", "[::1]", "[::1]:5353", "ns.example:53"):
        probe_of("http://host.example/", {"dns": server})
