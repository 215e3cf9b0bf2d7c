"""Web servers: what is well, what is down, and in which phase."""

from __future__ import annotations

import subprocess
import sys

import pytest
import trustme

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Trace
from tests.probes.certificates import server_context
from tests.probes.servers import (
    SHORT_S,
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


async def look_at_handler(handler: Handler, **options: object) -> Result:
    async with serving(handler) as port:
        return await look_at(f"http://127.0.0.1:{port}/", **options)


async def look_at_bytes(answer: bytes, **options: object) -> Result:
    return await look_at_handler(answering(answer), **options)


async def test_a_good_answer_is_up_with_phases_address_and_facts() -> None:
    headers = {"Content-Type": "text/plain", "X-Two": "a"}
    async with serving(answering(http_answer("all is well", headers=headers))) as port:
        result = await look_at(f"http://127.0.0.1:{port}/health?deep=1#top")
    assert Status.UP == result.status
    assert "status 200 OK, 11 bytes" == result.detail
    assert result.phase is None
    assert f"127.0.0.1:{port}" == result.address
    assert ["resolve", "connect", "first_byte", "body"] == list(result.timings)
    assert result.duration_s >= sum(result.timings.values())
    assert {
        "url": f"http://127.0.0.1:{port}/health?deep=1",
        "status": 200,
        "http_version": "1.1",
        "redirects": 0,
        "headers": {"content-length": "11", "content-type": "text/plain", "x-two": "a"},
        "body": "all is well",
    } == result.facts


@pytest.mark.parametrize(
    ("wanted", "status", "expected"),
    [
        ("200-299", "204 No Content", Status.UP),
        ("200-299", "404 Not Found", Status.DOWN),
        ("200-299,401", "401 Unauthorized", Status.UP),
        ("200-299, 401", "402 Payment Required", Status.DOWN),
        ("503", "503 Service Unavailable", Status.UP),
        (418, "418 Teapot", Status.UP),
        ("200", "599 Nobody Knows", Status.DOWN),
    ],
)
async def test_the_operator_says_which_status_codes_are_well(
    wanted: str | int, status: str, expected: Status
) -> None:
    answer = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()
    if status.startswith("204"):
        answer = b"HTTP/1.1 204 No Content\r\n\r\n"
    assert expected == (await look_at_bytes(answer, status=wanted)).status


async def test_a_wrong_status_says_what_came_and_what_was_wanted() -> None:
    result = await look_at_bytes(http_answer("sorry", "503 Whatever"))
    assert (Status.DOWN, "check") == (result.status, result.phase)
    assert "status 503 Service Unavailable, wanted 200-299" == result.detail
    assert 503 == result.facts["status"]


async def test_headers_that_are_repeated_are_joined() -> None:
    result = await look_at_bytes(
        b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 0\r\n\r\n"
    )
    assert "1, 2" == result.facts["headers"]["x-a"]


async def test_an_interim_answer_is_not_the_answer() -> None:
    result = await look_at_bytes(
        b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" + http_answer("x")
    )
    assert 200 == result.facts["status"]


# --- https --------------------------------------------------------------------------------------


async def test_https_shows_the_certificate(ca: trustme.CA) -> None:
    context = server_context(ca.issue_cert("localhost", "127.0.0.1"))
    async with serving(over_tls(context, answering(http_answer("safe")))) as port:
        result = await look_at(f"https://127.0.0.1:{port}/")
    assert Status.UP == result.status
    assert ["resolve", "connect", "tls", "first_byte", "body"] == list(result.timings)
    assert ["localhost", "127.0.0.1"] == result.facts["certificate"]["names"]
    assert result.facts["certificate"]["days_left"] > 0


async def test_https_with_an_unknown_authority_is_down_unless_told_not_to_verify(
    ca: trustme.CA,
) -> None:
    context = server_context(trustme.CA().issue_cert("localhost"))
    async with serving(over_tls(context, answering(http_answer("safe")))) as port:
        strict = await look_at(f"https://localhost:{port}/")
        lenient = await look_at(f"https://localhost:{port}/", verify="false")
    assert (Status.DOWN, "tls") == (strict.status, strict.phase)
    assert "the certificate is signed by an unknown authority" in strict.detail
    assert Status.UP == lenient.status
    assert lenient.facts["certificate"]["days_left"] > 0


# --- death in each phase ------------------------------------------------------------------------


async def test_a_refused_connection_is_down_and_names_the_address() -> None:
    port = closed_port()
    result = await look_at(f"http://127.0.0.1:{port}/")
    assert (Status.DOWN, "connect") == (result.status, result.phase)
    assert f"127.0.0.1:{port}: connection refused" == result.detail


@pytest.mark.parametrize(
    ("behaviour", "phase"),
    [
        (hang, "first_byte"),
        (answering(hang), "first_byte"),
        (answering(b"HTTP/1.1 200", hang), "first_byte"),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234", hang), "body"),
        (answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", hang), "body"),
    ],
    ids=["at once", "after the request", "in its headers", "in its body", "before its chunks"],
)
async def test_a_server_that_falls_silent_is_down_in_that_phase(
    behaviour: Handler, phase: str
) -> None:
    async with serving(behaviour) as port:
        result = await look_at(f"http://127.0.0.1:{port}/", SHORT_S)
    assert (Status.DOWN, phase) == (result.status, result.phase)
    assert f"no answer within 0.2 s, in phase {phase}" == result.detail
    assert result.timings[phase] > 0.1


@pytest.mark.parametrize(
    ("behaviour", "phase"),
    [
        (reset, "first_byte"),
        (answering(reset), "first_byte"),
        (answering(b"HTTP/1.1 200 OK\r\nX", reset), "first_byte"),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234", reset), "body"),
    ],
    ids=["at once", "after the request", "in its headers", "in its body"],
)
async def test_a_reset_is_down_in_that_phase(behaviour: Handler, phase: str) -> None:
    result = await look_at_handler(behaviour)
    assert (Status.DOWN, phase) == (result.status, result.phase)
    assert "connection reset by peer" == result.detail


@pytest.mark.parametrize(
    ("answer", "phase", "detail"),
    [
        (b"", "first_byte", "the connection was closed without an answer"),
        (b"HTTP/1.1 2", "first_byte", "the connection was closed in the middle of its headers"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234",
            "body",
            "not a valid HTTP answer: peer closed connection without sending complete",
        ),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "first_byte", "not a valid HTTP answer: illegal status"),
        (
            b"220 mail.example ESMTP\r\n\r\n",
            "first_byte",
            "not a valid HTTP answer: illegal status",
        ),
        (
            b"HTTP/1.1 200 OK\r\nA b: c\r\n\r\n",
            "first_byte",
            "not a valid HTTP answer: illegal head",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "first_byte",
            "not a valid HTTP answer: bad Content-Length",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnothex\r\n",
            "body",
            "not a valid HTTP answer: illegal chunk header",
        ),
        (
            b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
            "first_byte",
            "not a valid HTTP answer: ",
        ),
        (b"\x00\xff" * 40_000, "first_byte", "not a valid HTTP answer: "),
    ],
)
async def test_an_answer_that_is_not_http_is_down(answer: bytes, phase: str, detail: str) -> None:
    result = await look_at_bytes(answer)
    assert (Status.DOWN, phase) == (result.status, result.phase)
    assert result.detail.startswith(detail)
    assert len(result.detail) < 300


@pytest.mark.parametrize(
    ("start", "line", "detail"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-More: of the same\r\n", "not a valid HTTP answer: "),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", "sent more than 64 KiB of headers"),
    ],
    ids=["of one answer", "of interim answers"],
)
async def test_endless_headers_are_read_only_to_their_limit(
    start: bytes, line: bytes, detail: str
) -> None:
    async def handler(stream: Stream) -> None:
        await read_request(stream)
        await stream.send_all(start)
        while True:
            await stream.send_all(line * 100)

    result = await look_at_handler(handler)
    assert (Status.DOWN, "first_byte") == (result.status, result.phase)
    assert result.detail.startswith(detail)


