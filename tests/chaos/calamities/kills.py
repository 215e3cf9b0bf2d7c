"""`kill -9` and start again, while it starts and while it works, hundreds of times."""

import random
import signal

import trio

from tests.chaos.judges import Rules
from tests.chaos.scene import Scene
from tests.chaos.verdict import Case
from tests.chaos.ward import Ward

_PLACES = ("sqlite", "postgresql", "sqlite", "postgresql")
_TASKS, _INTERVAL_S = 25, 0.5


async def run(ward: Ward) -> list[Case]:
    """Four monitors side by side, each with a database of its own."""
    each = ward.times(5, 50, 250)
    cases: list[Case] = []
    async with trio.open_nursery() as nursery:
        for number, place in enumerate(_PLACES):
            dice = random.Random(ward.dice.random())
            nursery.start_soon(_one_place, ward, place, number, each, dice, cases)
    return sorted(cases, key=lambda case: case.where)


async def _one_place(
    ward: Ward, place: str, number: int, kills: int, dice: random.Random, cases: list[Case]
) -> None:
    if place == "sqlite":
        await _kill(ward, "sqlite", f"SQLite {number}", kills, dice, cases)
        return
    with ward.server.fresh_database() as url:
        await _kill(ward, url, f"PostgreSQL {number}", kills, dice, cases)


async def _kill(
    ward: Ward, url: str, where: str, kills: int, dice: random.Random, cases: list[Case]
) -> None:
    async with ward.scene(
        f"kills {where}",
        url,
        midwife=ward.zygote,
        tasks=_TASKS,
        interval_s=_INTERVAL_S,
    ) as scene:
        starting = 0
        for kill in range(1, kills + 1):
            starting += await _one_life(scene, dice)
            if kill % 25 == 0:
                ward.say(f"{where}: killed {kill} of {kills} times")
        life = await scene.start()
        await scene.watching(life.started_at)
        await trio.sleep(5.0)
        await scene.leave(life)
        cases.append(
            await ward.conclude(
                scene,
                calamity="kill -9",
                where=where,
                done=f"{kills} times, {starting} of them while it started; "
                f"{_TASKS} tasks every {_INTERVAL_S:g} s",
                rules=Rules(outages=0),
            )
        )


async def _one_life(scene: Scene, dice: random.Random) -> bool:
    """Start and kill; return whether it was killed before it had looked at everything."""
    life = await scene.start()
    starting = dice.random() < 0.4
    if starting:
        await trio.sleep(dice.uniform(0.0, 0.7))
    else:
        starting = not await scene.watching(life.started_at)
        await trio.sleep(dice.uniform(0.0, 3.0))
    life.ask(signal.SIGKILL)
    await life.wait(10.0)
    return starting
