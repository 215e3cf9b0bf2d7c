"""From rows to values of access and back; see `rows`."""

from typing import Any

from sqlalchemy import Row

from monitor.core.access.changing import folded
from monitor.core.access.people import Deed, Token, User, WebSession
from monitor.core.access.roles import least
from monitor.store.rows import Values


def user_values(user: User) -> Values:
    return {
        "name": user.name,
        "folded": folded(user.name),
        "role": user.role.word,
        "password": user.password,
        "subject": user.subject,
        "totp": user.totp,
        "totp_step": user.totp_step,
        "recovery": list(user.recovery),
        "epoch": user.epoch,
        "created_at": user.created_at,
        "seen_at": user.seen_at,
        "disabled": user.disabled,
    }


def user_of(row: Row[Any]) -> User:
    return User(
        id=row.id,
        name=row.name,
        role=least(row.role),
        password=row.password,
        subject=row.subject,
        totp=row.totp,
        totp_step=row.totp_step,
        recovery=tuple(row.recovery),
        epoch=row.epoch,
        created_at=row.created_at,
        seen_at=row.seen_at,
        disabled=row.disabled,
    )


def token_values(token: Token) -> Values:
    return {
        "name": token.name,
        "folded": folded(token.name),
        "role": token.role.word,
        "digest": token.digest,
        "owner": token.owner,
        "read_only": token.read_only,
        "paths": list(token.paths),
        "by": token.by,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "used_at": token.used_at,
    }


def token_of(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        role=least(row.role),
        digest=row.digest,
        owner=row.owner,
        read_only=row.read_only,
        paths=tuple(row.paths),
        by=row.by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )


def session_values(session: WebSession) -> Values:
    return {
        "digest": session.digest,
        "user_id": session.user_id,
        "epoch": session.epoch,
        "pending": session.pending,
        "via": session.via,
        "created_at": session.created_at,
        "seen_at": session.seen_at,
        "address": session.address,
        "agent": session.agent,
    }


def session_of(row: Row[Any]) -> WebSession:
    return WebSession(**row._mapping)


def deed_values(deed: Deed) -> Values:
    return {
        "id": deed.id,
        "at": deed.at,
        "actor": deed.actor,
        "via": deed.via,
        "action": deed.action,
        "about": deed.about,
        "before": dict(deed.before),
        "after": dict(deed.after),
        "address": deed.address,
    }


def deed_of(row: Row[Any]) -> Deed:
    return Deed(**row._mapping)
