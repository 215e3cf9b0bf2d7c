"""What really happened in a simulation: times at which a target was not well. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence

import attrs

from monitor.config.case import Sight
from monitor.core.model import Status, TaskSpec
from monitor.core.script import Script
from monitor.probes.group import members_of, stands

_UP = Script(Sight())
_WORSE = {Status.DEGRADED: 1, Status.DOWN: 2}


@attrs.frozen(kw_only=True)
class Episode:
    """A time in [from_s, until_s) during which a target was degraded or down."""

    task: str
    from_s: float
    until_s: float
    status: Status
    """The worst of it."""
    detail: str = ""
    lasting: bool = False
    """Whether it was not over when the simulation ended."""

    @property
    def length_s(self) -> float:
        return self.until_s - self.from_s


def edges(script: Script[Sight], until_s: float) -> list[tuple[float, Sight]]:
    """Return what holds in turn, each with the moment from which on it does."""
    found, at_s = [(0.0, script.at(0.0))], 0.0
    while (at_s := script.until(at_s)) < until_s:
        found.append((at_s, script.at(at_s)))
    return found


def episodes(task: str, turns: Sequence[tuple[float, Sight]], until_s: float) -> list[Episode]:
    """Return the times at which a target was not well; what goes from bad to worse is one."""
    found: list[Episode] = []
    ends = [at_s for at_s, _ in turns[1:]] + [until_s]
    for (at_s, sight), end_s in zip(turns, ends, strict=True):
        if sight.status not in _WORSE:
            continue
        last = found[-1] if found else None
        if last is None or last.until_s < at_s:
            last = Episode(
                task=task, from_s=at_s, until_s=end_s, status=sight.status, detail=sight.detail
            )
            found.append(last)
            continue
        worse = _WORSE[sight.status] > _WORSE[last.status]
        found[-1] = attrs.evolve(
            last,
            until_s=end_s,
            status=sight.status if worse else last.status,
            detail=sight.detail if worse else last.detail,
        )
    if found and found[-1].until_s >= until_s:
        found[-1] = attrs.evolve(found[-1], lasting=True)
    return found


def seconds_bad(found: Iterable[Episode], status: Status = Status.DOWN) -> float:
    """Add up how long targets were so."""
    return math.fsum(one.length_s for one in found if one.status is status)


def true_turns(
    specs: Mapping[str, TaskSpec], sights: Mapping[str, Script[Sight]], until_s: float
) -> dict[str, list[tuple[float, Sight]]]:
    """Return what holds in turn of each task; groups stand as their members really do."""
    turns: dict[str, list[tuple[float, Sight]]] = {}

    def of(name: str, above: tuple[str, ...]) -> list[tuple[float, Sight]]:
        if name not in turns:
            members = [one for one in members_of(specs[name]) if one in specs and one not in above]
            if not members:
                turns[name] = edges(sights.get(name, _UP), until_s)
            else:
                inside = {one: of(one, (*above, name)) for one in members}
                turns[name] = _of_group(specs[name], inside)
        return turns[name]

    for name in specs:
        of(name, (name,))
    return turns


def _of_group(
    spec: TaskSpec, inside: Mapping[str, Sequence[tuple[float, Sight]]]
) -> list[tuple[float, Sight]]:
    changes = sorted(
        (at_s, name, sight.status) for name, several in inside.items() for at_s, sight in several
    )
    statuses: dict[str, Status] = {}
    found: list[tuple[float, Sight]] = []
    for number, (at_s, name, status) in enumerate(changes):
        statuses[name] = status
        if number + 1 < len(changes) and changes[number + 1][0] == at_s:
            continue
        now = stands(spec, statuses)
        if not found or found[-1][1].status is not now:
            found.append((at_s, Sight(status=now)))
    return found
