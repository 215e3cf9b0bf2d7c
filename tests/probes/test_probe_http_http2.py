"""HTTP/2: the real nginx, and servers that get it wrong."""

from __future__ import annotations

import gzip
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest
import trio
import trio.testing
import trustme

from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, TargetDown, Trace
from monitor.probes.content import BODY_LIMIT
from monitor.probes.http2 import Http2Exchange
from tests.probes.certificates import server_context
from tests.probes.conversations import judged
from tests.probes.real import free_port, needs_program, running
from tests.probes.servers import (
    SHORT_S,
    Handler,
    Stream,
    answering,
    client_sockets,
    hang,
    http_answer,
    look_at,
    over_tls,
    probe_of,
    reset,
    serving,
)
from tests.probes.stepping import cancelled_at_step

NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 10m;
    server {{
        listen 127.0.0.1:{port} {listen};
        {tls}
        default_type text/plain;
        location = / {{ return 200 "$request_method $http_x_key $server_protocol $host"; }}
        location = /from {{ add_header Set-Cookie "a=1; Path=/"; return 302 /to; }}
        location = /to {{ return 200 "$http_cookie"; }}
        location = /upload {{ proxy_pass {scheme}://127.0.0.1:{port}/size; }}
        location = /size {{ return 200 "$content_length"; }}
        location = /missing {{ return 404 "nothing"; }}
        location /files {{ alias {folder}; gzip on; gzip_types *; gzip_min_length 1; }}
    }}
}}
"""


@contextmanager
def nginx(folder: Path, certificate: trustme.LeafCert | None = None) -> Iterator[int]:
    """Run nginx with HTTP/2, over TLS beside HTTP/1.1 if there is a certificate."""
    program, port = needs_program("nginx", "nginx-light"), free_port()
    folder.chmod(0o755)
    tls = ""
    if certificate is not None:
        certificate.private_key_and_cert_chain_pem.write_to_path(folder / "both.pem")
        tls = f"ssl_certificate {folder}/both.pem; ssl_certificate_key {folder}/both.pem;"
    (folder / "nginx.conf").write_text(
        NGINX.format(
            folder=folder,
            port=port,
            tls=tls,
            listen="ssl http2" if certificate else "http2",
            scheme="https" if certificate else "http",
        )
    )
    settings, errors = folder / "nginx.conf", folder / "error.log"
    with running(port, folder / "log", program, "-p", folder, "-c", settings, "-e", errors):
        yield port


# --- real -----------------------------------------------------------------------------------------


async def test_http2_is_spoken_when_the_server_offers_it(tmp_path: Path, ca: trustme.CA) -> None:
    with nginx(tmp_path, ca.issue_cert("localhost")) as port:
        target = f"https://localhost:{port}/"
        auto = await look_at(target, http_version="auto", **{"headers.X-Key": "7"})
        only = await look_at(target, http_version="2")
        old = await look_at(target)
    assert [Status.UP] * 3 == [auto.status, only.status, old.status]
    assert ["2", "2", "1.1"] == [one.facts["http_version"] for one in (auto, only, old)]
    assert "GET 7 HTTP/2.0 localhost" == auto.facts["body"]
    assert "GET  HTTP/1.1 localhost" == old.facts["body"]
    assert ["resolve", "connect", "tls", "first_byte", "body"] == list(auto.timings)
    assert ["localhost"] == auto.facts["certificate"]["names"]
    assert "status 200 OK, 24 bytes" == auto.detail


async def test_http2_is_spoken_without_tls_when_it_must_be(tmp_path: Path) -> None:
    with nginx(tmp_path) as port:
        result = await look_at(f"http://127.0.0.1:{port}/", http_version="2")
    assert (Status.UP, "2") == (result.status, result.facts["http_version"])
    assert "GET  HTTP/2.0 127.0.0.1" == result.facts["body"]


async def test_conditions_may_ask_for_the_version(tmp_path: Path) -> None:
    with nginx(tmp_path) as port:
        target = f"http://127.0.0.1:{port}/"
        up = await judged(target, 'http_version == "2" and redirects == 0', http_version="2")
        down = await judged(target, 'http_version == "1.1"', http_version="2")
    assert (Status.UP, Status.DOWN) == (up.status, down.status)
    assert 'http_version == "1.1": found "2"' in down.detail


async def test_a_wrong_status_and_a_redirect_with_a_cookie_are_what_they_are_in_http_1(
    tmp_path: Path,
) -> None:
    with nginx(tmp_path) as port:
        missing = await look_at(f"http://127.0.0.1:{port}/missing", http_version="2")
        moved = await look_at(f"http://127.0.0.1:{port}/from", http_version="2", contains="a=1")
    assert "status 404 Not Found, wanted 200-299" == missing.detail
    assert "status 200 OK after 1 redirect, 3 bytes" == moved.detail


@pytest.mark.parametrize("method", ["HEAD", "DELETE", "OPTIONS"])
async def test_other_methods_are_sent(method: str, tmp_path: Path) -> None:
    with nginx(tmp_path) as port:
        result = await look_at(f"http://127.0.0.1:{port}/", http_version="2", method=method)
    wanted = "" if method == "HEAD" else f"{method}  HTTP/2.0 127.0.0.1"
    assert (Status.UP, wanted) == (result.status, result.facts["body"])


async def test_a_large_body_is_sent_as_fast_as_the_server_takes_it(tmp_path: Path) -> None:
    with nginx(tmp_path) as port:
        result = await look_at(
            f"http://127.0.0.1:{port}/missing",
            http_version="2",
            body="x" * 3_000_000,
            status="404",
        )
    assert Status.UP == result.status, result.detail


@pytest.mark.parametrize("size", [100, 500_000, BODY_LIMIT, BODY_LIMIT + 1, 5_000_000])
async def test_a_body_is_read_up_to_its_limit_also_when_it_is_packed(
    size: int, tmp_path: Path
) -> None:
    data = random.Random(1).randbytes(size)
    (tmp_path / "file").write_bytes(data)
    with nginx(tmp_path) as port:
        result = await look_at(f"http://127.0.0.1:{port}/files/file", http_version="2")
    assert "gzip" == result.facts["headers"]["content-encoding"]
    kept, more = min(size, BODY_LIMIT), " read, there was more" if size > BODY_LIMIT else ""
    assert f"status 200 OK, {kept} bytes{more}" == result.detail


async def test_a_look_can_be_cancelled_at_every_step_and_leaves_nothing_open(
    tmp_path: Path, ca: trustme.CA
) -> None:
    (tmp_path / "file").write_bytes(bytes(50_000))
    with nginx(tmp_path, ca.issue_cert("localhost")) as port:
        probe = probe_of(f"https://localhost:{port}/files/file", {"http_version": "2"})

        async def work() -> None:
            await probe(Trace())

        await work()
        for step in range(1, 1000):
            cancelled = await cancelled_at_step(step, work)
            assert 0 == client_sockets(port), f"cancelled at step {step}"
            if not cancelled:
                break
        assert 5 < step < 1000


async def test_a_server_that_speaks_only_http_1_is_down_if_it_must_not_and_else_up(
    ca: trustme.CA,
) -> None:
    context = server_context(ca.issue_cert("localhost"))
    context.set_alpn_protocols(["http/1.1"])
    async with serving(over_tls(context, answering(http_answer()))) as port:
        auto = await look_at(f"https://localhost:{port}/", http_version="auto")
    assert (Status.UP, "1.1") == (auto.status, auto.facts["http_version"])
    context = server_context(ca.issue_cert("localhost"))
    async with serving(over_tls(context, answering(http_answer()))) as port:
        only = await look_at(f"https://localhost:{port}/", http_version="2")
    assert (Status.DOWN, "first_byte") == (only.status, only.phase)
    assert "the target does not offer HTTP/2" == only.detail


async def test_without_tls_auto_is_http_1() -> None:
    async with serving(answering(http_answer())) as port:
        result = await look_at(f"http://127.0.0.1:{port}/", http_version="auto")
    assert (Status.UP, "1.1") == (result.status, result.facts["http_version"])


def test_a_version_that_is_none_is_refused() -> None:
    for wrong in ("3", "1.0", 2):
        with pytest.raises(InvalidTask) as caught:
            probe_of("http://host.example/", {"http_version": wrong})
        assert "option http_version" == caught.value.field


# --- servers that get it wrong --------------------------------------------------------------------

Then = Callable[[Stream, h2.connection.H2Connection], Awaitable[None]]


def http2(then: Then) -> Handler:
    """Make a server that hears a request, and then does something with its connection."""

    async def handler(stream: Stream) -> None:
        config = h2.config.H2Configuration(client_side=False, validate_outbound_headers=False)
        server = h2.connection.H2Connection(config)
        server.initiate_connection()
        await stream.send_all(server.data_to_send())
        heard = False
        while not heard:
            data = await stream.receive_some()
            if not data:
                return
            events = server.receive_data(data)
            heard = any(isinstance(event, h2.events.RequestReceived) for event in events)
        await then(stream, server)
        await stream.send_all(server.data_to_send())
        with suppress(trio.BrokenResourceError):
            await hang(stream)

    return handler


def saying(
    *headers: tuple[str, str], data: bytes = b"", end: bool = True, status: str = "200"
) -> Then:
    async def then(stream: Stream, server: h2.connection.H2Connection) -> None:
        server.send_headers(1, [(":status", status), *headers], end_stream=end and not data)
        if data:
            server.send_data(1, data, end_stream=end)
        await trio.lowlevel.checkpoint()

    return then


def raw(*pieces: bytes, before: Then | None = None) -> Then:
    """Say bytes that no library would say."""

    async def then(stream: Stream, server: h2.connection.H2Connection) -> None:
        if before is not None:
            await before(stream, server)
            await stream.send_all(server.data_to_send())
        for piece in pieces:
            await stream.send_all(piece)

    return then


def frame(kind: int, payload: bytes = b"", stream: int = 0, flags: int = 0) -> bytes:
    return (
        len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload
    )


async def look_at_http2(handler: Handler, timeout_s: float = 5.0, **options: object) -> Result:
    async with serving(handler) as port:
        return await look_at(f"http://127.0.0.1:{port}/", timeout_s, http_version="2", **options)


async def test_interim_answers_and_trailers_are_not_the_answer() -> None:
    async def then(stream: Stream, server: h2.connection.H2Connection) -> None:
        server.send_headers(1, [(":status", "103"), ("link", "<a>")])
        server.send_headers(1, [(":status", "200"), ("x-a", "1"), ("x-a", "2")])
        server.send_data(1, b"well")
        server.send_headers(1, [("x-late", "3")], end_stream=True)
        await trio.lowlevel.checkpoint()

    result = await look_at_http2(http2(then))
    assert (Status.UP, "well") == (result.status, result.facts["body"])
    assert {"x-a": "1, 2"} == result.facts["headers"]


async def test_a_server_that_goes_away_still_answers_what_it_took_up() -> None:
    goodbye = frame(7, (1).to_bytes(4, "big") + bytes(4))
    result = await look_at_http2(http2(raw(goodbye, before=saying(data=b"a", end=False))), SHORT_S)
    assert "body" == result.phase

    async def then(stream: Stream, server: h2.connection.H2Connection) -> None:
        await stream.send_all(goodbye)
        await saying(data=b"well")(stream, server)

    assert Status.UP == (await look_at_http2(http2(then))).status


async def test_a_server_that_answers_and_resets_without_an_error_has_answered() -> None:
    """RFC 9113, 8.1: so it tells that it needs no more of the request's body."""
    after = raw(frame(3, bytes(4), stream=1), before=saying(status="413"))
    result = await look_at_http2(http2(after), body="x" * 1_000_000)
    assert 413 == result.facts["status"]
    assert result.detail.endswith(", wanted 200-299")


