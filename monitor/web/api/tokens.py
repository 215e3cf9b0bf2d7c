"""/api/v1/tokens: keys for programs. A key is shown once, when it is made."""

from collections.abc import Iterator

import attrs

from monitor.core.access.changing import People, PeopleChange, granting, revoking
from monitor.core.access.people import Token
from monitor.operations.access_documents import token_form
from monitor.operations.people import LONGEST_S, SHORTEST_S, make_token, token_length
from monitor.operations.refusals import NotThere
from monitor.web.api.bodies import TEXT, TEXTS, flag, line, names, yes_or_no
from monitor.web.api.body import seconds
from monitor.web.api.call import Call
from monitor.web.api.cursor import PAGING, decoded, page_reply
from monitor.web.api.operation import Body, Key, Operation, Query, Reply
from monitor.web.api.receipts import done_once
from monitor.web.api.schemas import page_of, ref
from monitor.web.api.users import ROLE_SCHEMA, role_of
from monitor.web.routing import Role

_NEW = Body(
    name="NewToken",
    keys={
        "name": Key(line, "what it is for", TEXT),
        "role": Key(role_of, "what it may do; a viewer's rights, unless named", ROLE_SCHEMA),
        "owner": Key(
            line, "the user it belongs to: never more than they may; ends with them", TEXT
        ),
        "read_only": Key(flag, "nothing can be changed with it", {"type": "boolean"}),
        "paths": Key(names, "paths that it may ask for, with all below; all, if none", TEXTS),
        "for_s": Key(
            seconds,
            "how long it is good, in seconds; until it is revoked, if not said",
            {"type": "number", "minimum": SHORTEST_S, "maximum": LONGEST_S},
            "for",
        ),
    },
    required=("name",),
    example={"name": "ci", "role": "editor", "for_s": 7776000},
)


@attrs.frozen(kw_only=True)
class TokenDesk:
    """Serves tokens to admins."""

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="listTokens",
            method="GET",
            path="/tokens",
            needs=Role.ADMIN,
            says="List tokens, the oldest first; what makes them tokens is not known here.",
            carry_out=self.list,
            query={
                "role": Query(role_of, "Of this role.", ROLE_SCHEMA, several=True),
                "owner": Query(str, "Of this user.", TEXT),
                "over": Query(yes_or_no, "Whether their time is over.", {"type": "boolean"}),
                **PAGING,
            },
            answer=page_of("Token"),
        )
        yield Operation(
            id="createToken",
            method="POST",
            path="/tokens",
            needs=Role.ADMIN,
            says="Make a token; it is shown in this answer, and never again.",
            more="A token that asks for another one gives no more than it has: neither other paths "
            "nor a longer time.",
            carry_out=self.create,
            body=_NEW,
            answer=ref("MadeToken"),
            status=201,
            refusals=(404, 409),
            once=True,
        )
        yield Operation(
            id="getToken",
            method="GET",
            path="/tokens/{token_id}",
            needs=Role.ADMIN,
            says="Show a token, and when it was last used.",
            carry_out=self.get,
            answer=ref("Token"),
        )
        yield Operation(
            id="revokeToken",
            method="DELETE",
            path="/tokens/{token_id}",
            needs=Role.ADMIN,
            says="Revoke a token; from then on it is refused.",
            carry_out=self.revoke,
            status=204,
        )

    async def list(self, call: Call) -> Reply:
        place, query = decoded(call.query["cursor"], int), call.query
        async with call.session() as session:
            people = await session.registry.people()
        owner = None if query["owner"] is None else people.find(query["owner"])
        found = [
            one
            for one in sorted(people.tokens, key=lambda one: one.id)
            if (place is None or one.id > place[0])
            and (not query["role"] or one.role in query["role"])
            and (query["owner"] is None or (owner is not None and one.owner == owner.id))
            and query["over"] in (None, one.is_over(call.now))
        ]
        return page_reply(
            found, query["limit"], lambda one: token_form(one, people), lambda one: [one.id]
        )

    async def create(self, call: Call) -> Reply:
        body, who = call.body, call.who
        async with call.session() as session:
            people = await session.registry.people()
            token, secret = make_token(
                body["name"],
                body.get("role", Role.VIEWER),
                call.now,
                owner=people.user(body["owner"]) if "owner" in body else None,
                read_only=body.get("read_only", False),
                paths=body.get("paths", ()),
                for_s=token_length(body.get("for_s")),
                by=who.name,
            )

            async def grant() -> PeopleChange:
                return await session.registry.change_people(granting(token, within=who.token))

            def reply(done: PeopleChange, shown: str | None = secret) -> Reply:
                (made,) = done.tokens
                return Reply(
                    document={**token_form(made, people), "token": shown},
                    status=201,
                    headers={"Location": f"/api/v1/tokens/{made.id}"},
                )

            return await done_once(call, session, grant, reply, kept=lambda done: reply(done, None))

    async def get(self, call: Call) -> Reply:
        async with call.session() as session:
            people = await session.registry.people()
        return Reply(document=token_form(_find(people, call.number("token_id")), people))

    async def revoke(self, call: Call) -> Reply:
        token_id = call.number("token_id")
        async with call.session() as session:
            _find(await session.registry.people(), token_id)
            await session.registry.change_people(revoking(token_id))
        return Reply(status=204)


def _find(people: People, token_id: int) -> Token:
    for one in people.tokens:
        if one.id == token_id:
            return one
    raise NotThere(f"there is no token {token_id}; GET /api/v1/tokens shows all")
