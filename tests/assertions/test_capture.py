"""Values are taken out of what a look found, or it is said why not."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assertions import ConditionError
from monitor.assertions.capture import LIMIT, NotCaptured, parse_capture
from tests.assertions.looks import FACTS, NAMES

FORM = '<form><input name="csrf" value="t0k-é"><input name="id" value="7"></form>'


def capture(text: str, facts: dict[str, Any] | None = None) -> str:
    return parse_capture(text, NAMES).of(FACTS if facts is None else facts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("body.json.$.status", "ok"),
        ("body.json.$.items[1].id", "4"),
        ("body.json.$.items[1].price", "9.5"),
        ("body.json.$.ready", "true"),
        ("body.json.$.error", "null"),
        ("body.json.$.items[0].tags", '["new", "red"]'),
        ('header["X-Cache"]', "HIT"),
        ("status", "503"),
        ("latency", "1.25"),
        ("address matches /[0-9]+$/", "7"),
        (r"address matches /^(\d+)\.(\d+)/", "192"),
        (r"address matches /\b(\d)\.\d+$/", "2"),
        ("address matches /^(x)?192/", ""),
    ],
)
def test_a_value_is_taken_as_a_text(text: str, expected: str) -> None:
    assert expected == capture(text)


def test_a_pattern_takes_its_first_group() -> None:
    taken = capture('body matches /NAME="csrf" value="([^"]+)"/i', {"body": FORM})
    assert "t0k-é" == taken


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("body.json.$.token", 'has no "token"'),
        ("body matches /nothing(x)/", "nothing matches"),
        ("dns.ttl.x", "is a duration, so it has no"),
    ],
)
def test_what_is_not_there_is_said(text: str, why: str) -> None:
    with pytest.raises((NotCaptured, ConditionError), match=why):
        capture(text)


def test_a_value_that_is_too_long_is_not_sent_on() -> None:
    assert "x" * LIMIT == capture("body", {"body": "x" * LIMIT})
    for text in ("body", "body matches /x+/", "body matches /(x+)/"):
        with pytest.raises(NotCaptured, match="too many"):
            capture(text, {"body": "x" * (LIMIT + 1)})


@pytest.mark.parametrize("text", ["status == 200", "any(rows, it.n > 1)", "not body", "true", "5"])
def test_a_condition_is_no_value(text: str) -> None:
    with pytest.raises(ConditionError):
        parse_capture(text, NAMES)


@given(st.text(max_size=200), st.sampled_from(["body", r"body matches /(\S+)\s/", "body.json.$.a"]))
def test_whatever_was_found_a_value_or_a_reason_comes_of_it(body: str, text: str) -> None:
    with suppress(NotCaptured):
        assert isinstance(capture(text, {"body": body}), str)
