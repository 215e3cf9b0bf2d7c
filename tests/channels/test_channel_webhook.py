"""Webhooks: a real web server of our own takes them, over sockets and TLS."""

from __future__ import annotations

import base64
import json
import time
import traceback
from typing import Any

import jsonschema
import pytest
import trio
import trustme

from monitor.channels import webhook
from monitor.channels.payload import schema
from monitor.channels.wording import compose
from monitor.core.alerts.notices import InvalidChannel, NotDelivered, NoticeKind
from monitor.probes.guard import POLICY, Policy
from tests.channels.receivers import WebReceiver, message, notice, receiving, refusing, sender
from tests.probes.certificates import self_signed, server_context
from tests.probes.servers import client_sockets, closed_port, hang, http_answer, reset, serving
from tests.probes.stepping import cancelled_at_step


def url_of(receiver: WebReceiver, path: str = "/alerts") -> str:
    return f"webhook+http://127.0.0.1:{receiver.port}{path}"


async def refusal(*answers: Any, **options: Any) -> NotDelivered:
    """Send to a server that answers this, and return how it failed."""
    async with receiving(*answers) as receiver:
        with pytest.raises(NotDelivered) as caught:
            await sender(url_of(receiver), **options)(message())
    return caught.value


async def test_a_message_is_posted_as_the_schema_says() -> None:
    told = message(NoticeKind.UP)
    async with receiving() as receiver:
        await sender(url_of(receiver, "/alerts?team=ops"))(told)
    (got,) = receiver.requests
    assert ("POST", "/alerts?team=ops") == (got.method, got.path)
    assert ("application/json", told.key) == (
        got.headers["content-type"],
        got.headers["idempotency-key"],
    )
    jsonschema.validate(got.json, schema())
    assert {"version": 1, "key": told.key, "channel": "ops", "late": False}.items() <= (
        got.json.items()
    )
    (told_notice,) = got.json["notices"]
    assert ("7/3/up", "7/3", True, 80.0) == tuple(
        told_notice[name] for name in ("key", "thread", "good", "lasted_s")
    )
    assert "2026-11-24T03:00:05Z" == told_notice["since_at"]


async def test_a_digest_holds_all_its_notices() -> None:
    told = compose([notice(task=number) for number in range(40)])
    async with receiving() as receiver:
        await sender(url_of(receiver))(told)
    jsonschema.validate(receiver.requests[0].json, schema())
    assert 40 == len(receiver.requests[0].json["notices"])


async def test_half_a_letter_in_a_detail_stops_no_message() -> None:
    told = compose([notice(subject="a\ud800b", detail="\udcff\0")])
    async with receiving() as receiver:
        await sender(url_of(receiver))(told)
        await sender(url_of(receiver), text_template="{{ notices[0].subject }}")(told)
    assert ["a?b"] * 2 == [got.json["notices"][0]["subject"] for got in receiver.requests]


async def test_a_signature_can_be_verified_as_the_documentation_shows() -> None:
    secret = b"0123456789abcdef"
    sample = (webhook.__doc__ or "").partition("in Python:\n\n")[2].partition("\n\nWith `body")[0]
    names: dict[str, Any] = {}
    exec("\n".join(line.removeprefix("    ") for line in sample.splitlines()), names)
    async with receiving() as receiver:
        whsec = f"whsec_{base64.b64encode(secret).decode()}"
        await sender(url_of(receiver), secret=whsec)(message())
        await sender(url_of(receiver), secret=secret.decode())(message())
    for got in receiver.requests:
        assert names["verify"](secret, got.headers, got.body)
        assert not names["verify"](secret, got.headers, got.body + b" ")
        assert not names["verify"](b"another", got.headers, got.body)
        old = {**got.headers, "webhook-timestamp": str(int(time.time()) - 999)}
        assert not names["verify"](secret, old, got.body)


