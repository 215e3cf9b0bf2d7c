"""TLS that is asked for in plain text: of real servers, and of ones that get it wrong."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
import trustme

from monitor.core.model import Status
from monitor.core.probing import Trace
from monitor.probes.talk import STARTTLS
from tests.conftest import serving as postgres_serving
from tests.probes import tlsservers
from tests.probes.certificates import server_context
from tests.probes.conversations import recording, repeating
from tests.probes.servers import (
    SHORT_S,
    Handler,
    Stream,
    client_sockets,
    hang,
    look_at,
    over_tls,
    probe_of,
    serving,
)
from tests.probes.stepping import cancelled_at_step

Server = Callable[[str, trustme.LeafCert], AbstractContextManager[int]]

MUTATIONS = 100

REAL = ["smtp", "imap", "pop3", "ftp", "ldap", "xmpp", "postgresql", "mysql"]


@pytest.fixture
def real(pytestconfig: pytest.Config) -> Server:
    """Run a real server of a protocol, with a certificate."""

    @contextmanager
    def start(protocol: str, leaf: trustme.LeafCert) -> Iterator[int]:
        if protocol != "postgresql":
            with getattr(tlsservers, protocol)(leaf) as port:
                yield port
            return
        for server in postgres_serving(pytestconfig):
            yield tlsservers.secured(server, leaf)

    return start


@pytest.mark.parametrize("protocol", REAL)
async def test_a_real_server_shows_its_certificate(
    protocol: str, real: Server, ca: trustme.CA
) -> None:
    leaf = ca.issue_cert("localhost")
    with real(protocol, leaf) as port:
        result = await look_at(f"tls://localhost:{port}", starttls=protocol)
        assert Status.UP == result.status, result.detail
        assert ["resolve", "connect", "starttls", "tls"] == list(result.timings)
        assert ["localhost"] == result.facts["certificate"]["names"]
        by_tcp = await look_at(f"tcp://localhost:{port}", starttls=protocol)
        assert Status.UP == by_tcp.status
        assert f"connected to {by_tcp.address} over TLSv1.3" == by_tcp.detail
        other = await look_at(
            f"tls://localhost:{port}", starttls=protocol, server_name="shop.example", verify=False
        )
        # Prosody serves nobody but its own.
        assert (protocol == "xmpp") == (Status.DOWN == other.status), other.detail


@pytest.mark.slow
@pytest.mark.parametrize("protocol", REAL)
async def test_whatever_a_broken_server_says_is_judged_and_a_cancelled_look_leaves_nothing_open(
    protocol: str, real: Server, ca: trustme.CA
) -> None:
    heard = bytearray()
    leaf = ca.issue_cert("localhost")
    with real(protocol, leaf) as port:
        async with recording(port, heard) as between:
            await look_at(f"tls://localhost:{between}", starttls=protocol)
        probe = probe_of(f"tls://localhost:{port}", {"starttls": protocol})

        async def work() -> None:
            await probe(Trace())

        step = 0
        while await cancelled_at_step(step := step + 1, work):
            assert 0 == client_sockets(port), f"cancelled at step {step}"
        assert 5 < step < 1000
    dice = random.Random(7)
    plain = heard[: heard.find(b"\x16\x03\x03") + 50]
    for _ in range(MUTATIONS):
        said = bytearray(plain)
        for _ in range(dice.randint(1, 3)):
            said[dice.randrange(len(said))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, 10, 13, 62))
        said = said[: dice.randint(1, len(said))] if dice.random() < 0.3 else said
        async with serving(repeating(bytes(said))) as port:
            result = await look_at(f"tls://localhost:{port}", starttls=protocol)
        assert Status.DOWN == result.status, bytes(said)
        assert result.phase in ("connect", "starttls", "tls"), bytes(said)
        assert result.detail.isprintable()


# --- scripted: no such server here, or none that behaves so badly ---------------------------------


def talking(*lines: bytes, then: Handler = hang) -> Handler:
    """Make a handler that greets with the first line, and answers what it hears by the others."""

    async def handler(stream: Stream) -> None:
        for number, line in enumerate(lines):
            if number and not await stream.receive_some():
                return
            if line:
                await stream.send_all(line)
        await then(stream)

    return handler


@pytest.mark.parametrize(
    ("protocol", "lines"),
    [
        ("nntp", [b"201 hi\r\n", b"382 go on\r\n"]),
        ("sieve", [b'"IMPLEMENTATION" "x"\r\n"STARTTLS"\r\nOK "hi"\r\n', b'OK "go on"\r\n']),
        ("xmpp-server", [
            b"",
            b"<?xml version='1.0'?><stream:stream><stream:features><starttls "
            b"xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
            b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
        ]),
        ("ftp", [b"220-hello\r\n 221 not yet\r\n220 ready\r\n", b"234 go on\r\n"]),
        ("ldap", [b"", b"\x30\x84\0\0\0\x10\x02\x01\x01\x78\x84\0\0\0\x07\x0a\x01\0\x04\0\x04\0"]),
    ],
    ids=["nntp", "sieve", "xmpp between servers", "ftp in lines", "ldap with long lengths"],
)  # fmt: skip
async def test_a_scripted_server_goes_on_with_tls(
    protocol: str, lines: list[bytes], ca: trustme.CA
) -> None:
    secured = over_tls(server_context(ca.issue_cert("localhost")), hang)
    async with serving(talking(*lines, then=secured)) as port:
        result = await look_at(f"tls://localhost:{port}", starttls=protocol)
    assert Status.UP == result.status, result.detail


@pytest.mark.parametrize(
    ("protocol", "lines", "detail"),
    [
        ("smtp", [b"220 hi\r\n", b"250-hi\r\n250 SIZE\r\n"], "the target does not offer STARTTLS"),
        ("pop3", [b"+OK hi\r\n", b"-ERR what\r\n"], "the target does not offer STLS"),
        ("ftp", [b"421 too many\r\n"], "the greeting was answered with 421 too many"),
        ("ftp", [b"220 hi\r\n", b"502 no\r\n"], "AUTH TLS was answered with 502 no"),
        ("nntp", [b"200 hi\r\n", b"580 no\r\n"], "STARTTLS was answered with 580 no"),
        ("sieve", [b'OK "hi"\r\n', b'NO "no"\r\n'], 'STARTTLS was answered with NO "no"'),
        ("ldap", [b"", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\0\x04\0"],
         "STARTTLS was refused with the result 52"),
        ("ldap", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"], "not an LDAP server"),
        ("ldap", [b"", b"\x30\x88" + b"\xff" * 8], "not an LDAP server"),
        ("xmpp", [b"", b"<stream:stream><stream:features></stream:features>"],
         "the target does not offer STARTTLS: <stream:stream><stream:features></stream:features>"),
        ("xmpp", [b"", b"<stream:stream>urn:ietf:params:xml:ns:xmpp-tls</stream:features>",
                  b"<failure/>"], "STARTTLS was answered with <failure/>"),
        ("xmpp", [b"", b"<a>" * 30_000], "not an XMPP server"),
        ("xmpp", [b"", b"x" * 70_000], "the target sent more than 64 KiB at once"),
        ("postgresql", [b"", b"N"], "the server does not offer TLS"),
        ("sieve", [b"x\r\n" * 1001], "the target sent an answer without an end"),
        ("ftp", [b"220-\r\n" + b"x\r\n" * 1001], "the target sent an answer without an end"),
    ],
    ids=map(str, range(16)),
)  # fmt: skip
async def test_a_server_that_does_not_go_on_with_tls_is_down(
    protocol: str, lines: list[bytes], detail: str
) -> None:
    async with serving(talking(*lines)) as port:
        result = await look_at(f"tls://localhost:{port}", starttls=protocol)
    assert (Status.DOWN, "starttls", detail) == (result.status, result.phase, result.detail)


async def test_what_is_slipped_in_before_tls_is_not_believed() -> None:
    async with serving(talking(b"220 hi\r\n", b"234 go on\r\n230 logged in\r\n")) as port:
        result = await look_at(f"tls://localhost:{port}", starttls="ftp")
    assert (Status.DOWN, "tls") == (result.status, result.phase)
    assert "the target went on in plain text when TLS had to begin" == result.detail


@pytest.mark.parametrize("protocol", STARTTLS)
async def test_silence_is_down_in_phase_starttls(protocol: str) -> None:
    async with serving(hang) as port:
        result = await look_at(f"tls://localhost:{port}", SHORT_S, starttls=protocol)
    assert "no answer within 0.2 s, in phase starttls" == result.detail
