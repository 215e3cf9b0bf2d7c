"""Windows open when they were announced, on every day of the year, and are quick to say so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.calendar.windows import Window, make_window, read_window
from monitor.core.calendar.zones import clock_change, moment_of, moments_of, wall_at, zone_named

BERLIN = "Europe/Berlin"
ZONES = (BERLIN, "America/New_York", "Australia/Lord_Howe")
"""The last one puts its clocks forward and back by half an hour."""
STEP = timedelta(minutes=10)
HOUR = timedelta(hours=1)
TEN_YEARS = timedelta(days=3653)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)

moments = st.integers(0, 12 * 366 * 86_400_000_000).map(
    lambda micros: NEW_YEAR + timedelta(microseconds=micros)
)
windows = st.builds(
    make_window,
    st.just("w"),
    rule=st.sampled_from(
        [
            "FREQ=DAILY",
            "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,20,40",
            "FREQ=HOURLY;INTERVAL=2",
            "FREQ=MINUTELY;INTERVAL=15",
            "FREQ=WEEKLY;BYDAY=SU,TU",
            "FREQ=MONTHLY;BYDAY=-1SU",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        ]
    ),
    start=st.sampled_from(["00:00", "02:10", "02:30", "23:50"]),
    duration_s=st.sampled_from([1.0, 60.0, 3600.0, 86400.0 * 1.5, 86400.0 * 40]),
    zone=st.sampled_from(ZONES),
    from_at=st.none() | moments,
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def starts(window: Window, from_at: datetime, until_at: datetime) -> list[datetime]:
    """List the starts in [from_at, until_at) as an operator would see them, page after page."""
    found: list[datetime] = []
    after = from_at - timedelta(microseconds=1)
    while page := [start for start, _ in window.next_occurrences(after, 1000) if start < until_at]:
        found += page
        after = page[-1]
    return found


def ticks(from_at: datetime, length: timedelta) -> Iterator[datetime]:
    for count in range(length // STEP):
        yield from_at + count * STEP


def seen_starts(
    zone: str, hour: int, minute: int, from_at: datetime, length: timedelta
) -> list[datetime]:
    """Watch a clock on the wall for years: a day's start is when it has come to the time."""
    found, clock = [], ZoneInfo(zone)
    awaited = wall_at(from_at, clock).replace(hour=hour, minute=minute)
    for moment in ticks(from_at, length):
        if moment.astimezone(clock).replace(tzinfo=None) >= awaited:
            found.append(moment)
            awaited += timedelta(days=1)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("how", ["rule", "cron"])
def test_ten_years_of_nights_agree_with_watching_a_clock(zone: str, how: str) -> None:
    if how == "rule":
        window = make_window("w", rule="FREQ=DAILY", start="02:10", duration_s=3600, zone=zone)
    else:
        window = make_window("w", cron="10 2 * * *", duration_s=3600, zone=zone)
    begin_at = moment_of(datetime(2026, 1, 1), ZoneInfo(zone))  # noqa: DTZ001 (a wall)
    seen = seen_starts(zone, 2, 10, begin_at, TEN_YEARS)
    assert 3653 == len(seen)
    assert seen == starts(window, begin_at, begin_at + TEN_YEARS)
    assert {timedelta(hours=1)} == {
        end - start for start, end in window.next_occurrences(begin_at, 1000)
    }


@pytest.mark.parametrize("zone", ZONES)
def test_around_each_change_of_clocks_it_covers_what_it_lists(zone: str) -> None:
    window = make_window("w", rule="FREQ=DAILY", start="02:10", duration_s=5400, zone=zone)
    often = make_window("w", cron="*/10 * * * *", duration_s=60, zone=zone)
    for day in range(3653):
        noon = NEW_YEAR + timedelta(days=day)
        if clock_change(noon, noon + timedelta(days=1), ZoneInfo(zone)) is None:
            continue
        listed = starts(window, noon - timedelta(days=1), noon + timedelta(days=2))
        assert list(ticks(noon, timedelta(days=1))) == starts(often, noon, noon + timedelta(days=1))
        for moment in ticks(noon, timedelta(days=1)):
            is_open = any(start <= moment < start + 1.5 * HOUR for start in listed)
            assert is_open is window.covers(moment), moment


@pytest.mark.parametrize(
    ("from_at", "until_at", "night"),
    [
        ("2026-03-28T01:30", "2026-03-28T02:30", "2026-03-28"),
        ("2026-03-29T01:00", "2026-03-29T02:00", "2026-03-29"),
        ("2026-03-30T00:30", "2026-03-30T01:30", "2026-03-30"),
        ("2026-10-24T00:30", "2026-10-24T01:30", "2026-10-24"),
        ("2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25"),
        ("2026-10-26T01:30", "2026-10-26T02:30", "2026-10-26"),
    ],
)
def test_an_hour_in_the_nights_when_clocks_are_changed(
    from_at: str, until_at: str, night: str
) -> None:
    for how in ({"rrule": "FREQ=DAILY", "start": "02:30"}, {"cron": "30 2 * * *"}):
        window = read_window("w", {**how, "duration": "1h", "zone": BERLIN})
        evening = utc(night) - timedelta(hours=3)
        assert ((utc(from_at), utc(until_at)),) == window.next_occurrences(evening, 1)
        assert (utc(from_at), utc(until_at)) == window.occurrence_at(utc(from_at))
        assert False is window.covers(utc(until_at))


