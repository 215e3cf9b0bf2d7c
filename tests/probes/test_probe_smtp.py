"""SMTP: a real server, and servers that get it wrong."""

from __future__ import annotations

import base64
import random
from typing import Any

import pytest
import trustme

from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault, Trace
from tests.probes.certificates import self_signed, server_context
from tests.probes.conversations import judged
from tests.probes.mailservers import PASSWORD, USER, smtp_server
from tests.probes.servers import (
    SHORT_S,
    Handler,
    Stream,
    client_sockets,
    hang,
    look_at,
    probe_of,
    reset,
    serving,
)
from tests.probes.stepping import cancelled_at_step

ACCOUNT: dict[str, Any] = {"user": USER, "password": PASSWORD}


def saying(*lines: str, heard: list[str] | None = None, greeting: str = "220 hi") -> Handler:
    """Make a handler that greets, and answers each line of the client by one of these."""

    async def handler(stream: Stream) -> None:
        if greeting:
            await stream.send_all(f"{greeting}\r\n".encode())
        for line in lines:
            question = await stream.receive_some()
            if not question:
                return
            if heard is not None:
                heard.append(question.decode())
            await stream.send_all(line.encode("utf-8", "surrogateescape") + b"\r\n")
        while more := await stream.receive_some():
            if heard is not None:
                heard.append(more.decode())

    return handler


async def look_at_handler(handler: Handler, timeout_s: float = 5.0, /, **options: Any) -> Result:
    async with serving(handler) as port:
        return await look_at(f"smtp://127.0.0.1:{port}", timeout_s, **options)


async def test_a_server_is_greeted_asked_and_left() -> None:
    with smtp_server() as (port, server):
        result = await judged(f"smtp://127.0.0.1:{port}", 'capabilities contains "8BITMIME"')
    assert (Status.UP, "mail.example.com test ESMTP") == (result.status, result.detail)
    assert ("mail.example.com test ESMTP", 250) == (result.facts["greeting"], result.facts["code"])
    assert ["resolve", "connect", "greeting", "capabilities", "goodbye"] == list(result.timings)
    assert ["EHLO [127.0.0.1]", "QUIT"] == server.said


async def test_we_may_be_introduced_by_a_name() -> None:
    with smtp_server() as (port, server):
        await look_at(f"smtp://127.0.0.1:{port}", helo="monitor.example.org")
    assert "EHLO monitor.example.org" == server.said[0]


async def test_our_address_is_written_as_a_literal_on_ipv6_too() -> None:
    heard: list[str] = []
    async with serving(saying("250 x", "221 bye", heard=heard), host="::1") as port:
        result = await look_at(f"smtp://[::1]:{port}")
    assert (Status.UP, "EHLO [IPv6:::1]\r\n") == (result.status, heard[0])


async def test_starttls_is_used_where_it_is_offered_and_verified(ca: trustme.CA) -> None:
    with smtp_server(server_context(ca.issue_cert("localhost"))) as (port, server):
        good = await judged(f"smtp://localhost:{port}", "certificate.days_left > 1")
        bad = await look_at(f"smtp://127.0.0.1:{port}")
        trusting = await look_at(f"smtp://127.0.0.1:{port}", verify=False)
        plain = await look_at(f"smtp://127.0.0.1:{port}", starttls="never")
    assert Status.UP == good.status
    assert ["greeting", "capabilities", "starttls", "tls", "goodbye"] == list(good.timings)[2:]
    assert ["localhost"] == good.facts["certificate"]["names"]
    assert (Status.DOWN, "tls") == (bad.status, bad.phase)
    assert "the certificate is for another address" in bad.detail
    assert (Status.UP, Status.UP) == (trusting.status, plain.status)
    assert "tls" not in plain.timings
    assert ["EHLO [127.0.0.1]"] * 2 == server.said[:2], "asked again once TLS stands"


