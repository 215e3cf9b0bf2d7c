"""Chats, phones and on-call services, each by a stand-in that speaks its documented API.

None of them runs on a test machine; what is checked here is what their documentation asks for.
"""

from __future__ import annotations

import html
import json
from datetime import timedelta
from typing import Any

import attrs
import pytest
import trustme

from monitor.channels.severity import Severity, last_words, worst_of
from monitor.channels.wording import compose
from monitor.core.alerts.notices import InvalidChannel, Message, NotDelivered, NoticeKind
from tests.channels.receivers import (
    AT,
    Received,
    WebReceiver,
    message,
    notice,
    receiving,
    refusing,
    sender,
)
from tests.probes.certificates import server_context
from tests.probes.servers import client_sockets
from tests.probes.stepping import cancelled_at_step

TELEGRAM = "123456:AAF0123456789abcdefghijklmnopqrstuv"


@attrs.frozen
class Service:
    """A family of which we only have a stand-in; `url` wants the port."""

    url: str
    secrets: tuple[str, ...]
    own_server: bool = False
    """Whether the address names the server; else the option base_url does."""

    @property
    def name(self) -> str:
        return self.url.partition(":")[0]

    def sender(self, port: int, **options: Any) -> Any:
        base = {} if self.own_server else {"base_url": f"http://127.0.0.1:{port}"}
        return sender(self.url.format(port=port), **{**base, **options})


SERVICES = [
    Service("alertmanager+http://me:hunter2-x@127.0.0.1:{port}", ("hunter2-x",), own_server=True),
    Service("pagerduty://R0UTINGKEY0123456789", ("R0UTINGKEY0123456789",)),
    Service("opsgenie://0p5g3n13-4-p1-k3y", ("0p5g3n13-4-p1-k3y",)),
    Service("ntfy://me:hunter2-x@127.0.0.1:{port}/t0p1c", ("hunter2-x", "t0p1c"), own_server=True),
    Service("gotify://127.0.0.1:{port}/AbCdEfGh1234567", ("AbCdEfGh1234567",), own_server=True),
    Service(f"telegram://{TELEGRAM}@-1001234567890", (TELEGRAM, TELEGRAM.partition(":")[2])),
    Service("matrix://syt_t0k3n@127.0.0.1:{port}/!room:x.org", ("syt_t0k3n",), own_server=True),
    Service("slack://T0000/B0000/Xs3cr3t", ("T0000/B0000/Xs3cr3t", "Xs3cr3t")),
    Service("discord://12345/d15c0rd-t0k3n", ("d15c0rd-t0k3n",)),
]
BY_NAME = {service.name: service for service in SERVICES}


async def got_by(name: str, told: Message, **options: Any) -> list[Received]:
    """Send a message, and return what arrived."""
    async with receiving() as receiver:
        await BY_NAME[name].sender(receiver.port, **options)(told)
    return receiver.requests


def digest() -> Message:
    return compose([notice(task=1), notice(NoticeKind.UP, 2), notice(task=3)])


# --- PagerDuty ----------------------------------------------------------------------------------


async def test_pagerduty_is_triggered_and_resolved_by_one_key() -> None:
    (down,) = await got_by("pagerduty", message())
    (again,) = await got_by("pagerduty", message(NoticeKind.REMINDER))
    (up,) = await got_by("pagerduty", message(NoticeKind.UP))
    assert "/v2/enqueue" == down.path
    event = down.json
    assert ("trigger", "7/3", "R0UTINGKEY0123456789") == (
        event["event_action"],
        event["dedup_key"],
        event["routing_key"],
    )
    payload = event["payload"]
    assert ("DOWN: shop-7", "critical", "shop-7", "2026-11-24T03:00:05+00:00") == tuple(
        payload[name] for name in ("summary", "severity", "source", "timestamp")
    )
    assert ("trigger", "7/3") == (again.json["event_action"], again.json["dedup_key"])
    assert {
        "routing_key": "R0UTINGKEY0123456789",
        "event_action": "resolve",
        "dedup_key": "7/3",
    } == up.json


async def test_a_digest_is_an_event_for_each_incident() -> None:
    requests = await got_by("pagerduty", digest(), source="berlin")
    told = [(got.json["event_action"], got.json["dedup_key"]) for got in requests]
    assert [("trigger", "berlin/1/3"), ("trigger", "berlin/3/3"), ("resolve", "berlin/2/3")] == told
    assert "DOWN: shop-1" == requests[0].json["payload"]["summary"]


