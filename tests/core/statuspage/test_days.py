"""Days of a task: uptime is told of what was seen, and never of what was not."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import (
    Gap,
    GapReason,
    Incident,
    State,
    Status,
    Task,
    Transition,
    WatchedTask,
)
from monitor.core.statuspage.days import DAYS, Past, added, blind_since, make_days, percent

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)
HOUR_S = 3600.0


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def incident(opened_h: float, closed_h: float | None) -> Incident:
    closed_at = None if closed_h is None else ago(closed_h)
    return Incident(
        task_id=1,
        number=1,
        opened_at=ago(opened_h),
        confirmed_at=ago(opened_h),
        closed_at=closed_at,
    )


def gap(from_h: float, until_h: float) -> Gap:
    return Gap(
        task_id=1, from_at=ago(from_h), until_at=ago(until_h), reason=GapReason.PAUSED, slots=1
    )


def change(hours: float, before: Status, after: Status, seq: int = 1) -> Transition:
    return Transition(task_id=1, seq=seq, at=ago(hours), before=before, after=after)


def test_a_quiet_past_is_up_and_today_is_as_long_as_it_is_by_now() -> None:
    days = make_days(Past(), LONG_AGO, NOW)
    assert DAYS == len(days)
    assert [24 * HOUR_S] * 89 + [12 * HOUR_S] == [one.due_s for one in days]
    assert {"up"} == {one.mark for one in days}
    assert (1.0, 1.0) == (added(days).uptime, added(days).coverage)
    assert (date(2026, 8, 29), NOW.date()) == (days[0].on, days[-1].on)


def test_before_the_task_was_made_there_is_nothing() -> None:
    days = make_days(Past(), ago(24), NOW)
    assert ["none"] * 88 + ["up"] * 2 == [one.mark for one in days]
    assert [12 * HOUR_S, 12 * HOUR_S] == [one.due_s for one in days[-2:]]
    assert None is days[0].uptime


def test_an_incident_over_midnight_is_shared_by_its_days() -> None:
    days = make_days(Past(incidents=[incident(15, 11)]), LONG_AGO, NOW)
    assert [3 * HOUR_S, 1 * HOUR_S] == [one.down_s for one in days[-2:]]
    assert [1, 1] == [one.incidents for one in days[-2:]]
    assert ["up", "down", "down"] == [one.mark for one in days[-3:]]
    assert 0.875 == days[-2].uptime


def test_an_open_incident_lasts_until_now() -> None:
    [*_, today] = make_days(Past(incidents=[incident(6, None)]), LONG_AGO, NOW)
    assert 0.5 == today.uptime


def test_an_outage_that_nobody_saw_is_neither_up_nor_down() -> None:
    past = Past(incidents=[incident(10, 4)], gaps=[gap(8, 2)])
    [*_, today] = make_days(past, LONG_AGO, NOW)
    assert (2 * HOUR_S, 6 * HOUR_S) == (today.down_s, today.seen_s)
    assert 0.5 == today.coverage
    assert abs((today.uptime or 0) - 2 / 3) < 1e-9


def test_a_day_in_which_nobody_looked_is_a_gap() -> None:
    [*_, yesterday, today] = make_days(Past(gaps=[gap(40, 6)]), LONG_AGO, NOW)
    assert ("gap", None, 0.0) == (yesterday.mark, yesterday.uptime, yesterday.coverage)
    assert ("up", 0.5) == (today.mark, today.coverage)


def test_what_we_could_not_tell_was_not_seen_also_if_it_began_before() -> None:
    up, unknown = Status.UP, Status.UNKNOWN
    past = Past(changes=[change(10, unknown, up), change(2, up, unknown, 2)])
    days = make_days(past, LONG_AGO, NOW)
    assert {"gap"} == {one.mark for one in days[:-1]}
    assert 8 * HOUR_S == days[-1].seen_s


def test_degraded_is_up_but_shown() -> None:
    past = Past(
        changes=[
            change(6, Status.UP, Status.DEGRADED),
            change(3, Status.DEGRADED, Status.DOWN, 2),
        ],
        incidents=[incident(4, 1)],
    )
    [*_, today] = make_days(past, LONG_AGO, NOW)
    assert (2 * HOUR_S, 3 * HOUR_S, "down") == (today.degraded_s, today.down_s, today.mark)


def test_what_nobody_looks_at_now_is_not_seen_although_no_gap_is_booked_yet() -> None:
    def watched(seen_h: float | None) -> WatchedTask:
        task = Task(id=1, name="a", target="tcp://x:1", interval_s=60, created_at=ago(10))
        looked_at = None if seen_h is None else ago(seen_h)
        return WatchedTask(task=task, state=State(task_id=1, last_looked_at=looked_at))

    assert None is blind_since(watched(0.05), NOW)
    assert ago(3) + timedelta(minutes=1) == blind_since(watched(3), NOW)
    assert ago(10) + timedelta(minutes=1) == blind_since(watched(None), NOW)
    [*_, today] = make_days(Past(incidents=[incident(4, None)]), LONG_AGO, NOW, blind_at=ago(3))
    assert (9 * HOUR_S, 1 * HOUR_S) == (today.seen_s, today.down_s)


hours = st.floats(0, 2500).map(lambda h: round(h, 3))
spans = st.tuples(hours, hours).map(lambda pair: (max(pair), min(pair)))
statuses = st.sampled_from(Status)


@given(
    st.lists(st.tuples(spans, st.booleans()), max_size=8),
    st.lists(spans, max_size=8),
    st.lists(st.tuples(hours, statuses), max_size=8),
    hours,
)
def test_whatever_happened_no_figure_is_impossible(
    incidents: list[tuple[tuple[float, float], bool]],
    gaps: list[tuple[float, float]],
    changes: list[tuple[float, Status]],
    made_h: float,
) -> None:
    before, told = Status.PENDING, list[Transition]()
    for hours_ago, after in sorted(changes, key=lambda one: -one[0]):
        told.append(change(hours_ago, before, after, len(told)))
        before = after
    past = Past(
        incidents=[incident(one[0], None if lasts else one[1]) for one, lasts in incidents],
        gaps=[gap(*one) for one in gaps],
        changes=told,
    )
    days = make_days(past, ago(made_h), NOW)
    assert DAYS == len(days)
    for one in [*days, added(days)]:
        slack = 1e-3
        assert 0 <= one.down_s <= one.seen_s + slack
        assert one.down_s + one.degraded_s <= one.seen_s + slack
        assert one.seen_s <= one.due_s + slack
        assert one.due_s <= DAYS * 24 * HOUR_S
        assert None is one.uptime or 0 <= one.uptime <= 1
        assert None is one.coverage or 0 <= one.coverage <= 1
    whole = min(made_h * HOUR_S, (DAYS - 1) * 24 * HOUR_S + 12 * HOUR_S)
    assert abs(added(days).due_s - whole) < 1


@given(st.floats(0, 1))
def test_percent_never_flatters(share: float) -> None:
    said = percent(share)
    assert float(said) <= share * 100 + 1e-9
    assert (said == "100") == (share >= 1)


def test_percent_is_rounded_down() -> None:
    assert ["99.99", "99.95", "0.00", "100"] == [
        percent(share) for share in (0.999999, 0.9995, 0.0, 1.0)
    ]
