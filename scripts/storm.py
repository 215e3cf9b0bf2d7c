"""A hundred thousand simulated incidents among crashes, outages and broken channels: who was told?

    python scripts/storm.py [--incidents 100000] [--seed 1] [--processes 2]

Many storms as in `tests/core/test_alert_storms.py`, each with a seed of its own. What the judge,
who shares no code with the monitor, finds wrong is printed with the seed; the exit code is then 1.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context

import pytest
import trio
from trio.testing import MockClock

from tests.core.alert_judge import Judge
from tests.core.alert_storm import Storm
from tests.core.haste import let_order_follow, let_organs_tick_slowly
from tests.core.scene import Stage, open_stage

TASKS, OUTAGES = 100, 30
"""Of one storm."""


@contextmanager
def stage() -> Iterator[Stage]:
    """Set up the stage of one storm."""
    yield from open_stage()


async def live_through(seed: int) -> tuple[list[str], Counter[str]]:
    """Live through one storm; return what was wrong, and the figures."""
    with stage() as place:
        storm = Storm(place, random.Random(seed))
        storm.set_up(TASKS, OUTAGES)
        await storm.live_through()
        judge = Judge(storm)
        return judge.faults(), judge.figures()


def one(seed: int) -> tuple[int, list[str], Counter[str]]:
    """Run one storm on a clock of its own."""
    with pytest.MonkeyPatch.context() as patch:
        let_organs_tick_slowly(patch)
        let_order_follow(patch, seed)
        faults, figures = trio.run(live_through, seed, clock=MockClock(autojump_threshold=0))
    return seed, faults, figures


def main() -> int:
    """Run all storms; print what was wrong, and what happened in all of them together."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--incidents", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    storms = -(-options.incidents // (TASKS * OUTAGES))
    total, wrong, start_s = Counter[str](), 0, time.monotonic()
    with get_context("spawn").Pool(options.processes, maxtasksperchild=5) as pool:
        seeds = range(options.seed, options.seed + storms)
        for number, (seed, faults, figures) in enumerate(pool.imap_unordered(one, seeds), 1):
            total += figures
            wrong += len(faults)
            for fault in faults[:20]:
                print(f"seed {seed}: {fault}")
            passed_s = time.monotonic() - start_s
            print(
                f"{number}/{storms} storms, seed {seed}: {figures['incidents']} incidents, "
                f"{len(faults)} faults, {passed_s:.0f} s",
                flush=True,
            )
    for what, count in total.items():
        print(f"{count:>10,}  {what}")
    print(f"{wrong:>10,}  faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
