"""Status pages as those see them who make them, and those who read them without scripts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.store.pictures import png

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def made() -> dict[str, bool]:
    """Which pages were made before."""
    return {}


def make(page: Page, slug: str, **fields: str) -> None:
    """Make a page by the form of the dashboard."""
    page.goto("/status-pages")
    form = page.locator("#form")
    form.evaluate("details => details.open = true")
    said = {"slug": slug, "title": f"Example {slug}", "sections": "Shop = shop*, *", **fields}
    for name, text in said.items():
        form.locator(f"[name={name}]").fill(text)
    form.get_by_role("button", name="Publish it").click()
    page.wait_for_selector(f"#page-{slug}")


@pytest.fixture
def writer(opened: Open, made: dict[str, bool]) -> Page:
    """The dashboard, with a page for all and one behind a password."""
    page = opened("/status-pages")
    if not made:
        make(page, "open")
        make(page, "closed", password=PASSWORD)
        made["done"] = True
    return page


def test_an_incident_is_written_and_read_and_solved(writer: Page, opened: Open) -> None:
    writer.goto("/status-pages")
    card = writer.locator("#page-open")
    card.locator("details").first.evaluate("details => details.open = true")
    card.locator("[name=title]").fill("Orders are slow")
    card.locator("[name=text]").fill("We are looking into it.")
    card.get_by_role("button", name="Publish it").click()
    writer.wait_for_selector("#page-open >> text=Orders are slow")
    reader = opened("/status/open", java_script_enabled=False)
    assert reader.locator("text=Orders are slow").first.is_visible()
    assert reader.locator("text=We are looking into it.").first.is_visible()
    writer.goto("/status-pages")
    card.locator("[name=state]").select_option("resolved")
    card.locator("[name=text]").fill("All orders are through.")
    card.get_by_role("button", name="Publish it").click()
    writer.wait_for_selector("#page-open li >> text=All orders are through.")
    reader = opened("/status/open", java_script_enabled=False)  # the first keeps it for a while
    assert "All orders are through." in reader.content()


def test_readers_without_scripts_pass_the_door_with_the_password(
    writer: Page, opened: Open
) -> None:
    reader = opened("/status/closed", java_script_enabled=False)
    assert "Example closed" not in reader.inner_text("body")
    reader.locator("[type=password]").fill("wrong")
    reader.locator("button").last.click()
    assert reader.locator("[type=password]").is_visible()
    reader.locator("[type=password]").fill(PASSWORD)
    reader.locator("button").last.click()
    assert reader.get_by_text("Example closed").first.is_visible()
    again = opened("/status/closed", java_script_enabled=False)
    assert again.locator("[type=password]").is_visible(), "another browser is asked again"


def pick(page: Page, data: bytes, mime: str = "image/png") -> None:
    """Choose a file for a logo, and send the form."""
    page.set_input_files("#file", {"name": "logo.png", "mimeType": mime, "buffer": data})
    page.get_by_role("button", name="Set it").click()


def test_a_logo_is_set_without_scripts_and_readers_see_it(writer: Page, opened: Open) -> None:
    admin = opened("/status-pages", java_script_enabled=False)
    admin.locator("#page-open").get_by_role("link", name="Logo").click()
    assert "Example open has no logo" == admin.inner_text("h1")
    for data, said in (
        (b"GIF89a" + bytes(500), "is neither PNG nor JPEG nor WebP"),
        (bytes(3_000_000), "the file has more than 262144 bytes"),
    ):
        pick(admin, data)
        assert said in admin.inner_text("#file-wrong")
    pick(admin, png(64, 40))
    shown = admin.locator("#logo img")
    assert 1 == shown.count()
    assert "The page has this logo now" in admin.inner_text("main")
    for path in ("/status/open", "/status-pages/open/logo"):
        seen = opened(path)
        assert 64 == seen.evaluate("document.querySelector('img').naturalWidth"), path
    admin.get_by_role("button", name="Take it away").click()
    assert 0 == admin.locator("#logo").count()
    assert 404 == admin.request.get("/status/open/logo").status


def test_a_subscriber_is_seen_and_removed_without_scripts(writer: Page, opened: Open) -> None:
    writer.goto("/status-pages")
    assert "Nobody can subscribe" in writer.inner_text("#page-open")
    writer.locator("#page-open").get_by_role("link", name="Let readers subscribe").click()
    writer.locator("#form [name=webhooks]").check()
    writer.locator("#form [name=host]").fill("status.open.example")
    writer.locator("#form").get_by_role("button", name="Publish it").click()
    writer.wait_for_selector("#page-open >> text=Readers can subscribe by webhook.")
    # An address that is public without a question to any name server; nothing is sent here.
    for address in ("https://93.184.216.34/first", "https://93.184.216.34/second"):
        reader = opened("/status/open/subscribe", java_script_enabled=False)
        reader.locator("[name=address]").fill(address)
        reader.locator("form button").last.click()
        assert "Almost done" in reader.inner_text("body")
    admin = opened("/status-pages", java_script_enabled=False)
    admin.locator("#page-open").get_by_role("link", name="Subscribers").click()
    assert "2 have not confirmed" in admin.inner_text("#hero")
    row = admin.locator("#subscribers li").filter(has_text="first")
    sure = row.get_by_role("button", name="Yes, remove it")
    assert not sure.is_visible(), "one press removes nobody"
    row.locator("summary").click()
    sure.click()
    assert "The subscriber has been forgotten" in admin.inner_text("main")
    assert ["https://93.184.216.34/second"] == admin.locator("#subscribers li b").all_inner_texts()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_where_pages_are_made_and_none_is_wider_than_a_phone(
    writer: Page, opened: Open, theme: str
) -> None:
    writer.goto("/status-pages/open/logo")
    pick(writer, png(800, 40))
    writer.wait_for_selector("#logo")
    paths = ("/status-pages?edit=open", "/status-pages/open/logo", "/status-pages/open/subscribers")
    size = {"width": 390, "height": 844}
    page = opened(color_scheme=theme, reduced_motion="reduce", viewport=size)
    assert {} == faults(page, dict.fromkeys(paths, 200))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_public_pages_and_none_is_wider_than_a_phone(
    writer: Page, opened: Open, theme: str
) -> None:
    paths = {"/status/open": 200, "/status/open/widget": 200, "/status/closed": 401}
    size = {"width": 390, "height": 844}
    page = opened(color_scheme=theme, reduced_motion="reduce", viewport=size)
    assert {} == faults(page, paths)


def faults(page: Page, paths: Mapping[str, int]) -> dict[tuple[str, str], object]:
    """Return what is wrong with pages, which answer with a status each, with all unfolded."""
    from axe_playwright_python.sync_playwright import Axe

    found: dict[tuple[str, str], object] = {}
    for path, status in paths.items():
        answer = page.goto(path)
        assert answer is not None
        assert status == answer.status, path
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        for one in Axe().run(page).response["violations"]:
            places = [node["html"][:120] for node in one["nodes"][:3]]
            found[path, one["id"]] = (one["help"], places)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            found[path, "wide"] = width
    return found
