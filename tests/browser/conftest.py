"""Fixtures of the browser: Debian's Chromium, driven by Playwright, and a monitor to look at.

With MONITOR_BROWSER set everything here is run; else only the smoke test, so that the whole suite
stays quick. What is missing is named after all tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.probes.real import free_port, skip_loudly

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ALL = "MONITOR_BROWSER"
HERE = sorted(path.name for path in Path(__file__).parent.glob("test_*.py"))
SMOKE = "test_smoke.py"
"""It starts a process of its own; after any other file no test in the same process could run trio,
because Playwright keeps an event loop of asyncio in the thread that uses it."""
collect_ignore = [SMOKE] if os.environ.get(ALL) else [name for name in HERE if name != SMOKE]

PATIENCE_S = 30.0


def path_of_chromium() -> str:
    """Return the browser's path; skip, and name what is missing, if it cannot be driven."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        skip_loudly("Chromium, for the dashboard: apt-get install chromium")
    if find_spec("playwright") is None:
        skip_loudly("Playwright, for the dashboard: pip install playwright, or nox -s browser")
    return path


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser without windows."""
    path = path_of_chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def served(what: str = "") -> Iterator[str]:
    """Serve the scenery; yield its address."""
    port = free_port()
    command = [sys.executable, "-m", "tests.web.pages.show", str(port), *([what] if what else [])]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                urllib.request.urlopen(f"{url}/about", timeout=PATIENCE_S).close()
                break
            except OSError:
                if time.monotonic() > deadline_s or process.poll() is not None:
                    raise
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """A monitor with thirty tasks in every condition, for the tests of one file."""
    with served() as url:
        yield url


Open = Callable[..., "Page"]


@pytest.fixture
def opened(chromium: Browser, site: str) -> Iterator[Open]:
    """Open a page of the site; whatever the browser complains about fails the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_page(path: str = "/", **options: Any) -> Page:
        settings = {"locale": "en-GB", "timezone_id": "Europe/Berlin", **options}
        context = chromium.new_context(base_url=site, **settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if _is_bad(message) else None,
        )
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [] == complaints


def _is_bad(message: Any) -> bool:
    """Say whether the browser complains of what no test wants: neither refusals nor lost events."""
    place = str(message.location.get("url", ""))
    expected = ("the server responded with a status of", "net::ERR_FAILED")
    quiet = "/api/v1/events" in place or any(one in message.text for one in expected)
    return message.type in ("error", "warning") and not quiet
