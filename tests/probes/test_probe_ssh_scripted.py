"""SSH servers that lie, stammer, babble or fall silent; all are scripted (`sshserver`)."""

from __future__ import annotations

import pytest

from monitor.core.model import Reason, Result, Status
from monitor.core.probing import TargetDown, Trace
from monitor.probes import guard
from monitor.probes.sshwire import string
from tests.probes.conversations import repeating
from tests.probes.servers import (
    SHORT_S,
    Handler,
    Stream,
    client_sockets,
    closed_port,
    hang,
    look_at,
    probe_of,
    reset,
    serving,
)
from tests.probes.sshserver import BANNER, Server, packet
from tests.probes.stepping import cancelled_at_step


async def look_at_server(server: Server | Handler, /, **options: object) -> Result:
    handler = server.handler if isinstance(server, Server) else server
    async with serving(handler) as port:
        return await look_at(f"ssh://127.0.0.1:{port}", **options)


# --- who lies -----------------------------------------------------------------------------------


def rsa(modulus_bytes: int, exponent: bytes = b"\1\0\1") -> bytes:
    modulus = b"\0" + b"\xff" * modulus_bytes
    return string(b"ssh-rsa") + string(exponent) + string(modulus)


@pytest.mark.parametrize(
    ("server", "detail"),
    [
        (
            Server(hashed=lambda _digest: b"something else"),
            "the server cannot prove that the host key it shows is its own",
        ),
        (
            Server(key=lambda _blob: Server().blob),
            "the server cannot prove that the host key it shows is its own",
        ),
        (
            Server(key=lambda blob: blob[:-1]),
            "the server's host key cannot be read",
        ),
        (
            Server(key=lambda blob: blob + b"more"),
            "the server's host key cannot be read",
        ),
        (Server(key=lambda _blob: b""), "not a valid answer of an SSH server"),
        (
            Server(key=lambda blob: blob + bytes(5000)),
            "the server's host key is too large to be one",
        ),
        (
            Server(key=lambda _blob: rsa(256)),
            "the server shows another key than the one that was agreed on",
        ),
        (
            Server(signature=lambda made: string(b"ssh-rsa") + made[15:]),
            "the server shows another key than the one that was agreed on",
        ),
        (Server(signature=lambda _made: b""), "not a valid answer of an SSH server"),
        (
            Server(signature=lambda made: made[:-1]),
            "not a valid answer of an SSH server",
        ),
        (
            Server(half=lambda _half: bytes(32)),
            "the server's half of the key exchange is none",
        ),
        (
            Server(half=lambda _half: b""),
            "the server's half of the key exchange is none",
        ),
        (Server(reply=lambda reply: reply[:50]), "not a valid answer of an SSH server"),
        (
            Server(reply=lambda _reply: b"\x06"),
            "not a valid answer of an SSH server: message 6",
        ),
        (Server(reply=lambda _reply: b""), "not an SSH server"),
        (Server(offer=lambda offer: offer[:100]), "not a valid answer of an SSH server"),
    ],
)
async def test_a_server_that_does_not_prove_its_key_is_down(server: Server, detail: str) -> None:
    result = await look_at_server(server)
    assert (Status.DOWN, "exchange", detail) == (result.status, result.phase, result.detail)


@pytest.mark.parametrize("modulus_bytes", [1, 64, 128, 512, 2040, 4000])
@pytest.mark.parametrize("exponent", [b"", b"\0", b"\1", b"\2", b"\3", b"\1" * 500])
async def test_a_strange_rsa_key_is_judged(modulus_bytes: int, exponent: bytes) -> None:
    server = Server(
        host_key=("rsa-sha2-256",),
        key=lambda _blob: rsa(modulus_bytes, exponent),
        signature=lambda _made: string(b"rsa-sha2-256") + string(b"\1" * modulus_bytes),
    )
    result = await look_at_server(server)
    assert (Status.DOWN, "exchange") == (result.status, result.phase)
    assert result.detail.startswith("the server")


async def test_a_scripted_server_that_tells_the_truth_is_up() -> None:
    """If it were not, the tests above would prove nothing."""
    result = await look_at_server(Server())
    assert Status.UP == result.status
    assert "Scripted_1.0 a comment" == result.facts["software"]


# --- greetings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "server",
    [
        Server(ending=b"\n"),
        Server(before=b"Beware of the dog.\r\n\r\nIt bites.\n"),
        Server(banner=b"SSH-1.99-Old"),
        Server(between=packet(b"\2" + string(b"nothing")) + packet(b"\4\1" + string(b"bug"))),
    ],
    ids=["old ending", "lines before", "both versions", "messages that say nothing"],
)
async def test_what_the_protocol_allows_is_understood(server: Server) -> None:
    assert Status.UP == (await look_at_server(server)).status


