"""What is said of certificates: the whole chain, who signed it, pins, names, revocation."""

from __future__ import annotations

import datetime as dt
import os
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.core.model import Reason, Result, Status
from monitor.core.probing import InvalidTask, OwnFault
from monitor.probes.certificate import covers, facts_of_chain
from tests.probes.certificates import (
    lasting,
    revocation_list,
    self_signed,
    server_context,
    with_authority_until,
)
from tests.probes.conversations import judged
from tests.probes.servers import hang, look_at, over_tls, probe_of, serving


async def look_at_context(context: ssl.SSLContext, **options: object) -> Result:
    async with serving(over_tls(context, hang)) as port:
        return await look_at(f"tls://localhost:{port}", **options)


async def judge(context: ssl.SSLContext, condition: str, **options: object) -> Result:
    async with serving(over_tls(context, hang)) as port:
        return await judged(f"tls://localhost:{port}", condition, **options)


def read(leaf: trustme.LeafCert) -> x509.Certificate:
    return x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes())


# --- facts ----------------------------------------------------------------------------------------


async def test_a_certificate_tells_who_signed_what_for_whom(ca: trustme.CA) -> None:
    leaf = ca.issue_cert("localhost", "*.shop.example", common_name="localhost")
    real = read(leaf)
    facts = (await look_at_context(server_context(leaf))).facts["certificate"]
    assert ["localhost", "*.shop.example"] == facts["names"]
    assert "CN=localhost" in facts["subject"]
    assert facts["issuer"].startswith("OU=Testing CA #")
    assert f"{real.serial_number:x}" == facts["serial"]
    assert real.fingerprint(hashes.SHA256()).hex() == facts["fingerprint"]
    assert ("EC", 256) == (facts["key_type"], facts["key_bits"])
    assert "ecdsa_with_sha256" == facts["signature_algorithm"]
    assert facts["self_signed"] is False
    ends = dt.datetime.fromisoformat(facts["not_after"])
    assert real.not_valid_after_utc == ends


async def test_the_verified_chain_ends_with_the_authority_that_is_trusted(ca: trustme.CA) -> None:
    middle = ca.create_child_ca()
    context = server_context(middle.issue_cert("localhost"))
    chain = (await look_at_context(context)).facts["certificate"]["chain"]
    assert [False, False, True] == [one["self_signed"] for one in chain]
    assert [one["issuer"] for one in chain[:2]] == [one["subject"] for one in chain[1:]]


async def test_without_verification_the_chain_is_what_was_sent(ca: trustme.CA) -> None:
    context = server_context(trustme.CA().create_child_ca().issue_cert("localhost"))
    facts = (await look_at_context(context, verify=False)).facts["certificate"]
    assert [False, False] == [one["self_signed"] for one in facts["chain"]]
    assert ["localhost"] == facts["names"]


async def test_a_certificate_that_vouches_for_itself_says_so(ca: trustme.CA) -> None:
    result = await judge(self_signed(), "not certificate.self_signed", verify=False)
    assert Status.DOWN == result.status
    assert result.detail.startswith("not certificate.self_signed: found true")


async def test_conditions_can_ask_about_every_certificate_of_the_chain(ca: trustme.CA) -> None:
    context = with_authority_until(ca, 5)
    every = await judge(context, "all(certificate.chain, it.days_left > 14)")
    assert Status.DOWN == every.status
    first = await judge(context, "certificate.chain_days_left > 14")
    assert first.detail.startswith("certificate.chain_days_left > 14: found 5")
    weak = "all(certificate.chain, it.signature_algorithm not matches /sha1$/)"
    assert Status.UP == (await judge(context, weak)).status


async def test_an_authority_that_ends_too_soon_is_degraded_and_named(ca: trustme.CA) -> None:
    result = await look_at_context(with_authority_until(ca, 5), days_left=14)
    assert Status.DEGRADED == result.status
    assert result.detail == (
        "TLSv1.3, certificate valid for 300.0 more days, but that of CN=The one in between "
        "for 5.0, wanted 14"
    )
    assert Status.UP == (await look_at_context(with_authority_until(ca, 15), days_left=14)).status


