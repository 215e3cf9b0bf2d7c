"""Look at the monitor itself: `self:`.

It is UP if this program's event loop turns and has room for more open files. That is all a look
from inside can honestly say; whether every task looked in time is the auditor's word.
"""

import os
import resource
import time
from pathlib import Path
from typing import Any

import attrs
import trio

from monitor.assertions import Name, Names, Type
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask, Probe, Trace
from monitor.core.units import format_duration
from monitor.probes.explain import descriptor_fault
from monitor.probes.kind import Kind
from monitor.probes.target import rest_of

CROWDED = 0.9
"""The share of the open files allowed above which the monitor calls itself DEGRADED."""


@attrs.frozen(kw_only=True)
class SelfOptions:
    """There is nothing to set."""


def prepare(target: str, options: SelfOptions) -> Probe:
    """Make a probe of this process.

    Raises:
        InvalidTask: the target has more than the scheme.
    """
    if rest_of(target):
        raise InvalidTask("target", "has more than a scheme; write self:")
    return look


async def look(trace: Trace) -> Result:
    """Measure one turn of the loop, and count open files."""
    with trace.enter("turn"):
        before_s = time.perf_counter()
        await trio.lowlevel.checkpoint()
        lag_s = time.perf_counter() - before_s
    with trace.enter("count"):
        facts = {"loop_lag_s": lag_s, **_figures()}
    trace.facts |= facts
    used, limit = facts["open_files"], facts["open_files_limit"]
    detail = (
        f"pid {facts['pid']}, up {format_duration(int(facts['uptime_s']))}, "
        f"loop turned in {1000 * lag_s:.1f} ms, {used} of {limit} files open"
    )
    crowded = used > CROWDED * limit
    return Result(status=Status.DEGRADED if crowded else Status.UP, detail=detail)


def _figures() -> dict[str, Any]:
    """Return what there is to say of this process.

    Raises:
        OwnFault: DESCRIPTORS, because even counting files opens one.
    """
    try:
        return _counted()
    except OSError as error:
        raise descriptor_fault(error) or error from error


def _counted() -> dict[str, Any]:
    limit, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return {
        "pid": os.getpid(),
        "uptime_s": _uptime_s(),
        "open_files": len(list(Path("/proc/self/fd").iterdir())) - 1,  # one of them is this look's
        "open_files_limit": limit if limit != resource.RLIM_INFINITY else float("inf"),
    }


def _uptime_s() -> float:
    # Field 22 of proc(5)'s stat, in ticks since boot; the name before it may contain spaces.
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    started_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started_s


FACTS = Names(
    (
        Name(
            "loop_lag", Type.DURATION, "how long one turn of the event loop took", at="loop_lag_s"
        ),
        Name("uptime", Type.DURATION, "the age of this process", at="uptime_s"),
        Name("open_files", Type.NUMBER, "files and connections that are open"),
        Name("open_files_limit", Type.NUMBER, "how many may be open"),
        Name("pid", Type.NUMBER, "the number of this process"),
    )
)

KIND = Kind(
    name="self",
    schemes=("self",),
    summary="Look at the monitor itself: does its loop turn, has it room for open files?",
    example="self:",
    options=SelfOptions,
    prepare=prepare,
    facts=FACTS,
)
