"""Secrets that have to be known again, so that no digest will do: the second factor's.

With keys that the database does not hold they are kept sealed, so that a copy of the database - a
backup, a stolen disk - is no second factor. AES-256-GCM, bound to the user; each key is stretched
out of a text by HKDF (SHA-256), so the text must be random, not a word. Without keys they are kept
as they are.
"""

import base64
import secrets

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_SEALED = "sealed:1:"
_NONCE = 12


class CannotOpen(Exception):
    """None of the keys is the one that a secret was sealed with."""


@attrs.frozen
class Vault:
    """Seals and opens secrets.

    Args:
        keys: the first one seals, any of them opens; without any, nothing is sealed.
    """

    keys: tuple[str, ...] = attrs.field(default=(), repr=False)

    def seal(self, secret: str, user_id: int) -> str:
        """Return what is kept of a secret."""
        if not self.keys:
            return secret
        nonce = secrets.token_bytes(_NONCE)
        sealed = _cipher(self.keys[0]).encrypt(nonce, secret.encode(), _bound_to(user_id))
        return _SEALED + base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, kept: str, user_id: int) -> str:
        """Return a secret. Raises CannotOpen."""
        return self._opened(kept, user_id)[0]

    def is_current(self, kept: str, user_id: int) -> bool:
        """Say whether it is kept as it would be kept now. Raises CannotOpen."""
        return self._opened(kept, user_id)[1] == (self.keys[0] if self.keys else "")

    def _opened(self, kept: str, user_id: int) -> tuple[str, str]:
        """Return a secret, and the key that opened it; empty: it was not sealed."""
        if not kept.startswith(_SEALED):
            return kept, ""
        try:
            raw = base64.urlsafe_b64decode(kept.removeprefix(_SEALED))
        except ValueError as error:
            raise CannotOpen("what is kept is no sealed secret") from error
        for key in self.keys:
            try:
                found = _cipher(key).decrypt(raw[:_NONCE], raw[_NONCE:], _bound_to(user_id))
            except (InvalidTag, ValueError):
                continue
            return found.decode(), key
        raise CannotOpen("none of the keys opens it")


def _cipher(key: str) -> AESGCM:
    stretched = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"monitor second factor")
    return AESGCM(stretched.derive(key.encode()))


def _bound_to(user_id: int) -> bytes:
    return f"user {user_id}".encode()
