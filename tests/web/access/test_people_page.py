"""Users, tokens and the log, as pages for admins."""

import re

import pytest

from monitor.core.access.roles import Role
from tests.web.access.house import PASSWORD, Caller, House


@pytest.fixture
async def anna(house: House, browser: Caller) -> Caller:
    await house.add()
    await browser.log_in()
    return browser


async def test_an_admin_adds_changes_and_removes_users(house: House, anna: Caller) -> None:
    form = {"name": "bob", "role": "viewer", "password": PASSWORD}
    answer = await anna.post("/access/users", form)
    assert (303, "/access?done=user-added") == (answer.status, answer.header("location"))
    bob = house.caller()
    assert 303 == (await bob.log_in("bob")).status
    page = await anna.get("/access?done=user-added")
    assert "The user has been added." in page.text
    number = next(one.id for one in house.store.tables.access.users.values() if one.name == "bob")
    changed = await anna.post("/access/users/role", {"id": str(number), "role": "editor"})
    assert 303 == changed.status
    assert 303 == (await bob.get("/viewer")).status, "his session has ended"
    await bob.log_in("bob")
    assert 200 == (await bob.get("/editor")).status
    await anna.post("/access/users/log-out", {"id": str(number)})
    assert 303 == (await bob.get("/viewer")).status
    assert 303 == (await anna.post("/access/users/remove", {"id": str(number)})).status
    assert 401 == (await bob.log_in("bob")).status
    told = [(one.actor, one.action) for one in house.deeds if one.action.startswith("user")]
    actions = ("user.add", "user.edit", "user.log_out", "user.remove")
    assert [("anna", action) for action in actions] == told
    log = await anna.get("/access/log?action=user")
    assert "role: viewer → editor" in log.text
    assert "bob" in log.text


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"name": "ANNA"}, "exists already"),
        ({"name": ""}, "the name of the user is empty"),
        ({"role": "boss"}, "there is no role"),
        ({"password": "short"}, "use 12 or more"),
    ],
)
async def test_a_user_that_is_not_good_is_asked_for_again(
    house: House, anna: Caller, form: dict[str, str], why: str
) -> None:
    answer = await anna.post("/access/users", {"name": "bob", "role": "viewer", **form})
    assert (400, True) == (answer.status, why in answer.text)
    assert 1 == len(house.store.tables.access.users)


async def test_nobody_removes_themselves_nor_the_last_admin(house: House, anna: Caller) -> None:
    answer = await anna.post("/access/users/remove", {"id": "1"})
    assert (400, True) == (answer.status, "nobody removes themselves" in answer.text)
    answer = await anna.post("/access/users/role", {"id": "1", "role": "viewer"})
    assert (400, True) == (answer.status, "is the last admin" in answer.text)
    assert 400 == (await anna.post("/access/users/role", {"id": "9", "role": "viewer"})).status


async def test_who_is_disabled_is_not_let_in_in_any_way_until_enabled_again(
    house: House, anna: Caller
) -> None:
    bob = await house.add("bob", Role.EDITOR)
    browser, program = house.caller(), house.caller()
    await browser.log_in("bob")
    bearer = await house.grant(owner=bob)
    assert 200 == (await program.get("/api/v1/editor", authorization=bearer)).status
    form = {"id": str(bob.id)}
    assert 303 == (await anna.post("/access/users/disable", form)).status
    assert "disabled" in (await anna.get("/access")).text
    assert 303 == (await browser.get("/viewer")).status
    assert 401 == (await browser.log_in("bob")).status
    assert 401 == (await program.get("/api/v1/editor", authorization=bearer)).status
    assert 303 == (await anna.post("/access/users/enable", form)).status
    assert 200 == (await program.get("/api/v1/editor", authorization=bearer)).status
    assert 303 == (await browser.log_in("bob")).status
    answer = await anna.post("/access/users/disable", {"id": "1"})
    assert (400, True) == (answer.status, "nobody disables themselves" in answer.text)
    told = [one.after for one in house.deeds if one.action == "user.edit"]
    assert [{"disabled": True}, {"disabled": False}] == told


async def test_a_password_is_set_and_a_lost_factor_taken_away(house: House, anna: Caller) -> None:
    bob = await house.add("bob", Role.EDITOR, totp="A" * 32)
    browser = house.caller()
    form = {"id": str(bob.id)}
    answer = await anna.post("/access/users/password", {**form, "password": "short"})
    assert (400, True) == (answer.status, "use 12 or more" in answer.text)
    another = "another four words here"
    answer = await anna.post("/access/users/password", {**form, "password": another})
    assert 303 == answer.status
    assert 401 == (await browser.log_in("bob")).status
    answer = await anna.post("/access/users/no-factor", form)
    assert "/access?done=factor-off" == answer.header("location")
    assert 303 == (await browser.log_in("bob", another)).status
    assert 200 == (await browser.get("/editor")).status


async def test_a_token_is_made_shown_once_and_revoked(house: House, anna: Caller) -> None:
    form = {
        "name": "ci",
        "role": "editor",
        "for": "90d",
        "owner": "1",
        "paths": "/api/v1/viewer",
        "read_only": "on",
    }
    page = await anna.post("/access/tokens", form)
    found = re.search(r"mon_[\w-]{43}", page.text)
    assert found is not None
    assert found[0] not in (await anna.get("/access")).text
    program = house.caller()
    answer = await program.get("/api/v1/viewer", authorization=f"Bearer {found[0]}")
    assert "anna editor token ci 192.0.2.1" == answer.text
    token = house.tokens["ci"]
    assert (True, 1, "anna") == (token.read_only, token.owner, token.by)
    assert 303 == (await anna.post("/access/tokens/revoke", {"id": str(token.id)})).status
    answer = await program.get("/api/v1/viewer", authorization=f"Bearer {found[0]}")
    assert 401 == answer.status
    assert 404 == (await anna.post("/access/tokens/revoke", {"id": str(token.id)})).status


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"for": "soon"}, "is not a duration"),
        ({"for": "1s"}, "is out of range"),
        ({"paths": "metrics"}, "is no path"),
        ({"owner": "9"}, "there is no such user"),
        ({"name": " "}, "the name of the token is empty"),
    ],
)
async def test_a_token_that_is_not_good_is_not_made(
    house: House, anna: Caller, form: dict[str, str], why: str
) -> None:
    answer = await anna.post("/access/tokens", {"name": "ci", "role": "viewer", **form})
    assert (400, True) == (answer.status, why in answer.text)
    assert {} == dict(house.tokens)


async def test_the_log_is_read_a_page_at_a_time(house: House, anna: Caller) -> None:
    for _ in range(60):
        await anna.post("/access/users/role", {"id": "1", "role": "admin"})
    page = await anna.get("/access/log")
    assert 50 == page.text.count("<tr><td>")
    found = re.search(r'href="(/access/log\?before=[^"]+)"', page.text)
    assert found is not None
    page = await anna.get(found[1].replace("&amp;", "&"))
    assert 11 == page.text.count("<tr><td>")
    assert "Older" not in page.text


async def test_only_admins_see_it(house: House, anna: Caller) -> None:
    await house.add("bob", Role.EDITOR)
    bob = house.caller()
    await bob.log_in("bob")
    for path in ("/access", "/access/log"):
        assert 403 == (await bob.get(path)).status
