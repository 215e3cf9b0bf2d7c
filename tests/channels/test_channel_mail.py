"""Mail: a real server takes it, and servers that refuse, hang or talk nonsense do not hurt."""

from __future__ import annotations

import base64
import email
import random
import traceback
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
import trio
import trustme
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.channels.letter import Envelope, write_letter
from monitor.channels.submission import stuffed
from monitor.channels.wording import compose
from monitor.core.alerts.notices import InvalidChannel, Message, NotDelivered, NoticeKind
from monitor.probes.guard import POLICY, Policy
from tests.channels.receivers import message, notice, sender
from tests.probes.certificates import self_signed, server_context
from tests.probes.mailservers import PASSWORD, USER, smtp_server
from tests.probes.servers import Handler, Stream, client_sockets, closed_port, hang, reset, serving
from tests.probes.stepping import cancelled_at_step

TO = "?to=ops@example.com,boss@example.com&from=monitor@example.org"
ACCOUNT = {"user": USER, "password": PASSWORD}


def read(raw: bytes) -> EmailMessage:
    letter = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def letter_of(told: Message, **changes: Any) -> EmailMessage:
    envelope = Envelope(
        **{"sender": "m@example.org", "sender_name": "monitor", "to": ("a@b.example",), **changes}
    )
    return read(write_letter(envelope, told))


async def test_a_letter_arrives_with_text_html_and_headers() -> None:
    told = message(NoticeKind.DOWN, lang="ru")
    with smtp_server() as (port, server):
        await sender(f"mailto://127.0.0.1:{port}{TO}", sender_name="Монитор")(told)
    ((mail_from, to, raw),) = server.letters
    assert ("monitor@example.org", ["ops@example.com", "boss@example.com"]) == (mail_from, to)
    assert all(len(line) <= 998 and line.isascii() for line in raw.split(b"\r\n"))
    letter = read(raw)
    assert "НЕ РАБОТАЕТ: shop-7" == letter["Subject"]
    assert "Монитор <monitor@example.org>" == letter["From"]
    assert "ops@example.com, boss@example.com" == letter["To"]
    assert f"<{told.key}@example.org>" == letter["Message-ID"]
    assert ("auto-generated", "down", "critical", "7") == (
        letter["Auto-Submitted"],
        letter["X-Monitor-Kind"],
        letter["X-Monitor-Severity"],
        letter["X-Monitor-Task"],
    )
    assert "<ops.monitor.example.org>" == letter["List-Id"]
    assert letter["Date"].datetime.tzinfo is not None
    assert told.text + "\n" == text_of(letter).replace("\r\n", "\n")
    assert "shop-7 не работает с" in text_of(letter, "html")
    assert "QUIT" == server.said[-1]


async def test_letters_of_one_incident_are_one_thread_and_have_keys_of_their_own() -> None:
    down, up = letter_of(message()), letter_of(message(NoticeKind.UP))
    other = letter_of(compose([notice(task=8)]))
    assert down["References"] == down["In-Reply-To"] == up["References"]
    assert up["References"] != other["References"]
    assert down["Message-ID"] != up["Message-ID"]
    digest = letter_of(compose([notice(task=number) for number in range(40)]))
    assert 20 == len(digest["References"].split())
    assert down["References"] in letter_of(compose([notice(), notice(task=8)]))["References"]
    assert "digest" == digest["X-Monitor-Kind"]


