"""Fixtures of the dashboard's pages about status pages: a monitor that runs, and who asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import attrs
import pytest

from monitor.app import App
from monitor.web.routing import Role
from tests.web.pages.reading import Browser, site_of
from tests.web.pages.scenery import Scenery
from tests.web.status.scene import make_scene


@attrs.frozen
class House:
    """A running monitor, and an admin."""

    scene: Scenery
    app: App

    def browser(self, role: Role = Role.ADMIN, **headers: str) -> Browser:
        return Browser(site_of(self.app, role), headers)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = make_scene()
    async with made.running() as app:
        yield House(made, app)
