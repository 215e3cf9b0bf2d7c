"""All goes through PgBouncer in transaction mode, which is restarted and loses its servers."""

import time
from urllib.parse import urlsplit

import trio

from tests.chaos.judges import Rules, Verdict
from tests.chaos.scene import Scene, in_thread
from tests.chaos.verdict import Case
from tests.chaos.ward import Missing, Ward
from tests.pgbouncer import INSTALL, program, running_pgbouncer

_TAKEN_UP_S = 5.0
"""What polling may take until a new task has been looked at, on a busy machine."""


async def run(ward: Ward) -> list[Case]:
    if program() is None:
        raise Missing(f"PgBouncer is not installed: {INSTALL}")
    anew_s, killed = [], 0
    with ward.server.fresh_database() as url, running_pgbouncer(url) as bouncer:
        database = urlsplit(url).path[1:]
        async with ward.scene("pooler", bouncer.url(url), truth_url=url) as scene:
            life = await scene.start()
            await scene.watching(life.started_at)
            taken_up = await _add_a_task(scene)
            for _ in range(ward.times(1, 3)):
                killed += await in_thread(ward.server.kill_backends, database)
                anew_s.append(await scene.recorded_anew(time.time(), 30.0))
                ward.say(f"its servers killed, recorded anew after {anew_s[-1]:.1f} s")
                await trio.sleep(2.0)
                await in_thread(bouncer.stop)
                await trio.sleep(ward.dice.uniform(1.0, 4.0))
                await in_thread(bouncer.start)
                anew_s.append(await scene.recorded_anew(time.time(), 30.0))
                ward.say(f"restarted, recorded anew after {anew_s[-1]:.1f} s")
                await trio.sleep(3.0)
            open_transactions = await in_thread(_in_transaction, ward, database)
            await scene.told()
            await scene.leave(life)
            await in_thread(bouncer.stop)  # what it keeps open is its own
            case = await ward.conclude(
                scene,
                calamity="PgBouncer",
                where="PostgreSQL, transaction mode",
                done=f"its {killed} servers killed and itself restarted, {len(anew_s)} mends",
                rules=Rules(anew_s=6.0),
                anew_s=anew_s,
                further=[taken_up, _no_transactions(open_transactions)],
            )
    return [case]


async def _add_a_task(scene: Scene) -> Verdict:
    """Add a task by another process, and time how soon it is looked at."""
    number = scene.tasks
    target = f"http://127.0.0.1:{scene.target.port}/look/{number}"
    once = ("--attempts", "1", "--recovery-confirmations", "1")
    await scene.run_to("task", "add", target, "--interval", "1s", "--timeout", "10s", *once)
    added_at = time.time()
    scene.tasks += 1
    passed_s = float("inf")
    with trio.move_on_after(3 * _TAKEN_UP_S):
        while not scene.target.looks.get(number):
            scene.target.read()
            await trio.sleep(0.02)
        passed_s = time.time() - added_at
    late = [f"a new task was looked at only after {passed_s:.1f} s"]
    return Verdict("polling", f"{passed_s:.1f} s", late if passed_s > _TAKEN_UP_S else [])


def _in_transaction(ward: Ward, database: str) -> int:
    """Count connections that stay inside a transaction while nobody works; blocks."""
    for _ in range(100):
        states = [one.state or "" for one in ward.server.backends(database)]
        if not any(state.startswith("idle in transaction") for state in states):
            return 0
        time.sleep(0.02)
    return sum(state.startswith("idle in transaction") for state in states)


def _no_transactions(count: int) -> Verdict:
    wrong = [f"{count} lent connections stay inside a transaction"] if count else []
    return Verdict("lent", f"{count} connections kept inside a transaction", wrong)
