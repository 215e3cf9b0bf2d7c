"""One flow through the dashboard in a real browser."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Open

pytestmark = pytest.mark.slow


def test_somebody_finds_what_is_down_opens_it_and_sees_why(opened: Open) -> None:
    page = opened()
    assert page.locator("h1").inner_text().startswith("2 of 29 down")
    page.keyboard.press("/")
    page.keyboard.type("checkout")
    page.wait_for_function("() => document.querySelectorAll('#rows tr').length === 1")
    assert page.url.endswith("/?q=checkout")
    page.locator("#rows a.name").click()
    page.wait_for_selector("svg.plot")
    assert "connection refused" in page.locator(".sentence").inner_text()
    assert page.locator(".plot .hit").count() > 60
    assert "Europe/Berlin" in page.locator("footer").inner_text()
