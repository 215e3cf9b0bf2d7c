"""Step 2: many tasks with short intervals against a local server, every look accounted for."""

from collections.abc import Sequence

import attrs
import trio

from monitor.app import Tuning
from monitor.core.model import Gap, Look, Task, TaskSpec
from monitor.core.ports import Session
from monitor.core.records import LookRecord
from monitor.core.schedule import Schedule
from monitor.store.address import Address
from monitor.verification.capture import FAULT
from monitor.verification.findings import Notes
from monitor.verification.ledger import account, percentile
from monitor.verification.outside import read
from monitor.verification.scale import Scale
from monitor.verification.targets import KINDS, Targets, open_targets
from monitor.verification.trial import GRACE_S, Bench, open_trial

STEP = "load"
_LIMIT = 1_000_000


@attrs.frozen
class Stored:
    """What the database holds of a task."""

    task: Task
    looks: Sequence[Look]
    gaps: Sequence[Gap]


def load_specs(scale: Scale, targets: Targets) -> list[TaskSpec]:
    """Mix healthy, slow, failing and flapping targets, each with an interval of its own."""
    specs = []
    for i in range(scale.tasks):
        kind, interval_s = KINDS[i % len(KINDS)], scale.load_interval_s(i)
        # A flapping target makes news of every look: the way through the task's own session.
        confirmations = 1 if kind == "flapping" else 2
        specs.append(
            TaskSpec(
                name=f"{kind}-{i + 1}",
                target=targets.url(kind, str(i + 1)),
                interval_s=interval_s,
                timeout_s=5.0,
                attempts=confirmations,
                retry_interval_s=interval_s / 2,
                recovery_confirmations=confirmations,
            )
        )
    return specs


async def under_load(bench: Bench, address: Address, notes: Notes) -> None:
    """Let all tasks run for the time of the scale, then compare all accounts."""
    scale = bench.scale

    def on_look(_task: Task, _record: LookRecord) -> None:
        bench.progress.count(sum(targets.asked.values()), "looks")

    async with open_targets(scale.slow_s) as targets:
        specs = load_specs(scale, targets)
        tuning = Tuning(grace_s=GRACE_S)
        async with open_trial(
            address, specs, bench.prepare, tuning=tuning, on_look=on_look
        ) as trial:
            await trio.sleep(scale.load_s)
    assert trial.observed is not None
    bench.observed.append(trial.observed)
    lines = bench.capture.of(STEP, "session.opened")
    notes.log.extend(line.text for line in lines if line.fields.get("owner") in trial.owners)

    distinct = trial.witness.distinct(trial.owners)
    notes.find(
        "S2",
        "load.sessions",
        distinct == len(trial.tasks) == trial.witness.openings(trial.owners).total(),
        tasks=len(trial.tasks),
        sessions=distinct,
    )
    stored = await read(address, lambda session: stored_of(session, trial.tasks))
    _find_looks(stored, targets, notes)
    _find_slots(stored, notes)
    _find_lateness(stored, notes)
    faults = [line for line in bench.capture.suspicious(STEP) if line.suspicious in FAULT]
    notes.find("S2", "load.no_fault", not faults, faults=len(faults))


async def stored_of(session: Session, tasks: Sequence[Task]) -> list[Stored]:
    """Read everything the database holds of these tasks."""
    gaps: dict[int, list[Gap]] = {}
    for gap in await session.gaps():
        gaps.setdefault(gap.task_id, []).append(gap)
    return [
        Stored(task, await session.looks(task.id, limit=_LIMIT), gaps.get(task.id, []))
        for task in tasks
    ]


def _find_looks(stored: Sequence[Stored], targets: Targets, notes: Notes) -> None:
    asked = {one.task.name: targets.asked[one.task.name.rpartition("-")[2]] for one in stored}
    unequal = [one.task.name for one in stored if len(one.looks) != asked[one.task.name]]
    silent = [one.task.name for one in stored if not one.looks]
    notes.find(
        "S2",
        "load.looks",
        not unequal and not silent,
        asked=sum(asked.values()),
        recorded=sum(len(one.looks) for one in stored),
        unequal=len(unequal),
        silent=len(silent),
    )


def _find_slots(stored: Sequence[Stored], notes: Notes) -> None:
    due = looked = in_gaps = lost = doubled = 0
    for one in stored:
        slots = [look.slot_at for look in one.looks]
        doubled += len(slots) - len(set(slots))
        if not slots:
            continue
        schedule = Schedule.of(one.task.id, one.task.interval_s)
        books = account(schedule, slots, one.gaps, min(slots), max(slots))
        due += books.due
        looked += books.looked
        in_gaps += books.in_gaps
        lost += len(books.lost)
    notes.find(
        "S2",
        "load.slots",
        due > 0 and not lost and not doubled,
        due=due,
        looked=looked,
        gaps=in_gaps,
        lost=lost,
        doubled=doubled,
    )


def _find_lateness(stored: Sequence[Stored], notes: Notes) -> None:
    lateness_s = [
        (look.looked_at - look.slot_at).total_seconds() for one in stored for look in one.looks
    ]
    shortest_s = min(one.task.interval_s for one in stored)
    p99_s = percentile(lateness_s, 0.99)
    notes.find(
        "S2",
        "load.lateness",
        bool(lateness_s) and p99_s < shortest_s,
        p50_ms=1000 * percentile(lateness_s, 0.5),
        p99_ms=1000 * p99_s,
        most_ms=1000 * max(lateness_s, default=0.0),
        shortest_s=shortest_s,
    )