async def test_a_packed_body_is_unpacked_and_a_broken_one_is_down() -> None:
    encoding = ("content-encoding", "gzip")
    well = await look_at_http2(http2(saying(encoding, data=gzip.compress(b"well"))))
    half = await look_at_http2(http2(saying(encoding, data=gzip.compress(b"well")[:-5])))
    assert "well" == well.facts["body"]
    assert (Status.DOWN, "body") == (half.status, half.phase)


@pytest.mark.parametrize(
    ("handler", "phase", "detail"),
    [
        (
            answering(http_answer("I speak HTTP/1.1")),
            "first_byte",
            "the target answers in HTTP/1, not in HTTP/2",
        ),
        (answering(b""), "first_byte", "the connection was closed without an answer"),
        (reset, "first_byte", "connection reset by peer"),
        (answering(b"\0" * 50_000), "first_byte", "not a valid HTTP/2 answer: "),
        (
            http2(raw(b"\xff\xff\xff" + bytes(6))),
            "first_byte",
            "not a valid HTTP/2 answer: a frame is too",
        ),
        (
            http2(raw(frame(7, bytes(8) + b"too busy\n"))),
            "first_byte",
            "the target takes no requests (too busy)",
        ),
        (
            http2(raw(frame(7, bytes(7) + b"\x0b"))),
            "first_byte",
            "the target takes no requests (ENHANCE",
        ),
        (http2(raw(frame(7))), "first_byte", "the target takes no requests ("),
        (
            http2(raw(frame(3, bytes(3) + b"\x07", stream=1))),
            "first_byte",
            "the target gave up the answer (REFUSED",
        ),
        (
            http2(raw(frame(3, b"\xff\xff\xff\xff", stream=1))),
            "first_byte",
            "the target gave up the answer (4294",
        ),
        (
            http2(raw(frame(1, b"\xff\xff\xff", stream=1, flags=4))),
            "first_byte",
            "not a valid HTTP/2 answer: ",
        ),
        (http2(saying(status="abc")), "first_byte", "not a valid HTTP/2 answer: "),
        (
            http2(saying(("content-length", "9"), data=b"1234")),
            "body",
            "not a valid HTTP/2 answer: ",
        ),
        (
            http2(raw(frame(3, bytes(3) + b"\x08", stream=1), before=saying(data=b"x", end=False))),
            "body",
            "the target gave up the answer (CANCEL)",
        ),
    ],
    ids=range(14),
)
async def test_an_answer_that_is_not_http2_is_down(
    handler: Handler, phase: str, detail: str
) -> None:
    result = await look_at_http2(handler)
    assert (Status.DOWN, phase) == (result.status, result.phase)
    assert result.detail.startswith(detail)
    assert len(result.detail) < 300