async def test_a_server_that_refuses_a_large_body_and_breaks_off_is_heard() -> None:
    async def handler(stream: Stream) -> None:
        await stream.receive_some()
        await stream.send_all(http_answer("", "413 Too Large"))

    result = await look_at_handler(handler, method="POST", body="x" * 50_000_000)
    assert "status 413" in result.detail


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_look_can_be_cancelled_at_every_step_and_leaves_nothing_open(
    scheme: str, ca: trustme.CA
) -> None:
    plain = answering(http_answer("x" * 100_000))
    secured = over_tls(server_context(ca.issue_cert("localhost")), plain)
    async with serving(plain if scheme == "http" else secured) as port:
        probe = probe_of(f"{scheme}://localhost:{port}/", {})

        async def work() -> None:
            await probe(Trace())

        await work()
        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            assert 0 == client_sockets(port), f"cancelled at step {step}"
            if not cancelled:
                break
        assert 5 < step < 1000


def test_a_plain_task_does_not_pay_for_the_libraries_of_others() -> None:
    look = "from monitor.probes.http import *; prepare('https://host.example/', HttpOptions({}))"
    for options, imported in [
        ("", "[]"),
        ("http_version='auto'", "['h2']"),
        ("dns='127.0.0.1'", "['dns']"),
    ]:
        code = (
            f"import sys; {look.format(options)}; print(sorted({{'h2', 'dns'}} & {{*sys.modules}}))"
        )
        said = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert imported == said.stdout.strip()


# --- options ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"method": "GET /"}, "option method"),
        ({"method": "CONNECT"}, "option method"),
        ({"method": "é"}, "option method"),
        ({"method": 5}, "option method"),
        ({"headers": "X-A: b"}, "option headers"),
        ({"headers": {"X A": "b"}}, "option headers"),
        ({"headers": {"X-A": "b\r\nX-B: c"}}, "option headers.X-A"),
        ({"headers.X-A": " b"}, "option headers.X-A"),
        ({"headers": {"X-A": 5}}, "option headers.X-A"),
        ({"headers": {"Content-Length": "5"}}, "option headers.Content-Length"),
        ({"headers.authorization": "Bearer x"}, "option headers.Authorization"),
        ({"body": None}, "option body"),
        ({"status": "2xx"}, "option status"),
        ({"status": "299-200"}, "option status"),
        ({"status": "200,"}, "option status"),
        ({"status": 20}, "option status"),
        ({"status": []}, "option status"),
        ({"redirects": "many"}, "option redirects"),
        ({"redirects": "-1"}, "option redirects"),
        ({"redirects": 21}, "option redirects"),
        ({"redirects": 1.5}, "option redirects"),
        ({"contains": ["a"]}, "option contains"),
        ({"verify": "perhaps"}, "option verify"),
        ({"verify": 1}, "option verify"),
        ({"follow": "3"}, "option follow"),
        ({"timeout": "3s"}, "option timeout"),
    ],
)
def test_a_wrong_option_is_refused_and_named(options: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("http://me:s3cr3t@host.example/", options)
    assert field == caught.value.field
    assert "\n" not in caught.value.message
    assert "s3cr3t" not in str(caught.value)
