"""The way to the server fails: connections die without a word, answers to a COMMIT are lost."""

import time

import trio

from tests.chaos.judges import UNITS, Rules
from tests.chaos.verdict import Case
from tests.chaos.ward import Ward
from tests.faults.proxy import open_proxy

_CUTS = 8
_DEAD_S = 25.0
"""A query into a dead connection is given up on after 12 s, and its unit after 15 s."""


async def run(ward: Ward) -> list[Case]:
    anew_s = []
    with ward.server.fresh_database() as url:
        async with open_proxy(url) as proxy, ward.scene("wires", proxy.url, truth_url=url) as scene:
            life = await scene.start()
            await scene.watching(life.started_at)
            for _ in range(ward.times(1, 2)):
                proxy.deaths += 1
                anew_s.append(await scene.recorded_anew(time.time(), 60.0))
                ward.say(f"all connections dead, recorded anew after {anew_s[-1]:.1f} s")
                await trio.sleep(3.0)
            proxy.cuts_left = _CUTS
            with trio.move_on_after(60.0):
                while proxy.cuts < _CUTS:  # noqa: ASYNC110 (the proxy tells nobody)
                    await trio.sleep(0.05)
            anew_s.append(await scene.recorded_anew(time.time(), 60.0))
            ward.say(f"{proxy.cuts} answers to a COMMIT lost, anew after {anew_s[-1]:.1f} s")
            await trio.sleep(2.0)
            await scene.told()
            await scene.leave(life)
            case = await ward.conclude(
                scene,
                calamity="wires dead",
                where="PostgreSQL behind a fault proxy",
                done=f"all connections half-open {len(anew_s) - 1} times; "
                f"{proxy.cuts} answers to a COMMIT lost",
                rules=Rules(anew_s=_DEAD_S, held=UNITS * (len(anew_s) - 1)),
                anew_s=anew_s,
            )
    return [case]