async def test_an_event_that_is_refused_does_not_hide_the_others() -> None:
    answers = [refusing("400 Bad Request", '{"message": "no"}'), refusing("202 Accepted")]
    async with receiving(*answers) as receiver:
        with pytest.raises(NotDelivered, match="status 400") as caught:
            await BY_NAME["pagerduty"].sender(receiver.port)(digest())
        assert caught.value.permanent
        assert 3 == len(receiver.requests)
    async with receiving(refusing("429 Too Many", Retry_After="9")) as receiver:
        with pytest.raises(NotDelivered) as caught:
            await BY_NAME["pagerduty"].sender(receiver.port)(digest())
        assert (False, 9.0) == (caught.value.permanent, caught.value.retry_after_s)
        assert 1 == len(receiver.requests)


# --- Opsgenie -----------------------------------------------------------------------------------


async def test_opsgenie_opens_and_closes_by_one_alias() -> None:
    (down,) = await got_by("opsgenie", message(), teams=["ops"])
    (up,) = await got_by("opsgenie", message(NoticeKind.UP))
    assert ("/v2/alerts", "GenieKey 0p5g3n13-4-p1-k3y") == (
        down.path,
        down.headers["authorization"],
    )
    alert = down.json
    assert ("DOWN: shop-7", "7/3", "P1", ["prod"]) == tuple(
        alert[name] for name in ("message", "alias", "priority", "tags")
    )
    assert [{"type": "team", "name": "ops"}] == alert["responders"]
    assert "/v2/alerts/7%2F3/close?identifierType=alias" == up.path


# --- Alertmanager -------------------------------------------------------------------------------


async def test_alerts_have_the_same_labels_when_they_begin_and_end() -> None:
    (down,) = await got_by("alertmanager+http", message(), labels={"env": "x"}, source="berlin")
    (up,) = await got_by(
        "alertmanager+http", message(NoticeKind.UP), labels={"env": "x"}, source="berlin"
    )
    assert "/api/v2/alerts" == down.path
    (first,), (last,) = down.json, up.json
    assert first["labels"] == last["labels"]
    assert {
        "alertname": "TaskDown",
        "severity": "critical",
        "task": "shop-7",
        "incident": "berlin/7/3",
        "source": "berlin",
        "env": "x",
    } == first["labels"]
    assert ("2026-11-24T03:00:05+00:00", "2026-12-01T03:00:35+00:00") == (
        first["startsAt"],
        first["endsAt"],
    )
    assert "2026-11-24T03:01:25+00:00" == last["endsAt"]
    assert 3 == len((await got_by("alertmanager+http", digest()))[0].json)


# --- phones -------------------------------------------------------------------------------------


async def test_ntfy_gets_topic_priority_and_emoji() -> None:
    (down,) = await got_by("ntfy", message())
    (up,) = await got_by("ntfy", message(NoticeKind.UP))
    assert ("/", "t0p1c", "DOWN: shop-7", 5, ["rotating_light"]) == (
        down.path,
        *(down.json[name] for name in ("topic", "title", "priority", "tags")),
    )
    assert down.headers["authorization"].startswith("Basic ")
    assert (3, ["white_check_mark"]) == (up.json["priority"], up.json["tags"])
    large = compose([notice(task=number, detail="x" * 400) for number in range(30)])
    (got,) = await got_by("ntfy", large)
    assert len(got.json["message"].encode()) <= 4000


async def test_gotify_gets_its_token_in_a_header() -> None:
    (got,) = await got_by("gotify", message())
    assert ("/message", "AbCdEfGh1234567") == (got.path, got.headers["x-gotify-key"])
    assert {"title": "DOWN: shop-7", "message": message().text, "priority": 8} == got.json
    (got,) = await got_by("gotify", message(), priority=2)
    assert 2 == got.json["priority"]


# --- chats --------------------------------------------------------------------------------------

HOSTILE = compose([notice(subject="<a>&*x*@everyone", detail="<!channel> [x](http://y) </b>")])


