"""Codes of a second factor: those of RFC 6238, each taken once."""

from datetime import UTC, datetime, timedelta

import attrs
import pyotp
import pytest

from monitor.core.access.codes import (
    RECOVERY_CODES,
    address_of,
    new_recovery_codes,
    new_totp,
    recovery_digest,
    spend,
    step_of,
)
from monitor.core.access.people import User
from monitor.core.access.roles import Role

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert seconds // 30 == step_of(RFC_SECRET, code, moment, 0)
    assert seconds // 30 == step_of(RFC_SECRET, f"{code[:3]} {code[3:]}", moment, 0)


def person(**more: object) -> User:
    user = User(name="anna", role=Role.ADMIN, totp=RFC_SECRET, created_at=NOON)
    return attrs.evolve(user, **more)  # type: ignore[arg-type]


def test_a_code_is_taken_once_and_none_older_than_it() -> None:
    totp = pyotp.TOTP(RFC_SECRET)
    before, now = totp.at(NOON - timedelta(seconds=30)), totp.at(NOON)
    first = spend(person(), now, NOON)
    assert first is not None
    assert None is spend(first, now, NOON)
    assert None is spend(first, before, NOON)
    later = spend(first, totp.at(NOON + timedelta(seconds=30)), NOON)
    assert later is not None


def test_a_clock_may_be_wrong_by_a_step_and_no_more() -> None:
    totp = pyotp.TOTP(RFC_SECRET)
    for steps, good in ((-2, False), (-1, True), (1, True), (2, False)):
        code = totp.at(NOON + timedelta(seconds=30 * steps))
        assert good is (spend(person(), code, NOON) is not None)


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "１２３４５６", "000000\n", "é"]
)
def test_what_is_no_code_is_none(code: str) -> None:
    assert None is spend(person(), code, NOON)


def test_a_recovery_code_is_good_once_however_it_is_typed() -> None:
    codes = new_recovery_codes()
    assert RECOVERY_CODES == len(set(codes))
    user = person(recovery=tuple(recovery_digest(code) for code in codes))
    after = spend(user, f" {codes[3].upper().replace('-', ' ')} ", NOON)
    assert after is not None
    assert RECOVERY_CODES - 1 == len(after.recovery)
    assert None is spend(after, codes[3], NOON)
    assert None is spend(person(totp=None, recovery=user.recovery), codes[0], NOON)
    assert codes[0] not in repr(user)


def test_an_app_reads_the_address_of_a_secret() -> None:
    secret = new_totp()
    assert 32 == len(secret)
    address = address_of(secret, "anna", "monitor")
    assert f"otpauth://totp/monitor:anna?secret={secret}&issuer=monitor" == address
