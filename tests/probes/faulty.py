"""A machine that lacks something, and looks on it: `python -m tests.probes.faulty FAULT`.

A list of `[target, options]` comes on stdin as JSON. What each look was is one line of JSON on
stdout: its status, reason, detail, and the error if it ended by one. The faults are

* `nothing`: none; what the caller did to the process is enough;
* `resolver`: all threads for lookups are taken;
* `descriptors`: no file can be opened any more.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import trio

from monitor.core.model import TaskSpec
from monitor.core.probing import Prepared
from monitor.engine.look import look
from monitor.probes import prepare
from monitor.probes.connect import RESOLVER_THREADS
from tests.probes.servers import no_more_files

LOOK_S = 2.0


def content() -> None:
    """Be the function of the operator's own that a look calls."""


@contextmanager
def _no_more_lookups() -> Iterator[None]:
    limiter = RESOLVER_THREADS.limiter()
    holders = [object() for _ in range(RESOLVER_THREADS.total)]
    for holder in holders:
        limiter.acquire_on_behalf_of_nowait(holder)
    yield
    for holder in holders:
        limiter.release_on_behalf_of(holder)


def _fault() -> AbstractContextManager[None]:
    match sys.argv[1:]:
        case ["nothing"]:
            return nullcontext()
        case ["resolver"]:
            return _no_more_lookups()
        case ["descriptors"]:
            return no_more_files()
    raise SystemExit(f"unknown fault {sys.argv[1:]}")


async def _look(prepared: Prepared) -> dict[str, Any]:
    try:
        result = prepared.rule(await look(prepared.probe, LOOK_S))
    except Exception as error:  # noqa: BLE001 (whether it was foreseen is for the test to say)
        reason = getattr(error, "reason", None)
        return {
            "status": "unknown",
            "reason": reason and reason.value,
            "error": type(error).__name__,
            "detail": repr(error),
        }
    reason = result.reason
    return {
        "status": result.status.value,
        "reason": reason and reason.value,
        "error": None,
        "detail": f"{result.phase}: {result.detail}",
    }


async def _main() -> None:
    ready = [
        prepare(TaskSpec(name=target, target=target, options=options))
        for target, options in json.load(sys.stdin)
    ]
    found: list[dict[str, Any]] = [{} for _ in ready]

    async def note(place: int, prepared: Prepared) -> None:
        found[place] = await _look(prepared)

    with _fault():
        async with trio.open_nursery() as nursery:
            for place, prepared in enumerate(ready):
                nursery.start_soon(note, place, prepared)
    for one in found:
        sys.stdout.write(json.dumps(one) + "\n")


if __name__ == "__main__":
    trio.run(_main)
