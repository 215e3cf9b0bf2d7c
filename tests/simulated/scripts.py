"""What each target does, and when: written down before anything runs."""

import random
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import Enum
from itertools import pairwise

import attrs

from monitor.core.model import AlertPolicy, Escalation, TaskSpec
from monitor.core.script import Script, Span, script_of
from tests.simulated.setting import Fault, Setting

SECRET = "hunter2-and-nobody-may-read-it"
_HAIR_S = 0.002
"""Scripts count milliseconds."""
FAMILY_SHARE = 0.2
"""So many tasks depend on another one."""
PATROL = "patrol"
"""A tag: these have a maintenance window each Sunday."""


class Sight(Enum):
    """What a look at a target finds."""

    UP = "up"
    SLOW = "slow"
    DOWN = "down"
    HANGS = "hangs"
    BROKEN = "broken"
    """Not the target: our own probe fails."""
    FAULTY = "faulty"
    """Not the target: our own machine is at fault."""


FAILS = (Sight.DOWN, Sight.HANGS)
OURS = (Sight.BROKEN, Sight.FAULTY)


@attrs.frozen(kw_only=True)
class Part:
    """A task to be, and what its target does."""

    spec: TaskSpec
    script: Script[Sight]
    edges: tuple[float, ...]
    """When the target begins to do something else, in seconds."""
    parents: tuple[int, ...] = ()
    """Numbers of the parts without which it cannot be reached."""

    def begins(self, edge_s: float) -> Sight:
        """Return what the target does from an edge on."""
        return self.script.at(edge_s + _HAIR_S)

    def plays(self, sights: Collection[Sight]) -> Iterator[tuple[float, float]]:
        """Yield from when until when the target plays one of the sights."""
        for edge_s, next_s in pairwise((*self.edges, self.edges[-1] if self.edges else 0.0)):
            if self.begins(edge_s) in sights:
                yield edge_s, next_s


def write_parts(setting: Setting) -> list[Part]:
    """Write a part for each task. A part depends only on the seed, its number and the time."""
    own = [_episodes(setting, number) for number in range(setting.tasks)]
    parents = [_parents(setting, number) for number in range(setting.tasks)]
    parts = []
    for number in range(setting.tasks):
        spans = [*own[number]]
        for parent in parents[number]:
            spans += [
                attrs.evolve(one, value=Sight.DOWN) for one in own[parent] if one.value in FAILS
            ]
        # A life that is cut short ends well too.
        spans = [one for one in spans if one.from_s < setting.until_s]
        spans = [attrs.evolve(one, until_s=min(one.until_s, setting.until_s)) for one in spans]
        script = script_of(Sight.UP, spans)
        parts.append(
            Part(
                spec=_spec(setting, number, parents[number]),
                script=script,
                edges=_edges(script, spans),
                parents=parents[number],
            )
        )
    return parts


def name_of(number: int) -> str:
    return f"t{number}"


def _parents(setting: Setting, number: int) -> tuple[int, ...]:
    """Let some depend on one of the first ten, which depend on nobody."""
    chance = setting.chance("parents", number)
    if number < 10 or chance.random() > FAMILY_SHARE:
        return ()
    return (chance.randrange(10),)


def _spec(setting: Setting, number: int, parents: Sequence[int]) -> TaskSpec:
    chance = setting.chance("spec", number)
    patrol = chance.random() < 0.2
    escalation = (Escalation(after_s=3600.0, channels=("boss",)),) if chance.random() < 0.3 else ()
    return TaskSpec(
        name=name_of(number),
        target=f"https://watch:{SECRET}@{name_of(number)}.example/",
        interval_s=setting.interval_s,
        timeout_s=10.0,
        attempts=chance.choice([1, 2, 3]),
        retry_interval_s=20.0,
        recovery_confirmations=chance.choice([1, 2]),
        tags=(PATROL,) if patrol else (),
        depends_on=tuple(map(name_of, parents)),
        alerts=AlertPolicy(escalation=escalation),
    )


def _episodes(setting: Setting, number: int) -> list[Span[Sight]]:
    """Say when a target is down or slow, flaps, or cannot be looked at for a fault of ours."""
    chance = setting.chance("target", number)
    count = max(1, round(6 * setting.density * (setting.days / 365) ** 0.5))
    spans: list[Span[Sight]] = []
    for _ in range(count):
        from_s = chance.uniform(0.01, 0.95) * setting.planned_s
        sight = chance.choice([Sight.DOWN, Sight.DOWN, Sight.DOWN, Sight.HANGS, Sight.SLOW])
        if chance.random() < 0.1:
            spans += _flapping(chance, from_s, setting)
        else:
            spans.append(Span(from_s, sight, _until(chance, from_s, setting)))
    broken = setting.chance("probe", number)
    for _ in range(setting.count(Fault.PROBES)):
        from_s = broken.uniform(0.01, 0.9) * setting.planned_s
        sight = broken.choice([Sight.BROKEN, Sight.BROKEN, Sight.FAULTY])
        spans.append(Span(from_s, sight, _until(broken, from_s, setting)))
    return spans


def _until(chance: random.Random, from_s: float, setting: Setting) -> float:
    """Let most last for minutes, and some for a day."""
    longest_s = min(1.5 * 86_400.0, setting.planned_s / 10)
    lasts_s: float = 60.0 * (longest_s / 60.0) ** chance.random()
    return float(min(from_s + lasts_s, setting.planned_s))


def _flapping(chance: random.Random, from_s: float, setting: Setting) -> Iterable[Span[Sight]]:
    for _ in range(chance.randrange(4, 12)):
        until_s = from_s + chance.uniform(1.0, 3.0) * setting.interval_s
        if until_s >= setting.planned_s:
            return
        yield Span(from_s, Sight.DOWN, until_s)
        from_s = until_s + chance.uniform(1.0, 3.0) * setting.interval_s


def _edges(script: Script[Sight], spans: Iterable[Span[Sight]]) -> tuple[float, ...]:
    moments = sorted({edge for one in spans for edge in (one.from_s, one.until_s)})
    return tuple(
        edge
        for edge in moments
        if script.at(edge + _HAIR_S) is not script.at(max(0, edge - _HAIR_S))
    )
