"""How a monitor fared under a fault: how soon it was well again, and what it left."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import trio

from tests.faults.load import TASKS, Load, Running
from tests.figures import Figures
from tests.ledger import faults, gap_slots, read_ledger
from tests.outsider import open_outsider

T = TypeVar("T")


async def in_thread(work: Callable[..., T], *args: object) -> T:
    """Run what blocks without holding the loop: the monitor goes on meanwhile."""
    return await trio.to_thread.run_sync(partial(work, *args))


async def outage_noticed(running: Running) -> None:
    await running.load.until(lambda: running.app.outage.on, "an outage", within_s=10)


async def recovered(running: Running) -> tuple[float, float]:
    """Wait until all is written again.

    Returns the seconds until all that had waited was written, and until every task has looked
    anew and that was written too.
    """
    start_s = trio.current_time()
    app = running.app
    with trio.fail_after(20):
        while app.recorder.behind or app.outage.on:  # noqa: ASYNC110 (nobody tells)
            await trio.sleep(0.005)
        written_s = trio.current_time() - start_s
        await running.load.looks_of_all(1)
        target = app.recorder.written + app.recorder.waiting
        while app.recorder.written < target:  # noqa: ASYNC110 (nobody tells)
            await trio.sleep(0.005)
    return written_s, trio.current_time() - start_s


def judge(url: str, load: Load, outages: int | None) -> str:
    """Read from outside what is left, and say how it was in a few words."""
    with open_outsider(url) as outsider:
        connections = outsider.connections()
        pages = read_ledger(outsider)
        kinds = [kind for (kind,) in outsider.ask("SELECT kind FROM event ORDER BY at, kind DESC")]
    assert not connections
    assert [] == faults(pages)
    assert TASKS == len(pages)
    seen = {status for page in pages for _, status in page.results}
    assert ({"up", "down"} if load.flapping else {"up"}) == seen
    assert {page.status for page in pages} <= seen
    stored = sorted((page.task_id, slot_at) for page in pages for slot_at in page.slots)
    assert stored == sorted(load.seen)
    told = kinds.count("database.lost")
    assert ["database.lost", "database.back"] * told == kinds
    if outages is not None:
        assert outages == told
    lost = sum(gap_slots(pages).values())
    return f"{told} outage(s) told, {len(stored)} results, {lost} slots in gaps"


def report(
    measured: Figures, name: str, times: tuple[float, float] | None, words: str, noise: int
) -> None:
    if times is not None:
        words = (
            f"all that waited written after {times[0]:.2f} s, every task recorded anew after "
            f"{times[1]:.2f} s; {words}"
        )
    measured.note(f"{name}, {TASKS} tasks", f"{words}, {noise} driver errors told to nobody")
