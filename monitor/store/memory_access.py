"""Users, tokens and web sessions in the store that lives in memory; see `memory`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

import attrs

from monitor.core.access.changing import People, PeopleChange, Plan, folded
from monitor.core.access.people import Deed, Deeds, Token, User, WebSession

T = TypeVar("T")


@attrs.define(eq=False)
class AccessTables:
    """What is kept of access."""

    users: dict[int, User] = attrs.field(factory=dict)
    tokens: dict[int, Token] = attrs.field(factory=dict)
    sessions: dict[str, WebSession] = attrs.field(factory=dict)
    deeds: dict[str, Deed] = attrs.field(factory=dict)

    def people(self) -> People:
        return People(
            users=tuple(sorted(self.users.values(), key=lambda one: folded(one.name))),
            tokens=tuple(sorted(self.tokens.values(), key=lambda one: folded(one.name))),
        )

    def change(self, plan: Plan) -> PeopleChange:
        change = plan(self.people())
        for number in change.drop_tokens:
            self.tokens.pop(number, None)
        for number in change.drop_users:
            self.users.pop(number, None)
            owned = [one.id for one in self.tokens.values() if one.owner == number]
            for token in owned:
                del self.tokens[token]
            self._end(one for one in self.sessions.values() if one.user_id == number)
        users = [self._write(user) for user in change.users]
        tokens = [
            attrs.evolve(one, id=max(self.tokens, default=0) + 1 + ahead)
            for ahead, one in enumerate(change.tokens)
        ]
        self.tokens |= {one.id: one for one in tokens}
        self.write_deeds(change.deeds)
        return attrs.evolve(change, users=tuple(users), tokens=tuple(tokens))

    def _write(self, user: User) -> User:
        user = attrs.evolve(user, id=user.id or max(self.users, default=0) + 1)
        self.users[user.id] = user
        self._end(
            one
            for one in self.sessions.values()
            if one.user_id == user.id and one.epoch != user.epoch
        )
        return user

    def _end(self, over: Iterable[WebSession]) -> None:
        for one in list(over):
            del self.sessions[one.digest]

    def find_session(self, digest: str) -> tuple[WebSession, User] | None:
        found = self.sessions.get(digest)
        user = None if found is None else self.users.get(found.user_id)
        return None if found is None or user is None else (found, user)

    def find_token(self, digest: str) -> tuple[Token, User | None] | None:
        for token in self.tokens.values():
            if token.digest == digest:
                owner = None if token.owner is None else self.users.get(token.owner)
                return None if token.owner is not None and owner is None else (token, owner)
        return None

    def open_session(self, new: WebSession, instead_of: str) -> None:
        self.sessions.pop(instead_of, None)
        self.sessions[new.digest] = new
        if not new.pending and new.user_id in self.users:
            user = self.users[new.user_id]
            self.users[user.id] = attrs.evolve(user, seen_at=new.created_at)

    def sessions_of(self, user_id: int) -> list[WebSession]:
        found = [one for one in self.sessions.values() if one.user_id == user_id]
        found.sort(key=lambda one: one.digest)
        return sorted(found, key=lambda one: one.seen_at, reverse=True)

    def seen(self, at: datetime, digest: str, token_id: int) -> None:
        found = self.sessions.get(digest)
        if found is not None and found.seen_at < at:
            self.sessions[digest] = attrs.evolve(found, seen_at=at)
        if token_id in self.tokens:
            self.tokens[token_id] = attrs.evolve(self.tokens[token_id], used_at=at)

    def done(self, wanted: Deeds) -> list[Deed]:
        found = [
            one
            for one in self.deeds.values()
            if (wanted.since is None or one.at >= wanted.since)
            and (not wanted.before or one.id < wanted.before)
            and wanted.actor in ("", one.actor)
            and wanted.about in ("", one.about)
            and f"{one.action}.".startswith(f"{wanted.action}." if wanted.action else "")
        ]
        return sorted(found, key=lambda one: one.id, reverse=True)[: wanted.limit]

    def write_deeds(self, deeds: Sequence[Deed]) -> None:
        self.deeds |= {one.id: one for one in deeds}

    def forget(self, idle_before: datetime, opened_before: datetime, done_before: datetime) -> None:
        self._end(
            one
            for one in self.sessions.values()
            if one.seen_at < idle_before or one.created_at < opened_before
        )
        self.deeds = {key: one for key, one in self.deeds.items() if one.at >= done_before}
