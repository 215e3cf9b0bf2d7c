"""How people come in: the first run, a second factor, recovery; and how those pages are for all.

A real monitor is started for it, as nothing of this can be played.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pyotp
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PATIENCE_S
from tests.probes.real import free_port

PASSWORD = "four words in a row"
_INVITED = re.compile(r"http://\S+\?first-run=\S+")


@attrs.frozen
class Served:
    """A monitor that runs, and the address that lets in the first user."""

    url: str
    invitation: str


@contextmanager
def monitor(place: Path) -> Iterator[Served]:
    """Run a monitor on a database of its own."""
    environment = {name: text for name, text in os.environ.items() if "MONITOR_" not in name}
    port = free_port()
    command = [sys.executable, "-m", "monitor", "run", "--listen", f"127.0.0.1:{port}"]
    command += ["--data-dir", str(place)]
    console = place / "console"
    with console.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
    try:
        deadline_s = time.monotonic() + PATIENCE_S
        while not (found := _INVITED.search(console.read_text())):
            assert process.poll() is None, console.read_text()
            assert time.monotonic() < deadline_s, console.read_text()
            time.sleep(0.05)
        yield Served(f"http://127.0.0.1:{port}", found[0])
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with monitor(tmp_path) as found:
        yield found


@pytest.fixture
def page(chromium: Browser, served: Served) -> Iterator[Page]:
    """A browser that nobody has logged in with; what it complains about fails the test."""
    complaints: list[str] = []
    context = chromium.new_context(base_url=served.url, locale="en-GB", reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [] == complaints


def create_first_user(page: Page, served: Served) -> None:
    page.goto(served.invitation)
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Create the user").click()
    page.wait_for_url(f"{served.url}/")


def propose_factor(page: Page) -> pyotp.TOTP:
    """Ask for a second factor; return what an app makes of the letters that are shown."""
    page.goto("/account")
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_selector(".qr svg")
    return pyotp.TOTP(page.locator("p.mono").inner_text().replace(" ", ""))


def set_factor(page: Page, code: str) -> list[str]:
    """Confirm a second factor; return the recovery codes."""
    page.get_by_label("The six digits that it shows now").fill(code)
    page.get_by_label("The present password").fill(PASSWORD)
    page.get_by_role("button", name="Ask for it from now on").click()
    page.wait_for_selector("h1 >> text=Recovery codes")
    found: list[str] = page.locator("ul.mono li").all_inner_texts()
    return found


def log_out(page: Page) -> None:
    page.goto("/")
    page.locator("form.leave button").click()
    page.wait_for_url("**/login")


def log_in(page: Page, password: str = PASSWORD) -> None:
    page.goto("/login")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def type_code(page: Page, code: str) -> None:
    page.get_by_label("The six digits of your app").fill(code)
    page.get_by_role("button", name="Log in").click()


def later(totp: pyotp.TOTP, steps: int) -> str:
    """Return the code that an app shows some half minutes later: none is taken twice."""
    return totp.at(time.time() + steps * totp.interval)


def test_somebody_becomes_the_first_admin_and_comes_in_by_two_factors(
    page: Page, served: Served
) -> None:
    page.goto("/")
    page.wait_for_selector("h1 >> text=Nobody can log in yet")
    create_first_user(page, served)
    totp = propose_factor(page)
    codes = set_factor(page, totp.now())
    assert 10 == len(set(codes))
    log_out(page)
    page.goto("/account")
    assert "/login" in page.url, "what is behind the door is not shown"

    log_in(page, "not the password at all")
    page.wait_for_selector("text=Name or password is wrong.")
    log_in(page)
    page.wait_for_url("**/login/code*")
    page.goto("/account")
    assert "/login" in page.url, "the password alone opens nothing"

    log_in(page)
    type_code(page, later(totp, 100))
    page.wait_for_selector("text=The code is wrong, or was used before.")
    type_code(page, later(totp, 1))
    page.wait_for_url(f"{served.url}/")
    log_out(page)
    log_in(page)
    type_code(page, later(totp, 1))
    page.wait_for_selector("text=The code is wrong, or was used before.")

    type_code(page, codes[4])
    page.wait_for_url(f"{served.url}/")
    page.goto("/account")
    page.wait_for_selector("text=9 recovery codes are left.")
    page.get_by_label("The present password").last.fill(PASSWORD)
    page.get_by_role("button", name="Take it away").click()
    page.wait_for_selector("text=The second factor has been taken away.")
    log_out(page)
    log_in(page)
    page.wait_for_url(f"{served.url}/")


def test_an_invitation_is_void_once_there_is_a_user(
    page: Page, served: Served, chromium: Browser
) -> None:
    create_first_user(page, served)
    other = chromium.new_context()
    stranger = other.new_page()
    stranger.goto(served.invitation)
    assert "/login" in stranger.url
    other.close()


@attrs.define
class Eyes:
    """Whoever cannot use a page: axe, in both themes; and a telephone, for its width."""

    page: Page
    found: dict[Any, Any] = attrs.field(factory=dict)
    seen: list[str] = attrs.field(factory=list)

    def look(self, name: str) -> None:
        """Look at the page as it stands now."""
        from axe_playwright_python.sync_playwright import Axe

        page = self.page
        self.seen.append(name)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            for one in Axe().run(page).response["violations"]:
                places = [node["html"][:120] for node in one["nodes"][:3]]
                self.found[name, theme, one["id"]] = (one["help"], places)
        size = page.viewport_size
        page.set_viewport_size({"width": 390, "height": 844})
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            self.found[name, "wide"] = width
        assert size is not None
        page.set_viewport_size(size)


def test_axe_finds_nothing_wrong_with_any_page_of_access(page: Page, served: Served) -> None:
    eyes = Eyes(page)
    page.goto("/")
    eyes.look("nobody")
    page.goto(served.invitation)
    eyes.look("first run")
    create_first_user(page, served)
    page.goto("/account")
    eyes.look("account")
    totp = propose_factor(page)
    eyes.look("second factor")
    codes = set_factor(page, totp.now())
    eyes.look("recovery codes")
    page.goto("/account")
    eyes.look("account with a second factor")
    page.goto("/access")
    page.locator("#add-user summary").click()
    page.locator("#user-name").fill("bob")
    page.locator("#user-password").fill("short")
    page.get_by_role("button", name="Add the user").click()
    page.wait_for_selector("#add-user .wrong")
    eyes.look("a user that is not good")
    page.locator("#user-password").fill(PASSWORD)
    page.get_by_role("button", name="Add the user").click()
    page.wait_for_selector("text=The user has been added.")
    page.locator("#add-token summary").click()
    page.locator("#token-name").fill("ci")
    page.locator("#token-paths").fill("/metrics /api/v1/tasks")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_selector("#secret")
    eyes.look("users and tokens, one of them new")
    page.goto("/access/log")
    page.wait_for_selector("text=token.add")
    eyes.look("audit log")
    log_out(page)
    eyes.look("login")
    log_in(page, "not the password at all")
    eyes.look("login refused")
    log_in(page)
    page.wait_for_url("**/login/code*")
    eyes.look("code")
    type_code(page, "000")
    eyes.look("code refused")
    type_code(page, codes[0])
    page.wait_for_url(f"{served.url}/")
    assert {} == eyes.found
    assert 13 == len(eyes.seen)
