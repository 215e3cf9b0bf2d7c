"""Users and tokens over the API: as the commands have them, and nothing secret comes out twice."""

from __future__ import annotations

import json

import attrs
import pytest
import trio
from argon2 import PasswordHasher
from trio.testing import MockClock

from monitor.core.access.changing import adding, granting
from monitor.core.access.people import Deed, User, digest
from monitor.core.access.roles import Role
from monitor.operations.people import make_token
from monitor.web.routing import Who
from tests.core.scene import Stage
from tests.web.access.house import QUICK
from tests.web.api.caller import Caller

PASSWORD = "four words in a row"


@pytest.fixture
async def anna(stage: Stage, autojump_clock: MockClock, caller: Caller) -> Caller:
    """Asks as the admin anna, who is user 1."""
    caller.api.passwords.hasher = QUICK
    await trio.lowlevel.checkpoint()
    user = User(name="anna", role=Role.ADMIN, created_at=stage.clock.now(), totp="A" * 32)
    async with caller.app.store.session("test") as session:
        await session.registry.change_people(adding(user))
    caller.doorman.name, caller.doorman.token = "anna", ""
    return caller


def deeds(stage: Stage) -> list[Deed]:
    return list(stage.store.tables.access.deeds.values())


async def test_users_are_added_listed_changed_and_removed(
    anna: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    made = await anna.post("/users", {"name": "bob", "password": PASSWORD})
    assert (201, "bob", "viewer", True) == (
        made.status,
        *(made.document[key] for key in ("name", "role", "has_password")),
    )
    assert "/api/v1/users/2" == made.headers["location"]
    assert b"argon2" not in made.raw
    stored = stage.store.tables.access.users[2]
    assert QUICK.verify(stored.password or "", PASSWORD)
    assert made.document == (await anna.get("/users/2")).document
    page = (await anna.get("/users?limit=1")).document
    assert ["anna"] == [one["name"] for one in page["items"]]
    page = (await anna.get(f"/users?limit=1&cursor={page['next']}")).document
    assert (["bob"], None) == ([one["name"] for one in page["items"]], page["next"])
    listed = (await anna.get("/users?role=admin")).document["items"]
    assert ["anna"] == [one["name"] for one in listed]
    edited = await anna.patch("/users/2", {"role": "editor", "name": "rob"})
    assert ("rob", "editor") == (edited.document["name"], edited.document["role"])
    assert 204 == (await anna.delete("/users/2")).status
    gone = await anna.delete("/users/2")
    assert (404, True) == (gone.status, "there is no user 2" in gone.problem)
    told = [(one.actor, one.via, one.action, one.about) for one in deeds(stage)]
    assert [
        ("anna", "token", "user.add", "bob"),
        ("anna", "token", "user.edit", "rob"),
        ("anna", "token", "user.remove", "rob"),
    ] == told
    assert {"name": "rob", "role": "editor"} == deeds(stage)[1].after


async def test_a_password_is_set_a_lost_factor_taken_away_and_sessions_ended(
    anna: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    users = stage.store.tables.access.users
    token, _ = make_token("hers", Role.ADMIN, stage.clock.now(), owner=users[1])
    async with anna.app.store.session("test") as session:
        await session.registry.change_people(granting(token))
    without = await anna.delete("/users/1/second-factor")
    assert (200, False) == (without.status, without.document["second_factor"])
    assert 1 == users[1].epoch
    assert 200 == (await anna.post("/users/1/log-out")).status
    assert 2 == users[1].epoch
    assert 200 == (await anna.ask("PUT", "/users/1/password", {"password": PASSWORD})).status
    assert (3, {}) == (users[1].epoch, stage.store.tables.access.tokens)
    made = PasswordHasher(1, 8, 1).hash("elsewhere")
    assert 200 == (await anna.ask("PUT", "/users/1/password", {"password_hash": made})).status
    assert made == users[1].password
    told = [one.action for one in deeds(stage)]
    assert [
        *("user.factor", "user.log_out", "user.password", "token.revoke", "user.password")
    ] == told
    assert "argon2" not in str(deeds(stage))


@pytest.mark.parametrize(
    ("body", "status", "field", "why"),
    [
        ({"name": "ANNA"}, 409, "", "'ANNA' exists already"),
        ({"name": "a\nb"}, 422, "", "the name of the user"),
        ({"name": "bob", "role": "boss"}, 422, "role", "use one of viewer, editor, admin"),
        ({"name": "bob", "password": "short"}, 422, "password", "use 12 or more"),
        ({"name": "bob", "password_hash": "x"}, 422, "password_hash", "this is no argon2 hash"),
        ({"role": "admin"}, 422, "name", "is missing"),
        (
            {"name": "bob", "password": PASSWORD, "password_hash": "x"},
            *(422, "password_hash", "excludes a password"),
        ),
        (
            {"name": "bob", "password_hash": "$argon2id$v=19$m=9999999,t=2,p=1$MTIzNDU2Nzg$MTIz"},
            *(422, "password_hash", "each login would cost too much"),
        ),
    ],
)
async def test_a_user_that_is_not_good_is_not_added(
    anna: Caller,
    autojump_clock: MockClock,
    stage: Stage,
    body: dict[str, str],
    status: int,
    field: str,
    why: str,
) -> None:
    answer = await anna.post("/users", body)
    assert (status, True) == (answer.status, why in answer.problem), answer.problem
    assert not field or why in answer.wrong[field]
    assert [1] == list(stage.store.tables.access.users)
    assert [] == deeds(stage)


async def test_the_last_admin_stays_and_nobody_removes_themselves(
    anna: Caller, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await anna.post("/users", {"name": "bob"})
    for answer in (
        await anna.patch("/users/1", {"role": "viewer"}),
        await anna.delete("/users/1"),
    ):
        assert (409, True) == (answer.status, "is the last admin" in answer.problem)
    admit = anna.doorman.admit

    async def as_bob(*some: object) -> Who:
        return attrs.evolve(await admit(*some), user_id=2)  # type: ignore[arg-type]

    monkeypatch.setattr(type(anna.doorman), "admit", lambda _self, *some: as_bob(*some))
    answer = await anna.delete("/users/2")
    assert (409, True) == (answer.status, "nobody removes themselves" in answer.problem)


async def test_a_user_is_disabled_and_enabled_but_not_the_last_admin(
    anna: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    await anna.post("/users", {"name": "bob", "role": "admin"})
    edited = await anna.patch("/users/2", {"disabled": True})
    assert (200, True) == (edited.status, edited.document["disabled"])
    last = await anna.patch("/users/1", {"role": "viewer"})
    assert (409, True) == (last.status, "is the last admin" in last.problem)
    edited = await anna.patch("/users/2", {"disabled": False})
    assert (200, False) == (edited.status, edited.document["disabled"])
    assert 3 == stage.store.tables.access.users[2].epoch, "sessions have ended"


async def test_nobody_overwrites_a_user_that_was_changed_meanwhile(
    anna: Caller, autojump_clock: MockClock
) -> None:
    made = await anna.post("/users", {"name": "bob"})
    tag = made.headers["etag"]
    edited = await anna.patch("/users/2", {"role": "editor"}, if_match=tag)
    assert 200 == edited.status
    for answer in (
        await anna.patch("/users/2", {"role": "admin"}, if_match=tag),
        await anna.delete("/users/2", if_match=tag),
        await anna.ask("PUT", "/users/2/password", {"password": PASSWORD}, if_match=tag),
    ):
        assert 412 == answer.status
    assert edited.headers["etag"] == (await anna.get("/users/2")).headers["etag"]
    assert 204 == (await anna.delete("/users/2", if_match=edited.headers["etag"])).status


async def test_a_token_is_shown_once_also_to_who_asks_again_with_the_same_key(
    anna: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    body = {
        "name": "ci",
        "role": "editor",
        "owner": "ANNA",
        "read_only": True,
        "paths": ["/api/v1/tasks"],
        "for_s": 3600,
    }
    made = await anna.post("/tokens", body, idempotency_key="k")
    assert (201, "editor", "anna", "anna") == (
        made.status,
        *(made.document[key] for key in ("role", "owner", "by")),
    )
    secret = made.document["token"]
    assert digest(secret) == stage.store.tables.access.tokens[1].digest
    again = await anna.post("/tokens", body, idempotency_key="k")
    assert {**made.document, "token": None} == again.document
    assert secret not in str(stage.store.tables), "not even in what is kept of the answer"
    listed = (await anna.get("/tokens?owner=anna&role=editor&over=false")).document["items"]
    shown = {key: value for key, value in made.document.items() if key != "token"}
    assert [shown] == listed
    assert shown == (await anna.get("/tokens/1")).document
    for nothing in ("over=true", "owner=carl", "owner=", "role=admin"):
        assert [] == (await anna.get(f"/tokens?{nothing}")).document["items"], nothing
    assert 409 == (await anna.post("/tokens", body)).status
    assert 204 == (await anna.delete("/tokens/1")).status
    assert 404 == (await anna.delete("/tokens/1")).status
    told = [(one.action, one.about) for one in deeds(stage)]
    assert [("token.add", "ci"), ("token.revoke", "ci")] == told


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        ({"name": "ci", "for_s": 1}, 422, "for_s: 1s is out of range; use 1m to"),
        ({"name": "ci", "paths": ["metrics"]}, 422, "'metrics' is no path"),
        ({"name": "ci", "owner": "carl"}, 404, "there is no user 'carl'"),
        ({"name": "ci", "owner": "bob", "role": "admin"}, 422, "a token of his cannot be admin"),
        ({"name": " "}, 422, "the name of the token is empty"),
    ],
)
async def test_a_token_that_is_not_good_is_not_made(
    anna: Caller,
    autojump_clock: MockClock,
    stage: Stage,
    body: dict[str, object],
    status: int,
    why: str,
) -> None:
    await anna.post("/users", {"name": "bob", "role": "editor"})
    answer = await anna.post("/tokens", body)
    assert (status, True) == (answer.status, why in answer.problem), answer.problem
    assert {} == stage.store.tables.access.tokens


async def test_a_token_gives_no_more_than_it_has_itself(
    anna: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    limits = {"paths": ["/api/v1/tokens", "/api/v1/tasks"], "for_s": 3600}
    body = {"name": "ci", "role": "admin", **limits}
    anna.doorman.token = "ci"
    async with anna.app.store.session("test") as session:
        token, _ = make_token("ci", Role.ADMIN, stage.clock.now())
        await session.registry.change_people(granting(token))
    assert 201 == (await anna.post("/tokens", {"name": "other"})).status, "it has no limits"
    assert 204 == (await anna.delete("/tokens/1")).status
    async with anna.app.store.session("test") as session:
        token, _ = make_token("ci", Role.ADMIN, stage.clock.now(), paths=limits["paths"], for_s=60)  # type: ignore[arg-type]
        await session.registry.change_people(granting(token))
    wider = await anna.post("/tokens", {"name": "wider", "for_s": 60})
    assert (422, True) == (wider.status, "gives no more than it has" in wider.problem)
    longer = await anna.post("/tokens", {**body, "name": "longer"})
    assert (422, True) == (longer.status, "for no longer than it is good" in longer.problem)
    assert {"ci", "other"} == {one.name for one in stage.store.tables.access.tokens.values()}


async def test_a_password_leaves_no_digest_in_what_is_kept_of_a_request(
    anna: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    body = {"name": "bob", "password": PASSWORD}
    first = await anna.post("/users", body, idempotency_key="k")
    again = await anna.post("/users", body, idempotency_key="k")
    assert (201, first.document) == (again.status, again.document)
    other = await anna.post("/users", {**body, "name": "carl"}, idempotency_key="k")
    assert 422 == other.status
    assert digest(json.dumps(body)) not in str(stage.store.tables)


async def test_only_admins_see_or_change_any_of_it(anna: Caller, autojump_clock: MockClock) -> None:
    anna.doorman.role = Role.EDITOR
    for path in ("/users", "/users/1", "/tokens", "/tokens/1"):
        assert 403 == (await anna.get(path)).status
    assert 403 == (await anna.post("/users", {"name": "bob"})).status
    assert 403 == (await anna.post("/tokens", {"name": "ci"})).status
