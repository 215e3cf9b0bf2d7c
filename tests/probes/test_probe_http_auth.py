"""Who asks: passwords and tokens, none of which is ever shown."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from monitor.core.describe import HIDDEN, without_secrets
from monitor.core.model import Status
from monitor.core.probing import InvalidTask
from tests.probes.conversations import judged
from tests.probes.servers import (
    Stream,
    http_answer,
    look_at,
    probe_of,
    read_request,
    serving,
)
from tests.probes.webservers import a_target, echo, header

SECRET = "s3cr3t:&%word"


# --- passwords and tokens -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "options", "expected"),
    [
        ("http://{}/", {"user": "me", "password": SECRET}, b"me:" + SECRET.encode()),
        ("http://me@{}/", {"password": SECRET}, b"me:" + SECRET.encode()),
        ("http://me:x@{}/", {}, b"me:x"),
        ("http://{}/", {"user": "me"}, b"me:"),
        ("http://{}/", {"password": "key"}, b":key"),
        ("http://{}/", {"user": "mé", "password": "ü"}, "mé:ü".encode()),
    ],
)
async def test_a_user_and_a_password_are_sent_wherever_they_stand(
    target: str, options: dict[str, Any], expected: bytes
) -> None:
    async with a_target(http_answer()) as (port, asked):
        await look_at(target.format(f"127.0.0.1:{port}"), **options)
    assert f"Basic {base64.b64encode(expected).decode()}" == header(asked[0], "authorization")


async def test_a_bearer_token_is_sent() -> None:
    async with a_target(http_answer()) as (port, asked):
        await look_at(f"http://127.0.0.1:{port}/", token="abc.def-ghi")
    assert "Bearer abc.def-ghi" == header(asked[0], "authorization")


@pytest.mark.parametrize(
    ("target", "options", "field"),
    [
        ("http://me@h/", {"user": "you"}, "option user"),
        ("http://me@h/", {"token": SECRET}, "option token"),
        ("http://h/", {"token": SECRET, "user": "me"}, "option token"),
        (
            "http://h/",
            {"token": SECRET, "headers.authorization": "x"},
            "option headers.Authorization",
        ),
        (
            "http://h/",
            {"password": SECRET, "oauth_token_url": "http://t/"},
            "option oauth_token_url",
        ),
        ("http://h/", {"token": "s3cr3t\n"}, "option token"),
        ("http://h/", {"token": "Bearer s3cr3t"}, "option token"),
        ("http://h/", {"token": 123456}, "option token"),
        ("http://h/", {"user": "me:you", "password": SECRET}, "option user"),
        ("http://h/", {"oauth_token_url": "http://t/"}, "option oauth_client_id"),
        ("http://h/", {"oauth_client_id": "x"}, "option oauth_client_id"),
        ("http://h/", {"oauth_client_secret": SECRET}, "option oauth_client_secret"),
        ("http://h/", {"oauth_token_url": "t", "oauth_client_id": "x"}, "option oauth_token_url"),
        (
            "http://h/",
            {"oauth_token_url": "ftp://t", "oauth_client_id": "x"},
            "option oauth_token_url",
        ),
        (
            "http://h/",
            {"oauth_token_url": "http://[", "oauth_client_id": "x"},
            "option oauth_token_url",
        ),
        (
            "http://h/",
            {"oauth_token_url": "http://a:s3cr3t@t/", "oauth_client_id": "x"},
            "option oauth_token_url",
        ),
        ("http://h/", {"oauth_auth": "jwt"}, "option oauth_auth"),
    ],
)
def test_what_contradicts_itself_or_cannot_be_sent_is_refused(
    target: str, options: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of(target, options)
    assert field == caught.value.field
    assert "s3cr3t" not in str(caught.value)
    assert "123456" not in str(caught.value)


def test_the_options_of_a_task_are_shown_without_secrets() -> None:
    options = {
        "token": SECRET,
        "password": SECRET,
        "oauth_client_secret": SECRET,
        "oauth_token_url": "https://login.example/token",
        "proxy": "http://me:s3cr3t@proxy.example:3128",
        "cookies": {"lang": SECRET},
        "headers": {"Authorization": SECRET, "X-Api-Key": SECRET, "Accept": "text/html"},
        "json": {"password": SECRET, "user": "me"},
    }
    shown = without_secrets(options)
    assert "s3cr3t" not in str(shown)
    assert "text/html" == shown["headers"]["Accept"]
    assert "https://login.example/token" == shown["oauth_token_url"]
    assert {"password": HIDDEN, "user": "me"} == shown["json"]


# --- secrets --------------------------------------------------------------------------------------


async def echo_badly(stream: Stream) -> None:
    """Repeat credentials where an error shows what it found."""
    request = await read_request(stream)
    said = [header(request, name) for name in ("authorization", "x-api-key", "cookie")]
    where = "".join(said).rpartition(" ")[2]
    await stream.send_all(http_answer("", "302 Found", {"Location": f"http://{where}../"}))


@pytest.mark.parametrize(
    "options",
    [
        {"user": "me", "password": "s3cr3t"},
        {"token": "s3cr3t-token"},
        {"headers.X-Api-Key": "s3cr3t-key"},
        {"headers.authorization": "Digest s3cr3t"},
        {"cookies.session": "s3cr3t-session"},
    ],
    ids=["password", "token", "key", "header", "cookie"],
)
async def test_a_target_that_repeats_our_secrets_does_not_bring_them_into_what_is_said(
    options: dict[str, Any],
) -> None:
    async with serving(echo_badly) as port:
        result = await look_at(f"http://127.0.0.1:{port}/", **options)
    assert "***.." in result.detail
    assert "s3cr3t" not in result.detail
    assert base64.b64encode(b"me:s3cr3t").decode() not in result.detail


async def test_a_condition_that_fails_does_not_show_the_credentials_that_a_target_repeats() -> None:
    options: dict[str, Any] = {"user": "me", "password": SECRET}
    async with serving(echo) as port:
        target = f"http://127.0.0.1:{port}/"
        body = await judged(target, 'body == "x"', **options)
        echoed = await judged(target, 'header["x-echo"] == "x"', **options)
        found = await judged(target, 'body contains "Basic ***"', **options)
    assert [Status.DOWN, Status.DOWN, Status.UP] == [body.status, echoed.status, found.status]
    encoded = base64.b64encode(f"me:{SECRET}".encode()).decode()
    assert encoded not in body.detail + echoed.detail + str(found.facts)


async def test_what_is_found_of_a_short_secret_is_left_alone() -> None:
    async with a_target(http_answer("ok")) as (port, _asked):
        result = await look_at(f"http://127.0.0.1:{port}/", user="me", password="ok")
    assert "ok" == result.facts["body"]
