"""What subscribers of status pages are sent: letters that end with one click, signed messages."""

from __future__ import annotations

import base64
import email
import hmac
import json
from email import policy
from email.message import EmailMessage
from typing import Any

import attrs
import pytest

from monitor.channels.bulletin import Bulletins, check_sender, read_reader
from monitor.core.alerts.notices import InvalidChannel, NotDelivered
from monitor.core.reach import Policy
from monitor.core.statuspage.readers import (
    Letter,
    Subscriber,
    Way,
    asking,
    letters_of,
    new_subscriber,
    of_post,
    of_work,
)
from monitor.core.statuspage.values import Post, PostState, StatusPage
from tests.channels.receivers import AT, receiving, refusing
from tests.probes.mailservers import smtp_server
from tests.probes.servers import closed_port

PAGE = StatusPage(
    slug="shop", title='Shop "<b>"', host="status.shop.example", webhooks=True, mail="mailto://x"
)
BULLETINS = Bulletins(url="https://monitor.example", policy=Policy())
BASE = "https://status.shop.example"
POST = Post(
    id="2",
    page="shop",
    story="1",
    at=AT,
    state=PostState.IDENTIFIED,
    title="Slow",
    text="We <b>look</b>.\nMore soon.",
)


def reader(address: str = "a@example.com", lang: str = "en") -> Subscriber:
    way = Way.MAIL if "@" in address else Way.WEBHOOK
    return attrs.evolve(new_subscriber("shop", way, address, lang, AT), confirmed_at=AT)


def letter_of(who: Subscriber) -> Letter:
    return letters_of(of_post(POST), [who], AT)[0]


def page_at(port: int) -> StatusPage:
    return attrs.evolve(PAGE, mail=f"mailto://127.0.0.1:{port}?from=status@shop.example")


async def mailed(who: Subscriber, letter: Letter) -> tuple[list[str], EmailMessage]:
    with smtp_server() as (port, server):
        await BULLETINS.deliver(page_at(port), who, letter)
    ((sender, to, raw),) = server.letters
    assert "status@shop.example" == sender
    read = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return to, read


def text_of(read: EmailMessage, kind: str = "plain") -> str:
    part = read.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


async def test_a_letter_tells_what_happened_and_ends_with_one_click() -> None:
    who = reader()
    to, read = await mailed(who, letter_of(who))
    link = f"{BASE}/unsubscribe/{who.token}"
    assert [["a@example.com"], "a@example.com"] == [to, read["To"]]
    assert '[Shop "<b>"] Identified: Slow' == read["Subject"]
    assert f"<{who.id}-2@shop.example>" == read["Message-ID"]
    assert (f"<{link}>", "List-Unsubscribe=One-Click") == (
        read["List-Unsubscribe"].strip(),
        read["List-Unsubscribe-Post"],
    )
    assert ("auto-generated", "<shop.status.shop.example>") == (
        read["Auto-Submitted"],
        read["List-Id"],
    )
    assert "We <b>look</b>.\nMore soon.\n" in text_of(read)
    assert f"{BASE}#1" in text_of(read)
    assert text_of(read).endswith(f"No more of these letters: {link}\n")
    assert "We &lt;b&gt;look&lt;/b&gt;." in text_of(read, "html")
    assert f'<a href="{link}">' in text_of(read, "html")


async def test_who_subscribes_is_asked_in_his_language() -> None:
    who = reader(lang="ru")
    _, read = await mailed(who, asking(who))
    assert 'Подтвердите подписку: Shop "<b>"' == read["Subject"]
    assert f"{BASE}/confirm/{who.token}" in text_of(read)
    assert (None, False) == (read["List-Unsubscribe"], "unsubscribe" in text_of(read))


async def test_planned_work_is_told_with_its_times() -> None:
    who = reader()
    work = of_work("Upgrade", AT, AT.replace(hour=5), ["Storefront", "Cart"])
    _, read = await mailed(who, letters_of(work, [who], AT)[0])
    assert '[Shop "<b>"] Planned work: Upgrade' == read["Subject"]
    assert "2026-11-24 03:00 UTC – 2026-11-24 05:00 UTC\nConcerns: Storefront, Cart" in text_of(
        read
    )


def verify(secret: str, headers: Any, body: bytes) -> bool:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    told = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    wanted = base64.b64encode(hmac.digest(key, told, "sha256")).decode()
    return bool(headers["webhook-signature"] == f"v1,{wanted}")


