"""Carry a case out: the real engine, a script of what happens, and what was told to whom."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from itertools import count

import attrs
import trio

from monitor.app import App
from monitor.config.case import Acknowledge, Case, Deed
from monitor.config.declared import Declarations
from monitor.core.alerts.alerting import Acknowledgement, AlertingChange, Silence
from monitor.core.alerts.notices import Notice
from monitor.core.model import Incident, Transition
from monitor.core.schedule import PHASELESS
from monitor.core.units import format_duration
from monitor.simulation.stage import Delivered, Stage
from monitor.simulation.virtual import on_virtual_time

_BEFORE_LOOKS_S = 0.001
"""What operators do at a moment is done before the looks of that moment."""


@attrs.frozen(kw_only=True)
class Outcome:
    """What came of a case."""

    told: tuple[Delivered, ...]
    """Oldest first."""
    notices: tuple[Notice, ...]
    """All that were to be told, also those that were not."""
    transitions: tuple[Transition, ...]
    incidents: tuple[Incident, ...]
    names: dict[int, str]
    """Of the tasks."""
    taken: tuple[Acknowledgement, ...] = ()
    """The incidents that somebody took."""
    remarks: tuple[str, ...] = ()
    """What the case asks for and cannot be done."""
    took_s: float = 0.0


@attrs.frozen(kw_only=True)
class Manner:
    """How something is carried out."""

    lang: str = "en"
    skips: bool = True
    """Whether looks are left out that would change nothing. What is told is the same."""
    spread: bool = False
    """Whether tasks look when they would in a running monitor, and not at round times."""
    ids: tuple[int, ...] = ()
    """Of the tasks that are spread, if they have ids that decide on when they look."""
    own_groups: bool = False
    """Whether groups stand as their members do, and not as a script has them."""
    on_hour: Callable[[float], None] = lambda _passed_s: None
    """Told each virtual hour how much has passed; in another thread than that of the caller."""


async def rehearse(case: Case, declared: Declarations, manner: Manner | None = None) -> Outcome:
    """Carry a case out on virtual time. See `Case`; `declared` is what it is a test of.

    All tasks that are declared are watched; `concerned` leaves out those that no case is about.
    """
    started_s = time.perf_counter()
    outcome = await on_virtual_time(partial(_rehearse, case, declared, manner or Manner()))
    return attrs.evolve(outcome, took_s=time.perf_counter() - started_s)


def concerned(case: Case, declared: Declarations) -> Declarations:
    """Return what a case has to do with: the tasks it names, and those above and below them.

    All others are up, so that nobody would be told anything of them.
    """
    specs = {name: case.tasks.get(name, one.spec) for name, one in declared.tasks.items()}
    taken = {one.task for one in case.deeds if isinstance(one, Acknowledge)}
    named = {*case.sights, *case.tasks, *taken, *(one.about for one in case.expected)}
    above = {name: specs[name].depends_on for name in specs}
    below: dict[str, list[str]] = {}
    for name, parents in above.items():
        for parent in parents:
            below.setdefault(parent, []).append(name)
    found: set[str] = set()
    todo = [name for name in named if name in specs]
    while todo:
        name = todo.pop()
        if name in specs and name not in found:
            found.add(name)
            todo += [*above[name], *below.get(name, ())]
    kept = {
        name: attrs.evolve(one, spec=specs[name])
        for name, one in declared.tasks.items()
        if name in found
    }
    return attrs.evolve(declared, tasks=kept)


async def _rehearse(case: Case, declared: Declarations, manner: Manner) -> Outcome:
    stage = Stage(
        start_at=case.start_at,
        lang=manner.lang,
        sights=case.sights,
        receivers=case.receivers,
        skips=manner.skips,
        own_groups=manner.own_groups,
        ids=_ids(manner),
    )
    await stage.declare(declared)
    remarks: list[str] = []
    first = [one for one in case.deeds if one.at_s <= _BEFORE_LOOKS_S]
    await _operate(stage, None, first, remarks)
    async with stage.running() as app, trio.open_nursery() as nursery:
        nursery.start_soon(_count_hours, manner.on_hour)
        await _operate(stage, app, case.deeds[len(first) :], remarks)
        await trio.sleep_until(case.until_s)
        told, tables = sorted(stage.taken, key=_order), stage.store.tables
        notices = tuple(tables.alerts.notices.values())
        transitions = tuple(tables.transitions.values())
        incidents = tuple(tables.incidents.values())
        app.cause = "the test is over"
        nursery.cancel_scope.cancel()
    return Outcome(
        told=tuple(told),
        notices=notices,
        transitions=transitions,
        incidents=incidents,
        names={task.id: task.name for task in tables.tasks.values()},
        taken=tuple(tables.alerts.taken.values()),
        remarks=tuple(remarks),
    )


def _ids(manner: Manner) -> Iterator[int]:
    if not manner.spread:
        return count(PHASELESS, PHASELESS)
    return iter(manner.ids) if manner.ids else count(1)


async def _count_hours(on_hour: Callable[[float], None]) -> None:
    while True:
        await trio.sleep(3600.0)
        on_hour(trio.current_time())


def _order(one: Delivered) -> tuple[float, str, str]:
    """Put what several channels were told at once in an order that chance has no part in."""
    return round(one.at_s, 1), one.notice.channel, one.notice.key


async def _operate(
    stage: Stage, app: App | None, deeds: Iterable[Deed], remarks: list[str]
) -> None:
    for deed in deeds:
        await trio.sleep_until(max(0.0, deed.at_s - _BEFORE_LOOKS_S))
        change = _change(stage, deed)
        if change is None:
            assert isinstance(deed, Acknowledge)
            moment = format_duration(deed.at_s)
            remarks.append(f"{moment}: {deed.task} has no incident that somebody could take")
        else:
            await stage.change_alerting(app, change)


def _change(stage: Stage, deed: Deed) -> AlertingChange | None:
    """Return what an operator wants; None if there is nothing to take."""
    now = stage.clock.now()
    until_at = None if deed.for_s is None else now + timedelta(seconds=deed.for_s)
    if not isinstance(deed, Acknowledge):
        assert until_at is not None
        silence = Silence(
            id=0,
            selector=deed.selector,
            from_at=now,
            until_at=until_at,
            note=deed.note,
            by=deed.by,
        )
        return AlertingChange(silences=(silence,))
    tables = stage.store.tables
    open_ones = [
        one
        for one in tables.incidents.values()
        if one.closed_at is None and tables.tasks[one.task_id].name == deed.task
    ]
    if not open_ones:
        return None
    taken = Acknowledgement(
        task_id=open_ones[-1].task_id,
        incident=open_ones[-1].number,
        at=now,
        until_at=until_at,
        note=deed.note,
        by=deed.by,
    )
    return AlertingChange(acknowledgements=(taken,))
