"""What is sent to a web server, and where its redirects lead."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path

import pytest
import trio
import trustme

from monitor.core.model import Result, Status
from tests.probes.certificates import server_context
from tests.probes.servers import (
    Handler,
    Stream,
    answering,
    http_answer,
    look_at,
    over_tls,
    read_request,
    serving,
)


async def sent(target: str = "http://{}/", **options: object) -> bytes:
    """Return what a look sends."""
    received = []

    async def handler(stream: Stream) -> None:
        received.append(await read_request(stream))
        await stream.send_all(http_answer())

    async with serving(handler) as port:
        result = await look_at(target.format(f"127.0.0.1:{port}"), **options)
    assert Status.UP == result.status
    return received[0].replace(f":{port}".encode(), b":PORT")


async def test_a_plain_request_is_what_it_should_be() -> None:
    lines = (await sent("http://{}/a%20b/ü?q=1|2")).split(b"\r\n")
    assert b"GET /a%20b/%C3%BC?q=1%7C2 HTTP/1.1" == lines[0]
    assert b"Host: 127.0.0.1:PORT" == lines[1]
    assert lines[2].startswith(b"User-Agent: sleepless-monitor/")
    assert [b"Accept: */*", b"Accept-Encoding: gzip, deflate", b"Connection: close"] == lines[3:6]
    assert [b"", b""] == lines[6:]


async def test_own_headers_are_sent_and_replace_ours_whatever_their_case() -> None:
    request = await sent(headers={"host": "shop.example", "X-Run": "7"})
    assert b"host: shop.example\r\n" in request
    assert b"X-Run: 7\r\n" in request
    assert 1 == request.lower().count(b"host:")


async def test_a_command_line_names_headers_with_a_dot() -> None:
    assert b"X-Run: 7\r\n" in await sent(**{"headers.X-Run": "7"})


async def test_a_body_is_sent_with_its_length() -> None:
    request = await sent(method="post", body="grüße", headers={"Content-Type": "text/plain"})
    assert request.startswith(b"POST / HTTP/1.1\r\n")
    assert b"Content-Length: 7\r\n" in request
    assert request.endswith("\r\n\r\ngrüße".encode())


async def test_a_post_without_a_body_says_so() -> None:
    assert b"Content-Length: 0\r\n" in await sent(method="POST")


async def test_credentials_in_the_target_are_sent_and_never_shown() -> None:
    request = await sent("http://me:s%3Acret@{}/")
    assert b"Authorization: Basic " + base64.b64encode(b"me:s:cret") in request
    async with serving(answering(http_answer("", "403 Forbidden"))) as port:
        result = await look_at(f"http://me:s%3Acret@127.0.0.1:{port}/")
    assert Status.DOWN == result.status
    assert "cret" not in result.detail + str(result.facts)


async def test_a_random_parameter_is_added_to_get_past_caches() -> None:
    first = (await sent("http://{}/a", cache_bust=True)).split(b" ")[1]
    second = (await sent("http://{}/a?b=c", cache_bust="true")).split(b" ")[1]
    assert first.startswith(b"/a?nocache=")
    assert second.startswith(b"/a?b=c&nocache=")
    assert first.rpartition(b"=")[2] != second.rpartition(b"=")[2]


async def test_the_operator_chooses_the_version_of_ip() -> None:
    """With a number here; names are in the tests of the option dns."""
    async with serving(answering(http_answer()), "::1") as port:
        six = await look_at(f"http://[::1]:{port}/", ip="6")
        four = await look_at(f"http://[::1]:{port}/", ip="4")
    assert (Status.UP, f"[::1]:{port}") == (six.status, six.address)
    assert (Status.DOWN, "resolve") == (four.status, four.phase)
    assert "::1 has no IPv4 address" == four.detail


# --- redirects ----------------------------------------------------------------------------------


def routing(**answers: bytes) -> tuple[Handler, list[bytes]]:
    """Make a server that answers by path, and a list of what it was asked."""
    asked: list[bytes] = []

    async def handler(stream: Stream) -> None:
        request = await read_request(stream)
        asked.append(request)
        path = request.split(b" ")[1].decode().strip("/") or "root"
        await stream.send_all(answers[path])

    return handler, asked


def redirect(location: str, status: str = "302 Found") -> bytes:
    return http_answer("moved", status, {"Location": location})


async def look_at_answer(answer: bytes, **options: object) -> Result:
    async with serving(answering(answer)) as port:
        return await look_at(f"http://127.0.0.1:{port}/", **options)


async def test_a_redirect_is_followed_to_its_end() -> None:
    handler, asked = routing(root=redirect("/b", "301 Moved"), b=redirect("c"), c=http_answer("c!"))
    async with serving(handler) as port:
        result = await look_at(f"http://127.0.0.1:{port}/", contains="c!")
        assert f"http://127.0.0.1:{port}/c" == result.facts["url"]
    assert Status.UP == result.status
    assert "status 200 OK after 2 redirects, 2 bytes" == result.detail
    assert 3 == len(asked)


async def test_a_redirect_loop_ends_as_down_and_names_the_limit() -> None:
    handler, asked = routing(root=redirect("/"))
    async with serving(handler) as port:
        result = await look_at(f"http://127.0.0.1:{port}/", redirects="3")
    assert (Status.DOWN, "more than 3 redirects") == (result.status, result.detail)
    assert 4 == len(asked)


async def test_a_redirect_can_be_the_answer_that_is_wanted() -> None:
    handler, asked = routing(root=redirect("/login"))
    async with serving(handler) as port:
        result = await look_at(f"http://127.0.0.1:{port}/", redirects=0, status="302")
    assert Status.UP == result.status
    assert 1 == len(asked)


async def test_a_redirect_that_was_not_to_be_followed_is_a_wrong_status() -> None:
    result = await look_at_answer(redirect("/"), redirects=0)
    assert "status 302 Found, wanted 200-299" == result.detail


@pytest.mark.parametrize(
    ("location", "detail"),
    [
        ("ftp://files.example/", "redirects to ftp:, which is not HTTP"),
        ("file:///etc/passwd", "redirects to an address that is wrong: names no host"),
        ("http://[::1/", "redirects to an address that is wrong: "),
        ("http://a..b/", "redirects to an address that is wrong: 'a..b' is not a host name"),
        ("http://host:0/", "redirects to an address that is wrong: port '0' is out of range"),
        ("javascript:alert(1)", "redirects to an address that is wrong: "),
        ("http://good\\@evil/", "redirects to an address that is wrong: "),
    ],
)
async def test_a_redirect_to_nowhere_is_down(location: str, detail: str) -> None:
    result = await look_at_answer(redirect(location))
    assert (Status.DOWN, "check") == (result.status, result.phase)
    assert result.detail.startswith(detail)


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        ("301 Moved", "POST", b"GET"),
        ("302 Found", "POST", b"GET"),
        ("303 See Other", "POST", b"GET"),
        ("303 See Other", "PUT", b"GET"),
        ("303 See Other", "HEAD", b"HEAD"),
        ("307 Temporary", "POST", b"POST"),
        ("308 Permanent", "PUT", b"PUT"),
        ("302 Found", "HEAD", b"HEAD"),
    ],
)
async def test_redirects_change_the_method_as_browsers_do(
    status: str, method: str, then: bytes
) -> None:
    handler, asked = routing(root=redirect("/b", status), b=http_answer())
    async with serving(handler) as port:
        result = await look_at(f"http://127.0.0.1:{port}/", method=method, body="hello")
    assert Status.UP == result.status
    assert then == asked[1].split(b" ")[0]
    assert (then != b"GET") == asked[1].endswith(b"hello")


async def test_credentials_and_own_headers_stay_within_their_origin() -> None:
    other, asked_of_other = routing(root=http_answer("end"))
    async with serving(other) as other_port:
        away = redirect(f"http://tempting:offer@127.0.0.1:{other_port}/")
        handler, asked = routing(root=redirect("/b"), b=away)
        async with serving(handler) as port:
            target = f"http://me:secret@127.0.0.1:{port}/"
            result = await look_at(target, headers={"X-Key": "secret"})
    assert Status.UP == result.status
    assert [True, True] == [b"X-Key: secret" in request for request in asked]
    assert [True, True] == [b"Authorization: Basic" in request for request in asked]
    assert b"X-Key" not in asked_of_other[0]
    assert b"Authorization" not in asked_of_other[0]
    assert "offer" not in str(result.facts)


async def test_a_redirect_from_http_to_https_is_followed(ca: trustme.CA) -> None:
    context = server_context(ca.issue_cert("localhost"))
    async with serving(over_tls(context, answering(http_answer("safe")))) as tls_port:
        result = await look_at_answer(redirect(f"https://localhost:{tls_port}/"))
    assert Status.UP == result.status
    assert ["resolve", "connect", "first_byte", "tls", "body"] == list(result.timings)
    assert ["localhost"] == result.facts["certificate"]["names"]


async def test_a_client_certificate_and_the_name_to_expect_are_for_the_tasks_own_host(
    ca: trustme.CA, tmp_path: Path
) -> None:
    shown: list[bool] = []

    def asking_for_a_certificate(name: str, answer: bytes) -> Handler:
        context = server_context(ca.issue_cert(name))
        context.verify_mode = ssl.CERT_OPTIONAL
        ca.configure_trust(context)

        async def handler(stream: trio.SSLStream[Stream]) -> None:
            shown.append(stream.getpeercert(True) is not None)
            await answering(answer)(stream)  # type: ignore[arg-type]

        return over_tls(context, handler)

    ca.issue_cert("me").private_key_and_cert_chain_pem.write_to_path(tmp_path / "me.pem")
    async with serving(asking_for_a_certificate("127.0.0.1", http_answer("end"))) as other:
        away = redirect(f"https://127.0.0.1:{other}/")
        async with serving(asking_for_a_certificate("shop.example", away)) as port:
            result = await look_at(
                f"https://localhost:{port}/",
                server_name="shop.example",
                client_certificate=str(tmp_path / "me.pem"),
                contains="end",
            )
    assert Status.UP == result.status, result.detail
    assert [True, False] == shown
