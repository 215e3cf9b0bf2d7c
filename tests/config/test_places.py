"""Every key of a valid file has a place, and the place is right."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.places import Path, places_of

TEXT = '''
# a comment with [brackets] = "and signs"
title = "x # no comment" # a comment
"odd key" . 'b.c' = 1
a.b.c = [1, [2, 3], {d = "}", e.f = """
multi ] line "quotes" \\""""} , # comment ]
  4,
]
date = 1979-05-27T07:32:00Z
[[task]]
name = 'one'
expect = [
    "latency < 1s",   # first
    'body contains "]"',
]
[task.options]
headers = { X-A = "1", "Y b" = "2" }
[[task]]
  name = "two"
  [[task.step]]
  url = "u1"
  [[task.step]]
  url = "u2"
[defaults]
interval = "60s"
'''


@pytest.mark.parametrize(
    ("path", "starts"),
    [
        (("title",), 'title = "x'),
        (("odd key", "b.c"), '"odd key" . '),
        (("a", "b", "c"), "a.b.c = ["),
        (("a", "b", "c", 0), "1, ["),
        (("a", "b", "c", 1, 1), "3]"),
        (("a", "b", "c", 2, "d"), 'd = "}"'),
        (("a", "b", "c", 2, "e", "f"), "e.f = "),
        (("a", "b", "c", 3), "4,"),
        (("date",), "date = 1979"),
        (("task", 0), "[[task]]"),
        (("task", 0, "expect", 1), "'body contains"),
        (("task", 0, "options"), "[task.options]"),
        (("task", 0, "options", "headers", "Y b"), '"Y b" = "2"'),
        (("task", 1, "name"), 'name = "two"'),
        (("task", 1, "step", 0, "url"), 'url = "u1"'),
        (("task", 1, "step", 1, "url"), 'url = "u2"'),
        (("defaults", "interval"), 'interval = "60s"'),
    ],
)
def test_a_key_stands_where_it_was_written(path: Path, starts: str) -> None:
    line, column = places_of(TEXT)[path]
    assert TEXT.splitlines()[line - 1][column - 1 :].startswith(starts)


def everything_in(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from everything_in(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield (*path, number)
            yield from everything_in(inner, (*path, number))


def test_everything_in_the_text_has_a_place() -> None:
    found = places_of(TEXT)
    assert set(everything_in(tomllib.loads(TEXT))) == set(found)


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
    | st.integers(-99, 99)
    | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), VALUES, max_size=4))
def test_whatever_a_valid_file_holds_every_value_has_a_place(document: dict[str, Any]) -> None:
    text = tomli_w.dumps(document, multiline_strings=True)
    found = places_of(text)
    lines = text.split("\n")
    for path in everything_in(tomllib.loads(text)):
        line, column = found[path]
        assert lines[line - 1][column - 1 : column].strip()
