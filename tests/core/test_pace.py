"""What is said again comes further and further apart, and what changes all the time is known."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.calendar.pace import (
    LOOKS,
    EscalationPlan,
    Flapping,
    Reminders,
    expiry_step,
    faded,
)
from monitor.core.model import Escalation

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)

reminders = st.builds(
    Reminders,
    every_s=st.floats(1.0, 1e6),
    factor=st.floats(1.01, 10.0) | st.just(1.0),
    cap_s=st.floats(1.0, 1e7),
    max_count=st.none() | st.integers(0, 50),
)


def hours_of(policy: Reminders, count: int) -> list[float]:
    due = [policy.due_at(NOON, k) for k in range(1, count + 1)]
    return [(one - NOON) / HOUR for one in due if one is not None]


@pytest.mark.parametrize(
    ("hours", "policy"),
    [
        ([4, 12, 28, 52, 76, 100], Reminders()),
        ([1, 2, 3, 4, 5, 6], Reminders(every_s=3600.0, factor=1)),
        ([1, 4, 9, 14, 19, 24], Reminders(every_s=3600.0, factor=3, cap_s=5 * 3600.0)),
        ([48, 96, 144, 192, 240, 288], Reminders(every_s=48 * 3600.0)),
        ([4, 12], Reminders(max_count=2)),
        ([], Reminders(max_count=0)),
    ],
)
def test_reminders_come_further_apart_up_to_a_day(hours: list[float], policy: Reminders) -> None:
    assert hours == hours_of(policy, 6)


@given(reminders, st.floats(0, 1e9))
def test_those_that_are_due_are_counted_as_they_are_dated(
    policy: Reminders, passed_s: float
) -> None:
    now = NOON + timedelta(seconds=passed_s)
    count = policy.count_due(NOON, now)
    newest = policy.due_at(NOON, count) if count else NOON
    following = policy.due_at(NOON, count + 1)
    assert newest is not None
    assert newest <= now
    assert following is None or now < following


@given(reminders, st.integers(1, 500))
def test_each_wait_lies_between_the_first_and_the_longest(policy: Reminders, k: int) -> None:
    before = policy.due_at(NOON, k - 1) if k > 1 else NOON
    due_at = policy.due_at(NOON, k)
    if before is None or due_at is None:
        assert policy.max_count is not None
        assert k > policy.max_count
        return
    wait_s = (due_at - before).total_seconds()
    longest_s = policy.every_s if policy.factor == 1 else max(policy.every_s, policy.cap_s)
    assert policy.every_s * 0.999 - 1e-3 <= wait_s <= longest_s * 1.001 + 1e-3


def test_before_the_first_nothing_is_due() -> None:
    assert 0 == Reminders().count_due(NOON, NOON - HOUR)
    assert 0 == Reminders().count_due(NOON, NOON + 4 * HOUR - MICROSECOND)
    assert 1 == Reminders().count_due(NOON, NOON + 4 * HOUR)
    assert 2 == Reminders(max_count=2).count_due(NOON, NOON + 9999 * HOUR)


@pytest.mark.parametrize(
    "wrong", [{"every_s": 0}, {"factor": 0.5}, {"cap_s": float("inf")}, {"max_count": -1}]
)
def test_reminders_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Reminders(**wrong)  # type: ignore[arg-type]


def test_an_escalation_climbs_step_by_step() -> None:
    phone = Escalation(after_s=900.0, channels=("phone",))
    boss = Escalation(after_s=3600.0, channels=("boss", "phone"))
    plan = EscalationPlan((boss, phone))
    assert (phone, boss) == plan.steps
    for minutes, due, next_minutes in (
        (0, (), 15),
        (14.9, (), 15),
        (15, (phone,), 60),
        (60, (phone, boss), None),
    ):
        now = NOON + timedelta(minutes=minutes)
        assert due == plan.due(NOON, now)
        expected = None if next_minutes is None else NOON + timedelta(minutes=next_minutes)
        assert expected == plan.next_at(NOON, now)
    assert () == EscalationPlan().due(NOON, NOON + 9999 * HOUR)
    assert None is EscalationPlan().next_at(NOON, NOON)


@pytest.mark.parametrize(
    ("step", "days_left"),
    [(None, 21.1), (21, 21), (21, 14.01), (14, 14), (7, 5.2), (3, 3), (1, 0.5), (1, 0), (1, -30)],
)
def test_the_tightest_step_that_is_reached_counts(step: int | None, days_left: float) -> None:
    assert step == expiry_step(days_left)


def test_without_steps_nothing_is_told() -> None:
    assert None is expiry_step(-1, ())
    assert 30 == expiry_step(8, (7, 60, 30))


def after(looks: list[bool], flapping: Flapping | None = None) -> Flapping:
    flapping = flapping or Flapping()
    for changed in looks:
        flapping = flapping.after(changed)
    return flapping


@pytest.mark.parametrize(
    ("percent", "flapping", "looks"),
    [
        (0.0, False, []),
        (5.9, False, [True]),
        (4.0, False, [True] + 19 * [False]),
        (0.0, False, [True] + 20 * [False]),
        (28.5, False, 5 * [True]),
        (33.9, True, 6 * [True]),
        (99.0, True, 20 * [True]),
        (99.0, True, 500 * [True]),
        (50.0, True, 50 * [False, True]),
        (0.0, False, 50 * [False]),
    ],
)
def test_newer_changes_weigh_more(percent: float, flapping: bool, looks: list[bool]) -> None:
    seen = after(looks)
    assert percent == seen.percent
    assert flapping is seen.flapping


def test_it_ends_lower_than_it_begins() -> None:
    seen = after(6 * [True])
    percents = []
    while seen.flapping:
        percents.append(seen.percent)
        seen = seen.after(False)
    assert 20.0 >= seen.percent
    assert 30.0 > percents[-1] > 20.0
    assert False is seen.after(True).flapping


@given(st.lists(st.booleans(), max_size=80))
def test_it_agrees_with_weighing_the_last_twenty_looks(looks: list[bool]) -> None:
    seen, was = Flapping(), False
    for count, changed in enumerate(looks, 1):
        seen = seen.after(changed)
        last = ([False] * 20 + looks[:count])[-20:]
        weighed = sum(0.8 + 0.02 * place for place, one in enumerate(last) if one) / 20 * 100
        assert pytest.approx(weighed) == seen.percent
        was = seen.percent > (20.0 if was else 30.0)
        assert was is seen.flapping
        assert seen == Flapping(changes=seen.changes, flapping=seen.flapping)


@pytest.mark.parametrize(("low", "high"), [(40.0, 30.0), (-1.0, 30.0), (20.0, 101.0)])
def test_thresholds_in_disorder_are_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="are in disorder; use 0 <= low <= high <= 100"):
        Flapping(low=low, high=high)


@given(st.integers(0, 2**LOOKS - 1), st.integers(0, 3 * LOOKS))
def test_looks_that_were_left_out_fade_changes_as_looks_do(changes: int, looks: int) -> None:
    known = Flapping(changes=changes)
    for _ in range(looks):
        known = known.after(False)
    assert known.changes == faded(changes, looks)
