"""Users, API tokens, web sessions, and what was done by whom; of secrets digests are kept."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from monitor.core.access.roles import Role
from monitor.core.describe import without_secrets
from monitor.core.ids import new_id

TOKEN_PREFIX = "mon_"
"""How API tokens begin, so that scanners of public code find those that got lost."""


@attrs.frozen(kw_only=True)
class User:
    """Somebody who may log in."""

    name: str
    role: Role
    id: int = 0
    """0: the store gives one."""
    password: str | None = attrs.field(default=None, repr=False)
    """The argon2id hash; None: there is no login by password."""
    subject: str = ""
    """Who it is for an identity provider: issuer and subject; empty: nobody."""
    totp: str | None = attrs.field(default=None, repr=False)
    """The secret of the second factor, base32; None: there is none."""
    totp_step: int = 0
    """The time step of the last code that was taken; none is taken twice."""
    recovery: tuple[str, ...] = attrs.field(default=(), repr=False)
    """Digests of the recovery codes that are left."""
    epoch: int = 1
    """Counts what ends all sessions: another password, another role, log out everywhere."""
    disabled: bool = False
    """Not let in for now, in no way; tokens of theirs wait."""
    created_at: datetime
    seen_at: datetime | None = None
    """The last login."""


@attrs.frozen(kw_only=True)
class Token:
    """A key for programs: `Authorization: Bearer mon_...`."""

    name: str
    role: Role
    id: int = 0
    """0: the store gives one."""
    digest: str = attrs.field(repr=False)
    owner: int | None = None
    """The user whom it belongs to: it may never do more, and ends with him. None: nobody."""
    read_only: bool = False
    """Nothing can be changed with it, whatever its role."""
    paths: tuple[str, ...] = ()
    """What it may ask for: these paths and all below them; without any, everything."""
    by: str = ""
    """Who made it."""
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    """When it was last used, to within USED_EVERY."""

    def is_over(self, now: datetime) -> bool:
        return self.expires_at is not None and now >= self.expires_at

    def covers(self, path: str) -> bool:
        """Say whether a path is one that it may ask for."""
        return not self.paths or any(
            path == one or path.startswith(one.rstrip("/") + "/") for one in self.paths
        )


@attrs.frozen(kw_only=True)
class WebSession:
    """A browser that somebody has logged in with; known by the digest of its cookie."""

    digest: str = attrs.field(repr=False)
    user_id: int
    epoch: int
    pending: bool = False
    """The password was right, the second factor is still to come: lets in nowhere else."""
    via: str = "password"
    created_at: datetime
    seen_at: datetime
    """To within SEEN_EVERY."""
    address: str = ""
    agent: str = ""


@attrs.frozen(kw_only=True)
class Deed:
    """Something that somebody changed."""

    id: str
    """Sorts by time."""
    at: datetime
    actor: str
    via: str
    """How we know who it was: `session`, `token ci`, `proxy`, `first run`, `command line`."""
    action: str
    """What was done: `task.edit`, `user.add`, `login`."""
    about: str
    """To what: a name."""
    before: Mapping[str, Any] = attrs.field(factory=dict)
    """What was different before; without secrets."""
    after: Mapping[str, Any] = attrs.field(factory=dict)
    address: str = ""
    """Where it came from."""


@attrs.frozen(kw_only=True)
class Deeds:
    """Which deeds are asked for: those that all of it fits, the newest first."""

    since: datetime | None = None
    before: str = ""
    """Only those that were done before the one of this id."""
    actor: str = ""
    about: str = ""
    action: str = ""
    """Also means all below it: `task` those of `task.edit`."""
    limit: int = 100


ALL_DEEDS = Deeds()
SEEN_EVERY = timedelta(minutes=1)
USED_EVERY = timedelta(minutes=5)
PENDING_FOR = timedelta(minutes=5)
"""How long there is time to type the second factor."""


@attrs.frozen(kw_only=True)
class Spans:
    """How long sessions last."""

    idle: timedelta = timedelta(hours=12)
    """Since the last request."""
    lifetime: timedelta = timedelta(days=30)
    """Since the login, whatever happens."""


def holds(session: WebSession, user: User, now: datetime, spans: Spans) -> bool:
    """Say whether a session is still good; also while its second factor is still to come."""
    idle, lifetime = spans.idle, spans.lifetime
    if session.pending:
        idle = lifetime = PENDING_FOR
    return (
        session.user_id == user.id
        and not user.disabled
        and session.epoch == user.epoch
        and now - session.seen_at < idle
        and now - session.created_at < lifetime
    )


def serves(token: Token, owner: User | None, now: datetime) -> bool:
    """Say whether a token is good: its time is not over, and its owner not disabled."""
    return not token.is_over(now) and not (owner is not None and owner.disabled)


def token_role(token: Token, owner: User | None) -> Role:
    """Return what a token may do: never more than its owner."""
    return token.role if owner is None else min(token.role, owner.role)


# --- secrets --------------------------------------------------------------------------------------


def new_secret() -> str:
    """Return 256 random bits, as text that fits into a cookie or an address."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """Return a new API token."""
    return TOKEN_PREFIX + new_secret()


def digest(secret: str) -> str:
    """Return what is kept of a random secret. It cannot be guessed, so this need not be slow."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


# --- deeds ----------------------------------------------------------------------------------------


def new_deed(
    at: datetime,
    actor: str,
    via: str,
    action: str,
    about: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    address: str = "",
) -> Deed:
    """Return what is written down of a change: only what differs, and no secrets.

    Args:
        before, after: the thing as it is shown, as JSON has it; None: there is none.
    """
    old, new = dict(before or {}), dict(after or {})
    same = {key for key in old.keys() & new.keys() if old[key] == new[key]}
    return Deed(
        id=new_id(at),
        at=at,
        actor=actor,
        via=via,
        action=action,
        about=about,
        before=without_secrets({key: old[key] for key in old if key not in same}),
        after=without_secrets({key: new[key] for key in new if key not in same}),
        address=address,
    )
