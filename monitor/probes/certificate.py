"""What certificates say about themselves: one target's, and those that vouch for it."""

import functools
import time
from collections.abc import Sequence
from typing import Any

import attrs
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

from monitor.assertions import Name, Type
from monitor.probes.explain import printable

CERTIFICATE = (
    Name(
        "certificate.days_left",
        Type.NUMBER,
        "days until the certificate expires, with a fraction; negative when it has expired",
        also=("certificate_expiration", "cert", "days_left", "certificate.expires"),
    ),
    Name(
        "certificate.names",
        Type.LIST,
        "the host names and addresses that the certificate is for",
        also=("certificate.san", "certificate.sans"),
    ),
    Name(
        "certificate.chain_days_left",
        Type.NUMBER,
        "days until the first certificate expires of it and those that vouch for it",
        also=("earliest_cert_expiry", "certificate.earliest"),
    ),
    Name(
        "certificate.chain",
        Type.LIST,
        "these certificates, the target's own first; each has `subject`, `issuer`, `days_left`, "
        "`fingerprint`, `signature_algorithm` and `self_signed`",
    ),
    Name(
        "certificate.subject",
        Type.TEXT,
        "whom it is for, as in RFC 4514: `CN=example.com,O=Example`; often empty",
        also=("certificate.common_name",),
    ),
    Name("certificate.issuer", Type.TEXT, "who has signed it, written the same way"),
    Name("certificate.serial", Type.TEXT, "its number, in hexadecimal digits"),
    Name(
        "certificate.fingerprint",
        Type.TEXT,
        "SHA-256 of the whole certificate, in 64 hexadecimal digits",
        also=("certificate.sha256",),
    ),
    Name("certificate.not_before", Type.TEXT, "when it begins to be valid, in UTC"),
    Name("certificate.not_after", Type.TEXT, "when it expires, such as `2027-03-01T12:00:00Z`"),
    Name("certificate.key_type", Type.TEXT, "`RSA`, `EC`, `Ed25519`, `Ed448` or `DSA`"),
    Name("certificate.key_bits", Type.NUMBER, "the size of its key, such as 2048 or 256"),
    Name(
        "certificate.signature_algorithm",
        Type.TEXT,
        "how it was signed, such as `ecdsa_with_sha256` or `rsa_with_sha1`",
    ),
    Name(
        "certificate.self_signed",
        Type.BOOLEAN,
        "whether it vouches for itself, as nobody else does",
    ),
)
"""What `certificate_facts` finds, for the kinds that show it."""

_NAMES_KEPT = 2000
"""Authorities sign some hundred names at most; a hostile certificate has more."""

_CHAIN_KEPT = 20
"""OpenSSL itself takes more; no authority is that far away."""

_KEYS: dict[type, str] = {
    rsa.RSAPublicKey: "RSA",
    ec.EllipticCurvePublicKey: "EC",
    ed25519.Ed25519PublicKey: "Ed25519",
    ed448.Ed448PublicKey: "Ed448",
    dsa.DSAPublicKey: "DSA",
}
_BITS = {"Ed25519": 256, "Ed448": 456}

_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What cryptography raises for certificates that are not as they should be."""

_ALGORITHMS = {
    oid: name.lower()
    for name, oid in vars(x509.SignatureAlgorithmOID).items()
    if isinstance(oid, x509.ObjectIdentifier)
}


@attrs.frozen
class _Certificate:
    """What stands in a certificate, whenever it is read."""

    ends_s: float
    """As seconds since 1970."""
    says: dict[str, Any]
    """For the target's own one."""
    in_short: dict[str, Any]
    """For one of a chain."""


def facts_of_chain(chain: Sequence[bytes]) -> dict[str, Any]:
    """Return what certificates in DER say, the target's own first; see CERTIFICATE.

    Those behind the first that cannot be read are left out; without the first there is nothing.
    """
    if not chain or (own := _read(chain[0])) is None:
        return {}
    now_s = time.time()
    others = [_read(one) for one in chain[1:_CHAIN_KEPT]]
    read = [own, *(one for one in others if one is not None)]
    left = [round((one.ends_s - now_s) / 86400, 2) for one in read]
    return {
        "days_left": left[0],
        **own.says,
        "chain_days_left": min(left),
        "chain": [
            {**one.in_short, "days_left": days} for one, days in zip(read, left, strict=True)
        ],
    }


@functools.lru_cache(maxsize=512)
def _read(raw: bytes) -> _Certificate | None:
    """Read a certificate, or return what was read before: most looks see the same ones again."""
    try:
        certificate = x509.load_der_x509_certificate(raw)
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        subject = printable(certificate.subject.rfc4514_string(), 300)
        issuer = printable(certificate.issuer.rfc4514_string(), 300)
        algorithm = certificate.signature_algorithm_oid
    except _UNREADABLE:
        return None
    in_short = {
        "subject": subject,
        "issuer": issuer,
        "fingerprint": certificate.fingerprint(hashes.SHA256()).hex(),
        "signature_algorithm": _ALGORITHMS.get(algorithm, algorithm.dotted_string),
        "self_signed": _vouches_for_itself(certificate),
    }
    says = {
        "names": _names(certificate),
        "serial": f"{certificate.serial_number:x}",
        "not_before": f"{begins:%Y-%m-%dT%H:%M:%SZ}",
        "not_after": f"{ends:%Y-%m-%dT%H:%M:%SZ}",
        **_key(certificate),
    }
    return _Certificate(ends.timestamp(), says | in_short, in_short)


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, *_UNREADABLE):
        return []
    names = found.get_values_for_type(x509.DNSName)
    addresses = found.get_values_for_type(x509.IPAddress)
    return [*names, *map(str, addresses)][:_NAMES_KEPT]


def _key(certificate: x509.Certificate) -> dict[str, Any]:
    try:
        key = certificate.public_key()
    except _UNREADABLE:
        return {}
    kind = next((name for of, name in _KEYS.items() if isinstance(key, of)), "")
    bits = _BITS.get(kind) or getattr(key, "key_size", None)
    return {"key_type": kind, "key_bits": bits} if kind else {}


def _vouches_for_itself(certificate: x509.Certificate) -> bool:
    if certificate.subject != certificate.issuer:
        return False
    try:
        certificate.verify_directly_issued_by(certificate)
    except (InvalidSignature, *_UNREADABLE):
        return False
    return True


def covers(names: Sequence[str], wanted: str) -> bool:
    """Say whether a certificate with these names is for that host or address (RFC 6125, 6.4.3)."""
    wanted = wanted.lower().removesuffix(".")
    _first, dot, domain = wanted.partition(".")
    wildcard = f"*.{domain}" if dot else None
    return any(name.lower().removesuffix(".") in (wanted, wildcard) for name in names)
