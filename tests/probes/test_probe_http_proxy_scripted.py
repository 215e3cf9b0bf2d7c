"""Proxies that get it wrong or only keep what they were asked, and proxies that are refused."""

from __future__ import annotations

import base64
import socket
from typing import Any

import pytest
import trio
import trustme

from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, Refused, Trace
from monitor.probes.guard import POLICY, Policy
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

# --- proxies that fail ----------------------------------------------------------------------------


async def through(behaviour: Handler, scheme: str, timeout_s: float = 5.0) -> Result:
    """Look at an HTTPS target through a proxy that does this, and fails in phase proxy."""
    async with serving(behaviour) as proxy:
        result = await look_at(
            "https://127.0.0.1:9/", timeout_s, proxy=f"{scheme}://me:s3cr3t@127.0.0.1:{proxy}"
        )
    assert (Status.DOWN, "proxy") == (result.status, result.phase)
    assert 0 == client_sockets(proxy)
    assert "s3cr3t" not in result.detail
    assert len(result.detail) < 300
    return result


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
async def test_a_proxy_that_is_not_there_is_down_in_phase_proxy(scheme: str) -> None:
    port = closed_port()
    result = await look_at("http://127.0.0.1:9/", proxy=f"{scheme}://127.0.0.1:{port}")
    assert (Status.DOWN, "proxy") == (result.status, result.phase)
    refused = f"127.0.0.1:{port}: connection refused"
    assert f"the proxy 127.0.0.1:{port}: {refused}" == result.detail


def saying(data: bytes, then: Handler = hang) -> Handler:
    async def handler(stream: Stream) -> None:
        await stream.receive_some()
        await stream.send_all(data)
        await then(stream)

    return handler


async def nothing(stream: Stream) -> None:
    await trio.lowlevel.checkpoint()


@pytest.mark.parametrize(
    ("behaviour", "detail"),
    [
        (saying(b"", nothing), "the connection was closed without an answer"),
        (saying(b"HTTP/1.1 2", nothing), "the connection was closed in the middle of its headers"),
        (saying(b"\x05\x00"), "not a valid HTTP answer: "),
        (saying(b"\xff\x00" * 50_000), "not a valid HTTP answer: "),
        (
            saying(b"HTTP/1.1 200 OK\r\n\r\nHello"),
            "it went on talking after it had opened the tunnel",
        ),
        (saying(b"HTTP/1.1 200 OK\r\nX: y" + b"y" * 100_000), "not a valid HTTP answer: "),
        (
            saying(http_answer("go away", "403 Forbidden")),
            "it refused CONNECT with status 403 Forb",
        ),
        (
            saying(http_answer("", "302 Found", {"Location": "/"})),
            "it refused CONNECT with status 302",
        ),
    ],
    ids=["close", "half", "socks", "rubbish", "more", "endless line", "forbidden", "redirect"],
)
async def test_an_http_proxy_that_talks_nonsense_is_named(behaviour: Handler, detail: str) -> None:
    assert f": {detail}" in (await through(behaviour, "http")).detail


