"""`monitor token`: keys for programs that ask the API."""

from typing import Annotated

from cyclopts import App, Parameter

from monitor.cli.everywhere import NOTHING_SAID, Duration, Everywhere
from monitor.cli.screen import say, say_json, table
from monitor.cli.user import RoleWord, read_role_word
from monitor.core.units import stamp
from monitor.words import Words

Paths = Annotated[list[str] | None, Parameter(metavar="PATH", n_tokens=1)]


def register(app: App) -> None:
    token = App(name="token", help="Keys for programs: Authorization: Bearer mon_...")
    token.command(add)
    token.command(list_, name="list")
    token.command(revoke)
    app.command(token)


async def add(
    name: str,
    /,
    *,
    role: RoleWord = None,
    user: Annotated[str | None, Parameter(metavar="NAME")] = None,
    for_: Annotated[Duration, Parameter(name="--for")] = None,
    read_only: bool = False,
    path: Paths = None,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Make a token. It is shown once: nothing of it is kept but a digest.

    Args:
        name: What it is for.
        role: What it may do (default: viewer).
        user: Whom it belongs to: it may never do more than they, and ends with them.
        for_: How long it is good, such as 90d (default: until it is revoked).
        read_only: Nothing can be changed with it, whatever its role.
        path: A path that it may ask for, with all below it; may be repeated (default: all).
    """
    from monitor.core.access.changing import granting
    from monitor.core.access.roles import Role
    from monitor.operations.access_documents import token_form
    from monitor.operations.people import make_token, token_length

    wanted = read_role_word(role) or Role.VIEWER
    for_s = token_length(for_)
    settings = everywhere.settle()
    words = Words(settings.lang)
    from monitor.cli.database import now, open_session
    from monitor.cli.whoami import whoami

    async with open_session(settings, make=True) as session:
        people = await session.registry.people()
        token, secret = make_token(
            name,
            wanted,
            now(),
            owner=None if user is None else people.user(user),
            read_only=read_only,
            paths=path or (),
            for_s=for_s,
            by=whoami(),
        )
        [token] = (await session.registry.change_people(granting(token))).tokens
    if everywhere.json:
        say_json({**token_form(token, people), "token": secret})
        return 0
    say(secret)
    said = words(
        'token "{name}": {role}; it is not shown again', name=name, role=words(wanted.word)
    )
    say(said)
    return 0


async def list_(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """List the tokens."""
    settings = everywhere.settle()
    words = Words(settings.lang)
    from monitor.cli.database import now, open_session
    from monitor.operations.access_documents import token_form

    async with open_session(settings) as session:
        people = await session.registry.people()
    if everywhere.json:
        say_json([token_form(one, people) for one in people.tokens])
    elif people.tokens:
        owners = {one.id: one.name for one in people.users}
        headings = ("name", "role", "user", "limits", "last used", "good until")
        lines = [
            (
                one.name,
                words(one.role.word),
                owners.get(one.owner or 0, ""),
                ", ".join([*([words("read-only")] if one.read_only else []), *one.paths]),
                stamp(one.used_at) if one.used_at else "",
                words("over")
                if one.is_over(now())
                else stamp(one.expires_at)
                if one.expires_at
                else "",
            )
            for one in people.tokens
        ]
        say(table([words(heading) for heading in headings], lines))
    else:
        command = "monitor token add NAME"
        say(words("there are no tokens; make one with: {command}", command=command))
    return 0


async def revoke(name: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Revoke a token; from then on it is refused.

    Args:
        name: The token.
    """
    settings = everywhere.settle()
    words = Words(settings.lang)
    from monitor.cli.database import open_session
    from monitor.core.access.changing import revoking
    from monitor.operations.access_documents import token_form

    async with open_session(settings) as session:
        people = await session.registry.people()
        token = people.token(name)
        await session.registry.change_people(revoking(token.id))
    if everywhere.json:
        say_json(token_form(token, people))
    else:
        say(words('token "{name}" revoked', name=token.name))
    return 0
