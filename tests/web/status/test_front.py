"""A page at a host name of its own: that page, and nothing else of the monitor."""

from __future__ import annotations

from collections.abc import AsyncIterator

import attrs
import pytest
import trio

from monitor.app import App
from monitor.core.failures import DatabaseAway
from tests.web.pages.reading import Browser
from tests.web.pages.scenery import Scenery
from tests.web.status.scene import PROXY, SHOP, browser_of, make_scene

AT_HOST = {"host": f"{SHOP.host}:8080"}


@attrs.frozen
class House:
    scene: Scenery
    app: App
    browser: Browser


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = make_scene()
    async with made.running() as app:
        yield House(made, app, browser_of(app))


async def test_at_its_host_name_a_page_and_what_it_loads_stand_at_the_root(house: House) -> None:
    answer = await house.browser.get("/", **AT_HOST)
    assert (200, []) == (answer.status, answer.document.mistakes)
    assert "Checkout fails" in answer.said
    links = [one for one in answer.document.links if not one.startswith("https:")]
    assert {"/feed.atom", "/style.css", "/?lang=ru"} <= set(links)
    assert [] == [one for one in links if "/status/" in one]
    for path in (*links, "/widget", "/badge/shop/status.svg", "/status/shop"):
        assert 200 == (await house.browser.get(path, **AT_HOST)).status, path
    for feed in ("/feed.atom", "/feed.rss", "/summary.json"):
        told = (await house.browser.get(feed, **AT_HOST)).text
        assert f"http://{SHOP.host}:8080" in told
        assert "monitor.example" not in told
    elsewhere = await house.browser.get("/status/shop")
    assert "/status/shop/feed.atom" in elsewhere.document.links


async def test_a_name_is_the_same_however_it_is_written(house: House) -> None:
    for host in (SHOP.host.upper(), f"{SHOP.host}.", f"{SHOP.host}.:8080", f"{SHOP.host}:"):
        assert 200 == (await house.browser.get("/", host=host)).status, host
        assert 404 == (await house.browser.get("/login", accept="*/*", host=host)).status, host


async def test_nothing_else_of_ours_is_at_that_name(house: House) -> None:
    for path in ("/status/all", "/badge/all/status.svg", "/login", "/tasks/1", "/api/v1/tasks"):
        answer = await house.browser.get(path, accept="*/*", **AT_HOST)
        assert 404 == answer.status, path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    for host in ("monitor.example", "other.example", "127.0.0.1:8080", "[::1]:8080", ""):
        assert 404 == (await house.browser.get("/", accept="*/*", host=host)).status, host
        assert 200 == (await house.browser.get("/status/all", host=host)).status, host


async def test_only_a_proxy_that_is_trusted_says_which_name_was_asked_for(house: House) -> None:
    said = {"host": "inside:8080", "x-forwarded-host": SHOP.host, "x-forwarded-proto": "https"}
    assert 404 == (await house.browser.get("/", accept="*/*", **said)).status
    behind = attrs.evolve(house.browser, address=PROXY)
    assert "Checkout fails" in (await behind.get("/", **said)).said
    assert f"https://{SHOP.host}#" in (await behind.get("/feed.rss", **said)).text


async def test_while_the_database_is_away_other_names_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise DatabaseAway("away")

    assert 200 == (await house.browser.get("/", **AT_HOST)).status
    house.scene.store.before_unit = away
    later = trio.current_time() + 3600
    monkeypatch.setattr(trio, "current_time", lambda: later)
    assert 200 == (await house.browser.get("/", **AT_HOST)).status
    never_read = browser_of(house.app)
    assert 404 == (await never_read.get("/", accept="*/*", host="other.example")).status
