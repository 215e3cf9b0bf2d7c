"""Serve the scenery, to look at pages: `python -m tests.web.pages.show [PORT] [empty|COUNT]`."""

from __future__ import annotations

import sys

import trio
from anycorn import serve
from anycorn.config import Config
from starlette.requests import Request

from monitor.app import App
from monitor.web.desk import Desk
from monitor.web.pages.rooms import pages_of
from monitor.web.routing import Role, Who
from monitor.web.site import make_site
from tests.web.pages.scenery import Scenery, empty, many, scenery


class OpenDoor:
    """Lets everybody in; only for tests."""

    def __init__(self, role: Role = Role.ADMIN) -> None:
        self.role = role

    async def admit(self, request: Request, needs: Role) -> Who:
        await trio.lowlevel.checkpoint()
        return Who(name="anna", role=self.role, via="session")


def site_of(app: App, role: Role = Role.ADMIN):  # type: ignore[no-untyped-def]
    return make_site(list(pages_of(app, Desk(app.store))), OpenDoor(role))


async def main(port: int, scene: Scenery) -> None:
    async with scene.running() as app:
        config = Config()
        config.bind = [f"127.0.0.1:{port}"]
        config.accesslog = None
        await serve(site_of(app), config, mode="asgi")


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8099
    what = sys.argv[2] if len(sys.argv) > 2 else ""
    made = scenery() if not what else empty() if what == "empty" else many(int(what))
    trio.run(main, port, made)