async def test_starttls_is_used_where_it_is_offered_and_needed_for_a_login(
    ca: trustme.CA,
) -> None:
    context = server_context(ca.issue_cert("localhost"))
    with smtp_server(context, auth_required=True) as (port, server):
        await sender(f"mailto://localhost:{port}{TO}", **ACCOUNT)(message())
        with pytest.raises(NotDelivered, match="for another address"):
            await sender(f"mailto://127.0.0.1:{port}{TO}", **ACCOUNT)(message())
        with pytest.raises(NotDelivered, match="the login was answered with 535") as wrong:
            await sender(f"mailto://me:hunter2@localhost:{port}{TO}")(message())
    assert 1 == len(server.letters)
    assert not wrong.value.permanent  # somebody mends the password, and no alert was lost
    assert "hunter2" not in str(wrong.value)
    with smtp_server(self_signed()) as (port, server):
        with pytest.raises(NotDelivered, match="the certificate is self-signed"):
            await sender(f"mailto://localhost:{port}{TO}")(message())
        await sender(f"mailto://localhost:{port}{TO}", starttls="never")(message())
    assert 1 == len(server.letters)


async def test_mailtos_begins_with_tls(ca: trustme.CA) -> None:
    context = server_context(ca.issue_cert("localhost"))
    with smtp_server(context, implicit=True, auth_require_tls=False) as (port, server):
        await sender(f"mailtos://localhost:{port}{TO}", **ACCOUNT)(message())
    assert 1 == len(server.letters)


async def test_a_password_is_not_sent_in_plain_text() -> None:
    with smtp_server(auth_require_tls=False) as (port, server):
        send = sender(f"mailto://127.0.0.1:{port}{TO}", **ACCOUNT)
        with pytest.raises(NotDelivered) as caught:
            await send(message())
    assert "the target does not offer STARTTLS" == str(caught.value)
    assert not caught.value.permanent
    assert "EHLO [127.0.0.1]" == server.said[0]
    assert {"QUIT"} >= set(server.said[1:]), "and no password"


async def test_recipients_that_are_refused_for_good_are_named_and_the_others_get_it_once() -> None:
    with smtp_server() as (port, server):
        send = sender(
            f"mailto://127.0.0.1:{port}", to=["ops@example.com", "x@example.net"], sender="m@x.org"
        )
        with pytest.raises(NotDelivered, match=r"the recipient x@example\.net was ") as caught:
            await send(message())
        with pytest.raises(NotDelivered):
            await send(message())
    assert caught.value.permanent
    assert [["ops@example.com"]] == [to for _from, to, _raw in server.letters]
    assert "relay access denied" in str(caught.value)


def saying(*replies: str, heard: list[str] | None = None, greeting: str = "220 hi") -> Handler:
    """Make a server that answers each line, or a whole letter, with the next reply."""

    async def handler(stream: Stream) -> None:
        await stream.send_all(f"{greeting}\r\n".encode())
        waiting, got = list(replies), b""
        while waiting:
            piece = await stream.receive_some()
            if not piece:
                return
            got += piece
            end = b"\r\n.\r\n" if heard and heard[-1].startswith("DATA") else b"\r\n"
            if not got.endswith(end):
                continue
            if heard is not None:
                heard.append(got.decode())
            got = b""
            await stream.send_all(waiting.pop(0).encode() + b"\r\n")
        await hang(stream)

    return handler


async def failure_of(handler: Handler, **options: Any) -> NotDelivered:
    async with serving(handler) as port:
        with pytest.raises(NotDelivered) as caught, trio.fail_after(10):
            await sender(f"mailto://127.0.0.1:{port}{TO}", **options)(message())
    return caught.value


