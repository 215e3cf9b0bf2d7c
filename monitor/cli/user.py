"""`monitor user`, `monitor hash-password`: who may log in."""

from typing import TYPE_CHECKING, Annotated

import attrs
from cyclopts import App, Parameter

from monitor.cli.everywhere import NOTHING_SAID, Everywhere
from monitor.cli.passwords import hashed, read_password
from monitor.cli.screen import say, say_json, table
from monitor.core.units import stamp
from monitor.operations.refusals import Unfit
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.core.access.changing import Plan
    from monitor.core.access.people import User
    from monitor.core.access.roles import Role
    from monitor.core.ports import Session

RoleWord = Annotated[str | None, Parameter(metavar="viewer|editor|admin")]


def register(app: App) -> None:
    user = App(name="user", help="Who may log in to the dashboard, and what they may do.")
    user.command(add)
    user.command(list_, name="list")
    user.command(edit)
    user.command(password)
    user.command(remove)
    app.command(user)
    app.command(hash_password, name="hash-password")


async def add(
    name: str,
    /,
    *,
    role: RoleWord = None,
    password_hash: Annotated[str | None, Parameter(metavar="HASH")] = None,
    no_password: bool = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Add a user. The password is asked for, or read from standard input.

    Args:
        name: How they log in.
        role: What they may do (default: viewer; the first user is an admin).
        password_hash: What `monitor hash-password` printed, instead of a password.
        no_password: They log in by a provider or a proxy only.
    """
    settings = everywhere.settle()
    words = Words(settings.lang)
    from monitor.cli.database import now, open_session
    from monitor.core.access.changing import adding
    from monitor.core.access.people import User
    from monitor.core.access.roles import Role

    wanted = read_role_word(role)
    if password_hash is not None and no_password:
        raise Unfit("no-password", "a hash was given; decide for one")
    async with open_session(settings, make=True) as session:
        people = await session.registry.people()
        if wanted is None:
            wanted = Role.VIEWER if people.users else Role.ADMIN
        user = User(name=name, role=wanted, created_at=now())
        adding(user)(people)  # before somebody types a password for nothing
        kept = None if no_password else _kept(words, name, password_hash)
        user = attrs.evolve(user, password=kept)
        done = await session.registry.change_people(adding(user))
    [user] = done.users
    return _tell(everywhere, user, words('user "{name}" added: {role}', **_words(user, words)))


async def list_(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """List the users."""
    settings = everywhere.settle()
    words = Words(settings.lang)
    from monitor.cli.database import open_session
    from monitor.operations.access_documents import user_form

    async with open_session(settings) as session:
        users = (await session.registry.people()).users
    if everywhere.json:
        say_json([user_form(one) for one in users])
    elif users:
        headings = ("name", "role", "second factor", "last login")
        lines = [
            (
                one.name,
                _role(one, words),
                words("yes") if one.totp else words("no"),
                stamp(one.seen_at) if one.seen_at else "",
            )
            for one in users
        ]
        say(table([words(heading) for heading in headings], lines))
    else:
        say(words("there are no users; add one with: {command}", command="monitor user add NAME"))
    return 0


async def edit(
    name: str,
    /,
    *,
    role: RoleWord = None,
    rename: Annotated[str | None, Parameter(metavar="NAME")] = None,
    disable: bool = False,
    enable: bool = False,
    no_second_factor: bool = False,
    log_out: bool = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Change a user. Another role ends the sessions.

    Args:
        name: The user.
        role: What they may do.
        rename: Another name.
        disable: Let them in no more for now, nor tokens of theirs; nothing else of them is lost.
        enable: Let them in again.
        no_second_factor: Take the second factor away, when its device is lost.
        log_out: End all sessions.
    """
    wanted = read_role_word(role)
    if disable and enable:
        raise Unfit("enable", "excludes --disable; decide for one")
    if not (wanted or rename or disable or enable or no_second_factor or log_out):
        there_are = "--role, --rename, --disable, --enable, --no-second-factor or --log-out"
        raise Unfit("", f"nothing to change; say {there_are}")
    settings = everywhere.settle()
    words = Words(settings.lang)
    from monitor.cli.database import open_session
    from monitor.core.access.changing import editing, everywhere_out, without_factor

    def changed(old: "User") -> "User":
        disabled = disable or (old.disabled and not enable)
        new = attrs.evolve(old, name=rename or old.name, role=wanted or old.role, disabled=disabled)
        if no_second_factor:
            new = without_factor(new)
        return everywhere_out(new) if log_out else new

    async with open_session(settings) as session:
        old = (await session.registry.people()).user(name)
        user = await _change(session, editing(old.id, changed))
    return _tell(
        everywhere, user, words('user "{name}" changed, now {role}', **_words(user, words))
    )


async def password(
    name: str,
    /,
    *,
    password_hash: Annotated[str | None, Parameter(metavar="HASH")] = None,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Give a user another password. It ends their sessions, and the tokens that belong to them.

    Args:
        name: The user.
        password_hash: What `monitor hash-password` printed, instead of a password.
    """
    settings = everywhere.settle()
    words = Words(settings.lang)
    from monitor.cli.database import open_session
    from monitor.core.access.changing import editing

    async with open_session(settings) as session:
        old = (await session.registry.people()).user(name)
        kept = _kept(words, old.name, password_hash)
        plan = editing(old.id, lambda user: attrs.evolve(user, password=kept))
        user = await _change(session, plan)
    said = words('user "{name}" has another password; all sessions have ended', name=user.name)
    return _tell(everywhere, user, said)


async def remove(name: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Remove a user with their sessions and tokens.

    Args:
        name: The user.
    """
    settings = everywhere.settle()
    words = Words(settings.lang)
    from monitor.cli.database import open_session
    from monitor.core.access.changing import removing

    async with open_session(settings) as session:
        user = (await session.registry.people()).user(name)
        await session.registry.change_people(removing(user.id))
    return _tell(everywhere, user, words('user "{name}" removed', name=user.name))


async def hash_password(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Print the hash of a password, for `user add --password-hash` in scripts."""
    words = Words(everywhere.settle().lang)
    kept = hashed(read_password(words))
    if everywhere.json:
        say_json({"hash": kept})
    else:
        say(kept)
    return 0


def read_role_word(word: str | None) -> "Role | None":
    """Read a role. Raises Unfit."""
    from monitor.core.access.roles import read_role

    try:
        return None if word is None else read_role(word)
    except ValueError as error:
        raise Unfit("role", str(error)) from None


def _kept(words: Words, name: str, password_hash: str | None) -> str:
    """Return the hash of a password that was given, or asked for."""
    if password_hash is None:
        return hashed(read_password(words, (name,)))
    from monitor.operations.people import check_hash

    return check_hash(password_hash)


async def _change(session: "Session", plan: "Plan") -> "User":
    [user] = (await session.registry.change_people(plan)).users
    return user


def _words(user: "User", words: Words) -> dict[str, str]:
    return {"name": user.name, "role": _role(user, words)}


def _role(user: "User", words: Words) -> str:
    role = words(user.role.word)
    return words("{role}, disabled", role=role) if user.disabled else role


def _tell(everywhere: Everywhere, user: "User", said: str) -> int:
    from monitor.operations.access_documents import user_form

    if everywhere.json:
        say_json(user_form(user))
    else:
        say(said)
    return 0
