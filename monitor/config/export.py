"""Stored tasks as a configuration file: applying it again changes nothing."""

from collections.abc import Sequence
from typing import Any

import attrs
import tomli_w

from monitor.config.declared import FIELDS
from monitor.core.model import Task
from monitor.core.tasks import make_spec
from monitor.core.units import format_duration

_HEAD = """\
# Tasks of `monitor`, as `monitor export` found them. `monitor apply FILE` reads them again.
# Targets and options stand here as they are stored, with any passwords in them; what was written
# as ${NAME} or ${file:PATH} still is.
"""


def to_toml(tasks: Sequence[Task]) -> str:
    """Return the text of a file that declares these tasks, by name; defaults are left out."""
    return f"{_HEAD}\n{tomli_w.dumps({'task': to_tables(tasks)})}" if tasks else _HEAD


def to_tables(tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """Return these tasks as they stand under `[[task]]`."""
    return [_table(task) for task in sorted(tasks, key=lambda task: task.name)]


def _table(task: Task) -> dict[str, Any]:
    # A time between looks has a fixed default, and others have theirs from it.
    plain = make_spec(
        name=None, target=task.target, interval_s=task.interval_s, check=lambda _spec: None
    )
    default = make_spec(name=None, target=task.target, check=lambda _spec: None)
    plain = attrs.evolve(plain, interval_s=default.interval_s)
    found: dict[str, Any] = {"name": task.name, "target": task.target}
    for key, field in FIELDS.items():
        value = getattr(task, field.argument)
        if key in found or value == getattr(plain, field.argument):
            continue
        found[key] = _written(field.argument, value)
    # Tables come last, or what follows them would belong to them.
    if "options" in found:
        found["options"] = found.pop("options")
    return found


def _written(argument: str, value: Any) -> Any:
    if argument.endswith("_s"):
        return format_duration(value)
    return list(value) if isinstance(value, tuple) else value
