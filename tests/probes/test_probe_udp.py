"""Datagrams: the right answer, another one, a refusal, and silence, which proves nothing.

The services are scripted, but for the name server of dnspython's making; the refusals are the real
ones of this machine's kernel.
"""

from __future__ import annotations

import random

import dns.message
import pytest

from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault, TargetDown, Trace
from monitor.probes import guard
from tests.probes.conversations import judged
from tests.probes.datagrams import Reply, answering_datagrams, datagram_sockets
from tests.probes.servers import SHORT_S, closed_port, look_at, no_more_files, open_files, probe_of
from tests.probes.stepping import cancelled_at_step


def saying(*answers: bytes) -> Reply:
    return lambda _question: answers


async def look_at_reply(reply: Reply, timeout_s: float = 5.0, /, **options: object) -> Result:
    async with answering_datagrams(reply) as port:
        return await look_at(f"udp://127.0.0.1:{port}", timeout_s, **options)


async def test_the_expected_answer_is_up() -> None:
    result = await look_at_reply(
        lambda question: [b"PONG " + question], send=r"PING\x00", expect=r"PONG PING\x00"
    )
    assert Status.UP == result.status
    assert result.detail.endswith(r" answered, 'PONG PING\\x00' received")
    assert "PONG PING\0" == result.facts["answer"]
    assert ["resolve", "send", "receive"] == list(result.timings)
    assert result.address
    assert result.address.startswith("127.0.0.1:")


async def test_it_works_over_ipv6() -> None:
    async with answering_datagrams(saying(b"PONG"), "::1") as port:
        result = await look_at(f"udp://[::1]:{port}", expect="PONG")
        other = await look_at(f"udp://[::1]:{port}", ip="4")
    assert (Status.UP, f"[::1]:{port}") == (result.status, result.address)
    assert (Status.DOWN, "::1 has no IPv4 address") == (other.status, other.detail)


async def test_bytes_that_are_no_text_are_sent_and_searched() -> None:
    query = dns.message.make_query("shop.example", "A")
    written = "".join(f"\\x{byte:02x}" for byte in query.to_wire())

    def name_server(question: bytes) -> list[bytes]:
        return [dns.message.make_response(dns.message.from_wire(question)).to_wire()]

    result = await look_at_reply(name_server, send=written, expect=r"\x04shop\x07example\x00")
    assert Status.UP == result.status


async def test_another_answer_is_down_and_shown() -> None:
    result = await look_at_reply(saying(b"GO AWAY\0\n"), expect="PONG", wait="50ms")
    assert (Status.DOWN, "receive") == (result.status, result.phase)
    assert "'PONG' did not come; the answer was 'GO AWAY\ufffd'" == result.detail


async def test_the_right_answer_may_come_behind_others() -> None:
    result = await look_at_reply(saying(b"", b"WAIT", b"PONG"), expect="PONG")
    assert (Status.UP, "PONG") == (result.status, result.facts["answer"])


async def test_a_babbler_is_left() -> None:
    heard = []

    def babble(question: bytes) -> list[bytes]:
        heard.append(question)
        return [b"bla"] * 150

    result = await look_at_reply(babble, expect="PONG", wait="60s")
    assert "'PONG' did not come; the answer was 'bla'" == result.detail
    assert 1 == len(heard)


async def test_a_lost_datagram_is_sent_again() -> None:
    heard: list[bytes] = []

    def deaf_at_first(question: bytes) -> list[bytes]:
        heard.append(question)
        return [b"PONG"] if len(heard) == 3 else []

    result = await look_at_reply(deaf_at_first, send="PING", expect="PONG", wait="20ms")
    assert Status.UP == result.status
    assert [b"PING"] * 3 == heard


async def test_a_port_on_which_nobody_listens_is_down() -> None:
    port = closed_port()
    for options in ({}, {"expect": "PONG"}):
        result = await look_at(f"udp://127.0.0.1:{port}", **options)
        assert (Status.DOWN, "receive") == (result.status, result.phase)
        assert f"127.0.0.1:{port}: connection refused" == result.detail


async def test_silence_where_an_answer_is_expected_is_down_in_the_phase_it_happened() -> None:
    result = await look_at_reply(saying(), SHORT_S, expect="PONG", wait="20ms")
    assert Status.DOWN == result.status
    assert result.phase in ("send", "receive")
    assert f"no answer within 0.2 s, in phase {result.phase}" == result.detail