async def test_endless_headers_of_a_proxy_are_read_only_to_their_limit() -> None:
    async def endless(stream: Stream) -> None:
        await read_request(stream)
        while True:
            await stream.send_all(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    assert "sent more than 64 KiB of headers" in (await through(endless, "http")).detail


@pytest.mark.parametrize(
    ("pieces", "detail"),
    [
        ([b""], "it closed the connection before it had answered"),
        ([b"\x05"], "it closed the connection before it had answered"),
        ([b"HTTP/1.1 400 Bad\r\n\r\n"], "it does not speak SOCKS5"),
        ([b"\x04\x5a"], "it does not speak SOCKS5"),
        ([b"\x05\xff"], "it knows no passwords"),
        ([b"\x05\x01"], "it knows no passwords"),
        ([b"\x05\x02", b"\x01\x01"], "it refused the user or the password"),
        ([b"\x05\x00", b"\x05\x02\x00\x01"], "it does not allow the connection"),
        ([b"\x05\x00", b"\x05\x04\x00\x01"], "it says: no route to host"),
        ([b"\x05\x00", b"\x05\x63\x00\x01"], "it failed with number 99"),
        ([b"\x05\x00", b"\x04\x00\x00\x01"], "it does not speak SOCKS5"),
        ([b"\x05\x00", b"\x05\x00\x00\x03\xff" + b"x" * 20], "it closed the connection before it"),
    ],
    ids=range(12),
)
async def test_a_socks_proxy_that_talks_nonsense_is_named(pieces: list[bytes], detail: str) -> None:
    async def handler(stream: Stream) -> None:
        for piece in pieces:
            await stream.receive_some()
            await stream.send_all(piece)
        await stream.send_eof()
        await hang(stream)

    assert f": {detail}" in (await through(handler, "socks5h")).detail


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize(
    "behaviour",
    [hang, saying(b"\x05\x00"), saying(b"HTTP/1.1 200 OK\r\n")],
    ids=["at once", "after SOCKS5", "after HTTP"],
)
async def test_a_proxy_that_falls_silent_is_down_in_phase_proxy(
    scheme: str, behaviour: Handler
) -> None:
    async with serving(behaviour) as proxy:
        result = await look_at(
            "https://127.0.0.1:9/", SHORT_S, proxy=f"{scheme}://127.0.0.1:{proxy}"
        )
    assert (Status.DOWN, "proxy") == (result.status, result.phase)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_resets_is_named(scheme: str) -> None:
    assert "connection reset by peer" in (await through(reset, scheme)).detail


# --- what is judged, and nothing left -------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
@pytest.mark.parametrize("host", ["169.254.169.254", "2852039166", "0xa9.254.169.254"])
async def test_a_forbidden_address_is_refused_also_behind_a_proxy(scheme: str, host: str) -> None:
    with pytest.raises(Refused, match="it tells the secrets of cloud machines"):
        await probe_of(f"http://{host}/", {"proxy": f"{scheme}://127.0.0.1:9"})(Trace())


async def test_a_forbidden_proxy_is_refused() -> None:
    before = POLICY.set(Policy(private="deny"))
    try:
        result = await look_at("http://shop.example/", proxy="http://127.0.0.1:3128")
    finally:
        POLICY.reset(before)
    assert (Status.UNKNOWN, Reason.REFUSED) == (result.status, result.reason)


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_a_look_through_a_proxy_can_be_cancelled_at_every_step_and_leaves_nothing_open(
    scheme: str, ca: trustme.CA
) -> None:
    """The proxy is a stand-in here: it opens the tunnel and is the target at its other end."""
    context = server_context(ca.issue_cert("localhost"))
    within = over_tls(context, answering(http_answer("x" * 50_000)))

    async def tunnel(stream: Stream) -> None:
        if scheme != "socks5":
            await read_request(stream)
            await stream.send_all(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            await stream.receive_some()
            await stream.send_all(b"\x05\x00")
            await stream.receive_some()
            await stream.send_all(b"\x05\x00\x00\x01" + bytes(6))
        await within(stream)

    async with serving(over_tls(context, tunnel) if scheme == "https" else tunnel) as proxy:
        options = {"proxy": f"{scheme}://localhost:{proxy}"}
        probe = probe_of("https://localhost:9/", options)

        async def work() -> None:
            await probe(Trace())

        await work()
        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            assert 0 == client_sockets(proxy), f"cancelled at step {step}"
            if not cancelled:
                break
        assert 5 < step < 1000


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"proxy": "127.0.0.1:3128"},
        {"proxy": "ftp://127.0.0.1:3128"},
        {"proxy": "https://127.0.0.1"},
        {"proxy": "http://me:s3cr3t@proxy.example"},
        {"proxy": "http://me:s3cr3t@proxy.example:3128/path"},
        {"proxy": "http://me%3Ayou:s3cr3t@proxy.example:3128"},
        {"proxy": "socks5://me:" + "s3cr3t" * 50 + "@proxy.example"},
        {"proxy": 3128},
    ],
    ids=range(8),
)
def test_a_wrong_proxy_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("http://host.example/", options)
    assert "option proxy" == caught.value.field
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_a_version_of_ip_means_nothing_to_a_proxy_that_looks_up_names(scheme: str) -> None:
    with pytest.raises(InvalidTask, match="option ip: means nothing with this proxy"):
        probe_of("http://host.example/", {"proxy": f"{scheme}://127.0.0.1:9", "ip": "4"})


async def test_socks_with_names_looked_up_here_takes_the_wanted_version_of_ip() -> None:
    wanted: list[bytes] = []

    async def handler(stream: Stream) -> None:
        await stream.receive_some()
        await stream.send_all(b"\x05\x00")
        wanted.append(await stream.receive_some())
        await stream.send_all(b"\x05\x05\x00\x01")

    async with serving(handler) as proxy:
        options = {"proxy": f"socks5://127.0.0.1:{proxy}", "ip": "4"}
        await look_at("http://localhost:9/", **options)
    assert b"\x05\x01\x00\x01" + socket.inet_aton("127.0.0.1") + b"\x00\x09" == wanted[0]


async def test_basic_authentication_of_a_proxy_is_what_it_should_be() -> None:
    asked: list[bytes] = []

    async def handler(stream: Stream) -> None:
        asked.append(await read_request(stream))
        await stream.send_all(http_answer())

    async with serving(handler) as proxy:
        await look_at("http://shop.example/x", proxy=f"http://me:s3cr3t@127.0.0.1:{proxy}")
    assert asked[0].startswith(b"GET http://shop.example/x HTTP/1.1\r\nHost: shop.example\r\n")
    credentials = base64.b64encode(b"me:s3cr3t")
    assert b"Proxy-Authorization: Basic " + credentials + b"\r\n" in asked[0]
