"""What an identity provider says about somebody, and what we make of it (OpenID Connect Core 1.0).

A token counts only if the provider signed it, for us, for this very login, and lately. The keys are
the provider's own; shared secrets, and no signature at all, are not among the ways to sign.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from monitor.core.access.provider import OidcOptions
from monitor.core.access.roles import Role

SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
LEEWAY_S = 60
"""Clocks of two machines differ."""


class BadToken(Exception):
    """What came from the provider does not say who somebody is; the message says why."""


@attrs.frozen
class Attempt:
    """A login under way: what only this browser and we know."""

    nonce: str = attrs.field(factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = attrs.field(factory=lambda: secrets.token_urlsafe(48), repr=False)

    @property
    def challenge(self) -> str:
        """What is shown of the verifier before (RFC 7636, S256)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@attrs.frozen(kw_only=True)
class Person:
    """Whom a provider speaks of."""

    subject: str
    """The issuer, and what it calls them for ever."""
    name: str
    role: Role | None
    """None: not let in."""


def read_token(
    token: str, keys: Mapping[str, Any], options: OidcOptions, nonce: str, now: datetime
) -> Person:
    """Return whom an ID token speaks of.

    Args:
        keys: the provider's key set, as JSON has it.
        nonce: the one of this login.

    Raises:
        BadToken: it does not count.
    """
    try:
        known = KeySet.import_key_set(keys)  # type: ignore[arg-type]
        claims = jwt.decode(token, known, algorithms=list(SIGNATURES)).claims
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise BadToken(f"the token is not signed by a key of the provider ({error})") from None
    _check(claims, options, nonce, now.timestamp())
    subject, name = claims.get("sub"), claims.get(options.name_claim)
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise BadToken("the token names nobody (sub)")
    if not isinstance(name, str) or not name.strip():
        raise BadToken(f"the token has no name (claim {options.name_claim})")
    return Person(
        subject=f"{options.issuer} {subject}", name=name.strip(), role=role_of(claims, options)
    )


def _check(claims: Mapping[str, Any], options: OidcOptions, nonce: str, now_s: float) -> None:
    if claims.get("iss") != options.issuer:
        raise BadToken("the token is from another issuer")
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or options.client_id not in audiences:
        raise BadToken("the token is for somebody else (aud)")
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != options.client_id:
        raise BadToken("the token was made for somebody else (azp)")
    if not secrets.compare_digest(str(claims.get("nonce")).encode(), nonce.encode()):
        raise BadToken("the token is of another login (nonce)")
    expires_s, issued_s = _number(claims.get("exp")), _number(claims.get("iat"))
    if expires_s is None or now_s >= expires_s + LEEWAY_S:
        raise BadToken("the token is over (exp)")
    if issued_s is None or issued_s > now_s + LEEWAY_S:
        raise BadToken("the token is from the future (iat); are the clocks right?")
    not_before_s = _number(claims.get("nbf", 0))
    if not_before_s is None or not_before_s > now_s + LEEWAY_S:
        raise BadToken("the token does not count yet (nbf)")


def _number(value: Any) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return None


def role_of(claims: Mapping[str, Any], options: OidcOptions) -> Role | None:
    """Return what somebody may do, by the claim that says it; None: nothing."""
    if not options.role_claim:
        return options.role
    said: Any = claims
    for part in options.role_claim.split("."):
        said = said.get(part) if isinstance(said, Mapping) else None
    values: Sequence[Any] = [said] if isinstance(said, str) else said or ()
    if not isinstance(values, list):
        return options.role
    if any(one in options.admins for one in values):
        return Role.ADMIN
    if any(one in options.editors for one in values):
        return Role.EDITOR
    return options.role
