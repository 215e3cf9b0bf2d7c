"""IMAP: a real Dovecot, and servers that get it wrong."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import pytest
import trio
import trustme

from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault, Trace
from monitor.probes.imap import quoted
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
CAPABILITY = "* CAPABILITY IMAP4rev1\r\n{tag} OK done"


def saying(*lines: str, heard: list[str] | None = None, greeting: str = "* OK hi") -> Handler:
    """Make a handler that greets, and answers each line; `{tag}` is that of the command."""

    async def handler(stream: Stream) -> None:
        await stream.send_all(f"{greeting}\r\n".encode())
        for line in lines:
            question = await stream.receive_some()
            if not question:
                return
            if heard is not None:
                heard.append(question.decode())
            tag = question.decode().split()[0]
            answer = line.replace("{tag}", tag)
            await stream.send_all(answer.encode("utf-8", "surrogateescape") + b"\r\n")
        while more := await stream.receive_some():
            if heard is not None:
                heard.append(more.decode())

    return handler


async def look_at_handler(
    handler: Handler, timeout_s: float = 5.0, /, mailbox: str = "", **options: Any
) -> Result:
    async with serving(handler) as port:
        return await look_at(f"imap://127.0.0.1:{port}/{mailbox}", timeout_s, **options)


@asynccontextmanager
async def without_sasl(server_port: int) -> AsyncIterator[int]:
    """Stand in front of a server and hide that it knows SASL, so that LOGIN must do."""

    async def forward(source: Stream, sink: Stream) -> None:
        async for data in source:
            await sink.send_all(data.replace(b"AUTH=PLAIN", b""))
        await sink.send_eof()

    async def between(client: Stream) -> None:
        server = await trio.open_tcp_stream("127.0.0.1", server_port)
        async with server, trio.open_nursery() as nursery:
            nursery.start_soon(forward, client, server, name="to the server")
            await forward(server, client)
            nursery.cancel_scope.cancel()

    async with serving(between) as port:
        yield port


async def test_a_real_server_is_looked_at_in_every_way(ca: trustme.CA) -> None:
    login = f"{quote(USER)}:{quote(PASSWORD)}@"
    with dovecot(ca.issue_cert("localhost")) as server:
        plain = await judged(
            f"imap://localhost:{server.imap}", 'capabilities contains "STARTTLS"',
            starttls="never",
        )  # fmt: skip
        upgraded = await judged(
            f"imap://{login}localhost:{server.imap}/INBOX",
            "messages == 3 and unseen == 2 and recent == 3",
            "certificate.days_left > 1",
            'capabilities contains "AUTH=PLAIN"',
        )
        implicit = await judged(f"imaps://{login}localhost:{server.imaps}/INBOX", "messages < 3")
        wrong = await look_at(f"imaps://{quote(USER)}:hunter2@localhost:{server.imaps}")
        nowhere = await look_at(f"imaps://{login}localhost:{server.imaps}/a%20%22b%22%5C")
        untrusted = await look_at(f"imap://127.0.0.1:{server.imap}")
        async with without_sasl(server.imap) as port:
            quoting = await look_at(
                f"imap://127.0.0.1:{port}/INBOX",
                starttls="never",
                plaintext_login=True,
                **ACCOUNT,
            )
        assert server.logged("Disconnected: Logged out", 4), "all logins ended politely"
    assert (Status.UP, "Dovecot (Debian) ready") == (plain.status, plain.detail)
    assert "Dovecot (Debian) ready." == plain.facts["greeting"]
    assert ["resolve", "connect", "greeting", "capabilities", "goodbye"] == list(plain.timings)
    assert Status.UP == upgraded.status
    assert "Dovecot (Debian) ready, logged in, INBOX has 3 messages, 2 unseen" == upgraded.detail
    assert ["starttls", "tls", "login", "mailbox", "goodbye"] == list(upgraded.timings)[4:]
    assert 3 == implicit.facts["recent"], "the first look has changed nothing"
    assert Status.DOWN == implicit.status
    assert implicit.detail.startswith("messages < 3: found 3 (")
    assert (Status.DOWN, "login") == (wrong.status, wrong.phase)
    assert "AUTHENTICATE was refused: [AUTHENTICATIONFAILED] Authentication failed." == wrong.detail
    assert (Status.DOWN, "mailbox") == (nowhere.status, nowhere.phase)
    assert "STATUS was refused: Mailbox doesn't exist" in nowhere.detail
    assert (Status.DOWN, "tls") == (untrusted.status, untrusted.phase)
    assert (Status.UP, 3) == (quoting.status, quoting.facts["messages"])
    assert "AUTH=PLAIN" not in quoting.facts["capabilities"]


async def test_a_login_that_we_do_not_know_is_our_own_fault() -> None:
    capability = CAPABILITY.replace("rev1", "rev1 LOGINDISABLED AUTH=GSSAPI")
    async with serving(saying(capability)) as port:
        with pytest.raises(OwnFault, match="allows no login here that the monitor knows") as fault:
            await look_at(f"imap://127.0.0.1:{port}", plaintext_login=True, **ACCOUNT)
    assert Reason.TASK_ERROR == fault.value.reason


async def test_a_password_is_not_sent_without_tls_unless_that_is_allowed() -> None:
    heard: list[str] = []
    talk = saying(CAPABILITY, "{tag} OK in", "* BYE\r\n{tag} OK", heard=heard)
    async with serving(talk) as port:
        target = f"imap://me:hunter2@127.0.0.1:{port}"
        with pytest.raises(OwnFault, match="does not offer STARTTLS; set starttls=required"):
            await look_at(target)
        required = await look_at(target, starttls="required")
        assert "hunter2" not in "".join(heard)
        allowed = await look_at(target, plaintext_login=True)
    assert (Status.DOWN, "the target does not offer STARTTLS") == (
        required.status,
        required.detail,
    )
    assert Status.UP == allowed.status
    assert 'a2 LOGIN "me" "hunter2"\r\n' in heard


async def test_counts_are_found_behind_literals_and_other_answers() -> None:
    status = (
        "* OK [ALERT] the (disk) is full\r\n* STATUS {6}\r\nA (1) B (UNSEEN 4 MESSAGES 9)\r\n"
        "{tag} OK done"
    )
    result = await look_at_handler(
        saying(CAPABILITY, "{tag} OK in", status),
        SHORT_S,
        "A%20(1)%20B",
        plaintext_login=True,
        **ACCOUNT,
    )
    assert (Status.UP, 9, 4) == (
        result.status,
        result.facts["messages"],
        result.facts["unseen"],
    )
    assert "recent" not in result.facts


NOT_IMAP = "not a valid answer of an IMAP server"


@pytest.mark.parametrize(
    ("answers", "detail"),
    [
        (["{tag} BAD what?"], "CAPABILITY was refused: what?"),
        (["* BYE too late"], "the target hung up: too late"),
        (["a9 OK done"], NOT_IMAP),
        (["+ go on"], NOT_IMAP),
        (["{tag} PERHAPS"], NOT_IMAP),
        ([""], NOT_IMAP),
        (["* x\r\n" * 1000], "the target sent an answer without an end"),
        (["* " + "x" * 9000], "the target sent a line of more than 8192 bytes"),
        (["* x {99999}"], "the target sent a line of more than 65536 bytes"),
        ([CAPABILITY.replace("rev1", "rev1 STARTTLS"), "{tag} NO key"], "STARTTLS was refused: "),
        ([CAPABILITY, "{tag} NO wrong"], "LOGIN was refused: wrong"),
        ([CAPABILITY, "{tag} OK in", "{tag} OK nothing"], NOT_IMAP),
        ([CAPABILITY, "{tag} OK in", "* STATUS A (MESSAGES x UNSEEN 1)\r\n{tag} OK"], NOT_IMAP),
        ([CAPABILITY, "{tag} OK in", "* STATUS A (MESSAGES 1)\r\n{tag} OK"], NOT_IMAP),
        ([CAPABILITY, '{tag} NO me\udcff\0 s3c"r\\et'], "LOGIN was refused: me\ufffd\ufffd ***"),
        ([CAPABILITY.replace("rev1", "rev1 AUTH=PLAIN"), "+ \r\n+ again"], NOT_IMAP),
    ],
)
async def test_a_wrong_answer_is_down_in_words(answers: list[str], detail: str) -> None:
    result = await look_at_handler(saying(*answers), mailbox="A", plaintext_login=True, **ACCOUNT)
    assert Status.DOWN == result.status
    assert result.detail.startswith(detail)
    assert result.phase in ("capabilities", "starttls", "login", "mailbox")
    assert result.detail.isprintable()


@pytest.mark.parametrize(
    ("greeting", "detail"),
    [
        ("* BYE full", "the target wants nobody: full"),
        ("220 mail", NOT_IMAP),
        ("* PERHAPS", NOT_IMAP),
        ("", NOT_IMAP),
    ],
)
async def test_a_server_that_greets_with_no_is_down(greeting: str, detail: str) -> None:
    result = await look_at_handler(saying(greeting=greeting))
    assert (Status.DOWN, "greeting", detail) == (result.status, result.phase, result.detail)


async def test_a_server_that_needs_no_login_is_up() -> None:
    result = await look_at_handler(saying(CAPABILITY, greeting="* PREAUTH [X] hello"), SHORT_S)
    assert (Status.UP, "hello") == (result.status, result.detail)


@pytest.mark.parametrize(
    ("target", "options", "field"),
    [
        ("imap://host/a/b", {}, "target"),
        ("imap://host/INBOX", {}, "option user"),
        ("imap://me:x@host/a%0Ab", {}, "target"),
        ("imap://me:x@host/gr%C3%BCn", {}, "target"),
        ("imap://me:x@host", {"starttls": "never"}, "option starttls"),
        ("imaps://host", {"starttls": "never"}, "option starttls"),
        ("imap://me:x%0D@host", {}, "option password"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    target: str, options: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, options)
    assert field == caught.value.field
    probe_of("imap://me:x@host/INBOX%2Fa", {})


def test_quotes_are_escaped() -> None:
    assert r'"a\"b\\c"' == quoted(r'a"b\c')


async def test_a_look_cancelled_at_any_step_leaves_nothing_open() -> None:
    talk = saying(
        CAPABILITY, "{tag} OK in", "* STATUS A (MESSAGES 1 UNSEEN 0)\r\n{tag} OK", "* BYE"
    )
    async with serving(talk) as port:
        probe = probe_of(f"imap://127.0.0.1:{port}/A", {"plaintext_login": True, **ACCOUNT})

        async def work() -> None:
            await probe(Trace())

        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            assert 0 == client_sockets(port), f"cancelled at step {step}"
            if not cancelled:
                break
    assert 10 < step < 1000


async def test_whatever_a_broken_server_says_is_judged_and_never_an_error_of_ours() -> None:
    whole = (
        b"* OK hi\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na1 OK\r\n+ \r\na2 OK\r\n"
        b"* STATUS {1}\r\nA (MESSAGES 3 UNSEEN 2)\r\na3 OK\r\n* BYE\r\n"
    )
    dice = random.Random(7)
    for _ in range(200):
        said = bytearray(whole)
        for _ in range(dice.randint(1, 3)):
            said[dice.randrange(len(said))] = dice.choice((0, 10, 42, 123, dice.getrandbits(8)))

        async def talk(stream: Stream, said: bytes = bytes(said)) -> None:
            await stream.send_all(said)
            await stream.send_eof()
            await hang(stream)

        result = await look_at_handler(talk, mailbox="A", plaintext_login=True, **ACCOUNT)
        assert result.status in (Status.UP, Status.DOWN), bytes(said)
        assert result.detail.isprintable()
