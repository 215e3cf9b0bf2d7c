"""/api/v1/users: who may log in, and what they may do."""

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import msgspec

from monitor.core.access.changing import (
    AccessGone,
    People,
    PeopleChange,
    Plan,
    adding,
    editing,
    everywhere_out,
    removing,
    without_factor,
)
from monitor.core.access.passwords import check_password
from monitor.core.access.people import User
from monitor.core.access.roles import read_role
from monitor.operations.access_documents import user_form
from monitor.operations.people import check_hash, refuse_own_disabling, refuse_own_end
from monitor.operations.refusals import Unfit
from monitor.web.access.hashing import Passwords
from monitor.web.api.bodies import TEXT, flag, line
from monitor.web.api.call import Call
from monitor.web.api.cursor import PAGING, decoded, page_reply
from monitor.web.api.operation import Body, Key, Operation, Query, Reply
from monitor.web.api.problems import Refusal
from monitor.web.api.receipts import done_once
from monitor.web.api.schemas import page_of, ref
from monitor.web.api.tags import expect_match, tag_of
from monitor.web.routing import Role

ROLE_SCHEMA = {"enum": [role.word for role in Role]}
_PASSWORDS = {
    "password": Key(line, "what they log in with, 12 characters or more", TEXT),
    "password_hash": Key(
        line, "what `monitor hash-password` printed, instead of a password", TEXT, "password-hash"
    ),
}


def role_of(value: Any) -> Role:
    """Read the word for a role."""
    return read_role(line(value))


_NAME = Key(line, "how they log in", TEXT)
_ROLE = Key(role_of, "what they may do", ROLE_SCHEMA)
_NEW = Body(
    name="NewUser",
    keys={"name": _NAME, "role": _ROLE, **_PASSWORDS},
    required=("name",),
    example={"name": "bob", "role": "editor", "password": "four words in a row"},
)
_CHANGES = Body(
    name="UserChanges",
    keys={
        "name": _NAME,
        "role": _ROLE,
        "disabled": Key(flag, "whether they are not let in for now", {"type": "boolean"}),
    },
    example={"role": "editor"},
)
_PASSWORD = Body(
    name="NewPassword", keys=_PASSWORDS, example={"password": "five words in a row now"}
)


