"""One number for all that was recorded and told in a life, in its order, with its moments."""

import hashlib
from collections.abc import Iterator

from tests.simulated.world import World


def trace_of(world: World) -> str:
    """Return a hash: the same for the same setting, always.

    What real time measured (how long each phase of a look took) is no part of it, nor what names
    this very process.
    """
    found = hashlib.sha256()
    for line in _lines(world):
        found.update(line.encode())
        found.update(b"\n")
    return found.hexdigest()[:16]


def _lines(world: World) -> Iterator[str]:
    tables = world.stage.store.tables
    for look in tables.looks.values():
        result = look.result
        words = result.status, result.reason, result.detail, result.phase, result.duration_s
        yield f"{look.task_id} {look.slot_at} {look.looked_at} {words}"
    for table in (
        tables.tasks,
        tables.states,
        tables.recoveries,
        tables.transitions,
        tables.incidents,
        tables.gaps,
        tables.events,
        tables.alerts.notices,
        tables.alerts.taken,
        tables.alerts.silences,
    ):
        yield from map(repr, table.values())
    for task_id, looks in world.witness.looks.items():
        yield f"{task_id} {[(one.at_s, one.sight.value, one.process) for one in looks]}"
    for taken in world.witness.taken:
        yield f"{taken.at_s} {taken.channel} {taken.message}"
    yield from map(repr, world.witness.processes)
    yield repr(world.ear.events)
