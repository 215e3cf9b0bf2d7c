"""Through proxies: the real tinyproxy and microsocks, in the open and under TLS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
import trio
import trustme

from monitor.core.model import Status
from tests.probes.certificates import server_context
from tests.probes.real import free_port, needs_program, running
from tests.probes.servers import (
    Stream,
    answering,
    client_sockets,
    closed_port,
    hang,
    http_answer,
    look_at,
    over_tls,
    read_request,
    serving,
)


@contextmanager
def tinyproxy(tmp_path: Path, *lines: str) -> Iterator[int]:
    port, program = free_port(), needs_program("tinyproxy", "tinyproxy")
    settings = tmp_path / "tinyproxy.conf"
    settings.write_text("\n".join([f"Port {port}", "Listen 127.0.0.1", "Timeout 5", *lines]))
    with running(port, tmp_path / "tinyproxy.log", program, "-d", "-c", settings):
        yield port


@contextmanager
def microsocks(tmp_path: Path, *arguments: str) -> Iterator[int]:
    port, program = free_port(), needs_program("microsocks", "microsocks")
    with running(
        port, tmp_path / "socks.log", program, "-i", "127.0.0.1", "-p", str(port), *arguments
    ):
        yield port


# --- http: real -----------------------------------------------------------------------------------


async def test_an_http_target_is_asked_for_by_its_whole_address(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def handler(stream: Stream) -> None:
        asked.append(await read_request(stream))
        await stream.send_all(http_answer("all is well"))

    with tinyproxy(tmp_path) as proxy:
        async with serving(handler) as port:
            result = await look_at(
                f"http://127.0.0.1:{port}/a?b=c", proxy=f"http://127.0.0.1:{proxy}"
            )
    assert (Status.UP, "status 200 OK, 11 bytes") == (result.status, result.detail)
    assert ["proxy", "first_byte", "body"] == list(result.timings)
    assert f"127.0.0.1:{proxy}" == result.address
    assert asked[0].startswith(b"GET /a?b=c HTTP/1.")
    assert b"\r\nVia: " in asked[0]


async def test_an_https_target_is_reached_through_a_tunnel(tmp_path: Path, ca: trustme.CA) -> None:
    context = server_context(ca.issue_cert("localhost"))
    with tinyproxy(tmp_path) as proxy:
        async with serving(over_tls(context, answering(http_answer("safe")))) as port:
            result = await look_at(
                f"https://localhost:{port}/", proxy=f"http://127.0.0.1:{proxy}", contains="safe"
            )
    assert Status.UP == result.status
    assert ["proxy", "tls", "first_byte", "body"] == list(result.timings)
    assert ["localhost"] == result.facts["certificate"]["names"]


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_wants_a_password_and_gets_it(
    scheme: str, tmp_path: Path, ca: trustme.CA
) -> None:
    context = server_context(ca.issue_cert("localhost"))
    plain = answering(http_answer("in"))
    with tinyproxy(tmp_path, "BasicAuth me s3cr3t") as proxy:
        async with serving(plain if scheme == "http" else over_tls(context, plain)) as port:
            target = f"{scheme}://localhost:{port}/"
            right = await look_at(target, proxy=f"http://me:s3cr3t@127.0.0.1:{proxy}")
            wrong = await look_at(target, proxy=f"http://me:s3cr3t2@127.0.0.1:{proxy}")
            none = await look_at(target, proxy=f"http://127.0.0.1:{proxy}")
    assert Status.UP == right.status
    assert (Status.DOWN, "proxy") == (none.status, none.phase)
    assert none.detail.startswith(f"the proxy 127.0.0.1:{proxy}: it refused ")
    # tinyproxy says 401 to a wrong password; without a tunnel it might be the target that does.
    assert (Status.DOWN, "check" if scheme == "http" else "proxy") == (wrong.status, wrong.phase)
    assert "s3cr3t" not in none.detail + wrong.detail


async def test_what_the_proxy_cannot_reach_is_down_in_phase_proxy(tmp_path: Path) -> None:
    with tinyproxy(tmp_path) as proxy:
        target = f"https://127.0.0.1:{closed_port()}/"
        result = await look_at(target, proxy=f"http://127.0.0.1:{proxy}")
    assert (Status.DOWN, "proxy") == (result.status, result.phase)
    assert f"the proxy 127.0.0.1:{proxy}: it refused CONNECT with status 50" in result.detail


async def test_redirects_go_through_the_proxy_too_and_its_password_stays_with_it(
    tmp_path: Path, ca: trustme.CA
) -> None:
    asked: list[bytes] = []

    async def end(stream: Stream) -> None:
        asked.append(await read_request(stream))
        await stream.send_all(http_answer("end"))

    context = server_context(ca.issue_cert("localhost"))
    with tinyproxy(tmp_path, "BasicAuth me s3cr3t") as proxy:
        async with serving(over_tls(context, end)) as tls_port:
            to_tls = {"Location": f"https://localhost:{tls_port}/"}
            async with serving(answering(http_answer("", "302 Found", to_tls))) as port:
                result = await look_at(
                    f"http://127.0.0.1:{port}/", proxy=f"http://me:s3cr3t@127.0.0.1:{proxy}"
                )
    assert (Status.UP, 1) == (result.status, result.facts["redirects"])
    assert b"proxy-authorization" not in asked[0].lower()


# --- socks: real ----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
async def test_a_target_is_reached_through_socks(scheme: str, host: str, tmp_path: Path) -> None:
    async with serving(answering(http_answer("in")), host.strip("[]")) as port:
        with microsocks(tmp_path) as proxy:
            result = await look_at(
                f"http://{host}:{port}/", proxy=f"{scheme}://127.0.0.1:{proxy}", contains="in"
            )
    assert Status.UP == result.status, result.detail
    looked_up = ["resolve"] if scheme == "socks5" else []
    assert [*looked_up, "proxy", "first_byte", "body"] == list(result.timings)
    assert f"127.0.0.1:{proxy}" == result.address


async def test_tls_goes_through_socks(tmp_path: Path, ca: trustme.CA) -> None:
    context = server_context(ca.issue_cert("localhost"))
    with microsocks(tmp_path) as proxy:
        async with serving(over_tls(context, answering(http_answer("safe")))) as port:
            result = await look_at(
                f"https://localhost:{port}/", proxy=f"socks5h://127.0.0.1:{proxy}"
            )
    assert Status.UP == result.status


async def test_socks_wants_a_password_and_gets_it(tmp_path: Path) -> None:
    with microsocks(tmp_path, "-u", "me", "-P", "s3cr3t") as proxy:
        async with serving(answering(http_answer("in"))) as port:
            target = f"http://127.0.0.1:{port}/"
            right = await look_at(target, proxy=f"socks5://me:s3cr3t@127.0.0.1:{proxy}")
            wrong = await look_at(target, proxy=f"socks5://me:s3cr3t2@127.0.0.1:{proxy}")
            none = await look_at(target, proxy=f"socks5://127.0.0.1:{proxy}")
    assert Status.UP == right.status
    assert [(Status.DOWN, "proxy")] * 2 == [(one.status, one.phase) for one in (wrong, none)]
    assert f"the proxy 127.0.0.1:{proxy}: it refused the user or the password" == wrong.detail
    assert none.detail.endswith("it wants a user and a password")


async def test_what_socks_cannot_reach_is_said_in_its_words(tmp_path: Path) -> None:
    with microsocks(tmp_path) as proxy:
        target = f"http://127.0.0.1:{closed_port()}/"
        result = await look_at(target, proxy=f"socks5://127.0.0.1:{proxy}")
    assert (Status.DOWN, "proxy") == (result.status, result.phase)
    assert f"the proxy 127.0.0.1:{proxy}: it says: connection refused" == result.detail


# --- TLS to the proxy -----------------------------------------------------------------------------


@asynccontextmanager
async def before_tinyproxy(tmp_path: Path, ca: trustme.CA) -> AsyncIterator[int]:
    """Run tinyproxy behind TLS, which it does not speak itself."""

    with tinyproxy(tmp_path, "BasicAuth me s3cr3t") as port:

        async def both_ways(client: trio.abc.Stream) -> None:
            proxy = await trio.open_tcp_stream("127.0.0.1", port)
            async with proxy, trio.open_nursery() as nursery:
                nursery.start_soon(pass_on, client, proxy)
                await pass_on(proxy, client)
                nursery.cancel_scope.cancel()

        context = server_context(ca.issue_cert("localhost"))
        async with serving(over_tls(context, both_ways)) as tls_port:
            yield tls_port


async def pass_on(source: trio.abc.Stream, sink: trio.abc.Stream) -> None:
    with suppress(trio.BrokenResourceError):
        while data := await source.receive_some():
            await sink.send_all(data)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_the_way_to_a_proxy_may_be_under_tls_and_the_way_through_it_too(
    scheme: str, tmp_path: Path, ca: trustme.CA
) -> None:
    context = server_context(ca.issue_cert("localhost"))
    plain = answering(http_answer("safe"))
    async with (
        before_tinyproxy(tmp_path, ca) as proxy,
        serving(plain if scheme == "http" else over_tls(context, plain)) as port,
    ):
        result = await look_at(
            f"{scheme}://localhost:{port}/",
            proxy=f"https://me:s3cr3t@localhost:{proxy}",
            server_name="localhost",
            contains="safe",
        )
    assert Status.UP == result.status, result.detail
    tls = ["tls"] if scheme == "https" else []
    assert ["proxy", *tls, "first_byte", "body"] == list(result.timings)


async def test_a_proxy_whose_certificate_is_not_valid_is_down_in_phase_proxy(
    ca: trustme.CA,
) -> None:
    context = server_context(trustme.CA().issue_cert("localhost"))
    async with serving(over_tls(context, hang)) as proxy:
        result = await look_at("https://shop.example/", proxy=f"https://localhost:{proxy}")
        assert 0 == client_sockets(proxy)
    assert (Status.DOWN, "proxy") == (result.status, result.phase)
    assert result.detail.startswith(f"the proxy localhost:{proxy}: the certificate is signed by")
