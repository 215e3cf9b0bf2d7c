"""Step 3: what the log and the database itself say of steps 1 and 2."""

import gc

import trio

from monitor.store.address import Address
from monitor.verification import load, together
from monitor.verification.capture import FAULT, LEAKS
from monitor.verification.findings import Notes
from monitor.verification.outside import LONG_S
from monitor.verification.trial import Bench

STEP = "search"
_LIVES = 2
_SHOWN = 5


async def search(bench: Bench, address: Address, notes: Notes) -> None:
    """Search for errors; asks nothing anew of the database."""
    await trio.lowlevel.checkpoint()
    gc.collect()  # what nobody closed is found, and logged, by the garbage collector
    steps = (together.STEP, load.STEP)
    lines = bench.capture.suspicious(*steps)
    searched = sum(bench.capture.searched[step] for step in steps)
    loggers = len(bench.capture.loggers)
    bench.progress.count(searched, "lines")
    faults = [line for line in lines if line.suspicious in FAULT]
    leaks = [line for line in lines if line.suspicious in LEAKS]
    others = [line for line in lines if line not in faults and line not in leaks]
    for claim, found in (
        ("log.no_fault", faults),
        ("log.no_leak", leaks),
        ("log.no_error", others),
    ):
        notes.find(
            "S3",
            claim,
            searched > 0 and not found,
            lines=searched,
            loggers=loggers,
            found=len(found),
        )
    notes.log.extend(line.text for line in lines[:_SHOWN])

    kind = "sqlite" if address.is_sqlite else "postgresql"
    views = [observed.view for observed in bench.observed]
    seen_all = len(bench.observed) == _LIVES
    unseen = "" if seen_all else f"(only {len(bench.observed)} of {_LIVES} runs went to their end)"
    trouble = "; ".join(filter(None, [unseen, *(view.trouble for view in views)]))
    samples = sum(view.samples for view in views)
    notes.find(
        "S3",
        f"view.{kind}",
        seen_all and samples > 0 and not trouble and not any(view.lingered for view in views),
        samples=samples,
        longest_ms=1000 * max((view.longest_s for view in views), default=0.0),
        limit_ms=1000 * LONG_S,
        trouble=trouble,
    )
    left = [observed.left for observed in bench.observed]
    notes.find(
        "S3",
        f"left.{kind}",
        seen_all and not any(one.connections or one.trouble for one in left),
        connections=sum(one.connections for one in left),
        most=max((view.most_connections for view in views), default=0),
        trouble="; ".join(filter(None, [unseen, *(one.trouble for one in left)])),
    )
    noise = sum(observed.noise for observed in bench.observed)
    poisoned = sum(observed.poisoned for observed in bench.observed)
    notes.find(
        "S3", "bridge.quiet", seen_all and noise == poisoned == 0, noise=noise, poisoned=poisoned
    )
