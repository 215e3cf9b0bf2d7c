"""Step 1: three tasks created at once, each with a session of its own, all closed at the end."""

from collections import Counter

from monitor.app import Tuning
from monitor.core.model import Node, Task, TaskSpec
from monitor.core.ports import Session
from monitor.core.records import LookRecord
from monitor.store.address import Address
from monitor.verification.findings import Notes
from monitor.verification.outside import poll, read
from monitor.verification.targets import open_targets
from monitor.verification.trial import GRACE_S, Bench, Trial, open_trial

STEP = "together"
_TASKS = 3
_INTERVAL_S = 0.4
_SHOWN_S = 8.0
"""Processes say every two seconds which sessions they have open."""


async def three_at_once(bench: Bench, address: Address, notes: Notes) -> None:
    """Watch three healthy targets until all is seen, then leave."""
    looks: Counter[int] = Counter()
    started: list[str] = []
    trials: list[Trial] = []

    def on_look(task: Task, _record: LookRecord) -> None:
        looks[task.id] += 1
        bench.progress.count(looks.total(), "looks")
        if looks[task.id] == 2 and not started:
            started.extend({owner for owner, _ in trials[0].witness.opened})

    async with open_targets() as targets:
        specs = [
            TaskSpec(
                name=f"healthy-{i}",
                target=targets.url("healthy", str(i)),
                interval_s=_INTERVAL_S,
                timeout_s=5.0,
            )
            for i in range(1, _TASKS + 1)
        ]
        tuning = Tuning(grace_s=GRACE_S)
        async with open_trial(
            address, specs, bench.prepare, tuning=tuning, on_look=on_look
        ) as trial:
            trials.append(trial)
            node = await poll(
                address, _newest_node, lambda one: _shows(one, trial.owners), _SHOWN_S
            )
            registry = {one.task_id for one in trial.store.open_sessions.values()}
    ids = {task.id for task in trial.tasks}
    openings = trial.witness.openings(trial.owners)
    distinct = trial.witness.distinct(trial.owners)
    notes.find(
        "S1",
        "session.own",
        openings == Counter(trial.owners) and distinct == len(ids),
        tasks=len(ids),
        openings=openings.total(),
        sessions=distinct,
    )
    shown = [] if node is None else sorted(set(trial.owners) & set(node.sessions or {}))
    notes.find(
        "S1",
        "session.registry",
        ids <= registry and len(shown) == len(ids),
        tasks=len(ids),
        here=len(ids & registry),
        stored=len(shown),
    )
    together = len(set(started) & set(trial.owners))
    notes.find("S1", "started.together", together == len(ids), tasks=len(ids), started=together)
    _find_closing(bench, trial, await read(address, _newest_node), notes)


def _find_closing(bench: Bench, trial: Trial, node: Node | None, notes: Notes) -> None:
    """Hold what is left against what should be: nothing."""
    observed = trial.observed
    assert observed is not None
    bench.observed.append(observed)
    lines = [
        line
        for line in bench.capture.of(STEP, "session.opened", "session.closed")
        if line.fields.get("owner") in trial.owners
    ]
    notes.log.extend(line.text for line in lines)
    told = Counter((line.event, line.fields["owner"]) for line in lines)
    closed = sum(told["session.closed", owner] == 1 for owner in trial.owners)
    opened = sum(told["session.opened", owner] == 1 for owner in trial.owners)
    notes.find(
        "S1",
        "session.closed",
        not observed.still_open and opened == closed == len(trial.tasks),
        tasks=len(trial.tasks),
        opened=opened,
        closed=closed,
        left=len(observed.still_open),
    )
    gone = node is not None and node.stopped_at is not None and not node.sessions
    notes.find("S1", "node.stopped", gone, sessions=len((node and node.sessions) or {}))
    notes.find(
        "S5",
        "connections.none",
        observed.left.connections == 0 and not observed.left.trouble,
        connections=observed.left.connections,
        most=observed.view.most_connections,
        trouble=observed.left.trouble,
    )


async def _newest_node(session: Session) -> Node | None:
    nodes = await session.nodes()
    return nodes[0] if nodes else None


def _shows(node: Node | None, owners: list[str]) -> bool:
    return node is not None and set(owners) <= set(node.sessions or {})
