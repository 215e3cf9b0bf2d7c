"""Prove by SCRAM-SHA-256 that one knows a password, and have the server prove it too (RFC 7677)."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import stringprep
import unicodedata

import trio
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from monitor.core.probing import TargetDown
from monitor.probes.threads import ThreadFamily

ITERATIONS_LIMIT = 1_000_000
"""A server chooses how much work a login is; this much takes half a second. PostgreSQL's own
number is 4096."""

HASHING_THREADS = ThreadFamily("password hashing", 4)

_SERVER_FIRST = re.compile(r"r=([!-+\--~]{1,1024}),s=([A-Za-z0-9+/=]{1,1024}),i=([0-9]{1,10})")


class Scram:
    """The client's side of one exchange: `first`, `answer`, `check`, in this order.

    `binding` is the hash of the server's certificate, if the exchange is to be tied to it
    (RFC 5929, tls-server-end-point). Without it `unoffered` says whether TLS would have allowed it
    but the server did not offer it, so that a server which did learns of an attacker (RFC 5802, 6).
    """

    def __init__(
        self, password: str, binding: bytes | None = None, *, unoffered: bool = False
    ) -> None:
        self._password = prepared(password)
        flag = "p=tls-server-end-point" if binding is not None else "y" if unoffered else "n"
        self._header = f"{flag},,"
        self._binding = self._header.encode() + (binding or b"")
        self._nonce = secrets.token_urlsafe(24)
        self._server_signature = b""

    def first(self) -> bytes:
        """Return the first message. The user's name is empty: PostgreSQL knows it already."""
        return f"{self._header}{self._bare}".encode()

    async def answer(self, server_first: bytes) -> bytes:
        """Return the answer to the server's challenge.

        Raises:
            TargetDown: the challenge is not valid, or would take too much work.
        """
        challenge = server_first.decode("utf-8", "replace")
        found = _SERVER_FIRST.fullmatch(challenge)
        if not found or not found[1].startswith(self._nonce) or found[1] == self._nonce:
            raise _failed()
        iterations = int(found[3])
        if not 1 <= iterations <= ITERATIONS_LIMIT:
            raise TargetDown(f"the server asks for {iterations} rounds of hashing, which is absurd")
        salted = await trio.to_thread.run_sync(
            hashlib.pbkdf2_hmac,
            "sha256",
            self._password,
            _from_base64(found[2]),
            iterations,
            abandon_on_cancel=True,
            limiter=HASHING_THREADS.limiter(),
        )
        final = f"c={base64.b64encode(self._binding).decode()},r={found[1]}"
        signed = f"{self._bare},{challenge},{final}".encode()
        client_key = _sign(salted, b"Client Key")
        signature = _sign(hashlib.sha256(client_key).digest(), signed)
        proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        self._server_signature = _sign(_sign(salted, b"Server Key"), signed)
        return f"{final},p={base64.b64encode(proof).decode()}".encode()

    def check(self, server_final: bytes) -> None:
        """See that the server knows the password too.

        Raises:
            TargetDown: it does not.
        """
        name, _equals, value = server_final.partition(b"=")
        signature = _from_base64(value.decode("utf-8", "replace"))
        expected = self._server_signature
        if name != b"v" or not expected or not hmac.compare_digest(expected, signature):
            raise TargetDown("the server does not know the password itself; is it the right one?")

    @property
    def _bare(self) -> str:
        return f"n=,r={self._nonce}"


def binding_of(certificate: bytes) -> bytes | None:
    """Return the hash of a certificate that a login is tied to; None if none is defined for it.

    RFC 5929, 4.1: the hash of its signature, but SHA-256 instead of MD5 and SHA-1.
    """
    try:
        used = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return None
    if used is None:
        return None
    name = "sha256" if used.name in ("md5", "sha1") else used.name
    return hashlib.new(name, certificate).digest() if name in hashlib.algorithms_available else None


def prepared(password: str) -> bytes:
    """Return a password as it is hashed: SASLprep (RFC 4013), or as it is where that forbids it.

    PostgreSQL does the same, so passwords that are not valid there work nevertheless.
    """
    mapped = "".join(
        " " if stringprep.in_table_c12(c) else c for c in password if not stringprep.in_table_b1(c)
    )
    text = unicodedata.normalize("NFKC", mapped)
    return (password if not text or _forbidden(text) else text).encode()


def _forbidden(text: str) -> bool:
    tables = (
        stringprep.in_table_a1,
        stringprep.in_table_c12,
        stringprep.in_table_c21_c22,
        stringprep.in_table_c3,
        stringprep.in_table_c4,
        stringprep.in_table_c5,
        stringprep.in_table_c6,
        stringprep.in_table_c7,
        stringprep.in_table_c8,
        stringprep.in_table_c9,
    )
    if any(table(c) for table in tables for c in text):
        return True
    # RFC 3454, 6: text from right to left is so at both ends and has nothing else.
    if not any(map(stringprep.in_table_d1, text)):
        return False
    ends = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    return not ends or any(map(stringprep.in_table_d2, text))


def _sign(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _failed() from None


def _failed() -> TargetDown:
    return TargetDown("the server's part of the SCRAM login is not valid")