async def test_capabilities_are_those_under_tls(ca: trustme.CA) -> None:
    with smtp_server(server_context(ca.issue_cert("localhost"))) as (port, _server):
        plain = await look_at(f"smtp://localhost:{port}", starttls="never")
        secured = await look_at(f"smtp://localhost:{port}")
    assert "STARTTLS" in plain.facts["capabilities"]
    assert "STARTTLS" not in secured.facts["capabilities"]
    assert "AUTH LOGIN PLAIN" in secured.facts["capabilities"]


async def test_starttls_that_is_required_but_not_offered_is_down() -> None:
    with smtp_server() as (port, _server):
        result = await look_at(f"smtp://127.0.0.1:{port}", starttls="required")
    assert Status.DOWN == result.status
    assert "the target does not offer STARTTLS" == result.detail


async def test_smtps_begins_with_tls(ca: trustme.CA) -> None:
    context = server_context(ca.issue_cert("localhost"))
    with smtp_server(context, implicit=True, auth_require_tls=False) as (port, _server):
        result = await look_at(f"smtps://localhost:{port}", **ACCOUNT)
    assert Status.UP == result.status
    assert ["resolve", "connect", "tls", "greeting", "capabilities", "login", "goodbye"] == list(
        result.timings
    )
    assert "days_left" in result.facts["certificate"]


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
async def test_a_login_over_tls_is_up_and_a_wrong_one_down(ca: trustme.CA, mechanism: str) -> None:
    context = server_context(ca.issue_cert("localhost"))
    other = {"PLAIN": "LOGIN", "LOGIN": "PLAIN"}[mechanism]
    with smtp_server(context, auth_exclude_mechanism=[other]) as (port, _server):
        good = await look_at(f"smtp://localhost:{port}", **ACCOUNT)
        bad = await look_at(f"smtp://me:hunter2@localhost:{port}")
    assert (Status.UP, "mail.example.com test ESMTP, logged in") == (good.status, good.detail)
    assert 235 == good.facts["code"]
    assert (Status.DOWN, "login", 535) == (bad.status, bad.phase, bad.facts["code"])
    assert bad.detail.startswith("the login was answered with 535 ")
    assert "hunter2" not in repr(bad)


async def test_a_password_is_not_sent_without_tls_unless_that_is_allowed() -> None:
    heard: list[str] = []
    talk = saying("250-x\r\n250 AUTH PLAIN", "235 hi", "221 bye", heard=heard)
    async with serving(talk) as port:
        target = f"smtp://me:hunter2@127.0.0.1:{port}"
        with pytest.raises(OwnFault) as fault:
            await look_at(target)
        refused = "".join(heard)
        required = await look_at(target, starttls="required")
        required_too = "".join(heard)
        allowed = await look_at(target, plaintext_login=True)
    assert Reason.TASK_ERROR == fault.value.reason
    assert "the password was not sent, because the target does not offer STARTTLS" in str(
        fault.value
    )
    assert "hunter" not in str(fault.value)
    assert "AUTH" not in refused + required_too
    assert (Status.DOWN, Status.UP) == (required.status, allowed.status)
    assert f"AUTH PLAIN {base64.b64encode(b'_me_hunter2'.replace(b'_', bytes(1))).decode()}" in (
        "".join(heard)
    )


async def test_a_message_is_announced_but_not_sent() -> None:
    with smtp_server() as (port, server):
        target = f"smtp://127.0.0.1:{port}"
        good = await look_at(target, mail_from="a@example.net", rcpt_to="b@example.com")
        bounce = await look_at(target, rcpt_to="b@example.com")
    assert (Status.UP, 250) == (good.status, good.facts["code"])
    assert good.detail.endswith(", to the message it says 250 2.1.5 recipient ok")
    assert "envelope" in good.timings
    assert ["MAIL a@example.net", "RCPT b@example.com", "QUIT"] == server.said[1:4]
    assert "MAIL <>" == server.said[5], "without a sender it is a bounce"
    assert Status.UP == bounce.status


