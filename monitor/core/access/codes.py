"""One-time codes of a second factor (RFC 6238), and the codes for the day its device is lost."""

import hmac
import re
import secrets
from datetime import datetime

import attrs
import pyotp

from monitor.core.access.people import User, digest
from monitor.core.access.vault import CannotOpen, Vault

STEP_S = 30
AROUND = (-1, 0, 1)
"""Steps before and after now that are taken: clocks of telephones are not exact."""
RECOVERY_CODES = 10
OPEN = Vault()
"""In which nothing is sealed."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is easily taken for another."""


def new_totp() -> str:
    """Return a new secret, base32."""
    return pyotp.random_base32()


def address_of(secret: str, name: str, issuer: str) -> str:
    """Return the `otpauth:` address that an app reads as a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime, newer_than: int) -> int | None:
    """Return the time step that a code is of; None if it is wrong, or was taken before."""
    code = code.replace(" ", "")
    found = None
    totp = pyotp.TOTP(secret, interval=STEP_S)
    current = int(now.timestamp()) // STEP_S
    for around in AROUND:
        expected = totp.generate_otp(current + around)
        if hmac.compare_digest(expected.encode(), code.encode()) and current + around > newer_than:
            found = current + around
    return found


def new_recovery_codes() -> list[str]:
    """Return codes to be printed, each of 79 random bits."""
    return [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
        for _ in range(RECOVERY_CODES)
    ]


def recovery_digest(code: str) -> str:
    """Return what is kept of a recovery code, however it was typed."""
    return digest(re.sub(r"[\s-]+", "", code.lower()))


def spend(user: User, code: str, now: datetime, vault: Vault = OPEN) -> User | None:
    """Return the user with this code used up; None if it is not good.

    Recovery codes are good also while the secret cannot be opened.
    """
    if user.totp is None:
        return None
    try:
        step = step_of(vault.open(user.totp, user.id), code, now, user.totp_step)
    except CannotOpen:
        step = None
    if step is not None:
        return attrs.evolve(user, totp_step=step)
    spent = recovery_digest(code)
    if spent in user.recovery:
        left = tuple(one for one in user.recovery if one != spent)
        return attrs.evolve(user, recovery=left)
    return None
