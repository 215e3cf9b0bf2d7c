"""Serve the scenery, to look at pages: `python -m tests.web.pages.show [PORT] [empty|COUNT]`."""

from __future__ import annotations

import sys

import trio
from anycorn import serve
from anycorn.config import Config

from tests.web.pages.reading import site_of
from tests.web.pages.scenery import Scenery, empty, many, scenery


async def main(port: int, scene: Scenery) -> None:
    """Serve until interrupted."""
    async with scene.running() as app:
        config = Config()
        config.bind = [f"127.0.0.1:{port}"]
        config.accesslog = None
        await serve(site_of(app), config, mode="asgi")  # type: ignore[arg-type]


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8099
    what = sys.argv[2] if len(sys.argv) > 2 else ""
    made = scenery() if not what else empty() if what == "empty" else many(int(what))
    trio.run(main, port, made)
