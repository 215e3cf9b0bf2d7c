"""Slots neither drift nor repeat, and those that are lost are known to the last one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.core.schedule import Due, Schedule, next_due, resume, skip, stagger_s

YEAR = timedelta(days=365.25)
MICROSECOND = timedelta(microseconds=1)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

moments = st.integers(0, 36_525 * 86_400_000_000).map(
    lambda micros: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
)
schedules = st.builds(
    Schedule.of, st.integers(1, 10_000_000), st.floats(0.1, 366 * 86400.0, allow_nan=False)
)
brisk = st.builds(Schedule.of, st.integers(1, 1000), st.floats(1.0, 120.0))
"""Schedules whose slots of half an hour can be counted one by one."""


def interval_of(schedule: Schedule) -> timedelta:
    return timedelta(microseconds=schedule.interval_us)


def slots_between(schedule: Schedule, from_at: datetime, until_at: datetime) -> list[datetime]:
    """List the slots in [from_at, until_at), one by one, by nothing but `after`."""
    slots = []
    slot = schedule.after(from_at - MICROSECOND)
    while slot < until_at:
        slots.append(slot)
        slot = schedule.after(slot)
    return slots


@given(schedules, moments)
def test_the_slot_before_and_the_slot_after_lie_one_interval_apart(
    schedule: Schedule, moment: datetime
) -> None:
    before, after = schedule.at_or_before(moment), schedule.after(moment)
    assert before <= moment < after
    assert interval_of(schedule) == after - before
    assert before == schedule.at_or_before(before)
    assert after == schedule.at_or_before(after)


@given(schedules, moments, st.integers(1, 1_000_000))
def test_slots_strictly_increase(schedule: Schedule, moment: datetime, later_us: int) -> None:
    later = moment + timedelta(microseconds=later_us)
    assert schedule.after(moment) <= schedule.after(later)
    assert schedule.after(moment) < schedule.after(schedule.after(moment))


@given(schedules, moments)
def test_ten_years_later_slots_lie_where_they_lay(schedule: Schedule, moment: datetime) -> None:
    first = schedule.after(moment)
    last = schedule.at_or_before(moment + 10 * YEAR)
    assume(last > first)
    assert timedelta(0) == (last - first) % interval_of(schedule)


def test_ten_years_of_hourly_looks_walked_one_by_one_do_not_drift() -> None:
    schedule = Schedule.of(7, 3600.0)
    slot = first = schedule.after(NOON)
    looks = 87_660
    for k in range(looks):
        ended_at = slot + timedelta(milliseconds=k % 5000)
        due = next_due(schedule, slot, ended_at)
        assert due.missed_from is None
        slot = due.slot_at
    assert first + looks * timedelta(hours=1) == slot


def test_an_interval_of_a_third_of_a_second_does_not_drift_either() -> None:
    schedule = Schedule.of(3, 1 / 3)
    assert 333_333 == schedule.interval_us
    a_day_later = schedule.after(NOON) + timedelta(microseconds=333_333 * 259_200)
    assert a_day_later == schedule.at_or_before(a_day_later)


@given(brisk, moments, st.floats(0, 1800))
def test_counting_slots_agrees_with_enumerating_them(
    schedule: Schedule, from_at: datetime, length_s: float
) -> None:
    until_at = from_at + timedelta(seconds=length_s)
    slots = slots_between(schedule, from_at, until_at)
    assert len(slots) == schedule.count(from_at, until_at)
    for slot in slots[:3]:
        assert 1 == schedule.count(slot, slot + MICROSECOND)
        assert 0 == schedule.count(slot + MICROSECOND, slot + interval_of(schedule))


def test_nothing_lies_between_a_moment_and_an_earlier_one() -> None:
    assert 0 == Schedule.of(1, 60.0).count(NOON, NOON - timedelta(hours=1))


@pytest.mark.parametrize("tasks", [1, 2, 8, 100, 1000, 10_000])
def test_the_phases_of_many_tasks_are_evenly_spread(tasks: int) -> None:
    interval_s = 60.0
    phases = sorted(Schedule.of(task_id, interval_s).phase_us for task_id in range(1, tasks + 1))
    circle = [*phases, phases[0] + 60_000_000]
    widest = max(later - sooner for sooner, later in pairwise(circle))
    assert 0 <= phases[0]
    assert 60_000_000 > phases[-1]
    assert 2.7 * 60_000_000 / tasks >= widest


def test_a_phase_is_the_same_after_every_restart() -> None:
    assert Schedule(60_000_000, 37_082_039) == Schedule.of(1, 60.0)
    assert Schedule(10_000_000, 2_360_679) == Schedule.of(2, 10.0)


@pytest.mark.parametrize(
    ("slot", "missed", "ended", "retry_s", "example"),
    [
        (60, None, 3, None, "in time"),
        (60, None, 60, None, "to the moment"),
        (60, None, 66, None, "late by a tenth of the interval, still taken"),
        (120, 60, 66.001, None, "late by more, so that slot is lost"),
        (240, 60, 200, None, "as late as three slots"),
        (120, 60, 119.999, None, "just before the next"),
        (180, 60, 120, None, "at the very moment of the next, which is lost too"),
        (23, None, 3, 20.0, "a retry comes sooner"),
        (60, None, 50, 20.0, "a retry never comes later than the next slot"),
        (110, 60, 90, 20.0, "a retry after an overrun"),
    ],
)
def test_what_follows_a_look(
    slot: float, missed: float | None, ended: float, retry_s: float | None, example: str
) -> None:
    schedule = Schedule(60_000_000, 0)

    def at(seconds: float) -> datetime:
        return NOON + timedelta(seconds=seconds)

    expected = Due(at(slot), None if missed is None else at(missed))
    assert expected == next_due(schedule, NOON, at(ended), retry_s), example


@given(
    brisk,
    moments,
    st.lists(st.tuples(st.floats(0, 500), st.none() | st.floats(0.1, 300)), max_size=40),
)
def test_looks_and_lost_slots_tile_the_time_with_nothing_unaccounted(
    schedule: Schedule, began_at: datetime, looks: list[tuple[float, float | None]]
) -> None:
    slot, looked = began_at, [began_at]
    lost: list[tuple[datetime, datetime]] = []
    now = began_at
    for took_s, retry_s in looks:
        now = max(now, slot) + timedelta(seconds=took_s)
        due = next_due(schedule, slot, now, retry_s)
        assert due.slot_at > slot
        if due.missed_from is not None:
            assert slot < due.missed_from < due.slot_at
            lost.append((due.missed_from, due.slot_at))
        if retry_s is not None:
            assert due.slot_at <= max(schedule.after(slot), schedule.after(now))
        slot = due.slot_at
        looked.append(slot)
    for regular in slots_between(schedule, looked[0], looked[-1]):
        ways = looked.count(regular) + sum(start <= regular < end for start, end in lost)
        assert 1 == ways, regular
    for start, end in lost:
        assert not any(start <= one < end for one in looked)


@given(brisk, moments, st.floats(0, 1800), st.floats(0, 1800))
def test_after_an_absence_every_slot_is_looked_at_or_known_to_be_lost(
    schedule: Schedule, began_at: datetime, ahead_s: float, away_s: float
) -> None:
    planned_at = min(began_at + timedelta(seconds=ahead_s), schedule.after(began_at))
    now = began_at + timedelta(seconds=away_s)
    due = resume(schedule, planned_at, now)
    assert due.slot_at <= schedule.after(now)
    if due.missed_from is None:
        assert planned_at == due.slot_at
    else:
        assert planned_at == due.missed_from < due.slot_at <= now
        assert now - due.slot_at < interval_of(schedule)
    unaccounted = [
        one
        for one in slots_between(schedule, planned_at, now)
        if one < due.slot_at and (due.missed_from is None or one < due.missed_from)
    ]
    assert [] == unaccounted


@pytest.mark.parametrize(
    ("slot", "missed", "planned", "now", "example"),
    [
        (60, None, 60, 10, "away so briefly that nothing was missed: wait for it"),
        (60, None, 60, 60, "due now"),
        (60, None, 60, 119, "missed by less than an interval: now"),
        (120, 60, 60, 120, "the newest is looked at now, the older is lost"),
        (3600, 60, 60, 3630, "an hour away"),
        (120, 90, 90, 120, "a retry was planned"),
        (60, None, 86400, 10, "planned by a longer interval that was edited since"),
    ],
)
def test_what_follows_an_absence(
    slot: float, missed: float | None, planned: float, now: float, example: str
) -> None:
    schedule = Schedule(60_000_000, 0)

    def at(seconds: float) -> datetime:
        return NOON + timedelta(seconds=seconds)

    expected = Due(at(slot), None if missed is None else at(missed))
    assert expected == resume(schedule, at(planned), at(now)), example


def test_one_task_that_is_due_waits_for_nothing() -> None:
    assert 0.0 == stagger_s(0, 1, 60.0)


@given(st.integers(1, 20_000), st.floats(0.1, 86400.0))
def test_many_tasks_that_are_due_at_once_are_spread_over_at_most_their_interval(
    tasks: int, interval_s: float
) -> None:
    waits = [stagger_s(position, tasks, interval_s) for position in (0, tasks // 2, tasks - 1)]
    assert sorted(waits) == waits
    assert interval_s > waits[-1]
    assert 0.01 * tasks > waits[-1]


EACH_MINUTE = Schedule(60_000_000, 0)
FOUR = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)


def minutes(count: float) -> datetime:
    return FOUR + timedelta(minutes=count)


@pytest.mark.parametrize(
    ("until", "expected"),
    [(10.0, 10.0), (10.5, 10.0), (9.99, 9.0), (1.0, 1.0), (0.5, 1.0), (-7.0, 1.0)],
)
def test_what_would_change_nothing_is_left_out_up_to_the_last_slot_before_it_may(
    until: float, expected: float
) -> None:
    due = skip(EACH_MINUTE, Due(minutes(1)), minutes(0.1), minutes(until))
    assert Due(minutes(expected)) == due


def test_nothing_is_left_out_where_it_is_not_known_what_comes() -> None:
    assert Due(minutes(1)) == skip(EACH_MINUTE, Due(minutes(1)), minutes(0), None)


def test_nothing_is_left_out_of_looks_that_lose_slots() -> None:
    lost = Due(minutes(2), missed_from=minutes(1))
    assert lost == skip(EACH_MINUTE, lost, minutes(1.2), minutes(9))
    late = Due(minutes(1))
    assert late == skip(EACH_MINUTE, late, minutes(1.05), minutes(9))
