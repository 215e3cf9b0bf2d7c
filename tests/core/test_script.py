"""What holds when, as somebody wrote it down."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.script import Span, in_turn, script_of


def test_before_and_after_all_that_is_written_the_default_holds() -> None:
    script = script_of("up", [Span(10.0, "down", 20.0)])
    assert ["up", "down", "down", "up"] == [script.at(at_s) for at_s in (9.999, 10.0, 19.0, 20.0)]


def test_a_moment_that_was_computed_may_be_a_hair_too_early() -> None:
    assert "down" == script_of("up", [Span(10.0, "down")]).at(9.9999999)


def test_what_is_over_uncovers_what_it_covered() -> None:
    spans = [Span(10.0, "down"), Span(20.0, "slow", 30.0), Span(22.0, "up", 24.0)]
    script = script_of("up", spans)
    expected = ["up", "down", "slow", "up", "slow", "down"]
    assert expected == [script.at(at_s) for at_s in (5, 15, 21, 23, 25, 31)]


def test_of_what_begins_together_the_last_written_counts() -> None:
    assert "b" == script_of("", [Span(1.0, "a"), Span(1.0, "b")]).at(2.0)


def test_a_timeline_is_one_thing_after_the_other() -> None:
    script = script_of("up", in_turn([("down", 5.0), ("up", 5.0), ("down", None)]))
    assert ["down", "up", "down"] == [script.at(at_s) for at_s in (0, 5, 1e9)]


def test_what_holds_goes_on_until_something_else_does() -> None:
    script = script_of("up", [Span(10.0, "down", 20.0), Span(20.0, "down", 30.0), Span(40.0, "up")])
    assert [10.0, 30.0, 30.0, 30.0] == [script.until(at_s) for at_s in (0.0, 10.0, 19.0, 20.0)]
    assert math.inf == script.until(30.0)  # what begins at 40 s is the same
    assert math.inf == script_of("up", []).until(5.0)
    assert 20.0 == script_of("up", [Span(10.0, "down", 20.0)]).until(9.9999999)


def test_what_begins_at_a_fraction_of_a_millisecond_begins_at_that_millisecond() -> None:
    script = script_of("up", [Span(12.3450000001, "down", 20.0000000001)])
    assert [12.345, 20.0] == [script.until(0.0), script.until(12.345)]
    assert "down" == script.at(script.until(0.0))


_MOMENTS = st.integers(0, 20).map(float)


@given(st.lists(st.tuples(_MOMENTS, _MOMENTS)), _MOMENTS)
def test_it_says_what_a_search_through_all_spans_says(
    pairs: list[tuple[float, float]], at_s: float
) -> None:
    spans = [Span(a, number, a + b) for number, (a, b) in enumerate(pairs)]
    covering = [one for one in spans if one.from_s <= at_s < one.until_s]
    newest = max(covering, key=lambda one: (one.from_s, one.value), default=None)
    assert (-1 if newest is None else newest.value) == script_of(-1, spans).at(at_s)


@pytest.mark.parametrize("at_s", [0.0, 1e12])
def test_without_anything_the_default_holds(at_s: float) -> None:
    assert "up" == script_of("up", []).at(at_s)


@given(st.lists(st.tuples(_MOMENTS, _MOMENTS, st.sampled_from("ab"))), _MOMENTS)
def test_up_to_then_the_same_holds_and_then_something_else(
    drawn: list[tuple[float, float, str]], at_s: float
) -> None:
    script = script_of("a", [Span(one, value, other) for one, other, value in drawn])
    until_s = script.until(at_s)
    assert all(
        script.at(at_s) == script.at(half / 2)
        for half in range(int(2 * at_s), 60)
        if half / 2 < until_s
    )
    assert until_s == math.inf or script.at(at_s) != script.at(until_s)
