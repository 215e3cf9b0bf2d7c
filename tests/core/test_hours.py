"""Hours are what clocks on the wall show, in each week of the year."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.calendar.hours import Hours, parse_hours

BERLIN = "Europe/Berlin"
STEP = timedelta(minutes=10)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
TEN_YEARS = timedelta(days=3653)

moments = st.integers(0, 10 * 366 * 86_400_000_000).map(
    lambda micros: NEW_YEAR + timedelta(microseconds=micros)
)
day_names = st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
times = st.integers(0, 143).map(lambda step: f"{step // 6:02}:{step % 6}0")
parts = st.builds(
    lambda days, times, zone: f"{days} {times[0]}-{times[1]} {zone}",
    st.builds("{}-{}".format, day_names, day_names) | day_names,
    st.lists(times, min_size=2, max_size=2, unique=True),
    st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
)
some_hours = st.lists(parts, min_size=1, max_size=3).map(
    lambda found: parse_hours("; ".join(found))
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("within", "moment", "text"),
    [
        (True, "2026-11-24T08:00", "mon-fri 09:00-18:00 Europe/Berlin"),
        (False, "2026-11-24T07:59", "mon-fri 09:00-18:00 Europe/Berlin"),
        (False, "2026-11-24T17:00", "mon-fri 09:00-18:00 Europe/Berlin"),
        (False, "2026-11-28T10:00", "mon-fri 09:00-18:00 Europe/Berlin"),
        (True, "2026-11-24T23:00", "22:00-07:00 UTC"),
        (True, "2026-11-24T06:59", "22:00-07:00 UTC"),
        (False, "2026-11-24T07:00", "22:00-07:00 UTC"),
        (True, "2026-11-28T03:00", "fri 22:00-07:00 UTC"),
        (False, "2026-11-27T03:00", "fri 22:00-07:00 UTC"),
        (True, "2026-11-30T03:00", "sun 22:00-07:00 UTC"),
        (True, "2026-11-30T12:00", "fri-mon 09:00-18:00 UTC"),
        (False, "2026-11-25T12:00", "fri-mon 09:00-18:00 UTC"),
        (True, "2026-11-28T12:00", "Saturday,SUN 00:00-24:00 UTC"),
        (True, "2026-11-28T23:59", "sat,sun 00:00-24:00 UTC"),
        (False, "2026-11-30T00:00", "sat,sun 00:00-24:00 UTC"),
        (True, "2026-11-28T02:00", "mon-fri 09:00-18:00; sat 10:00-14:00 Asia/Tokyo"),
        (True, "2026-11-24T02:00", "mon-fri 09:00-18:00; sat 10:00-14:00 Asia/Tokyo"),
        (True, "2026-11-24T02:00", "tue 09:00-18:00 UTC; tue 10:00-14:00 Asia/Tokyo"),
    ],
)
def test_hours_are_read_as_people_write_them(within: bool, moment: str, text: str) -> None:
    hours = parse_hours(text)
    assert within is hours.is_within(utc(moment))
    assert within is not hours.inverted().is_within(utc(moment))
    assert hours == hours.inverted().inverted()


@pytest.mark.parametrize(
    ("change", "moment", "text"),
    [
        ("2026-11-24T17:00", "2026-11-24T08:00", "mon-fri 09:00-18:00 Europe/Berlin"),
        ("2026-11-30T08:00", "2026-11-27T17:00", "mon-fri 09:00-18:00 Europe/Berlin"),
        ("2026-11-25T07:00", "2026-11-24T23:00", "22:00-07:00 UTC"),
        ("2026-11-30T00:00", "2026-11-28T12:00", "sat,sun 00:00-24:00 UTC"),
        ("2026-11-24T18:00", "2026-11-24T10:00", "09:00-12:00; 12:00-18:00 UTC"),
        # Clocks leap over the beginning, and come twice to the end.
        ("2026-03-29T01:00", "2026-03-29T00:00", "02:30-12:00 Europe/Berlin"),
        ("2026-10-25T00:30", "2026-10-25T00:00", "22:00-02:30 Europe/Berlin"),
        ("2026-10-25T01:00", "2026-10-25T00:30", "22:00-02:30 Europe/Berlin"),
        ("2026-10-25T01:30", "2026-10-25T01:00", "22:00-02:30 Europe/Berlin"),
        # The only hour of that week is left out.
        ("2026-04-05T00:10", "2026-03-22T02:00", "sun 02:10-02:50 Europe/Berlin"),
    ],
)
def test_the_next_change_is_found(change: str, moment: str, text: str) -> None:
    assert utc(change) == parse_hours(text).next_change(utc(moment))


def test_a_week_without_an_end_never_changes() -> None:
    always = parse_hours("mon-sun 00:00-24:00 Europe/Berlin")
    assert None is always.next_change(NEW_YEAR)
    assert None is always.inverted().next_change(NEW_YEAR)
    assert False is always.inverted().is_within(NEW_YEAR)


@given(some_hours, moments)
def test_a_change_is_later_and_the_first_to_differ(hours: Hours, moment: datetime) -> None:
    within, change = hours.is_within(moment), hours.next_change(moment)
    if change is None:
        change = moment + timedelta(days=20)
    else:
        assert change > moment
        assert hours.is_within(change) is not within
        assert hours.is_within(change - timedelta(microseconds=1)) is within
    tick = moment.replace(minute=0, second=0, microsecond=0)
    while (tick := tick + STEP) < change:
        assert hours.is_within(tick) is within or tick <= moment


@pytest.mark.slow
@pytest.mark.parametrize("zone", [BERLIN, "America/New_York", "Australia/Lord_Howe"])
def test_ten_years_of_changes_agree_with_watching_a_clock(zone: str) -> None:
    hours = parse_hours(f"mon-fri 22:00-02:10 {zone}; sun 02:20-18:00 {zone}")
    clock, seen, within = ZoneInfo(zone), [], False
    for count in range(TEN_YEARS // STEP):
        moment = NEW_YEAR + count * STEP
        wall = moment.astimezone(clock)
        today, minute = f"{wall:%a}", f"{wall:%H:%M}"
        now_within = (
            (minute >= "22:00" and today not in ("Sat", "Sun"))
            or (minute < "02:10" and today not in ("Sun", "Mon"))
            or (today == "Sun" and "02:20" <= minute < "18:00")
        )
        if now_within is not within:
            seen.append(moment)
            within = now_within
    found: list[datetime] = []
    change = hours.next_change(NEW_YEAR)
    while change is not None and change < NEW_YEAR + TEN_YEARS:
        found.append(change)
        change = hours.next_change(change)
    assert [moment for moment in seen if moment > NEW_YEAR] == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "names no time zone; write it like 'mon-fri 09:00-18:00 Europe/Berlin' or"),
        ("mon-fri 09:00-18:00", "names no time zone"),
        ("mon-fri 9:00-18:00 UTC", "has no hours in 'mon-fri 9:00-18:00'; write it like"),
        ("mon fri 09:00-18:00 UTC", "has no hours in 'mon fri 09:00-18:00'"),
        ("mon-fri 09:00-18:00 UTC;", "has no hours in ''"),
        ("mon-fri 09:00-18:00 Europe/Berlim", "did you mean 'Europe/Berlin'?"),
        ("funday 09:00-18:00 UTC", "'funday' in 'funday 09:00-18:00 UTC' is no day of the week"),
        (
            "mon- 09:00-18:00 UTC",
            "'' in 'mon- 09:00-18:00 UTC' is no day of the week; use mon, tue",
        ),
        ("09:00-09:00 UTC", "09:00-09:00 in '09:00-09:00 UTC' has no length; write 00:00-24:00"),
        ("24:00-07:00 UTC", "has no length"),
        ("09:00-25:00 UTC", "25:00 in '09:00-25:00 UTC' is no time of day; use 00:00 to 24:00"),
        ("09:60-10:00 UTC", "09:60 in '09:60-10:00 UTC' is no time of day"),
        (
            "mon 09:00-18:00 UTC; tue 09:00-18:00 Asia/Tokyo; wed 09:00-18:00",
            "names several time zones; name one in each of its parts",
        ),
    ],
)
def test_what_are_no_hours_is_refused_in_one_sentence(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        parse_hours(text)
    assert why in str(refusal.value)


@given(st.text() | st.text(alphabet="montuefri 0123456789:-;,UTC"))
def test_reading_hours_raises_nothing_but_value_error(text: str) -> None:
    try:
        said = parse_hours(text).text
    except ValueError as error:
        said = str(error)
    assert said