@attrs.frozen(kw_only=True)
class UserDesk:
    """Serves users to admins."""

    passwords: Passwords

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="listUsers",
            method="GET",
            path="/users",
            needs=Role.ADMIN,
            says="List who may log in, the oldest first.",
            carry_out=self.list,
            query={"role": Query(role_of, "Of this role.", ROLE_SCHEMA, several=True), **PAGING},
            answer=page_of("User"),
        )
        yield Operation(
            id="createUser",
            method="POST",
            path="/users",
            needs=Role.ADMIN,
            says="Add a user: a viewer, unless a role is named.",
            more="Without a password they log in by a provider or a proxy only. The first user is "
            "an admin.",
            carry_out=self.create,
            body=_NEW,
            answer=ref("User"),
            status=201,
            refusals=(409,),
            once=True,
            tagged=True,
        )
        yield Operation(
            id="getUser",
            method="GET",
            path="/users/{user_id}",
            needs=Role.ADMIN,
            says="Show a user.",
            carry_out=self.get,
            answer=ref("User"),
            tagged=True,
        )
        yield Operation(
            id="editUser",
            method="PATCH",
            path="/users/{user_id}",
            needs=Role.ADMIN,
            says="Change the role or the name of a user, or disable them; what is not sent stays.",
            more="Another role ends their sessions. Who is disabled is not let in, nor are tokens "
            "of theirs, until they are enabled again. The last admin stays one.",
            carry_out=self.edit,
            body=_CHANGES,
            answer=ref("User"),
            refusals=(409,),
            matched=True,
        )
        yield Operation(
            id="removeUser",
            method="DELETE",
            path="/users/{user_id}",
            needs=Role.ADMIN,
            says="Remove a user, with their sessions and tokens.",
            more="Nobody removes themselves, and the last admin stays as long as there are others.",
            carry_out=self.remove,
            status=204,
            refusals=(409,),
            matched=True,
        )
        yield Operation(
            id="setPassword",
            method="PUT",
            path="/users/{user_id}/password",
            needs=Role.ADMIN,
            says="Give a user another password; it ends their sessions, and revokes their tokens.",
            carry_out=self.set_password,
            body=_PASSWORD,
            answer=ref("User"),
            matched=True,
        )
        yield Operation(
            id="removeSecondFactor",
            method="DELETE",
            path="/users/{user_id}/second-factor",
            needs=Role.ADMIN,
            says="Take the second factor of a user away, when its device is lost.",
            carry_out=self.remove_factor,
            answer=ref("User"),
            matched=True,
        )
        yield Operation(
            id="logOutUser",
            method="POST",
            path="/users/{user_id}/log-out",
            needs=Role.ADMIN,
            says="End all sessions of a user.",
            carry_out=self.log_out,
            answer=ref("User"),
        )

    async def list(self, call: Call) -> Reply:
        place, roles = decoded(call.query["cursor"], int), call.query["role"]
        async with call.session() as session:
            known = (await session.registry.people()).users
        found = [
            one
            for one in sorted(known, key=lambda one: one.id)
            if (place is None or one.id > place[0]) and (not roles or one.role in roles)
        ]
        return page_reply(found, call.query["limit"], user_form, lambda one: [one.id])

    async def create(self, call: Call) -> Reply:
        name, role = call.body["name"], call.body.get("role", Role.VIEWER)
        kept = await self._kept(call.body, name)
        user = User(name=name, role=role, password=kept, created_at=call.now)

        def reply(done: PeopleChange) -> Reply:
            (added,) = done.users
            headers = {"Location": f"/api/v1/users/{added.id}", "ETag": _tag(added)}
            return Reply(document=user_form(added), status=201, headers=headers)

        meant = msgspec.json.encode([name, role.word])  # of the password no digest is kept
        async with call.session() as session:

            async def add() -> PeopleChange:
                return await session.registry.change_people(adding(user))

            return await done_once(call, session, add, reply, meant=meant)

    async def get(self, call: Call) -> Reply:
        async with call.session() as session:
            return _reply(_find(await session.registry.people(), call.number("user_id")))

    async def edit(self, call: Call) -> Reply:
        if not call.body:
            raise Refusal(
                422, f"there is nothing to change; send one of {', '.join(_CHANGES.keys)}"
            )
        if call.body.get("disabled"):
            refuse_own_disabling(call.number("user_id"), call.who.user_id)
        return await self._edit(call, lambda user: attrs.evolve(user, **call.body))

    async def set_password(self, call: Call) -> Reply:
        if not call.body:
            raise Unfit("password", "is missing")
        async with call.session() as session:
            people = await session.registry.people()
        kept = await self._kept(call.body, _find(people, call.number("user_id")).name)
        return await self._edit(call, lambda user: attrs.evolve(user, password=kept))

    async def remove_factor(self, call: Call) -> Reply:
        return await self._edit(call, without_factor)

    async def log_out(self, call: Call) -> Reply:
        return await self._edit(call, everywhere_out)

    async def remove(self, call: Call) -> Reply:
        user_id = call.number("user_id")
        refuse_own_end(user_id, call.who.user_id)
        await _carry_out(call, user_id, removing(user_id, by=call.who.user_id))
        return Reply(status=204)

    async def _edit(self, call: Call, change: Callable[[User], User]) -> Reply:
        user_id = call.number("user_id")
        done = await _carry_out(call, user_id, editing(user_id, change))
        return _reply(done.users[0])

    async def _kept(self, body: dict[str, Any], name: str) -> str | None:
        """Return the hash of the password that was sent; None: there is none."""
        if len(body.keys() & _PASSWORDS.keys()) > 1:
            raise Unfit("password-hash", "excludes a password; decide for one")
        if (made := body.get("password_hash")) is not None:
            return check_hash(made)
        if (password := body.get("password")) is None:
            return None
        check_password(password, (name,))
        return await self.passwords.hash(password)


async def _carry_out(call: Call, user_id: int, plan: Plan) -> PeopleChange:
    """Change a user, if it is of the version that the sender has seen."""

    def matched(people: People) -> PeopleChange:
        expect_match(call.if_match, _tag(_find(people, user_id)))
        return plan(people)

    async with call.session() as session:
        return await session.registry.change_people(matched)


def _find(people: People, user_id: int) -> User:
    for one in people.users:
        if one.id == user_id:
            return one
    raise AccessGone(f"there is no user {user_id}; GET /api/v1/users shows all")


def _tag(user: User) -> str:
    factor = user.totp is not None
    plain = [user.id, user.name, user.role.word, user.disabled, factor, user.epoch]
    return tag_of([*plain, user.password])


def _reply(user: User) -> Reply:
    return Reply(document=user_form(user), headers={"ETag": _tag(user)})
