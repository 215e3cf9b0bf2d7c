"""HTTP/2: the real nginx, and servers that speak only HTTP/1.1."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from monitor.core.model import Status
from monitor.core.probing import InvalidTask, Trace
from monitor.probes.content import BODY_LIMIT
from tests.probes.certificates import server_context
from tests.probes.conversations import judged
from tests.probes.real import free_port, needs_program, running
from tests.probes.servers import (
    answering,
    client_sockets,
    http_answer,
    look_at,
    over_tls,
    probe_of,
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
    kept, more = min(size, BODY_LIMIT), ", there was more" if size > BODY_LIMIT else ""
    assert f"status 200 OK, {kept:,} bytes{more}" == result.detail


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
