"""`/status-pages` of the dashboard: pages are made and written on; the public sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import attrs
import pytest

from monitor.app import App
from monitor.core.statuspage.values import PostState
from monitor.web.routing import Role
from tests.web.pages.reading import Browser, site_of
from tests.web.pages.scenery import Scenery
from tests.web.status.scene import make_scene


@attrs.frozen
class House:
    """A running monitor, and an admin."""

    scene: Scenery
    app: App

    def browser(self, role: Role = Role.ADMIN) -> Browser:
        return Browser(site_of(self.app, role))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = make_scene()
    async with made.running() as app:
        yield House(made, app)


async def test_a_page_is_made_changed_and_removed(house: House) -> None:
    browser, pages = house.browser(), house.scene.store.tables.pages
    form = {
        "slug": "new",
        "title": "New",
        "sections": "Shop = shop *, #prod\ndocs",
        "names": "docs = Manual",
        "latency": "on",
        "accent": "#102030",
    }
    made = await browser.post("/status-pages", form)
    assert (303, "/status-pages?done=published") == (made.status, made.to)
    page = pages.by_slug["new"]
    assert ("Shop", ("shop *",), ("prod",)) == attrs.astuple(page.sections[0])[:3]
    assert ("", ("docs",), {"docs": "Manual"}) == (
        page.sections[1].title,
        page.sections[1].tasks,
        page.sections[1].names,
    )
    assert (True, False, False) == (page.latency, page.targets, page.indexed)
    shown = await browser.get("/status-pages?edit=new")
    assert (200, []) == (shown.status, shown.document.mistakes)
    assert "Shop = shop *, #prod\ndocs" in shown.text
    again = {**form, "edited": "new", "title": "Newer"}
    assert 303 == (await browser.post("/status-pages", again)).status
    assert attrs.evolve(page, title="Newer") == pages.by_slug["new"]
    assert 303 == (await browser.post("/status-pages/remove", {"slug": "new"})).status
    assert "new" not in pages.by_slug
    deeds = house.scene.store.tables.access.deeds.values()
    assert ["status-page.add", "status-page.edit", "status-page.remove"] == [
        one.action for one in deeds
    ]


async def test_a_password_is_set_kept_and_taken_away(house: House) -> None:
    browser, pages = house.browser(), house.scene.store.tables.pages
    form = {"slug": "new", "title": "New", "sections": "docs", "password": "four words in a row"}
    assert 303 == (await browser.post("/status-pages", form)).status
    kept = pages.by_slug["new"].password_hash
    assert kept.startswith("$argon2id$")
    again = {**form, "edited": "new", "title": "Newer", "password": ""}
    assert 303 == (await browser.post("/status-pages", again)).status
    assert ("Newer", kept) == (pages.by_slug["new"].title, pages.by_slug["new"].password_hash)
    shown = await browser.get("/status-pages?edit=new")
    assert ([], True) == (shown.document.mistakes, "It has one; empty: it stays." in shown.said)
    assert kept not in shown.text
    assert 422 == (await browser.post("/status-pages", {**again, "password": "short"})).status
    assert 303 == (await browser.post("/status-pages", {**again, "open": "on"})).status
    assert "" == pages.by_slug["new"].password_hash


async def test_what_is_wrong_is_said_and_what_was_written_stays(house: House) -> None:
    form = {"slug": "a", "title": "Kept", "sections": "= ,", "theme": "auto"}
    answer = await house.browser().post("/status-pages", form)
    assert 422 == answer.status
    assert "names neither tasks nor tags" in answer.said
    assert 'value="Kept"' in answer.text
    taken = {"slug": "shop", "title": "x", "sections": "docs"}
    assert "exists already" in (await house.browser().post("/status-pages", taken)).said
    nothing = {"slug": "shop", "state": "identified", "text": " "}
    answer = await house.browser(Role.EDITOR).post("/status-pages/post", nothing)
    assert (422, True) == (answer.status, "title: is missing" not in answer.said)
    assert 404 == (await house.browser().post("/status-pages/post", {"slug": "x"})).status


async def test_an_editor_writes_and_publishes_nothing(house: House) -> None:
    browser, posts = house.browser(Role.EDITOR), house.scene.store.tables.pages.posts
    page = await browser.get("/status-pages")
    assert (200, []) == (page.status, page.document.mistakes)
    assert "Checkout fails" in page.said
    story = next(one.story for one in posts.values() if one.title == "Checkout fails")
    post = {"slug": "shop", "story": story, "state": "resolved", "text": "All is well."}
    assert 303 == (await browser.post("/status-pages/post", post)).status
    newest = max(posts.values(), key=lambda one: one.id)
    assert (story, PostState.RESOLVED, "anna") == (newest.story, newest.state, newest.by)
    gone = {"slug": "shop", "story": story}
    assert 303 == (await browser.post("/status-pages/forget", gone)).status
    assert story not in [one.story for one in posts.values()]
    assert 403 == (await browser.post("/status-pages/remove", {"slug": "shop"})).status
    assert 403 == (await browser.post("/status-pages", {"slug": "b", "title": "b"})).status
    viewer = await house.browser(Role.VIEWER).get("/status-pages")
    assert [] == [
        one for one in viewer.document.every("form") if "status-pages" in one.get("action", "")
    ]
