"""Versions, protocols and alerts: a real OpenSSL as the server, because only it sends alerts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
import trustme

from monitor.core.model import Status
from monitor.core.probing import Trace
from monitor.probes import alerts
from monitor.probes.alerts import ALERTS, alert_of
from tests.probes.certificates import lasting
from tests.probes.conversations import judged
from tests.probes.real import free_port, needs_program, running
from tests.probes.servers import (
    SHORT_S,
    Stream,
    client_sockets,
    hang,
    look_at,
    open_files,
    over_tls,
    probe_of,
    serving,
)
from tests.probes.stepping import cancelled_at_step
from tests.probes.tlsservers import written


@contextmanager
def openssl(ca: trustme.CA, folder: Path, *arguments: str) -> Iterator[str]:
    """Run `openssl s_server` and yield its URL; it serves one connection after the other."""
    program = needs_program("openssl", "openssl")
    certificate, key = written(ca.issue_cert("localhost"), folder)
    authority = folder / "ca.pem"
    ca.cert_pem.write_to_path(authority)
    port = free_port()
    command: list[str | Path] = [
        program, "s_server", "-accept", f"127.0.0.1:{port}", "-cert", certificate, "-key", key,
        "-CAfile", authority, "-quiet", "-naccept", "1000", *arguments,
    ]  # fmt: skip
    with running(port, folder / "log", *command):
        yield f"tls://localhost:{port}"


REFUSALS = {
    "certificate_required": (["-Verify", "1"], {}),
    "handshake_failure": (["-Verify", "1", "-tls1_2"], {}),
    "protocol_version": (["-tls1_3"], {"max_version": "TLSv1.2"}),
    "no_application_protocol": (["-alpn", "h2"], {"alpn": "http/1.1"}),
    "unrecognized_name": (
        ["-servername", "shop.example", "-servername_fatal", "-cert2", "{cert}", "-key2", "{key}"],
        {},
    ),
}
"""Alert -> how the server is made to send it, and with which options we deserve it."""


@contextmanager
def refusing(alert: str, ca: trustme.CA, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    arguments, options = REFUSALS[alert]
    files = {"cert": folder / "cert.pem", "key": folder / "key.pem"}
    with openssl(ca, folder, *(one.format(**files) for one in arguments)) as url:
        yield url, options


@pytest.mark.parametrize("alert", REFUSALS)
async def test_a_server_that_refuses_us_as_expected_is_up(
    alert: str, ca: trustme.CA, tmp_path: Path
) -> None:
    with refusing(alert, ca, tmp_path) as (url, options):
        result = await look_at(url, expected_alert=alert, **options)
    assert (Status.UP, f"the target refused us with the alert {alert}") == (
        result.status,
        result.detail,
    )
    assert alert == result.facts["alert"]


async def test_another_alert_is_down_and_named(ca: trustme.CA, tmp_path: Path) -> None:
    with refusing("certificate_required", ca, tmp_path) as (url, _options):
        result = await look_at(url, expected_alert="unknown_ca")
    assert Status.DOWN == result.status
    assert result.detail == (
        "the target refused us with the alert certificate_required, not with unknown_ca"
    )


async def test_a_server_that_lets_us_in_where_it_must_not_is_down(
    ca: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def greet(stream: Stream) -> None:
        await stream.send_all(b"220 welcome\r\n")
        await hang(stream)

    async with serving(over_tls(lasting(ca, 9), greet)) as port:
        talks = await look_at(f"tls://localhost:{port}", expected_alert="certificate_required")
    monkeypatch.setattr(alerts, "PATIENCE_S", SHORT_S)
    async with serving(over_tls(lasting(ca, 9), hang)) as port:
        waits = await look_at(f"tls://localhost:{port}", expected_alert="certificate_required")
    for result in (talks, waits):
        assert Status.DOWN == result.status
        said = "the target let us in, without the alert certificate_required"
        assert said == result.detail


async def test_a_failure_that_is_no_alert_stays_what_it_is(ca: trustme.CA) -> None:
    async with serving(over_tls(lasting(ca, -1), hang)) as port:
        before = open_files()
        result = await look_at(f"tls://localhost:{port}", expected_alert="certificate_required")
        assert open_files() <= before + 1  # the server's end may close a moment later
    assert Status.DOWN == result.status
    assert result.detail.startswith("the certificate has expired")


@pytest.mark.slow
async def test_a_look_cancelled_at_any_step_leaves_nothing_open(
    ca: trustme.CA, tmp_path: Path
) -> None:
    with refusing("certificate_required", ca, tmp_path) as (url, _options):
        probe = probe_of(url, {"expected_alert": "certificate_required"})
        port = int(url.rpartition(":")[2])
        step = 0
        while await cancelled_at_step(step := step + 1, partial(probe, Trace())):
            assert 0 == client_sockets(port), f"cancelled at step {step}"
    assert 5 < step < 1000


async def test_a_client_with_a_certificate_is_let_in(ca: trustme.CA, tmp_path: Path) -> None:
    certificate = tmp_path / "me.pem"
    ca.issue_cert("me@shop.example").private_key_and_cert_chain_pem.write_to_path(certificate)
    with openssl(ca, tmp_path, "-Verify", "1") as url:
        result = await look_at(url, client_certificate=str(certificate))
    assert Status.UP == result.status


# --- versions and protocols -----------------------------------------------------------------------


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"])
async def test_a_version_can_be_demanded(version: str, ca: trustme.CA, tmp_path: Path) -> None:
    with openssl(ca, tmp_path, "-cipher", "DEFAULT:@SECLEVEL=0") as url:
        result = await judged(url, f"protocol == '{version}'", max_version=version)
    assert Status.UP == result.status, result.detail
    assert result.facts["cipher"].startswith("TLS_" if version == "TLSv1.3" else "ECDHE-")


async def test_a_server_that_is_too_old_is_down(ca: trustme.CA, tmp_path: Path) -> None:
    with openssl(ca, tmp_path, "-tls1_2") as url:
        assert Status.UP == (await look_at(url)).status
        result = await look_at(url, min_version="TLSv1.3")
    assert (Status.DOWN, "tls") == (result.status, result.phase)


async def test_old_versions_are_not_spoken_unless_asked_for(ca: trustme.CA, tmp_path: Path) -> None:
    with openssl(ca, tmp_path, "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0") as url:
        assert Status.DOWN == (await look_at(url)).status
        assert Status.UP == (await look_at(url, min_version="TLSv1.1")).status


async def test_the_protocol_that_was_chosen_is_a_fact(ca: trustme.CA, tmp_path: Path) -> None:
    with openssl(ca, tmp_path, "-alpn", "http/1.1,h2") as url:
        result = await judged(url, "alpn == 'http/1.1'", alpn="h2, http/1.1")
        silent = await judged(url, "alpn == null")
    assert (Status.UP, Status.UP) == (result.status, silent.status)


def test_what_is_no_alert_has_no_name() -> None:
    assert "" == alert_of(ValueError("tlsv1 alert nonsense"))
    assert "" == alert_of(trio.BrokenResourceError("tlsv1 alert internal error"))
    assert all(name == name.lower() for name in ALERTS)
