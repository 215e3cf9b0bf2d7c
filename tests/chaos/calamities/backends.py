"""The server's back ends are killed: once, and ten times in two seconds."""

import time
from urllib.parse import urlsplit

import trio

from tests.chaos.judges import Rules
from tests.chaos.scene import in_thread
from tests.chaos.verdict import Case
from tests.chaos.ward import Ward


async def run(ward: Ward) -> list[Case]:
    killed, anew_s = 0, []
    with ward.server.fresh_database() as url:
        database = urlsplit(url).path[1:]
        async with ward.scene("back ends", url) as scene:
            life = await scene.start()
            await scene.watching(life.started_at)
            for times in ward.times(1, 3) * (1, 10):
                for _ in range(times):
                    killed += await in_thread(ward.server.kill_backends, database)
                    await trio.sleep(0.2)
                anew_s.append(await scene.recorded_anew(time.time(), 30.0))
                ward.say(f"{killed} back ends killed, recorded anew after {anew_s[-1]:.1f} s")
                await trio.sleep(ward.dice.uniform(1.0, 3.0))
            await scene.told()
            await scene.leave(life)
            case = await ward.conclude(
                scene,
                calamity="back ends killed",
                where="PostgreSQL",
                done=f"{killed} killed, one or ten times in a row, {len(anew_s)} times",
                rules=Rules(anew_s=5.0),
                anew_s=anew_s,
            )
    return [case]
