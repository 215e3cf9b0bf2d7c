"""NATS: logins, round trips and JetStream; against real servers and scripted ones."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import attrs
import pytest
import trio
import trustme
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, OwnFault
from monitor.probes.natswire import NatsWire, read_credentials
from monitor.probes.wire import Wire
from tests.probes.conversations import judged, repeating
from tests.probes.real import free_port, needs, needs_program, running
from tests.probes.servers import look_at, probe_of, serving


@attrs.frozen
class Server:
    """A server of our own."""

    port: int
    home: Path

    def url(self, who: str = "") -> str:
        return f"nats://{who}localhost:{self.port}"


@attrs.frozen
class Nkey:
    """A key as NATS writes it: its sort (O, A, U) is the first letter of its public half."""

    sort: str
    key: Ed25519PrivateKey = attrs.field(factory=Ed25519PrivateKey.generate)

    @property
    def _prefix(self) -> int:
        return {"O": 14, "A": 0, "U": 20}[self.sort] << 3

    @property
    def public(self) -> str:
        return _base32(bytes([self._prefix]) + self.key.public_key().public_bytes_raw())

    @property
    def seed(self) -> str:
        seed = 18 << 3
        head = bytes([seed | self._prefix >> 5, (self._prefix & 31) << 3])
        return _base32(head + self.key.private_bytes_raw())

    def sign(self, subject: str, nats: dict[str, object]) -> str:
        """Return a JWT about somebody."""
        claims = {"sub": subject, "iss": self.public, "iat": 1, "name": "test", "nats": nats}
        claims["jti"] = base64.b32encode(hashlib.sha256(repr(claims).encode()).digest()).decode()
        parts = [{"typ": "JWT", "alg": "ed25519-nkey"}, claims]
        text = ".".join(_base64(json.dumps(part).encode()) for part in parts)
        return f"{text}.{_base64(self.key.sign(text.encode()))}"


def _base32(data: bytes) -> str:
    checksum = binascii.crc_hqx(data, 0).to_bytes(2, "little")
    return base64.b32encode(data + checksum).decode().rstrip("=")


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def credentials(jwt: str, seed: str) -> str:
    return (
        f"-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n"
        "************************* IMPORTANT *************************\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    )


@pytest.fixture(scope="module")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """It lets in by TLS only, and only `me` with the password `hunter2`."""
    yield from _serving(
        tmp_path_factory.mktemp("nats"),
        'authorization { users: [{user: me, password: hunter2, permissions: {publish: "_INBOX.>",'
        ' subscribe: "_INBOX.>"}}] }\n'
        'tls { cert_file: "HOME/server.pem", key_file: "HOME/server.pem" }\n',
    )


@pytest.fixture(scope="module")
def token_nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from _serving(tmp_path_factory.mktemp("nats"), "authorization { token: hunter2 }\n")


@pytest.fixture(scope="module")
def jwt_nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """It lets in who has credentials: `me.creds` is a file of such."""
    home = tmp_path_factory.mktemp("nats")
    operator, account, user = Nkey("O"), Nkey("A"), Nkey("U")
    everything = {"subs": -1, "data": -1, "payload": -1, "conn": -1, "leaf": -1, "imports": -1,
                  "exports": -1, "wildcards": True}  # fmt: skip
    operator_jwt = operator.sign(operator.public, {"type": "operator", "version": 2})
    account_jwt = operator.sign(
        account.public, {"type": "account", "version": 2, "limits": everything}
    )
    limits: dict[str, object] = {"subs": -1, "data": -1, "payload": -1}
    user_jwt = account.sign(user.public, {"type": "user", "version": 2, **limits})
    (home / "me.creds").write_text(credentials(user_jwt, user.seed))
    (home / "other.creds").write_text(credentials(user_jwt, Nkey("U").seed))
    yield from _serving(
        home,
        f"operator: {operator_jwt}\nresolver: MEMORY\n"
        f"resolver_preload: {{ {account.public}: {account_jwt} }}\n",
    )


def _serving(home: Path, settings: str) -> Iterator[Server]:
    program, port, ca = needs_program("nats-server", "nats-server"), free_port(), trustme.CA()
    ca.cert_pem.write_to_path(home / "ca.pem")
    ca.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(home / "server.pem")
    text = f"listen: 127.0.0.1:{port}\n" + settings.replace("HOME", str(home))
    (home / "conf").write_text(text)
    with running(port, home / "log", program, "-c", home / "conf"):
        yield Server(port, home)


async def ask(**options: object) -> Result:
    return await look_at(f"nats://127.0.0.1:{needs('nats')}", **options)


async def look_at_bytes(said: bytes, **options: object) -> Result:
    async with serving(repeating(said)) as port:
        return await look_at(f"nats://127.0.0.1:{port}", **options)


async def test_a_server_that_lets_us_in_is_up() -> None:
    result = await ask()
    version = result.facts["server_version"]
    assert (Status.UP, f"NATS {version} let us in") == (result.status, result.detail)
    assert ["resolve", "connect", "greeting", "login"] == list(result.timings)


async def test_a_message_of_our_own_comes_back() -> None:
    result = await ask(round_trip=True)
    assert Status.UP == result.status, result.detail
    assert 0 < result.facts["round_trip"] < result.duration_s
    target = f"nats://127.0.0.1:{needs('nats')}"
    assert Status.UP == (await judged(target, "round_trip < 5s", round_trip=True)).status


# --- JetStream ----------------------------------------------------------------------------------


@pytest.fixture
async def stream() -> AsyncIterator[str]:
    """A stream on the real server with three messages, of which its consumer got none."""
    name = "MONITOR_TEST"
    connection = await trio.open_tcp_stream("127.0.0.1", needs("nats"))
    async with Wire(connection, "127.0.0.1") as wire:
        server = NatsWire(wire)
        await server.greet()
        await server.login({})
        await server.subscribe("_INBOX.test")

        async def request(subject: str, body: object = None) -> bytes | None:
            payload = b"" if body is None else json.dumps(body).encode()
            await server.publish(subject, payload, "_INBOX.test")
            return await server.message()

        await request(f"$JS.API.STREAM.DELETE.{name}")
        config = {"name": name, "subjects": ["monitor.test"], "storage": "memory"}
        assert b"error" not in (await request(f"$JS.API.STREAM.CREATE.{name}", config) or b"")
        for _ in range(3):
            await request("monitor.test", "x")
        consumer = {"durable_name": "worker", "ack_policy": "explicit"}
        created = await request(
            f"$JS.API.CONSUMER.DURABLE.CREATE.{name}.worker",
            {"stream_name": name, "config": consumer},
        )
        assert b"error" not in (created or b"")
        await request(f"$JS.API.CONSUMER.MSG.NEXT.{name}.worker")
        yield name
        await request(f"$JS.API.STREAM.DELETE.{name}")


async def test_the_depth_of_a_stream_and_its_consumer_are_facts(stream: str) -> None:
    result = await ask(stream=stream, consumer="worker", round_trip=True)
    assert Status.UP == result.status, result.detail
    facts = result.facts
    assert (3, 1) == (facts["messages"], facts["consumers"])
    assert (2, 1, 0) == (facts["pending"], facts["ack_pending"], facts["redelivered"])
    assert facts["bytes"] > 3
    assert result.detail.endswith("; 3 messages in MONITOR_TEST, 2 pending for worker")
    target = f"nats://127.0.0.1:{needs('nats')}"
    options = {"stream": stream, "consumer": "worker"}
    assert Status.UP == (await judged(target, "pending < 3", **options)).status
    assert Status.DOWN == (await judged(target, "pending < 2", **options)).status


async def test_a_missing_stream_or_consumer_is_down(stream: str) -> None:
    result = await ask(stream="nope")
    assert (Status.DOWN, "jetstream") == (result.status, result.phase)
    assert "JetStream says: stream not found (10059)" == result.detail
    result = await ask(stream=stream, consumer="nope")
    assert "JetStream says: consumer not found (10014)" == result.detail
    assert 3 == result.facts["messages"]


async def test_a_server_without_jetstream_says_so(token_nats: Server) -> None:
    result = await look_at(token_nats.url(), token="hunter2", stream="orders")
    assert (Status.DOWN, "jetstream") == (result.status, result.phase)
    assert "nobody answers for JetStream here: not enabled, or no permission" == result.detail


# --- logins -------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", ["prefer", "require"])
async def test_a_login_over_tls_works(nats: Server, tls: str) -> None:
    options = {"tls": tls, "password": "hunter2", "round_trip": True}
    if tls == "require":
        options["ca_file"] = str(nats.home / "ca.pem")
    result = await look_at(nats.url("me@"), **options)
    assert Status.UP == result.status, result.detail
    assert "tls" in result.timings


async def test_required_tls_is_verified(nats: Server) -> None:
    result = await look_at(nats.url("me:hunter2@"), tls="require")
    assert (Status.DOWN, "tls") == (result.status, result.phase)
    assert "unknown authority" in result.detail


async def test_a_server_that_wants_tls_gets_no_password_without() -> None:
    said = b'INFO {"tls_required": true}\r\n'
    async with serving(repeating(said)) as port:
        with pytest.raises(OwnFault, match="requires TLS, but tls=never is set"):
            await look_at(f"nats://me:hunter2@127.0.0.1:{port}", tls="never")


async def test_required_tls_that_is_not_offered_is_down() -> None:
    result = await ask(tls="require")
    assert (Status.DOWN, "greeting") == (result.status, result.phase)
    assert "the server does not offer TLS" == result.detail


async def test_a_wrong_login_is_down(nats: Server, token_nats: Server) -> None:
    for result in (
        await look_at(nats.url("me:wrong@")),
        await look_at(nats.url()),
        await look_at(token_nats.url(), token="wrong"),
    ):
        assert (Status.DOWN, "login") == (result.status, result.phase)
        assert "Authorization Violation" == result.detail


async def test_a_subject_that_is_forbidden_is_down(nats: Server) -> None:
    result = await look_at(nats.url("me:hunter2@"), round_trip=True, prefix="other.")
    assert (Status.DOWN, "round_trip") == (result.status, result.phase)
    assert "Permissions Violation" in result.detail


async def test_a_token_lets_in(token_nats: Server) -> None:
    assert Status.UP == (await look_at(token_nats.url(), token="hunter2")).status


async def test_credentials_let_in(jwt_nats: Server) -> None:
    result = await look_at(jwt_nats.url(), credentials=str(jwt_nats.home / "me.creds"))
    assert Status.UP == result.status, result.detail
    result = await look_at(jwt_nats.url(), credentials=str(jwt_nats.home / "other.creds"))
    assert (Status.DOWN, "login") == (result.status, result.phase)
    result = await look_at(jwt_nats.url())
    assert (Status.DOWN, "login") == (result.status, result.phase)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "no such file or directory"),
        ("", "it has no NATS user JWT and nkey seed"),
        (credentials("jwt", "SUA"), "its nkey seed cannot be read"),
        (credentials("jwt", "SU\u00e4"), "it has no NATS user JWT"),
        (credentials("jwt", Nkey("U").seed[:-2] + "AA"), "its nkey seed is damaged"),
        (credentials("jwt", "A" * 58), "its nkey seed is damaged"),
    ],
)
async def test_bad_credentials_are_our_fault(text: str | None, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "me.creds"
    if text is not None:
        file.write_text(text)
    with pytest.raises(OwnFault, match=f"cannot use {re.escape(str(file))}: {reason}"):
        await ask(credentials=str(file))


def test_credentials_are_read_as_nats_writes_them() -> None:
    user = Nkey("U")
    assert user.seed.startswith("SU")
    assert user.public.startswith("U")
    jwt, key = read_credentials(credentials("a.b.c", user.seed))
    assert ("a.b.c", user.key.private_bytes_raw()) == (jwt, key.private_bytes_raw())


# --- bad answers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "options", "expected"),
    [
        (b"INFO [1]\r\n", {}, "the server's answer is not a JSON object"),
        (b"INFO " + b"[" * 60_000 + b"\r\n", {}, "the server's answer is JSON nested too deeply"),
        (b"-ERR 'maximum connections exceeded'\r\n", {}, "maximum connections exceeded"),
        (b"INFO {}\r\nWHAT\r\n", {}, "not a valid answer of a NATS server"),
        (b"INFO " + b"x" * 100_000, {}, "the target sent a line of more than 65536 bytes"),
        (
            b"INFO {}\r\nPONG\r\nMSG x 1 9999999999\r\n",
            {"round_trip": True},
            "the server sent a message of more than 1 MiB",
        ),
        (
            b"INFO {}\r\nPONG\r\nHMSG x 1 9 5\r\n",
            {"round_trip": True},
            "the server sent a message of more than 1 MiB",
        ),
        (
            b"INFO {}\r\nPONG\r\nMSG x 1 2\r\nhi\r\n",
            {"round_trip": True},
            "another message came back than the one that was sent",
        ),
        (
            b"INFO {}\r\nPONG\r\nMSG x 1 2\r\n{}\r\n",
            {"stream": "s"},
            "not a valid answer of JetStream",
        ),
    ],
)
async def test_what_is_no_good_answer_is_down(
    said: bytes, options: dict[str, object], expected: str
) -> None:
    result = await look_at_bytes(said, **options)
    assert Status.DOWN == result.status
    assert result.detail.startswith(expected)


async def test_a_server_that_repeats_our_token_is_not_quoted() -> None:
    result = await look_at_bytes(b"INFO {}\r\n-ERR 'wrong: hunter2'\r\n", token="hunter2")
    assert "wrong: ***" == result.detail


@pytest.mark.parametrize(
    ("target", "options", "field"),
    [
        ("nats://h/subject", {}, "target"),
        ("nats://secret@h", {}, "option password"),
        ("nats://:secret@h", {}, "option user"),
        ("nats://h", {"consumer": "x"}, "option stream"),
        ("nats://h", {"stream": "a.b"}, "option stream"),
        ("nats://h", {"stream": "a\r\nPUB x 0"}, "option stream"),
        ("nats://h", {"stream": "a", "consumer": "b c"}, "option consumer"),
        ("nats://h", {"prefix": "a b"}, "option prefix"),
        ("nats://h", {"prefix": "a.>"}, "option prefix"),
        ("nats://h", {"token": "a", "credentials": "b"}, "option token"),
        ("nats://me:x@h", {"token": "a"}, "option token"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    target: str, options: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, options)
    assert field == caught.value.field
    assert "secret" not in str(caught.value)
