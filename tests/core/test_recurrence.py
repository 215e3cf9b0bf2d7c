"""Rules of RFC 5545 and cron expressions come when the standards say, and are refused otherwise."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.core.calendar.recurrence import make_cron
from monitor.core.calendar.rfc5545 import make_rule

ZULU = ZoneInfo("UTC")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def some(low: int, high: int) -> st.SearchStrategy[str]:
    numbers = st.lists(st.integers(low, high).filter(bool), min_size=1, max_size=3, unique=True)
    return numbers.map(lambda found: ",".join(map(str, found)))


def times(low: int, high: int) -> st.SearchStrategy[str]:
    numbers = st.lists(st.integers(low, high), min_size=1, max_size=3, unique=True)
    return numbers.map(lambda found: ",".join(map(str, found)))


weekdays = st.lists(
    st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, unique=True
).map(",".join)
nth_weekdays = st.sampled_from(["1MO", "-1FR", "2TU,4TU", "SU", "5WE"])


def parts(frequency: str, **optional: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    drawn = st.fixed_dictionaries({}, optional=optional)
    return drawn.map(
        lambda found: ";".join([f"FREQ={frequency}", *(f"{k}={v}" for k, v in found.items())])
    )


week_starts = st.sampled_from(["MO", "SU", "TH"])
clock = {"BYHOUR": times(0, 23), "BYMINUTE": times(0, 59)}
few = st.integers(1, 5).map(str)
sparse = st.one_of(
    parts("DAILY", INTERVAL=few, BYMONTH=some(1, 12), BYDAY=weekdays, **clock),
    parts("DAILY", INTERVAL=few, BYMONTHDAY=some(-31, 31), **clock),
    parts("WEEKLY", INTERVAL=few, BYDAY=weekdays, WKST=week_starts, BYMONTH=some(1, 12), **clock),
    parts("MONTHLY", INTERVAL=few, BYDAY=nth_weekdays, **clock),
    parts("MONTHLY", INTERVAL=few, BYMONTHDAY=some(-31, 31), BYMONTH=some(1, 12), **clock),
    parts("MONTHLY", BYDAY=weekdays, BYSETPOS=some(-4, 4)),
    parts("YEARLY", INTERVAL=few, BYMONTH=some(1, 12), BYDAY=nth_weekdays, **clock),
    parts("YEARLY", INTERVAL=few, BYYEARDAY=some(-366, 366), **clock),
    parts("YEARLY", BYWEEKNO=some(-53, 53), WKST=week_starts, BYDAY=weekdays).filter(
        lambda text: "BYWEEKNO" not in text or "BYDAY" in text
    ),
)
dense = st.one_of(
    parts("HOURLY", INTERVAL=st.sampled_from("12346"), BYDAY=weekdays, **clock),
    parts("MINUTELY", INTERVAL=st.sampled_from(["1", "15", "45", "90"]), **clock),
)
anchors = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 (walls)
    lambda wall: wall.replace(second=0, microsecond=0)
)


def agrees_with_walking(text: str, anchor: datetime, ahead: timedelta) -> None:
    """Compare with dateutil, walking from the very beginning."""
    try:
        rule = make_rule(text, f"{anchor:%Y-%m-%d %H:%M}", ZULU)
    except ValueError as error:
        assume("never comes" not in str(error))
        raise
    begin = anchor + ahead
    walked = (one for one in rrulestr(text, dtstart=anchor) if one >= begin)
    expected = [one.replace(tzinfo=UTC) for one in islice(walked, 5)]
    assert expected == list(islice(rule.starts(begin.replace(tzinfo=UTC)), 5))


@given(sparse, anchors, st.timedeltas(timedelta(days=-400), timedelta(days=12 * 365)))
def test_leaping_to_a_moment_agrees_with_walking_there(
    text: str, anchor: datetime, ahead: timedelta
) -> None:
    agrees_with_walking(text, anchor, ahead)


@given(dense, anchors, st.timedeltas(timedelta(days=-2), timedelta(days=20)))
def test_hours_and_minutes_agree_with_walking_too(
    text: str, anchor: datetime, ahead: timedelta
) -> None:
    agrees_with_walking(text, anchor, ahead)


@given(sparse, anchors, st.integers(1, 30))
def test_a_count_ends_after_so_many(text: str, anchor: datetime, count: int) -> None:
    start = f"{anchor:%Y-%m-%d %H:%M}"
    try:
        endless = make_rule(text, start, ZULU)
    except ValueError:
        assume(False)
        raise
    begin_at = anchor.replace(tzinfo=UTC)
    expected = list(islice(endless.starts(begin_at), count))
    assume(expected[-1].year < anchor.year + 90)
    counted = make_rule(f"{text};COUNT={count}", start, ZULU)
    assert expected == list(counted.starts(begin_at))
    assert [] == list(counted.starts(expected[-1] + timedelta(seconds=1)))


def test_a_count_that_reaches_beyond_a_century_is_taken_as_endless() -> None:
    rule = make_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=99", "2000-02-29 02:30", ZULU)
    assert None is rule.last_at
    assert utc("2104-02-29T02:30") == next(rule.starts(utc("2101-01-01")))


@pytest.mark.parametrize(
    ("last", "until"),
    [
        ("2026-05-03T02:30", "20260503"),
        ("2026-05-03T02:30", "20260503T023000Z"),
        ("2026-05-02T02:30", "20260503T022959"),
    ],
)
def test_until_is_the_last_moment_and_a_bare_day_counts_whole(last: str, until: str) -> None:
    rule = make_rule(f"FREQ=DAILY;UNTIL={until}", "2026-05-01 02:30", ZULU)
    assert utc(last) == list(rule.starts(utc("2026-05-01")))[-1]


def test_what_the_rule_leaves_open_is_as_on_the_day_it_begins() -> None:
    for text, expected in {
        "FREQ=WEEKLY": "2026-11-24 2026-12-01",
        "FREQ=MONTHLY": "2026-11-24 2026-12-24",
        "FREQ=YEARLY": "2026-11-24 2027-11-24",
        "FREQ=YEARLY;BYMONTH=1,12": "2026-12-24 2027-01-24",
        "FREQ=YEARLY;BYWEEKNO=1": "2027-01-05 2028-01-04",
        "RRULE:FREQ=WEEKLY;INTERVAL=2;BYSECOND=0;": "2026-11-24 2026-12-08",
    }.items():
        rule = make_rule(text, "2026-11-24 02:30", ZULU)
        found = islice(rule.starts(utc("2026-11-01")), 2)
        assert expected == " ".join(f"{start:%Y-%m-%d}" for start in found), text


@pytest.mark.parametrize(
    ("text", "start", "why"),
    [
        ("", "02:30", "'' is no part of a rule; write it like FREQ=DAILY"),
        ("BYDAY=MO", "02:30", "has no FREQ"),
        ("FREQ=DAYLY", "02:30", "FREQ=DAYLY is not known here, did you mean DAILY?"),
        ("FREQ=SECONDLY", "02:30", "there are: YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY"),
        ("FREQ=DAILY;FREQ=DAILY", "02:30", "FREQ stands there twice; keep one"),
        ("FREQ=DAILY;BYDAYS=MO", "02:30", "BYDAYS is not known here, did you mean BYDAY?"),
        ("FREQ=DAILY;BYEASTER=0", "02:30", "BYEASTER is not known here"),
        ("FREQ=DAILY;BYDAY=XX", "02:30", "BYDAY=XX is no weekday; write it like MO, 1MO or -1FR"),
        ("FREQ=MONTHLY;BYDAY=0MO", "02:30", "BYDAY=0MO is no weekday"),
        ("FREQ=WEEKLY;BYDAY=1MO", "02:30", "a numbered weekday has no meaning with FREQ=WEEKLY"),
        ("FREQ=DAILY;BYHOUR=24", "02:30", "BYHOUR=24 is out of range; use 0 to 23"),
        ("FREQ=DAILY;BYSECOND=30", "02:30", "BYSECOND=30 is out of range; use 0"),
        ("FREQ=DAILY;BYMONTHDAY=0", "02:30", "use 1 to 31, or -31 to -1"),
        ("FREQ=DAILY;INTERVAL=0", "02:30", "INTERVAL=0 is out of range; use 1 to 1000"),
        ("FREQ=DAILY;INTERVAL=1e9", "02:30", "INTERVAL=1E9 is out of range"),
        ("FREQ=DAILY;COUNT=99999", "02:30", "COUNT=99999 is out of range; use 1 to 10000"),
        ("FREQ=DAILY;COUNT=5;UNTIL=20270101", "2026-01-01 02:30", "keep one"),
        ("FREQ=DAILY;UNTIL=2027", "02:30", "UNTIL=2027 is no day of 1970 to 2999; write it like"),
        ("FREQ=DAILY;UNTIL=20271301", "02:30", "UNTIL=20271301 is no day"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "02:30", "BYMONTHDAY has no meaning with FREQ=WEEKLY"),
        ("FREQ=DAILY;BYSETPOS=1;BYHOUR=1,2", "02:30", "BYSETPOS chooses among days only"),
        ("FREQ=HOURLY;INTERVAL=5", "02:30", "comes at other times each day; use an interval that"),
        ("FREQ=DAILY", "2:30", "start '2:30' is no time of day; write it like '02:30' or"),
        ("FREQ=DAILY", "24:30", "start '24:30' is no time of day"),
        ("FREQ=DAILY", "2026-02-30 02:30", "is no time of day"),
        ("FREQ=DAILY", "1066-10-14 09:00", "is out of range; use the years 1970 to 2999"),
        ("FREQ=DAILY;INTERVAL=2", "02:30", "counts in steps of 2, and start '02:30' names no day"),
        ("FREQ=DAILY;COUNT=2", "02:30", "counts how often it comes, and start '02:30' names no"),
        ("FREQ=WEEKLY", "02:30", "does not say on which weekday"),
        ("FREQ=MONTHLY", "02:30", "does not say on which day"),
        ("FREQ=YEARLY", "02:30", "does not say in which month"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "02:30", "never comes; its parts exclude each"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", "2026-11-24 02:30", "never comes"),
        ("FREQ=HOURLY;INTERVAL=2;BYHOUR=3", "02:30", "never comes"),
        ("FREQ=MINUTELY;BYHOUR=3;BYMONTH=2;BYMONTHDAY=30", "02:30", "never comes"),
        ("DTSTART:20260101\nRRULE:FREQ=DAILY", "02:30", "contains a control character"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(text: str, start: str, why: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        make_rule(text, start, ZULU)
    assert why in str(refusal.value)
    assert "\n" not in str(refusal.value)


@given(
    st.text()
    | st.lists(
        st.sampled_from([*"FREQ=DAILY;BYMONTH2,-13", "WEEKLY", "INTERVAL=", "BYDAY=", "UNTIL="])
    ).map("".join),
    st.text() | st.sampled_from(["02:30", "2026-11-24 02:30"]),
)
def test_reading_a_rule_raises_nothing_but_value_error(text: str, start: str) -> None:
    try:
        said = make_rule(text, start, ZULU).text
    except ValueError as error:
        said = str(error)
    assert said


FIELDS: dict[str, Callable[[random.Random], str]] = {
    "minute": lambda draw: draw.choice(["0", "*/15", "10,40", "5-20/5", "59"]),
    "hour": lambda draw: draw.choice(["*", "2", "0,12", "9-17", "*/6"]),
    "day": lambda draw: draw.choice(["*", "1", "15-20", "31"]),
    "month": lambda draw: draw.choice(["*", "2-4", "12"]),
    "weekday": lambda draw: draw.choice(["*", "mon-fri", "0", "sat"]),
}


def matches(text: str, wall: datetime) -> bool:
    """Read the fields again, each by itself, as crontab(5) says."""
    minute, hour, day, month, weekday = (
        expanded(field, low, high)
        for field, (low, high) in zip(
            text.split(), ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6)), strict=True
        )
    )
    days = wall.day in day, wall.isoweekday() % 7 in weekday
    either = "*" not in text.split()[2] and "*" not in text.split()[4]
    chosen = any(days) if either else all(days)
    return wall.minute in minute and wall.hour in hour and wall.month in month and chosen


def expanded(field: str, low: int, high: int) -> set[int]:
    names = {"mon": 1, "fri": 5, "sat": 6}
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        begin, end = (low, high) if span == "*" else (names.get(first) or int(first), 0)
        if span != "*":
            end = (names.get(last) or int(last)) if dash else begin
        found |= set(range(begin, end + 1, int(step or 1)))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_cron_agrees_with_asking_each_minute(seed: int) -> None:
    draw = random.Random(seed)
    text = " ".join(choose(draw) for choose in FIELDS.values())
    begin_at = utc("2027-01-25") + timedelta(days=draw.randrange(700))
    minutes = (begin_at + timedelta(minutes=count) for count in range(20 * 1440))
    expected = [minute for minute in minutes if matches(text, minute)]
    end_at = begin_at + timedelta(days=20)
    cron = make_cron(text, ZULU)
    assert expected == list(takewhile(lambda at: at < end_at, cron.starts(begin_at))), text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "'' has 0 fields; write five"),
        ("* * * *", "has 4 fields"),
        ("0 * * * * *", "has 6 fields"),
        ("61 * * * *", "'61 * * * *' has no valid minute"),
        ("0 0 * * funday", "has no valid day-of-week"),
        ("0 0 30 2 *", "has no valid day-of-month"),
        ("@daily", "has 1 field;"),
    ],
)
def test_a_cron_expression_that_cannot_be_meant_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        make_cron(text, ZULU)
    assert why in str(refusal.value)


@given(st.text() | st.text(alphabet="0123456789*/-,#LW monfri"))
def test_reading_cron_raises_nothing_but_value_error(text: str) -> None:
    try:
        said = make_cron(text, ZULU).text
    except ValueError as error:
        said = str(error)
    assert said
