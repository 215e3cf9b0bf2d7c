"""Users and tokens made of what was said; what is refused of them, and what is written down."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.core.access.changing import People
from monitor.core.access.people import Deed, Token, User, digest, new_token
from monitor.core.access.roles import Role
from monitor.core.units import format_duration
from monitor.operations.access_documents import token_form
from monitor.operations.refusals import Taken, Unfit

SHORTEST_S, LONGEST_S = 60.0, 10 * 366 * 86400.0
"""How long a token is good."""
_MOST_KIB, _MOST_PASSES, _MOST_LANES = 1024 * 1024, 100, 64
"""What a hash that was made elsewhere may cost us at each login."""


def make_token(
    name: str,
    role: Role,
    now: datetime,
    *,
    owner: User | None = None,
    read_only: bool = False,
    paths: Sequence[str] = (),
    for_s: float | None = None,
    by: str = "",
) -> tuple[Token, str]:
    """Return a new token, and the secret that is shown once."""
    secret = new_token()
    token = Token(
        name=name,
        role=role,
        digest=digest(secret),
        owner=None if owner is None else owner.id,
        read_only=read_only,
        paths=tuple(paths),
        by=by,
        created_at=now,
        expires_at=None if for_s is None else now + timedelta(seconds=for_s),
    )
    return token, secret


def differences(deed: Deed) -> list[tuple[str, str]]:
    """Return what is worth showing of a deed: by key `old → new`, or what is there now.

    Nothing is said of what was nothing before and is nothing now.
    """
    found = []
    for key in sorted({*deed.before, *deed.after}):
        old, new = deed.before.get(key), deed.after.get(key)
        if old or new:
            was = f"{_written(old)} → ".lstrip() if key in deed.before else ""
            found.append((key, was + _written(new)))
    return found


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_written, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_written(one)}" for key, one in value.items())
    return "" if value is None else str(value)


def token_length(for_s: float | None) -> float | None:
    """Return how long a token is to be good. Raises Unfit."""
    if for_s is not None and not SHORTEST_S <= for_s <= LONGEST_S:
        limits = f"{format_duration(SHORTEST_S)} to {format_duration(LONGEST_S)}"
        raise Unfit("for", f"{format_duration(for_s)} is out of range; use {limits}")
    return for_s


def check_hash(kept: str) -> str:
    """Return what `monitor hash-password` printed, if it did. Raises Unfit."""
    from argon2 import Type, extract_parameters
    from argon2.exceptions import InvalidHashError

    field = "password-hash"
    try:
        found = extract_parameters(kept)
    except InvalidHashError:
        sentence = "this is no argon2 hash; `monitor hash-password` prints one"
        raise Unfit(field, sentence) from None
    if found.type is not Type.ID:
        raise Unfit(field, "this is no argon2id hash; `monitor hash-password` prints one")
    if (
        found.memory_cost > _MOST_KIB
        or found.time_cost > _MOST_PASSES
        or found.parallelism > _MOST_LANES
    ):
        raise Unfit(field, "each login would cost too much; `monitor hash-password` prints another")
    return kept


def refuse_own_end(user_id: int, asking_id: int | None) -> None:
    """Raise Taken if somebody asks to be removed themselves."""
    if user_id == asking_id:
        raise Taken("nobody removes themselves; let another admin do it")


def refuse_own_disabling(user_id: int, asking_id: int | None) -> None:
    """Raise Taken if somebody asks to be disabled themselves."""
    if user_id == asking_id:
        raise Taken("nobody disables themselves; let another admin do it")


def shown_user(user: User) -> dict[str, Any]:
    """Return what is written down of a user that is changed."""
    by = "password" if user.password else "provider" if user.subject else "nothing"
    return {
        "name": user.name,
        "role": user.role.word,
        "disabled": user.disabled,
        "logs_in_by": by,
        "second_factor": user.totp is not None,
    }


def shown_token(token: Token, people: People) -> dict[str, Any]:
    """Return what is written down of a token that is granted or revoked."""
    form = token_form(token, people)
    return {key: form[key] for key in ("role", "owner", "read_only", "paths", "expires_at")}
