"""Status pages over the API: made, changed, written on; and the public sees it."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import attrs
import trio
from trio.testing import MockClock

from monitor.core.statuspage.readers import Way, new_subscriber
from monitor.core.statuspage.values import PagesChange, StatusPage
from monitor.web.routing import Role
from tests.core.scene import Stage
from tests.store.pictures import png
from tests.web.api.caller import Caller

PAGE: dict[str, Any] = {
    "slug": "shop",
    "title": "Shop",
    "sections": [{"title": "All", "tasks": ["*"], "names": {"a": "Storefront"}}],
}


async def test_a_page_is_made_once_changed_and_removed(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    made = await caller.post("/status-pages", PAGE, idempotency_key="k")
    again = await caller.post("/status-pages", PAGE, idempotency_key="k")
    assert (201, made.document) == (made.status, again.document)
    assert ("auto", False, True) == tuple(
        made.document[key] for key in ("theme", "targets", "indexed")
    )
    assert 409 == (await caller.post("/status-pages", PAGE)).status
    assert made.document == (await caller.get("/status-pages/shop")).document
    assert [made.document] == (await caller.get("/status-pages")).document["items"]
    await trio.sleep(1)
    changed = await caller.ask("PATCH", "/status-pages/shop", {"accent": "#102030"})
    assert {**made.document, "accent": "#102030"} == changed.document
    await trio.sleep(1)
    assert 204 == (await caller.delete("/status-pages/shop")).status
    assert 404 == (await caller.get("/status-pages/shop")).status
    deeds = (await caller.get("/audit-log?action=status-page")).document["items"]
    assert ["status-page.remove", "status-page.edit", "status-page.add"] == [
        one["action"] for one in deeds
    ]
    assert {"accent": "#102030"} == deeds[1]["after"]


async def test_a_password_is_sent_once_and_never_shown(
    caller: Caller, autojump_clock: MockClock
) -> None:
    made = await caller.post("/status-pages", {**PAGE, "password": "four words in a row"})
    assert (201, True) == (made.status, made.document["protected"])
    assert [] == [one for one in made.document if "password" in one]
    kept = await caller.ask("PATCH", "/status-pages/shop", {"title": "new"})
    assert kept.document["protected"]
    weak = await caller.ask("PATCH", "/status-pages/shop", {"password": "shopshopshop"})
    assert "simple pattern" in weak.wrong["password"]
    opened = await caller.ask("PATCH", "/status-pages/shop", {"password": ""})
    assert not opened.document["protected"]


async def test_a_logo_is_given_and_taken_away(caller: Caller, autojump_clock: MockClock) -> None:
    path = "/status-pages/shop/logo"
    await caller.post("/status-pages", PAGE)
    assert 404 == (await caller.get(path)).status
    given = {"data": base64.b64encode(png(32, 20)).decode()}
    made = await caller.ask("PUT", path, given)
    assert (200, "image/png", 32, 20) == (
        made.status,
        *(made.document[key] for key in ("media_type", "width", "height")),
    )
    assert made.document == (await caller.get(path)).document
    for wrong, said in (("<svg>", "is not Base64"), ("PHN2Zz4=", "is SVG"), ("AAAA", "neither")):
        answer = await caller.ask("PUT", path, {"data": wrong})
        assert (422, True) == (answer.status, said in answer.wrong["data"])
    assert 404 == (await caller.ask("PUT", "/status-pages/x/logo", given)).status
    assert 204 == (await caller.delete(path)).status
    assert 404 == (await caller.get(path)).status


async def test_what_sends_letters_is_shown_without_its_secrets(
    caller: Caller, autojump_clock: MockClock
) -> None:
    sender = "mailtos://u:hunter2@smtp.example.com?from=status@example.com"
    made = await caller.post("/status-pages", {**PAGE, "mail": sender, "webhooks": True})
    assert ("mailtos://smtp.example.com", True) == (
        made.document["mail"],
        made.document["webhooks"],
    )
    path = "/status-pages/shop"
    same = await caller.ask("PATCH", path, {"mail": made.document["mail"], "title": "new"})
    assert (200, "new") == (same.status, same.document["title"])
    for wrong, said in (
        ("mailtos://smtp.example.com?from=a@b.example&to=c@d.example", "names recipients"),
        ("mailtos://other.example.com", "sender is missing"),
        ("${SECRET}", "has a reference"),
    ):
        answer = await caller.ask("PATCH", path, {"mail": wrong})
        assert 422 == answer.status, answer.document
        assert said in answer.wrong["mail"]
    assert "" == (await caller.ask("PATCH", path, {"mail": ""})).document["mail"]


async def test_a_reference_that_is_there_may_be_sent_back_and_no_other(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    await caller.post("/status-pages", PAGE)
    pages, kept = stage.store.tables.pages.by_slug, "mailtos://${HOST:-a.example}?from=a@b.example"
    pages["shop"] = attrs.evolve(pages["shop"], mail=kept)
    shown = (await caller.get("/status-pages/shop")).document["mail"]
    assert "${" in shown
    same = await caller.ask("PATCH", "/status-pages/shop", {"mail": shown, "title": "new"})
    assert (200, kept) == (same.status, pages["shop"].mail)
    other = await caller.ask("PATCH", "/status-pages/shop", {"mail": kept.replace("a.", "c.")})
    assert (422, kept) == (other.status, pages["shop"].mail)
    assert "set web.allow_references" in other.wrong["mail"]
    new = {**PAGE, "slug": "b", "mail": kept}
    assert 422 == (await caller.post("/status-pages", new)).status


async def test_subscribers_are_listed_and_removed_by_admins(
    caller: Caller, autojump_clock: MockClock, stage: Stage
) -> None:
    await caller.post("/status-pages", PAGE)
    readers = stage.store.tables.pages.readers
    for number, address in enumerate(("a@example.com", "b@example.com")):
        at = stage.clock.now() + timedelta(seconds=number)
        readers.subscribe(new_subscriber("shop", Way.MAIL, address, "en", at))
    path = "/status-pages/shop/subscribers"
    first, second = (await caller.get(path)).document["items"]
    assert ("a@example.com", "mail", None) == (
        first["address"],
        first["way"],
        first["confirmed_at"],
    )
    assert [] == [one for one in first if one in ("token", "secret")]
    assert 204 == (await caller.delete(f"{path}/{first['id']}")).status
    assert 404 == (await caller.delete(f"{path}/{first['id']}")).status
    assert [second] == (await caller.get(path)).document["items"]
    [deed] = (await caller.get("/audit-log?action=status-page.unsubscribe")).document["items"]
    assert (True, False) == (first["id"] in str(deed), "example.com" in str(deed["before"]))


async def test_what_is_wrong_is_named(caller: Caller, autojump_clock: MockClock) -> None:
    for change, field, said in (
        ({"slug": "A b"}, "slug", "cannot stand in an address"),
        ({"host": "10.0.0.1"}, "host", "is no host name"),
        ({"host": "Status.example"}, "host", "is no host name"),
        ({"accent": "red"}, "accent", "is no colour"),
        ({"sections": [{"title": "x"}]}, "sections", "names neither tasks nor tags"),
        ({"sections": [{"task": ["x"]}]}, "sections", "'task' is not known"),
        ({"link": "javascript:alert(1)"}, "link", "is no address of the web"),
        ({"latency": "yes"}, "latency", "is neither true nor false"),
    ):
        answer = await caller.post("/status-pages", {**PAGE, **change})
        assert 422 == answer.status
        assert said in answer.wrong[field]
    assert 404 == (await caller.ask("PATCH", "/status-pages/shp", {"title": "x"})).status


async def test_an_incident_is_told_step_by_step(caller: Caller, autojump_clock: MockClock) -> None:
    await caller.post("/status-pages", PAGE)
    path = "/status-pages/shop/posts"
    wrong = await caller.post(path, {"state": "identified", "text": "x"})
    assert "no incident is open" in wrong.wrong["title"]
    first = await caller.post(path, {"state": "investigating", "text": "hm", "title": "Slow"})
    await trio.sleep(1)
    second = await caller.post(path, {"state": "resolved", "text": "done"})
    assert (201, 201, "ann") == (first.status, second.status, first.document["by"])
    assert (first.document["id"], "Slow") == (second.document["story"], second.document["title"])
    assert [second.document, first.document] == (await caller.get(path)).document["items"]
    page = (await caller.get(f"{path}?limit=1")).document
    rest = (await caller.get(f"{path}?cursor={page['next']}")).document
    assert [first.document] == rest["items"]
    assert (
        404
        == (await caller.post("/status-pages/x/posts", {"state": "resolved", "text": "x"})).status
    )
    assert 404 == (await caller.delete(f"{path}/nope")).status
    assert 204 == (await caller.delete(f"{path}/{first.document['story']}")).status
    assert [] == (await caller.get(path)).document["items"]


async def test_only_admins_publish_and_editors_write(
    caller: Caller, autojump_clock: MockClock
) -> None:
    await caller.post("/status-pages", PAGE)
    caller.doorman.role = Role.EDITOR
    assert 403 == (await caller.post("/status-pages", {**PAGE, "slug": "b"})).status
    assert 403 == (await caller.delete("/status-pages/shop")).status
    post = {"state": "identified", "text": "x", "title": "T"}
    assert 201 == (await caller.post("/status-pages/shop/posts", post)).status


async def test_a_page_from_a_file_is_left_to_the_file(
    caller: Caller, autojump_clock: MockClock
) -> None:
    page = StatusPage(slug="filed", title="F", from_file=True)
    async with caller.app.store.session("test") as session:
        await session.publishing.change_pages(lambda _known: PagesChange(pages=(page,)))
    for method in ("PATCH", "DELETE"):
        answer = await caller.ask(
            method, "/status-pages/filed", {"title": "x"} if method == "PATCH" else None
        )
        assert 409 == answer.status
        assert "came from a configuration file" in answer.problem