async def test_telegram_shows_what_targets_say_as_it_is() -> None:
    (got,) = await got_by("telegram", HOSTILE, topic=4)
    assert f"/bot{TELEGRAM}/sendMessage" == got.path
    assert ("-1001234567890", "HTML", 4) == tuple(
        got.json[name] for name in ("chat_id", "parse_mode", "message_thread_id")
    )
    assert got.json["text"].startswith("<b>DOWN: &lt;a&gt;&amp;*x*@everyone</b>\n")
    assert "&lt;!channel&gt; [x](http://y) &lt;/b&gt;" in got.json["text"]
    (large,) = await got_by("telegram", many())
    assert len(html.unescape(large.json["text"]).encode("utf-16-le")) / 2 <= 4096


async def test_telegram_says_how_long_to_wait() -> None:
    said = {"ok": False, "error_code": 429, "parameters": {"retry_after": 31}}
    async with receiving(refusing("429 Too Many Requests", json.dumps(said))) as receiver:
        with pytest.raises(NotDelivered) as caught:
            await BY_NAME["telegram"].sender(receiver.port)(message())
    assert (False, 31.0) == (caught.value.permanent, caught.value.retry_after_s)


async def test_slack_gets_blocks_in_which_nobody_is_mentioned_but_by_the_operator() -> None:
    (got,) = await got_by("slack", HOSTILE, mention="<!here>")
    (up,) = await got_by("slack", message(NoticeKind.UP), mention="<!here>")
    assert "/T0000/B0000/Xs3cr3t" == got.path
    ((header, section),) = [one["blocks"] for one in got.json["attachments"]]
    assert "DOWN: <a>&*x*@everyone" == header["text"]["text"]
    assert section["text"]["text"].startswith("<!here>\n&lt;a&gt;&amp;*x*@everyone is down")
    assert "&lt;!channel&gt;" in section["text"]["text"]
    assert "<!here>" not in json.dumps(up.json)
    (large,) = await got_by("slack", many())
    ((header, section),) = [one["blocks"] for one in large.json["attachments"]]
    assert len(header["text"]["text"]) <= 150
    assert len(section["text"]["text"]) <= 3000


async def test_discord_mentions_nobody_and_shows_marks_as_they_are() -> None:
    (got,) = await got_by("discord", HOSTILE, thread="99")
    assert "/12345/d15c0rd-t0k3n?thread_id=99" == got.path
    assert {"parse": []} == got.json["allowed_mentions"]
    (embed,) = got.json["embeds"]
    assert r"DOWN: <a\>&\*x\*@everyone" == embed["title"]
    assert r"\[x\]\(http://y\)" in embed["description"]
    (large,) = await got_by("discord", many())
    (embed,) = large.json["embeds"]
    assert len(embed["title"]) <= 256
    assert len(embed["description"]) <= 4096


async def test_matrix_gets_the_key_as_transaction() -> None:
    (got,) = await got_by("matrix", HOSTILE)
    assert "PUT" == got.method
    assert f"/_matrix/client/v3/rooms/%21room%3Ax.org/send/m.room.message/{HOSTILE.key}" == got.path
    assert "Bearer syt_t0k3n" == got.headers["authorization"]
    assert got.json["formatted_body"].startswith("<b>DOWN: &lt;a&gt;&amp;*x*@everyone</b><br>")


async def test_teams_gets_a_card_without_markdown(ca: trustme.CA) -> None:
    async with receiving(context=server_context(ca.issue_cert("localhost"))) as receiver:
        url = f"teams+https://localhost:{receiver.port}/workflows/abc?sig=s3cr3t"
        await sender(url)(HOSTILE)
        receiver.answers = [refusing("401 Unauthorized", "no: s3cr3t, T0PSECRETPART")]
        with pytest.raises(NotDelivered, match=r"status 401: no: \*\*\*, \*\*\*"):
            await sender(url.replace("abc", "T0PSECRETPART"))(HOSTILE)
    got = receiver.requests[0]
    assert "/workflows/abc?sig=s3cr3t" == got.path
    card = got.json["attachments"][0]["content"]
    assert "AdaptiveCard" == card["type"]
    assert {"RichTextBlock"} == {block["type"] for block in card["body"]}
    assert "DOWN: <a>&*x*@everyone" == card["body"][0]["inlines"][0]["text"]


def many() -> Message:
    long = "<&>*_\U0001f6a8" * 100
    return compose([notice(task=number, subject=long, detail=long) for number in range(40)])


