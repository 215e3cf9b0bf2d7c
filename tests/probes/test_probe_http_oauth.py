"""Tokens that OAuth2 gives out: how they are asked for, how long they are kept, who is at fault.

The token endpoint is a stand-in, scripted after RFC 6749, 4.4: no OAuth2 server is packaged for
this machine.
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import attrs
import pytest
import trio
import trustme

from monitor.core.model import Result, Status, TaskSpec
from monitor.core.probing import Trace
from monitor.engine.look import look
from monitor.probes import prepare
from monitor.probes.tokens import SPARE_S
from tests.probes.certificates import server_context
from tests.probes.servers import (
    SHORT_S,
    TIMEOUT_S,
    Handler,
    Stream,
    answering,
    client_sockets,
    closed_port,
    hang,
    http_answer,
    look_at,
    over_tls,
    probe_of,
    read_request,
    reset,
    serving,
)
from tests.probes.stepping import cancelled_at_step
from tests.probes.webservers import a_target, echo, header

SECRET = "s3cr3t:&%word"


def granted(token: str = "t0ken-1", **more: object) -> bytes:
    return http_answer(
        json.dumps({"access_token": token, "token_type": "bearer", **more}),
        headers={"Content-Type": "application/json"},
    )


def oauth(port: int, **more: object) -> dict[str, Any]:
    return {
        "oauth_token_url": f"http://127.0.0.1:{port}/token?tenant=1",
        "oauth_client_id": "the client",
        "oauth_client_secret": SECRET,
        **more,
    }


@attrs.frozen
class Task:
    """A task that is looked at several times, as the monitor does it."""

    spec: TaskSpec

    @classmethod
    def of(cls, port: int, options: dict[str, Any]) -> Task:
        return cls(TaskSpec(name="a", target=f"http://127.0.0.1:{port}/", options=options))

    async def looks(self, times: int) -> list[Result]:
        prepared = prepare(self.spec)
        return [await look(prepared.probe, TIMEOUT_S) for _ in range(times)]


async def test_a_token_is_asked_for_by_basic_authentication_and_then_sent() -> None:
    options = {"oauth_scope": "read write", "oauth_audience": "https://api.example"}
    async with (
        a_target(granted()) as (token_port, asked_for_token),
        a_target(http_answer("in")) as (port, asked),
    ):
        result = await look_at(f"http://127.0.0.1:{port}/", **oauth(token_port, **options))
    assert Status.UP == result.status
    assert "Bearer t0ken-1" == header(asked[0], "authorization")
    assert ["token", "resolve", "connect", "first_byte", "body"] == list(result.timings)
    assert f"127.0.0.1:{port}" == result.address
    request, _end, form = asked_for_token[0].partition(b"\r\n\r\n")
    assert request.startswith(b"POST /token?tenant=1 HTTP/1.1\r\n")
    assert {
        "grant_type": "client_credentials",
        "scope": "read write",
        "audience": "https://api.example",
    } == dict(parse_qsl(form.decode()))
    credentials = base64.b64decode(header(request, "authorization").removeprefix("Basic "))
    assert b"the+client:s3cr3t%3A%26%25word" == credentials


async def test_a_client_may_say_who_it_is_in_the_form() -> None:
    async with (
        a_target(granted()) as (token_port, asked_for_token),
        a_target(http_answer()) as (port, _asked),
    ):
        await look_at(f"http://127.0.0.1:{port}/", **oauth(token_port, oauth_auth="post"))
    request, _end, form = asked_for_token[0].partition(b"\r\n\r\n")
    assert "" == header(request, "authorization")
    assert [["the client"], [SECRET]] == [
        parse_qs(form.decode())[name] for name in ("client_id", "client_secret")
    ]


@pytest.mark.parametrize(
    ("lasts", "times_asked"),
    [
        *((lasts, 1) for lasts in (3600, "3601", 3599.5, 1e300)),
        *((lasts, 3) for lasts in (SPARE_S - 1, 0, -1, None, "soon", True, ["3600"])),
    ],
)
async def test_a_token_is_kept_until_shortly_before_its_end(
    lasts: object, times_asked: int
) -> None:
    more: dict[str, Any] = {} if lasts is None else {"expires_in": lasts}
    async with (
        a_target(granted(**more)) as (token_port, asked_for_token),
        a_target(http_answer()) as (port, asked),
    ):
        results = await Task.of(port, oauth(token_port)).looks(3)
    assert {Status.UP} == {result.status for result in results}
    assert times_asked == len(asked_for_token)
    assert {"Bearer t0ken-1"} == {header(request, "authorization") for request in asked}


async def test_a_kept_token_that_the_target_refuses_is_asked_for_anew_once() -> None:
    denied = http_answer("", "401 Unauthorized")
    grants = granted("t0ken-1", expires_in=3600), granted("t0ken-2", expires_in=3600)
    async with (
        a_target(*grants) as (token_port, _asked),
        a_target(http_answer(), denied, http_answer(), denied) as (port, asked),
    ):
        results = await Task.of(port, oauth(token_port)).looks(3)
    assert [Status.UP, Status.UP, Status.DOWN] == [result.status for result in results]
    assert ["1", "1", "2", "2", "2"] == [header(one, "authorization")[-1] for one in asked]
    assert "status 401 Unauthorized, wanted 200-299" == results[2].detail


async def test_a_new_token_that_the_target_refuses_is_its_answer() -> None:
    async with (
        a_target(granted()) as (token_port, asked_for_token),
        a_target(http_answer("", "401 Unauthorized")) as (port, asked),
    ):
        result = await look_at(f"http://127.0.0.1:{port}/", **oauth(token_port))
    assert (Status.DOWN, "check") == (result.status, result.phase)
    assert (1, 1) == (len(asked), len(asked_for_token))


async def test_a_token_does_not_leave_the_origin_of_its_target() -> None:
    async with a_target(http_answer()) as (other, asked_of_other):
        away = http_answer("", "302 Found", {"Location": f"http://127.0.0.1:{other}/"})
        async with a_target(granted()) as (token_port, _asked), a_target(away) as (port, _also):
            result = await look_at(f"http://127.0.0.1:{port}/", **oauth(token_port))
    assert (Status.UP, "") == (result.status, header(asked_of_other[0], "authorization"))


async def test_a_token_is_fetched_over_tls_whose_certificate_is_no_fact_of_the_target(
    ca: trustme.CA,
) -> None:
    context = server_context(ca.issue_cert("localhost"))
    async with (
        serving(over_tls(context, answering(granted()))) as token_port,
        a_target(http_answer()) as (port, _asked),
    ):
        options = oauth(token_port, oauth_token_url=f"https://localhost:{token_port}/")
        # What the target is to be shown is not shown to who gives out tokens.
        result = await look_at(f"http://127.0.0.1:{port}/", server_name="other.example", **options)
    assert Status.UP == result.status
    assert "certificate" not in result.facts


async def told(answer: bytes, **options: object) -> str:
    """Return why a look failed whose token endpoint answered this, in phase token."""
    async with (
        a_target(answer) as (token_port, _asked),
        a_target(http_answer()) as (port, asked),
    ):
        result = await look_at(f"http://127.0.0.1:{port}/", **oauth(token_port, **options))
    assert (Status.DOWN, "token", []) == (result.status, result.phase, asked)
    start = f"no token from http://127.0.0.1:{token_port}/token?tenant=1: "
    assert result.detail.startswith(start)
    assert len(result.detail) < 600
    return result.detail.removeprefix(start)


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (
            http_answer(
                '{"error": "invalid_client", "error_description": "no such\\nclient"}',
                "401 Unauthorized",
            ),
            "status 401 Unauthorized, invalid_client: no such client",
        ),
        (http_answer("", "503 Whatever"), "status 503 Service Unavailable"),
        (http_answer("[]", "400 Bad"), "status 400 Bad Request"),
        (http_answer('{"error": {"a": 1}}', "400 Bad"), "status 400 Bad Request"),
        (http_answer("", "302 Found", {"Location": "/login"}), "status 302 Found"),
        (http_answer("<html>"), "status 200 OK, but the body is not JSON: expecting value at"),
        (http_answer("[" * 100_000), "status 200 OK, but the body is JSON nested too deeply"),
        (http_answer("[]"), "status 200 OK, but the body is not a JSON object"),
        (http_answer("{}"), "status 200 OK, but there is no access_token that could be sent"),
        (http_answer('{"access_token": 5}'), "status 200 OK, but there is no access_token"),
        (http_answer('{"access_token": ""}'), "status 200 OK, but there is no access_token"),
        (granted("x" * 20_000), "status 200 OK, but there is no access_token"),
        (granted("a\r\nX-Evil: 1"), "status 200 OK, but its access_token contains a space"),
        (granted("ü"), "status 200 OK, but its access_token contains a space, a line end or"),
        (granted(token_type="mac"), "status 200 OK, but its token is of the type mac"),
        (granted(token_type=[1]), "status 200 OK, but its token is of the type [1]"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "not a valid HTTP answer: illegal status line"),
        (b"", "the connection was closed without an answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000, "not a valid HTTP answer: Receive buffer"),
        (http_answer("x" * 2_000_000), "status 200 OK, but the body is not JSON"),
    ],
)
async def test_a_token_endpoint_that_fails_is_named_and_so_is_the_phase(
    answer: bytes, detail: str
) -> None:
    assert (await told(answer)).startswith(detail)


async def test_a_token_endpoint_that_repeats_the_secret_is_not_repeated() -> None:
    text = json.dumps({"error": "wrong", "error_description": f"your secret is {SECRET}"})
    assert "status 400 Bad Request, wrong: your secret is ***" == await told(
        http_answer(text, "400 Bad")
    )


async def test_a_token_endpoint_that_is_down_is_down_in_phase_token() -> None:
    port = closed_port()
    result = await look_at("http://127.0.0.1:9/", **oauth(port))
    assert (Status.DOWN, "token") == (result.status, result.phase)
    assert result.detail.endswith(f"127.0.0.1:{port}: connection refused")


@pytest.mark.parametrize("behaviour", [hang, answering(b"HTTP/1.1 200 OK\r\n", hang), reset])
async def test_a_token_endpoint_that_falls_silent_is_down_in_phase_token(
    behaviour: Handler,
) -> None:
    async with serving(behaviour) as token_port:
        result = await look_at("http://127.0.0.1:9/", SHORT_S, **oauth(token_port))
    assert (Status.DOWN, "token") == (result.status, result.phase)


async def test_endless_headers_of_a_token_endpoint_are_read_only_to_their_limit() -> None:
    async def endless(stream: Stream) -> None:
        await read_request(stream)
        while True:
            await stream.send_all(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    async with serving(endless) as token_port:
        result = await look_at("http://127.0.0.1:9/", **oauth(token_port))
    assert (Status.DOWN, "token") == (result.status, result.phase)
    assert result.detail.endswith("sent more than 64 KiB of headers")


async def test_a_look_with_a_token_can_be_cancelled_at_every_step_and_leaves_nothing_open() -> None:
    async with (
        a_target(granted()) as (token_port, _asked),
        a_target(http_answer("x" * 50_000)) as (port, _also),
    ):
        probe = probe_of(f"http://127.0.0.1:{port}/", oauth(token_port))

        async def work() -> None:
            await probe(Trace())

        await work()
        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            left = client_sockets(port), client_sockets(token_port)
            assert (0, 0) == left, f"cancelled at step {step}"
            if not cancelled:
                break
        assert 5 < step < 1000


@pytest.mark.parametrize("secret", [SECRET, ""])
async def test_a_token_that_oauth_gave_out_is_not_shown_either(secret: str) -> None:
    async with a_target(granted("t0ken-s3cr3t")) as (token_port, _asked), serving(echo) as port:
        options = oauth(token_port, oauth_client_secret=secret)
        result = await look_at(f"http://127.0.0.1:{port}/", **options)
    assert Status.UP == result.status
    assert "t0ken-s3cr3t" not in str(result.facts)
    assert "Bearer ***" in result.facts["body"]


async def test_two_looks_at_once_do_not_disturb_each_other() -> None:
    async with (
        a_target(granted(expires_in=3600)) as (token_port, _asked),
        a_target(http_answer()) as (port, asked),
    ):
        probe = probe_of(f"http://127.0.0.1:{port}/", oauth(token_port))
        async with trio.open_nursery() as nursery:
            for _ in range(5):
                nursery.start_soon(probe, Trace())
    assert ["Bearer t0ken-1"] * 5 == [header(request, "authorization") for request in asked]
