"""The recorded history of a database, read for a simulation."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs

from monitor import journal
from monitor.cli.apply import sources_of
from monitor.cli.database import now, open_session
from monitor.cli.refusals import BadInput
from monitor.config.declared import Declarations, Declared, read_declared
from monitor.config.scenario import DAYS, Scenario, Wishes
from monitor.config.scenarios import read_scenario
from monitor.config.source import Source
from monitor.core.alerts.alerting import Alerting
from monitor.core.alerts.notices import NoticeState
from monitor.core.counting import counted
from monitor.core.listing import Looks
from monitor.core.model import Look, TaskSpec, WatchedTask
from monitor.core.ports import Session
from monitor.core.tasks import spec_fields
from monitor.probes.group import members_of
from monitor.settings import Settings
from monitor.simulation.recorded import Recorded, recorded
from monitor.simulation.trial import World, make_world

_PAGE = 5000
_MOST_NOTICES = 100_000


@attrs.frozen(kw_only=True)
class History:
    """What a simulation takes from a database."""

    scenario: Scenario
    declared: Declarations
    world: World
    ids: tuple[int, ...]
    """Of the tasks: they look when they did."""
    notes: tuple[str, ...]


async def read_history(
    settings: Settings,
    files: Sequence[Path],
    tried: Sequence[Source],
    wishes: Wishes,
    check: Callable[[Any], object],
    check_channel: Callable[[Any], object],
) -> History:
    """Read what a database has recorded of the tasks of some files, or else of its own.

    Raises:
        BadInput: nothing was recorded of them then.
        BadConfig: with everything that is wrong with the files.
        StoreError: the database cannot be read.
    """
    until_at = now()
    length_s = wishes.length_s or DAYS * 86400.0
    start_at = wishes.start_at or until_at - timedelta(seconds=length_s)
    sources = sources_of(settings, files) if files or settings.config is not None else []
    async with open_session(settings) as session:
        fleet = {one.task.name: one for one in await session.fleet()}
        declared = _declared(sources, fleet, await session.alerting(), check, check_channel)
        found: dict[str, Recorded] = {}
        for number, (name, one) in enumerate(declared.tasks.items()):
            _count(number, len(declared.tasks))
            if name in fleet and not members_of(one.spec):
                looks = await _looks(session, fleet[name].task.id, start_at)
                found[name] = recorded(looks, fleet[name].task.interval_s, start_at)
        _count(None, len(declared.tasks))
        sent = await session.notices(None, start_at, (NoticeState.SENT,), _MOST_NOTICES)
    begins = [one.from_at for one in found.values() if one.from_at is not None]
    ends = [one.until_at for one in found.values() if one.until_at is not None]
    if not begins:
        raise BadInput(
            "nothing was recorded of these tasks then; see --days, and which database is meant"
        )
    # From the first look that there is: before it nothing is known.
    from_at = max(start_at, min(begins).replace(microsecond=0))
    length_s = min(length_s, (max(ends) - from_at).total_seconds() + 60.0)
    exact = attrs.evolve(wishes, start_at=from_at, length_s=length_s, random=False)
    policies = [*map(_without_outages, sources), *tried]
    scenario = read_scenario(policies, declared, check, check_channel, exact)
    late_s = (from_at - start_at).total_seconds()
    sights = {
        name: tuple(
            attrs.evolve(span, from_s=max(0.0, span.from_s - late_s), until_s=span.until_s - late_s)
            for span in one.spans
            if span.until_s > late_s
        )
        for name, one in found.items()
    }
    scenario = attrs.evolve(scenario, sights=sights)
    messages = {(one.channel, one.message) for one in sent if one.at >= from_at}
    return History(
        scenario=scenario,
        declared=declared,
        world=make_world(scenario, declared),
        ids=_ids(declared, fleet),
        notes=tuple(_notes(declared, found, len(messages), from_at, max(ends))),
    )


def _without_outages(source: Source) -> Source:
    """Leave out what files say happens: the history says it."""
    tables = {name: table for name, table in source.tables.items() if name != "outage"}
    return attrs.evolve(source, tables=tables)


def _declared(
    sources: Sequence[Source],
    fleet: dict[str, WatchedTask],
    alerting: Alerting,
    check: Callable[[Any], object],
    check_channel: Callable[[Any], object],
) -> Declarations:
    """Return what the files declare; without any task in them, what is stored."""
    declared, warnings = read_declared(sources, check, check_channel)
    for warning in warnings:
        journal.say(f"monitor: {warning}")
    if declared.tasks:
        return declared
    specs = {name: TaskSpec(**spec_fields(one.task)) for name, one in fleet.items()}
    return Declarations(
        tasks={name: Declared(spec, True, "") for name, spec in specs.items()},
        channels={one.name: one for one in alerting.channels},
        maintenances={one.name: one for one in alerting.maintenances},
    )


async def _looks(session: Session, task_id: int, since_at: datetime) -> list[Look]:
    """Return all looks since then, the oldest first."""
    found: list[Look] = []
    before = None
    while True:
        page = await session.page(
            Looks(task_id=task_id, since_at=since_at, before=before, limit=_PAGE)
        )
        found += page
        if len(page) < _PAGE:
            return found[::-1]
        before = page[-1].slot_at


def _ids(declared: Declarations, fleet: dict[str, WatchedTask]) -> tuple[int, ...]:
    """Return the ids under which tasks are stored; others get new ones."""
    fresh = 1 + max((one.task.id for one in fleet.values()), default=0)
    found = []
    for name in declared.tasks:
        if name in fleet:
            found.append(fleet[name].task.id)
        else:
            found.append(fresh)
            fresh += 1
    return tuple(found)


def _notes(
    declared: Declarations,
    found: dict[str, Recorded],
    messages: int,
    from_at: datetime,
    until_at: datetime,
) -> list[str]:
    seen = {name: one for name, one in found.items() if one.looks}
    looks = sum(one.looks for one in seen.values())
    notes = [
        f"recorded: {counted(looks, 'look')} at {counted(len(seen), 'task')}, "
        f"from {_stamp(from_at)} to {_stamp(until_at)}; really sent then: "
        f"{counted(messages, 'message')}",
        "what was over between two looks was not recorded; a change is taken to lie halfway",
    ]
    unseen = [name for name in declared.tasks if name not in found or not found[name].looks]
    unseen = [name for name in unseen if not members_of(declared.tasks[name].spec)]
    if unseen:
        more = f" and {len(unseen) - 5} more" if len(unseen) > 5 else ""
        notes.append(f"nothing was recorded of {', '.join(unseen[:5])}{more}: taken to be up")
    blind_s = sum(one.blind_s for one in seen.values())
    if blind_s:
        from monitor.core.units import rough

        notes.append(
            f"nobody looked for {rough(blind_s)} in all: what was seen last is taken to hold"
        )
    return notes


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%MZ}"


def _count(number: int | None, total: int) -> None:
    """Say on a terminal how many tasks are read."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K" if number is None else f"\r{number}/{total}")
        sys.stderr.flush()
