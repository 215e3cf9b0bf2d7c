"""A page with a password: nothing of it is told to who does not know it, nor kept on the way."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import attrs
import pytest
import trio

from monitor.app import App
from monitor.web.status.gate import AGE
from monitor.web.status.rooms import StatusRoom
from tests.web.access.house import PASSWORD, QUICK, QuickPasswords
from tests.web.pages.reading import Answer, Browser
from tests.web.pages.scenery import Scenery
from tests.web.status.scene import SHOP, make_scene, public_site, room_of

WRONG = "some other words in a row"
BELOW = ("/widget", "/feed.atom", "/feed.rss", "/summary.json", "/style.css", "/favicon.ico")
OURS = {"sec-fetch-site": "same-origin"}


def basic(password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"any:{password}".encode()).decode()}


def cookie_of(answer: Answer) -> dict[str, str]:
    return {"cookie": answer.headers["set-cookie"].partition(";")[0]}


@attrs.frozen
class House:
    """A running monitor with a page that has a password, and somebody nobody knows."""

    scene: Scenery
    app: App
    room: StatusRoom
    passwords: QuickPasswords

    @property
    def browser(self) -> Browser:
        return Browser(public_site(self.room))

    async def enter(self, password: str = PASSWORD, **headers: str) -> Answer:
        form = {"password": password}
        return await self.browser.post("/status/shop/login", form, **{**OURS, **headers})


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = make_scene()
    protect(made, PASSWORD)
    async with made.running() as app:
        room, passwords = room_of(app), QuickPasswords()
        room.gate.passwords = passwords
        yield House(made, app, room, passwords)


def protect(scene: Scenery, password: str) -> None:
    kept = QUICK.hash(password)
    scene.store.tables.pages.by_slug["shop"] = attrs.evolve(SHOP, password_hash=kept)


async def test_who_does_not_know_it_is_told_nothing(house: House) -> None:
    for path, headers in (("/status/shop", {}), ("/", {"host": SHOP.host})):
        page = await house.browser.get(path, **headers)
        assert (401, []) == (page.status, page.document.mistakes)
        assert [] == [one for one in ("Shop", "Checkout", "5b2a86") if one in page.said]
        assert [] == page.document.every("script")
        assert "no-store" == page.headers["cache-control"]
        assert "www-authenticate" not in page.headers
    for path in (*(f"/status/shop{one}" for one in BELOW), "/badge/shop/status.svg"):
        answer = await house.browser.get(path, accept="*/*")
        assert 401 == answer.status, path
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert "Shop" not in answer.text
    assert 200 == (await house.browser.get("/status/all")).status
    assert 404 == (await house.browser.post("/status/all/login", {}, **OURS)).status


async def test_the_password_opens_all_of_it_and_nothing_is_kept_on_the_way(house: House) -> None:
    entered = await house.enter()
    assert (303, "/status/shop") == (entered.status, entered.to)
    assert "HttpOnly; SameSite=Lax" in entered.headers["set-cookie"]
    for path in ("", *BELOW):
        answer = await house.browser.get(f"/status/shop{path}", **cookie_of(entered))
        assert (303 if path == "/favicon.ico" else 200) == answer.status, path
        if answer.status == 303:
            continue
        assert "private, no-store" == answer.headers["cache-control"]
        assert "Cookie" in answer.headers["vary"]
        assert "access-control-allow-origin" not in answer.headers
        assert "same-origin" == answer.headers["cross-origin-resource-policy"]
        assert "DENY" == answer.headers["x-frame-options"]
    page = await house.browser.get("/status/shop", **cookie_of(entered))
    assert "noindex" in [one.get("content") for one in page.document.every("meta")]


async def test_at_the_pages_own_name_the_form_leads_back_there(house: House) -> None:
    form = {"password": PASSWORD}
    entered = await house.browser.post("/login", form, host=SHOP.host, **OURS)
    assert (303, "/") == (entered.status, entered.to)
    opened = await house.browser.get("/", host=SHOP.host, **cookie_of(entered))
    assert "Checkout fails" in opened.said


async def test_programs_send_it_each_time_and_it_is_hashed_once(house: House) -> None:
    for _ in range(5):
        feed = await house.browser.get("/status/shop/feed.atom", **basic(PASSWORD))
        assert "Checkout fails" in feed.text
    assert 1 == house.passwords.looked
    assert 401 == (await house.browser.get("/status/shop/feed.atom", **basic(WRONG))).status
    for broken in ("Basic !", "Basic", "Bearer x", "Basic /w=="):
        answer = await house.browser.get("/status/shop/feed.atom", authorization=broken)
        assert 401 == answer.status


async def test_a_cookie_ends_with_its_time_and_with_the_password(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = cookie_of(await house.enter())
    until, _, signature = cookie["cookie"].partition("=")[2].partition(".")
    name = cookie["cookie"].partition("=")[0]
    for forged in (f"{int(until) + 1}.{signature}", f"{until}.", f"x.{signature}", ""):
        answer = await house.browser.get("/status/shop", cookie=f"{name}={forged}")
        assert 401 == answer.status, forged
    assert 200 == (await house.browser.get("/status/shop", **cookie)).status
    gate, now = house.room.gate, house.app.clock.now()
    gate.now = lambda: now + AGE
    assert 401 == (await house.browser.get("/status/shop", **cookie)).status
    gate.now = lambda: now
    assert 200 == (await house.browser.get("/status/shop", **cookie)).status
    protect(house.scene, WRONG)
    much_later = trio.current_time() + 5
    monkeypatch.setattr(trio, "current_time", lambda: much_later)
    assert 401 == (await house.browser.get("/status/shop", **cookie)).status
    assert 303 == (await house.enter(WRONG)).status


async def test_who_guesses_waits_however_he_asks(house: House) -> None:
    for _ in range(6):
        wrong = await house.enter(WRONG)
        assert (401, True) == (wrong.status, "The password is wrong." in wrong.said)
    held = await house.enter()
    assert (429, True) == (held.status, "Wait a little" in held.said)
    assert "retry-after" in held.headers
    by_program = await house.browser.get("/status/shop/feed.atom", **basic(PASSWORD))
    assert 429 == by_program.status
    other = attrs.evolve(house.browser, address="192.0.2.77")
    assert 200 == (await other.get("/status/shop/feed.atom", **basic(PASSWORD))).status


async def test_who_guesses_from_many_addresses_keeps_no_reader_out(house: House) -> None:
    cookie = cookie_of(await house.enter())
    for number in range(15):
        guesser = attrs.evolve(house.browser, address=f"198.51.100.{number}")
        await guesser.post("/status/shop/login", {"password": WRONG}, **OURS)
    stranger = attrs.evolve(house.browser, address="192.0.2.77")
    form = {"password": PASSWORD}
    assert 429 == (await stranger.post("/status/shop/login", form, **OURS)).status
    assert 200 == (await stranger.get("/status/shop", **cookie)).status
    assert 303 == (await house.enter()).status, "from where it was known before"


async def test_a_form_of_another_site_opens_nothing(house: House) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        assert 403 == (await house.enter(**headers)).status
