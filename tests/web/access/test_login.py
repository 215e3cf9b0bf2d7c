"""Logging in and out: who knows the password comes in; nobody else learns anything."""

from datetime import timedelta

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.core.access.changing import editing, everywhere_out, removing
from monitor.core.access.people import Spans, User
from monitor.core.access.roles import Role
from tests.web.access.conftest import MakeHouse
from tests.web.access.house import PASSWORD, Caller, House


async def test_name_and_password_let_in_and_lead_to_where_one_was_going(
    house: House, browser: Caller
) -> None:
    await house.add()
    answer = await browser.get("/editor?q=a")
    assert (303, "/login?next=%2Feditor%3Fq%3Da") == (answer.status, answer.header("location"))
    page = await browser.get(answer.header("location"))
    assert 'name="next" value="/editor?q=a"' in page.text
    form = {"name": " ANNA ", "password": PASSWORD, "next": "/editor?q=a"}
    answer = await browser.post("/login", form)
    assert (303, "/editor?q=a") == (answer.status, answer.header("location"))
    assert "anna admin session 192.0.2.1" == (await browser.get("/editor")).text
    assert ["login"] == [one.action for one in house.deeds]


async def test_what_is_wrong_is_not_said_and_takes_the_same_work(
    house: House, browser: Caller
) -> None:
    await house.add()
    await house.add("ghost", Role.VIEWER)
    found = house.store.tables.access.users
    found[2] = attrs.evolve(found[2], password=None)
    told = set()
    tries = {"anna": "wrong, but long", "nobody": PASSWORD, "ghost": PASSWORD, "": ""}
    for name, password in tries.items():
        before = house.passwords.looked
        answer = await browser.log_in(name, password)
        told.add(
            (answer.status, answer.text.replace(f'value="{name}"', "").replace(" autofocus", ""))
        )
        assert before + 1 == house.passwords.looked
        assert [] == answer.cookies
    assert 1 == len(told)
    [(status, text)] = told
    assert 401 == status
    assert "Name or password is wrong." in text


async def test_a_password_without_end_is_not_hashed(house: House, browser: Caller) -> None:
    await house.add()
    answer = await browser.log_in(password="x" * 10_000)
    assert 401 == answer.status
    answer = await browser.log_in(password="x" * 20_000)
    assert 413 == answer.status


async def test_each_login_has_a_secret_of_its_own_and_ends_the_one_before(
    house: House, browser: Caller
) -> None:
    await house.add()
    browser.jar["monitor-session-8080"] = "chosen-by-somebody-else"
    await browser.log_in()
    first = browser.jar["monitor-session-8080"]
    assert "chosen-by-somebody-else" != first
    await browser.log_in()
    assert first != browser.jar["monitor-session-8080"]
    assert 1 == len(house.store.tables.access.sessions)
    thief = house.caller(jar={"monitor-session-8080": first})
    assert 303 == (await thief.get("/viewer")).status


async def test_the_secret_is_kept_from_scripts_neighbours_and_the_database(
    house: House, browser: Caller
) -> None:
    await house.add()
    [cookie] = (await browser.log_in()).cookies
    assert cookie.endswith("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict")
    [stored] = house.store.tables.access.sessions.values()
    secret = browser.jar["monitor-session-8080"]
    assert 43 == len(secret)
    assert secret not in repr(attrs.asdict(stored))
    [cookie] = (await house.caller(scheme="https").log_in()).cookies
    assert cookie.startswith("__Host-monitor-session=")
    assert cookie.endswith("; HttpOnly; SameSite=Strict; Secure")


async def test_log_out_ends_the_session_for_whoever_has_its_cookie(
    house: House, browser: Caller
) -> None:
    await house.add()
    await browser.log_in()
    copy = house.caller(jar=dict(browser.jar))
    answer = await browser.post("/logout")
    assert (303, "/login", {}) == (answer.status, answer.header("location"), browser.jar)
    assert 303 == (await copy.get("/viewer")).status
    assert ["login", "logout"] == [one.action for one in house.deeds]


async def test_a_session_ends_after_a_time_without_use_and_after_a_time_with(
    make_house: MakeHouse, autojump_clock: MockClock
) -> None:
    house = make_house(spans=Spans(idle=timedelta(hours=2), lifetime=timedelta(hours=5)))
    await house.add()
    used, left = house.caller(), house.caller()
    await used.log_in()
    await left.log_in()
    for _ in range(4):
        assert 200 == (await used.get("/viewer")).status
        await trio.sleep(3600)
    assert 303 == (await left.get("/viewer")).status
    assert 200 == (await used.get("/viewer")).status
    await trio.sleep(3600)
    assert 303 == (await used.get("/viewer")).status


@pytest.mark.parametrize("what", ["password", "role", "everywhere", "removal"])
async def test_what_changes_somebody_ends_all_sessions_at_once(
    house: House, browser: Caller, what: str
) -> None:
    changes = {
        "password": lambda one: attrs.evolve(one, password="$another"),
        "role": lambda one: attrs.evolve(one, role=Role.VIEWER),
        "everywhere": everywhere_out,
    }
    user = await house.add()
    await house.add("boss")
    await browser.log_in()
    assert 200 == (await browser.get("/viewer")).status
    plan = removing(user.id) if what == "removal" else editing(user.id, changes[what])
    async with house.store.session("test") as session:
        await session.registry.change_people(plan)
    assert 303 == (await browser.get("/viewer")).status


async def test_a_link_from_elsewhere_asks_nobody_who_is_logged_in_to_log_in_again(
    house: House, browser: Caller
) -> None:
    await house.add()
    await browser.log_in()
    from_mail = house.caller()  # a Strict cookie stays at home
    answer = await from_mail.get("/viewer", sec_fetch_site="cross-site")
    page = await from_mail.get(answer.header("location"), sec_fetch_site="cross-site")
    assert 200 == page.status
    onward = "/login?next=%2Fviewer&amp;again=1"
    assert f'<meta http-equiv="refresh" content="0; url={onward}">' in page.text
    answer = await browser.get(onward.replace("&amp;", "&"))
    assert (303, "/viewer") == (answer.status, answer.header("location"))
    page = await from_mail.get(onward.replace("&amp;", "&"), sec_fetch_site="cross-site")
    assert 'name="password"' in page.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\evil",
        "/a\nLocation: x",
        "x",
    ],
)
async def test_no_login_leads_to_another_host(
    house: House, browser: Caller, elsewhere: str
) -> None:
    await house.add()
    form = {"name": "anna", "password": PASSWORD, "next": elsewhere}
    assert "/" == (await browser.post("/login", form)).header("location")


async def test_a_hash_made_with_less_effort_is_made_anew_and_ends_nothing(
    house: House, browser: Caller
) -> None:
    from argon2 import PasswordHasher

    user = await house.add()
    users = house.store.tables.access.users
    weak = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    users[user.id] = attrs.evolve(users[user.id], password=weak)
    other = house.caller()
    await other.log_in()
    kept: User = users[user.id]
    assert weak != kept.password
    assert kept.password is not None
    assert "m=8,t=1,p=1" in kept.password
    await browser.log_in()
    assert 200 == (await other.get("/viewer")).status


async def test_a_form_that_is_none_or_too_large_is_refused(house: House, browser: Caller) -> None:
    await house.add()
    answer = await browser.post("/login", {"name": "x" * 20_000})
    assert 413 == answer.status
    answer = await browser.post("/login", {"name": "x"}, content_type="application/json")
    assert 415 == answer.status
    many = {f"f{n}": "" for n in range(100)}
    assert 413 == (await browser.post("/login", many)).status
