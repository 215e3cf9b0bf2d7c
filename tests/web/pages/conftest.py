"""Fixtures of the dashboard: a monitor that runs on the scenery, and somebody who reads pages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import attrs
import pytest

from monitor.app import App
from monitor.core.model import WatchedTask
from monitor.web.routing import Role
from tests.web.pages.reading import Browser, site_of
from tests.web.pages.scenery import Scenery, scenery


@attrs.frozen
class House:
    """A running monitor and its pages."""

    scene: Scenery
    app: App

    def browser(self, role: Role = Role.ADMIN, **headers: str) -> Browser:
        return Browser(site_of(self.app, role), headers)

    def task(self, name: str) -> WatchedTask:
        """Return a task as the store has it."""
        tables = self.scene.store.tables
        [task] = [one for one in tables.tasks.values() if one.name == name]
        return WatchedTask(
            task=task, state=tables.states[task.id], recovery=tables.recoveries[task.id]
        )

    def id(self, name: str) -> int:
        return self.task(name).task.id


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = scenery()
    async with made.running() as app:
        yield House(made, app)