async def test_an_authority_that_has_expired_is_down(ca: trustme.CA) -> None:
    result = await look_at_context(with_authority_until(ca, -0.5))
    assert (Status.DOWN, "tls") == (result.status, result.phase)
    assert result.detail.startswith("the certificate has expired")


def signed_by(key: object, algorithm: hashes.HashAlgorithm | None = None) -> bytes:
    name = x509.Name([])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())  # type: ignore[attr-defined]
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
    )
    signed = builder.sign(key, algorithm)  # type: ignore[arg-type]
    return signed.public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(
    ("make", "algorithm", "expected"),
    [
        (lambda: rsa.generate_private_key(65537, 2048), hashes.SHA256(),
         ("RSA", 2048, "rsa_with_sha256")),
        (lambda: ec.generate_private_key(ec.SECP384R1()), hashes.SHA384(),
         ("EC", 384, "ecdsa_with_sha384")),
        (ed25519.Ed25519PrivateKey.generate, None, ("Ed25519", 256, "ed25519")),
        (ed448.Ed448PrivateKey.generate, None, ("Ed448", 456, "ed448")),
        (lambda: dsa.generate_private_key(2048), hashes.SHA256(),
         ("DSA", 2048, "dsa_with_sha256")),
    ],
    ids=["RSA", "EC", "Ed25519", "Ed448", "DSA"],
)  # fmt: skip
def test_every_sort_of_key_is_named_with_its_size(
    make: Callable[[], object],
    algorithm: hashes.HashAlgorithm | None,
    expected: tuple[str, int, str],
) -> None:
    facts = facts_of_chain([signed_by(make(), algorithm)])
    assert expected == (facts["key_type"], facts["key_bits"], facts["signature_algorithm"])
    assert facts["self_signed"] is True


def with_names() -> bytes:
    leaf = trustme.CA().issue_cert("shop.example", "192.0.2.7", "me@shop.example")
    return read(leaf).public_bytes(serialization.Encoding.DER)


_GOOD = with_names()


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@example(b"\x55", _GOOD.find(b"\xa0\x03\x02\x01\x02") + 4)  # a version that nobody knows
@given(st.binary(max_size=40), st.integers(0, len(_GOOD) - 1))
def test_whatever_stands_in_a_certificate_is_no_error_of_ours(noise: bytes, at: int) -> None:
    spoilt = _GOOD[:at] + noise + _GOOD[at + len(noise) :]
    facts = facts_of_chain([spoilt, noise, _GOOD])
    assert facts == {} or 1 <= len(facts["chain"]) <= 2


def test_no_certificate_has_no_facts() -> None:
    assert {} == facts_of_chain([])
    assert {} == facts_of_chain([b"rubbish", _GOOD])


# --- names and pins -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "wanted", "expected"),
    [
        (["shop.example"], "shop.example", True),
        (["Shop.Example"], "shop.EXAMPLE.", True),
        (["*.shop.example"], "www.shop.example", True),
        (["*.shop.example"], "shop.example", False),
        (["*.shop.example"], "a.b.shop.example", False),
        (["*.shop.example"], "*.shop.example", True),
        (["192.0.2.7"], "192.0.2.7", True),
        (["*"], "shop", False),
        ([], "shop.example", False),
    ],
)
def test_a_star_stands_for_one_label(names: list[str], wanted: str, expected: bool) -> None:
    assert expected is covers(names, wanted)


async def test_a_name_that_is_missing_is_down(ca: trustme.CA) -> None:
    context = server_context(ca.issue_cert("localhost", "*.shop.example"))
    good = await look_at_context(context, names="localhost, www.shop.example")
    assert Status.UP == good.status
    bad = await look_at_context(context, names="localhost,shop.example,b.example")
    assert (Status.DOWN, "check") == (bad.status, bad.phase)
    assert bad.detail == (
        "the certificate is not for shop.example, b.example, only for localhost, *.shop.example"
    )


