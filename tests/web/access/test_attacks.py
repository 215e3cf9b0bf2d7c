"""What attackers try."""

import re
from functools import partial

import pytest
import trio
from trio.testing import MockClock

from monitor.core.access.roles import Role
from monitor.web.headers import HEADERS
from tests.web.access.conftest import MakeHouse
from tests.web.access.house import HOST, PASSWORD, Caller, House

ELSEWHERE = [
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "cross-site", "origin": f"http://{HOST}"},
    {"sec_fetch_site": "", "origin": "https://evil.example"},
    {"sec_fetch_site": "", "origin": f"https://{HOST}"},
    {"sec_fetch_site": "", "origin": f"http://{HOST}.evil.example"},
    {"sec_fetch_site": "", "origin": f"http://evil.example@{HOST[:-1]}"},
    {"sec_fetch_site": "", "origin": "null"},
    {"sec_fetch_site": "", "origin": ""},
]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
async def test_a_page_of_another_site_changes_nothing_with_our_cookies(
    house: House, browser: Caller, headers: dict[str, str]
) -> None:
    await house.add()
    await browser.log_in()
    for path in ("/admin", "/api/v1/admin", "/logout"):
        assert 403 == (await browser.post(path, **headers)).status
    assert 200 == (await browser.get("/admin")).status
    form = {"name": "anna", "password": PASSWORD}
    assert 403 == (await house.caller().post("/login", form, **headers)).status


@pytest.mark.parametrize(
    "headers",
    [{}, {"sec_fetch_site": ""}, {"origin": ""}, {"sec_fetch_site": "none", "origin": ""}],
)
async def test_a_page_of_our_own_may(
    house: House, browser: Caller, headers: dict[str, str]
) -> None:
    await house.add()
    await browser.log_in()
    assert 200 == (await browser.post("/admin", **headers)).status


async def test_a_public_address_that_is_set_is_ours_too(make_house: MakeHouse) -> None:
    house = make_house(url="https://public.example")
    await house.add()
    browser = house.caller()
    own = {"sec_fetch_site": "", "origin": "https://public.example"}
    form = {"name": "anna", "password": PASSWORD}
    assert 303 == (await browser.post("/login", form, **own)).status


# --- guessing ------------------------------------------------------------------------------------


async def guess(caller: Caller, name: str = "anna") -> int:
    return (await caller.log_in(name, "a guess, and wrong")).status


async def test_who_guesses_waits_longer_and_longer_and_is_not_looked_at_meanwhile(
    house: House, browser: Caller, autojump_clock: MockClock
) -> None:
    await house.add()
    assert 6 * [401] == [await guess(browser, f"name {n}") for n in range(6)]
    looked = house.passwords.looked
    answer = await browser.log_in()
    assert (429, "2") == (answer.status, answer.header("retry-after"))
    assert "Too many tries." in answer.text
    assert looked == house.passwords.looked
    tried = 0
    ends_s = trio.current_time() + 3600
    while trio.current_time() < ends_s:
        tried += 429 != await guess(browser, f"name {tried}")
        await trio.sleep(20)
    assert tried <= 15


async def test_an_address_that_guesses_does_not_stop_others(house: House, browser: Caller) -> None:
    await house.add()
    for n in range(10):
        await guess(browser, f"name {n}")
    assert 303 == (await house.caller("192.0.2.2").log_in()).status


async def test_guessing_a_name_from_everywhere_is_slowed_and_never_locks_its_owner_out(
    house: House, browser: Caller, autojump_clock: MockClock
) -> None:
    await house.add()
    assert 303 == (await browser.log_in()).status
    await browser.post("/logout")
    guessed = 0
    for n in range(150):
        guessed += 429 != await guess(house.caller(f"198.51.100.{n}"))
        await trio.sleep(4)
    assert guessed <= 35
    answer = await house.caller("203.0.113.9").log_in()
    assert 429 == answer.status
    assert int(answer.header("retry-after")) <= 31
    assert 303 == (await browser.log_in()).status, "from where she has logged in before"
    await trio.sleep(31)
    assert 303 == (await house.caller("203.0.113.9").log_in()).status


async def test_all_addresses_of_one_network_count_as_one(house: House) -> None:
    await house.add()
    for n in range(6):
        await guess(house.caller(f"2001:db8::{n + 1}"), f"name {n}")
    assert 429 == (await house.caller("2001:db8::ffff").log_in()).status
    assert 303 == (await house.caller("2001:db8:0:1::1").log_in()).status


