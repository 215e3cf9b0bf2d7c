"""How users of MySQL prove that they know their password."""

import hashlib
from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from monitor.core.probing import TargetDown


def native(password: bytes, nonce: bytes) -> bytes:
    """Return the proof of mysql_native_password: SHA-1, and nothing that could be replayed."""
    once = _sha1(password)
    return _xor(once, _sha1(nonce + _sha1(once)))


def caching_sha2(password: bytes, nonce: bytes) -> bytes:
    """Return the proof of caching_sha2_password, which does while the server remembers a hash."""
    once = hashlib.sha256(password).digest()
    twice = hashlib.sha256(once).digest()
    return _xor(once, hashlib.sha256(twice + nonce).digest())


METHODS: dict[str, Callable[[bytes, bytes], bytes]] = {
    "mysql_native_password": native,
    "caching_sha2_password": caching_sha2,
}
"""Ways to prove that one knows a password without telling it."""


def sealed(password: bytes, nonce: bytes, pem: bytes) -> bytes:
    """Encrypt a password for the key that the server shows: who only listens learns nothing.

    Raises:
        TargetDown: it is no key, or too short for this password.
    """
    text = password + b"\0"
    masked = bytes(c ^ nonce[i % len(nonce)] for i, c in enumerate(text)) if nonce else text
    sha1 = hashes.SHA1()
    try:
        key = serialization.load_pem_public_key(pem)
        if isinstance(key, RSAPublicKey):
            return key.encrypt(masked, padding.OAEP(padding.MGF1(sha1), sha1, None))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TargetDown("the server's key cannot be used to encrypt the password") from error
    raise TargetDown("the server's key cannot be used to encrypt the password")


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