async def test_a_relay_that_is_closed_is_down_unless_it_is_expected() -> None:
    with smtp_server() as (port, server):
        target = f"smtp://127.0.0.1:{port}"
        plain = await judged(target, rcpt_to="b@example.org")
        expected = await judged(target, "code in 500..599", rcpt_to="b@example.org")
        sender = await judged(target, mail_from="spammer@example.net", rcpt_to="b@example.com")
    assert (Status.DOWN, Status.UP) == (plain.status, expected.status)
    assert plain.detail.startswith("code in 200..299: found 554 (")
    assert "to the message it says 554 5.7.1 relay access denied" in plain.detail
    assert (Status.DOWN, 550) == (sender.status, sender.facts["code"])
    assert "QUIT" == server.said[-1]


@pytest.mark.parametrize(
    ("answers", "options", "phase", "detail"),
    [
        (["502 what?"], {}, "capabilities", "EHLO was answered with 502 what?"),
        (
            ["250-x\r\n250 STARTTLS", "454 no key"],
            {},
            "starttls",
            "STARTTLS was answered with 454 no key",
        ),
        (
            ["250-x\r\n250 STARTTLS", "220 go\r\n250 injected"],
            {},
            "tls",
            "the target went on in plain text when TLS had to begin",
        ),
        (
            ["250-x\r\n250 STARTTLS", "220 go", "nonsense"],
            {},
            "tls",
            "the target does not speak TLS",
        ),
        (
            ["250 x"],
            {"plaintext_login": True, **ACCOUNT},
            "login",
            "the target offers no login",
        ),
        (
            ["250-x\r\n250 AUTH LOGIN", "535 no"],
            {"plaintext_login": True, **ACCOUNT},
            "login",
            "the login was answered with 535 no",
        ),
        (["25x"], {}, "capabilities", "not a valid answer of an SMTP server"),
        (["250-a\r\n\r\n"], {}, "capabilities", "not a valid answer of an SMTP server"),
        (["250-a\r\n" * 1000], {}, "capabilities", "the target sent an answer without an end"),
        (["250 " + "a" * 9000], {}, "capabilities", "the target sent a line of more than 8192 "),
        (["250-x\r\n250 \udcff\0\x1b[31m"], {"rcpt_to": "a@b"}, "envelope", "no answer within"),
    ],
)
async def test_a_wrong_answer_is_down_in_words(
    answers: list[str], options: dict[str, Any], phase: str, detail: str
) -> None:
    result = await look_at_handler(saying(*answers), SHORT_S, **options)
    assert Status.DOWN == result.status
    assert result.detail.startswith(detail)
    assert phase == result.phase
    assert all(text.isprintable() for text in result.facts.get("capabilities", []))


@pytest.mark.parametrize(
    ("greeting", "detail"),
    [
        ("554 no mail here", "the greeting was answered with 554 no mail here"),
        ("421-too\r\n421 many", "the greeting was answered with 421 too many"),
        ("SSH-2.0-OpenSSH", "not a valid answer of an SMTP server"),
        ("+OK pop", "not a valid answer of an SMTP server"),
    ],
)
async def test_a_server_that_greets_with_no_is_down(greeting: str, detail: str) -> None:
    result = await look_at_handler(saying(greeting=greeting))
    assert (Status.DOWN, "greeting", detail) == (result.status, result.phase, result.detail)


async def test_a_login_that_we_do_not_know_is_our_own_fault() -> None:
    async with serving(saying("250-x\r\n250 AUTH GSSAPI CRAM-MD5")) as port:
        with pytest.raises(OwnFault, match="a login by CRAM-MD5 or GSSAPI, which the monitor"):
            await look_at(f"smtp://me:x@127.0.0.1:{port}", plaintext_login=True)


async def test_a_server_that_repeats_the_password_does_not_put_it_into_our_words() -> None:
    encoded = base64.b64encode(b"\0me\0hunter2").decode()
    talk = saying(
        "250-x\r\n250 AUTH PLAIN", f"535 no: {encoded} is hunter2", greeting="220 hunter2"
    )
    result = await look_at_handler(talk, user="me", password="hunter2", plaintext_login=True)
    assert "the login was answered with 535 no: *** is ***" == result.detail
    assert "hunter2" not in repr(result)