async def test_asking_many_times_at_once_is_no_way_round(house: House, browser: Caller) -> None:
    await house.add()
    statuses: list[int] = []

    async def one(number: int) -> None:
        statuses.append(await guess(house.caller(), f"name {number}"))

    async with trio.open_nursery() as nursery:
        for number in range(50):
            nursery.start_soon(partial(one, number))
    assert statuses.count(401) <= 6


async def test_addresses_that_a_client_makes_up_do_not_help(house: House) -> None:
    await house.add()
    statuses = []
    for n in range(10):
        form = {"name": f"name {n}", "password": "a guess, and wrong"}
        answer = await house.caller().post("/login", form, x_forwarded_for=f"198.51.100.{n}")
        statuses.append(answer.status)
    assert 4 == statuses.count(429)


# --- what is sent --------------------------------------------------------------------------------


async def test_nothing_that_is_sent_becomes_a_header(house: House, browser: Caller) -> None:
    await house.add()
    for path in (
        "/viewer?next=/a%0d%0aSet-Cookie:%20x=y",
        "/viewer?a=%0d%0aX-Evil:%20yes",
        "/login?next=%0d%0aX-Evil:%20yes",
    ):
        answer = await browser.get(path)
        assert not any("\r" in value or "\n" in value for _, value in answer.headers)
        assert "" == answer.header("x-evil")
        assert [] == answer.cookies


async def test_what_no_database_takes_is_not_asked_of_one(
    house: House, browser: Caller, autojump_clock: MockClock
) -> None:
    await house.add()
    for number in range(11):
        await guess(house.caller(f"198.51.100.{number}"), "an\x00na\n")
    answer = await browser.log_in("an\x00na\n")
    assert (429, True) == (answer.status, 'value="anna"' in answer.text)
    await trio.sleep(31)
    await browser.log_in()
    assert 200 == (await browser.get("/access/log?actor=%00&action=%ff&before=%0a")).status


async def test_names_are_shown_as_text(house: House, browser: Caller) -> None:
    await house.add()
    answer = await browser.log_in("<script>alert(1)</script>")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


async def test_a_form_that_does_not_come_is_not_waited_for(
    house: House, autojump_clock: MockClock
) -> None:
    await house.add()
    started_s = trio.current_time()
    caller = house.caller()
    with trio.fail_after(60):
        answer = await caller.ask("POST", "/login", 1000 * [b"a"], pause_s="1")
    assert 408 == answer.status
    assert pytest.approx(started_s + 10, abs=1.1) == trio.current_time()


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/login"), ("GET", "/viewer"), ("GET", "/nothing"), ("PUT", "/login")],
)
async def test_every_answer_tells_browsers_what_they_may_run(
    house: House, browser: Caller, method: str, path: str
) -> None:
    answer = await browser.ask(method, path)
    for name, value in HEADERS.items():
        assert [value] == [found for key, found in answer.headers if key == name.lower()]
    policy = answer.header("content-security-policy")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "no-store" == answer.header("cache-control")


async def test_pages_hold_nothing_that_their_policy_forbids(house: House, browser: Caller) -> None:
    pages = [await browser.get("/login")]
    await browser.get(f"/viewer?first-run={house.entrance.first.token}")
    pages.append(await browser.get("/first-run"))
    await house.add()
    pages.append(await browser.get("/login"))
    for page in pages:
        assert 200 == page.status
        assert "style=" not in page.text
        assert not re.search(r"\son\w+=", page.text)
        assert "<script>" not in page.text


async def test_a_session_of_somebody_else_cannot_be_guessed_by_its_digest(
    house: House, browser: Caller
) -> None:
    await house.add()
    await browser.log_in()
    [digest] = house.store.tables.access.sessions
    thief = house.caller(jar={"monitor-session-8080": digest})
    assert 303 == (await thief.get("/viewer")).status


async def test_a_role_is_not_taken_from_what_is_sent(house: House, browser: Caller) -> None:
    await house.add("boss")
    await house.add("anna", Role.VIEWER)
    await browser.log_in("anna")
    answer = await browser.post("/admin", {"role": "admin"}, x_user="boss", x_role="admin")
    assert 403 == answer.status
