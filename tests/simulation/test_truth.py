"""What really happened: written, drawn by chance, or recorded."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config.case import Sight
from monitor.config.declared import Declarations, Declared
from monitor.core.alerts.notices import ChannelSpec
from monitor.core.model import Look, Reason, Result, Status, TaskSpec
from monitor.core.script import Script, Span, script_of
from monitor.simulation.recorded import Recorded, recorded
from monitor.simulation.truth import edges, episodes, true_turns
from monitor.simulation.weather import draw_weather

DAY_S = 86400.0
DOWN, SLOW = Sight(status=Status.DOWN, detail="refused"), Sight(status=Status.DEGRADED)


def found(script: Script[Sight], until_s: float) -> list[tuple[float, float, Status, bool]]:
    several = episodes("shop", edges(script, until_s), until_s)
    return [(one.from_s, one.until_s, one.status, one.lasting) for one in several]


def test_each_time_in_which_a_target_is_not_well_is_one() -> None:
    script = script_of(Sight(), [Span(10.0, DOWN, 20.0), Span(50.0, SLOW, 60.0), Span(90.0, DOWN)])
    expected = [
        (10.0, 20.0, Status.DOWN, False),
        (50.0, 60.0, Status.DEGRADED, False),
        (90.0, 100.0, Status.DOWN, True),
    ]
    assert expected == found(script, 100.0)
    assert expected[:1] == found(script, 30.0)


def test_what_goes_from_bad_to_worse_is_as_bad_as_its_worst() -> None:
    turns = [Span(10.0, SLOW, 20.0), Span(20.0, DOWN, 30.0), Span(30.0, SLOW, 40.0)]
    script = script_of(Sight(), turns)
    assert [(10.0, 40.0, Status.DOWN, False)] == found(script, 100.0)


def test_groups_stand_as_their_members_really_do() -> None:
    specs = {
        "all": TaskSpec(name="all", target="group:", options={"members": "a,b"}),
        "one": TaskSpec(name="one", target="group:", options={"members": "a,b", "need": 1}),
        "nested": TaskSpec(name="nested", target="group:", options={"members": ["all", "a"]}),
        "a": TaskSpec(name="a", target="tcp://a:1"),
        "b": TaskSpec(name="b", target="tcp://b:1"),
    }
    sights = {
        "a": script_of(Sight(), [Span(10.0, DOWN, 30.0)]),
        "b": script_of(Sight(), [Span(20.0, DOWN, 40.0)]),
    }
    turns = true_turns(specs, sights, 100.0)
    several = {name: episodes(name, turns[name], 100.0) for name in specs}
    assert [(10.0, 40.0)] == [(one.from_s, one.until_s) for one in several["all"]]
    assert [(20.0, 30.0)] == [(one.from_s, one.until_s) for one in several["one"]]
    assert [(10.0, 40.0)] == [(one.from_s, one.until_s) for one in several["nested"]]


# --- by chance -----------------------------------------------------------------------------------


def fleet(*specs: TaskSpec) -> Declarations:
    return Declarations(
        tasks={one.name: Declared(one, False, "") for one in specs},
        channels={"ops": ChannelSpec(name="ops", url="x")},
    )


def test_the_same_seed_draws_the_same_and_another_draws_something_else() -> None:
    several = fleet(*(TaskSpec(name=f"t{number}", target="self:") for number in range(5)))
    assert draw_weather(several, 30 * DAY_S, 1) == draw_weather(several, 30 * DAY_S, 1)
    assert draw_weather(several, 30 * DAY_S, 1) != draw_weather(several, 30 * DAY_S, 2)


def test_one_task_more_changes_nothing_of_what_another_does_by_itself() -> None:
    def own(*specs: TaskSpec) -> list[Span[Sight]]:
        spans = draw_weather(fleet(*specs), 60 * DAY_S, 3).sights["shop"]
        return [one for one in spans if "of many" not in one.value.detail]

    shop = TaskSpec(name="shop", target="self:")
    assert own(shop) == own(TaskSpec(name="a", target="self:"), shop)


def test_what_a_task_depends_on_takes_it_with_it() -> None:
    router = TaskSpec(name="router", target="self:")
    shop = TaskSpec(name="shop", target="self:", depends_on=("switch",))
    switch = TaskSpec(name="switch", target="self:", depends_on=("router",))
    sights = draw_weather(fleet(router, switch, shop), 30 * DAY_S, 1).sights
    own = [one for one in sights["router"] if "of many" not in one.value.detail]
    assert own
    assert all(one in sights["shop"] for one in own)


def test_only_what_can_be_degraded_is() -> None:
    plain = TaskSpec(name="plain", target="self:")
    picky = TaskSpec(name="picky", target="self:", degraded=("latency < 1s",))
    sights = draw_weather(fleet(plain, picky), 200 * DAY_S, 1).sights
    assert {Status.DOWN} == {one.value.status for one in sights["plain"]}
    assert {Status.DOWN, Status.DEGRADED} == {one.value.status for one in sights["picky"]}


def test_in_the_mean_it_is_as_often_as_it_says() -> None:
    several = fleet(*(TaskSpec(name=f"t{number}", target="self:") for number in range(300)))
    weather = draw_weather(several, 30 * DAY_S, 1, followers=["t7"])
    counts = dict.fromkeys(("a blip", "a short", "a long"), 0)
    for spans in weather.sights.values():
        for kind in counts:
            counts[kind] += sum(one.value.detail.startswith(kind) for one in spans)
    per_task = {kind: count / 299 for kind, count in counts.items()}
    assert pytest.approx({"a blip": 9, "a short": 2, "a long": 0.5}, rel=0.2) == per_task
    assert "t7" not in weather.sights


# --- recorded ------------------------------------------------------------------------------------

WHENCE = datetime(2026, 1, 5, tzinfo=UTC)


def look(at_s: float, result: Result) -> Look:
    at = WHENCE + timedelta(seconds=at_s)
    return Look(task_id=1, slot_at=at, looked_at=at + timedelta(seconds=0.01), result=result)


def past(*seen: tuple[float, Result]) -> Recorded:
    return recorded([look(at_s, result) for at_s, result in seen], 60.0, WHENCE)


UP, REFUSED = Result(status=Status.UP), Result(status=Status.DOWN, detail="refused")


def test_a_change_lies_halfway_between_the_looks_that_saw_it() -> None:
    seen = past((0, UP), (60, REFUSED), (80, REFUSED), (100, UP), (160, UP))
    assert (Span(30.0, Sight(status=Status.DOWN, detail="refused"), 90.0),) == seen.spans
    assert (5, 0.0) == (seen.looks, seen.blind_s)


def test_what_we_could_not_see_says_nothing_of_the_target() -> None:
    ours = Result(status=Status.UNKNOWN, reason=Reason.DATABASE)
    behind = Result(status=Status.UNREACHABLE)
    assert () == past((0, UP), (60, ours), (120, behind), (180, UP)).spans
    [span] = past((0, REFUSED), (60, ours), (120, REFUSED), (180, UP)).spans
    assert (0.0, 150.0) == (span.from_s, span.until_s)
    assert Recorded(spans=()) == past((0, ours))


def test_while_nobody_looked_what_was_seen_last_holds_and_that_is_counted() -> None:
    seen = past((0, UP), (60, REFUSED), (3660, UP))
    [span] = seen.spans
    assert (30.0, 3660.0, 3600.0) == (span.from_s, span.until_s, seen.blind_s)


def test_what_did_not_answer_does_not_answer_in_the_simulation_either() -> None:
    hung = Result(status=Status.DOWN, detail="no answer within 10 s, in phase connect")
    [span] = past((0, UP), (60, hung), (90, UP)).spans
    assert span.value.hangs


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 90), st.sampled_from([UP, REFUSED])), min_size=1))
def test_looks_at_the_same_moments_would_see_the_same(
    drawn: Sequence[tuple[int, Result]],
) -> None:
    at_s, seen = 0.0, []
    for step_s, result in drawn:
        at_s += step_s
        seen.append((at_s, result))
    script = script_of(Sight(), past(*seen).spans)
    for moment_s, result in seen:
        assert result.status is script.at(moment_s).status
