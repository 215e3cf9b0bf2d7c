"""`/status-pages` of the dashboard: pages are made and written on; the public sees it."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from monitor.core.statuspage.values import PostState
from monitor.web.routing import Role
from tests.web.pages.reading import Browser, site_of
from tests.web.status.conftest import House


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


SENDER = "mailtos://u:hunter2@smtp.example.com?from=status@shop.example"


async def test_a_mail_server_is_set_shown_without_secrets_kept_and_taken_away(
    house: House,
) -> None:
    browser, pages = house.browser(), house.scene.store.tables.pages
    form = {"slug": "new", "title": "New", "sections": "docs", "mail": SENDER}
    assert 303 == (await browser.post("/status-pages", form)).status
    assert SENDER == pages.by_slug["new"].mail
    shown = await browser.get("/status-pages?edit=new")
    [field] = [one for one in shown.document.every("input") if one.get("name") == "mail"]
    assert ("mailtos://smtp.example.com", False) == (field["value"], "hunter2" in shown.text)
    again = {**form, "edited": "new", "title": "Newer", "mail": field["value"]}
    assert 303 == (await browser.post("/status-pages", again)).status
    assert ("Newer", SENDER) == (pages.by_slug["new"].title, pages.by_slug["new"].mail)
    del again["mail"]  # a form of an older page has no such field
    assert 303 == (await browser.post("/status-pages", again)).status
    assert SENDER == pages.by_slug["new"].mail
    assert 303 == (await browser.post("/status-pages", {**again, "mail": ""})).status
    assert "" == pages.by_slug["new"].mail
    deeds = house.scene.store.tables.access.deeds.values()
    assert [] == [one for one in deeds if "hunter2" in f"{one.before}{one.after}"]


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        ("smtp.example.com", "mail: is no address of a mail server; write mailtos://HOST"),
        ("mailtos://smtp.example.com", "mail: sender is missing"),
        (f"{SENDER}&to=a@b.example", "mail: names recipients; leave ?to= out"),
        ("${SMTP}", "mail: has a reference ${...}; these are not taken over HTTP"),
    ],
)
async def test_a_mail_server_that_cannot_be_is_refused_with_the_reason(
    house: House, mail: str, said: str
) -> None:
    browser = Browser(site_of(house.app, allow=False))
    form = {"slug": "new", "title": "Kept", "sections": "docs", "mail": mail}
    answer = await browser.post("/status-pages", form)
    assert (422, True, True) == (answer.status, said in answer.said, 'value="Kept"' in answer.text)
    assert "new" not in house.scene.store.tables.pages.by_slug


async def test_a_reference_to_a_secret_comes_back_as_it_was_shown_and_no_other_is_taken(
    house: House,
) -> None:
    pages = house.scene.store.tables.pages.by_slug
    kept = "mailtos://${HOST:-smtp.example.com}?from=status@shop.example"
    pages["shop"] = attrs.evolve(pages["shop"], mail=kept)
    browser = Browser(site_of(house.app, allow=False))
    shown = await browser.get("/status-pages?edit=shop")
    [field] = [one for one in shown.document.every("input") if one.get("name") == "mail"]
    form = {"edited": "shop", "title": "Newer", "mail": field["value"]}
    assert 303 == (await browser.post("/status-pages", form)).status
    assert ("Newer", kept) == (pages["shop"].title, pages["shop"].mail)
    other = {**form, "mail": kept.replace("HOST", "HOME")}
    assert 422 == (await browser.post("/status-pages", other)).status


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"host": "s.example"}, "it has no mail server, and webhooks may not. Let readers"),
        ({"host": "s.example", "from_file": True}, "its file sets neither mail nor webhooks."),
        ({"host": "", "mail": SENDER}, "links in letters need the setting access.url"),
        ({"host": "s.example", "mail": SENDER}, "Readers can subscribe by mail. Letters are sent"),
        ({"host": "s.example", "webhooks": True}, "Readers can subscribe by webhook."),
        ({"host": "s.example", "mail": SENDER, "webhooks": True}, "by mail and by webhook."),
    ],
)
async def test_whether_readers_can_subscribe_is_said_and_what_is_missing(
    house: House, fields: dict[str, Any], said: str
) -> None:
    pages = house.scene.store.tables.pages.by_slug
    pages["shop"] = attrs.evolve(pages["shop"], **fields)
    del pages["all"]
    answer = await house.browser().get("/status-pages")
    assert (True, "hunter2" in said) == (said in answer.said, "hunter2" in answer.text)
    viewer = await house.browser(Role.VIEWER).get("/status-pages")
    assert ("Let readers subscribe" in viewer.said, "/subscribers" in viewer.text) == (False, False)


async def test_a_page_without_sections_can_be_changed_and_stays_without(house: House) -> None:
    pages = house.scene.store.tables.pages.by_slug
    pages["shop"] = attrs.evolve(pages["shop"], sections=())
    shown = await house.browser().get("/status-pages?edit=shop")
    [text] = [one for one in shown.document.every("textarea") if one["name"] == "sections"]
    assert "required" not in text
    form = {"edited": "shop", "title": "Newer", "sections": ""}
    assert 303 == (await house.browser().post("/status-pages", form)).status
    assert ("Newer", ()) == (pages["shop"].title, pages["shop"].sections)
