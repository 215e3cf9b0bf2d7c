"""Announced work as a status page tells of it: by its name and times, never by its note."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from monitor.core.alerts.alerting import Maintenance
from monitor.core.model import Task, WatchedTask
from monitor.core.statuspage.readers import Happening, of_work
from monitor.core.statuspage.values import Section, StatusPage
from monitor.operations.maintenances import window_of

AHEAD = timedelta(days=7)
"""So long before it begins, subscribers are told."""


@attrs.frozen(kw_only=True)
class Work:
    """Announced work."""

    name: str
    begins_at: datetime
    ends_at: datetime
    names: Sequence[str]
    """What it concerns, as the public reads it."""


def shown_names(chosen: Sequence[tuple[Section, Sequence[WatchedTask]]]) -> Mapping[int, str]:
    """Return what the public reads for each task of a page, by its id.

    Args:
        chosen: what each section shows.
    """
    return {one.task.id: section.shown(one.task) for section, ours in chosen for one in ours}


def coming(
    tasks: Sequence[Task],
    names: Mapping[int, str],
    maintenances: Sequence[Maintenance],
    now: datetime,
    ahead: timedelta,
) -> list[Work]:
    """Return work on some tasks that begins before long, at most twice of each."""
    return sorted(
        _coming(tasks, names, maintenances, now, ahead), key=lambda one: (one.begins_at, one.name)
    )


def _coming(
    tasks: Sequence[Task],
    names: Mapping[int, str],
    maintenances: Sequence[Maintenance],
    now: datetime,
    ahead: timedelta,
) -> Iterator[Work]:
    for work in maintenances:
        meant = concerned(work, tasks)
        window = window_of(work) if meant else None
        for begins_at, ends_at in () if window is None else window.next_occurrences(now, 2):
            if begins_at - now <= ahead:
                yield Work(
                    name=work.name,
                    begins_at=begins_at,
                    ends_at=ends_at,
                    names=[names[task.id] for task in meant],
                )


def concerned(work: Maintenance, tasks: Sequence[Task]) -> list[Task]:
    """Return the tasks that some work is on."""
    return [one for one in tasks if work.selector.chooses(one.name, one.tags)]


def announcements(
    page: StatusPage,
    fleet: Sequence[WatchedTask],
    maintenances: Sequence[Maintenance],
    now: datetime,
) -> list[Happening]:
    """Return what subscribers of a page are told of planned work."""
    chosen = page.chosen(fleet)
    names, tasks = shown_names(chosen), [one.task for _, ours in chosen for one in ours]
    return [
        of_work(one.name, one.begins_at, one.ends_at, one.names)
        for one in coming(tasks, names, maintenances, now, AHEAD)
    ]
