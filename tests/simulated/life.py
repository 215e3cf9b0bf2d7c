"""One life, from its setting to what was found wrong in it."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import attrs
import pytest
import trio
from trio.testing import MockClock

from tests.core.haste import let_order_follow
from tests.simulated.judge_alerts import AlertJudge
from tests.simulated.judge_jobs import JobJudge
from tests.simulated.judge_lives import LifeJudge
from tests.simulated.judge_looks import LookJudge
from tests.simulated.setting import DAY_S, Setting
from tests.simulated.trace import trace_of
from tests.simulated.world import World

SAID_EACH_S = 30.0
"""How far a life has come, by the real clock."""


@attrs.frozen
class Outcome:
    """What came of a life."""

    setting: Setting
    faults: tuple[str, ...]
    trace: str
    """The same for the same setting, always."""
    figures: Counter[str]
    took_s: float


def live(setting: Setting, say: Callable[[str], None] | None = None) -> World:
    """Live a life on virtual time, and return the world as it is at its end.

    `say` is told each half a minute how far the life has come, from a thread of its own: so that
    the life is the same in every step whether somebody follows it or not.
    """
    clock = MockClock(autojump_threshold=0)

    async def main() -> World:
        world = World(setting, clock)
        with _listening(world):
            await world.live()
        return world

    with pytest.MonkeyPatch.context() as patch, _followed(setting, clock, say):
        let_order_follow(patch, setting.seed)
        return trio.run(main, clock=clock)


@contextmanager
def _followed(
    setting: Setting, clock: MockClock, say: Callable[[str], None] | None
) -> Iterator[None]:
    if say is None:
        yield
        return
    over = threading.Event()

    def follow() -> None:
        while not over.wait(SAID_EACH_S):
            day = min(clock.current_time() / DAY_S, setting.days)
            say(f"seed {setting.seed}: day {day:,.0f} of {setting.days:,g}")

    follower = threading.Thread(target=follow)
    follower.start()
    try:
        yield
    finally:
        over.set()
        follower.join()


@contextmanager
def _listening(world: World) -> Iterator[None]:
    logger = logging.getLogger("monitor")
    level, propagate = logger.level, logger.propagate
    logger.addHandler(world.ear)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(world.ear)
        logger.setLevel(level)
        logger.propagate = propagate


def judge(world: World) -> tuple[str, ...]:
    """Say what went wrong in a life, one sentence each."""
    return (
        *world.witness.faults,
        *LookJudge(world).faults(),
        *LifeJudge(world).faults(),
        *AlertJudge(world).faults(),
        *JobJudge(world).faults(),
    )


def tell(setting: Setting, say: Callable[[str], None] | None = None) -> Outcome:
    """Live a life, and say what came of it, and before that to `say` how far it has come."""
    started_s = time.monotonic()
    world = live(setting, say)
    faults = judge(world)
    tables = world.stage.store.tables
    figures = Counter(
        {
            "looks": sum(map(len, world.witness.looks.values())),
            "results recorded": len(tables.looks),
            "incidents": len(tables.incidents),
            "transitions": len(tables.transitions),
            "gaps": len(tables.gaps),
            "notices": len(tables.alerts.notices),
            "messages taken": len(world.witness.taken),
            "processes": len(world.witness.processes),
            **world.witness.figures,
        }
    )
    return Outcome(
        setting=setting,
        faults=faults,
        trace=trace_of(world),
        figures=figures,
        took_s=time.monotonic() - started_s,
    )
