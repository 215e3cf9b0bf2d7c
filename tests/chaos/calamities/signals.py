"""Signals of every sort at random moments, to a monitor with a hundred busy tasks."""

import random
import signal
import time

import trio

from tests.chaos.judges import Rules
from tests.chaos.patient import Life
from tests.chaos.scene import GRACE_S, Scene
from tests.chaos.verdict import Case
from tests.chaos.ward import Ward

_SORTS = ("SIGTERM", "SIGINT", "SIGKILL", "SIGHUP", "SIGSTOP")
_ENDING = ("SIGTERM", "SIGINT", "SIGKILL")
_TASKS, _INTERVAL_S = 100, 1.0
_STOPPED_S = (0.1, 3.0)


async def run(ward: Ward) -> list[Case]:
    """Two monitors side by side, on SQLite and PostgreSQL."""
    each = ward.times(6, 100)
    cases: list[Case] = []
    with ward.server.fresh_database() as url:
        async with trio.open_nursery() as nursery:
            for where, place in (("SQLite", "sqlite"), ("PostgreSQL", url)):
                dice = random.Random(ward.dice.random())
                nursery.start_soon(_signal, ward, place, where, each, dice, cases)
    return sorted(cases, key=lambda case: case.where)


async def _signal(
    ward: Ward, url: str, where: str, signals: int, dice: random.Random, cases: list[Case]
) -> None:
    sent: dict[str, int] = dict.fromkeys(_SORTS, 0)
    peace: list[tuple[float, float]] = []
    async with ward.scene(
        f"signals {where}", url, midwife=ward.zygote, tasks=_TASKS, interval_s=_INTERVAL_S
    ) as scene:
        life: Life | None = None
        for count in range(1, signals + 1):
            if life is None:
                life = await scene.start()
            await _some_time(scene, life, dice)
            sort = dice.choice(_SORTS)
            sent[sort] += 1
            if life.over.is_set():
                life = None  # the judge sees who ended without being asked
            elif sort in _ENDING:
                life.ask(signal.Signals[sort])
                await life.wait(GRACE_S + 20.0)
                life = None
            elif sort == "SIGSTOP":
                peace.append(await _stop(life, dice))
            else:
                life.send(signal.Signals[sort])
            if count % 20 == 0:
                ward.say(f"{where}: {count} of {signals} signals")
        life = life or await scene.start()
        await scene.watching(life.started_at)
        await trio.sleep(5.0)
        await scene.leave(life)
        kinds = ", ".join(f"{sort} {number}" for sort, number in sent.items())
        cases.append(
            await ward.conclude(
                scene,
                calamity="random signals",
                where=where,
                done=f"{signals} ({kinds}); {_TASKS} tasks every {_INTERVAL_S:g} s",
                rules=Rules(
                    unknown=frozenset({"loop_lag"}),
                    leaving_s=GRACE_S + 3.0,
                    at_peace=tuple(peace),
                ),
            )
        )


async def _some_time(scene: Scene, life: Life, dice: random.Random) -> None:
    """Wait: a moment of the start-up, or some time after all tasks have looked."""
    if dice.random() < 0.3:
        await trio.sleep(dice.uniform(0.0, 0.8))
    else:
        await scene.watching(life.started_at)
        await trio.sleep(dice.uniform(0.0, 1.5))


async def _stop(life: Life, dice: random.Random) -> tuple[float, float]:
    """Let it stand still for a while; return from when until when, and a second more."""
    start = time.time()
    life.send(signal.SIGSTOP)
    await trio.sleep(dice.uniform(*_STOPPED_S))
    life.send(signal.SIGCONT)
    return start, time.time() + 1.0
