#!/usr/bin/env python3
"""Take the pictures of the README anew: `monitor demo`, seen by Debian's Chromium in both themes.

`nox -s pictures` runs it. It takes two minutes: that long the demonstration needs to have a past.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from monitor.demo.story import PAGE

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PAST_S = 95
"""As long as it takes to fill ninety slots of a second."""
PATIENCE_MS = 120_000
QUALITY = 0.82
WIDE, TALL = (1320, 700), 1000
PHONE = (390, 780)


@contextmanager
def demonstration() -> Iterator[str]:
    """Run the demonstration; the address lets us in."""
    command = [sys.executable, "-u", "-m", "monitor", "demo", "--for", "10m"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = next(line.split()[-1] for line in process.stdout if "first-run=" in line)
            # Somebody has to read on, or it would wait until there is room for what it tells.
            with subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL):
                yield address
                process.terminate()
        finally:
            process.terminate()


def main() -> None:
    """Take all of them."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("pictures: there is no Chromium here: apt-get install chromium")
    PICTURES.mkdir(exist_ok=True)
    with demonstration() as address, sync_playwright() as playwright:
        began_s = time.monotonic()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        pages = dict(_pages(browser, address))
        time.sleep(max(0.0, began_s + PAST_S - time.monotonic()))
        # A child that fell waits for its restart for eight seconds at most, once a minute.
        for theme in THEMES:
            pages[theme, WIDE].goto("/tree")
        pages["dark", WIDE].wait_for_selector(".step-backoff", timeout=PATIENCE_MS)
        for theme in THEMES:
            take(pages[theme, WIDE], f"tree-{theme}", TALL)
        for theme in THEMES:
            page = pages[theme, WIDE]
            page.goto("/")
            take(page, f"list-{theme}", WIDE[1])
            page.get_by_role("link", name="api", exact=True).click()
            page.wait_for_selector("svg.plot")
            take(page, f"task-{theme}", TALL)
            phone = pages[theme, PHONE]
            phone.goto(f"/status/{PAGE.slug}")
            take(phone, f"status-{theme}", PHONE[1])
        browser.close()


def _pages(browser: Browser, address: str) -> Iterator[tuple[tuple[str, tuple[int, int]], Page]]:
    base_url = address.partition("/?")[0]
    first = browser.new_context()
    first.new_page().goto(address)  # it lets in once
    state = first.storage_state()
    for theme in THEMES:
        for width, height in (WIDE, PHONE):
            context = browser.new_context(
                base_url=base_url,
                viewport={"width": width, "height": height},
                device_scale_factor=1.5,
                color_scheme=theme,
                locale="en-GB",
                storage_state=state,
            )
            yield (theme, (width, height)), context.new_page()


def take(page: Page, name: str, height: int) -> None:
    """Keep what a page shows."""
    assert page.viewport_size is not None
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    page.evaluate("document.activeElement?.blur()")
    seen = base64.b64encode(page.screenshot()).decode()
    desk = page.context.new_page()  # the browser itself makes a small file of it
    small = desk.evaluate(
        """async ([seen, quality]) => {
            const picture = new Image();
            picture.src = `data:image/png;base64,${seen}`;
            await picture.decode();
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [picture.width, picture.height];
            canvas.getContext("2d").drawImage(picture, 0, 0);
            return canvas.toDataURL("image/webp", quality).split(",")[1];
        }""",
        [seen, QUALITY],
    )
    desk.close()
    path = PICTURES / f"{name}.webp"
    path.write_bytes(base64.b64decode(small))
    print(f"{path.name}  {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
