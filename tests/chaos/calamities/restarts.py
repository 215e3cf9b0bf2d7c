"""The server is stopped in good order (fast), or crashes (immediate), and is started again."""

import time
from typing import Literal

import trio

from tests.chaos.judges import Rules
from tests.chaos.scene import in_thread
from tests.chaos.verdict import Case
from tests.chaos.ward import Ward

_MODES: tuple[Literal["fast", "immediate"], ...] = ("fast", "immediate")


async def run(ward: Ward) -> list[Case]:
    anew_s = []
    with ward.server.fresh_database() as url:
        async with ward.scene("restarts", url) as scene:
            life = await scene.start()
            await scene.watching(life.started_at)
            for mode in ward.times(1, 2) * _MODES:
                await in_thread(ward.server.stop, mode)
                await trio.sleep(ward.dice.uniform(3.0, 6.0))
                await in_thread(ward.server.start)
                anew_s.append(await scene.recorded_anew(time.time(), 30.0))
                ward.say(f"stopped ({mode}) and started, recorded anew after {anew_s[-1]:.1f} s")
                await trio.sleep(ward.dice.uniform(3.0, 6.0))
            await scene.told()
            await scene.leave(life)
            case = await ward.conclude(
                scene,
                calamity="server restarted",
                where="PostgreSQL",
                done=f"stopped fast or crashed, away for 3 to 6 s, {len(anew_s)} times",
                rules=Rules(anew_s=5.0, outages=len(anew_s)),
                anew_s=anew_s,
            )
    return [case]