def test_a_signature_is_that_of_standard_webhooks() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = webhook.signed(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == made["webhook-signature"], (
        "the example of the specification"
    )


async def test_headers_method_token_and_user_are_sent() -> None:
    async with receiving() as receiver:
        await sender(url_of(receiver), method="PUT", headers={"X-Team": "ops"}, token="t0ken")(
            message()
        )
        await sender(f"webhook+http://me:p%40ss@127.0.0.1:{receiver.port}")(message())
    first, second = receiver.requests
    assert ("PUT", "ops", "Bearer t0ken") == (
        first.method,
        first.headers["x-team"],
        first.headers["authorization"],
    )
    assert f"Basic {base64.b64encode(b'me:p@ss').decode()}" == second.headers["authorization"]
    assert "/" == second.path


async def test_a_body_may_be_the_operators_own() -> None:
    source = '{"say": {{ title|tojson }}, "n": {{ notices|length }}}'
    async with receiving() as receiver:
        await sender(url_of(receiver), body_template=source)(message())
        await sender(url_of(receiver), body_template="{{ title }}", content_type="text/plain")(
            message()
        )
    assert {"say": "DOWN: shop-7", "n": 1} == receiver.requests[0].json
    assert b"DOWN: shop-7" == receiver.requests[1].body
    assert "text/plain" == receiver.requests[1].headers["content-type"]


async def test_over_tls_the_certificate_must_be_good(ca: trustme.CA) -> None:
    async with receiving(context=server_context(ca.issue_cert("localhost"))) as receiver:
        await sender(f"webhook+https://localhost:{receiver.port}")(message())
        with pytest.raises(NotDelivered, match="for another address") as caught:
            await sender(f"webhook+https://127.0.0.1:{receiver.port}")(message())
    assert not caught.value.permanent
    assert 1 == len(receiver.requests)
    async with receiving(context=self_signed()) as receiver:
        with pytest.raises(NotDelivered, match="the certificate is self-signed"):
            await sender(f"webhook+https://localhost:{receiver.port}")(message())
    assert [] == receiver.requests


@pytest.mark.parametrize(
    ("answer", "permanent", "retry_after_s"),
    [
        (refusing("400 Bad Request"), True, None),
        (refusing("401 Unauthorized", Retry_After="5"), False, 5.0),
        (refusing("403 Forbidden"), False, None),
        (refusing("404 Not Found"), True, None),
        (refusing("408 Request Timeout"), False, None),
        (refusing("429 Too Many Requests", Retry_After="17"), False, 17.0),
        (refusing("429 Too Many Requests", '{"retry_after": 0.5}'), False, 0.5),
        (refusing("429 Too Many", '{"parameters": {"retry_after": 3}}'), False, 3.0),
        (refusing("429 Too Many", '{"retry_after_ms": 1500}'), False, 1.5),
        (refusing("429 Too Many", '{"retry_after": NaN}', Retry_After="nan"), False, None),
        (refusing("429 Too Many", "[" * 99_999), False, None),
        (refusing("503 Unavailable", Retry_After="-3"), False, 0.0),
        (refusing("503 Unavailable", Retry_After="9e99"), False, 86400.0),
        (refusing("503 Unavailable", Retry_After="Tue, 24 Nov 1999 00:00:00 GMT"), False, 0.0),
        (refusing("503 Unavailable", Retry_After="soon"), False, None),
        (refusing("500 Internal Server Error"), False, None),
        (refusing("301 Moved", Location="https://example.com/secret"), True, None),
        (b"HTTP/1.1 500 x\r\nContent-Length: 99\r\n\r\nshort", False, None),
    ],
)
async def test_answers_are_judged(
    answer: bytes, permanent: bool, retry_after_s: float | None
) -> None:
    failed = await refusal(answer)
    assert (permanent, retry_after_s) == (failed.permanent, failed.retry_after_s)
    assert str(failed).isprintable()
    assert len(str(failed)) < 400


async def test_a_refusal_tells_what_the_receiver_says() -> None:
    failed = await refusal(refusing("400 Bad Request", '{"error":\x00 "no such\nteam"}'))
    assert (
        'the receiver answered with status 400: {"error":\N{REPLACEMENT CHARACTER} "no such team"}'
        == str(failed)
    )


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH\r\n\r\n", reset, b""])
async def test_a_broken_connection_is_a_passing_failure(answer: Any) -> None:
    assert not (await refusal(answer)).permanent


async def test_a_closed_port_is_a_passing_failure() -> None:
    with pytest.raises(NotDelivered, match="connection refused") as caught:
        await sender(f"webhook+http://127.0.0.1:{closed_port()}")(message())
    assert not caught.value.permanent


async def test_the_answer_to_a_message_that_was_taken_is_not_waited_for() -> None:
    async def half(stream: trio.SocketStream) -> None:
        await stream.send_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 99\r\n\r\n")
        await hang(stream)

    async with receiving(half) as receiver:
        with trio.fail_after(5):
            await sender(url_of(receiver))(message())
        assert 0 == client_sockets(receiver.port)


async def test_addresses_that_looks_may_not_have_are_not_posted_to_either() -> None:
    token = POLICY.set(Policy(private="deny"))
    try:
        with pytest.raises(NotDelivered, match=r"may not go to 127\.0\.0\.1") as caught:
            await sender("webhook+http://127.0.0.1:9")(message())
    finally:
        POLICY.reset(token)
    assert caught.value.permanent
    with pytest.raises(NotDelivered, match="tells the secrets of cloud machines"):
        await sender("webhook+http://169.254.169.254/latest")(message())


SECRETS = {
    "url": "webhook+http://me:hunter2@127.0.0.1:{port}/hooks/T0PSECRETPATH?key=k3yk3y",
    "options": {
        "secret": "signing-secret-1",
        "headers": {"X-Api-Key": "header-secret-1"},
    },
}
WORDS = ["hunter2", "T0PSECRETPATH", "k3yk3y", "signing-secret-1", "header-secret-1", "aHVudGVyMg"]


def echo_of(wrap: str) -> Any:
    """Make an answer that repeats all that was sent, wherever `wrap` puts it."""

    async def answer(stream: trio.SocketStream) -> None:
        basic = base64.b64encode(b"me:hunter2").decode()
        said = " ".join(["me:hunter2", basic, *WORDS, json.dumps(WORDS)])
        await stream.send_all(wrap.format(said=said, size=len(said)).encode())

    return answer


@pytest.mark.parametrize(
    "wrap",
    [
        "HTTP/1.1 400 Bad\r\nContent-Length: {size}\r\n\r\n{said}",
        "HTTP/1.1 500 {said}\r\nContent-Length: 0\r\n\r\n",
        "{said}\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://x/{said}\r\n\r\n",
    ],
)
async def test_a_receiver_that_repeats_secrets_does_not_make_us_tell_them(wrap: str) -> None:
    async with receiving(echo_of(wrap)) as receiver:
        url = str(SECRETS["url"]).format(port=receiver.port)
        send = sender(url, **SECRETS["options"])  # type: ignore[arg-type]
        with pytest.raises(NotDelivered) as caught:
            await send(message())
    told = repr(send) + "".join(traceback.format_exception(caught.value))
    assert [] == [word for word in WORDS if word in told]


@pytest.mark.parametrize(
    ("url", "options", "field"),
    [
        ("webhook+https://", {}, "url"),
        ("webhook+https://a b", {}, "url"),
        ("webhook+https://x:99999", {}, "url"),
        ("webhook+https://x", {"method": "GET"}, "option method"),
        ("webhook+https://x", {"headers": {"a b": "c"}}, "option headers"),
        ("webhook+https://x", {"headers": {"a": "b\r\nc: d"}}, "option headers.a"),
        ("webhook+https://x", {"headers": {"Content-Length": "1"}}, "option headers.Content-Len"),
        ("webhook+https://x", {"token": "a\nb"}, "option headers.Authorization"),
        ("webhook+https://me:x@x", {"token": "a"}, "option token"),
        (
            "webhook+https://x",
            {"token": "a", "headers": {"authorization": "b"}},
            "option headers.Authorization",
        ),
        ("webhook+https://x", {"secret": "whsec_!"}, "option secret"),
        ("webhook+https://x", {"body_template": "{{ title }}"}, "option body_template"),
        ("webhook+https://x", {"content_type": "a\nb"}, "option headers.Content-Type"),
    ],
)
def test_what_cannot_work_is_refused_and_named(
    url: str, options: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidChannel) as caught:
        sender(url, **options)
    assert caught.value.field.startswith(field)
    assert "hunter2" not in str(caught.value)


async def test_sending_cancelled_at_any_step_leaves_nothing_open(ca: trustme.CA) -> None:
    async with receiving(context=server_context(ca.issue_cert("localhost"))) as receiver:
        send = sender(f"webhook+https://localhost:{receiver.port}")
        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, lambda: send(message()))
            assert 0 == client_sockets(receiver.port), f"cancelled at step {step}"
            if not cancelled:
                break
    assert 10 < step < 1000


async def test_a_server_that_says_nothing_is_left_at_the_deadline() -> None:
    async with serving(hang) as port:
        with trio.move_on_after(0.2) as deadline:
            await sender(f"webhook+http://127.0.0.1:{port}")(message())
        assert deadline.cancelled_caught
        assert 0 == client_sockets(port)


async def test_a_message_sent_again_has_the_same_key() -> None:
    async with receiving(refusing("503 x"), http_answer("")) as receiver:
        send = sender(url_of(receiver), secret="0123456789")
        with pytest.raises(NotDelivered):
            await send(message())
        await send(message())
    first, second = receiver.requests
    assert first.body == second.body
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
