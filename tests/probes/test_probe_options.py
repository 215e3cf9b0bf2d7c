"""Options as people write them: on a command line, in a file, and wrongly."""

from __future__ import annotations

from typing import Annotated, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from monitor.core.probing import InvalidTask
from monitor.probes.options import Seconds, read_options


@attrs.frozen(kw_only=True)
class Options:
    count: Annotated[int, Meta(ge=1, le=9)] = 3
    share: float = 0.5
    strict: bool = True
    name: str = ""
    wait: Seconds = Seconds(1)  # noqa: RUF009 - a value
    table: dict[str, str] = attrs.field(factory=dict)
    limits: dict[str, int] = attrs.field(factory=dict)
    perhaps: int | None = None
    key: str = attrs.field(default="", repr=False)
    keys: dict[str, str] = attrs.field(factory=dict, repr=False)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Options()),
        (
            {"count": "4", "share": "0.25", "strict": "false"},
            Options(count=4, share=0.25, strict=False),
        ),
        ({"count": 4, "share": 1, "strict": False}, Options(count=4, share=1.0, strict=False)),
        ({"name": "4"}, Options(name="4")),
        ({"wait": "1m30s"}, Options(wait=Seconds(90))),
        ({"table.a": "1", "table.b.c": "2"}, Options(table={"a": "1", "b.c": "2"})),
        ({"table": {"a": "1"}, "table.b": "2"}, Options(table={"a": "1", "b": "2"})),
        ({"table.b": "2", "table": {"a": "1"}}, Options(table={"a": "1", "b": "2"})),
        ({"limits.a": "1", "limits": {"b": 2}}, Options(limits={"a": 1, "b": 2})),
        ({"perhaps": "5"}, Options(perhaps=5)),
        ({"perhaps": None}, Options()),
    ],
    ids=range(11),
)
def test_what_is_right_is_taken(given: dict[str, Any], expected: Options) -> None:
    assert expected == read_options(Options, given)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"key": 123456}, "key"),
        ({"key": ["s3cr3t"]}, "key"),
        ({"keys": "a=s3cr3t"}, "keys"),
        ({"keys": {"a": 123456}}, "keys.a"),
        ({"keys.a": 123456}, "keys.a"),
    ],
    ids=range(5),
)
def test_a_secret_that_is_wrong_is_not_shown(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        read_options(Options, given)
    assert f"option {field}: what is written there is not allowed; use " in str(caught.value)
    assert "123456" not in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"count": "x"}, "option count: 'x' is not allowed; use a whole number"),
        ({"count": 10}, "option count: 10 is not allowed; use a whole number <= 9"),
        ({"count": "0"}, "option count: '0' is not allowed; use a whole number >= 1"),
        ({"count": 4.5}, "option count: 4.5 is not allowed; use a whole number"),
        ({"count": True}, "option count: True is not allowed; use a whole number"),
        ({"share": "half"}, "option share: 'half' is not allowed; use a number"),
        ({"strict": "yes"}, "option strict: 'yes' is not allowed; use true or false"),
        ({"strict": 1}, "option strict: 1 is not allowed; use true or false"),
        ({"name": 4}, "option name: 4 is not allowed; use text"),
        ({"name": ["a"] * 99}, "option name: ['a', 'a', 'a', "),
        ({"wait": "90"}, "option wait: '90' has no unit; write it like 250ms, 30s, 5m"),
        ({"wait": 90}, "option wait: 90 has no unit; write it like 250ms, 30s or 5m"),
        ({"table": "a=1"}, "option table: 'a=1' is not allowed; use a table, NAME.KEY=VALUE"),
        ({"table": "x", "table.a": "1"}, "option table: 'x' is not allowed; use a table"),
        ({"table.a": "1", "table": "x"}, "option table: 'x' is not allowed; use a table"),
        ({"limits.a": "x"}, "option limits.a: 'x' is not allowed; use a whole number"),
        ({"perhaps": "x"}, "option perhaps: 'x' is not allowed; use a whole number or nothing"),
        ({"cuont": 1}, "option cuont: is not known here, did you mean 'count'; there are: count,"),
        ({"name.a": "b"}, "option name.a: is not known here, did you mean 'name'; there are"),
        ({"": "b"}, "option : is not known here; there are: count,"),
    ],
    ids=range(20),
)
def test_what_is_wrong_is_named_with_what_is_right(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidTask) as caught:
        read_options(Options, given)
    assert str(caught.value).startswith(message)
    assert len(str(caught.value)) < 250


def test_free_options_are_taken_as_they_are() -> None:
    assert {"a.b": 1, "c": "d"} == read_options(dict, {"a.b": 1, "c": "d"})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
names = st.sampled_from([*attrs.fields_dict(Options), "table.a", "limits.b"]) | st.text(max_size=9)


@given(st.dictionaries(names, values, max_size=5))
def test_anything_is_either_right_or_refused(given: dict[str, Any]) -> None:
    refusal = None
    try:
        read_options(Options, given)
    except InvalidTask as error:
        refusal = error
    assert refusal is None or (refusal.field.startswith("option ") and refusal.message)
