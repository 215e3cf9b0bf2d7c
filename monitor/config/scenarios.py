"""Simulations in configuration files: `[simulation]`, `[[outage]]`, `[[policy]]`, each checked."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path as FilePath
from typing import Any

import attrs

from monitor.config.case import Behaviour, Manner, Sight
from monitor.config.casekeys import LONGEST_S, STATUSES, TIMEOUT
from monitor.config.cases import START_AT
from monitor.config.declared import Declarations
from monitor.config.keys import read_keys, read_tables
from monitor.config.places import Path
from monitor.config.scenario import (
    BLIP_S,
    DAYS,
    MOST_POLICIES,
    NIGHT,
    Policy,
    Scenario,
    Wishes,
)
from monitor.config.scenariokeys import OF_CHANNELS, OUTAGE, POLICY, SIMULATION
from monitor.config.source import BadConfig, Problem, Source
from monitor.config.variants import NotSo, vary
from monitor.core.alerts.alerting import Selector
from monitor.core.alerts.channels import CheckChannel
from monitor.core.script import Span, span_of
from monitor.core.tasks import CheckTask
from monitor.probes.options import did_you_mean

SAYS_SO = "the simulation says so"


def read_scenario(
    sources: Sequence[Source],
    declared: Declarations,
    check: CheckTask,
    check_channel: CheckChannel,
    wishes: Wishes | None = None,
) -> Scenario:
    """Return what some files say of a simulation.

    Args:
        sources: the files.
        declared: the tasks and channels; these and perhaps other files declare them.
        check: refuses a task with which nothing can be done.
        check_channel: refuses such a channel.
        wishes: what counts more than the files.

    Raises:
        BadConfig: with everything that is wrong.
    """
    reading = _Reading(declared, check, check_channel, wishes or Wishes())
    scenario = reading.read(sources)
    if reading.problems:
        raise BadConfig(reading.problems)
    return scenario


def policy_of_words(words: str) -> Source:
    """Return what was typed, `NAME: key=value key=value`, as the file it stands for.

    Without a name it is called as it is written. Values are written as in a file; quotes may be
    left out.

    Raises:
        ValueError: it is not written so.
    """
    import shlex

    head, colon, rest = words.partition(":")
    named = bool(colon) and "=" not in head
    name, pairs = (head.strip(), rest) if named else (words.strip(), words)
    table: dict[str, Any] = {"name": name}
    for pair in shlex.split(pairs, posix=True) if pairs.strip() else []:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise ValueError(f"{pair!r} is not KEY=VALUE; write 'patient: attempts=5 reminder=1h'")
        table[key.replace("-", "_")] = _value(value)
    return Source(FilePath("--try"), {"policy": [table]}, {})


def _value(written: str) -> Any:
    try:
        return tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        return written


@attrs.define
class _Reading:
    """What was found so far, and what is wrong with it."""

    declared: Declarations
    check: CheckTask
    check_channel: CheckChannel
    wishes: Wishes
    problems: list[Problem] = attrs.field(factory=list)
    _sights: dict[str, list[Span[Sight]]] = attrs.field(factory=dict)
    _receivers: dict[str, list[Span[Behaviour]]] = attrs.field(factory=dict)
    _policies: dict[str, Policy] = attrs.field(factory=dict)

    def read(self, sources: Sequence[Source]) -> Scenario:
        said: dict[str, Any] = {}
        for source in sources:
            said |= self._simulation(source)
        wishes = attrs.asdict(self.wishes)
        wished = {key: value for key, value in wishes.items() if value is not None}
        length_s = said.get("length", DAYS * 86400.0)
        scenario = Scenario(
            **{
                "start_at": said.get("start", START_AT),
                "length_s": length_s,
                "seed": said.get("seed", 1),
                "random": said.get("random", False),
                "blip_s": said.get("blip", BLIP_S),
                "night": said.get("night", NIGHT),
                **wished,
            }
        )
        for source in sources:
            for path, who, found in self._tables(source, "outage"):
                self._outage(source, path, who, found, scenario)
        for source in sources:
            for path, who, found in self._tables(source, "policy"):
                self._policy(source, path, who, found)
        return attrs.evolve(
            scenario,
            sights={name: tuple(spans) for name, spans in self._sights.items()},
            receivers={name: tuple(spans) for name, spans in self._receivers.items()},
            policies=tuple(self._policies.values()),
        )

    # --- tables and keys ----------------------------------------------------------------------

    def _simulation(self, source: Source) -> dict[str, Any]:
        table = source.tables.get("simulation", {})
        if not isinstance(table, dict):
            where = source.where(("simulation",))
            self.problems.append(Problem(where, "must be a table, written [simulation]"))
            return {}
        return read_keys(source, ("simulation",), "simulation", SIMULATION, table, self.problems)

    def _tables(self, source: Source, name: str) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
        for number, table in enumerate(read_tables(source, name, self.problems)):
            named = table.get("name")
            who = f'{name} "{named}"' if isinstance(named, str) else f"{name} {number + 1}"
            yield (name, number), who, table

    # --- what happens -------------------------------------------------------------------------

    def _outage(
        self, source: Source, path: Path, who: str, found: Mapping[str, Any], scenario: Scenario
    ) -> None:
        before = len(self.problems)
        keys = OUTAGE["receiver" if "channel" in found else "targets"]
        values = read_keys(source, path, who, keys, found, self.problems)
        missing = [] if "at" in found else ["at"]
        if not {"tasks", "tags", "channel"} & found.keys():
            missing.append("tasks, tags or channel")
        for key in missing:
            self.problems.append(Problem(source.where(path, who), f"has no {key}"))
        if "times" in found and "every" not in found:
            said = "has times and no every; say how often it comes"
            self.problems.append(Problem(source.where(path, who), said))
        if len(self.problems) > before:
            return
        at_s = _since(values["at"], scenario.start_at)
        if not 0 <= at_s < scenario.length_s:
            if self.wishes.length_s is not None or self.wishes.start_at is not None:
                return  # another time was asked for than the files are about
            said = "lies outside the simulation; see its start and length"
            self.problems.append(Problem(source.where((*path, "at"), f"{who}, at"), said))
            return
        moments = _moments(at_s, values, scenario.length_s)
        if "channel" in values:
            if self._knows(source, (*path, "channel"), who, "channel", (values["channel"],)):
                manner = Manner(values.get("result", Manner.FAILS))
                behaviour = Behaviour(manner=manner, detail=values.get("detail", SAYS_SO))
                spans = self._receivers.setdefault(values["channel"], [])
                spans += [span_of(moment, behaviour, values.get("for")) for moment in moments]
            return
        if not self._knows(source, (*path, "tasks"), who, "task", values.get("tasks", ())):
            return
        sight = _sight(values)
        selector = Selector(tasks=values.get("tasks", ()), tags=values.get("tags", ()))
        for name, one in self.declared.tasks.items():
            if selector.chooses(name, one.spec.tags):
                spans_of = self._sights.setdefault(name, [])
                spans_of += [span_of(moment, sight, values.get("for")) for moment in moments]

    def _knows(self, source: Source, path: Path, who: str, kind: str, names: Sequence[str]) -> bool:
        """Say whether there are tasks or channels of such names; if not, that is a problem."""
        known = self.declared.tasks if kind == "task" else self.declared.channels
        missing = [
            name
            for name in names
            if not any(Selector(tasks=(name,)).chooses(one, ()) for one in known)
        ]
        for name in missing:
            said = f"there is no {kind} {name!r}{did_you_mean(name, known)}"
            self.problems.append(Problem(source.where(path, f"{who}, {path[-1]}"), said))
        return not missing

    # --- what is tried ------------------------------------------------------------------------

    def _policy(self, source: Source, path: Path, who: str, found: Mapping[str, Any]) -> None:
        before = len(self.problems)
        values = read_keys(source, path, who, POLICY, found, self.problems)
        name = values.pop("name", "")
        where = source.where((*path, "name"), f"{who}, name")
        if not name.strip() and len(self.problems) == before:
            self.problems.append(Problem(source.where(path, who), "has no name"))
        elif name in self._policies:
            self.problems.append(Problem(where, "the name is taken; choose another"))
        elif len(self._policies) == MOST_POLICIES:
            said = f"is one too many; at most {MOST_POLICIES} are tried side by side"
            self.problems.append(Problem(source.where(path, who), said))
        selector = Selector(tasks=values.pop("tasks", ()), tags=values.pop("tags", ()))
        self._knows(source, (*path, "tasks"), who, "task", selector.tasks)
        if not values and len(self.problems) == before:
            said = "changes nothing; write attempts = 3, or what else is to be otherwise"
            self.problems.append(Problem(source.where(path, who), said))
        policy = Policy(
            name=name,
            where=source.where(path),
            selector=selector,
            task={POLICY[key].argument: one for key, one in values.items() if _is_task(key)},
            channel={POLICY[key].argument: one for key, one in values.items() if not _is_task(key)},
            said={key: _written(found[key]) for key in values},
        )
        if len(self.problems) == before:
            try:
                vary(self.declared, policy, self.check, self.check_channel)
            except NotSo as error:
                here = source.where((*path, error.key), f"{who}, {error.key}")
                self.problems.append(Problem(here, str(error)))
        self._policies.setdefault(name, policy)


def _is_task(key: str) -> bool:
    return key not in OF_CHANNELS


def _written(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _since(at: float | datetime, start_at: datetime) -> float:
    return at if isinstance(at, float) else (at - start_at) / timedelta(seconds=1)


def _moments(at_s: float, values: Mapping[str, Any], length_s: float) -> list[float]:
    every_s = values.get("every")
    if every_s is None:
        return [at_s]
    last = int((min(length_s, LONGEST_S) - at_s) / every_s)
    return [
        at_s + number * every_s for number in range(min(values.get("times", last + 1), last + 1))
    ]


def _sight(values: Mapping[str, Any]) -> Sight:
    word = values.get("result", "down")
    return Sight(
        status=STATUSES[word],
        detail=values.get("detail", "" if word == "up" else SAYS_SO),
        takes_s=values.get("takes", 0.0),
        hangs=word == TIMEOUT,
        facts=values.get("facts", {}),
    )
