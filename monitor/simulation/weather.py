"""Outages drawn by chance, the same for the same seed: a plain model of what goes wrong.

For each task, in the mean:

=========  =====================  ===============================================
blips      9 in thirty days       5 to 50 s, nobody needs to hear of them
short      2 in thirty days       2 to 30 min, most about 6
long       1 in sixty days        30 min to 12 h, most about 2 h
flaky      1 in thirty days       20 to 60 min of ups and downs, a minute or so each
degraded   1 in twenty days       10 to 60 min; only what has conditions for it
=========  =====================  ===============================================

A quarter of all targets that are down do not answer at all, the others refuse. What others depend
on takes these with it. Once in twenty days something takes down all tasks of one tag for 3 to 40
minutes (without tags: a random third of all), each some seconds sooner or later. Receivers of
messages fail once in thirty days, for 5 to 60 minutes.

What one task does is drawn from the seed and its name, so another task more changes nothing of it.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from random import Random

import attrs

from monitor.config.case import Behaviour, Manner, Sight
from monitor.config.declared import Declarations
from monitor.core.model import Status, TaskSpec
from monitor.core.script import Span

_DAY_S = 86400.0
_MINUTE_S = 60.0
_HANGING = 0.25
"""The share of outages in which nothing answers."""

_BLIP = "a blip, drawn by chance"
_SHORT = "a short outage, drawn by chance"
_LONG = "a long outage, drawn by chance"
_FLAKY = "ups and downs, drawn by chance"
_SLOW = "degraded, drawn by chance"
_REGION = "an outage of many, drawn by chance"
_RECEIVER = "it fails, drawn by chance"


@attrs.frozen
class Weather:
    """What happens, by task and by channel."""

    sights: Mapping[str, tuple[Span[Sight], ...]]
    receivers: Mapping[str, tuple[Span[Behaviour], ...]]


def draw_weather(
    declared: Declarations, length_s: float, seed: int, followers: Iterable[str] = ()
) -> Weather:
    """Draw what happens to all targets and receivers.

    Args:
        declared: the tasks and channels.
        length_s: how long it goes on.
        seed: where chance begins.
        followers: tasks that only say what others do; nothing happens to these.
    """
    left_out = set(followers)
    specs = {
        name: one.spec
        for name, one in declared.tasks.items()
        if name not in left_out and not one.spec.paused
    }
    sights: dict[str, list[Span[Sight]]] = {name: [] for name in specs}
    for name, spec in specs.items():
        own = list(_of_one(spec, length_s, Random(f"{seed}/{name}")))
        for one in (name, *_below(name, specs)):
            lasting = own if one == name else [span for span in own if _takes_others(span)]
            sights[one] += lasting
    for from_s, lasts_s, names in _regions(specs, length_s, Random(f"{seed}/regions")):
        chance = Random(f"{seed}/{from_s}")
        for name in names:
            begin_s = from_s + chance.uniform(0.0, 15.0)
            end_s = from_s + lasts_s + chance.uniform(0.0, 60.0)
            sights[name].append(Span(_whole(begin_s), _down(_REGION, chance), _whole(end_s)))
    receivers = {
        name: tuple(_of_receiver(length_s, Random(f"{seed}/channel {name}")))
        for name in declared.channels
    }
    found = {name: tuple(spans) for name, spans in sights.items() if spans}
    return Weather(found, {name: spans for name, spans in receivers.items() if spans})


def _of_one(spec: TaskSpec, length_s: float, chance: Random) -> Iterator[Span[Sight]]:
    for at_s in _arrivals(9 / 30, length_s, chance):
        yield Span(at_s, _down(_BLIP, chance), at_s + _whole(chance.uniform(5.0, 50.0)))
    for at_s in _arrivals(2 / 30, length_s, chance):
        lasts_s = _about(6 * _MINUTE_S, 2 * _MINUTE_S, 30 * _MINUTE_S, chance)
        yield Span(at_s, _down(_SHORT, chance), at_s + lasts_s)
    for at_s in _arrivals(1 / 60, length_s, chance):
        lasts_s = _about(120 * _MINUTE_S, 30 * _MINUTE_S, 12 * 60 * _MINUTE_S, chance)
        yield Span(at_s, _down(_LONG, chance), at_s + lasts_s)
    for at_s in _arrivals(1 / 30, length_s, chance):
        until_s = at_s + chance.uniform(20.0, 60.0) * _MINUTE_S
        sight = _down(_FLAKY, chance)
        while at_s < until_s:
            down_s = _whole(chance.uniform(15.0, 120.0))
            yield Span(at_s, sight, at_s + down_s)
            at_s += down_s + _whole(chance.uniform(15.0, 120.0))
    slow = Sight(status=Status.DEGRADED, detail=_SLOW)
    for at_s in _arrivals(1 / 20 if spec.degraded else 0.0, length_s, chance):
        lasts_s = _about(25 * _MINUTE_S, 10 * _MINUTE_S, 60 * _MINUTE_S, chance)
        yield Span(at_s, slow, at_s + lasts_s)


def _takes_others(span: Span[Sight]) -> bool:
    return span.value.status is Status.DOWN


def _regions(
    specs: Mapping[str, TaskSpec], length_s: float, chance: Random
) -> Iterator[tuple[float, float, list[str]]]:
    tags = sorted({tag for spec in specs.values() for tag in spec.tags})
    for at_s in _arrivals(1 / 20, length_s, chance):
        lasts_s = _about(10 * _MINUTE_S, 3 * _MINUTE_S, 40 * _MINUTE_S, chance)
        if tags:
            tag = chance.choice(tags)
            names = [name for name, spec in specs.items() if tag in spec.tags]
        else:
            names = [name for name in specs if chance.random() < 1 / 3]
        yield at_s, lasts_s, names


def _of_receiver(length_s: float, chance: Random) -> Iterator[Span[Behaviour]]:
    fails = Behaviour(manner=Manner.FAILS, detail=_RECEIVER)
    for at_s in _arrivals(1 / 30, length_s, chance):
        lasts_s = _about(15 * _MINUTE_S, 5 * _MINUTE_S, 60 * _MINUTE_S, chance)
        yield Span(at_s, fails, at_s + lasts_s)


def _below(name: str, specs: Mapping[str, TaskSpec]) -> list[str]:
    """Return the tasks that cannot be reached without this one."""
    found: list[str] = []
    todo = [name]
    while todo:
        above = todo.pop()
        for one, spec in specs.items():
            if above in spec.depends_on and one not in found and one != name:
                found.append(one)
                todo.append(one)
    return found


def _arrivals(per_day: float, length_s: float, chance: Random) -> Iterator[float]:
    """Yield moments that have nothing to do with one another, so many a day in the mean."""
    at_s = 0.0
    while per_day:
        at_s += chance.expovariate(per_day / _DAY_S)
        if at_s >= length_s:
            return
        yield _whole(at_s)


def _about(middle_s: float, least_s: float, most_s: float, chance: Random) -> float:
    drawn_s = middle_s * math.exp(chance.gauss(0.0, 0.7))
    return _whole(min(max(drawn_s, least_s), most_s))


def _down(detail: str, chance: Random) -> Sight:
    return Sight(status=Status.DOWN, detail=detail, hangs=chance.random() < _HANGING)


def _whole(seconds: float) -> float:
    return float(round(seconds))
