"""Cookies: kept on the way, sent to whom they belong, and the operator's own."""

from __future__ import annotations

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import Status
from monitor.core.probing import InvalidTask
from monitor.probes.cookies import COOKIES_KEPT, Jar
from monitor.probes.target import parse_url
from tests.probes.certificates import server_context
from tests.probes.servers import (
    Handler,
    Stream,
    http_answer,
    look_at,
    over_tls,
    probe_of,
    read_request,
    serving,
)


def telling(asked: list[bytes], *answers: bytes) -> Handler:
    """Make a server that gives these answers in turn, and keeps what it was asked."""

    async def handler(stream: Stream) -> None:
        asked.append(await read_request(stream))
        await stream.send_all(answers[len(asked) - 1])

    return handler


def cookie_in(request: bytes) -> str:
    lines = request.decode().split("\r\n")
    return next((line[8:] for line in lines if line.lower().startswith("cookie: ")), "")


def redirect(location: str, *cookies: str) -> bytes:
    lines = "".join(f"Set-Cookie: {cookie}\r\n" for cookie in cookies)
    return (
        f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n{lines}Content-Length: 0\r\n\r\n"
    ).encode()


async def test_a_cookie_that_is_set_on_the_way_is_sent_on() -> None:
    asked: list[bytes] = []
    answers = [
        redirect("/a/b", "session=17; Path=/; HttpOnly; Expires=Wed, 21 Oct 2099 07:28:00 GMT"),
        redirect("c", "step=2", "session=18; path=/"),
        http_answer("in"),
    ]
    async with serving(telling(asked, *answers)) as port:
        result = await look_at(f"http://127.0.0.1:{port}/", contains="in")
    assert Status.UP == result.status
    assert ["", "session=17", "step=2; session=18"] == [cookie_in(request) for request in asked]


async def test_the_next_look_begins_without_cookies() -> None:
    asked: list[bytes] = []
    answers = [redirect("/", "a=1"), http_answer(), http_answer()]
    async with serving(telling(asked, *answers)) as port:
        await look_at(f"http://127.0.0.1:{port}/")
        await look_at(f"http://127.0.0.1:{port}/")
    assert ["", "a=1", ""] == [cookie_in(request) for request in asked]


async def test_own_cookies_are_sent_to_their_origin_and_may_be_replaced_by_the_server() -> None:
    asked: list[bytes] = []
    asked_of_other: list[bytes] = []
    async with serving(telling(asked_of_other, http_answer())) as other:
        answers = [redirect("/b", "lang=en"), redirect(f"http://localhost:{other}/")]
        async with serving(telling(asked, *answers)) as port:
            target = f"http://127.0.0.1:{port}/"
            await look_at(target, **{"cookies.lang": "de", "cookies.key": "se=cret"})
    assert ["lang=de; key=se=cret", "lang=en; key=se=cret"] == [cookie_in(one) for one in asked]
    assert "" == cookie_in(asked_of_other[0])


async def test_a_secure_cookie_is_sent_over_tls_only(ca: trustme.CA) -> None:
    asked: list[bytes] = []
    context = server_context(ca.issue_cert("localhost"))
    async with serving(over_tls(context, telling(asked, http_answer()))) as tls_port:
        first = redirect(f"https://localhost:{tls_port}/", "open=1", "safe=2; Secure")
        async with serving(telling([], first)) as port:
            result = await look_at(f"http://localhost:{port}/")
    assert (Status.UP, "open=1; safe=2") == (result.status, cookie_in(asked[0]))


