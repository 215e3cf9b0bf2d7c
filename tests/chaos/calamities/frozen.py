"""The server falls silent with all its connections open, as a suspended machine does."""

import time

import trio

from tests.chaos.judges import UNITS, Rules
from tests.chaos.scene import in_thread
from tests.chaos.verdict import Case
from tests.chaos.ward import Ward


async def run(ward: Ward) -> list[Case]:
    anew_s = []
    # Shorter than the monitor's patience with a statement, and longer.
    spans_s = (4.0,) if ward.quick else (4.0, 22.0)
    with ward.server.fresh_database() as url:
        async with ward.scene("frozen", url) as scene:
            life = await scene.start()
            await scene.watching(life.started_at)
            for span_s in spans_s:
                await in_thread(ward.server.freeze)
                await trio.sleep(span_s)
                await in_thread(ward.server.thaw)
                anew_s.append(await scene.recorded_anew(time.time(), 40.0))
                ward.say(f"frozen for {span_s:g} s, recorded anew after {anew_s[-1]:.1f} s")
                await trio.sleep(4.0)
            await scene.told()
            await scene.leave(life)
            case = await ward.conclude(
                scene,
                calamity="server frozen",
                where="PostgreSQL",
                done="SIGSTOP to all its processes, for " + ", ".join(f"{s:g} s" for s in spans_s),
                rules=Rules(anew_s=8.0, held=UNITS * len(spans_s)),
                anew_s=anew_s,
            )
    return [case]