async def test_a_server_that_does_not_say_goodbye_is_up_and_not_waited_for_long() -> None:
    heard: list[str] = []
    result = await look_at_handler(saying("250 x", heard=heard), SHORT_S)
    assert (Status.UP, "hi") == (result.status, result.detail)
    assert "QUIT\r\n" == heard[-1]


async def test_a_server_that_refuses_is_left_politely_too() -> None:
    heard: list[str] = []
    result = await look_at_handler(saying("502 no", heard=heard))
    assert Status.DOWN == result.status
    assert "QUIT\r\n" == heard[-1]


async def test_a_certificate_that_nobody_signed_is_down_and_told(ca: trustme.CA) -> None:
    with smtp_server(self_signed()) as (port, _server):
        result = await look_at(f"smtp://localhost:{port}")
    assert (Status.DOWN, "tls") == (result.status, result.phase)
    assert "the certificate is self-signed" in result.detail


async def test_a_reset_a_silence_and_an_end_are_down() -> None:
    result = await look_at_handler(reset)
    assert "connection reset by peer" == result.detail
    result = await look_at_handler(hang, SHORT_S)
    assert "no answer within 0.2 s, in phase greeting" == result.detail

    async def leave(stream: Stream) -> None:
        await stream.send_eof()
        await hang(stream)

    result = await look_at_handler(leave)
    assert "the target closed the connection without an answer" == result.detail


@pytest.mark.parametrize(
    ("target", "options", "field"),
    [
        ("smtp://host/path", {}, "target"),
        ("smtp://me:a@host", {"password": "b"}, "option password"),
        ("smtp://me@host", {}, "option password"),
        ("smtp://host", {"password": "x"}, "option user"),
        ("smtp://me:a%0D%0AQUIT@host", {}, "option password"),
        ("smtp://host", {"user": "a\nb", "password": "x"}, "option user"),
        ("smtp://me:a@host", {"starttls": "never"}, "option starttls"),
        ("smtp://host", {"starttls": "maybe"}, "option starttls"),
        ("smtps://host", {"starttls": "required"}, "option starttls"),
        ("smtp://host", {"helo": "a\r\nb"}, "option helo"),
        ("smtp://host", {"mail_from": "a> SIZE=1"}, "option mail_from"),
        ("smtp://host", {"rcpt_to": "ä@example.com"}, "option rcpt_to"),
        ("smtp://host", {"rcpt_to": "a\r\nb"}, "option rcpt_to"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    target: str, options: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, options)
    assert field == caught.value.field


async def test_a_look_cancelled_at_any_step_leaves_nothing_open(ca: trustme.CA) -> None:
    with smtp_server(server_context(ca.issue_cert("localhost"))) as (port, _server):
        probe = probe_of(
            f"smtp://127.0.0.1:{port}", {**ACCOUNT, "verify": False, "rcpt_to": "b@example.com"}
        )

        async def work() -> None:
            await probe(Trace())

        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            assert 0 == client_sockets(port), f"cancelled at step {step}"
            if not cancelled:
                break
    assert 10 < step < 1000


async def test_whatever_a_broken_server_says_is_judged_and_never_an_error_of_ours() -> None:
    whole = b"220 hi\r\n250-x\r\n250 AUTH PLAIN LOGIN\r\n235 in\r\n250 ok\r\n550 no\r\n221 bye\r\n"
    dice = random.Random(7)
    options = {"plaintext_login": True, "rcpt_to": "a@b", **ACCOUNT}
    faults: list[str] = []
    for _ in range(200):
        said = bytearray(whole)
        for _ in range(dice.randint(1, 3)):
            said[dice.randrange(len(said))] = dice.choice((0, 10, 45, 255, dice.getrandbits(8)))

        async def talk(stream: Stream, said: bytes = bytes(said)) -> None:
            await stream.send_all(said)
            await stream.send_eof()
            await hang(stream)

        async with serving(talk) as port:
            try:
                result = await look_at(f"smtp://127.0.0.1:{port}", **options)
            except OwnFault as fault:
                faults.append(str(fault))
                continue
        assert result.status in (Status.UP, Status.DOWN), bytes(said)
        assert result.detail.isprintable()
    assert all("which the monitor does not know" in fault for fault in faults)
