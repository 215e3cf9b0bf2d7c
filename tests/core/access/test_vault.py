"""How secrets of second factors are kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pyotp
import pytest

from monitor.core.access.codes import new_recovery_codes, new_totp, recovery_digest, spend
from monitor.core.access.people import User
from monitor.core.access.roles import Role
from monitor.core.access.vault import CannotOpen, Vault

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NEW, OLD = Vault(("n" * 32, "o" * 32)), Vault(("o" * 32,))


def test_a_sealed_secret_is_opened_by_its_key_and_shows_nothing() -> None:
    secret = new_totp()
    kept = OLD.seal(secret, 7)
    assert secret not in kept
    assert kept != OLD.seal(secret, 7), "twice the same is not seen to be"
    assert secret == OLD.open(kept, 7)
    assert "ooo" not in repr(OLD)


def test_a_secret_of_one_user_is_none_of_another() -> None:
    with pytest.raises(CannotOpen):
        OLD.open(OLD.seal(new_totp(), 7), 8)


@pytest.mark.parametrize("vault", [Vault(), Vault(("x" * 32,))])
def test_without_the_key_nothing_opens(vault: Vault) -> None:
    with pytest.raises(CannotOpen):
        vault.open(OLD.seal(new_totp(), 7), 7)


@pytest.mark.parametrize("kept", ["sealed:1:", "sealed:1:é", "sealed:1:AAAA", "sealed:1:=A"])
def test_what_was_spoilt_is_not_opened(kept: str) -> None:
    with pytest.raises(CannotOpen):
        OLD.open(kept, 7)


def test_keys_are_changed_by_putting_a_new_one_before_the_old() -> None:
    secret = new_totp()
    kept = OLD.seal(secret, 7)
    assert secret == NEW.open(kept, 7)
    assert not NEW.is_current(kept, 7)
    again = NEW.seal(NEW.open(kept, 7), 7)
    assert NEW.is_current(again, 7)
    with pytest.raises(CannotOpen):
        OLD.open(again, 7)


def test_without_keys_a_secret_is_kept_as_it_is_and_with_keys_still_opened() -> None:
    secret = new_totp()
    assert secret == Vault().seal(secret, 7)
    assert Vault().is_current(secret, 7)
    assert secret == OLD.open(secret, 7)
    assert not OLD.is_current(secret, 7)


def test_codes_are_checked_against_what_was_sealed_and_recovery_codes_without_it() -> None:
    secret, [spare, *_] = new_totp(), new_recovery_codes()
    user = User(
        name="anna",
        role=Role.ADMIN,
        id=7,
        totp=OLD.seal(secret, 7),
        recovery=(recovery_digest(spare),),
        created_at=NOON,
    )
    code = pyotp.TOTP(secret).at(NOON)
    after = spend(user, code, NOON, OLD)
    assert after is not None
    assert user.totp == after.totp
    assert spend(user, code, NOON) is None
    assert spend(user, spare, NOON) is not None
