"""Durations and moments: what people write is read, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.units import format_duration, parse_duration, parse_moment

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.25, "250ms"),
        (30.0, "30s"),
        (1.5, "1.5s"),
        (300.0, "5m"),
        (5400.0, "1h30m"),
        (5400.0, " 1h 30m "),
        (604800.0, "7d"),
        (1209600.0, "2w"),
        (90061.001, "1d1h1m1s1ms"),
    ],
)
def test_a_duration_is_read_as_people_write_it(seconds: float, text: str) -> None:
    assert seconds == parse_duration(text)


@pytest.mark.parametrize("text", ["30", "0", "1.5", " 60 "])
def test_a_bare_number_is_refused_because_its_unit_would_be_a_guess(text: str) -> None:
    with pytest.raises(ValueError, match="has no unit; write it like"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["", "s", "-5s", "5 parsecs", "1h30", "1..5s", "5M", "1e3s", "∞"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration; write it like"):
        parse_duration(text)


@given(st.text(alphabet="0123456789.smhdw ms-"))
def test_reading_a_duration_raises_nothing_but_value_error(text: str) -> None:
    try:
        seconds, said = parse_duration(text), repr(text)
    except ValueError as error:
        seconds, said = 0.0, str(error)
    assert seconds >= 0
    assert repr(text) in said


@given(st.integers(0, 400 * 86_400_000))
def test_a_written_duration_is_read_back_to_the_millisecond(milliseconds: int) -> None:
    written = format_duration(milliseconds / 1000)
    assert milliseconds == round(parse_duration(written) * 1000)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0s", 0.0), ("0s", 0.0004), ("1ms", 0.001), ("1m", 59.9999), ("-1h", -3600.0), ("0s", -0.0)],
)
def test_a_duration_is_written_shortly(text: str, seconds: float) -> None:
    assert text == format_duration(seconds)


@pytest.mark.parametrize("seconds", [float("inf"), float("-inf"), float("nan"), 1.7e308], ids=str)
def test_an_endless_duration_is_written_too(seconds: float) -> None:
    assert str(seconds) == format_duration(seconds)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 24, 3, tzinfo=UTC), "2026-11-24T03:00:00Z"),
        (datetime(2026, 11, 24, 3, tzinfo=UTC), "2026-11-24 03:00"),
        (datetime(2026, 11, 24, 1, tzinfo=UTC), "2026-11-24T03:00:00+02:00"),
        (datetime(2026, 11, 24, tzinfo=UTC), "2026-11-24"),
        (NOW - timedelta(hours=2), "2h"),
        (NOW, "0s"),
    ],
)
def test_a_moment_is_a_date_or_an_age(moment: datetime, text: str) -> None:
    read = parse_moment(text, NOW)
    assert (moment, timedelta(0)) == (read, read.utcoffset())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("yesterday", "is not a moment"),
        ("12", "is not a moment"),
        ("3000000d", "outside the calendar"),
        ("9" * 400 + "s", "outside the calendar"),
        ("9999-12-31T23:59:59-14:00", "outside the calendar"),
        ("0001-01-01T00:00:00+14:00", "outside the calendar"),
    ],
)
def test_what_is_no_moment_is_refused_in_one_sentence(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refusal:
        parse_moment(text, NOW)
    assert "\n" not in str(refusal.value)


@given(st.text() | st.text(alphabet="0123456789-:TZ+. smhd"))
def test_reading_a_moment_raises_nothing_but_value_error(text: str) -> None:
    try:
        moment, said = parse_moment(text, NOW), repr(text)
    except ValueError as error:
        moment, said = NOW, str(error)
    assert timedelta(0) == moment.utcoffset()
    assert repr(text) in said