@pytest.mark.parametrize(
    ("replies", "permanent", "said"),
    [
        (["502 what?"], True, "EHLO was answered with 502 what?"),
        (["250 x", "451 not now"], False, "the sender monitor@example.org was answered with 451"),
        (["250 x", "550 no"], True, "the sender monitor@example.org was answered with 550 no"),
        (["250 x", "250 ok", "550 a", "550 b"], True, "the recipient boss@example.com was answer"),
        (["250 x", "250 ok", "450 a", "550 b"], False, "the recipient ops@example.com was answer"),
        (["250 x", "250 ok", "421 bye"], False, "the recipient ops@example.com was answered with "),
        (["250 x", "250 ok", "250", "250", "554 no"], True, "DATA was answered with 554 no"),
        (
            ["250 x", "250 ok", "250", "250", "354", "552 full"],
            True,
            "the letter was answered with 552 full",
        ),
        (["250 x", "250 ok", "250", "250", "354", "451 disk"], False, "the letter was answered"),
        (["250 x", "nonsense"], False, "not a valid answer of an SMTP server"),
        (["250 " + "a" * 9000], False, "the target sent a line of more than 8192 bytes"),
    ],
)
async def test_a_refusal_is_judged_and_told(replies: list[str], permanent: bool, said: str) -> None:
    failed = await failure_of(saying(*replies, heard=[]))
    assert permanent == failed.permanent
    assert said in str(failed)


async def test_a_greeting_that_says_no_is_judged() -> None:
    assert (await failure_of(saying(greeting="554 no mail here"))).permanent
    assert not (await failure_of(saying(greeting="421 too many"))).permanent
    assert not (await failure_of(saying(greeting="SSH-2.0"))).permanent


async def test_a_reset_and_a_closed_port_are_passing_failures() -> None:
    assert not (await failure_of(reset)).permanent
    with pytest.raises(NotDelivered, match="connection refused") as caught:
        await sender(f"mailto://127.0.0.1:{closed_port()}{TO}")(message())
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("mailto://127.1.2.3", 25),
        ("mailto://me:x@127.1.2.3", 587),
        ("mailto://me:x@127.1.2.3:25", 25),
        ("mailtos://127.1.2.3", 465),
    ],
)
async def test_the_port_is_the_usual_one(url: str, port: int) -> None:
    with pytest.raises(NotDelivered) as caught:
        await sender(f"{url}{TO}")(message())
    assert f"127.1.2.3:{port}: connection refused" == str(caught.value)


async def test_addresses_that_looks_may_not_have_get_no_mail_either() -> None:
    token = POLICY.set(Policy(private="deny"))
    try:
        with pytest.raises(NotDelivered, match=r"may not go to 127\.0\.0\.1") as caught:
            await sender(f"mailto://127.0.0.1:9{TO}")(message())
    finally:
        POLICY.reset(token)
    assert caught.value.permanent


async def test_answers_may_go_elsewhere_and_a_template_that_fails_costs_only_itself() -> None:
    source = "{% for a in notices %}{% for b in a.detail %}{% endfor %}{% endfor %}"
    many = compose([notice(task=number, detail="x" * 400) for number in range(40)])
    with smtp_server() as (port, server):
        url = f"mailto://127.0.0.1:{port}{TO}&reply_to=desk@example.com"
        await sender(url, html_template=source)(many)
    letter = read(server.letters[0][2])
    assert "desk@example.com" == letter["Reply-To"]
    assert "40 tasks are down" in text_of(letter, "html")


async def test_a_server_that_has_taken_the_letter_is_not_waited_for_at_the_goodbye() -> None:
    heard: list[str] = []
    replies = ["250 x", "250 ok", "250", "250", "354", "250 taken"]
    async with serving(saying(*replies, heard=heard)) as port:
        with trio.fail_after(5):
            await sender(f"mailto://127.0.0.1:{port}{TO}")(message())
        assert 0 == client_sockets(port)
    assert heard[-1].endswith("\r\n.\r\n")


@pytest.mark.parametrize("stage", range(7))
async def test_a_server_that_falls_silent_is_left_at_the_deadline(stage: int) -> None:
    replies = ["250 x", "250 ok", "250", "250", "354", "250 taken"][: max(0, stage - 1)]
    handler = saying(*replies, heard=[]) if stage else hang
    async with serving(handler) as port:
        with trio.move_on_after(0.2) as deadline:
            await sender(f"mailto://127.0.0.1:{port}{TO}")(message())
        assert deadline.cancelled_caught
        assert 0 == client_sockets(port)


