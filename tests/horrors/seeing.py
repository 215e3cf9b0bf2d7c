"""A process that looks at one horror after the other: `python -m tests.horrors.seeing`.

The ports come on stdin as JSON. What came of each look is one line of JSON on stdout, with the most
memory that the process held meanwhile, the processor time that it took, and the descriptors left
open. The last line is about the whole.
"""

import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

import attrs
import trio

from monitor.core.model import TaskSpec
from monitor.core.probing import Prepared
from monitor.engine.look import look
from monitor.probes import prepare
from tests.horrors.horror import Horror
from tests.horrors.table import HORRORS
from tests.probes.servers import open_files

_STATUS = Path("/proc/self/status")
_TICK_S = 0.001
_FIRST = {"http: an endless body", "tls: says nothing", "https: closes behind TLS"}
"""What is made once, such as a TLS context, is made with these before anything is measured."""
_CONTROL = 32 * 1024 * 1024
_RESET_PEAK = "5"
"""What proc(5)'s clear_refs calls: let the peak of resident memory be what it is now."""


def _kib(field: str) -> int:
    line = next(one for one in _STATUS.read_text().splitlines() if one.startswith(f"{field}:"))
    return int(line.split()[1])


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text(_RESET_PEAK)


def _prepared(horror: Horror, port: int) -> Prepared:
    target = horror.target.format(port=port)
    return prepare(TaskSpec(name=horror.name, target=target, options=horror.options))


async def _look(horror: Horror, port: int) -> dict[str, Any]:
    prepared = _prepared(horror, port)
    try:
        result = prepared.rule(await look(prepared.probe, horror.timeout_s))
    except Exception as error:  # noqa: BLE001 (whether there was one is for the test to say)
        return {"status": "error", "phase": None, "detail": f"{type(error).__name__}: {error}"}
    return {"status": result.status.value, "phase": result.phase, "detail": result.detail}


@attrs.define(eq=False)
class Canary:
    """Measures for how long a look holds up all others, in processor time."""

    longest_s: float = 0.0

    async def run(self) -> None:
        while True:
            before_s = time.thread_time()
            await trio.lowlevel.checkpoint()
            self.longest_s = max(self.longest_s, time.thread_time() - before_s)
            await trio.sleep(_TICK_S)


async def _measured(horror: Horror, port: int) -> dict[str, Any]:
    gc.collect()
    _forget_peak()
    before_kib, files, used_s = _kib("VmRSS"), open_files(), time.process_time()
    canary, began_s = Canary(), trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(canary.run)
        seen = await _look(horror, port)
        nursery.cancel_scope.cancel()
    return {
        **seen,
        "took_s": trio.current_time() - began_s,
        "extra_kib": _kib("VmHWM") - before_kib,
        "left_open": open_files() - files,
        "used_s": time.process_time() - used_s,
        "held_s": canary.longest_s,
    }


def _control_kib() -> int:
    """Return what is measured of a piece of work that takes 32 MiB."""
    _forget_peak()
    before_kib = _kib("VmRSS")
    del (bytearray(b"x" * _CONTROL))[:]
    return _kib("VmHWM") - before_kib


async def _main() -> None:
    ports = json.load(sys.stdin)
    control_kib = _control_kib()
    for horror in HORRORS:
        _prepared(horror, ports[horror.name])  # what is imported once is imported now
    for horror in HORRORS:
        if horror.name in _FIRST:
            await _look(horror, ports[horror.name])
    first_kib = _kib("VmRSS")
    for horror in HORRORS:
        seen = await _measured(horror, ports[horror.name])
        sys.stdout.write(json.dumps({"name": horror.name, **seen}) + "\n")
    grown_kib = _kib("VmRSS") - first_kib
    sys.stdout.write(json.dumps({"grown_kib": grown_kib, "control_kib": control_kib}) + "\n")


if __name__ == "__main__":
    trio.run(_main)
