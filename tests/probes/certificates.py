"""Certificates for tests: good ones by trustme, bad ones made by hand."""

from __future__ import annotations

import datetime as dt
import ssl
import tempfile
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Return the context of a server that shows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def lasting(ca: trustme.CA, days: float, name: str = "localhost") -> ssl.SSLContext:
    """Return the context of a server whose certificate ends in so many days, or has ended."""
    now = dt.datetime.now(dt.UTC)
    leaf = ca.issue_cert(
        name,
        not_before=now - dt.timedelta(days=400),
        not_after=now + dt.timedelta(days=days),
    )
    return server_context(leaf)


def with_authority_until(ca: trustme.CA, days: float, name: str = "localhost") -> ssl.SSLContext:
    """Return the context of a server whose certificate lasts longer than who vouches for it.

    The intermediate authority ends in so many days, its certificate in 300.
    """
    middle_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    middle_name = _named("The one in between")
    middle = (
        _lasting(middle_name, middle_key.public_key(), days)
        .issuer_name(_certificate_of(ca).subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(_key_of(ca), hashes.SHA256())
    )
    leaf = (
        _lasting(_named(name), leaf_key.public_key(), 300)
        .issuer_name(middle_name)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(middle_key, hashes.SHA256())
    )
    return _context(leaf_key, leaf, middle)


def revocation_list(ca: trustme.CA, *revoked: trustme.LeafCert, days: float = 7) -> bytes:
    """Return the authority's list of revoked certificates in PEM; it is good for so many days."""
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(_certificate_of(ca).subject)
        .last_update(now - dt.timedelta(days=30))
        .next_update(now + dt.timedelta(days=days))
    )
    for leaf in revoked:
        serial = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes()).serial_number
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(now - dt.timedelta(days=1))
            .build()
        )
    return builder.sign(_key_of(ca), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def self_signed(name: str = "localhost") -> ssl.SSLContext:
    """Return the context of a server that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named(name)
    certificate = (
        _lasting(subject, key.public_key(), 30)
        .issuer_name(subject)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _context(key, certificate)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _lasting(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, days: float
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=days))
    )


def _certificate_of(ca: trustme.CA) -> x509.Certificate:
    return x509.load_pem_x509_certificate(ca.cert_pem.bytes())


def _key_of(ca: trustme.CA) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(ca.private_key_pem.bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _context(key: ec.EllipticCurvePrivateKey, *chain: x509.Certificate) -> ssl.SSLContext:
    pem = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain)
    pem += key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "both.pem"
        path.write_bytes(pem)
        context.load_cert_chain(path)
    return context
