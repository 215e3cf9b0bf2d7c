"""The tasks of configuration files: every table checked, and all that is wrong told at once."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from monitor.config.places import Path
from monitor.config.source import TABLES, BadConfig, Problem, Source
from monitor.core.model import TaskSpec
from monitor.core.ports import InvalidTask
from monitor.core.tasks import CheckTask, make_spec
from monitor.core.units import parse_duration
from monitor.probes.described import DURATION

LATER = ("channels", "depends_on", "tags")
"""Keys of a task that a later version reads."""


@attrs.frozen
class Declared:
    """A task as a file has it."""

    spec: TaskSpec
    says_paused: bool
    """Whether the file decides if it is paused; otherwise whoever paused it does."""
    where: str


@attrs.frozen
class Field:
    """A key of `[[task]]` or `[defaults]`."""

    argument: str
    """What `make_spec` calls it."""
    read: Callable[[Any], Any]
    """Raises ValueError with a sentence that says what was found and what to write."""
    says: str
    schema: Mapping[str, Any]
    """Its JSON Schema."""
    common: bool = True
    """Whether it may stand in `[defaults]`."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a text; write it in quotes")
    return value


def _duration(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f'{value} has no unit; write it like "250ms", "30s" or "5m"')
    return parse_duration(_text(value))


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{value!r} is not a whole number")
    return value


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _conditions(value: Any) -> tuple[str, ...]:
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list) or not all(isinstance(one, str) for one in several):
        raise ValueError(f"{value!r} is neither a condition in quotes nor a list of such")
    return tuple(several)


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is not a table; write options = {{ method = 'HEAD' }}")
    _only_plain(value)
    return value


def _only_plain(value: Any) -> None:
    """Refuse what TOML knows and JSON, in which options are stored, does not."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _only_plain(inner)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is not a number that can be stored")
    elif not isinstance(value, str | int | float | bool):
        raise ValueError(f"{value} is a date or time; write it in quotes")


_COUNT = {"type": "integer", "minimum": 1, "maximum": 100}
_CONDITIONS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_BOOL = {"type": "boolean"}
_TEXT = {"type": "string", "minLength": 1}

FIELDS: Mapping[str, Field] = {
    "name": Field("name", _text, "what the task is called; its target, if not set", _TEXT, False),
    "target": Field("target", _text, "what to look at", _TEXT, False),
    "interval": Field("interval_s", _duration, "time between looks; 60s, if not set", DURATION),
    "timeout": Field(
        "timeout_s",
        _duration,
        "how long a look may take; 10s but at most 80 % of the interval, if not set",
        DURATION,
    ),
    "attempts": Field(
        "attempts", _count, "bad looks in a row before it is called down; 3, if not set", _COUNT
    ),
    "retry_interval": Field(
        "retry_interval_s",
        _duration,
        "time between those looks; 20s but at most the interval, if not set",
        DURATION,
    ),
    "recovery_confirmations": Field(
        "recovery_confirmations",
        _count,
        "good looks in a row before it is called up again; 2, if not set",
        _COUNT,
    ),
    "expect": Field("expect", _conditions, "conditions for up", _CONDITIONS),
    "degraded": Field("degraded", _conditions, "conditions for not degraded", _CONDITIONS),
    "invert": Field("invert", _yes_or_no, "it is good news when the target is down", _BOOL, False),
    "paused": Field("paused", _yes_or_no, "do not look", _BOOL, False),
    "options": Field("options", _table, "options of this kind of look", {"type": "object"}, False),
}

_PROBLEMS_OF_ONE = 20
"""More things that are wrong with one task are not told at once."""

_KEY_OF = {
    field.argument.removesuffix("_s").replace("_", "-"): key for key, field in FIELDS.items()
}
"""What InvalidTask calls a field -> its key."""


@attrs.define
class _Reading:
    """What has been found so far."""

    check: CheckTask
    declared: dict[str, Declared] = attrs.field(factory=dict)
    problems: list[Problem] = attrs.field(factory=list)
    warnings: list[str] = attrs.field(factory=list)

    def source(self, source: Source, defaults: Mapping[str, Any]) -> None:
        for name, table in source.tables.items():
            if name not in TABLES:
                self.problems.append(source.unknown((name,), TABLES))
            elif name == "channel":
                where = source.where(("channel",), "[[channel]]")
                self.warnings.append(f"{where}: this version does not read channels yet")
            elif name == "task":
                self.tasks(source, table, defaults)

    def defaults(self, source: Source) -> dict[str, Any]:
        """Return what a file's `[defaults]` say, by the arguments of `make_spec`."""
        table = source.tables.get("defaults", {})
        if not isinstance(table, dict):
            where = source.where(("defaults",))
            self.problems.append(Problem(where, "must be a table, written [defaults]"))
            return {}
        known = [key for key, field in FIELDS.items() if field.common]
        return self._fields(source, ("defaults",), table, known, "defaults")

    def tasks(self, source: Source, tables: Any, defaults: Mapping[str, Any]) -> None:
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            where = source.where(("task",))
            self.problems.append(Problem(where, "must be a list of tables, each written [[task]]"))
            return
        for number, table in enumerate(tables):
            self._task(source, ("task", number), table, defaults)

    def _task(
        self, source: Source, path: Path, table: dict[str, Any], defaults: Mapping[str, Any]
    ) -> None:
        named = table.get("name", table.get("target"))
        who = f'task "{named}"' if isinstance(named, str) else f"task {path[1] + 1}"  # type: ignore[operator]
        before = len(self.problems)
        own = self._fields(source, path, table, list(FIELDS), who)
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
        self, source: Source, path: Path, table: dict[str, Any], known: Sequence[str], who: str
    ) -> dict[str, Any]:
        found = {}
        for key, value in table.items():
            here = (*path, key)
            if key in LATER:
                where = source.where(here, f"{who}, {key}")
                self.warnings.append(f"{where}: is not read by this version yet")
                continue
            if key not in known:
                self.problems.append(source.unknown(here, known, f"{who}, {key}"))
                continue
            try:
                found[FIELDS[key].argument] = FIELDS[key].read(value)
            except ValueError as error:
                self.problems.append(Problem(source.where(here, f"{who}, {key}"), str(error)))
        return found


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


def read_tasks(
    sources: Sequence[Source], check: CheckTask
) -> tuple[Mapping[str, Declared], list[str]]:
    """Return the tasks of some files by name, and what the operator should know and can ignore.

    `[defaults]` of the first file count for all files; those of another for its own tasks, above
    the first's.

    Raises:
        BadConfig: with everything that is wrong with any of them.
    """
    reading = _Reading(check)
    common: dict[str, Any] = {}
    for number, source in enumerate(sources):
        own = reading.defaults(source)
        common = own if not number else common
        reading.source(source, {**common, **own})
    if reading.problems:
        raise BadConfig(reading.problems)
    return reading.declared, reading.warnings
