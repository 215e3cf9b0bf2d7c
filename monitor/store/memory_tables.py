"""What the store in memory holds, and how records change it; see `memory`."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from monitor.core.changes import Request
from monitor.core.failures import DuplicateName, NoSuchTask
from monitor.core.glance import SEEN, Bin, Glance, PhaseMeans, Recent, roughly
from monitor.core.model import (
    Event,
    Gap,
    Incident,
    Lifecycle,
    Look,
    Node,
    Recovery,
    Result,
    State,
    Status,
    Task,
    TaskSpec,
    Transition,
    WatchedTask,
)
from monitor.core.pings import BEGINNING, PINGS_KEPT, Ping, PingKind, PingRecord
from monitor.core.records import EventRecord, LifeRecord, LookRecord, NoticeRecord, Record
from monitor.core.tasks import spec_fields
from monitor.store.memory_access import AccessTables
from monitor.store.memory_alerting import AlertTables
from monitor.store.memory_publishing import PageTables
from monitor.store.memory_receipts import Receipts


@attrs.define(eq=False)
class Tables:
    """All there is, by its key."""

    tasks: dict[int, Task] = attrs.field(factory=dict)
    states: dict[int, State] = attrs.field(factory=dict)
    recoveries: dict[int, Recovery] = attrs.field(factory=dict)
    looks: dict[tuple[int, datetime], Look] = attrs.field(factory=dict)
    transitions: dict[tuple[int, int], Transition] = attrs.field(factory=dict)
    incidents: dict[tuple[int, int], Incident] = attrs.field(factory=dict)
    gaps: dict[tuple[int, datetime], Gap] = attrs.field(factory=dict)
    events: dict[tuple[datetime, str, int | None], Event] = attrs.field(factory=dict)
    pings: dict[tuple[int, PingKind], dict[datetime, Ping]] = attrs.field(factory=dict)
    """By task and kind, and then by moment."""
    requests: list[Request] = attrs.field(factory=list)
    nodes: dict[str, Node] = attrs.field(factory=dict)
    alerts: AlertTables = attrs.field(factory=AlertTables)
    access: AccessTables = attrs.field(factory=AccessTables)
    receipts: Receipts = attrs.field(factory=Receipts)
    pages: PageTables = attrs.field(factory=PageTables)
    revision: int = 1


def refuse_taken(taken: Sequence[str], name: str) -> None:
    """Raise DuplicateName if a name is taken."""
    if name in taken:
        raise DuplicateName(
            f"task {name!r} exists already; choose another name, or use `task edit`"
        )


def watched(tables: Tables, task_id: int) -> WatchedTask:
    """Return one task. Raises NoSuchTask."""
    if task_id not in tables.tasks:
        raise NoSuchTask(f"there is no task {task_id}")
    return WatchedTask(
        task=tables.tasks[task_id],
        state=tables.states[task_id],
        recovery=tables.recoveries[task_id],
    )


def fleet(tables: Tables) -> list[WatchedTask]:
    """Return all tasks by id."""
    return [watched(tables, task_id) for task_id in sorted(tables.tasks)]


def recent(tables: Tables, since: Mapping[int, datetime]) -> dict[int, Recent]:
    """Return results and gaps of some tasks, of each since its moment."""
    found = {}
    for task_id, since_at in since.items():
        looks = [
            Glance(one.slot_at, one.result.status, one.result.duration_s)
            for one in tables.looks.values()
            if one.task_id == task_id and one.slot_at >= since_at
        ]
        gaps = [
            one
            for one in tables.gaps.values()
            if one.task_id == task_id and one.until_at > since_at
        ]
        looks.sort(key=lambda one: one.slot_at)
        gaps.sort(key=lambda one: one.from_at)
        found[task_id] = Recent(looks, gaps)
    return found


def pings(tables: Tables, task_id: int, limit: int, bodies: bool) -> list[Ping]:
    """Return the newest pings of a task, the newest first."""
    kept = [ours for key, ours in sorted(tables.pings.items()) if key[0] == task_id]
    found = [ping for ours in kept for ping in ours.values()]
    newest = sorted(found, key=lambda ping: ping.at, reverse=True)[:limit]
    if bodies:
        return newest
    return [attrs.evolve(ping, body=ping.body[:BEGINNING]) for ping in newest]


def heard(tables: Tables, task_ids: Sequence[int], each: int) -> dict[int, list[Ping]]:
    """Return the newest pings of tasks, of each kind, oldest first."""
    found = {}
    for task_id in task_ids:
        newest = [
            attrs.evolve(ping, body=ping.body[:BEGINNING])
            for kind in PingKind
            for _at, ping in sorted(tables.pings.get((task_id, kind), {}).items())[-each:]
        ]
        if newest:
            found[task_id] = sorted(newest, key=lambda ping: (ping.at, ping.kind))
    return found


def histograms(tables: Tables, task_id: int, edges: Sequence[datetime]) -> list[list[Bin]]:
    """Return how long the looks of a task took, for each stretch between two edges."""
    return [_bins(one) for one in _by_stretch(tables, task_id, edges)]


def _by_stretch(tables: Tables, task_id: int, edges: Sequence[datetime]) -> list[list[Result]]:
    """Return what the looks of a task saw, for each stretch between two edges."""
    stretches: list[list[Result]] = [[] for _ in edges[1:]]
    for look in tables.looks.values():
        number = bisect_right(edges, look.slot_at) - 1
        if look.task_id == task_id and 0 <= number < len(stretches):
            stretches[number].append(look.result)
    return stretches


def _bins(results: Sequence[Result]) -> list[Bin]:
    found: dict[tuple[Status, float], list[float]] = {}
    for one in results:
        found.setdefault((one.status, roughly(one.duration_s)), []).append(one.duration_s)
    return [
        Bin(status=status, took_s=took_s, looks=len(many), longest_s=max(many))
        for (status, took_s), many in sorted(found.items(), key=lambda item: item[0][::-1])
    ]


def phases(tables: Tables, task_id: int, edges: Sequence[datetime]) -> list[PhaseMeans]:
    """Return how long the phases of a task's looks took, for each stretch between two edges."""
    return [
        _means([result for result in one if result.status in SEEN])
        for one in _by_stretch(tables, task_id, edges)
    ]


