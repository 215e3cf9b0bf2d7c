"""A monitor on virtual time, and somebody who asks it over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import trio
from trio.testing import MockClock

from monitor import probes
from monitor.core.model import TaskSpec
from monitor.core.probing import Prepared
from tests.core.scene import Stage, Target, open_stage, up
from tests.web.api.caller import Caller


def prepare(stage: Stage, task: TaskSpec) -> Prepared:
    """Play targets that a test has set up; others are what they say, and are up."""
    if task.target in stage.targets:
        return Prepared(stage.targets[task.target].probe)
    return Prepared(Target(up).probe, probes.prepare(task).rule)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(Stage, "prepare", prepare)
    yield from open_stage()


@pytest.fixture
async def caller(stage: Stage, autojump_clock: MockClock) -> AsyncIterator[Caller]:
    """Somebody who may do everything."""
    async with stage.running() as app:
        caller = Caller(app)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(caller.feed.keep, app)
            await trio.sleep(1.5)
            yield caller
            nursery.cancel_scope.cancel()
