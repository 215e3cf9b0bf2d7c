"""Who else runs on a database: only a beat that goes on comes from a living process."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import attrs
import pytest
import trio
from trio.testing import MockClock

from monitor.cli.neighbours import wait_alone
from monitor.core.model import Node
from monitor.core.ports import Session
from monitor.engine.clock import Clock
from monitor.engine.presence import STALE_S

START = datetime(2026, 11, 24, 3, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def virtual_clock() -> Clock:
    started_s = trio.current_time()
    return Clock(wall=lambda: START.timestamp() + trio.current_time() - started_s)


@attrs.define
class Beats:
    """A session that knows one process, which beats every two seconds until it dies."""

    age_s: float
    dies_s: float
    _started_s: float = attrs.field(factory=trio.current_time)

    async def nodes(self) -> list[Node]:
        await trio.lowlevel.checkpoint()
        lived_s = min(trio.current_time() - self._started_s, self.dies_s)
        beat_at = at(lived_s // 2 * 2 - self.age_s)
        node = Node(
            id="n", host="elsewhere", pid=7, version="1", started_at=at(-99), beat_at=beat_at
        )
        return [node]


async def alone(beats: Beats) -> tuple[Any, float]:
    """Return what `wait_alone` said, and after which time."""
    started_s = trio.current_time()
    found = await wait_alone(cast("Session", beats), virtual_clock())
    return found and found.pid, trio.current_time() - started_s


async def test_a_living_process_is_known_by_its_next_beat(autojump_clock: MockClock) -> None:
    assert (7, 3.0) == await alone(Beats(age_s=1.0, dies_s=99.0))


async def test_a_dead_one_by_its_beat_that_gets_stale(autojump_clock: MockClock) -> None:
    found, after_s = await alone(Beats(age_s=1.0, dies_s=0.0))
    assert None is found
    assert after_s == pytest.approx(STALE_S, abs=3.0)


async def test_a_stale_beat_is_not_waited_for(autojump_clock: MockClock) -> None:
    assert (None, 0.0) == await alone(Beats(age_s=STALE_S, dies_s=0.0))