async def test_only_those_who_have_not_got_it_are_tried_again() -> None:
    heard: list[str] = []
    taken = ["250 x", "250 ok", "250", "450 later", "354", "250 taken", "221 bye"]
    async with serving(saying(*taken, *taken, heard=heard)) as port:
        send = sender(f"mailto://127.0.0.1:{port}{TO}")
        with pytest.raises(NotDelivered, match="450 later") as caught:
            await send(message())
        assert not caught.value.permanent
        heard.clear()
        with pytest.raises(NotDelivered):
            await send(message())
    assert "RCPT TO:<boss@example.com>\r\n" in heard
    assert "RCPT TO:<ops@example.com>\r\n" not in heard


async def test_a_server_that_repeats_the_password_does_not_make_us_tell_it() -> None:
    told = base64.b64encode(b"\0me\0hunter2").decode()
    with_secret = f"535 no: {told} {base64.b64encode(b'hunter2').decode()} is hunter2"
    handler = saying("250-x\r\n250 STARTTLS", f"454 {with_secret}", greeting="220 hunter2")
    async with serving(handler) as port:
        send = sender(f"mailto://me:hunter2@127.0.0.1:{port}{TO}")
        with pytest.raises(NotDelivered) as caught:
            await send(message())
    shown = repr(send) + "".join(traceback.format_exception(caught.value))
    assert [] == [word for word in ("hunter2", "aHVudGVyM") if word in shown]


@pytest.mark.parametrize(
    ("url", "options", "field"),
    [
        ("mailtos://host", {}, "option sender"),
        ("mailtos://host?from=a@b.c", {}, "option to"),
        ("mailtos://host?to=a@b.c", {}, "option sender"),
        ("mailtos://host?to=a@b.c&form=a@b.c", {}, "url"),
        ("mailtos://host/path?to=a@b.c&from=a@b.c", {}, "url"),
        ("mailtos://host?to=a&from=a@b.c", {}, "option to"),
        ("mailtos://host?to=a%0D%0AB:c@b.c&from=a@b.c", {}, "option to"),
        ("mailtos://host?to=,&from=a@b.c", {}, "option to"),
        ("mailtos://host?to=a@b.c&from=x%3E%20SIZE=1@b.c", {}, "option sender"),
        ("mailtos://host?to=a@b.c&from=a@b..c", {}, "option sender"),
        ("mailtos://host?to=a@b.c&from=a@b.c", {"to": "d@e.f"}, "option to"),
        ("mailtos://host?to=a@b.c&from=a@b.c", {"sender_name": "a\r\nb"}, "option sender_name"),
        ("mailtos://host?to=a@b.c&from=a@b.c", {"reply_to": "a b@c"}, "option reply_to"),
        ("mailtos://host?to=a@b.c&from=a@b.c", {"helo": "a\r\nQUIT"}, "option helo"),
        ("mailtos://me@host?to=a@b.c&from=a@b.c", {}, "option password"),
        ("mailtos://me:a%0D%0Ab@host?to=a@b.c&from=a@b.c", {}, "option password"),
        ("mailto://me:hunter2@host?to=a@b.c&from=a@b.c", {"starttls": "never"}, "option starttls"),
        ("mailtos://host?to=a@b.c&from=a@b.c", {"starttls": "required"}, "option starttls"),
        ("mailtos://host?to=a@b.c&from=a@b.c", {"html_template": "{{"}, "option html_template"),
        ("mailtos://host?from=a@b.c", {"to": [f"{n}@b.c" for n in range(101)]}, "option to"),
        ("mailto:ops@example.com", {}, "url"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    url: str, options: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidChannel) as caught:
        sender(url, **options)
    assert field == caught.value.field
    assert "hunter2" not in str(caught.value)


def test_a_user_that_is_an_address_is_the_sender_and_names_of_hosts_may_be_of_any_letters() -> None:
    assert callable(sender("mailtos://me%40example.com:x@host?to=ops+night@b%C3%BCcher.example"))


async def test_a_plus_in_an_address_is_no_space() -> None:
    with smtp_server() as (port, server):
        await sender(f"mailto://127.0.0.1:{port}?to=ops+night@example.com&from=a@b.c")(message())
    assert ["ops+night@example.com"] == server.letters[0][1]


async def test_html_may_be_the_operators_own_and_is_escaped() -> None:
    told = compose([notice(subject="<shop>")])
    with smtp_server() as (port, server):
        await sender(f"mailto://127.0.0.1:{port}{TO}", html_template="<i>{{ title }}</i>")(told)
        await sender(f"mailto://127.0.0.1:{port}{TO}")(told)
    own, ours = (text_of(read(raw), "html").strip() for _from, _to, raw in server.letters)
    assert "<i>DOWN: &lt;shop&gt;</i>" == own
    assert "<shop>" not in ours


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=80))
def test_nothing_that_is_told_adds_a_header(subject: str, title: str, channel: str) -> None:
    one = notice(subject=subject, detail=title, channel=channel)
    hostile = Message(key="k", notices=(one,), title=title, text=subject)
    raw = write_letter(Envelope(sender="a@b.c", sender_name="", to=("d@e.f",)), hostile)
    plain = letter_of(message()).keys()
    assert {*plain, "MIME-Version", "Content-Type"} >= set(read(raw).keys())
    assert set(read(raw).keys()) >= {"From", "To", "Subject", "Date", "Message-ID"}
    assert read(raw).keys().count("To") == 1


