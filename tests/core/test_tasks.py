"""A task is checked once, whoever wrote it down, and the answer names the field."""

import math
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.model import Task, TaskSpec
from monitor.core.probing import InvalidTask
from monitor.core.tasks import LONGEST_S, SHORTEST_S, checked, edited, make_spec
from monitor.core.units import parse_duration


def anything_goes(task: TaskSpec) -> None:
    """Check nothing of it: that is the business of the kinds."""


def spec(**fields: Any) -> TaskSpec:
    return make_spec(**{"name": "shop", "target": "tcp://a:1", "check": anything_goes, **fields})


def test_what_is_not_said_has_a_sensible_value() -> None:
    expected = TaskSpec(
        name="tcp://a:1",
        target="tcp://a:1",
        interval_s=60.0,
        timeout_s=10.0,
        attempts=3,
        retry_interval_s=20.0,
        recovery_confirmations=2,
        options={},
        paused=False,
    )
    assert expected == spec(name=None)


@pytest.mark.parametrize(
    ("timeout_s", "retry_interval_s", "interval_s"),
    [(0.08 * 10, 1.0, 1.0), (8.0, 10.0, 10.0), (10.0, 20.0, 20.0), (10.0, 20.0, 3600.0)],
)
def test_timeout_and_retry_follow_a_short_interval(
    timeout_s: float, retry_interval_s: float, interval_s: float
) -> None:
    made = spec(interval_s=interval_s)
    assert (timeout_s, retry_interval_s) == (made.timeout_s, made.retry_interval_s)


@pytest.mark.parametrize(
    ("field", "why", "given_"),
    [
        ("name", "is empty", {"name": ""}),
        ("name", "is empty", {"name": "  "}),
        ("name", "begins or ends with a space", {"name": "shop "}),
        ("name", "has 201 characters; at most 200", {"name": "a" * 201}),
        ("name", "contains a control character", {"name": "a\x1b[2Jb"}),
        ("name", "contains a control character", {"name": "a\nb"}),
        ("name", "would be read as an id", {"name": "12"}),
        ("target", "is empty", {"target": "", "name": "shop"}),
        ("target", "has 4097 characters; at most 4096", {"target": "a" * 4097}),
        ("target", "contains a control character", {"target": "http://a/\r\nX: y"}),
        ("interval", "0s is out of range; use 100ms to 366d", {"interval_s": 0.0}),
        ("interval", "-1m is out of range", {"interval_s": -60.0}),
        ("interval", "nan is out of range", {"interval_s": math.nan}),
        ("interval", "inf is out of range", {"interval_s": math.inf}),
        ("timeout", "367d is out of range", {"timeout_s": 367 * 86400.0}),
        ("retry-interval", "1ms is out of range", {"retry_interval_s": 0.001}),
        ("attempts", "0 is out of range; use 1 to 100", {"attempts": 0}),
        ("attempts", "101 is out of range; use 1 to 100", {"attempts": 101}),
        ("recovery-confirmations", "0 is out of range", {"recovery_confirmations": 0}),
    ],
)
def test_a_wrong_field_is_named_with_what_is_wrong_and_what_is_right(
    field: str, why: str, given_: dict[str, Any]
) -> None:
    with pytest.raises(InvalidTask) as refusal:
        spec(**given_)
    assert field == refusal.value.field
    assert why in refusal.value.message
    assert str(refusal.value).startswith(f"{field}: ")


def test_a_duration_with_four_hundred_digits_is_out_of_range_too() -> None:
    with pytest.raises(InvalidTask, match="interval: inf is out of range"):
        spec(interval_s=parse_duration("9" * 400 + "s"))


def test_the_kinds_have_the_last_word_on_the_target() -> None:
    def refuse(task: TaskSpec) -> None:
        raise InvalidTask("target", f"{task.target!r} has no port")

    with pytest.raises(InvalidTask, match="'tcp://a:1' has no port"):
        spec(check=refuse)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.none() | st.text(max_size=250),
            "target": st.text(max_size=50),
            "interval_s": st.floats(),
            "timeout_s": st.none() | st.floats(),
            "retry_interval_s": st.none() | st.floats(),
            "attempts": st.integers(),
            "recovery_confirmations": st.integers(),
            "paused": st.booleans(),
        },
    )
)
def test_any_task_is_valid_as_a_whole_or_refused_with_a_field(given_: dict[str, Any]) -> None:
    try:
        made = spec(**given_)
    except InvalidTask as error:
        refusal = error
    else:
        for seconds in (made.interval_s, made.timeout_s, made.retry_interval_s):
            assert SHORTEST_S <= seconds <= LONGEST_S
        assert made == checked(made, anything_goes)
        return
    assert refusal.field
    assert "\n" not in refusal.message


def test_an_edited_stored_task_is_a_plain_spec_again() -> None:
    stored = Task(
        id=7, created_at=datetime(2026, 1, 1, tzinfo=UTC), **attrs.asdict(spec(), recurse=False)
    )
    assert spec(interval_s=30.0, timeout_s=10.0) == edited(stored, anything_goes, interval_s=30.0)


def test_an_edit_that_makes_the_whole_wrong_is_refused() -> None:
    with pytest.raises(InvalidTask, match="attempts: 0 is out of range"):
        edited(spec(), anything_goes, attempts=0, interval_s=30.0)


def test_the_options_of_a_spec_are_its_own() -> None:
    options = {"method": "GET"}
    made = spec(options=options)
    options["method"] = "POST"
    assert {"method": "GET"} == made.options