@pytest.mark.parametrize(
    ("handler", "phase"),
    [(http2(raw()), "first_byte"), (http2(saying(end=False)), "body"), (hang, "first_byte")],
    ids=["after the request", "in its body", "at once"],
)
async def test_a_server_that_falls_silent_is_down_in_that_phase(
    handler: Handler, phase: str
) -> None:
    result = await look_at_http2(handler, SHORT_S)
    assert (Status.DOWN, phase) == (result.status, result.phase)


def endlessly(piece: bytes, before: Then | None = None) -> Then:
    async def then(stream: Stream, server: h2.connection.H2Connection) -> None:
        await raw(before=before)(stream, server)
        while True:
            await stream.send_all(piece * 100)

    return then


PING = frame(6, bytes(8))
NO_DATA = frame(0, b"", stream=1)
PADDED = frame(0, b"\xff" + bytes(255), stream=1, flags=8)


async def test_endless_frames_before_the_answer_are_read_only_to_their_limit() -> None:
    for body in ("", "x" * 1_000_000):
        result = await look_at_http2(http2(endlessly(PING)), body=body)
        assert (Status.DOWN, "first_byte") == (result.status, result.phase)
        assert "sent more than 64 KiB of headers" == result.detail


async def test_headers_without_end_are_down() -> None:
    start = frame(1, b"\x88", stream=1)
    endless = raw(start, *[frame(9, b"\0\1a\1b" * 1000, stream=1)] * 100)
    result = await look_at_http2(http2(endless))
    assert (Status.DOWN, "first_byte") == (result.status, result.phase)


