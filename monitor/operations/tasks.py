"""From what was said to a checked task, and which task was meant."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from monitor.core.describe import clean, without_password
from monitor.core.failures import NoSuchTask
from monitor.core.model import Task, TaskSpec, WatchedTask
from monitor.core.names import NAME_LIMIT
from monitor.core.tasks import edited, make_spec
from monitor.probes import completed, prepare


def new_task(target: str, *, name: str | None = None, **fields: Any) -> TaskSpec:
    """Make a task; fields that are None get their defaults, the name is the target without secrets.

    Raises:
        InvalidTask: naming the field.
    """
    name = _name_of(target) if name is None else name
    return completed(make_spec(name=name, target=target, check=prepare, **_said(fields)))


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was said. None was not, but for reminders: there it means never."""
    return {
        name: value for name, value in fields.items() if value is not None or name == "reminder_s"
    }


def _name_of(target: str) -> str:
    """Make a valid name of a target, whatever is wrong with it: then that is complained about."""
    name = clean(without_password(target))
    if len(name) > NAME_LIMIT:
        name = name[: NAME_LIMIT - 1] + "…"
    return f"target {name}".strip() if not name or name.isdigit() else name


def changed_task(task: Task, **changes: Any) -> TaskSpec:
    """Return a task with changes; those that are None are none.

    Raises:
        InvalidTask: naming the field.
    """
    return completed(edited(task, prepare, **_said(changes)))


def paused_task(task: Task, *, paused: bool) -> TaskSpec:
    """Return a task paused or resumed; nothing else of it is looked at, or one that cannot work any
    more could not even be paused."""
    return edited(task, lambda _spec: None, paused=paused)


def chosen_task(fleet: Iterable[WatchedTask], wanted: str) -> WatchedTask:
    """Return the task of that name or id.

    Raises:
        NoSuchTask: naming the one that was probably meant.
    """
    names = []
    for watched in fleet:
        if wanted in (watched.task.name, str(watched.task.id)):
            return watched
        names.append(watched.task.name)
    close = difflib.get_close_matches(wanted, names, n=1)
    guess = f", did you mean {close[0]!r}" if close else "; `monitor task list` shows all"
    raise NoSuchTask(f"there is no task {wanted!r}{guess}")
