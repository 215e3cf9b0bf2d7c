"""When what goes wrong: drawn from the seed before anything runs, each kind for itself.

So a life with fewer kinds, or fewer tasks, is the same life with something left out; that is what
lets a failing one shrink.
"""

import random
from collections.abc import Callable, Sequence

import attrs

from tests.simulated.scripts import Part, write_parts
from tests.simulated.setting import Fault, Setting
from tests.simulated.timetable import Job, write_jobs

NEAR_S = 90.0
"""Most trouble comes this close to when a target changes or a job speaks: while all is quiet there
is little to lose."""

_SHORT_S = (0.5, 2.0, 5.0, 10.0, 40.0, 90.0, 300.0)


@attrs.frozen(kw_only=True)
class Happening:
    """Something that begins at a moment and lasts."""

    at_s: float
    fault: Fault
    lasts_s: float = 0.0
    how: str = ""
    number: int = 0
    """Of the part it is about, if it is about one."""
    amount: float = 0.0

    @property
    def until_s(self) -> float:
        return self.at_s + self.lasts_s


def plan(setting: Setting) -> list[Happening]:
    """Return everything that happens, in the order of time."""
    whole = attrs.evolve(setting, faults=frozenset(Fault), stops_at=None)
    parts, jobs = write_parts(whole), write_jobs(whole)
    found: list[Happening] = []
    for fault in Fault:
        if fault in (Fault.PROBES, Fault.JOBS):
            continue  # written into the parts of their targets, and by the jobs
        chance = setting.chance("happening", fault)
        for _ in range(setting.count(fault)):
            at_s = _moment(chance, setting, parts, jobs)
            happening = _MAKE[fault](chance, at_s, setting)
            longest_s = max(0.0, setting.until_s - at_s - 1.0)
            found.append(attrs.evolve(happening, lasts_s=min(happening.lasts_s, longest_s)))
    kept = [one for one in found if one.at_s < setting.until_s]
    return sorted(kept, key=lambda one: (one.at_s, one.fault))


def _moment(
    chance: random.Random, setting: Setting, parts: Sequence[Part], jobs: Sequence[Job]
) -> float:
    anywhere_s = chance.uniform(0.002, 0.98) * setting.planned_s
    number, place, off_s = chance.random(), chance.random(), chance.uniform(-NEAR_S, NEAR_S)
    near, at_a_job = chance.random() < 0.5, chance.random() < 0.3
    if at_a_job:
        job = jobs[int(number * len(jobs))]
        times = int(place * setting.planned_s / job.period_s)
        anywhere_s = job.first_s + times * job.period_s + off_s
        near = False
    edges = parts[int(number * len(parts))].edges
    if near and edges:
        anywhere_s = edges[int(place * len(edges))] + off_s
    return min(max(1.0, anywhere_s), 0.99 * setting.planned_s)


def _short(chance: random.Random) -> float:
    return chance.choice(_SHORT_S)


def _long(chance: random.Random, setting: Setting) -> float:
    """Let it last for minutes or for hours."""
    longest_s = min(2 * 86_400.0, setting.planned_s / 10)
    return float(60.0 * (longest_s / 60.0) ** chance.random())


def _database(chance: random.Random, at_s: float, setting: Setting) -> Happening:
    longer_s = min(chance.choice([600.0, 600.0, 3600.0]), _long(chance, setting))
    lasts_s = longer_s if chance.random() < 0.15 else _short(chance)
    return Happening(at_s=at_s, fault=Fault.DATABASE, lasts_s=lasts_s)


def _answers(chance: random.Random, at_s: float, _setting: Setting) -> Happening:
    how = chance.choice(["done", "done", "not done"])
    return Happening(
        at_s=at_s,
        fault=Fault.ANSWERS,
        lasts_s=2 * _short(chance),
        how=how,
        amount=chance.choice([0.3, 0.7]),
    )


def _slowness(chance: random.Random, at_s: float, _setting: Setting) -> Happening:
    amount = chance.choice([0.1, 0.5, 2.0, 4.0])
    return Happening(at_s=at_s, fault=Fault.SLOWNESS, lasts_s=5 * _short(chance), amount=amount)


def _channels(chance: random.Random, at_s: float, setting: Setting) -> Happening:
    how = chance.choice(["slow", "refuse", "hang", "flaky", "rude"])
    lasts_s = chance.choice([_short(chance), _short(chance), min(86_400.0, _long(chance, setting))])
    number = chance.randrange(4)
    return Happening(at_s=at_s, fault=Fault.CHANNELS, lasts_s=lasts_s, how=how, number=number)


def _clock(chance: random.Random, at_s: float, _setting: Setting) -> Happening:
    amount = chance.choice([2.0, 30.0, 600.0, 3600.0]) * chance.choice([1.0, -1.0])
    return Happening(at_s=at_s, fault=Fault.CLOCK, amount=amount)


def _suspend(chance: random.Random, at_s: float, _setting: Setting) -> Happening:
    return Happening(
        at_s=at_s, fault=Fault.SUSPEND, amount=chance.choice([5.0, 60.0, 1800.0, 20_000.0])
    )


def _lag(chance: random.Random, at_s: float, _setting: Setting) -> Happening:
    return Happening(at_s=at_s, fault=Fault.LAG, amount=chance.choice([4.0, 8.0, 25.0]))


def _uplink(chance: random.Random, at_s: float, _setting: Setting) -> Happening:
    lasts_s = chance.choice([3.0, 30.0, 120.0, 900.0])
    return Happening(at_s=at_s, fault=Fault.UPLINK, lasts_s=lasts_s)


def _crash(chance: random.Random, at_s: float, _setting: Setting) -> Happening:
    """End the process; `lasts_s` is how long none runs."""
    how = chance.choice(["now", "now", "taken", "taken", "before commit", "after commit"])
    lasts_s = chance.choice([0.0, 1.0, 20.0, 300.0, 3600.0])
    return Happening(at_s=at_s, fault=Fault.CRASH, lasts_s=lasts_s, how=how)


def _restart(chance: random.Random, at_s: float, _setting: Setting) -> Happening:
    lasts_s = chance.choice([0.0, 5.0, 600.0])
    return Happening(at_s=at_s, fault=Fault.RESTART, lasts_s=lasts_s, how="leave")


def _about_one(fault: Fault) -> Callable[[random.Random, float, Setting], Happening]:
    def make(chance: random.Random, at_s: float, setting: Setting) -> Happening:
        number = chance.randrange(10_000) % setting.tasks
        lasts_s, amount = _long(chance, setting), chance.random()
        return Happening(at_s=at_s, fault=fault, lasts_s=lasts_s, number=number, amount=amount)

    return make


_MAKE: dict[Fault, Callable[[random.Random, float, Setting], Happening]] = {
    Fault.DATABASE: _database,
    Fault.ANSWERS: _answers,
    Fault.SLOWNESS: _slowness,
    Fault.CHANNELS: _channels,
    Fault.CLOCK: _clock,
    Fault.SUSPEND: _suspend,
    Fault.LAG: _lag,
    Fault.UPLINK: _uplink,
    Fault.CRASH: _crash,
    Fault.RESTART: _restart,
    **{
        fault: _about_one(fault)
        for fault in (
            Fault.EDITS,
            Fault.PAUSES,
            Fault.REMOVALS,
            Fault.WISHES,
            Fault.SILENCES,
            Fault.TAKINGS,
        )
    },
}
