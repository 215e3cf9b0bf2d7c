"""Status pages as those see them who make them, and those who read them without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open

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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_public_pages_and_none_is_wider_than_a_phone(
    writer: Page, opened: Open, theme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    size = {"width": 390, "height": 844}
    page = opened(color_scheme=theme, reduced_motion="reduce", viewport=size)
    found: dict[tuple[str, str], object] = {}
    for path in ("/status/open", "/status/open/widget", "/status/closed"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == (401 if path == "/status/closed" else 200), path
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        for one in Axe().run(page).response["violations"]:
            places = [node["html"][:120] for node in one["nodes"][:3]]
            found[path, one["id"]] = (one["help"], places)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            found[path, "wide"] = width
    assert {} == found
