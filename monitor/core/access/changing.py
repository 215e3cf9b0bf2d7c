"""Changes of users and tokens: what is refused, and what each of them ends.

A plan is shown all users and tokens as they are, and says what to do; nobody else can change them
in between.
"""

import unicodedata
from collections.abc import Callable, Iterable

import attrs

from monitor.core.access.people import Deed, Token, User
from monitor.core.access.roles import Role
from monitor.core.names import check_name
from monitor.core.units import stamp


class AccessRefused(Exception):
    """Users or tokens cannot be changed like that; the message says why and what to do."""


class AccessGone(AccessRefused):
    """There is no such user or token."""


class AccessTaken(AccessRefused):
    """Who or what is there already is in the way."""


@attrs.frozen(kw_only=True)
class People:
    """All users and tokens, by name."""

    users: tuple[User, ...] = ()
    tokens: tuple[Token, ...] = ()

    def user(self, name: str) -> User:
        """Return a user. Raises AccessRefused."""
        found = self.find(name)
        if found is None:
            raise AccessGone(f"there is no user {name!r}; `monitor user list` shows all")
        return found

    def find(self, name: str) -> User | None:
        """Return the user of that name, however it is written; None if there is none."""
        return next((one for one in self.users if folded(one.name) == folded(name)), None)

    def token(self, name: str) -> Token:
        """Return a token. Raises AccessRefused."""
        for one in self.tokens:
            if folded(one.name) == folded(name):
                return one
        raise AccessGone(f"there is no token {name!r}; `monitor token list` shows all")


@attrs.frozen(kw_only=True)
class PeopleChange:
    """What is to be done to users and tokens, and what is written down of it."""

    users: tuple[User, ...] = ()
    """New ones, and those that replace the one with their id."""
    drop_users: tuple[int, ...] = ()
    """With their tokens and sessions."""
    tokens: tuple[Token, ...] = ()
    drop_tokens: tuple[int, ...] = ()
    deeds: tuple[Deed, ...] = ()


Plan = Callable[[People], PeopleChange]


def folded(name: str) -> str:
    """Return a name as names are compared: no two users differ only in how theirs is written."""
    return unicodedata.normalize("NFKC", name).casefold()


def adding(user: User, *, first: bool = False) -> Plan:
    """Add a user; the first one, if there may be no other."""

    def plan(people: People) -> PeopleChange:
        _check_name("user", user.name)
        if first and people.users:
            raise AccessTaken("there are users already; log in as one of them")
        if people.find(user.name) is not None:
            raise AccessTaken(f"user {user.name!r} exists already; choose another name")
        if not people.users and user.role is not Role.ADMIN:
            raise AccessRefused("the first user must be an admin")
        return PeopleChange(users=(user,))

    return plan


def editing(user_id: int, edit: Callable[[User], User]) -> Plan:
    """Change a user; another role or password ends all sessions, another password the tokens.

    So does being disabled end sessions; tokens wait.
    """

    def plan(people: People) -> PeopleChange:
        old = _of_id(people, user_id)
        new = attrs.evolve(edit(old), id=old.id)
        if folded(new.name) != folded(old.name):
            _check_name("user", new.name)
            if people.find(new.name) is not None:
                raise AccessTaken(f"user {new.name!r} exists already; choose another name")
        was, is_now = ((one.role, one.password, one.disabled) for one in (old, new))
        if was != is_now:
            new = attrs.evolve(new, epoch=old.epoch + 1)
        _expect_admin([new, *(one for one in people.users if one.id != old.id)], old)
        gone = _tokens_of(people, old) if new.password != old.password else ()
        return PeopleChange(users=(new,), drop_tokens=gone)

    return plan


def rehashed(user: User, kept: str) -> Plan:
    """Keep the same password in another form; nothing ends by that."""

    def plan(people: People) -> PeopleChange:
        same = [one for one in people.users if (one.id, one.password) == (user.id, user.password)]
        return PeopleChange(users=tuple(attrs.evolve(one, password=kept) for one in same))

    return plan


