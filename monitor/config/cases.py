"""Tests of alert policies in configuration files: `[[test]]`, each checked with its place."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import attrs

from monitor.config.case import (
    Acknowledge,
    Behaviour,
    Case,
    Deed,
    Expected,
    Manner,
    Sight,
    Silencing,
)
from monitor.config.casekeys import (
    CASE,
    EXPECT,
    GIVEN,
    LONGEST_S,
    OVERRIDES,
    STATUSES,
    TIMEOUT,
    timeline,
)
from monitor.config.declared import Declarations
from monitor.config.fields import Field
from monitor.config.keys import read_tables
from monitor.config.places import Path
from monitor.config.source import BadConfig, Problem, Source
from monitor.core.alerts.alerting import Selector
from monitor.core.alerts.notices import NoticeKind
from monitor.core.model import TaskSpec
from monitor.core.probing import InvalidTask
from monitor.core.script import Span, in_turn, script_of, span_of
from monitor.core.tasks import CheckTask, edited
from monitor.probes.options import did_you_mean

START_AT = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""
LONGER_S = 600.0
"""A test that does not say how long it runs goes on for so long after the last thing it names."""

_SYSTEM = (NoticeKind.SYSTEM, NoticeKind.SYSTEM_OVER)


def read_cases(
    sources: Sequence[Source], declared: Declarations, check: CheckTask
) -> tuple[Case, ...]:
    """Return the tests that some files have.

    Args:
        sources: the files.
        declared: what is tested; these and perhaps other files declare it.
        check: refuses a task with which nothing can be done, as for the tasks themselves.

    Raises:
        BadConfig: with everything that is wrong.
    """
    problems: list[Problem] = []
    cases: dict[str, Case] = {}
    for source in sources:
        for number, table in enumerate(read_tables(source, "test", problems)):
            reading = _Reading(source, ("test", number), table, declared, check)
            case = reading.read()
            if case.name in cases:
                reading.wrong((*reading.path, "name"), "the name is taken; choose another")
            cases.setdefault(case.name, case)
            problems += reading.problems
    if problems:
        raise BadConfig(problems)
    return tuple(cases.values())


@attrs.define
class _Reading:
    """One `[[test]]`, and what was found wrong with it."""

    source: Source
    path: Path
    table: Mapping[str, Any]
    declared: Declarations
    check: CheckTask
    problems: list[Problem] = attrs.field(factory=list)
    _latest_s: float = 0.0
    """The last moment that is named."""
    _sights: dict[str, list[Span[Sight]]] = attrs.field(factory=dict)
    _receivers: dict[str, list[Span[Behaviour]]] = attrs.field(factory=dict)
    _deeds: list[Deed] = attrs.field(factory=list)

    @property
    def _who(self) -> str:
        named = self.table.get("name")
        return f'test "{named}"' if isinstance(named, str) else f"test {int(self.path[1]) + 1}"

    def wrong(self, path: Path, message: str) -> None:
        said = ", ".join(str(part) for part in path[2:] if not isinstance(part, int))
        name = f"{self._who}, {said}" if said else self._who
        self.problems.append(Problem(self.source.where(path, name), message))

    def read(self) -> Case:
        """Return the test; with problems it is of no use."""
        values = self._values(self.path, CASE, self.table)
        if not values.get("name", "").strip():
            self.wrong(self.path, "has no name")
        tasks = self._tasks(values.get("tasks", {}))
        for name, written in values.get("timeline", {}).items():
            self._timeline(name, written)
        for number, given in enumerate(values.get("given", [])):
            self._given((*self.path, "given", number), given)
        expected = [
            self._expected((*self.path, "expect", number), one)
            for number, one in enumerate(values.get("expect", []))
        ]
        until_s = values.get("until", min(self._latest_s + LONGER_S, LONGEST_S))
        if until_s < self._latest_s:
            self.wrong((*self.path, "until"), "is earlier than other moments of this test")
        return Case(
            name=values.get("name", ""),
            where=self.source.where(self.path, self._who).partition(": ")[0],
            start_at=values.get("start", START_AT),
            until_s=until_s,
            tasks=tasks,
            sights={name: script_of(Sight(), spans) for name, spans in self._sights.items()},
            receivers={
                name: script_of(Behaviour(), spans) for name, spans in self._receivers.items()
            },
            deeds=tuple(sorted(self._deeds, key=lambda one: one.at_s)),
            expected=tuple(one for one in expected if one is not None),
            nothing_else=values.get("expect_nothing_else", True),
        )

    # --- keys and names -----------------------------------------------------------------------

    def _values(
        self, path: Path, keys: Mapping[str, Field], found: Mapping[str, Any]
    ) -> dict[str, Any]:
        values = {}
        for key, value in found.items():
            here = (*path, key)
            if key not in keys:
                said = ", ".join(str(one) for one in here[2:] if not isinstance(one, int))
                self.problems.append(self.source.unknown(here, keys, f"{self._who}, {said}"))
                continue
            try:
                values[key] = keys[key].read(value)
            except ValueError as error:
                self.wrong(here, str(error))
        return values

    def _needs(self, path: Path, found: Mapping[str, Any], keys: Iterable[str]) -> bool:
        missing = [key for key in keys if key not in found]
        for key in missing:
            self.wrong(path, f"has no {key}")
        return not missing

    def _knows(self, path: Path, kind: str, name: str) -> bool:
        """Say whether there is a task or channel of that name; if not, that is a problem."""
        known = self.declared.tasks if kind == "task" else self.declared.channels
        if name not in known:
            self.wrong(path, f"there is no {kind} {name!r}{did_you_mean(name, known)}")
        return name in known

    def _names(self, at_s: float) -> None:
        self._latest_s = max(self._latest_s, at_s)

    # --- what is given ------------------------------------------------------------------------

    def _tasks(self, found: Mapping[str, Any]) -> dict[str, TaskSpec]:
        changed = {}
        for name, keys in found.items():
            here = (*self.path, "tasks", name)
            if not isinstance(keys, dict):
                self.wrong(here, f"{keys!r} is not a table; write {{ attempts = 1 }}")
            elif self._knows(here, "task", name):
                values = self._values(here, OVERRIDES, keys)
                fields = {OVERRIDES[key].argument: value for key, value in values.items()}
                try:
                    spec = self.declared.tasks[name].spec
                    changed[name] = attrs.evolve(edited(spec, self.check, **fields), from_file=True)
                except InvalidTask as error:
                    self.wrong(here, str(error))
        return changed

    def _timeline(self, name: str, written: Any) -> None:
        here = (*self.path, "timeline", name)
        try:
            parts = timeline(written)
        except ValueError as error:
            self.wrong(here, str(error))
            return
        if self._knows(here, "task", name):
            spans = in_turn([(_sight(word), lasts_s) for word, lasts_s in parts])
            self._sights.setdefault(name, []).extend(spans)
            self._names(spans[-1].from_s)

    def _given(self, path: Path, found: Mapping[str, Any]) -> None:
        kinds = [key for key in GIVEN if key in found]
        if len(kinds) != 1:
            self.wrong(path, f"names {' and '.join(kinds) or 'none'} of: {', '.join(GIVEN)}")
            return
        before = len(self.problems)
        values = self._values(path, GIVEN[kinds[0]], found)
        needed = ["at", "result"] if kinds[0] in ("task", "channel") else ["at"]
        if kinds[0].startswith("silence"):
            needed.append("for")
        if not self._needs(path, found, needed) or len(self.problems) > before:
            return
        self._names(values["at"])
        match kinds[0]:
            case "task":
                self._result(path, values)
            case "channel" if self._knows((*path, "channel"), "channel", values["channel"]):
                behaviour = Behaviour(
                    manner=Manner(values["result"]), detail=values.get("detail", "")
                )
                spans = self._receivers.setdefault(values["channel"], [])
                spans.append(span_of(values["at"], behaviour, values.get("for")))
            case "ack" if self._knows((*path, "ack"), "task", values["ack"]):
                self._deeds.append(
                    Acknowledge(
                        at_s=values["at"],
                        task=values["ack"],
                        for_s=values.get("for"),
                        **_said(values),
                    )
                )
            case "silence" | "silence_tags":
                chosen = Selector(
                    tasks=values.get("silence", ()), tags=values.get("silence_tags", ())
                )
                self._deeds.append(
                    Silencing(
                        at_s=values["at"], selector=chosen, for_s=values["for"], **_said(values)
                    )
                )

    def _result(self, path: Path, values: Mapping[str, Any]) -> None:
        if not self._knows((*path, "task"), "task", values["task"]):
            return
        if ("every" in values) != ("times" in values):
            self.wrong(path, "has one of every and times; write both, or none of them")
            return
        sight = attrs.evolve(
            _sight(values["result"]),
            detail=values.get("detail", _sight(values["result"]).detail),
            takes_s=values.get("takes", 0.0),
            facts=values.get("facts", {}),
        )
        spans = self._sights.setdefault(values["task"], [])
        for number in range(values.get("times", 1)):
            at_s = values["at"] + number * values.get("every", 0.0)
            spans.append(span_of(at_s, sight, values.get("for")))
        self._names(spans[-1].from_s)

    # --- what is expected ---------------------------------------------------------------------

    def _expected(self, path: Path, found: Mapping[str, Any]) -> Expected | None:
        before = len(self.problems)
        values = self._values(path, EXPECT, found)
        self._needs(path, found, ("channel", "kind"))
        if ("at" in found) is ("within" in found):
            self.wrong(path, "needs one of at and within")
        if ("task" in found) is ("about" in found):
            self.wrong(path, "needs one of task and about")
        if "task" in values:
            self._knows((*path, "task"), "task", values["task"])
        if "channel" in values:
            self._knows((*path, "channel"), "channel", values["channel"])
        kind = NoticeKind(values["kind"]) if "kind" in values else None
        if kind and ("about" in found) is not (kind in _SYSTEM):
            said = "is told of the monitor itself; write about" if kind in _SYSTEM else "has a task"
            self.wrong((*path, "kind"), f"{kind} {said}")
        if len(self.problems) > before or kind is None:
            return None
        begin_s, end_s = values.get("within", (values.get("at"), None))
        self._names(begin_s if end_s is None else end_s)
        return Expected(
            at_s=begin_s,
            until_s=end_s,
            channel=values["channel"],
            kind=kind,
            about=values.get("task") or values["about"],
            late=values.get("late"),
            contains=values.get("contains", ""),
        )


def _sight(word: str) -> Sight:
    detail = "" if word == "up" else "the test says so"
    return Sight(status=STATUSES[word], detail=detail, hangs=word == TIMEOUT)


def _said(values: Mapping[str, Any]) -> dict[str, str]:
    return {key: values.get(key, "") for key in ("by", "note")}
