"""Step 6: a real process is sent SIGTERM in the middle of load and leaves in good order."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import trio

import monitor
from monitor.core.model import Node, Task
from monitor.core.ports import Session
from monitor.engine.clock import Clock
from monitor.store.address import Address
from monitor.store.sql import open_store
from monitor.texts import sentence
from monitor.verification.capture import FAULT, LEAKS
from monitor.verification.findings import Notes
from monitor.verification.load import Stored, load_specs, stored_of
from monitor.verification.order import order_for
from monitor.verification.outside import read, what_is_left
from monitor.verification.targets import Targets, open_targets
from monitor.verification.trial import GRACE_S, Bench, owner_of

STEP = "leaving"
CHILD = "monitor.verification.child"
_LOOKS_EACH = 2
_WARM_UP_S = 25.0
_BEYOND_GRACE_S = 2.0
"""What the process may need beside the grace: disposing of its engine, ending the interpreter."""
_SHOWN_CLOSINGS = 8


@attrs.define(eq=False)
class Departed:
    """What was seen of the process from outside."""

    acknowledged: set[tuple[int, datetime]] = attrs.field(factory=set)
    log: list[Mapping[str, Any]] = attrs.field(factory=list)
    stray: list[str] = attrs.field(factory=list)
    """Lines on stderr that are no log lines."""
    in_flight: int = 0
    """Requests in progress when the signal was sent."""
    took_s: float = 0.0
    exit_code: int | None = None

    def take(self, text: str) -> None:
        """Take a line of its log."""
        try:
            self.log.append(json.loads(text))
        except ValueError:
            self.stray.append(text)

    def of(self, event: str) -> list[Mapping[str, Any]]:
        """Return the log lines of one event."""
        return [line for line in self.log if line.get("event") == event]

    def count(self, event: str) -> Counter[str]:
        """Count an event by the owner it names."""
        return Counter(str(line.get("owner")) for line in self.of(event))


async def leaves_in_order(bench: Bench, address: Address, notes: Notes) -> None:
    """Start the process, interrupt it in the middle, and compare its word with the database."""
    clock = Clock()
    scale = bench.scale.few
    async with open_targets(scale.slow_s) as targets:
        async with open_store(address, clock.now) as store, store.session("set-up") as session:
            tasks = await session.add(load_specs(scale, targets), clock.now())
        departed = await _interrupt(bench, address, targets, tasks)
        asked = targets.asked.copy()

    async def ask(session: Session) -> tuple[list[Node], list[Stored]]:
        return await session.nodes(), await stored_of(session, tasks)

    nodes, stored = await read(address, ask)
    notes.log.extend(_lines(departed, bench.lang))
    _find_exit(departed, tasks, notes)
    _find_errors(departed, notes)
    _find_records(departed, stored, asked, notes)
    node = nodes[0] if nodes else None
    notes.find(
        "S5",
        "leaving.node",
        node is not None and node.stopped_at is not None and not node.sessions,
        sessions=len((node and node.sessions) or {}),
    )
    left = await what_is_left(address)
    notes.find(
        "S5",
        "leaving.connections",
        left.connections == 0 and not left.trouble,
        connections=left.connections,
        trouble=left.trouble,
    )


async def _interrupt(
    bench: Bench, address: Address, targets: Targets, tasks: list[Task]
) -> Departed:
    """Let the process look for a while; send SIGTERM while targets are being asked."""
    departed = Departed()
    counts: Counter[int] = Counter()
    busy = trio.Event()

    def on_word(word: str) -> None:
        task_id, slot = json.loads(word)
        departed.acknowledged.add((task_id, datetime.fromisoformat(slot)))
        bench.progress.count(len(departed.acknowledged), "looks")
        counts[task_id] += 1
        if all(counts[task.id] >= _LOOKS_EACH for task in tasks):
            busy.set()

    async with trio.open_nursery() as nursery:
        process: trio.Process = await nursery.start(_run_child, order_for(address, GRACE_S))
        assert process.stdout is not None
        assert process.stderr is not None
        nursery.start_soon(_read, process.stdout, on_word)
        nursery.start_soon(_read, process.stderr, departed.take)
        with trio.move_on_after(_WARM_UP_S) as warm_up:
            nursery.start_soon(_give_up, process, warm_up)
            await busy.wait()
            await targets.wait_asked()
        departed.in_flight = targets.in_progress
        sent_s = trio.current_time()
        process.terminate()
        with trio.move_on_after(GRACE_S + _BEYOND_GRACE_S):
            departed.exit_code = await process.wait()
        departed.took_s = trio.current_time() - sent_s
        if departed.exit_code is None:
            process.kill()
    return departed


async def _give_up(process: trio.Process, warm_up: trio.CancelScope) -> None:
    """Wait no longer for a process that has ended by itself."""
    await process.wait()
    warm_up.cancel()


async def _run_child(
    order: bytes, task_status: trio.TaskStatus[trio.Process] = trio.TASK_STATUS_IGNORED
) -> None:
    home = str(Path(monitor.__file__).parent.parent)  # a source tree or an installation alike
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    await trio.run_process(
        # -P: what lies in the current directory must not be taken for ours.
        [sys.executable, "-P", "-m", CHILD],
        stdin=order,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"},
        task_status=task_status,
    )


async def _read(stream: trio.abc.ReceiveStream, take: Callable[[str], None]) -> None:
    """Hand every line of a stream over until it ends."""
    rest = b""
    async with stream:
        async for chunk in stream:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                take(line.decode("utf-8", "replace"))
    if rest:
        take(rest.decode("utf-8", "replace"))


def _find_exit(departed: Departed, tasks: list[Task], notes: Notes) -> None:
    notes.find(
        "S5",
        "leaving.exit",
        departed.exit_code == 0 and departed.in_flight > 0 and departed.took_s <= GRACE_S,
        exit_code=departed.exit_code,
        took_s=departed.took_s,
        grace_s=GRACE_S,
        in_flight=departed.in_flight,
    )
    owners = {owner_of(task) for task in tasks}
    opened, closed = departed.count("session.opened"), departed.count("session.closed")
    last = departed.of("monitor.stopped")
    notes.find(
        "S5",
        "leaving.sessions",
        owners <= set(opened)
        and opened == closed
        and [(line["open_sessions"], line["unwritten"]) for line in last] == [(0, 0)],
        opened=opened.total(),
        closed=closed.total(),
        unwritten=last[0]["unwritten"] if last else None,
    )


def _find_errors(departed: Departed, notes: Notes) -> None:
    bad = [
        line
        for line in departed.log
        if line.get("level") in ("error", "critical")
        or any(pattern in str(line) for pattern in (*FAULT, *LEAKS))
    ]
    first = " ".join(str(bad[0].get(key, "")) for key in ("event", "error")) if bad else ""
    notes.find(
        "S3",
        "leaving.log",
        bool(departed.log) and not bad and not departed.stray,
        lines=len(departed.log),
        found=len(bad) + len(departed.stray),
        first=first or (departed.stray[-1] if departed.stray else ""),
    )


def _find_records(
    departed: Departed, stored: list[Stored], asked: Counter[str], notes: Notes
) -> None:
    """Every look that was acknowledged, and every one the server saw, is in the database."""
    found = {(one.task.id, look.slot_at) for one in stored for look in one.looks}
    unequal = [
        one.task.name for one in stored if len(one.looks) != asked[one.task.name.rpartition("-")[2]]
    ]
    notes.find(
        "S2",
        "leaving.records",
        bool(departed.acknowledged) and departed.acknowledged == found and not unequal,
        acknowledged=len(departed.acknowledged),
        missing=len(departed.acknowledged - found),
        asked=asked.total(),
        recorded=len(found),
    )


def _lines(departed: Departed, lang: str) -> list[str]:
    """Tell the process's last words as it would have told them to a person."""
    told = [
        *departed.of("monitor.stopping"),
        *departed.of("session.closed")[:_SHOWN_CLOSINGS],
        *departed.of("monitor.stopped"),
    ]
    return [
        f"{str(line['at'])[11:19]} {str(line['level']).upper():<7} {line['event']:<16} "
        f"{sentence(line['event'], line, lang)}"
        for line in told
    ]
