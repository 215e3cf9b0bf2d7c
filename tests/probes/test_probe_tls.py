"""Certificates: good, nearly over, over, for somebody else, vouched for by nobody."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault
from monitor.probes.secure import shared_context
from tests.probes.certificates import lasting, self_signed, server_context
from tests.probes.servers import (
    SHORT_S,
    Handler,
    Stream,
    hang,
    look_at,
    open_files,
    over_tls,
    probe_of,
    reset,
    serving,
)


async def look_at_context(context: ssl.SSLContext, **options: object) -> Result:
    async with serving(over_tls(context, hang)) as port:
        return await look_at(f"tls://localhost:{port}", **options)


async def test_a_good_certificate_is_up_with_its_facts(ca: trustme.CA) -> None:
    result = await look_at_context(lasting(ca, 30.5))
    assert Status.UP == result.status
    assert "TLSv1.3, certificate valid for 30.5 more days" == result.detail
    facts = result.facts["certificate"]
    assert (30.5, ["localhost"]) == (facts["days_left"], facts["names"])
    assert "TLSv1.3" == result.facts["protocol"]
    assert ["resolve", "connect", "tls"] == list(result.timings)


async def test_a_certificate_that_ends_too_soon_is_degraded(ca: trustme.CA) -> None:
    result = await look_at_context(lasting(ca, 9.5), days_left="14")
    assert Status.DEGRADED == result.status
    assert "TLSv1.3, certificate valid for 9.5 more days, wanted 14" == result.detail


async def test_an_expired_certificate_is_down(ca: trustme.CA) -> None:
    result = await look_at_context(lasting(ca, -1))
    assert (Status.DOWN, "tls") == (result.status, result.phase)
    assert "the certificate has expired (certificate has expired)" == result.detail


async def test_an_expired_certificate_is_down_even_if_nothing_else_matters(ca: trustme.CA) -> None:
    result = await look_at_context(lasting(ca, -2), verify=False)
    assert (Status.DOWN, "check") == (result.status, result.phase)
    assert "the certificate has expired 2.0 days ago" == result.detail


async def test_a_certificate_for_another_name_is_down(ca: trustme.CA) -> None:
    context = server_context(ca.issue_cert("shop.example"))
    strict = await look_at_context(context)
    assert (Status.DOWN, "tls") == (strict.status, strict.phase)
    assert strict.detail.startswith("the certificate is for another name (Hostname mismatch")
    lenient = await look_at_context(context, verify="false")
    assert (Status.UP, ["shop.example"]) == (lenient.status, lenient.facts["certificate"]["names"])


async def test_a_self_signed_certificate_is_down(ca: trustme.CA) -> None:
    result = await look_at_context(self_signed())
    assert (Status.DOWN, "tls") == (result.status, result.phase)
    assert result.detail.startswith("the certificate is self-signed")


async def test_an_unknown_authority_is_down(ca: trustme.CA) -> None:
    result = await look_at_context(server_context(trustme.CA().issue_cert("localhost")))
    assert result.detail.startswith("the certificate is signed by an unknown authority")


async def test_a_machine_that_knows_no_authorities_blames_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nothing.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    shared_context.cache_clear()
    context = server_context(trustme.CA().issue_cert("localhost"))
    async with serving(over_tls(context, hang)) as port:
        with pytest.raises(OwnFault, match="knows no certificate authorities") as caught:
            await look_at(f"tls://localhost:{port}")
    shared_context.cache_clear()
    assert Reason.TASK_ERROR == caught.value.reason


async def talk_ssh(stream: Stream) -> None:
    await stream.send_all(b"SSH-2.0-OpenSSH_9.6\r\n")
    await hang(stream)


async def refuse(stream: Stream) -> None:
    """Answer the hello by a fatal alert: handshake failure (RFC 8446, 6.2)."""
    await stream.receive_some()
    await stream.send_all(b"\x15\x03\x03\x00\x02\x02\x28")
    await hang(stream)


async def close_after_hello(stream: Stream) -> None:
    await stream.receive_some()
    await stream.send_eof()


@pytest.mark.parametrize(
    ("behaviour", "detail"),
    [
        (talk_ssh, "the target does not speak TLS"),
        (refuse, "TLS failed: "),
        (reset, "connection reset by peer"),
        (close_after_hello, "the connection was closed during TLS"),
        (hang, "no answer within 0.2 s, in phase tls"),
    ],
)
async def test_a_handshake_that_fails_says_why_and_leaves_nothing_open(
    behaviour: Handler, detail: str
) -> None:
    async with serving(behaviour) as port:
        before = open_files()
        result = await look_at(f"tls://127.0.0.1:{port}", SHORT_S)
        # The server's end may close a moment later than ours.
        assert open_files() <= before + 1
    assert (Status.DOWN, "tls") == (result.status, result.phase)
    assert result.detail.startswith(detail)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"days_left": "two weeks"}, "option days_left"),
        ({"days_left": -1}, "option days_left"),
        ({"days_left": 4000}, "option days_left"),
        ({"verify": "maybe"}, "option verify"),
        ({"verfy": "false"}, "option verfy"),
    ],
    ids=["words", "negative", "too many", "verify", "unknown"],
)
def test_a_wrong_option_is_refused_and_named(options: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("tls://host.example", options)
    assert field == caught.value.field