def _means(results: Sequence[Result]) -> PhaseMeans:
    if not results:
        return PhaseMeans()
    totals: Counter[str] = Counter()
    for one in results:
        totals.update(one.timings)
    looks = len(results)
    return PhaseMeans(
        looks=looks,
        took_s=sum(one.duration_s for one in results) / looks,
        phases={phase: total_s / looks for phase, total_s in totals.items()},
    )


def write(tables: Tables, record: Record) -> None:
    """Write what belongs to no task, or to one that has not been removed meanwhile."""
    event = record.event
    if event is not None and (event.task_id is None or event.task_id in tables.tasks):
        tables.events.setdefault((event.at, event.kind, event.task_id), event)
    if isinstance(record, LifeRecord):
        if record.task_id in tables.tasks:
            tables.recoveries[record.task_id] = record.recovery
        return
    if isinstance(record, NoticeRecord):
        new = [one for one in record.notices if one.task_id in (None, *tables.tasks)]
        tables.alerts.write(new, record.decided)
        return
    if isinstance(record, PingRecord):
        if record.task_id in tables.tasks:
            write_ping(tables, record.ping)
        return
    if isinstance(record, EventRecord) and record.answers:
        tables.requests = [one for one in tables.requests if one.id not in record.answers]
    for gap in record.gaps:
        if gap.task_id in tables.tasks:
            tables.gaps.setdefault((gap.task_id, gap.from_at), gap)
    if isinstance(record, LookRecord) and record.task_id in tables.tasks:
        write_look(tables, record)
        tables.alerts.write(record.notices, ())


def write_ping(tables: Tables, ping: Ping) -> None:
    """Write a ping, and forget those that are too many."""
    ours = tables.pings.setdefault((ping.task_id, ping.kind), {})
    ours.setdefault(ping.at, ping)
    while len(ours) > PINGS_KEPT:
        del ours[min(ours)]


def write_look(tables: Tables, record: LookRecord) -> None:
    """Write a result, and the state unless a newer one is there."""
    key = (record.task_id, record.slot_at)
    result = attrs.evolve(record.result, facts={}) if record.result.facts else record.result
    tables.looks.setdefault(
        key,
        Look(
            task_id=record.task_id,
            slot_at=record.slot_at,
            looked_at=record.looked_at,
            result=result,
        ),
    )
    state = tables.states[record.task_id]
    if state.last_slot_at is None or state.last_slot_at < record.slot_at:
        tables.states[record.task_id] = record.state
    if record.transition is not None:
        change = record.transition
        tables.transitions.setdefault((change.task_id, change.seq), change)


def write_incidents(tables: Tables, records: Sequence[Record]) -> None:
    """Open first, then close: within one commit the order of the records does not matter."""
    looks = [record for record in records if isinstance(record, LookRecord)]
    incidents = [look.incident for look in looks if look.incident and look.task_id in tables.tasks]
    for one in incidents:
        if one.closed_at is None:
            tables.incidents.setdefault((one.task_id, one.number), one)
    for one in incidents:
        known = tables.incidents.get((one.task_id, one.number))
        if one.closed_at is not None and known is not None and known.closed_at is None:
            closed = attrs.evolve(known, closed_at=one.closed_at)
            tables.incidents[one.task_id, one.number] = closed


def edit(tables: Tables, task_id: int, spec: TaskSpec) -> Task:
    """Replace what a task is."""
    old = watched(tables, task_id)
    others = [task.name for task in tables.tasks.values() if task.id != task_id]
    refuse_taken(others, spec.name)
    task = Task(id=task_id, created_at=old.task.created_at, **spec_fields(spec))
    tables.tasks[task_id] = task
    tables.revision += 1
    if old.recovery.lifecycle is Lifecycle.INVALID:
        tables.recoveries[task_id] = Recovery()
    return task


def remove(tables: Tables, task_id: int) -> None:
    """Delete a task and all that is known of it."""
    watched(tables, task_id)
    by_id: list[dict[int, Any]] = [tables.tasks, tables.states, tables.recoveries]
    for one in by_id:
        one.pop(task_id, None)
    tables.alerts.remove(task_id)
    by_key: list[dict[Any, Any]] = [
        tables.looks,
        tables.transitions,
        tables.incidents,
        tables.gaps,
        tables.pings,
    ]
    for many in by_key:
        for key in [key for key in many if key[0] == task_id]:
            del many[key]
    for at, kind, owner in [key for key in tables.events if key[2] == task_id]:
        del tables.events[at, kind, owner]
    tables.requests = [one for one in tables.requests if one.task_id != task_id]
    tables.revision += 1
