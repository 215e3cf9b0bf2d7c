"""SCRAM-SHA-256, against a server's side written here from RFC 5802."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from monitor.core.probing import TargetDown
from monitor.probes.scram import ITERATIONS_LIMIT, Scram, binding_of, prepared

SALT = b"salt of 16 bytes"


def challenge(scram: Scram, iterations: int = 4096) -> bytes:
    nonce = scram.first().decode().rpartition("r=")[2] + "-and-more"
    return f"r={nonce},s={base64.b64encode(SALT).decode()},i={iterations}".encode()


def signature(scram: Scram, first: bytes, answer: bytes, password: bytes, key: bytes) -> bytes:
    """Return what the server signs with one of its two keys."""
    salted = hashlib.pbkdf2_hmac("sha256", password, SALT, 4096)
    bare = scram.first().split(b",", 2)[2]
    signed = b",".join((bare, first, answer.rpartition(b",p=")[0]))
    if key == b"Client Key":
        stored = hashlib.sha256(hmac.digest(salted, key, "sha256")).digest()
        return hmac.digest(stored, signed, "sha256")
    return hmac.digest(hmac.digest(salted, key, "sha256"), signed, "sha256")


async def test_both_sides_prove_that_they_know_the_password() -> None:
    scram = Scram("pencil")
    first = challenge(scram)
    answer = await scram.answer(first)
    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", SALT, 4096)
    proof = base64.b64decode(answer.rpartition(b",p=")[2])
    expected = signature(scram, first, answer, b"pencil", b"Client Key")
    key = bytes(a ^ b for a, b in zip(proof, expected, strict=True))
    assert hmac.digest(salted, b"Client Key", "sha256") == key
    server = signature(scram, first, answer, b"pencil", b"Server Key")
    scram.check(b"v=" + base64.b64encode(server))


async def test_a_server_that_does_not_know_the_password_is_not_believed() -> None:
    scram = Scram("pencil")
    first = challenge(scram)
    answer = await scram.answer(first)
    wrong = signature(scram, first, answer, b"pen", b"Server Key")
    for said in (b"v=" + base64.b64encode(wrong), b"v=", b"", b"e=other-error", b"v=\xff"):
        with pytest.raises(TargetDown):
            scram.check(said)


@pytest.mark.parametrize("iterations", [0, ITERATIONS_LIMIT + 1, 4_294_967_295])
async def test_a_server_cannot_make_us_hash_for_long(iterations: int) -> None:
    scram = Scram("pencil")
    with pytest.raises(TargetDown, match="which is absurd"):
        await scram.answer(challenge(scram, iterations))


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"r=other,s=c2FsdA==,i=4096",
        b"m=x,r={nonce}+,s=c2FsdA==,i=1",
        b"r={nonce},s=c2FsdA==,i=1",
        b"r={nonce}+,s=c2FsdA==,i=x",
        b"r={nonce}+,s=c,i=1",
        b"\xff\xfe",
    ],
)
async def test_a_challenge_that_is_none_is_refused(said: bytes) -> None:
    scram = Scram("pencil")
    nonce = scram.first().rpartition(b"r=")[2]
    with pytest.raises(TargetDown, match="not valid"):
        await scram.answer(said.replace(b"{nonce}", nonce))


def test_the_exchange_is_tied_to_the_certificate_or_says_why_not() -> None:
    assert Scram("x", b"hash").first().startswith(b"p=tls-server-end-point,,n=,r=")
    assert Scram("x", unoffered=True).first().startswith(b"y,,n=,r=")
    assert Scram("x").first().startswith(b"n,,n=,r=")
    assert binding_of(b"no certificate") is None


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("pencil", b"pencil"),
        # RFC 4013, 3: soft hyphen away, wide letters narrow
        ("I\u00adX", b"IX"),
        ("\u2168", b"IX"),
        ("a\u00a0b", b"a b"),
        # what SASLprep forbids is taken as it is
        ("\u0007", b"\x07"),
        ("\u0627\u0031", "\u0627\u0031".encode()),
        ("\u00ad", "\u00ad".encode()),
    ],
)
def test_passwords_are_prepared_as_postgresql_does(password: str, expected: bytes) -> None:
    assert expected == prepared(password)