async def test_another_certificate_than_the_pinned_ones_is_down(ca: trustme.CA) -> None:
    leaf = ca.issue_cert("localhost")
    pin = read(leaf).fingerprint(hashes.SHA256())
    spelt = pin.hex(":").upper()
    good = await look_at_context(server_context(leaf), fingerprint=f"{'0' * 64}, {spelt}")
    assert Status.UP == good.status
    bad = await look_at_context(server_context(leaf), fingerprint="0" * 64)
    assert (Status.DOWN, f"the certificate is another one: {pin.hex()}") == (bad.status, bad.detail)


# --- revocation -----------------------------------------------------------------------------------


async def fault_of(context: ssl.SSLContext, path: Path) -> OwnFault:
    async with serving(over_tls(context, hang)) as port:
        with pytest.raises(OwnFault) as caught:
            await look_at(f"tls://localhost:{port}", crl_file=str(path))
    assert Reason.TASK_ERROR == caught.value.reason
    return caught.value


async def test_a_revoked_certificate_is_down(ca: trustme.CA, tmp_path: Path) -> None:
    good, bad = ca.issue_cert("localhost"), ca.issue_cert("localhost")
    path = tmp_path / "revoked.pem"
    path.write_bytes(revocation_list(ca, bad))
    result = await look_at_context(server_context(bad), crl_file=str(path))
    assert (Status.DOWN, "tls") == (result.status, result.phase)
    assert "the certificate was revoked (certificate revoked)" == result.detail
    assert Status.UP == (await look_at_context(server_context(good), crl_file=str(path))).status


async def test_a_list_is_read_again_when_it_has_changed(ca: trustme.CA, tmp_path: Path) -> None:
    leaf = ca.issue_cert("localhost")
    path = tmp_path / "revoked.pem"
    path.write_bytes(revocation_list(ca))
    assert Status.UP == (await look_at_context(server_context(leaf), crl_file=str(path))).status
    path.write_bytes(revocation_list(ca, leaf))
    os.utime(path, (1, 1))  # two writings may fall into one tick of the file system's clock
    assert Status.DOWN == (await look_at_context(server_context(leaf), crl_file=str(path))).status


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (lambda ca: revocation_list(ca, days=-1), "revoked.pem does not tell whether the "
         "certificate was revoked: CRL has expired; put a new list there"),
        (lambda ca: revocation_list(trustme.CA()), "revoked: unable to get certificate CRL; put"),
        (lambda ca: b"rubbish", "cannot use the TLS files: "),
        (lambda ca: None, "revoked.pem: no such file or directory"),
    ],
    ids=["expired", "another authority's", "rubbish", "gone"],
)  # fmt: skip
async def test_a_list_that_is_of_no_use_is_our_own_fault(
    ca: trustme.CA, tmp_path: Path, content: Callable[[trustme.CA], bytes | None], detail: str
) -> None:
    path = tmp_path / "revoked.pem"
    if (written := content(ca)) is not None:
        path.write_bytes(written)
    assert detail in str(await fault_of(lasting(ca, 9), path))


# --- what may be asked ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "field", "message"),
    [
        ({"min_version": "1.2"}, "option min_version", "'1.2' is not allowed"),
        ({"min_version": "TLSv1.3", "max_version": "TLSv1.2"}, "option max_version",
         "TLSv1.2 is older than min_version, TLSv1.3"),
        ({"fingerprint": "abc"}, "option fingerprint", "'abc' is no SHA-256"),
        ({"expected_alert": "certificate_require"}, "option expected_alert",
         "did you mean 'certificate_required'; there are: access_denied"),
        ({"starttls": "smpt"}, "option starttls", "did you mean 'smtp'; there are: smtp"),
        ({"alpn": "h2,,h3"}, "option alpn", "is no list of protocols"),
        ({"crl_file": "x", "verify": False}, "option crl_file", "means nothing with verify=false"),
        ({"ip": "5"}, "option ip", "'5'"),
    ],
    ids=["version", "versions", "pin", "alert", "starttls", "alpn", "list", "ip"],
)  # fmt: skip
def test_a_wrong_option_is_refused_and_named(
    options: dict[str, object], field: str, message: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        probe_of("tls://host.example", options)
    assert field == caught.value.field
    assert message in caught.value.message
