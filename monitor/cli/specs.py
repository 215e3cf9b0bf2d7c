"""From what was typed to a checked task."""

from typing import Any

from monitor.cli.screen import clean
from monitor.core.describe import without_password
from monitor.core.model import Task, TaskSpec
from monitor.core.names import NAME_LIMIT
from monitor.core.tasks import edited, make_spec
from monitor.probes import completed, prepare


def new_task(target: str, *, name: str | None = None, **fields: Any) -> TaskSpec:
    """Make a task; fields that are None get their defaults, the name is the target without secrets.

    Raises:
        InvalidTask: naming the field.
    """
    name = _name_of(target) if name is None else name
    given = {field: value for field, value in fields.items() if value is not None}
    return completed(make_spec(name=name, target=target, check=prepare, **given))


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
    given = {field: value for field, value in changes.items() if value is not None}
    return completed(edited(task, prepare, **given))
