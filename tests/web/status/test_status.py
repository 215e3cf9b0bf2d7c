"""Status pages: open to everybody, cheap for a crowd, and silent about what is not the public's."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import AsyncIterator, Iterator

import attrs
import pytest
import trio

from monitor.app import App
from monitor.core.access.options import AccessOptions
from monitor.core.failures import DatabaseAway
from monitor.core.statuspage.standing import Condition, Overall
from monitor.core.statuspage.values import PostState
from monitor.web.access.source import Source
from monitor.web.desk import Desk
from monitor.web.status import words, writing
from monitor.web.status.rooms import StatusRoom
from monitor.web.status.shelf import PAGES_S, VIEW_S, Shelf
from monitor.web.status.words import PublicWords
from tests.store.pictures import picture
from tests.web.pages.reading import Browser
from tests.web.pages.scenery import Scenery
from tests.web.status.scene import SHOP, browser_of, make_scene, public_site

SECRETS = (
    *("s3cret", "10.0.0.7", "hunter2", "192.0.2.", "connection refused", "internal note", "anna"),
    *("router berlin", "never", "conditions", "prod"),
)
"""What the public has no business with: details, addresses, notes, tasks that are not chosen."""


@attrs.frozen
class House:
    """A running monitor, and somebody nobody knows."""

    scene: Scenery
    app: App
    browser: Browser
    units: list[float]
    """When the database was asked."""

    def count(self) -> None:
        self.units.append(trio.current_time())

    def be_away(self) -> None:
        raise DatabaseAway("away")


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = make_scene()
    async with made.running() as app:
        yield House(made, app, browser_of(app), [])


async def test_the_page_says_how_all_is_without_a_script(house: House) -> None:
    answer = await house.browser.get("/status/shop")
    assert (200, []) == (answer.status, answer.document.mistakes)
    assert [] == answer.document.every("script")
    assert not any("style" in attributes for _, attributes in answer.document.elements)
    for said in (
        *("Example Shop", "Some systems are down", "Storefront", "Checkout Down", "search api"),
        *("Checkout fails", "Identified", "we renew it now.", "Database upgrade", "Work under way"),
        *("% observed", "days with trouble", "Card payments fail", "Checkout is down"),
    ):
        assert said in answer.said, said
    assert "Report" not in answer.said


async def test_russian_is_spoken_to_who_reads_it(house: House) -> None:
    for path, headers in (
        ("/status/shop", {"accept-language": "ru"}),
        ("/status/shop?lang=ru", {}),
    ):
        answer = await house.browser.get(path, **headers)
        assert "Часть систем не работает" in answer.said
        assert "наблюдений" in answer.said
        assert "Accept-Language" == answer.headers["vary"]


@pytest.mark.parametrize(
    "path", ["", "/widget", "/feed.atom", "/feed.rss", "/summary.json", "/style.css"]
)
async def test_nothing_is_told_that_is_not_for_everybody(house: House, path: str) -> None:
    answer = await house.browser.get(f"/status/shop{path}")
    assert 200 == answer.status
    assert [] == [one for one in SECRETS if one in answer.text.lower()]


async def test_hostile_names_are_only_text(house: House) -> None:
    for path in ("", "/widget"):
        answer = await house.browser.get(f"/status/all{path}")
        assert (200, []) == (answer.status, answer.document.mistakes)
        for tag in ("script", "img", "b") if not path else ("script", "img"):
            assert [] == [one for one in answer.document.every(tag) if one]
        assert '<b>All</b> & "more"' in answer.said
    for path in ("feed.atom", "feed.rss"):
        ElementTree.fromstring((await house.browser.get(f"/status/all/{path}")).text)
    drawn = await house.browser.get("/badge/all/status.svg?label=<script>alert(1)</script>")
    assert "script" not in [one.tag.rpartition("}")[2] for one in _elements(drawn.text)]


def _elements(text: str) -> Iterator[ElementTree.Element]:
    return ElementTree.fromstring(text).iter()


async def test_addresses_are_shown_only_if_chosen_and_never_passwords(house: House) -> None:
    shown = (await house.browser.get("/status/all")).text
    assert "https://docs.example/" in shown
    assert "hunter2" not in shown
    assert "docs.example" not in (await house.browser.get("/status/shop")).text


async def test_a_slug_that_nobody_has_is_like_any_path_that_is_not_there(house: House) -> None:
    expected = await house.browser.get("/nothing", accept="*/*")
    for path in (
        *("/status/nope", "/status/nope/widget", "/status/nope/feed.atom", "/status/SHOP"),
        *("/badge/nope/status.svg", "/badge/shop/other.svg", "/badge/shop.9999/status.svg"),
        *("/badge/shop.x/status.svg", "/badge/all/latency.svg"),
        *("/badge/shop.0/status.svg", f"/badge/shop.{'9' * 5000}/status.svg"),
    ):
        answer = await house.browser.get(path, accept="*/*")
        assert (404, expected.text) == (answer.status, answer.text), path


async def test_a_task_that_is_not_on_the_page_has_no_badge(house: House) -> None:
    by_name = {one.name: one.id for one in house.scene.store.tables.tasks.values()}
    good = await house.browser.get(f"/badge/shop.{by_name['docs']}/status.svg")
    assert (200, "image/svg+xml") == (good.status, good.headers["content-type"])
    assert "docs: Planned work" in good.text
    hidden = by_name["router berlin"]
    assert 404 == (await house.browser.get(f"/badge/shop.{hidden}/status.svg")).status


async def test_badges_say_in_words_what_they_say_in_colour(house: House) -> None:
    for figure, said in (
        ("status", "Example Shop: Down"),
        ("uptime", "% of "),
        ("latency", " ms"),
    ):
        answer = await house.browser.get(f"/badge/shop/{figure}.svg")
        assert said in answer.text
        assert "cross-origin" == answer.headers["cross-origin-resource-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_a_page_is_read_anew_by_itself_only_if_its_reader_wants_it(house: House) -> None:
    """Who has it read aloud would begin at the top again; see WCAG 2.2.1."""
    page = await house.browser.get("/status/shop")
    assert "refresh" not in page.headers
    assert "http-equiv" not in page.text
    for path in ("/status/shop?refresh", "/status/shop/widget"):
        assert "60" == (await house.browser.get(path)).headers["refresh"]


async def test_only_the_widget_may_stand_in_a_frame(house: House) -> None:
    widget = await house.browser.get("/status/shop/widget")
    assert "frame-ancestors *" in widget.headers["content-security-policy"]
    assert "script-src 'self'" in widget.headers["content-security-policy"]
    assert "x-frame-options" not in widget.headers
    page = await house.browser.get("/status/shop")
    assert "DENY" == page.headers["x-frame-options"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


async def test_what_a_browser_has_is_not_sent_again(house: House) -> None:
    first = await house.browser.get("/status/shop")
    assert "public, max-age=10" == first.headers["cache-control"]
    again = await house.browser.get("/status/shop", **{"if-none-match": first.headers["etag"]})
    assert (304, "") == (again.status, again.text)
    assert first.headers["etag"] == again.headers["etag"]


async def test_a_crowd_asks_the_database_once(house: House) -> None:
    house.scene.store.before_unit = house.count
    async with trio.open_nursery() as nursery:
        for number in range(60):
            path = ("/status/shop", "/status/nope", "/badge/shop/uptime.svg")[number % 3]
            nursery.start_soon(house.browser.get, path)
    assert len(house.units) <= 8


async def test_while_the_database_is_away_the_last_page_is_shown_and_said_to_be_old(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "As of" in (await house.browser.get("/status/shop")).said
    house.scene.store.before_unit = house.be_away
    later = trio.current_time() + max(PAGES_S, VIEW_S)
    monkeypatch.setattr(trio, "current_time", lambda: later)
    answer = await house.browser.get("/status/shop")
    assert 200 == answer.status
    assert "cannot read its history now" in answer.said
    assert 404 == (await house.browser.get("/status/nope")).status


async def test_while_nothing_can_be_shown_a_crowd_is_sent_away_at_once(house: House) -> None:
    def away() -> None:
        house.count()
        house.be_away()

    house.scene.store.before_unit = away
    for _ in range(5):
        assert 503 == (await house.browser.get("/status/shop", accept="*/*")).status
    assert 1 == len(house.units)


async def test_feeds_and_summary_can_be_read_by_programs(house: House) -> None:
    atom = ElementTree.fromstring((await house.browser.get("/status/shop/feed.atom")).text)
    name = "{http://www.w3.org/2005/Atom}"
    titles = [one.findtext(f"{name}title") for one in atom.iter(f"{name}entry")]
    assert "Identified: Checkout fails" == titles[0]
    assert "Resolved: Card payments fail" in titles
    ids = [one.text or "" for one in atom.iter(f"{name}id")]
    assert len(ids) == len(set(ids))
    assert all(one.startswith(f"https://{SHOP.host}") for one in ids), "as in letters"
    rss = ElementTree.fromstring((await house.browser.get("/status/shop/feed.rss")).text)
    assert titles == [one.findtext("title") for one in rss.iter("item")]
    answer = await house.browser.get("/status/shop/summary.json")
    assert "*" == answer.headers["access-control-allow-origin"]
    found = json.loads(answer.text)
    assert ("down", "partly out") == (found["status"], found["overall"])
    [first, *_] = found["sections"][0]["components"]
    assert ("Storefront", "up") == (first["name"], first["status"])
    assert 0.9 < first["uptime"] < 1
    assert 0.9 < first["coverage"] < 1


async def test_what_a_request_calls_us_stands_in_no_feed(house: House) -> None:
    """Or who asks with a name of his own has it kept, on the way or by a reader, for others."""
    shelf = Shelf(house.app, Desk(house.app.store))
    browser = Browser(public_site(StatusRoom(shelf, Source(AccessOptions()))))
    for path in ("feed.atom", "feed.rss", "summary.json"):
        answer = await browser.get(f"/status/all/{path}", host="evil.example")
        assert (200, False) == (answer.status, "evil.example" in answer.text), path
        assert "/status/all" in answer.text
    atom = ElementTree.fromstring((await browser.get("/status/all/feed.atom")).text)
    ids = [one.text for one in atom.iter("{http://www.w3.org/2005/Atom}id")]
    assert "urn:monitor:status-page:all" == ids[0]


async def test_the_colour_of_a_page_is_its_own_and_can_be_read(house: House) -> None:
    answer = await house.browser.get("/status/shop/style.css")
    assert "text/css; charset=utf-8" == answer.headers["content-type"]
    assert "--band: #5b2a86; --band-ink: #ffffff;" in answer.text
    assert "" == writing.style(attrs.evolve(SHOP, accent=""))


async def test_a_logo_stands_beside_the_title_and_is_only_a_picture(house: House) -> None:
    assert 404 == (await house.browser.get("/status/shop/logo", accept="*/*")).status
    sign = await house.browser.get("/status/shop/favicon.ico")
    assert (303, True) == (sign.status, "eye" in sign.to)
    house.scene.store.tables.pages.logos["all"] = picture()
    page = await house.browser.get("/status/all")
    [shown] = page.document.every("img")
    assert (f"/status/all/logo?v={picture().version}", "") == (shown["src"], shown["alt"])
    icon = next(one for one in page.document.every("link") if one["rel"] == "icon")
    assert (shown["src"], "image/png") == (icon["href"], icon["type"])
    answer = await house.browser.get(shown["src"])
    assert "image/png" == answer.headers["content-type"]
    assert "nosniff" == answer.headers["x-content-type-options"]
    policy = answer.headers["content-security-policy"]
    assert ("default-src 'none'", "sandbox") == (policy.split("; ")[0], policy.split("; ")[-1])
    assert shown["src"] == (await house.browser.get("/status/all/favicon.ico")).to


def test_every_word_has_its_russian() -> None:
    russian = PublicWords("ru")
    english = PublicWords("en")
    keys = [
        *(f"status.{one}" for one in Condition),
        *(f"overall.{one}" for one in Overall),
        *(f"state.{one}" for one in PostState),
    ]
    assert [] == [one for one in keys if one not in words.RUSSIAN or one not in words.ENGLISH]
    assert [] == [one for one in words.RUSSIAN if russian(one) == english(one)]
