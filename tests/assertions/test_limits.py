"""No condition and no answer of a target makes other tasks wait, or breaks anything."""

import json
import time
from typing import Any

import pytest

from monitor.assertions import ConditionError, check, parse, print_condition
from tests.assertions.looks import said


def test_a_condition_has_at_most_a_thousand_characters() -> None:
    parse(f'body contains "{"x" * 984}"')
    with pytest.raises(ConditionError) as refused:
        parse("status == 200".ljust(1001))
    assert (
        "1,001 characters are too many for one condition, 1,000 are allowed; make several of it"
    ) == refused.value.sentence


@pytest.mark.parametrize(
    ("opening", "middle", "closing"),
    [("(", "a", ")"), ("not ", "a", ""), ("any(x, ", "it", ")"), ("not (", "a", ")")],
)
def test_conditions_within_conditions_have_an_end(opening: str, middle: str, closing: str) -> None:
    levels = 16 if opening == "not (" else 32
    deep = f"{opening * levels}{middle}{closing * levels}"
    assert parse(deep) == parse(print_condition(parse(deep)))
    with pytest.raises(ConditionError, match="more than 32 levels within each other"):
        parse(f"{opening * (levels + 1)}{middle}{closing * (levels + 1)}")


@pytest.mark.parametrize("text", ["(" * 1000, "not " * 250, "[" * 1000, "any(" * 250, "a." * 500])
def test_nothing_that_is_nested_breaks_the_parser(text: str) -> None:
    with pytest.raises(ConditionError):
        parse(text)


def test_a_path_has_at_most_32_steps() -> None:
    parse(f"a{'[*]' * 32} exists")
    with pytest.raises(ConditionError, match="more than 32 steps"):
        parse(f"a{'[*]' * 33} exists")


ONES = json.dumps([1] * 340_000)
OBJECTS = json.dumps([{"a": [{"b": 1}] * 3}] * 20_000)


@pytest.mark.parametrize("body", [ONES, OBJECTS], ids=["ones", "objects"])
@pytest.mark.parametrize(
    "text",
    [
        "any(body.json.$, it > 3)",
        "all(body.json.$, any(body.json.$, it == 5))",
        "any(body.json.$, body matches /x/)",
        "any(body.json.$, body contains 'x')",
        "any(body.json.$, any(it.a, it.b > 3))",
        "any(body.json.$, it == body.json.$)",
        "any(body.json.$, body.json.$ != body.json.$)",
        "any(body.json.$, body.json.$ contains 7)",
        "body.json.$[*].a[*].b contains 4",
        "body.json.$ contains 7",
        "body.json.$ == body.json.$",
        "body.json.$ == [1]",
        "body.json.$ not exists",
    ],
)
def test_a_condition_on_the_largest_bodies_ends_soon(body: str, text: str) -> None:
    condition, started_s = parse(text), time.thread_time()
    check(condition, {"body": body})
    # It is 0.3 s at most; the rest is for slow machines and for measuring coverage.
    assert 3 > time.thread_time() - started_s


def test_a_list_too_long_to_look_through_is_said_to_be_so() -> None:
    assert (
        "any(body.json.$, it > 3): not decided, other tasks would wait: "
        "too many elements to look at all of them"
    ) == said("any(body.json.$, it > 3)", {"body": ONES})


def test_each_condition_has_its_own_allowance() -> None:
    condition = parse("all(body.json.$, it == 1)")
    facts = {"body": json.dumps([1] * 30_000)}
    assert all(check(condition, facts).passed for _again in range(3))


class Spiteful:
    """A fact that a plugin should not have given."""

    def __eq__(self, other: object) -> bool:
        raise OSError("no")

    def __hash__(self) -> int:
        raise OSError("no")

    def __str__(self) -> str:
        raise OSError("no")

    __repr__ = __str__


class SpitefulText(str):
    __slots__ = ()
    __str__ = Spiteful.__str__
    __eq__ = Spiteful.__eq__
    __hash__ = str.__hash__


def nested(depth: int) -> Any:
    value: Any = 1
    for _level in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "text", "sentence"),
    [
        (Spiteful(), "x == 1", "x == 1: found a Python Spiteful, which conditions cannot read"),
        ([Spiteful()], "x contains 1",
         "x contains 1: found a Python Spiteful, which conditions cannot read"),
        (SpitefulText("a"), 'x == "b"',
         'x == "b": what the look found cannot be read (OSError)'),
        (float("nan"), "x > 1", "x > 1: found nan, which is no number"),
        (float("nan"), "x != 1", "x != 1: found nan, which is no number"),
        (float("inf"), "latency < 1s", "latency < 1s: there is no latency, the look found x"),
        (nested(100_000), "x == x", "x == x: what the look found is nested too deeply"),
    ],
    ids=["object", "in a list", "text", "nan", "not nan", "absent", "deep"],
)  # fmt: skip
def test_facts_that_cannot_be_read_fail_with_a_word(value: Any, text: str, sentence: str) -> None:
    assert sentence == said(text, {"x": value})


def test_an_endless_duration_is_shown() -> None:
    assert "latency < 1s: found infs" == said("latency < 1s", {"latency": float("inf")})