def resealed(user: User, kept: str) -> Plan:
    """Keep the same second factor in another form, if it still is that; nothing ends by that."""

    def plan(people: People) -> PeopleChange:
        same = [one for one in people.users if (one.id, one.totp) == (user.id, user.totp)]
        return PeopleChange(users=tuple(attrs.evolve(one, totp=kept) for one in same))

    return plan


def removing(user_id: int, *, by: int = 0) -> Plan:
    """Remove a user, his tokens and sessions; the last admin only if nobody is left behind.

    Args:
        by: the user who asks, if it is one; of two who remove each other at once, one stays.
    """

    def plan(people: People) -> PeopleChange:
        if by:
            _of_id(people, by)
        old = _of_id(people, user_id)
        _expect_admin([one for one in people.users if one.id != old.id], old)
        return PeopleChange(drop_users=(old.id,))

    return plan


def everywhere_out(user: User) -> User:
    """Return a user whose sessions have all ended."""
    return attrs.evolve(user, epoch=user.epoch + 1)


def without_factor(user: User) -> User:
    """Return a user who is asked for no second factor any more."""
    return attrs.evolve(user, totp=None, recovery=())


def granting(token: Token, *, within: str = "") -> Plan:
    """Add a token; its owner can give no more than he has.

    Args:
        within: the name of the token that asks for it, if it is one: it gives away no more than it
            has itself, neither other paths nor a longer time.
    """

    def plan(people: People) -> PeopleChange:
        _check_name("token", token.name)
        if any(folded(one.name) == folded(token.name) for one in people.tokens):
            raise AccessTaken(f"token {token.name!r} exists already; choose another name")
        if token.owner is not None:
            owner = _of_id(people, token.owner)
            if token.role > owner.role:
                raise AccessRefused(
                    f"{owner.name!r} is {owner.role.word}; a token of his cannot be "
                    f"{token.role.word}"
                )
        for path in token.paths:
            if not path.startswith("/") or not path.isprintable():
                raise AccessRefused(f"{path!r} is no path; write it like /api/v1/tasks")
        if token.expires_at is not None and token.expires_at <= token.created_at:
            raise AccessRefused("it would be over already; choose a later end")
        if within:
            _check_within(token, people.token(within))
        return PeopleChange(tokens=(token,))

    return plan


def _check_within(token: Token, asking: Token) -> None:
    if asking.paths and not (token.paths and all(map(asking.covers, token.paths))):
        paths = ", ".join(asking.paths)
        raise AccessRefused(f"the token {asking.name!r} gives no more than it has: {paths}")
    until, limit = token.expires_at, asking.expires_at
    if limit is not None and (until is None or until > limit):
        raise AccessRefused(
            f"the token {asking.name!r} gives for no longer than it is good itself, until "
            f"{stamp(limit)}"
        )


def revoking(token_id: int) -> Plan:
    """Remove a token."""

    def plan(people: People) -> PeopleChange:
        if token_id not in [one.id for one in people.tokens]:
            raise AccessGone("there is no such token any more")
        return PeopleChange(drop_tokens=(token_id,))

    return plan


def _of_id(people: People, user_id: int) -> User:
    for one in people.users:
        if one.id == user_id:
            return one
    raise AccessGone("there is no such user any more")


def _tokens_of(people: People, user: User) -> tuple[int, ...]:
    return tuple(one.id for one in people.tokens if one.owner == user.id)


def _expect_admin(left: Iterable[User], old: User) -> None:
    left = list(left)
    if left and not any(one.role is Role.ADMIN and not one.disabled for one in left):
        raise AccessTaken(f"{old.name!r} is the last admin; make somebody else one first")


def _check_name(what: str, name: str) -> None:
    try:
        check_name(name, 64)
    except ValueError as error:
        raise AccessRefused(f"the name of the {what} {error}") from None
