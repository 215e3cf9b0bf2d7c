"""Channels and maintenance of configuration files: `[[channel]]` and `[[maintenance]]`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import attrs

from monitor.config.fields import count, duration, table, text, texts, yes_or_no
from monitor.config.keys import Key, by_field, read_keys, read_tables, schema_of
from monitor.config.places import Path
from monitor.config.source import Problem, Source
from monitor.core.alerts.alerting import Maintenance, Selector
from monitor.core.alerts.dispatch import GROUP_BY
from monitor.core.alerts.notices import ChannelSpec, InvalidChannel
from monitor.core.calendar.windows import read_window
from monitor.probes.described import DURATION

T = TypeVar("T")

CheckChannel = Callable[[ChannelSpec], object]
"""Raises InvalidChannel."""

_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _TEXT}
_BOOL = {"type": "boolean"}


CHANNEL = {
    "name": Key("name", text, "what tasks call it", _TEXT),
    "url": Key("url", text, "where messages go; the scheme says how", _TEXT),
    "options": Key("options", table, "options of this family of channels", {"type": "object"}),
    "default": Key("default", yes_or_no, "tasks that name no channel use it", _BOOL),
    "system": Key("system", yes_or_no, "the monitor's own trouble goes there", _BOOL),
    "hours": Key("hours", text, "when messages may be sent; outside they wait", _TEXT),
    "quiet_hours": Key("quiet_hours", text, "when they wait", _TEXT),
    "group_wait": Key("group_wait_s", duration, "how long a first notice waits", DURATION),
    "group_interval": Key(
        "group_interval_s", duration, "beyond `burst` in this time come digests", DURATION
    ),
    "group_by": Key(
        "group_by",
        texts,
        "what notices have in common that go together: tags, kind",
        {"type": "array", "items": {"enum": list(GROUP_BY)}},
    ),
    "burst": Key("burst", count, "messages before digests", {"type": "integer", "minimum": 1}),
}

_SELECTOR = {
    "tasks": Key("tasks", texts, "names of tasks; * stands for anything", _TEXTS),
    "tags": Key("tags", texts, "tags of tasks", _TEXTS),
}
_RULE = {
    key: Key(key, text, says, _TEXT)
    for key, says in (
        ("from", "when it begins, ISO 8601"),
        ("until", "when it ends"),
        ("rrule", "when it comes again, as RFC 5545 has it"),
        ("cron", "when it comes again, as cron has it"),
        ("start", "the first time of an rrule"),
        ("duration", "how long it lasts"),
        ("zone", "the time zone of its clocks; UTC, if not set"),
    )
}
MAINTENANCE = {
    "name": Key("name", text, "what it is called", _TEXT),
    "note": Key("note", text, "why", _TEXT),
    **_SELECTOR,
    **_RULE,
}


CHANNEL_SCHEMA = schema_of(CHANNEL, ["name", "url"])
MAINTENANCE_SCHEMA = schema_of(MAINTENANCE, ["name"])


@attrs.define
class AlertingReading:
    """What was found so far; `problems` are shared with whoever reads the tasks."""

    check: CheckChannel
    problems: list[Problem]
    channels: dict[str, ChannelSpec] = attrs.field(factory=dict)
    maintenances: dict[str, Maintenance] = attrs.field(factory=dict)

    def read_channels(self, source: Source) -> None:
        """Read the channels of a file."""
        for path, who, values in self._tables(source, "channel", CHANNEL, ("name", "url")):
            spec = ChannelSpec(**values, from_file=True)
            try:
                self.check(spec)
            except InvalidChannel as error:
                self._problem(source, path, who, error.field, error.message)
            else:
                self._keep(source, path, who, self.channels, spec.name, spec)

    def read_maintenances(self, source: Source) -> None:
        """Read the maintenance windows of a file."""
        for path, who, values in self._tables(source, "maintenance", MAINTENANCE, ("name",)):
            rule = {key: values[key] for key in _RULE if key in values}
            try:
                read_window(values["name"], rule)
            except ValueError as error:
                self.problems.append(Problem(source.where(path, who), str(error)))
                continue
            chosen = {key: values[key] for key in _SELECTOR if key in values}
            one = Maintenance(
                name=values["name"],
                selector=Selector(**chosen),
                rule=rule,
                note=values.get("note", ""),
                from_file=True,
            )
            self._keep(source, path, who, self.maintenances, one.name, one)

    def _keep(
        self, source: Source, path: Path, who: str, kept: dict[str, T], name: str, one: T
    ) -> None:
        if name in kept:
            self._problem(source, path, who, "name", "the name is taken; choose another")
        kept.setdefault(name, one)

    def _problem(self, source: Source, path: Path, who: str, field: str, message: str) -> None:
        option = field.removeprefix("option ")
        key = field.replace("-", "_")  # as files have it
        here = (*path, "options", option) if option != field else (*path, key)
        self.problems.append(Problem(source.where(here, f"{who}, {field}"), message))

    def _tables(
        self, source: Source, name: str, keys: Mapping[str, Key], needed: tuple[str, ...]
    ) -> Iterator[tuple[Path, str, dict[str, Any]]]:
        """Yield each table in which nothing is wrong, with its place and how to call it."""
        for number, found in enumerate(read_tables(source, name, self.problems)):
            path: Path = (name, number)
            named = found.get("name")
            who = f'{name} "{named}"' if isinstance(named, str) else f"{name} {number + 1}"
            before = len(self.problems)
            values = read_keys(source, path, who, keys, found, self.problems)
            for key in needed:
                if key not in found:
                    self.problems.append(Problem(source.where(path, who), f"has no {key}"))
            if len(self.problems) == before:
                yield path, who, by_field(keys, values)