@pytest.mark.parametrize("piece", [NO_DATA, PADDED], ids=["no data", "padding"])
async def test_an_endless_body_of_frames_is_read_only_to_its_limit(piece: bytes) -> None:
    handler = http2(endlessly(piece, before=saying(data=b"x", end=False)))
    result = await look_at_http2(handler, 20.0)
    assert "status 200 OK, 1 bytes read, there was more" == result.detail


async def test_a_server_that_wants_answers_without_end_and_hears_none_is_down() -> None:
    handler = http2(endlessly(PING, before=saying(data=b"x", end=False)))
    result = await look_at_http2(handler, SHORT_S)
    assert (Status.DOWN, "body") == (result.status, result.phase)


async def test_a_server_that_answers_while_it_is_still_asked_is_heard() -> None:
    """An echo: the answer begins before the request has ended, and goes on with it."""

    async def echo(stream: Stream) -> None:
        config = h2.config.H2Configuration(client_side=False)
        server = h2.connection.H2Connection(config)
        server.initiate_connection()
        while True:
            await stream.send_all(server.data_to_send())
            for event in server.receive_data(await stream.receive_some()):
                match event:
                    case h2.events.RequestReceived():
                        server.send_headers(1, [(":status", "200")])
                    case h2.events.DataReceived():
                        server.acknowledge_received_data(event.flow_controlled_length, 1)
                        server.send_data(1, event.data)
                    case h2.events.StreamEnded():
                        server.end_stream(1)
                    case h2.events.ConnectionTerminated():
                        return

    result = await look_at_http2(echo, body="x" * 300_000)
    assert ("status 200 OK, 300000 bytes", "x" * 300_000) == (result.detail, result.facts["body"])


async def test_whatever_bytes_come_only_the_target_is_to_blame() -> None:
    random_bytes = random.Random(7)
    for _ in range(300):
        client, server = trio.testing.memory_stream_pair()
        await server.send_all(
            frame(4)
            + b"".join(
                frame(
                    random_bytes.randrange(11),
                    random_bytes.randbytes(random_bytes.randrange(30)),
                    random_bytes.randrange(3),
                    random_bytes.randrange(256),
                )
                for _ in range(5)
            )
        )
        await server.send_eof()
        exchange = Http2Exchange(client)
        fields = [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/")]
        with suppress(TargetDown):
            await exchange.content(await exchange.ask(fields))
