"""`body.json.$...`: bodies that are JSON, and bodies that only should be."""

import pytest

from monitor.assertions import parse, verdict
from monitor.assertions import seen as seen_room
from monitor.assertions.jsontext import read_json
from monitor.core.model import Result, Status
from tests.assertions.looks import outcome, said


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("", "body is not JSON: it is empty"),
        ("<html>", 'body is not JSON: expecting value at line 1, column 1, before "<html>"'),
        ('{"a": 1,\n "b": }', 'body is not JSON: expecting value at line 2, column 7, before "}"'),
        ('{"a": 1', "body is not JSON: expecting ',' delimiter at line 1, column 8, "
         "where it ends"),
        ("1 2", 'body is not JSON: extra data at line 1, column 3, before "2"'),
        ("[NaN]", "body is not JSON: it contains NaN, which is no value there"),
        ("[" * 100_000, "body is JSON nested too deeply to be read"),
        (f"[{'9' * 10_000}]", "body is JSON with a number that is too long to be read"),
    ],
)  # fmt: skip
def test_a_body_that_is_not_json_says_where(body: str, found: str) -> None:
    assert f"body.json.$.a == 1: {found}" == said("body.json.$.a == 1", {"body": body})


def test_a_body_that_is_not_json_fails_also_where_something_should_be_missing() -> None:
    assert not outcome("body.json.$.error not exists", {"body": "<html>"}).passed


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("3", "body.json.$ == 3"),
        ("3", "body.json == 3"),
        ('\ufeff{"a": 1}', "body.json.$.a == 1"),
        ('"a"', 'body.json.$ == "a"'),
        ("[1, 2, 3]", "body.json.$[-1] == 3"),
        ("[[1, 2], [3]]", "body.json.$[*][*] == [1, 2, 3]"),
        ('{"b": 1, "a": 2}', "body.json.$[*] == [1, 2]"),
        ('[{"a": [{"b": 1}, {"b": 2}]}, {"a": []}]', "body.json.$[*].a[*].b == [1, 2]"),
        (r'{"inner": "{\"a\": 1}"}', "body.json.$.inner.json.$.a == 1"),
        ('{"größe": {"a b": 1}}', 'body.json.$.größe["a b"] == 1'),
        ('{"": 1}', 'body.json.$[""] == 1'),
        ('{"a": 1, "a": 2}', "body.json.$.a == 2"),
        ("1e400", "body.json.$ > 1e308"),
    ],
)
def test_json_is_reached_by_paths(body: str, text: str) -> None:
    assert outcome(text, {"body": body}).passed


def test_a_body_is_read_as_json_once_for_all_conditions(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(text: str) -> object:
        read.append(text)
        return read_json(text)

    monkeypatch.setattr(seen_room, "read_json", reading)
    expect = [parse("body.json.$.a == 1"), parse("body.json.$.b == 2 or body.json.$.c == 3")]
    result = Result(status=Status.UP, facts={"body": '{"a": 1, "b": 1, "c": 3}'})
    assert Status.UP is verdict(expect, [parse("body.json.$.a == 1")], False, result).status
    assert 1 == len(read)
