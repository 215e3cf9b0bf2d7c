"""POP3: a real Dovecot, and servers that get it wrong."""

from __future__ import annotations

import random
from typing import Any

import pytest
import trustme

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, OwnFault, Trace
from tests.probes.conversations import judged
from tests.probes.mailservers import PASSWORD, USER, dovecot
from tests.probes.servers import (
    SHORT_S,
    Handler,
    Stream,
    client_sockets,
    hang,
    look_at,
    probe_of,
    serving,
)
from tests.probes.stepping import cancelled_at_step

ACCOUNT: dict[str, Any] = {"user": USER, "password": PASSWORD}
CAPA = "+OK\r\nUSER\r\nTOP\r\n."


def saying(*lines: str, heard: list[str] | None = None, greeting: str = "+OK hi") -> Handler:
    """Make a handler that greets, and answers each line of the client by one of these."""

    async def handler(stream: Stream) -> None:
        await stream.send_all(f"{greeting}\r\n".encode())
        for line in lines:
            question = await stream.receive_some()
            if not question:
                return
            if heard is not None:
                heard.append(question.decode())
            await stream.send_all(line.encode("utf-8", "surrogateescape") + b"\r\n")
        while await stream.receive_some():
            pass

    return handler


async def look_at_handler(handler: Handler, timeout_s: float = 5.0, /, **options: Any) -> Result:
    async with serving(handler) as port:
        return await look_at(f"pop3://127.0.0.1:{port}", timeout_s, **options)


async def test_a_real_server_is_looked_at_in_every_way(ca: trustme.CA) -> None:
    with dovecot(ca.issue_cert("localhost")) as server:
        plain = await judged(
            f"pop3://localhost:{server.pop3}", 'capabilities contains "STLS"', starttls="never"
        )
        upgraded = await judged(
            f"pop3://localhost:{server.pop3}", "messages == 3 and size == 66", **ACCOUNT
        )
        implicit = await judged(
            f"pop3s://localhost:{server.pop3s}", "certificate.days_left > 1", **ACCOUNT
        )
        wrong = await look_at(f"pop3s://me:hunter2@localhost:{server.pop3s}")
        untrusted = await look_at(f"pop3://127.0.0.1:{server.pop3}")
        assert server.logged("Disconnected: Logged out", 2), "all logins ended politely"
    assert (Status.UP, "Dovecot (Debian) ready") == (plain.status, plain.detail)
    assert Status.UP == upgraded.status
    assert "Dovecot (Debian) ready, logged in, 3 messages, 66 bytes" == upgraded.detail
    assert ["starttls", "tls", "login", "stat", "goodbye"] == list(upgraded.timings)[4:]
    assert Status.UP == implicit.status
    assert ["tls", "greeting", "capabilities", "login", "stat", "goodbye"] == list(
        implicit.timings
    )[2:]
    assert (Status.DOWN, "login") == (wrong.status, wrong.phase)
    assert "the login was refused: [AUTH] Authentication failed." == wrong.detail
    assert (Status.DOWN, "tls") == (untrusted.status, untrusted.phase)


async def test_a_server_that_wants_sasl_gets_it() -> None:
    heard: list[str] = []
    capa = "+OK\r\nSASL SCRAM-SHA-1 PLAIN\r\n."
    result = await look_at_handler(
        saying(capa, "+OK in", "+OK 1 5 (more)", "+OK bye", heard=heard),
        plaintext_login=True,
        user="me",
        password="x",
    )
    assert (Status.UP, "hi, logged in, 1 message, 5 bytes") == (result.status, result.detail)
    assert "AUTH PLAIN AG1lAHg=\r\n" == heard[1]


