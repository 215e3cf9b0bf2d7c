"""What is stored as a configuration file: applying it again changes nothing."""

from collections.abc import Sequence
from typing import Any

import attrs
import tomli_w

from monitor.config.alerting import CHANNEL
from monitor.config.fields import FIELDS, value_of
from monitor.config.statuspages import written_page
from monitor.core.alerts.alerting import Alerting, Maintenance
from monitor.core.alerts.notices import ChannelSpec
from monitor.core.model import Task
from monitor.core.statuspage.values import StatusPage
from monitor.core.tasks import make_spec
from monitor.core.units import format_duration

_HEAD = """\
# What `monitor export` found. `monitor apply FILE` reads it again.
# Addresses and options stand here as they are stored, with any passwords in them; what was written
# as ${NAME} or ${file:PATH} still is.
"""


def to_toml(
    tasks: Sequence[Task],
    alerting: Alerting,
    head: str = _HEAD,
    pages: Sequence[StatusPage] = (),
) -> str:
    """Return the text of a file that declares all of these, by name; defaults are left out."""
    tables = {name: found for name, found in to_tables(tasks, alerting, pages).items() if found}
    return f"{head}\n{tomli_w.dumps(tables)}" if tables else head


def to_tables(
    tasks: Sequence[Task], alerting: Alerting, pages: Sequence[StatusPage] = ()
) -> dict[str, list[dict[str, Any]]]:
    """Return these as they stand under `[[channel]]`, `[[task]]` and the like."""
    return {
        "channel": [_channel(one) for one in alerting.channels],
        "maintenance": [_maintenance(one) for one in alerting.maintenances],
        "status_page": [written_page(one) for one in pages],
        "task": [_table(task) for task in sorted(tasks, key=lambda task: task.name)],
    }


def _channel(spec: ChannelSpec) -> dict[str, Any]:
    plain = ChannelSpec(name="", url="")
    found = {}
    for key, one in CHANNEL.items():
        value = getattr(spec, one.field)
        if value != getattr(plain, one.field):
            found[key] = _written(one.field, value)
    if "options" in found:
        found["options"] = found.pop("options")
    return found


def _maintenance(one: Maintenance) -> dict[str, Any]:
    found: dict[str, Any] = {"name": one.name, **one.rule}
    if one.note:
        found["note"] = one.note
    chosen = {"tasks": one.selector.tasks, "tags": one.selector.tags}
    return found | {key: list(names) for key, names in chosen.items() if names}


def _table(task: Task) -> dict[str, Any]:
    # A time between looks has a fixed default, and others have theirs from it.
    plain = make_spec(
        name=None, target=task.target, interval_s=task.interval_s, check=lambda _spec: None
    )
    default = make_spec(name=None, target=task.target, check=lambda _spec: None)
    plain = attrs.evolve(plain, interval_s=default.interval_s)
    found: dict[str, Any] = {"name": task.name, "target": task.target}
    for key, field in FIELDS.items():
        value = value_of(task, field)
        if key in found or value == value_of(plain, field):
            continue
        found[key] = _written(field.argument, value)
    # Tables come last, or what follows them would belong to them.
    if "options" in found:
        found["options"] = found.pop("options")
    return found


def _written(argument: str, value: Any) -> Any:
    if argument.endswith("_s"):
        return "never" if value is None else format_duration(value)
    if argument == "escalation":
        return [
            {"after": format_duration(one.after_s), "channels": list(one.channels)} for one in value
        ]
    return list(value) if isinstance(value, tuple) else value
