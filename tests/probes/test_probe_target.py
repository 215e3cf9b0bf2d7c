"""Target URLs: read exactly, or refused with the part that is wrong."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.core.probing import InvalidTask
from monitor.probes.target import Url, check_host, parse_url, scheme_of


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("http://Shop.Example", Url(scheme="http", host="shop.example", port=80)),
        ("HTTP://shop.example.:81/", Url(scheme="http", host="shop.example.", port=81, path="/")),
        (
            "http://h/a%20b/ü;x=1?q=a b#frag".replace(" ", "+"),
            Url(scheme="http", host="h", port=80, path="/a%20b/%C3%BC;x=1", query="q=a+b"),
        ),
        ("http://192.0.2.7:8080", Url(scheme="http", host="192.0.2.7", port=8080)),
        ("http://[2001:DB8::1]", Url(scheme="http", host="2001:db8::1", port=80)),
        (
            "http://[2001:db8::1]:8080/x",
            Url(scheme="http", host="2001:db8::1", port=8080, path="/x"),
        ),
        ("http://[fe80::1%25eth0]", Url(scheme="http", host="fe80::1%eth0", port=80)),
        ("http://[fe80::1%eth0]", Url(scheme="http", host="fe80::1%eth0", port=80)),
        ("http://bücher.example", Url(scheme="http", host="xn--bcher-kva.example", port=80)),
        ("http://пример.рф:81", Url(scheme="http", host="xn--e1afmkfd.xn--p1ai", port=81)),
        ("http://my_service.local", Url(scheme="http", host="my_service.local", port=80)),
        (
            "http://me:p%40ss@host",
            Url(scheme="http", host="host", port=80, user="me", password="p@ss"),
        ),
        ("http://me@host", Url(scheme="http", host="host", port=80, user="me")),
        ("http://a@b@host", Url(scheme="http", host="host", port=80, user="a@b")),
        ("http://:pw@host", Url(scheme="http", host="host", port=80, user="", password="pw")),
    ],
    ids=range(15),
)
def test_a_url_is_read_into_its_parts(target: str, expected: Url) -> None:
    assert expected == parse_url(target, 80)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("http:host", "has no // after http:; write http://HOST"),
        ("http:", "has no // after http:"),
        ("http://", "names no host"),
        ("http://:80", "names no host"),
        ("http:///path", "names no host"),
        ("http://host:", None),
        ("http://host:0", "port '0' is out of range; use 1 to 65535"),
        ("http://host:65536", "port '65536' is out of range"),
        ("http://host:http", "port 'http' is out of range"),
        ("http://host:８0", "port '８0' is out of range"),
        ("http://host:-1", "port '-1' is out of range"),
        ("http://2001:db8::1", "has an IPv6 address without brackets; write [2001:db8::1]"),
        ("http://[2001:db8::1", "an IPv6 address"),
        ("http://[2001:db8::g]", "an IPv6 address"),
        ("http://[::1]x", "an IPv6 address"),
        ("http://[fe80::1%25e/th]", "an IPv6 address"),
        ("http://[fe80::1%25e!th]", "'e!th' is not the name of a network interface"),
        ("http://a..b", "'a..b' is not a host name"),
        ("http://.a", "'.a' is not a host name"),
        ("http://a,b", "'a,b' is not a host name"),
        ("http://%61", "'%61' is not a host name"),
        (f"http://{'a' * 64}", "is not a host name"),
        (f"http://{'.'.join(['a' * 60] * 5)}", "is not a host name"),
        ("http://ho st", "contains a space"),
        ("http://good\\@evil", "contains a space, a backslash"),
        ("http://host/\r\nX: y", "contains a space"),
        ("http://ho\x00st", "contains a space"),
        ("http://\u2488example", "is not a host name"),
    ],
    ids=range(28),
)
def test_a_wrong_url_is_refused(target: str, message: str | None) -> None:
    if message is None:
        assert 80 == parse_url(target, 80).port
        return
    with pytest.raises(InvalidTask) as caught:
        parse_url(target, 80)
    assert "target" == caught.value.field
    assert message in caught.value.message


def test_without_a_default_a_port_must_be_named() -> None:
    with pytest.raises(InvalidTask, match="target: names no port; write HOST:PORT"):
        parse_url("tcp://host")


@pytest.mark.parametrize("wrong", ["host:99999", "a..b", "ho st", "[::1", "h:x", "2001:db8::1"])
def test_a_refusal_never_shows_credentials(wrong: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        parse_url(f"http://alice:s3cret@{wrong}/", 80)
    assert "s3cret" not in str(caught.value)
    assert "alice" not in str(caught.value)


def test_a_password_is_not_in_the_repr() -> None:
    assert "s3cret" not in repr(parse_url("http://alice:s3cret@host", 80))


@given(st.text(max_size=40))
@example("//[")
@example("//[::1]]")
@example("//\u2100")
@example("//[v1.x]")
@example("//a\u3002b")
def test_any_text_is_either_a_url_or_refused(text: str) -> None:
    for target in (text, f"http://{text}", f"http:{text}"):
        with suppress(InvalidTask):
            url = parse_url(target, 80)
            assert url.host.isascii()
            assert url.path.isascii()
            assert url.query.isascii()
            assert 0 < url.port < 65536


@given(st.text(alphabet="abcXYZ09-_.:%[]\u00fc\u3002", max_size=20))
def test_a_host_that_was_checked_is_its_own_check(text: str) -> None:
    try:
        host = check_host(text)
    except InvalidTask:
        return
    if ":" not in host:
        assert host == check_host(host)


@pytest.mark.parametrize(("target", "scheme"), [("A+b-c.1:x", "a+b-c.1"), ("self:", "self")])
def test_a_scheme_is_what_stands_before_the_colon(target: str, scheme: str) -> None:
    assert scheme == scheme_of(target)
