"""What somebody may change about themselves, and the second factor."""

import re
from collections.abc import Callable

import attrs
import pyotp
import pytest
import trio
from trio.testing import MockClock

from monitor.core.access.roles import Role
from tests.web.access.house import PASSWORD, Caller, House

ANOTHER = "another four words here"


async def set_up(house: House, browser: Caller) -> tuple[pyotp.TOTP, list[str]]:
    """Set a second factor up; return what the app has, and the recovery codes."""
    page = await browser.post("/account/factor/new")
    found = re.search(r'name="secret" value="([A-Z2-7]{32})"', page.text)
    assert found is not None
    assert "<svg" in page.text
    totp = pyotp.TOTP(found[1])
    form = {"secret": found[1], "code": totp.at(house.now()), "current": PASSWORD}
    page = await browser.post("/account/factor", form)
    assert 200 == page.status
    return totp, re.findall(r"<li>([a-z0-9-]{19})</li>", page.text)


@pytest.fixture
async def anna(house: House, browser: Caller) -> Caller:
    await house.add()
    await browser.log_in()
    return browser


async def test_another_password_ends_all_sessions_but_this_one(house: House, anna: Caller) -> None:
    other = house.caller()
    await other.log_in()
    bearer = await house.grant(owner=next(iter(house.store.tables.access.users.values())))
    form = {"current": PASSWORD, "password": ANOTHER, "again": ANOTHER}
    answer = await anna.post("/account/password", form)
    assert (303, "/account?done=password") == (answer.status, answer.header("location"))
    page = await anna.get("/account?done=password")
    assert "The password has been changed" in page.text
    assert 303 == (await other.get("/viewer")).status
    assert 401 == (await other.get("/viewer", authorization=bearer)).status
    assert 401 == (await other.log_in()).status
    assert 303 == (await other.log_in(password=ANOTHER)).status
    [deed] = [one for one in house.deeds if one.action == "user.password"]
    assert ("anna", "session", "anna", {}) == (deed.actor, deed.via, deed.about, deed.after)


@pytest.mark.parametrize(
    ("current", "password", "again", "why"),
    [
        ("a wrong one", ANOTHER, ANOTHER, "the present password is another one"),
        (PASSWORD, "short", "short", "use 12 or more"),
        (PASSWORD, ANOTHER, "a slip", "the two passwords differ"),
    ],
)
async def test_a_password_is_not_changed_by_whoever_finds_a_browser_open(
    house: House, anna: Caller, current: str, password: str, again: str, why: str
) -> None:
    form = {"current": current, "password": password, "again": again}
    answer = await anna.post("/account/password", form)
    assert (400, True) == (answer.status, why in answer.text)
    assert 303 == (await house.caller().log_in()).status


async def test_the_present_password_cannot_be_guessed_there(house: House, anna: Caller) -> None:
    form = {"current": "a guess", "password": ANOTHER, "again": ANOTHER}
    statuses = [(await anna.post("/account/password", form)).status for _ in range(8)]
    assert [400] * 6 + [429] * 2 == statuses


async def test_with_a_second_factor_a_password_alone_opens_nothing(
    house: House, anna: Caller, autojump_clock: MockClock
) -> None:
    totp, codes = await set_up(house, anna)
    assert 10 == len(codes)
    await trio.sleep(60)
    other = house.caller()
    answer = await other.log_in()
    assert (303, "/login/code?next=%2F") == (answer.status, answer.header("location"))
    assert 303 == (await other.get("/viewer")).status
    assert "Second factor" in (await other.get("/login/code")).text
    half = dict(other.jar)
    answer = await other.post("/login/code", {"code": "000000", "next": "/viewer"})
    assert (401, True) == (answer.status, "The code is wrong" in answer.text)
    code = totp.at(house.now())
    answer = await other.post("/login/code", {"code": code, "next": "/viewer"})
    assert (303, "/viewer") == (answer.status, answer.header("location"))
    assert half != other.jar, "a new secret"
    assert 200 == (await other.get("/viewer")).status
    third = house.caller()
    await third.log_in()
    assert 401 == (await third.post("/login/code", {"code": code})).status, "taken already"
    assert 303 == (await third.post("/login/code", {"code": codes[0]})).status
    await third.log_in()
    assert 401 == (await third.post("/login/code", {"code": codes[0]})).status
    assert "9 recovery codes are left." in (await other.get("/account")).text


