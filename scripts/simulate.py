"""Years of the real engine among everything that can go wrong, on virtual time, and judged.

    python scripts/simulate.py                       20 seeds x 100 tasks x a year
    python scripts/simulate.py --nightly             1,000 tasks x ten years
    python scripts/simulate.py --every-look          200 tasks x 7 days, no look left out
    python scripts/simulate.py --seed 7 ...          one life again; what a failure prints

Each seed arms another choice of faults (`--faults` sets it). One seed is lived twice, and must
leave the same trace. What the judges, who share no code with the monitor, find wrong is printed
with the command that lives it once more; then a smaller life is looked for that fails too. The
exit code is 1 if anything was wrong. See docs/simulation-proof.md.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from functools import partial
from multiprocessing import get_context

from tests.simulated.life import Outcome, tell
from tests.simulated.setting import Fault, Setting, swarm
from tests.simulated.shrink import shrink

SHOWN = 10
"""Of the findings of one life."""


def read(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, help="live this one life")
    parser.add_argument("--first", type=int, default=1, help="the first of several seeds")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--tasks", type=int)
    parser.add_argument("--days", type=float)
    parser.add_argument("--interval", type=float, default=300.0, help="of a task, in seconds")
    parser.add_argument("--faults", help="kinds, joined by commas; `all`, `none`")
    parser.add_argument("--every-look", action="store_true", help="leave no look out")
    parser.add_argument("--density", type=float, default=1.0, help="of everything that happens")
    parser.add_argument("--keep", type=int, help="of the tasks, only the first so many exist")
    parser.add_argument("--stop-at", type=float, help="the day on which all trouble is over")
    parser.add_argument("--nightly", action="store_true", help="1,000 tasks x ten years")
    parser.add_argument("--no-shrink", action="store_true", help="look for no smaller life")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args(words)


def settings(options: argparse.Namespace) -> list[Setting]:
    """Return the lives that are asked for."""
    tasks, days, seeds = 100, 365.0, options.seeds
    if options.nightly:
        tasks, days, seeds = 1000, 3650.0, 1
    elif options.every_look:
        tasks, days, seeds = 200, 7.0, 1
    first, number = (options.first, seeds) if options.seed is None else (options.seed, 1)
    return [
        Setting(
            seed=seed,
            tasks=options.tasks or tasks,
            days=options.days or days,
            interval_s=options.interval,
            faults=_faults(options.faults, seed, every=options.nightly or options.every_look),
            density=options.density,
            skips=not options.every_look,
            kept=options.keep,
            stops_at=options.stop_at,
        )
        for seed in range(first, first + number)
    ]


def _faults(words: str | None, seed: int, *, every: bool) -> frozenset[Fault]:
    if words is None:
        return frozenset(Fault) if every else swarm(seed)
    if words in ("all", "none"):
        return frozenset(Fault) if words == "all" else frozenset()
    try:
        return frozenset(Fault(word) for word in words.split(","))
    except ValueError as error:
        known = ", ".join(Fault)
        print(f"simulate: {error}; use some of {known}", file=sys.stderr)
        sys.exit(2)


def main() -> int:
    """Live all lives, the first one twice; say what was wrong."""
    options = read()
    lives = settings(options)
    started_s, total, wrong = time.monotonic(), Counter[str](), 0
    again = [] if options.nightly else lives[:1]
    traces: dict[Setting, str] = {}
    failed: list[Setting] = []
    for outcome in _all([*lives, *again], options.processes):
        setting = outcome.setting
        wrong += len(outcome.faults)
        _report(outcome)
        known = traces.setdefault(setting, outcome.trace)
        if known != outcome.trace:
            wrong += 1
            print(f"seed {setting.seed}: two lives, two traces: {known} and {outcome.trace}")
        total += outcome.figures
        if outcome.faults and setting not in failed:
            failed.append(setting)
    print(f"{time.monotonic() - started_s:,.0f} s for {len(lives)} lives, together:")
    for what, count in sorted(total.items(), key=lambda one: one[0]):
        print(f"{count:>12,}  {what}")
    print(f"{wrong:>12,}  faults found by the judges")
    if failed and not options.no_shrink:
        _shrink(failed[0])
    return 1 if wrong else 0


def _all(lives: list[Setting], processes: int) -> Iterable[Outcome]:
    if len(lives) == 1 or processes == 1:
        yield from map(_tell, lives)
        return
    with get_context("spawn").Pool(min(processes, len(lives)), maxtasksperchild=4) as pool:
        yield from pool.imap_unordered(_tell, lives)


def _tell(setting: Setting) -> Outcome:
    return tell(setting, partial(print, file=sys.stderr, flush=True))


def _report(outcome: Outcome) -> None:
    setting, figures = outcome.setting, outcome.figures
    print(
        f"seed {setting.seed}: {setting.present} tasks x {setting.days:g} days in "
        f"{outcome.took_s:.0f} s, {figures['looks']:,} looks, {figures['incidents']:,} incidents, "
        f"{figures['messages taken']:,} messages, {figures['processes']} processes, "
        f"trace {outcome.trace}, {len(outcome.faults)} faults",
        flush=True,
    )
    for fault in outcome.faults[:SHOWN]:
        print(f"    {fault}")
    if outcome.faults:
        print(f"replay: {setting.command}", flush=True)


def _shrink(setting: Setting) -> None:
    """Look for a smaller life that fails, for as long as that helps."""
    print("looking for a smaller life that fails ...", flush=True)

    def say(smaller: Setting) -> None:
        print(f"    {smaller.command}", flush=True)

    smallest = shrink(setting, lambda one: bool(tell(one).faults), say)
    print(f"replay: {smallest.command}")
    for fault in tell(smallest).faults[:SHOWN]:
        print(f"    {fault}")


if __name__ == "__main__":
    sys.exit(main())
