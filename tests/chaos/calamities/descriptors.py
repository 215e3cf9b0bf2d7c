"""No file descriptor is left (RLIMIT_NOFILE), and just then the database's connections die."""

import resource
import time
from urllib.parse import urlsplit

import trio

from tests.chaos.judges import Rules
from tests.chaos.patient import Life
from tests.chaos.scene import RECOVERY_BASE_S, in_thread
from tests.chaos.verdict import Case
from tests.chaos.ward import Ward

_STANDARD = 3
"""stdin, stdout and stderr."""
_LACKING_S = 6.0
_REST_S = 4 * RECOVERY_BASE_S
"""Who failed five times in a row rests; rests that began while nothing worked are short ones."""


async def run(ward: Ward) -> list[Case]:
    cases = [await _exhaust(ward, "sqlite", "SQLite")]
    with ward.server.fresh_database() as url:
        cases.append(await _exhaust(ward, url, "PostgreSQL"))
    return cases


async def _exhaust(ward: Ward, url: str, where: str) -> Case:
    anew_s = []
    async with ward.scene(f"descriptors {where}", url) as scene:
        life = await scene.start()
        await scene.watching(life.started_at)
        for _ in range(ward.times(1, 2)):
            start = time.time()
            soft, hard = limit(life)
            if url != "sqlite":
                await in_thread(ward.server.kill_backends, urlsplit(url).path[1:])
            await trio.sleep(_LACKING_S)
            resource.prlimit(life.pid, resource.RLIMIT_NOFILE, (soft, hard))
            anew_s.append(await scene.recorded_anew(time.time(), 60.0))
            lacking_s = time.time() - start - anew_s[-1]
            ward.say(f"none left for {lacking_s:.0f} s, recorded anew after {anew_s[-1]:.1f} s")
            await trio.sleep(3.0)
        await scene.told()
        await scene.leave(life)
        return await ward.conclude(
            scene,
            calamity="no file descriptors",
            where=where,
            done=f"none left for {_LACKING_S:g} s, {len(anew_s)} times"
            + ("" if url == "sqlite" else ", back ends killed then"),
            rules=Rules(
                unknown=frozenset({"descriptors"}),
                anew_s=_REST_S,
                silence_s=_LACKING_S + _REST_S,
            ),
            anew_s=anew_s,
        )


def limit(life: Life) -> tuple[int, int]:
    """Let a process open nothing more, not even in place of what it closes.

    Returns the limits as they were.
    """
    before = resource.prlimit(life.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(life.pid, resource.RLIMIT_NOFILE, (_STANDARD, before[1]))
    return before