@pytest.mark.parametrize(
    ("cookie", "url", "sent"),
    [
        ("a=1", "http://shop.example/x/z", True),
        ("a=1", "http://shop.example/other", False),
        ("a=1", "http://sub.shop.example/x/y", False),
        ("a=1; Path=/", "http://shop.example/other", True),
        ("a=1; Path=/x", "http://shop.example/x", True),
        ("a=1; Path=/x", "http://shop.example/xy", False),
        ("a=1; Path=nonsense", "http://shop.example/x/z", True),
        ("a=1; Path=/; Domain=shop.example", "http://sub.shop.example/", True),
        ("a=1; Path=/; Domain=.example", "http://shop.example/", False),
        ("a=1; Path=/; Domain=other.example", "http://other.example/", False),
        ("a=1; Path=/; Domain=op.example", "http://op.example/", False),
        ("a=1; Path=/; Secure", "http://shop.example/", False),
        ("a=1; Path=/; Secure", "https://shop.example/", True),
        ("a=1; Path=/; Max-Age=0", "http://shop.example/", False),
        ("a=1; Path=/; Max-Age=-5", "http://shop.example/", False),
        (
            "a=1; Path=/; Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "http://shop.example/",
            True,
        ),
        ("a=1; Path=/; Expires=Thu, 01-Jan-1970 00:00:00 GMT", "http://shop.example/", False),
        ("a=1; Path=/; Expires=never", "http://shop.example/", True),
        ("a=1; Path=/; Max-Age=often", "http://shop.example/", True),
        ("=1; Path=/", "http://shop.example/", False),
        ("a; Path=/", "http://shop.example/", False),
        ("a=\x01; Path=/", "http://shop.example/", False),
        ("a=ü; Path=/", "http://shop.example/", False),
        ("a=" + "x" * 5000 + "; Path=/", "http://shop.example/", False),
    ],
)
def test_a_cookie_is_sent_to_whom_it_belongs(cookie: str, url: str, sent: bool) -> None:
    jar = Jar()
    jar.keep(parse_url("http://shop.example/x/y", 80), [cookie])
    assert sent == bool(jar.sent_to(parse_url(url, 80)))


def test_an_address_has_no_domain_above_it() -> None:
    jar = Jar()
    jar.keep(parse_url("http://127.0.0.1/", 80), ["a=1; Domain=0.0.1", "b=2; Domain=127.0.0.1"])
    assert {"b": "2"} == jar.sent_to(parse_url("http://127.0.0.1/", 80))


def test_a_cookie_is_thrown_away_when_the_server_says_so_and_the_longest_path_wins() -> None:
    jar, url = Jar(), parse_url("http://shop.example/x/y", 80)
    jar.keep(url, ["a=1; Path=/", "a=2; Path=/x", "b=3"])
    assert [("a", "2"), ("b", "3")] == sorted(jar.sent_to(url).items())
    jar.keep(url, ["a=; Path=/x; Max-Age=0"])
    assert "1" == jar.sent_to(url)["a"]


def test_no_server_fills_the_jar() -> None:
    jar, url = Jar(), parse_url("http://shop.example/", 80)
    jar.keep(url, [f"n{number}=1" for number in range(1000)])
    assert COOKIES_KEPT == len(jar.sent_to(url))


@given(st.lists(st.text(max_size=60)))
def test_no_cookie_breaks_the_jar_or_the_request(headers: list[str]) -> None:
    jar, url = Jar(), parse_url("http://shop.example/", 80)
    jar.keep(url, headers)
    for name, value in jar.sent_to(url).items():
        assert f"{name}={value}".isascii()
        assert f"{name}={value}".isprintable()


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"cookies": {"a": "s3cr3t; b=2"}}, "option cookies.a"),
        ({"cookies": {"a": "s3cr3t\n"}}, "option cookies.a"),
        ({"cookies": {"a b": "s3cr3t"}}, "option cookies"),
        ({"cookies": {"": "s3cr3t"}}, "option cookies"),
        ({"cookies": "a=s3cr3t"}, "option cookies"),
        ({"cookies": {"a": "1"}, "headers": {"cookie": "b=2"}}, "option headers.Cookie"),
    ],
)
def test_a_wrong_cookie_is_refused_and_named(options: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("http://host.example/", options)
    assert field == caught.value.field