async def test_a_second_factor_is_kept_sealed_and_works(
    make_house: Callable[..., House], autojump_clock: MockClock
) -> None:
    house = make_house(secret_keys=("k" * 32,))
    await house.add()
    anna = house.caller()
    await anna.log_in()
    totp, _codes = await set_up(house, anna)
    assert totp.secret not in str(attrs.asdict(house.store.tables.access.users[1]))
    await trio.sleep(60)
    await anna.log_in()
    assert 303 == (await anna.post("/login/code", {"code": totp.at(house.now())})).status
    assert 200 == (await anna.get("/viewer")).status


async def test_who_cannot_be_let_in_for_want_of_the_key_is_told_why_and_gets_in_by_a_recovery_code(
    make_house: Callable[..., House], autojump_clock: MockClock
) -> None:
    house = make_house(secret_keys=("k" * 32,))
    await house.add()
    anna = house.caller()
    await anna.log_in()
    totp, codes = await set_up(house, anna)
    await anna.log_in()
    assert "access.secret_keys" not in (await anna.get("/login/code")).text
    for keys in ((), ("another" * 5,)):
        house.entrance = attrs.evolve(
            house.entrance, options=attrs.evolve(house.options, secret_keys=keys)
        )
        house.open()
        anna = house.caller()
        await trio.sleep(60)
        await anna.log_in()
        asked = await anna.get("/login/code")
        assert "access.secret_keys" in asked.text
        assert "monitor user edit anna --no-second-factor" in asked.text
        refused = await anna.post("/login/code", {"code": totp.at(house.now())})
        assert (401, True) == (refused.status, "access.secret_keys" in refused.text)
        assert 303 == (await anna.get("/viewer")).status
    assert 303 == (await anna.post("/login/code", {"code": codes[0]})).status
    assert 200 == (await anna.get("/viewer")).status


async def test_codes_cannot_be_guessed(
    house: House, anna: Caller, autojump_clock: MockClock
) -> None:
    await set_up(house, anna)
    tried = 0
    for n in range(30):
        thief = house.caller(f"198.51.100.{n}")
        await thief.log_in()
        answer = await thief.post("/login/code", {"code": "000000"})
        tried += 401 == answer.status
    assert 6 == tried
    assert "30" == answer.header("retry-after")


async def test_there_is_little_time_for_the_code(
    house: House, anna: Caller, autojump_clock: MockClock
) -> None:
    totp, _ = await set_up(house, anna)
    other = house.caller()
    await other.log_in()
    await trio.sleep(301)
    answer = await other.post("/login/code", {"code": totp.at(house.now())})
    assert (303, "/login") == (answer.status, answer.header("location"))


async def test_a_second_factor_needs_the_password_and_a_code_that_fits(
    house: House, anna: Caller
) -> None:
    totp = pyotp.TOTP(pyotp.random_base32())
    good = {"secret": totp.secret, "code": totp.at(house.now()), "current": PASSWORD}
    for wrong in ({"code": "000000"}, {"current": "another"}, {"secret": "short"}):
        assert 400 == (await anna.post("/account/factor", {**good, **wrong})).status
    assert 303 == (await house.caller().log_in()).status
    assert 200 == (await anna.post("/account/factor", good)).status
    assert 400 == (await anna.post("/account/factor/remove", {"current": "another"})).status
    assert 303 == (await anna.post("/account/factor/remove", {"current": PASSWORD})).status
    assert "/" == (await house.caller().log_in()).header("location")


async def test_log_out_everywhere_ends_this_session_too(house: House, anna: Caller) -> None:
    other = house.caller()
    await other.log_in()
    assert 2 == (await anna.get("/account")).text.count("192.0.2.1")
    copy = house.caller(jar=dict(anna.jar))
    assert "/login" == (await anna.post("/account/leave-everywhere")).header("location")
    assert {} == anna.jar
    for one in (copy, other):
        assert 303 == (await one.get("/viewer")).status


async def test_a_token_is_not_enough_to_take_an_account_over(house: House, anna: Caller) -> None:
    user = next(iter(house.store.tables.access.users.values()))
    bearer = await house.grant(role=Role.ADMIN, owner=user)
    program = house.caller()
    assert 200 == (await program.get("/account", authorization=bearer)).status
    for path in ("password", "factor", "factor/new", "factor/remove", "leave-everywhere"):
        answer = await program.post(f"/account/{path}", authorization=bearer)
        assert 403 == answer.status
    free = await house.grant("free", Role.ADMIN)
    assert 404 == (await program.get("/account", authorization=free)).status