@pytest.mark.parametrize("how", [{"rrule": "FREQ=HOURLY", "start": "00:05"}, {"cron": "5 * * * *"}])
def test_what_comes_every_hour_goes_by_real_time(how: dict[str, str]) -> None:
    window = read_window("w", {**how, "duration": "10m", "zone": BERLIN})
    for night in ("2026-03-29", "2026-10-25", "2026-06-01"):
        expected = [utc(night) + count * HOUR + timedelta(minutes=5) for count in range(6)]
        assert expected == starts(window, utc(night), utc(night) + 6 * HOUR)


def test_a_day_that_was_left_out_begins_where_the_next_one_does() -> None:
    apia = zone_named("Pacific/Apia")
    left_out = datetime(2011, 12, 30, 10)  # noqa: DTZ001 (a wall)
    assert utc("2011-12-30T10:00") == moment_of(left_out, apia)
    assert () == moments_of(left_out, apia)


@given(st.sampled_from(ZONES), moments)
def test_later_walls_never_mean_earlier_moments(zone: str, moment: datetime) -> None:
    clock = zone_named(zone)
    wall = wall_at(moment, clock)
    assert moment in moments_of(wall, clock)
    assert moments_of(wall, clock)[0] == moment_of(wall, clock)
    for ahead in range(1, 30):
        later = wall + ahead * STEP
        assert moment_of(wall, clock) <= moment_of(later, clock)
        wall = later


@given(windows, moments)
def test_it_is_open_exactly_while_an_occurrence_lasts(window: Window, moment: datetime) -> None:
    occurrence = window.occurrence_at(moment)
    assert window.covers(moment) is (occurrence is not None)
    if occurrence is None:
        longest_ago = moment - timedelta(seconds=window.duration_s)
        missed = [one for one in window.next_occurrences(longest_ago, 1) if one[0] <= moment]
        assert [] == missed
        return
    start_at, end_at = occurrence
    assert start_at <= moment < end_at
    assert timedelta(seconds=window.duration_s) == end_at - start_at
    before = start_at - timedelta(microseconds=1)
    assert occurrence == window.next_occurrences(before, 1)[0]
    (following,) = window.next_occurrences(start_at, 1)
    assert following[0] > moment


@given(windows, moments)
def test_the_coming_ones_are_listed_in_order_and_each_is_open(
    window: Window, moment: datetime
) -> None:
    coming = window.next_occurrences(moment, 10)
    assert 10 == len(coming)
    assert sorted(set(coming)) == list(coming)
    assert moment < coming[0][0]
    for start_at, end_at in coming:
        assert (start_at, end_at) == window.occurrence_at(start_at)
        last = window.occurrence_at(end_at - timedelta(microseconds=1))
        assert last is not None
        assert last[0] >= start_at


def test_once_is_from_then_until_then() -> None:
    window = read_window(
        "move", {"from": "2026-12-01T22:00", "until": "2026-12-02", "zone": BERLIN}
    )
    once = (utc("2026-12-01T21:00"), utc("2026-12-01T23:00"))
    assert once == window.occurrence_at(once[0])
    assert None is window.occurrence_at(once[0] - timedelta(microseconds=1))
    assert None is window.occurrence_at(once[1])
    assert (once,) == window.next_occurrences(NEW_YEAR)
    assert () == window.next_occurrences(once[0])


def test_a_moment_with_an_offset_needs_no_zone() -> None:
    window = read_window("w", {"from": "2026-12-01T22:00+09:00", "until": "2026-12-01T14:00Z"})
    assert (utc("2026-12-01T13:00"), utc("2026-12-01T14:00")) == window.next_occurrences(NEW_YEAR)[
        0
    ]


def test_of_occurrences_that_overlap_the_one_that_ends_last_is_named() -> None:
    window = make_window("w", rule="FREQ=DAILY", start="00:00", duration_s=30 * 3600)
    assert (utc("2026-05-02"), utc("2026-05-03T06:00")) == window.occurrence_at(utc("2026-05-02"))
    assert (utc("2026-05-01"), utc("2026-05-02T06:00")) == window.occurrence_at(
        utc("2026-05-01T23:59")
    )


