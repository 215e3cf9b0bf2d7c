"""Key exchanges and host keys of SSH: what proves that a server has the key it shows.

RFC 4253 (Diffie-Hellman, RSA), 5656 (elliptic curves), 8332 (RSA with SHA-2), 8709 (Ed25519), 8731
(Curve25519).
"""

import base64
import hashlib
import secrets
from collections.abc import Callable
from typing import Protocol

import attrs
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from monitor.core.probing import TargetDown
from monitor.probes.sshwire import number, string, take_string
from monitor.probes.wire import Fields

_KEY_LIMIT = 4 * 1024
"""Bytes of a host key; RSA with 16,384 bits needs half of them."""

KEY_TYPES = {
    "ed25519": ("ssh-ed25519",),
    "ecdsa": ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    "rsa": ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"),
}
"""Type of key -> the signatures by which a server can prove that it has one, the best first."""

_RSA = {
    "rsa-sha2-512": hashes.SHA512(),
    "rsa-sha2-256": hashes.SHA256(),
    # Broken for certificates, not for this use; old devices know no better, and we want to see
    # their keys.
    "ssh-rsa": hashes.SHA1(),
}
_ECDSA = {
    "ecdsa-sha2-nistp256": hashes.SHA256(),
    "ecdsa-sha2-nistp384": hashes.SHA384(),
    "ecdsa-sha2-nistp521": hashes.SHA512(),
}


class Exchange(Protocol):
    """One key exchange: our half, and what both halves make."""

    @property
    def half(self) -> bytes:
        """Our half, as it is sent and hashed."""

    def secret(self, other: bytes) -> int:
        """Return the shared secret. Raises ValueError if the other half is none."""


class _Curve25519:
    def __init__(self) -> None:
        self._key = X25519PrivateKey.generate()

    @property
    def half(self) -> bytes:
        return string(self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def secret(self, other: bytes) -> int:
        return int.from_bytes(self._key.exchange(X25519PublicKey.from_public_bytes(other)), "big")


class _Nist:
    def __init__(self, curve: ec.EllipticCurve) -> None:
        self._key = ec.generate_private_key(curve)

    @property
    def half(self) -> bytes:
        form = Encoding.X962, PublicFormat.UncompressedPoint
        return string(self._key.public_key().public_bytes(*form))

    def secret(self, other: bytes) -> int:
        point = ec.EllipticCurvePublicKey.from_encoded_point(self._key.curve, other)
        return int.from_bytes(self._key.exchange(ec.ECDH(), point), "big")


_GROUP_14 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AACAA68FFFFFFFFFFFFFFFF",
    16,
)
"""The prime of 2,048 bits of RFC 3526."""


class _Group14:
    def __init__(self) -> None:
        # As strong as the group: twice 112 bits.
        self._key = secrets.randbits(256) | 1 << 255

    @property
    def half(self) -> bytes:
        return number(pow(2, self._key, _GROUP_14))

    def secret(self, other: bytes) -> int:
        half = int.from_bytes(other, "big")
        if not 1 < half < _GROUP_14 - 1:
            raise ValueError("it is not in the group")
        return pow(half, self._key, _GROUP_14)


EXCHANGES: dict[str, tuple[Callable[[], Exchange], str]] = {
    "curve25519-sha256": (_Curve25519, "sha256"),
    "curve25519-sha256@libssh.org": (_Curve25519, "sha256"),
    "ecdh-sha2-nistp256": (lambda: _Nist(ec.SECP256R1()), "sha256"),
    "ecdh-sha2-nistp384": (lambda: _Nist(ec.SECP384R1()), "sha384"),
    "ecdh-sha2-nistp521": (lambda: _Nist(ec.SECP521R1()), "sha512"),
    "diffie-hellman-group14-sha256": (_Group14, "sha256"),
    "diffie-hellman-group14-sha1": (_Group14, "sha1"),
}
"""How secrets are agreed on, the best first: our half of it, and what hashes what is signed."""


@attrs.frozen
class HostKey:
    """A public key as servers show it."""

    blob: bytes

    @property
    def type(self) -> str:
        """Its type as the protocol calls it, `ssh-ed25519`. Raises TargetDown."""
        return take_string(Fields(self.blob, "an SSH server")).decode("ascii", "replace")

    @property
    def fingerprint(self) -> str:
        """Its fingerprint as OpenSSH shows it."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest())
        return "SHA256:" + digest.decode().rstrip("=")

    def verify(self, algorithm: str, signature: bytes, signed: bytes) -> None:
        """Check that who made a signature has this key.

        Raises:
            TargetDown: it was not made by this key and this algorithm, or one of them is nonsense.
        """
        if len(self.blob) > _KEY_LIMIT:
            raise TargetDown("the server's host key is too large to be one")
        fields = Fields(signature, "an SSH server")
        used, made = take_string(fields), take_string(fields)
        wanted = "ssh-rsa" if algorithm in _RSA else algorithm
        if (self.type, used.decode("ascii", "replace")) != (wanted, algorithm):
            raise TargetDown("the server shows another key than the one that was agreed on")
        try:
            line = f"{wanted} ".encode() + base64.b64encode(self.blob)
            match serialization.load_ssh_public_key(line):
                case ed25519.Ed25519PublicKey() as key:
                    key.verify(made, signed)
                case ec.EllipticCurvePublicKey() as key:
                    key.verify(_ecdsa(made), signed, ec.ECDSA(_ECDSA[algorithm]))
                case rsa.RSAPublicKey() as key:
                    key.verify(made, signed, padding.PKCS1v15(), _RSA[algorithm])
        except InvalidSignature as error:
            raise TargetDown(
                "the server cannot prove that the host key it shows is its own"
            ) from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise TargetDown("the server's host key cannot be read") from error


def _ecdsa(made: bytes) -> bytes:
    """Return an ECDSA signature as everybody but SSH writes it."""
    fields = Fields(made, "an SSH server")
    r, s = (int.from_bytes(take_string(fields), "big") for _ in range(2))
    return encode_dss_signature(r, s)
