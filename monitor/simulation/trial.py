"""Policies side by side: the same outages, told by the real engine under each."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import attrs

from monitor.config.case import Behaviour, Case, Sight
from monitor.config.declared import Declarations
from monitor.config.scenario import Policy, Scenario
from monitor.config.variants import vary
from monitor.core.alerts.channels import CheckChannel
from monitor.core.calendar.hours import parse_hours
from monitor.core.model import TaskSpec
from monitor.core.script import Script, script_of
from monitor.core.tasks import CheckTask
from monitor.probes.group import members_of
from monitor.simulation.rehearsal import Manner, rehearse
from monitor.simulation.score import Score, score
from monitor.simulation.truth import Episode, episodes, true_turns
from monitor.simulation.weather import draw_weather

BASE = "as it is"
"""What the policy of the files is called."""


@attrs.frozen(kw_only=True)
class World:
    """What really happens, whatever the policy."""

    sights: Mapping[str, Script[Sight]]
    receivers: Mapping[str, Script[Behaviour]]
    truth: Mapping[str, Sequence[Episode]]


@attrs.frozen(kw_only=True)
class Trial:
    """A policy that was tried."""

    name: str
    policy: Policy | None
    """None: that of the files."""
    score: Score


def make_world(scenario: Scenario, declared: Declarations) -> World:
    """Put together what is written and what is drawn by chance."""
    specs = _specs(declared)
    sights = {name: list(spans) for name, spans in scenario.sights.items()}
    receivers = {name: list(spans) for name, spans in scenario.receivers.items()}
    if scenario.random:
        groups = [name for name, spec in specs.items() if members_of(spec)]
        weather = draw_weather(declared, scenario.length_s, scenario.seed, groups)
        for name, drawn in weather.sights.items():
            sights[name] = [*drawn, *sights.get(name, ())]
        for name, broken in weather.receivers.items():
            receivers[name] = [*broken, *receivers.get(name, ())]
    scripts = {name: script_of(Sight(), spans) for name, spans in sights.items()}
    turns = true_turns(specs, scripts, scenario.length_s)
    return World(
        sights=scripts,
        receivers={name: script_of(Behaviour(), spans) for name, spans in receivers.items()},
        truth={name: episodes(name, turns[name], scenario.length_s) for name in specs},
    )


async def try_policies(
    scenario: Scenario,
    declared: Declarations,
    world: World,
    check: CheckTask,
    check_channel: CheckChannel,
    *,
    lang: str = "en",
    ids: tuple[int, ...] = (),
    on_progress: Callable[[int, float], None] = lambda _number, _share: None,
) -> list[Trial]:
    """Try the policy of the files, and each other, in turn.

    Args:
        scenario: what happens for how long, and the other policies.
        declared: the tasks and channels.
        world: what really happens, from `make_world`.
        check: refuses a task with which nothing can be done.
        check_channel: refuses such a channel.
        lang: the language of the messages.
        ids: of the tasks, if they have any; they decide on when a task looks.
        on_progress: told how many policies are done, and how much of the next; by another thread.
    """
    found = []
    for number, policy in enumerate((None, *scenario.policies)):
        under = declared if policy is None else vary(declared, policy, check, check_channel)
        manner = Manner(
            lang=lang,
            spread=True,
            ids=ids,
            own_groups=True,
            on_hour=_shares(partial(on_progress, number), scenario.length_s),
        )
        found.append(await _try(scenario, under, world, policy, manner))
    on_progress(len(found), 0.0)
    return found


async def _try(
    scenario: Scenario,
    declared: Declarations,
    world: World,
    policy: Policy | None,
    manner: Manner,
) -> Trial:
    case = Case(
        name=BASE if policy is None else policy.name,
        where="" if policy is None else policy.where,
        start_at=scenario.start_at,
        until_s=scenario.length_s,
        sights=world.sights,
        receivers=world.receivers,
    )
    outcome = await rehearse(case, declared, manner)
    specs = _specs(declared)
    found = score(
        outcome,
        world.truth,
        specs,
        start_at=scenario.start_at,
        blip_s=scenario.blip_s,
        night=parse_hours(scenario.night),
    )
    return Trial(name=case.name, policy=policy, score=found)


def _shares(on_share: Callable[[float], None], length_s: float) -> Callable[[float], None]:
    return lambda passed_s: on_share(passed_s / length_s)


def _specs(declared: Declarations) -> dict[str, TaskSpec]:
    return {name: one.spec for name, one in declared.tasks.items()}
