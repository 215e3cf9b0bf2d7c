"""What holds for every kind that talks with a server: whatever it says, and whenever we leave."""

from __future__ import annotations

import random

import pytest

from monitor.core.model import Status
from monitor.core.probing import InvalidTask, OwnFault, TargetDown, Trace
from tests.probes.conversations import CONVERSATIONS, Conversation, recording, repeating
from tests.probes.real import needs
from tests.probes.servers import (
    SHORT_S,
    Stream,
    client_sockets,
    closed_port,
    hang,
    look_at,
    probe_of,
    reset,
    serving,
)
from tests.probes.stepping import cancelled_at_step

each = pytest.mark.parametrize(
    "conversation", CONVERSATIONS, ids=[f"{one.name}{i}" for i, one in enumerate(CONVERSATIONS)]
)

MUTATIONS = 300


@each
async def test_silence_is_down_in_the_phase_it_happened(conversation: Conversation) -> None:
    async with serving(hang) as port:
        result = await look_at(conversation.target(port), SHORT_S, **conversation.options)
    assert Status.DOWN == result.status
    assert result.phase in ("greeting", "login", "info")
    assert f"no answer within 0.2 s, in phase {result.phase}" == result.detail


@each
async def test_a_closed_port_is_down(conversation: Conversation) -> None:
    result = await look_at(conversation.target(closed_port()), **conversation.options)
    assert (Status.DOWN, "connect") == (result.status, result.phase)


@each
async def test_a_connection_closed_at_once_is_down(conversation: Conversation) -> None:
    async with serving(repeating(b"")) as port:
        result = await look_at(conversation.target(port), **conversation.options)
    assert Status.DOWN == result.status
    assert "the target closed the connection without an answer" == result.detail


@each
async def test_a_reset_is_down(conversation: Conversation) -> None:
    async with serving(reset) as port:
        result = await look_at(conversation.target(port), **conversation.options)
    assert Status.DOWN == result.status
    assert result.detail in ("connection reset by peer", "broken pipe")


@each
@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        b"\0" * 10_000,
        b"\xff" * 10_000,
        b"\r\n" * 10_000,
    ],
    ids=["http", "ssh", "zeros", "ones", "lines"],
)
async def test_another_server_is_down_at_once(conversation: Conversation, said: bytes) -> None:
    async def talk(stream: Stream) -> None:
        await stream.send_all(said)
        await hang(stream)

    async with serving(talk) as port:
        result = await look_at(conversation.target(port), **conversation.options)
    assert Status.DOWN == result.status
    in_plain_text = "the target went on in plain text when TLS had to begin"
    assert result.detail == in_plain_text or result.detail.startswith("not a")
    assert result.phase in ("greeting", "tls", "login", "info")


@each
async def test_whatever_a_broken_server_says_is_judged_and_never_an_error_of_ours(
    conversation: Conversation,
) -> None:
    heard = bytearray()
    async with recording(needs(conversation.name), heard) as port:
        await look_at(conversation.target(port), **conversation.options)
    assert heard
    faults: list[str] = []
    dice = random.Random(7)
    for _ in range(MUTATIONS):
        said = bytearray(heard)
        for _ in range(dice.randint(1, 3)):
            said[dice.randrange(len(said))] = dice.choice(
                (0, 1, 0x7F, 0x80, 0xFF, dice.getrandbits(8))
            )
        said = said[: dice.randint(1, len(said))] if dice.random() < 0.3 else said
        async with serving(repeating(bytes(said))) as port:
            try:
                result = await look_at(conversation.target(port), **conversation.options)
            except OwnFault as fault:
                # It may ask for a login that we do not know; that is honest.
                faults.append(str(fault))
                continue
        assert result.status in (Status.UP, Status.DOWN), bytes(said)
        assert result.phase != "check", bytes(said)
        assert result.detail.isprintable()
    honest = ("which the monitor does not know", "in clear text", "offers no login", "requires TLS")
    assert all(any(words in fault for words in honest) for fault in faults), faults


@each
async def test_a_look_cancelled_at_any_step_leaves_nothing_open(conversation: Conversation) -> None:
    port = needs(conversation.name)
    probe = probe_of(conversation.target(port), conversation.options)

    refusals = set[str]()

    async def work() -> None:
        try:
            await probe(Trace())
        except TargetDown as refusal:
            refusals.add(str(refusal))

    await work()
    for step in range(1, 1000):
        cancelled = await cancelled_at_step(step, work)
        assert 0 == client_sockets(port), f"cancelled at step {step}"
        if not cancelled:
            break
    assert 5 < step < 1000
    assert refusals <= {"JetStream says: stream not found (10059)"}


@pytest.mark.parametrize(
    ("target", "beginning", "harmless"),
    [
        ("postgresql://127.0.0.1", b"N", b"N\0\0\0\x05\0"),
        ("mqtt://127.0.0.1", b"", b"0\x03\0\1a"),
        ("amqp://127.0.0.1", b"", b"\x08\0\0\0\0\0\0\xce"),
        ("nats://127.0.0.1", b"INFO {}\r\n", b"+OK\r\n"),
    ],
)
async def test_a_server_that_never_comes_to_the_point_is_left(
    target: str, beginning: bytes, harmless: bytes
) -> None:
    async def flood(stream: Stream) -> None:
        await stream.send_all(beginning)
        while True:
            await stream.send_all(harmless * 10_000)

    async with serving(flood) as port:
        result = await look_at(f"{target}:{port}", 60.0)  # so many tiny messages take a while
    assert Status.DOWN == result.status
    assert "the target sent more than 4 MiB" == result.detail


@each
@pytest.mark.parametrize("ending", ["?sslmode=disable", "/a/b", "/%00", "%00"])
def test_a_target_has_no_more_than_its_kind_reads(conversation: Conversation, ending: str) -> None:
    target = conversation.target(9).partition("9/")[0].removesuffix(":9") + ":9" + ending
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, {})
    assert "target" == caught.value.field


@each
def test_a_password_given_twice_is_refused_and_not_repeated(conversation: Conversation) -> None:
    target = f"{conversation.name}://me:hunter2@127.0.0.1"
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, {"password": "hunter3"})
    assert "option password" == caught.value.field
    assert "hunter" not in str(caught.value)
