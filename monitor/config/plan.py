"""What a file asks for against what is stored: pure, so that a dry run tells the truth."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import attrs

from monitor.config.declared import Declarations
from monitor.config.fields import FIELDS, value_of
from monitor.core.alerts.alerting import Alerting, AlertingChange, Maintenance
from monitor.core.alerts.notices import ChannelSpec
from monitor.core.changes import FleetChange
from monitor.core.describe import without_password, without_secrets
from monitor.core.model import Task, TaskSpec
from monitor.core.statuspage.values import PagesChange, StatusPage
from monitor.core.units import format_duration
from monitor.probes import completed

Named = TypeVar("Named", ChannelSpec, Maintenance)


def plan(
    tasks: Sequence[Task],
    alerting: Alerting,
    declared: Declarations,
    *,
    prune: bool = False,
    pages: Sequence[StatusPage] = (),
) -> FleetChange:
    """Return what makes what is stored that of the files.

    Tasks, channels and maintenance windows are known by their names, `pages` by their slugs. One
    that the files do not name stays, unless `prune` is asked for and a file made it. Whether a task
    is paused is left alone if its file does not say, and so are options that are made once, such as
    the token of a heartbeat.
    """
    stored = {task.name: task for task in tasks}
    add, edit = [], []
    for name, wanted in declared.tasks.items():
        task = stored.get(name)
        if task is None:
            add.append(completed(wanted.spec))
            continue
        spec = completed(wanted.spec, task)
        if not wanted.says_paused:
            spec = attrs.evolve(spec, paused=task.paused)
        if list(differences(task, spec)) or not task.from_file:
            edit.append((task, spec))
    gone = [task for task in tasks if task.from_file and task.name not in declared.tasks]
    return FleetChange(
        remove=tuple(gone) if prune else (),
        edit=tuple(edit),
        add=tuple(add),
        alerting=_alerting(alerting, declared, prune=prune),
        pages=_pages(pages, declared, prune=prune),
    )


def _pages(
    stored: Sequence[StatusPage], declared: Declarations, *, prune: bool
) -> PagesChange | None:
    known = {one.slug: one for one in stored}
    differ = tuple(
        one
        for slug, one in declared.pages.items()
        if slug not in known or known[slug] != one or not known[slug].from_file
    )
    gone = tuple(one.slug for one in stored if one.from_file and one.slug not in declared.pages)
    return PagesChange(pages=differ, drop=gone if prune else ()) or None


def _alerting(alerting: Alerting, declared: Declarations, *, prune: bool) -> AlertingChange | None:
    channels, drop_channels = _replaced(alerting.channels, declared.channels)
    maintenances, drop_maintenances = _replaced(alerting.maintenances, declared.maintenances)
    change = AlertingChange(
        channels=channels,
        drop_channels=drop_channels if prune else (),
        maintenances=maintenances,
        drop_maintenances=drop_maintenances if prune else (),
    )
    return change or None


def _replaced(
    stored: Sequence[Named], declared: Mapping[str, Named]
) -> tuple[tuple[Named, ...], tuple[str, ...]]:
    """Return those that differ from what is stored, and the names of those from no file now."""
    known = {one.name: one for one in stored}
    differ = tuple(
        one
        for name, one in declared.items()
        if name not in known or known[name] != one or not known[name].from_file
    )
    gone = tuple(one.name for one in stored if one.from_file and one.name not in declared)
    return differ, gone


def left_over(tasks: Sequence[Task], declared: Declarations) -> list[str]:
    """Return the names of tasks which a file made and none names any more."""
    return [task.name for task in tasks if task.from_file and task.name not in declared.tasks]


def differences(before: TaskSpec, after: TaskSpec) -> Iterator[tuple[str, str, str]]:
    """Yield each key that differs, with both values as they may be shown."""
    for key, field in FIELDS.items():
        old, new = value_of(before, field), value_of(after, field)
        if old != new:
            yield key, shown(key, old), shown(key, new)


def shown(key: str, value: Any) -> str:
    """Return a value as it may be shown: as in a file, without passwords."""
    argument = FIELDS[key].argument
    if argument.endswith("_s"):
        return "never" if value is None else format_duration(value)
    if key == "options":
        return ", ".join(f"{name}={one}" for name, one in without_secrets(value).items()) or "none"
    if argument == "escalation":
        return (
            "; ".join(f"{format_duration(one.after_s)}: {', '.join(one.channels)}" for one in value)
            or "none"
        )
    if isinstance(value, tuple):
        return "; ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return without_password(str(value))