async def test_a_webhook_gets_it_signed_with_the_same_key_each_time() -> None:
    async with receiving() as server:
        who = reader(f"http://127.0.0.1:{server.port}/hook?a=b")
        for _ in range(2):
            await BULLETINS.deliver(PAGE, who, letter_of(who))
        await BULLETINS.deliver(PAGE, who, asking(who))
    first, again, asked = server.requests
    assert ("POST", "/hook?a=b") == (first.method, first.path)
    assert verify(who.secret, first.headers, first.body)
    assert f"{who.id}-2" == first.headers["idempotency-key"] == again.headers["idempotency-key"]
    assert {
        "version": 1,
        "key": f"{who.id}-2",
        "event": "incident.updated",
        "page": {"slug": "shop", "title": PAGE.title, "url": BASE},
        "incident": "1",
        "title": "Slow",
        "state": "identified",
        "text": POST.text,
        "at": AT.isoformat(),
        "unsubscribe_url": f"{BASE}/unsubscribe/{who.token}",
    } == first.json
    assert f"{BASE}/confirm/{who.token}" == asked.json["confirm_url"]
    assert who.token not in json.dumps({**asked.json, "confirm_url": ""})


async def test_webhooks_of_strangers_are_never_looked_for_at_private_addresses() -> None:
    async with receiving() as server:
        for host in ("127.0.0.1", "localhost", "0x7f.1"):
            who = reader(f"http://{host}:{server.port}/")
            with pytest.raises(NotDelivered, match="private") as caught:
                await Bulletins(url="https://monitor.example").deliver(PAGE, who, asking(who))
            assert caught.value.permanent
    assert [] == server.requests


async def test_what_a_receiver_says_decides_whether_it_is_tried_again() -> None:
    for answer, permanent in ((refusing("500 No"), False), (refusing("404 Not Found"), True)):
        async with receiving(answer) as server:
            who = reader(f"http://127.0.0.1:{server.port}/")
            with pytest.raises(NotDelivered) as caught:
                await BULLETINS.deliver(PAGE, who, letter_of(who))
            assert permanent == caught.value.permanent
    who = reader()
    with pytest.raises(NotDelivered) as caught:
        await BULLETINS.deliver(page_at(closed_port()), who, letter_of(who))
    assert not caught.value.permanent
    for page in (attrs.evolve(PAGE, mail=""), attrs.evolve(PAGE, mail="${NOT_THERE}")):
        with pytest.raises(NotDelivered) as caught:
            await BULLETINS.deliver(page, who, letter_of(who))
        assert not caught.value.permanent
    nowhere = attrs.evolve(PAGE, host="")
    with pytest.raises(NotDelivered, match=r"access\.url"):
        await Bulletins(url="").deliver(nowhere, who, letter_of(who))


def test_addresses_are_read_strictly() -> None:
    assert "a+b@example.com" == read_reader(Way.MAIL, " a+b@example.com ")
    assert "https://h.example/x?y=z" == read_reader(Way.WEBHOOK, "https://h.example/x?y=z")
    for way, wrong in (
        (Way.MAIL, "a@b.example\r\nBcc: c@d.example"),
        (Way.MAIL, "a,b@example.com"),
        (Way.MAIL, "x" * 64 + "@" + "y." * 100 + "example"),
        (Way.MAIL, "nobody"),
        (Way.MAIL, "a..b@example.com"),
        (Way.MAIL, ".a@example.com"),
        (Way.MAIL, "=?utf-8?q?b=40c.example=2C?=@example.com"),
        (Way.WEBHOOK, "http://h.example/"),
        (Way.WEBHOOK, "https://u:p@h.example/"),
        (Way.WEBHOOK, "https://h.example/#x"),
        (Way.WEBHOOK, "ftp://h.example/"),
        (Way.WEBHOOK, "https://h.example/" + "x" * 500),
        (Way.WEBHOOK, "a@example.com"),
    ):
        with pytest.raises(InvalidChannel):
            read_reader(way, wrong)


def test_what_sends_is_a_mail_channel_without_recipients() -> None:
    check_sender("mailtos://u:p@smtp.example.com?from=status@example.com")
    for wrong, said in (
        ("mailto://smtp.example.com?from=a@b.example&to=c@d.example", "names recipients"),
        ("mailto://smtp.example.com", "sender"),
        ("https://smtp.example.com?from=a@b.example", "is no address of a mail server"),
        ("${NOT_THERE}", "NOT_THERE"),
    ):
        with pytest.raises(InvalidChannel) as caught:
            check_sender(wrong)
        assert ("mail", True) == (caught.value.field, said in str(caught.value)), wrong