# --- what all have in common --------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
@pytest.mark.parametrize("status", ["400 Bad Request", "503 Service Unavailable"])
async def test_a_service_that_repeats_secrets_does_not_make_us_tell_them(
    service: Service, status: str
) -> None:
    async def echo(stream: Any) -> None:
        got = receiver.requests[-1]
        said = json.dumps([got.path, dict(got.headers), got.body.decode(), service.secrets])
        await stream.send_all(refusing(status, said + " ".join(service.secrets)))

    receiver: WebReceiver
    async with receiving(echo) as receiver:
        send = service.sender(receiver.port)
        with pytest.raises(NotDelivered) as caught:
            await send(message())
    assert status.startswith("4") == caught.value.permanent
    chain = [caught.value, caught.value.__cause__]
    told = repr(send) + "".join(map(repr, chain))
    assert [] == [secret for secret in service.secrets if secret in told]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
@pytest.mark.parametrize("kind", NoticeKind)
async def test_every_kind_can_be_told_everywhere(service: Service, kind: NoticeKind) -> None:
    async with receiving() as receiver:
        await service.sender(receiver.port, lang="ru")(message(kind))
    assert all(got.json for got in receiver.requests)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_sending_cancelled_at_any_step_leaves_nothing_open(service: Service) -> None:
    async with receiving() as receiver:
        send = service.sender(receiver.port)
        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, lambda: send(digest()))
            assert 0 == client_sockets(receiver.port), f"cancelled at step {step}"
            if not cancelled:
                break
    assert 5 < step < 1000


@pytest.mark.parametrize(
    ("url", "options", "field"),
    [
        ("pagerduty://", {}, "url"),
        ("pagerduty://s3cr3t/x", {}, "url"),
        ("pagerduty://s3cr3t key", {}, "url"),
        ("pagerduty://s3cr3t", {"region": "asia"}, "option region"),
        ("pagerduty://s3cr3t", {"base_url": "ftp://x"}, "option base_url"),
        ("pagerduty://s3cr3t", {"base_url": "https://a b"}, "option base_url"),
        ("opsgenie://s3cr3t?x", {}, "url"),
        ("opsgenie://s3cr3t", {"priority": "P9"}, "option priority"),
        ("ntfys://ntfy.sh", {}, "url"),
        ("ntfys://ntfy.sh/", {}, "url"),
        ("ntfys://me:s3cr3t@ntfy.sh/x", {"token": "s3cr3t"}, "option token"),
        ("ntfys://ntfy.sh/x", {"token": "s3cr3t\r\nX: y"}, "option headers.Authorization"),
        ("gotifys://host", {}, "url"),
        ("gotifys://host/s3cr3t%0D%0AX:y", {}, "url"),
        ("telegram://s3cr3t@1", {}, "url"),
        ("telegram://123:s3cr3t0123456789", {}, "url"),
        ("matrixs://s3cr3t@host/room", {}, "url"),
        ("matrixs://host/!room:x", {}, "url"),
        ("slack://T/B", {}, "url"),
        ("slack://T/B/s3cr3t%0A", {}, "url"),
        ("slack://T/B/X", {"mention": "@everyone"}, "option mention"),
        ("discord://x/s3cr3t", {}, "url"),
        ("discord://1/s3cr3t", {"thread": "x"}, "option thread"),
        ("alertmanager+https://host?x=s3cr3t", {}, "url"),
        ("alertmanager+https://host", {"labels": {"a b": "c"}}, "option labels.a b"),
        ("alertmanager+https://me:s3cr3t@host", {"user": "x"}, "option user"),
        ("alertmanager+https://host", {"lasts": 5}, "option lasts"),
        ("teams+https://", {}, "url"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    url: str, options: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidChannel) as caught:
        sender(url, **options)
    assert field == caught.value.field
    assert "s3cr3t" not in repr(caught.value)


# --- how bad things are -------------------------------------------------------------------------


def test_what_is_over_does_not_count() -> None:
    assert Severity.CRITICAL == worst_of(digest().notices)
    assert Severity.GOOD == worst_of([notice(), notice(NoticeKind.UP)])
    assert Severity.WARNING == worst_of([notice(NoticeKind.DEGRADED)])


def test_the_last_word_of_a_thread_is_its_end_at_the_same_time_too() -> None:
    both = [notice(NoticeKind.UP, at=AT), notice(at=AT)]
    assert [NoticeKind.UP] == [one.kind for one in last_words(both)]
    later = notice(NoticeKind.REMINDER, at=AT + timedelta(hours=1), key="7/3/reminder-1")
    assert [later] == last_words([later, notice()])
