"""`/status-pages/<slug>/subscribers` of the dashboard: who is told, and who no more."""

from __future__ import annotations

from datetime import timedelta

import attrs

from monitor.core.access.roles import Role
from monitor.core.statuspage.readers import Subscriber, Way, new_subscriber
from monitor.web.pages.subscribers_page import LINES
from tests.web.pages.test_reading import faults
from tests.web.status.conftest import House

PATH = "/status-pages/shop/subscribers"
HOOK = "https://hook.example/" + "x" * 200


def subscribe(house: House, address: str, way: Way = Way.MAIL, *, since_d: float = 1) -> Subscriber:
    """Let somebody have asked so many days ago, and confirm it if that is more than half a day."""
    asked_at = house.scene.now - timedelta(days=since_d)
    one = new_subscriber("shop", way, address, "en", asked_at)
    if since_d > 0.5:
        one = attrs.evolve(one, confirmed_at=asked_at)
    house.scene.store.tables.pages.readers.by_id[one.id] = one
    return one


async def test_subscribers_are_listed_with_what_is_known_and_nothing_that_ends_it(
    house: House,
) -> None:
    nobody = await house.browser().get(PATH)
    assert (200, [], True) == (
        nobody.status,
        faults(nobody),
        "Nobody has subscribed." in nobody.said,
    )
    known = [
        subscribe(house, "a@example.com", since_d=9),
        subscribe(house, HOOK, Way.WEBHOOK, since_d=2),
        subscribe(house, "late@example.com", since_d=0.1),
    ]
    answer = await house.browser().get(PATH)
    assert (200, []) == (answer.status, faults(answer))
    for said in (
        *("2 subscribers are told", "1 has not confirmed", "a@example.com by mail · confirmed 9 d"),
        *(f"{HOOK} by webhook · confirmed 2 d", "late@example.com by mail · not confirmed; asked"),
    ):
        assert said in answer.said, said
    assert [] == [
        one for sub in known for one in (sub.token, sub.secret) if one and one in answer.text
    ]
    russian = await house.browser(accept_language="ru").get(PATH)
    assert "2 подписчика получают сообщения" in russian.said
    assert "не подтверждено" in russian.said


async def test_one_is_removed_after_a_second_press_without_scripts_and_it_is_written_down(
    house: House,
) -> None:
    readers = house.scene.store.tables.pages.readers
    gone, stays = subscribe(house, "a@example.com"), subscribe(house, "b@example.com")
    page = await house.browser().get(f"{PATH}?find=a@")
    assert 1 == len(page.document.every("details")), "the button is folded away"
    form = {"id": gone.id, "next": f"{PATH}?find=a@"}
    answer = await house.browser().post(f"{PATH}/remove", form)
    assert (303, f"{PATH}?find=a@&done=unsubscribed") == (answer.status, answer.to)
    assert [stays] == readers.all("shop")
    [deed] = house.scene.store.tables.access.deeds.values()
    assert ("status-page.unsubscribe", "shop") == (deed.action, deed.about)
    assert {"subscribers": [gone.id]} == deed.before
    assert 404 == (await house.browser().post(f"{PATH}/remove", form)).status
    after = await house.browser().get(answer.to)
    assert "The subscriber has been forgotten" in after.said
    assert "No address has a@ in it." in after.said


async def test_a_long_list_has_pages_and_can_be_searched(house: House) -> None:
    for number in range(2 * LINES + 3):
        subscribe(house, f"reader{number}@example.com", since_d=300 - number)
    browser, path, seen = house.browser(), PATH, list[int]()
    for _ in range(3):
        answer = await browser.get(path)
        assert [] == faults(answer)
        rows = [one["id"] for one in answer.document.every("li") if "id" in one]
        seen.append(len(rows))
        path = next((one for one in answer.document.links if "after=" in one), PATH)
    assert ([LINES, LINES, 3], PATH) == (seen, path)
    found = await browser.get(f"{PATH}?find=READER10")
    assert 4 == found.said.count("@example.com by mail"), "10, 100, 101, 102"


async def test_nobody_but_admins_reads_addresses(house: House) -> None:
    one = subscribe(house, "a@example.com")
    for role in (Role.VIEWER, Role.EDITOR):
        browser = house.browser(role)
        assert 403 == (await browser.get(PATH)).status
        assert 403 == (await browser.post(f"{PATH}/remove", {"id": one.id})).status
        shown = await browser.get("/status-pages")
        assert (False, False) == (PATH in shown.document.links, "a@example.com" in shown.text)
    assert PATH in (await house.browser().get("/status-pages")).document.links
    assert 404 == (await house.browser().get("/status-pages/x/subscribers")).status
    assert 404 == (await house.browser().post("/status-pages/x/subscribers/remove", {})).status
