"""Every store: who may come in is known at once to everybody, and who changed what for a year."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest
import trio

from monitor.core.access.changing import (
    AccessGone,
    AccessRefused,
    People,
    PeopleChange,
    adding,
    editing,
    everywhere_out,
    granting,
    rehashed,
    removing,
    revoking,
)
from monitor.core.access.people import Deed, Deeds, Token, User, WebSession, new_deed
from monitor.core.access.roles import Role
from monitor.core.changes import FleetChange
from monitor.core.failures import DuplicateName
from monitor.core.model import Task, TaskSpec
from monitor.core.ports import Session, Store
from monitor.core.tasks import edited
from monitor.operations.signed_session import signed_session
from monitor.operations.signing import Author
from tests.store.scene import ODD_TEXT, at, spec


def user(name: str = "anna", role: Role = Role.ADMIN, **more: Any) -> User:
    return attrs.evolve(User(name=name, role=role, created_at=at(0)), **more)


def token(name: str = "ci", role: Role = Role.EDITOR, **more: Any) -> Token:
    made = Token(name=name, role=role, digest=f"digest of {name}", created_at=at(0))
    return attrs.evolve(made, **more)


def visit(who: User, name: str = "cookie", at_s: float = 0, **more: Any) -> WebSession:
    made = WebSession(
        digest=name, user_id=who.id, epoch=who.epoch, created_at=at(at_s), seen_at=at(at_s)
    )
    return attrs.evolve(made, **more)


def deed(at_s: float, about: str = "shop", action: str = "task.edit", actor: str = "anna") -> Deed:
    return new_deed(at(at_s), actor, "session", action, about, {"a": 1}, {"a": 2}, "192.0.2.1")


async def add(session: Session, one: User) -> User:
    [added] = (await session.registry.change_people(adding(one))).users
    return added


async def test_users_and_tokens_come_back_as_they_were_written_by_name(store: Store) -> None:
    async with store.session("test") as session:
        assert People() == await session.registry.people()
        zoe = await add(
            session,
            user(
                "Zoë",
                password="$argon2id$",
                subject="https://id.example 7",
                totp="SECRET",
                totp_step=2**40,
                recovery=("a", "b"),
                epoch=3,
                seen_at=at(1.5),
            ),
        )
        bob = await add(session, user("bob", Role.VIEWER))
        key = token("ключ", owner=zoe.id, paths=("/api/v1",), by=ODD_TEXT, read_only=True)
        key = attrs.evolve(key, expires_at=at(9), used_at=at(1))
        [key] = (await session.registry.change_people(granting(key))).tokens
        assert People(users=(bob, zoe), tokens=(key,)) == await session.registry.people()
        assert 0 not in (zoe.id, bob.id, key.id)
        assert zoe.id != bob.id


async def test_a_name_is_given_once_however_it_is_written(store: Store) -> None:
    async with store.session("test") as session:
        anna = await add(session, user("Anna"))
        with pytest.raises(AccessRefused, match="'ANNA' exists already"):
            await add(session, user("ANNA", Role.VIEWER))
        await session.registry.change_people(granting(token("CI")))
        with pytest.raises(AccessRefused, match="'ci' exists already"):
            await session.registry.change_people(granting(token("ci")))
        assert (anna,) == (await session.registry.people()).users


async def test_what_a_plan_raises_changes_nothing(store: Store) -> None:
    def fail(_people: People) -> PeopleChange:
        raise ZeroDivisionError

    async with store.session("test") as session:
        anna = await add(session, user())
        with pytest.raises(ZeroDivisionError):
            await session.registry.change_people(fail)
        assert (anna,) == (await session.registry.people()).users


async def test_the_first_user_is_made_once_also_by_two_at_the_same_moment(store: Store) -> None:
    made: list[str] = []
    refused: list[str] = []

    async def make(name: str) -> None:
        async with store.session(name) as session:
            try:
                await session.registry.change_people(adding(user(name), first=True))
            except AccessRefused as error:
                refused.append(str(error))
            else:
                made.append(name)

    async with trio.open_nursery() as nursery:
        for name in ("anna", "mallory", "eve"):
            nursery.start_soon(make, name)
    async with store.session("test") as session:
        assert made == [one.name for one in (await session.registry.people()).users]
        assert 1 == len(made)
        assert 2 * ["there are users already; log in as one of them"] == refused


async def test_of_two_who_remove_each_other_at_the_same_moment_one_stays(store: Store) -> None:
    async with store.session("test") as session:
        anna, bob = [await add(session, user(name)) for name in ("anna", "bob")]
    refused: list[str] = []

    async def remove(one: User, by: User) -> None:
        async with store.session(by.name) as session:
            try:
                await session.registry.change_people(removing(one.id, by=by.id))
            except AccessGone as error:
                refused.append(str(error))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(remove, anna, bob)
        nursery.start_soon(remove, bob, anna)
    async with store.session("test") as session:
        assert 1 == len((await session.registry.people()).users)
    assert ["there is no such user any more"] == refused


async def test_the_last_admin_stays_also_when_two_leave_at_the_same_moment(store: Store) -> None:
    async with store.session("test") as session:
        admins = [await add(session, user(name)) for name in ("anna", "bob")]
        await add(session, user("carl", Role.VIEWER))
    refused: list[str] = []

    async def leave(one: User) -> None:
        async with store.session(one.name) as session:
            try:
                await session.registry.change_people(removing(one.id))
            except AccessRefused as error:
                refused.append(str(error))

    async with trio.open_nursery() as nursery:
        for one in admins:
            nursery.start_soon(leave, one)
    [why] = refused
    assert "is the last admin; make somebody else one first" in why


async def test_a_session_is_found_with_its_user_until_it_is_closed(store: Store) -> None:
    async with store.session("test") as session:
        registry = session.registry
        anna = await add(session, user())
        old, new = visit(anna, "old"), visit(anna, "new", 1, via="oidc", address="::1", agent="x")
        await registry.open_session(old)
        await registry.open_session(new, instead_of="old")
        seen = attrs.evolve(anna, seen_at=at(1))
        assert (new, seen) == await registry.find_session("new")
        assert None is await registry.find_session("old")
        await registry.seen(at(5), session="new")
        await registry.seen(at(4), session="new")
        assert [attrs.evolve(new, seen_at=at(5))] == await registry.sessions(anna.id)
        await registry.close_session("new")
        assert None is await registry.find_session("new")


async def test_a_login_that_is_not_complete_is_no_login(store: Store) -> None:
    async with store.session("test") as session:
        anna = await add(session, user())
        half = visit(anna, pending=True)
        await session.registry.open_session(half)
        assert (half, anna) == await session.registry.find_session("cookie")


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        (lambda one: attrs.evolve(one, password="another"), True),
        (lambda one: attrs.evolve(one, role=Role.VIEWER), True),
        (everywhere_out, True),
        (lambda one: attrs.evolve(one, totp="SECRET"), False),
    ],
    ids=["password", "role", "everywhere", "second factor"],
)
async def test_sessions_end_with_another_password_or_role_and_when_it_is_asked_for(
    store: Store, change: Callable[[User], User], ends: bool
) -> None:
    async with store.session("test") as session:
        anna = await add(session, user())
        await add(session, user("boss"))
        await session.registry.open_session(visit(anna))
        await session.registry.change_people(editing(anna.id, change))
        assert ends is (await session.registry.find_session("cookie") is None)


async def test_the_same_password_in_another_form_ends_nothing(store: Store) -> None:
    async with store.session("test") as session:
        anna = await add(session, user(password="weak"))
        await session.registry.open_session(visit(anna))
        await session.registry.change_people(rehashed(anna, "strong"))
        found = await session.registry.find_session("cookie")
        assert found is not None
        assert "strong" == found[1].password
        await session.registry.change_people(rehashed(anna, "of an older password"))
        assert "strong" == (await session.registry.people()).users[0].password


async def test_tokens_go_with_another_password_and_with_their_owner(store: Store) -> None:
    async with store.session("test") as session:
        registry = session.registry
        anna, bob = await add(session, user()), await add(session, user("bob"))
        free, hers, his = token("free"), token("a", owner=anna.id), token("b", owner=bob.id)
        for one in (free, hers, his):
            await registry.change_people(granting(one))
        found = await registry.find_token(his.digest)
        assert found is not None
        assert ("b", "bob") == (found[0].name, found[1] and found[1].name)
        changed = editing(anna.id, lambda one: attrs.evolve(one, password="another"))
        await registry.change_people(changed)
        await registry.change_people(removing(bob.id))
        assert ["free"] == [one.name for one in (await registry.people()).tokens]
        assert None is await registry.find_token(his.digest)
        await registry.seen(at(3), token=(await registry.people()).tokens[0].id)
        [left] = (await registry.people()).tokens
        assert at(3) == left.used_at
        await registry.change_people(revoking(left.id))
        assert None is await registry.find_token(free.digest)


async def test_what_was_done_is_written_with_it_or_not_at_all(store: Store) -> None:
    async with store.session("test") as session:
        session.sign(done := deed(0, action="task.add"))
        await session.add([spec("shop")], at(0))
        session.sign(deed(1, action="task.add"))
        with pytest.raises(DuplicateName):
            await session.add([spec("shop")], at(1))
        await session.add([spec("other")], at(2))
        assert [done] == await session.registry.deeds()


async def test_a_change_of_many_tasks_is_written_down_with_it(store: Store) -> None:
    change = FleetChange(add=(spec("shop"),), deeds=(deed(0, action="task.add"),))
    twice = FleetChange(add=(spec("shop"),), deeds=(deed(1, action="task.add"),))
    async with store.session("test") as session:
        await session.rebuild(lambda _tasks, _alerting: change, at(0))
        with pytest.raises(DuplicateName):
            await session.rebuild(lambda _tasks, _alerting: twice, at(0))
        assert list(change.deeds) == await session.registry.deeds()


async def test_reading_does_not_use_up_a_signature(store: Store) -> None:
    async with store.session("test") as session:
        session.sign(done := deed(0))
        await session.fleet()
        assert [] == await session.registry.deeds()
        await session.add([spec("shop")], at(0))
        assert [done] == await session.registry.deeds()


async def test_deeds_are_found_by_who_what_and_when_the_newest_first(store: Store) -> None:
    async with store.session("test") as session:
        many = [
            deed(0, "shop", "task.add"),
            deed(1, "shop", "task.edit", "bob"),
            deed(2, "ops", "channel.add"),
            deed(3, "ops", "tasks"),
        ]
        await session.registry.write_deeds(many)
        deeds = session.registry.deeds
        assert many[::-1] == await deeds()
        assert [many[3], many[2]] == await deeds(Deeds(limit=2))
        assert [many[1], many[0]] == await deeds(Deeds(before=many[2].id))
        assert many[:1:-1] == await deeds(Deeds(since=at(2)))
        assert [many[1]] == await deeds(Deeds(actor="bob"))
        assert [many[3], many[2]] == await deeds(Deeds(about="ops"))
        assert [many[1], many[0]] == await deeds(Deeds(action="task"))
        assert [many[2]] == await deeds(Deeds(action="channel.add"))


async def test_what_is_over_is_forgotten(store: Store) -> None:
    async with store.session("test") as session:
        anna = await add(session, user())
        opened = {"idle": (5, 1), "old": (0, 9), "good": (5, 9)}
        for name, (opened_s, seen_s) in opened.items():
            one = visit(anna, name, opened_s, seen_at=at(seen_s))
            await session.registry.open_session(one)
        await session.registry.write_deeds([deed(0), kept := deed(5)])
        await session.registry.forget(idle_before=at(3), opened_before=at(2), done_before=at(1))
        assert ["good"] == [one.digest for one in await session.registry.sessions(anna.id)]
        assert [kept] == await session.registry.deeds()


def test_a_deed_has_only_what_differs_and_no_secret() -> None:
    before = {"name": "shop", "options": {"password": "pw"}, "target": "http://u:pw@x"}
    after = {**before, "target": "http://u:other@x", "interval_s": 5}
    done = new_deed(at(0) + timedelta(), "anna", "session", "task.edit", "shop", before, after)
    assert {"target": "http://u:***@x"} == done.before
    assert {"target": "http://u:***@x", "interval_s": 5} == done.after


async def test_what_two_change_at_once_is_written_down_as_it_was_before_each(store: Store) -> None:
    async with store.session("test") as session:
        [task] = await session.add([spec("shop", interval_s=100.0)], at(0))

    def slower(found: Task) -> TaskSpec:
        return edited(found, lambda _spec: None, interval_s=found.interval_s + 1)

    async def edit(name: str) -> None:
        author = Author(name=name, via="test")
        async with store.session(name) as plain:
            for _ in range(5):
                await signed_session(plain, author, lambda: at(1)).amend(task.id, slower)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(edit, "anna")
        nursery.start_soon(edit, "bob")
    async with store.session("test") as session:
        deeds = await session.registry.deeds(Deeds(limit=100))
    assert {"anna": 5, "bob": 5} == Counter(one.actor for one in deeds)
    changes = sorted((one.before["interval_s"], one.after["interval_s"]) for one in deeds)
    assert [(100.0 + n, 101.0 + n) for n in range(10)] == changes


async def test_a_change_that_is_refused_after_it_was_signed_leaves_no_deed(store: Store) -> None:
    author = Author(name="anna", via="test")
    async with store.session("test") as plain:
        session = signed_session(plain, author, lambda: at(1))
        [shop, _other] = await plain.add([spec("shop"), spec("other")], at(0))
        with pytest.raises(DuplicateName):
            await session.amend(shop.id, lambda _task: spec("other"))
        await plain.amend(shop.id, lambda _task: spec("new"))
        assert [] == await plain.registry.deeds()
