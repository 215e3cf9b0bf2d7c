"""What configuration files declare: every table checked, and all that is wrong told at once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from monitor.config.alerting import AlertingReading, CheckChannel
from monitor.config.fields import FIELDS, Field
from monitor.config.keys import read_keys, read_tables
from monitor.config.places import Path
from monitor.config.source import TABLES, BadConfig, Problem, Source
from monitor.config.statuspages import PagesReading
from monitor.core.alerts.alerting import Maintenance
from monitor.core.alerts.notices import ChannelSpec
from monitor.core.model import TaskSpec
from monitor.core.probing import InvalidTask
from monitor.core.statuspage.values import StatusPage
from monitor.core.tasks import CheckTask, make_spec
from monitor.probes.options import did_you_mean


@attrs.frozen
class Declared:
    """A task as a file has it."""

    spec: TaskSpec
    says_paused: bool
    """Whether the file decides if it is paused; otherwise whoever paused it does."""
    where: str


@attrs.frozen(kw_only=True)
class Declarations:
    """All that some files declare, by name."""

    tasks: Mapping[str, Declared] = attrs.field(factory=dict)
    channels: Mapping[str, ChannelSpec] = attrs.field(factory=dict)
    maintenances: Mapping[str, Maintenance] = attrs.field(factory=dict)
    pages: Mapping[str, StatusPage] = attrs.field(factory=dict)
    """By slug."""


_PROBLEMS_OF_ONE = 20
"""More things that are wrong with one task are not told at once."""

_COMMON = {key: field for key, field in FIELDS.items() if field.common}
"""What may stand in `[defaults]`."""

_KEY_OF = {
    field.argument.removesuffix("_s").replace("_", "-"): key for key, field in FIELDS.items()
}
"""What InvalidTask calls a field -> its key."""


@attrs.define
class _Reading:
    """What has been found so far."""

    check: CheckTask
    alerting: AlertingReading
    pages: PagesReading
    declared: dict[str, Declared] = attrs.field(factory=dict)
    problems: list[Problem] = attrs.field(factory=list)
    warnings: list[str] = attrs.field(factory=list)

    def source(self, source: Source, defaults: Mapping[str, Any]) -> None:
        for name in source.tables:
            if name not in TABLES:
                self.problems.append(source.unknown((name,), TABLES))
            elif name == "channel":
                self.alerting.read_channels(source)
            elif name == "maintenance":
                self.alerting.read_maintenances(source)
            elif name == "status_page":
                self.pages.read(source)
            elif name == "task":
                self.tasks(source, defaults)

    def defaults(self, source: Source) -> dict[str, Any]:
        """Return what a file's `[defaults]` say, by the arguments of `make_spec`."""
        table = source.tables.get("defaults", {})
        if not isinstance(table, dict):
            where = source.where(("defaults",))
            self.problems.append(Problem(where, "must be a table, written [defaults]"))
            return {}
        return self._fields(source, ("defaults",), table, _COMMON, "defaults")

    def tasks(self, source: Source, defaults: Mapping[str, Any]) -> None:
        for number, table in enumerate(read_tables(source, "task", self.problems)):
            self._task(source, ("task", number), table, defaults)

    def _task(
        self, source: Source, path: Path, table: Mapping[str, Any], defaults: Mapping[str, Any]
    ) -> None:
        named = table.get("name", table.get("target"))
        who = f'task "{named}"' if isinstance(named, str) else f"task {path[1] + 1}"  # type: ignore[operator]
        before = len(self.problems)
        own = self._fields(source, path, table, FIELDS, who)
        if "target" not in table:
            self.problems.append(Problem(source.where(path, who), "has no target"))
        if "target" not in own:
            return
        spec = self._spec(source, path, who, {"name": None, **defaults, **own})
        if spec is None or len(self.problems) > before:
            return
        if (first := self.declared.get(spec.name)) is not None:
            where = source.where((*path, "name"), who)
            self.problems.append(
                Problem(where, f"the name is taken by the task at {first.where}; choose another")
            )
            return
        place = source.where(path, who).partition(": ")[0]
        self.declared[spec.name] = Declared(spec, "paused" in own, place)

    def _spec(
        self, source: Source, path: Path, who: str, fields: dict[str, Any]
    ) -> TaskSpec | None:
        """Make the task; what is wrong with it is left out, to find what else is."""
        for _ in range(_PROBLEMS_OF_ONE):
            try:
                return attrs.evolve(make_spec(check=self.check, **fields), from_file=True)
            except InvalidTask as error:
                self.problems.append(_problem(source, path, who, error))
                if not _leave_out(fields, error):
                    break
        return None

    def _fields(
        self,
        source: Source,
        path: Path,
        table: Mapping[str, Any],
        known: Mapping[str, Field],
        who: str,
    ) -> dict[str, Any]:
        values = read_keys(source, path, who, known, table, self.problems)
        return {known[key].argument: value for key, value in values.items()}