async def test_a_server_without_a_name_is_up() -> None:
    result = await look_at_server(Server(banner=b"SSH-2.0-"))
    assert (Status.UP, "an SSH server without a name") == (
        result.status,
        result.facts["software"],
    )


@pytest.mark.parametrize("version", ["1.5", "1.3", "3.0", "", "\x00"])
async def test_a_server_of_another_version_is_down(version: str) -> None:
    result = await look_at_server(Server(banner=f"SSH-{version}-Old".encode()))
    assert (Status.DOWN, "banner") == (result.status, result.phase)
    assert result.detail.startswith("the server speaks SSH ")
    assert result.detail.endswith(", not 2.0")


async def test_a_server_that_ends_the_connection_is_down_and_its_reason_shown() -> None:
    reason = b"\1" + (12).to_bytes(4, "big") + string(b"too many\r\nconnections") + string(b"")
    result = await look_at_server(Server(between=packet(reason)))
    assert (Status.DOWN, "exchange") == (result.status, result.phase)
    assert "the server ended the connection: too many connections" == result.detail


@pytest.mark.parametrize(
    ("said", "phase"),
    [
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" * 300, "banner"),
        (b"\r\n" * 10_000, "banner"),
        (b"\0" * 10_000, "banner"),
        (b"SSH-2.0-" + b"x" * 300 + b"\r\n", "banner"),
        (BANNER + b"\r\n" + b"\0" * 100, "exchange"),
        (BANNER + b"\r\n" + b"\xff" * 100, "exchange"),
        (BANNER + b"\r\n\0\0\0\x08\xff" + b"\0" * 100, "exchange"),
    ],
    ids=["http", "lines", "zeros", "long", "no length", "great length", "great padding"],
)
async def test_another_server_is_down_at_once(said: bytes, phase: str) -> None:
    async def talk(stream: Stream) -> None:
        await stream.send_all(said)
        await hang(stream)

    result = await look_at_server(talk)
    assert (Status.DOWN, phase) == (result.status, result.phase)
    assert "not an SSH server" == result.detail


async def test_a_server_that_never_comes_to_the_point_is_left() -> None:
    async def flood(stream: Stream) -> None:
        await stream.send_all(BANNER + b"\r\n")
        while True:
            await stream.send_all(packet(b"\2" + string(bytes(1000))) * 100)

    result = await look_at_server(flood)
    assert (Status.DOWN, "exchange") == (result.status, result.phase)
    assert "the target sent more than 4 MiB" == result.detail


async def test_lists_without_end_are_cut() -> None:
    names = tuple(f"name{number}" for number in range(3000))
    result = await look_at_server(Server(kex=("curve25519-sha256", *names)))
    assert Status.UP == result.status
    assert 200 == len(result.facts["algorithms"]["kex"])


@pytest.mark.parametrize(
    ("handler", "detail"),
    [
        (repeating(b""), "the target closed the connection without an answer"),
        (repeating(BANNER), "the target closed the connection before its answer was complete"),
        (reset, "connection reset by peer"),
    ],
    ids=["closed", "closed in the banner", "reset"],
)
async def test_a_connection_that_ends_is_down(handler: Handler, detail: str) -> None:
    result = await look_at_server(handler)
    assert (Status.DOWN, "banner", detail) == (result.status, result.phase, result.detail)


@pytest.mark.parametrize(
    ("said", "phase"), [(b"", "banner"), (BANNER + b"\r\n", "exchange")], ids=["all", "later"]
)
async def test_silence_is_down_in_the_phase_it_happened(said: bytes, phase: str) -> None:
    async def talk(stream: Stream) -> None:
        await stream.send_all(said)
        await hang(stream)

    async with serving(talk) as port:
        result = await look_at(f"ssh://127.0.0.1:{port}", SHORT_S)
    assert f"no answer within 0.2 s, in phase {phase}" == result.detail


async def test_a_closed_port_is_down() -> None:
    result = await look_at(f"ssh://127.0.0.1:{closed_port()}")
    assert (Status.DOWN, "connect") == (result.status, result.phase)


async def test_looks_go_nowhere_where_the_operator_forbids_it() -> None:
    token = guard.POLICY.set(guard.Policy(private="deny"))
    try:
        result = await look_at("ssh://127.0.0.1")
    finally:
        guard.POLICY.reset(token)
    assert (Status.UNKNOWN, Reason.REFUSED) == (result.status, result.reason)


async def test_a_look_at_a_liar_cancelled_at_any_step_leaves_nothing_open() -> None:
    async with serving(Server(hashed=lambda _digest: b"").handler) as port:
        probe = probe_of(f"ssh://127.0.0.1:{port}", {})

        async def work() -> None:
            with pytest.raises(TargetDown):
                await probe(Trace())

        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            assert 0 == client_sockets(port), f"cancelled at step {step}"
            if not cancelled:
                break
    assert 5 < step < 1000
