"""What a file asks for against what is stored: pure, so that a dry run tells the truth."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from monitor.config.declared import FIELDS, Declared
from monitor.core.describe import without_password, without_secrets
from monitor.core.model import FleetChange, Task, TaskSpec
from monitor.core.units import format_duration
from monitor.probes import completed


def plan(
    tasks: Sequence[Task], declared: Mapping[str, Declared], *, prune: bool = False
) -> FleetChange:
    """Return what makes the stored tasks those of the files.

    A task is known by its name. One that the files do not name stays, unless `prune` is asked for
    and a file made it. Whether a task is paused is left alone if its file does not say, and so are
    options that are made once, such as the token of a heartbeat.
    """
    stored = {task.name: task for task in tasks}
    add, edit = [], []
    for name, wanted in declared.items():
        task = stored.get(name)
        if task is None:
            add.append(completed(wanted.spec))
            continue
        spec = completed(wanted.spec, task)
        if not wanted.says_paused:
            spec = attrs.evolve(spec, paused=task.paused)
        if list(differences(task, spec)) or not task.from_file:
            edit.append((task, spec))
    gone = [task for task in tasks if task.from_file and task.name not in declared]
    return FleetChange(remove=tuple(gone) if prune else (), edit=tuple(edit), add=tuple(add))


def left_over(tasks: Sequence[Task], declared: Mapping[str, Declared]) -> list[str]:
    """Return the names of tasks which a file made and none names any more."""
    return [task.name for task in tasks if task.from_file and task.name not in declared]


def differences(before: TaskSpec, after: TaskSpec) -> Iterator[tuple[str, str, str]]:
    """Yield each key that differs, with both values as they may be shown."""
    for key, field in FIELDS.items():
        old, new = getattr(before, field.argument), getattr(after, field.argument)
        if old != new:
            yield key, shown(key, old), shown(key, new)


def shown(key: str, value: Any) -> str:
    """Return a value as it may be shown: as in a file, without passwords."""
    argument = FIELDS[key].argument
    if argument.endswith("_s"):
        return format_duration(value)
    if key == "options":
        return ", ".join(f"{name}={one}" for name, one in without_secrets(value).items()) or "none"
    if isinstance(value, tuple):
        return "; ".join(value) or "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return without_password(str(value))