@pytest.mark.parametrize("timeout_s", [5.0, SHORT_S], ids=["in time", "at the deadline"])
async def test_silence_where_nothing_is_expected_is_up_and_says_what_that_is_worth(
    timeout_s: float,
) -> None:
    wait = "50ms" if timeout_s > SHORT_S else "60s"
    result = await look_at_reply(saying(), timeout_s, send="PING", wait=wait)
    assert Status.UP == result.status
    assert result.detail.endswith(
        " said nothing, neither yes nor no, which proves nothing with UDP; set expect to know more"
    )
    assert {} == result.facts


async def test_an_answer_that_is_not_expected_is_shown_and_may_be_asked_for() -> None:
    async with answering_datagrams(saying(b"hello")) as port, answering_datagrams(saying()) as deaf:
        result = await judged(f"udp://127.0.0.1:{port}", "answer exists")
        assert Status.UP == result.status
        assert result.detail.endswith(" answered: 'hello'")
        silent = await judged(f"udp://127.0.0.1:{deaf}", "answer exists", wait="20ms")
    assert Status.DOWN == silent.status
    assert "proves nothing" in silent.detail


async def test_whatever_comes_is_judged_and_never_an_error_of_ours() -> None:
    dice = random.Random(7)

    def rubbish(_question: bytes) -> list[bytes]:
        return [dice.randbytes(dice.choice((0, 1, 100, 60_000)))]

    async with answering_datagrams(rubbish) as port:
        for _ in range(100):
            result = await look_at(f"udp://127.0.0.1:{port}")
            assert Status.UP == result.status
            assert result.detail.isprintable()


async def test_a_look_cancelled_at_any_step_leaves_nothing_open() -> None:
    heard = [0]

    def every_second(question: bytes) -> list[bytes]:
        heard[0] += 1
        return [b"PONG"] if heard[0] % 2 == 0 else []

    async with answering_datagrams(every_second) as port:
        probe = probe_of(f"udp://127.0.0.1:{port}", {"expect": "PONG", "wait": "20ms"})
        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, lambda: probe(Trace()))
            assert 0 == datagram_sockets(port), f"cancelled at step {step}"
            if not cancelled:
                break
    assert 5 < step < 1000


async def test_a_refusal_leaves_nothing_open() -> None:
    before = open_files()
    with pytest.raises(TargetDown):
        await probe_of(f"udp://127.0.0.1:{closed_port()}", {})(Trace())
    assert before == open_files()


async def test_too_many_open_files_are_our_own_fault() -> None:
    with no_more_files(), pytest.raises(OwnFault) as caught:
        await look_at("udp://127.0.0.1:9")
    assert Reason.DESCRIPTORS == caught.value.reason


async def test_looks_go_nowhere_where_the_operator_forbids_it() -> None:
    token = guard.POLICY.set(guard.Policy(private="deny"))
    try:
        result = await look_at("udp://127.0.0.1:9")
    finally:
        guard.POLICY.reset(token)
    assert (Status.UNKNOWN, Reason.REFUSED) == (result.status, result.reason)


@pytest.mark.parametrize(
    ("options", "field", "message"),
    [
        ({"send": 5}, "option send", "is not allowed"),
        ({"send": "\\q"}, "option send", "is not an escape"),
        ({"send": "x" * 65_508}, "option send", "65508 bytes; a datagram takes up to 65507"),
        ({"expect": "\\q"}, "option expect", "is not an escape"),
        ({"wait": "5"}, "option wait", "has no unit"),
        ({"wait": "0s"}, "option wait", "0s is out of range; use 10ms to 60s"),
        ({"wait": "61s"}, "option wait", "61s is out of range; use 10ms to 60s"),
        ({"x": "1"}, "option x", "is not known here"),
    ],
    ids=str,
)
def test_a_wrong_option_is_refused_and_named(
    options: dict[str, object], field: str, message: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("udp://127.0.0.1:9", options)
    assert field == caught.value.field
    assert message in caught.value.message


@pytest.mark.parametrize(
    "target", ["udp://host", "udp://host:80/path", "udp://host:80?a=b", "udp://me@host:80", "udp:a"]
)
def test_a_target_is_a_host_and_a_port(target: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, {})
    assert "target" == caught.value.field
