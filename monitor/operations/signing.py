"""Who changes something, and what is written down of it: one line for each thing that changes."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from monitor.core.access.changing import People, PeopleChange, Plan
from monitor.core.access.people import Deed, User, new_deed
from monitor.operations.people import shown_token, shown_user


@attrs.frozen(kw_only=True)
class Author:
    """Who changes something, and how we know; see `Deed`."""

    name: str
    via: str
    address: str = ""

    def deed(
        self,
        at: datetime,
        action: str,
        about: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> Deed:
        """Return what is written down of one thing that was done."""
        return new_deed(at, self.name, self.via, action, about, before, after, self.address)


def signed(plan: Plan, author: Author, at: datetime) -> Plan:
    """Return a plan that also writes down what it does to users and tokens, as somebody's deed."""

    def with_deeds(people: People) -> PeopleChange:
        change = plan(people)
        return attrs.evolve(change, deeds=tuple(_people_deeds(people, change, author, at)))

    return with_deeds


def _people_deeds(
    people: People, change: PeopleChange, author: Author, at: datetime
) -> Iterator[Deed]:
    known = {one.id: one for one in people.users}
    for user in change.users:
        old = known.get(user.id)
        if old is None:
            yield author.deed(at, "user.add", user.name, None, shown_user(user))
        else:
            shown = shown_user(old), shown_user(user)
            yield author.deed(at, _user_action(old, user), user.name, *shown)
    for user_id in change.drop_users:
        yield author.deed(at, "user.remove", known[user_id].name, shown_user(known[user_id]), None)
    for token in change.tokens:
        yield author.deed(at, "token.add", token.name, None, shown_token(token, people))
    for token in people.tokens:
        if token.id in change.drop_tokens or token.owner in change.drop_users:
            yield author.deed(at, "token.revoke", token.name, shown_token(token, people), None)


def _user_action(old: User, new: User) -> str:
    """Name what was done to a user: one of the things that have a name, or `user.edit`."""
    password, factor = new.password != old.password, new.totp != old.totp
    named = (new.name, new.role, new.disabled) != (old.name, old.role, old.disabled)
    if password and not (factor or named):
        return "user.password"
    if factor and not (password or named):
        return "user.factor"
    if new.epoch != old.epoch and not (password or factor or named):
        return "user.log_out"
    return "user.edit"
