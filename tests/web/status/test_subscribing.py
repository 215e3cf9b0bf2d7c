"""Subscribing: asked first, the same answer for everybody, and out again by one click."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import attrs
import pytest

from monitor.app import App
from monitor.channels.bulletin import is_public
from monitor.core.statuspage.hosts import address_of
from monitor.core.statuspage.readers import Letter, Subscriber
from monitor.probes import guard
from monitor.web.desk import Desk
from monitor.web.routing import Room
from monitor.web.site import make_site
from monitor.web.status.rooms import StatusRoom
from monitor.web.status.subscribing import Subscriptions
from tests.web.access.house import QUICK
from tests.web.pages.reading import Answer, Browser, OpenDoor
from tests.web.pages.scenery import Scenery
from tests.web.status.scene import SHOP, make_scene, room_of

OURS = {"sec-fetch-site": "same-origin"}
HOOK = "https://hook.example/x"


async def is_example(address: str) -> bool:
    """Ask no resolver: names of examples are public, all else is asked as always."""
    return ".example/" in address or await is_public(address)


@attrs.define
class House:
    """A running monitor with a page that takes subscribers."""

    scene: Scenery
    app: App
    browser: Browser

    @property
    def known(self) -> list[Subscriber]:
        return self.scene.store.tables.pages.readers.all("shop")

    @property
    def letters(self) -> list[Letter]:
        return list(self.scene.store.tables.pages.readers.letters.values())

    async def subscribe(
        self, address: str, way: str = "mail", browser: Browser | None = None, **headers: str
    ) -> Answer:
        form = {"way": way, "address": address}
        asking = browser or self.browser
        return await asking.post("/status/shop/subscribe", form, **{**OURS, **headers})


def offering(scene: Scenery, **more: Any) -> None:
    page = attrs.evolve(SHOP, mail="mailto://x?from=a@b.example", webhooks=True, **more)
    scene.store.tables.pages.by_slug["shop"] = page


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = make_scene()
    offering(made)
    async with made.running() as app:
        room = room_of(app)
        subscriptions = Subscriptions(
            status=room, desk=Desk(app.store), now=app.clock.now, is_public=is_example
        )
        rooms: list[Room] = [room, subscriptions, room.statics]
        yield House(made, app, Browser(make_site(rooms, OpenDoor())))


async def test_the_page_leads_to_a_form_that_needs_no_script(house: House) -> None:
    page = await house.browser.get("/status/shop")
    assert "/status/shop/subscribe" in page.document.links
    form = await house.browser.get("/status/shop/subscribe")
    assert (200, [], []) == (form.status, form.document.mistakes, form.document.every("script"))
    assert ["mail", "webhook"] == [
        one["value"] for one in form.document.every("input") if one["name"] == "way"
    ]
    assert "Подписаться" in (await house.browser.get("/status/shop/subscribe?lang=ru")).said
    assert "/status/all/subscribe" not in (await house.browser.get("/status/all")).document.links
    assert 404 == (await house.browser.get("/status/all/subscribe")).status


async def test_who_confirms_is_subscribed_and_can_leave_by_one_click(house: House) -> None:
    await house.subscribe("a@example.com")
    [one] = house.known
    assert ("a@example.com", None, ["confirm"]) == (
        one.address,
        one.confirmed_at,
        [letter.event for letter in house.letters],
    )
    link = f"/status/shop/confirm/{one.token}"
    asked = await house.browser.get(link)
    assert (200, [], True) == (asked.status, asked.document.mistakes, "a@example.com" in asked.said)
    assert None is house.known[0].confirmed_at  # who only follows links confirms nothing
    done = await house.browser.post(link, {})
    assert (200, True) == (done.status, "You are subscribed" in done.said)
    assert None is not house.known[0].confirmed_at
    leave = f"/status/shop/unsubscribe/{one.token}"
    assert 200 == (await house.browser.get(leave)).status
    assert 1 == len(house.known)
    gone = await house.browser.post(leave, {"List-Unsubscribe": "One-Click"})
    assert (200, [], []) == (gone.status, house.known, house.letters)
    again = await house.browser.post(leave, {"List-Unsubscribe": "One-Click"})
    assert (gone.status, gone.text) == (again.status, again.text)
    assert 404 == (await house.browser.get(link)).status
    assert 404 == (await house.browser.post("/status/all/confirm/x", {})).status


async def test_the_secret_of_a_webhook_is_shown_to_who_confirms(house: House) -> None:
    answer = await house.subscribe(HOOK, "webhook")
    [one] = house.known
    assert one.secret.startswith("whsec_")
    assert one.secret not in answer.text
    asked = await house.browser.get(f"/status/shop/confirm/{one.token}")
    assert one.secret not in asked.text
    done = await house.browser.post(f"/status/shop/confirm/{one.token}", {})
    assert one.secret in done.said


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "[::1]", "10.0.0.7", "192.168.1.1:8443", "169.254.169.254"),
        *("127.1", "2130706433", "[::ffff:127.0.0.1]"),
    ],
)
async def test_a_webhook_at_no_public_address_is_refused_at_once(house: House, host: str) -> None:
    before = guard.POLICY.get(None)
    answer = await house.subscribe(f"https://{host}/hook", "webhook")
    assert (422, [], []) == (answer.status, house.known, house.letters)
    assert "This host has no public address, and messages are sent to no other." in answer.said
    assert before is guard.POLICY.get(None), "looks may go where they might before"


async def test_nobody_learns_whether_an_address_is_subscribed(house: House) -> None:
    first = await house.subscribe("a@example.com")
    pending = await house.subscribe("a@example.com")
    await house.browser.post(f"/status/shop/confirm/{house.known[0].token}", {})
    subscribed = await house.subscribe("a@example.com")
    other = await house.subscribe("b@example.com")
    assert {(200, first.text)} == {
        (one.status, one.text) for one in (first, pending, subscribed, other)
    }
    assert 2 == len(house.letters)
    for path in ("", "/summary.json", "/feed.atom", "/widget"):
        assert "example.com" not in (await house.browser.get(f"/status/shop{path}")).text


async def test_what_is_no_address_is_refused_and_stays_in_the_form(house: House) -> None:
    for address, way in (
        ("nobody", "mail"),
        ("a@b.example\r\nBcc: c@d.example", "mail"),
        ("http://hook.example/", "webhook"),
    ):
        browser = attrs.evolve(house.browser, address=f"192.0.2.{len(address)}")
        answer = await house.subscribe(address, way, browser)
        fix = {
            "mail": "write it like name@example.com",
            "webhook": "like https://example.com/hook",
        }[way]
        assert (422, True) == (answer.status, fix in answer.said)
        assert [] == answer.document.mistakes
    wrong = await house.subscribe('"><script>', "mail", attrs.evolve(browser, address="192.0.2.99"))
    assert ([], True) == (wrong.document.every("script"), "&lt;script&gt;" in wrong.text)
    assert [] == house.known


async def test_who_subscribes_many_waits(house: House) -> None:
    for number in range(6):
        assert 200 == (await house.subscribe(f"a{number}@example.com")).status
    held = await house.subscribe("more@example.com")
    assert (429, 6) == (held.status, len(house.known))
    assert int(held.headers["retry-after"]) > 0
    other = attrs.evolve(house.browser, address="192.0.2.77")
    assert 200 == (await house.subscribe("more@example.com", browser=other)).status


async def test_a_form_of_another_site_subscribes_nobody(house: House) -> None:
    form = {"way": "mail", "address": "a@example.com"}
    foreign = {"sec-fetch-site": "cross-site"}
    answer = await house.browser.post("/status/shop/subscribe", form, **foreign)
    assert (403, []) == (answer.status, house.known)


async def test_links_never_lead_to_where_a_request_said_we_are(house: House) -> None:
    page = attrs.evolve(SHOP, mail="mailto://x?from=a@b.example", host="")
    named = room_of(house.app)
    unnamed = StatusRoom(named.shelf)
    assert (1, 0) == (len(named.ways(page)), len(unnamed.ways(page)))
    at_host = attrs.evolve(page, host="status.example")
    assert ("https://status.example", "http://status.example", "") == (
        address_of(at_host, ""),
        address_of(at_host, "http://x"),
        address_of(page, ""),
    )


async def test_a_host_name_that_is_ours_too_leads_nobody_to_the_dashboard(house: House) -> None:
    for host in ("monitor.example", "localhost"):
        page = attrs.evolve(SHOP, host=host)
        assert "https://monitor.example/status/shop" == address_of(page, "https://monitor.example")


async def test_a_page_with_a_password_is_subscribed_by_who_knows_it(house: House) -> None:
    offering(house.scene, password_hash=QUICK.hash("four words in a row"))
    room = room_of(house.app)
    subscriptions = Subscriptions(status=room, desk=Desk(house.app.store), now=house.app.clock.now)
    browser = Browser(make_site([room, subscriptions, room.statics], OpenDoor()))
    asked = await browser.get("/status/shop/subscribe")
    assert (401, []) == (asked.status, asked.document.mistakes)
    assert "This page has a password" in asked.said
    assert "www-authenticate" not in asked.headers  # else the browser would ask by a box of its own
    assert 401 == (await house.subscribe("a@example.com", browser=browser, accept="*/*")).status
    assert [] == house.known
    for answer in (
        await browser.get("/status/shop/confirm/guessed"),
        await browser.post("/status/shop/unsubscribe/guessed", {}),
    ):
        assert (False, []) == (SHOP.title in answer.text, answer.document.mistakes)
