"""Looks that would change nothing may be left out of a simulation: nobody is told otherwise."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import attrs
import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.config.case import Acknowledge, Behaviour, Case, Deed, Manner, Sight, Silencing
from monitor.config.declared import Declarations, Declared
from monitor.core.alerts.alerting import Maintenance, Selector
from monitor.core.alerts.notices import ChannelSpec
from monitor.core.model import AlertPolicy, Escalation, Status, TaskSpec
from monitor.core.script import Script, Span, script_of
from monitor.simulation.rehearsal import Manner as How
from monitor.simulation.rehearsal import Outcome, rehearse

HOUR_S = 3600.0
LENGTH_S = 3 * HOUR_S
NAMES = ("router", "switch", "shop", "mail", "both")
WHENCE = datetime(2026, 1, 5, 4, 30, tzinfo=UTC)

moments = st.integers(0, int(LENGTH_S)).map(float)
lengths = st.sampled_from([5.0, 15.0, 30.0, 61.0, 90.0, 200.0, 600.0, 1800.0, 2 * HOUR_S])
sights = st.sampled_from(
    [
        Sight(status=Status.DOWN, detail="refused"),
        Sight(status=Status.DOWN, detail="refused again"),
        Sight(status=Status.DOWN, hangs=True),
        Sight(status=Status.DEGRADED, detail="slow"),
        Sight(status=Status.UNKNOWN, detail="our own fault"),
        Sight(takes_s=7.0),
        Sight(takes_s=70.0),
        Sight(detail="well, in other words"),
        Sight(facts={"certificate": {"days_left": 5, "not_after": "2026-01-10"}}),
    ]
)


@st.composite
def scripts(draw: st.DrawFn) -> Script[Sight]:
    """Draw what a target does: some outages, and perhaps one spell of ups and downs."""
    spans = []
    for _ in range(draw(st.integers(0, 3))):
        at_s = draw(moments)
        spans.append(Span(at_s, draw(sights), at_s + draw(lengths)))
    if draw(st.booleans()):
        at_s, every_s = draw(moments), draw(st.sampled_from([40.0, 60.0, 150.0]))
        sight = draw(sights)
        for number in range(draw(st.integers(3, 12))):
            from_s = at_s + number * every_s
            spans.append(Span(from_s, sight, from_s + every_s / 2))
    return script_of(Sight(), spans)


@st.composite
def receivers(draw: st.DrawFn) -> Script[Behaviour]:
    spans = []
    for _ in range(draw(st.integers(0, 2))):
        at_s, manner = draw(moments), draw(st.sampled_from(Manner))
        spans.append(Span(at_s, Behaviour(manner=manner), at_s + draw(lengths)))
    return script_of(Behaviour(), spans)


def policies() -> st.SearchStrategy[AlertPolicy]:
    return st.builds(
        AlertPolicy,
        channels=st.sampled_from([(), ("ops",), ("boss", "ops")]),
        on=st.sampled_from([(Status.DOWN, Status.DEGRADED), (Status.DOWN, Status.UNKNOWN)]),
        after_s=st.sampled_from([0.0, 0.0, 300.0]),
        reminder_s=st.sampled_from([None, 600.0]),
        escalation=st.sampled_from([(), (Escalation(after_s=900.0, channels=("boss",)),)]),
    )


@st.composite
def fleets(draw: st.DrawFn) -> Declarations:
    """Draw a few tasks, some of which cannot be reached without others, and a group of two."""
    tasks = {}
    for number, name in enumerate(draw(st.sampled_from([NAMES, NAMES[::-1], NAMES[1:4]]))):
        grouped = name == "both"
        above = [] if grouped else draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True))
        tasks[name] = TaskSpec(
            name=name,
            target="group:" if grouped else f"tcp://192.0.2.1:{number + 1}",
            options={"members": ["shop", "router"]} if grouped else {},
            interval_s=draw(st.sampled_from([30.0, 60.0, 60.0, 300.0])),
            attempts=draw(st.integers(1, 3)),
            retry_interval_s=draw(st.sampled_from([10.0, 20.0])),
            recovery_confirmations=draw(st.integers(1, 2)),
            depends_on=tuple(one for one in above if one != name),
            tags=draw(st.sampled_from([(), ("web",)])),
            alerts=draw(policies()),
        )
    channels = {
        "ops": ChannelSpec(
            name="ops",
            url="webhook+https://hooks.example/ops",
            default=True,
            burst=draw(st.sampled_from([1, 5])),
            group_wait_s=draw(st.sampled_from([0.0, 0.0, 45.0])),
        ),
        "boss": ChannelSpec(
            name="boss",
            url="webhook+https://hooks.example/boss",
            system=True,
            quiet_hours=draw(st.sampled_from(["", "05:10-07:00 UTC"])),
        ),
    }
    patch_day = Maintenance(
        name="patch day",
        selector=Selector(tags=("web",)),
        rule={"cron": "0 6 * * *", "duration": "1h"},
    )
    return Declarations(
        tasks={name: Declared(spec, False, "") for name, spec in tasks.items()},
        channels=channels,
        maintenances={"patch day": patch_day} if draw(st.booleans()) else {},
    )


@st.composite
def deeds(draw: st.DrawFn) -> Deed:
    at_s, for_s = draw(moments), draw(lengths)
    if draw(st.booleans()):
        return Acknowledge(at_s=at_s, task=draw(st.sampled_from(NAMES)), for_s=for_s)
    chosen = Selector(tasks=(draw(st.sampled_from(NAMES)),))
    return Silencing(at_s=at_s, selector=chosen, for_s=for_s)


def case_of(
    sights_of: Mapping[str, Script[Sight]],
    receivers_of: Mapping[str, Script[Behaviour]],
    done: Sequence[Deed],
) -> Case:
    return Case(
        name="it",
        where="",
        start_at=WHENCE,
        until_s=LENGTH_S,
        sights=sights_of,
        receivers=receivers_of,
        deeds=tuple(sorted(done, key=lambda one: one.at_s)),
    )


def seen(outcome: Outcome) -> dict[str, object]:
    """Return all that somebody could see of what was carried out, but for the moments."""
    notices = [attrs.evolve(one, decided_at=None, message="") for one in outcome.notices]
    return {
        "told": [(one.notice.channel, one.notice.key, one.message.text) for one in outcome.told],
        "notices": sorted(notices, key=lambda one: (one.key, one.channel)),
        "incidents": sorted(outcome.incidents, key=lambda one: (one.task_id, one.number)),
        "transitions": sorted(outcome.transitions, key=lambda one: (one.task_id, one.seq)),
        "remarks": outcome.remarks,
    }


def moments_of(outcome: Outcome) -> list[float]:
    return [one.at_s for one in outcome.told]


@pytest.mark.slow
@pytest.mark.parametrize("spread", [True, False])
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(
    fleets(),
    st.dictionaries(st.sampled_from(NAMES[:4]), scripts(), max_size=4),
    st.dictionaries(st.sampled_from(["ops", "boss"]), receivers(), max_size=2),
    st.lists(deeds(), max_size=3),
)
def test_skipping_changes_nothing_that_anybody_is_told(
    spread: bool,
    declared: Declarations,
    sights_of: dict[str, Script[Sight]],
    receivers_of: dict[str, Script[Behaviour]],
    done: list[Deed],
) -> None:
    case = case_of(sights_of, receivers_of, done)
    whole_way = How(skips=False, spread=spread, own_groups=True)
    whole = trio.run(rehearse, case, declared, whole_way)
    skipping = trio.run(rehearse, case, declared, attrs.evolve(whole_way, skips=True))
    assert seen(whole) == seen(skipping)
    assert pytest.approx(moments_of(whole), abs=0.05) == moments_of(skipping)


async def test_what_is_behind_a_dead_parent_is_known_to_be_though_it_would_see_nothing_new() -> (
    None
):
    def task(name: str, *above: str) -> Declared:
        spec = TaskSpec(name=name, target="tcp://192.0.2.1:1", attempts=1, depends_on=above)
        return Declared(spec, False, "")

    declared = Declarations(
        tasks={"router": task("router"), "switch": task("switch", "router"),
               "shop": task("shop", "switch")},
        channels={"ops": ChannelSpec(name="ops", url="x", default=True)},
    )  # fmt: skip
    down = Sight(status=Status.DOWN, detail="refused")
    happens = {
        "router": script_of(Sight(), [Span(HOUR_S, down, 2 * HOUR_S)]),
        "shop": script_of(Sight(), [Span(1.5 * HOUR_S, down, 1.8 * HOUR_S)]),
    }
    case = case_of(happens, {}, ())
    skipping = await rehearse(case, declared, How(spread=True))
    assert ["router", "router"] == [one.notice.subject for one in skipping.told]
    assert seen(await rehearse(case, declared, How(spread=True, skips=False))) == seen(skipping)