def _steps_into(option: str) -> Iterator[str | int]:
    """Yield the parts of `steps[2].name`, as `places` counts them."""
    for number, key in re.findall(r"\[(\d+)\]|([^.\[]+)", option):
        yield int(number) - 1 if number else key


def _leave_out(fields: dict[str, Any], error: InvalidTask) -> bool:
    """Take what is wrong out of the arguments of `make_spec`; False if it cannot do without."""
    option = error.field.removeprefix("option ")
    if option != error.field:
        options = dict(fields.get("options", {}))
        gone = options.pop(option, options.pop(option.partition(".")[0], None))
        fields["options"] = options
        return gone is not None
    if error.field in ("expect", "degraded"):
        conditions = list(fields[error.field])
        conditions[error.index] = "true"  # so that the others keep their places
        fields[error.field] = tuple(conditions)
        return True
    field = FIELDS.get(_KEY_OF.get(error.field, ""))
    if field is None or error.field == "target" or fields.get(field.argument) is None:
        return False
    if error.field == "name":
        fields["name"] = None
    else:
        del fields[field.argument]
    return True


def _problem(source: Source, path: Path, who: str, error: InvalidTask) -> Problem:
    """Find the place of what an InvalidTask names."""
    option = error.field.removeprefix("option ")
    if option != error.field:
        here: Path = (*path, "options", *_steps_into(option))
    else:
        key = _KEY_OF.get(error.field, error.field)
        several = (*path, key, error.index)
        here = several if several in source.places else (*path, key)
    return Problem(source.where(here, f"{who}, {error.field}"), error.message, error.place)


def read_declared(
    sources: Sequence[Source], check: CheckTask, check_channel: CheckChannel
) -> tuple[Declarations, list[str]]:
    """Return what some files declare, and what the operator should know and can ignore.

    `[defaults]` of the first file count for all files; those of another for its own tasks, above
    the first's.

    Raises:
        BadConfig: with everything that is wrong with any of them.
    """
    problems: list[Problem] = []
    reading = _Reading(
        check, AlertingReading(check_channel, problems), PagesReading(problems), problems=problems
    )
    common: dict[str, Any] = {}
    for number, source in enumerate(sources):
        own = reading.defaults(source)
        common = own if not number else common
        reading.source(source, {**common, **own})
    found = Declarations(
        tasks=reading.declared,
        channels=reading.alerting.channels,
        maintenances=reading.alerting.maintenances,
        pages=reading.pages.pages,
    )
    reading.problems += kinship_problems(found.tasks)
    if reading.problems:
        raise BadConfig(reading.problems)
    return found, [*reading.warnings, *unknown_names(found)]


def kinship_problems(tasks: Mapping[str, Declared]) -> Iterator[Problem]:
    """Find tasks that cannot be reached without themselves."""
    for name, one in tasks.items():
        todo, seen = list(one.spec.depends_on), set[str]()
        while todo:
            parent = todo.pop()
            if parent == name:
                message = "depends on itself, directly or through others; break the circle"
                yield Problem(f'{one.where}: task "{name}", depends_on', message)
                break
            if parent in tasks and parent not in seen:
                seen.add(parent)
                todo += tasks[parent].spec.depends_on


def unknown_names(found: Declarations) -> Iterator[str]:
    """Find names of channels and tasks that no file declares; others may have added them."""
    for name, one in found.tasks.items():
        alerts = one.spec.alerts
        channels = {
            *alerts.channels,
            *(each for step in alerts.escalation for each in step.channels),
        }
        for kind, names, known in (
            ("channel", sorted(channels), found.channels),
            ("task", one.spec.depends_on, found.tasks),
        ):
            for unknown in (each for each in names if each not in known):
                guess = did_you_mean(unknown, known)
                yield f'{one.where}: task "{name}": no file has a {kind} {unknown!r}{guess}'