async def test_a_password_is_not_sent_without_tls_unless_that_is_allowed() -> None:
    heard: list[str] = []
    talk = saying("-ERR unknown", "+OK", "+OK", "+OK 0 0", "+OK", heard=heard)
    async with serving(talk) as port:
        target = f"pop3://me:hunter2@127.0.0.1:{port}"
        with pytest.raises(OwnFault, match="does not offer STLS; set starttls=required"):
            await look_at(target)
        required = await look_at(target, starttls="required")
        assert "hunter2" not in "".join(heard)
        allowed = await look_at(target, plaintext_login=True)
    assert (Status.DOWN, "the target does not offer STLS") == (required.status, required.detail)
    assert (Status.UP, []) == (allowed.status, allowed.facts["capabilities"])
    assert ["USER me\r\n", "PASS hunter2\r\n", "STAT\r\n", "QUIT\r\n"] == heard[-4:]


NOT_POP3 = "not a valid answer of a POP3 server"


@pytest.mark.parametrize(
    ("answers", "detail"),
    [
        (["* OK"], NOT_POP3),
        (["+OK\r\n" + "X\r\n" * 1001], "the target sent an answer without an end"),
        (["+OK\r\n" + "X" * 9000], "the target sent a line of more than 8192 bytes"),
        (["+OK\r\nSTLS\r\n.", "-ERR no key"], "STLS was refused: no key"),
        ([CAPA, "-ERR who?"], "the user was refused: who?"),
        ([CAPA, "+OK", "-ERR"], "the login was refused"),
        ([CAPA, "+OK", '-ERR \udcff\0 s3c"r\\et'], "the login was refused: \ufffd\ufffd ***"),
        ([CAPA, "+OK", "+OK", "+OK a few"], NOT_POP3),
        ([CAPA, "+OK", "+OK", "-ERR locked"], "STAT was refused: locked"),
    ],
)
async def test_a_wrong_answer_is_down_in_words(answers: list[str], detail: str) -> None:
    result = await look_at_handler(saying(*answers), plaintext_login=True, **ACCOUNT)
    assert (Status.DOWN, detail) == (result.status, result.detail)
    assert result.phase in ("capabilities", "starttls", "login", "stat")


async def test_a_server_that_greets_with_no_is_down() -> None:
    for greeting, detail in (
        ("-ERR [SYS/TEMP] busy", "the greeting was refused: [SYS/TEMP] busy"),
        ("220 mail", NOT_POP3),
    ):
        result = await look_at_handler(saying(greeting=greeting))
        assert (Status.DOWN, "greeting", detail) == (result.status, result.phase, result.detail)
    result = await look_at_handler(hang, SHORT_S)
    assert "no answer within 0.2 s, in phase greeting" == result.detail


@pytest.mark.parametrize(
    ("target", "field"),
    [
        ("pop3://host/INBOX", "target"),
        ("pop3://me@host", "option password"),
        ("pop3://me:x%0AQUIT@host", "option password"),
    ],
)
def test_what_cannot_work_is_refused_and_named(target: str, field: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, {})
    assert field == caught.value.field


async def test_a_look_cancelled_at_any_step_leaves_nothing_open() -> None:
    async with serving(saying(CAPA, "+OK", "+OK", "+OK 1 2", "+OK")) as port:
        probe = probe_of(f"pop3://127.0.0.1:{port}", {"plaintext_login": True, **ACCOUNT})

        async def work() -> None:
            await probe(Trace())

        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            assert 0 == client_sockets(port), f"cancelled at step {step}"
            if not cancelled:
                break
    assert 10 < step < 1000


async def test_whatever_a_broken_server_says_is_judged_and_never_an_error_of_ours() -> None:
    whole = b"+OK hi\r\n+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n+OK\r\n+OK\r\n+OK 3 66\r\n+OK bye\r\n"
    dice = random.Random(7)
    for _ in range(200):
        said = bytearray(whole)
        for _ in range(dice.randint(1, 3)):
            said[dice.randrange(len(said))] = dice.choice((0, 10, 45, 46, dice.getrandbits(8)))

        async def talk(stream: Stream, said: bytes = bytes(said)) -> None:
            await stream.send_all(said)
            await stream.send_eof()
            await hang(stream)

        result = await look_at_handler(talk, plaintext_login=True, **ACCOUNT)
        assert result.status in (Status.UP, Status.DOWN), bytes(said)
        assert result.detail.isprintable()