def test_bounds_let_nothing_begin_before_and_nothing_last_beyond() -> None:
    window = make_window(
        "w",
        cron="0 * * * *",
        duration_s=2400,
        from_at=utc("2026-05-01T10:30"),
        until_at=utc("2026-05-01T12:20"),
    )
    assert False is window.covers(utc("2026-05-01T10:35"))
    assert (
        (utc("2026-05-01T11:00"), utc("2026-05-01T11:40")),
        (utc("2026-05-01T12:00"), utc("2026-05-01T12:20")),
    ) == window.next_occurrences(NEW_YEAR)
    assert False is window.covers(utc("2026-05-01T12:20"))


def test_a_rule_that_began_long_ago_is_leapt_into(monkeypatch: pytest.MonkeyPatch) -> None:
    window = make_window("w", rule="FREQ=DAILY", start="1990-01-01 02:30", duration_s=60)
    assert window.recurrence is not None
    walked = []

    class Counting(datetime):
        @classmethod
        def combine(cls, *args: object, **kwargs: object) -> datetime:  # type: ignore[override]
            walked.append(args)
            return datetime.combine(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("monitor.core.calendar.recurrence.datetime", Counting)
    found = list(islice(window.recurrence.starts(utc("2036-07-01")), 3))
    assert [utc(f"2036-07-0{day}T02:30") for day in (1, 2, 3)] == found
    assert 10 > len(walked)


def test_what_comes_each_minute_and_lasts_a_year_is_not_walked_through() -> None:
    window = make_window("w", cron="* * 1-27 * *", duration_s=366 * 86400.0)
    assert (utc("2036-02-27T23:59"), utc("2037-02-27T23:59")) == window.occurrence_at(
        utc("2036-02-28T12:00")
    )


def test_far_beyond_all_calendars_nothing_is_open() -> None:
    for how in (
        {"rrule": "FREQ=DAILY", "start": "00:00"},
        {"cron": "0 0 * * *"},
        {"cron": "0 */24 * * *"},
    ):
        window = read_window("w", {**how, "duration": "1d"})
        assert False is window.covers(datetime.max.replace(tzinfo=UTC))
        assert () == window.next_occurrences(datetime.max.replace(tzinfo=UTC))
        assert 1 == len(window.next_occurrences(utc("2999-12-30T12:00")))


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({}, "from: is missing; write from and until, or an rrule or a cron"),
        ({"from": "2026-05-01"}, "until: is missing"),
        ({"from": "2026-05-01", "until": "2026-05-01"}, "until: 2026-05-01 00:00 UTC is not later"),
        ({"from": "tomorrow", "until": "2026-05-01"}, "from: 'tomorrow' is no moment; write it"),
        ({"from": "0001-01-01", "until": "2026-05-01"}, "from: the year 1 is out of range"),
        ({"from": "2026-05-01", "until": "2026-05-02", "duration": "1h"}, "leave it out"),
        ({"cron": "0 0 * * *"}, "duration: is missing"),
        ({"cron": "0 0 * * *", "duration": "60"}, "duration: '60' has no unit"),
        ({"cron": "0 0 * * *", "duration": "0s"}, "duration: 0s is out of range; use 1s to 366d"),
        ({"cron": "0 0 * * *", "duration": "367d"}, "duration: 367d is out of range"),
        ({"cron": "0 0 * * *", "duration": "1h", "start": "02:30"}, "start: belongs to an rrule"),
        ({"cron": "0 0 * * *", "duration": "1h", "rrule": "FREQ=DAILY"}, "keep one"),
        ({"rrule": "FREQ=DAILY", "duration": "1h"}, "start: is missing"),
        ({"rrule": "FREQ=DAILY;" * 100, "start": "02:30"}, "rrule: has 1100 characters"),
        (
            {
                "cron": "0 0 * * *",
                "duration": "1h",
                "until": "1980-01-01",
                "from": "1979-12-31T12:00",
            },
            "until: it never comes within these bounds; move or drop one of them",
        ),
        (
            {"cron": "0 0 * * *", "duration": "1h", "until": "1971-01-01", "zoen": "UTC"},
            "zoen: is not",
        ),
        ({"cron": "0 0 * * *", "duration": "1h", "zone": "Europe/Berlim"}, "mean 'Europe/Berlin'?"),
        ({"cron": "0 0 * * *", "duration": "1h", "zone": "berlin"}, "mean 'Europe/Berlin'?"),
        ({"cron": "0 0 * * *", "duration": "1h", "zone": "../../etc/passwd"}, "is no time zone"),
        (
            {"cron": "0 0 * * *", "duration": "1h", "zone": "Europe"},
            "zone: 'Europe' is no time zone",
        ),
        ({"cron": "0 0 * * *", "duration": "1h", "zone": ""}, "zone: '' is no time zone; write it"),
    ],
)
def test_what_can_never_work_is_refused_in_one_sentence(written: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=r"^window 'night': ") as refusal:
        read_window("night", written)
    assert why in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("n", [0, -1, 1001])
def test_a_list_has_bounds(n: int) -> None:
    window = make_window("w", cron="0 0 * * *", duration_s=60)
    with pytest.raises(ValueError, match="ask for 1 to 1000"):
        window.next_occurrences(NEW_YEAR, n)