@given(st.text('aZ é"<>@.,:;()\\[]', max_size=120))
@example("aaaa " * 12 + "<evil@b.example> : " + "a" * 30)
def test_whatever_a_sender_is_called_a_letter_is_from_one_address(name: str) -> None:
    envelope = Envelope(sender="a@b.example", sender_name=name, to=("d@e.example",))
    found = email.message_from_bytes(write_letter(envelope, message()), policy=policy.default)
    assert ["a@b.example"] == [one.addr_spec for one in found["From"].addresses]


@given(st.binary(max_size=200))
def test_no_letter_ends_before_its_end(letter: bytes) -> None:
    sent = stuffed(letter)
    assert sent.endswith(b"\r\n.\r\n")
    assert b"\r\n.\r\n" not in sent[:-3]
    assert b"\n" not in sent.replace(b"\r\n", b"")
    assert b"\r" not in sent.replace(b"\r\n", b"")
    assert not sent[:-3].startswith(b".\r\n")


async def test_sending_cancelled_at_any_step_leaves_nothing_open(ca: trustme.CA) -> None:
    with smtp_server(server_context(ca.issue_cert("localhost"))) as (port, _server):
        send = sender(f"mailto://localhost:{port}{TO}", **ACCOUNT)
        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, lambda: send(message()))
            assert 0 == client_sockets(port), f"cancelled at step {step}"
            if not cancelled:
                break
    assert 10 < step < 1000


async def test_whatever_a_broken_server_says_is_a_failure_in_words() -> None:
    whole = b"220 hi\r\n250 x\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n221 bye\r\n"
    dice = random.Random(7)
    delivered, failures = 0, []
    for _ in range(150):
        said = bytearray(whole)
        for _ in range(dice.randint(1, 3)):
            said[dice.randrange(len(said))] = dice.choice((0, 10, 45, 255, dice.getrandbits(8)))

        async def talk(stream: Stream, said: bytes = bytes(said)) -> None:
            await stream.send_all(said)
            await stream.send_eof()
            await hang(stream)

        async with serving(talk) as port:
            try:
                await sender(f"mailto://127.0.0.1:{port}{TO}")(message())
            except NotDelivered as error:
                failures.append(str(error))
            else:
                delivered += 1
    assert 0 < delivered < 150
    assert all(told.isprintable() for told in failures)
