"""`/status-pages/<slug>/logo` of the dashboard: a picture is set, and the public sees it."""

from __future__ import annotations

import base64
import ipaddress

import attrs
import pytest

from monitor.core.access.options import AccessOptions
from monitor.core.access.roles import Role
from monitor.core.statuspage.logo import LIMIT
from monitor.web.access.entrance import Entrance
from monitor.web.serve import site_of
from tests.store.pictures import png
from tests.web.pages.reading import Browser
from tests.web.pages.test_reading import faults
from tests.web.status.conftest import House

PATH = "/status-pages/shop/logo"


async def test_a_logo_is_set_shown_to_everybody_and_taken_away(house: House) -> None:
    browser, pages = house.browser(), house.scene.store.tables.pages
    empty = await browser.get(PATH)
    assert (200, []) == (empty.status, faults(empty))
    assert "Example Shop has no logo" in empty.said
    assert "multipart/form-data" in [one.get("enctype") for one in empty.document.every("form")]
    assert 404 == (await browser.get("/status/shop/logo")).status
    done = await browser.upload(PATH, "logo", png(32, 20))
    assert (303, f"{PATH}?done=logo-set") == (done.status, done.to)
    assert png(32, 20) == pages.logos["shop"].data
    shown = await browser.get(done.to)
    [picture] = shown.document.every("img")
    inside = base64.b64encode(png(32, 20)).decode()
    assert f"data:image/png;base64,{inside}" == picture["src"]
    assert (200, [], True) == (shown.status, faults(shown), "32 x 20 pixels" in shown.said)
    assert "img-src 'self' data:" in shown.headers["content-security-policy"]
    assert 200 == (await browser.get("/status/shop/logo")).status, "the public sees it at once"
    gone = await browser.post(f"{PATH}/remove", {})
    assert (303, f"{PATH}?done=logo-removed") == (gone.status, gone.to)
    assert 404 == (await browser.get("/status/shop/logo")).status
    first, second = house.scene.store.tables.access.deeds.values()
    assert ("status-page.logo", "shop", "anna") == (first.action, first.about, first.actor)
    assert (32, {}) == ((first.after or {})["width"], first.before)
    assert (32, {}) == ((second.before or {})["width"], second.after)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "logo: is missing; choose a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo: is SVG, which can hold scripts"),
        (b"GIF89a" + bytes(200), "logo: is neither PNG nor JPEG nor WebP"),
        (png(8, 20), "logo: is 8 x 20 pixels; each side may have 16 to 2000 of them"),
        (png() + bytes(LIMIT), f"logo: has {LIMIT + len(png())} bytes; at most {LIMIT} are kept"),
    ],
)
async def test_what_is_no_logo_is_refused_with_the_reason_and_the_old_one_stays(
    house: House, data: bytes, said: str
) -> None:
    browser, logos = house.browser(), house.scene.store.tables.pages.logos
    await browser.upload(PATH, "logo", png())
    answer = await browser.upload(PATH, "logo", data)
    assert (422, [], True) == (answer.status, faults(answer), said in answer.said)
    russian = await house.browser(accept_language="ru").upload(PATH, "logo", data)
    assert said.removeprefix("logo: ")[:12] not in russian.said
    assert png() == logos["shop"].data


async def test_a_file_that_is_far_too_large_is_read_to_its_end_and_refused(house: House) -> None:
    answer = await house.browser().upload(PATH, "logo", bytes(3_000_000))
    assert (413, []) == (answer.status, faults(answer))
    assert f"the file has more than {LIMIT} bytes; choose a smaller one" in answer.said
    assert {} == house.scene.store.tables.pages.logos


async def test_a_page_of_a_file_and_one_with_a_password_have_logos_too(house: House) -> None:
    pages, browser = house.scene.store.tables.pages, house.browser()
    pages.by_slug["shop"] = attrs.evolve(
        pages.by_slug["shop"], from_file=True, password_hash="$argon2id$"
    )
    assert PATH in (await browser.get("/status-pages")).document.links
    assert 303 == (await browser.upload(PATH, "logo", png())).status
    assert 1 == len((await browser.get(PATH)).document.every("img"))


async def test_nobody_but_admins_sets_a_logo_and_only_on_pages_that_are_there(
    house: House,
) -> None:
    for role in (Role.VIEWER, Role.EDITOR):
        browser = house.browser(role)
        assert 403 == (await browser.upload(PATH, "logo", png())).status
        assert 403 == (await browser.get(PATH)).status
        assert PATH not in (await browser.get("/status-pages")).document.links
    browser = house.browser()
    assert 404 == (await browser.get("/status-pages/x/logo")).status
    assert 404 == (await browser.upload("/status-pages/x/logo", "logo", png())).status
    assert 404 == (await browser.post("/status-pages/x/logo/remove", {})).status


async def test_a_page_of_another_site_sets_no_logo_with_our_cookies(house: House) -> None:
    proxy = ipaddress.ip_network("192.0.2.9/32")
    options = AccessOptions(proxies=(proxy,), proxy_header="x-user", proxy_role=Role.ADMIN)
    browser = Browser(site_of(house.app, Entrance(options=options)), {"x-user": "anna"})
    for header in ({"sec_fetch_site": "cross-site"}, {"origin": "https://evil.example"}, {}):
        assert 403 == (await browser.upload(PATH, "logo", png(), **header)).status
    assert {} == house.scene.store.tables.pages.logos
    ours = await browser.upload(PATH, "logo", png(), sec_fetch_site="same-origin")
    assert 303 == ours.status
