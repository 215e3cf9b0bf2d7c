"""What is said of conditions that fail: what was found, for somebody who has just woken up."""

from decimal import Decimal
from http import HTTPStatus
from typing import Any

import pytest

from tests.assertions.looks import outcome, said


@pytest.mark.parametrize(
    "sentence",
    [
        "status in 200..299: found 503",
        "status in [200, 204]: found 503",
        "status not in 500..599: found 503",
        "not status == 503: found 503",
        "200 == status: found 503",
        "latency < 800ms: found 1.25s",
        "phase.tls < 200ms: found 432.1ms",
        "dns.ttl > 10m: found 5m",
        "certificate.days_left > 14: found 3.2",
        "loss < 5%: found 7.5%",
        "rows[0].n > 1: found 0.5",
        'rows[0].at == "x": found "2026-01-02T00:00:00+00:00"',
        'header["x-cache"] == "MISS": found "HIT"',
        'body.json.$.status == "fine": found "ok"',
        "len(body.json.$.items) > 3: found 2",
        "body.json.$.error == 3: found null",
        "body.json.$.ready == false: found true",
        "not body.json.$.ready: found true",
        "body.json.$.items[0].id == body.json.$.items[1].id: found 3 and 4",
        'dns.answers == ["192.0.2.1"]: found ["192.0.2.1", "192.0.2.2"]',
        "certificate not exists: found a table of 2 members",
    ],
)
def test_a_failed_comparison_says_what_was_found(sentence: str) -> None:
    assert sentence == said(sentence.partition(": found")[0])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('page contains "ok"', "not found in 5,132 characters starting with "
         '"<html>\\n<head>xxxxxxxxxxxxxxxxxxxxxxxxxxx…"'),
        ("page matches /o?k$/", "no match in 5,132 characters starting with "
         '"<html>\\n<head>xxxxxxxxxxxxxxxxxxxxxxxxxxx…"'),
        ('page not contains "error"',
         'found at character 5,018: "…xxxxxxxxxxx an error occurred yyyyy…"'),
        ("page not matches /E\\w{4}/i",
         'found at character 5,018: "…xxxxxxxxxxx an error occurred yyyyy…"'),
        ('body.json.$.status contains "fine"', 'not found in "ok"'),
        ('empty contains "fine"', 'not found in ""'),
        ("dns.answers contains \"192.0.2.9\"", 'not among 2 elements ["192.0.2.1", "192.0.2.2"]'),
        ("dns.answers not contains \"192.0.2.2\"",
         'found among 2 elements ["192.0.2.1", "192.0.2.2"]'),
        ("nothing contains 1", "the list is empty"),
    ],
)  # fmt: skip
def test_a_failed_search_says_where_it_searched(text: str, found: str) -> None:
    assert f"{text}: {found}" == said(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("body.json.$.count == 3", 'found the text "3", not a number'),
        ("3 == body.json.$.count", 'found the text "3", not a number'),
        ("body.json.$.count in [3, 4]", 'found the text "3", not a number'),
        ("body.json.$.items[0].id == body.json.$.count",
         'found the number 3 and the text "3", which cannot be compared'),
        ("body.json.$.items[0].price < 1s", "found the number 1, not a duration"),
        ("body.json.$.items > 3", "found a list of 2 elements, not a number"),
        ("body.json.$.error > 3", "found null, not a number"),
        ("body.json.$.status > body.json.$.count",
         'found the text "ok", which is neither less nor more'),
        ("body.json.$.items[0].id matches /3/", "found the number 3, not a text"),
        ("body.json.$.items[0].id contains 3", "found the number 3, not a text or a list"),
        ("body.json.$.status contains 3",
         "a text contains only texts, found the number 3, not a text"),
        ("body.json.$.status", 'found the text "ok", not true or false'),
        ("any(body.json.$.disks, it == 3)", "found a table of 2 members, not a list"),
        ("len(body.json.$.ready) > 3", "found true, which has no length"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_named_with_its_type(text: str, found: str) -> None:
    assert f"{text}: {found}" == said(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("proxy == 3", "there is no proxy, the look found address, answers, body, certificate, "
         "empty, headers, latency, loss, nothing, …"),
        ("phase.body < 3s", 'phase has no "body", it has connect, tls'),
        ('header["X-Nope"] == "a"', 'there is no header "X-Nope", there are server, x-cache'),
        ("body.json.$.nope == 1",
         'body.json.$ has no "nope", it has and, count, disks, error, items, ready, status'),
        ("body.json.$.status.id == 1", 'body.json.$.status is the text "ok", so it has no "id"'),
        ("body.json.$.items[5].id == 1",
         "body.json.$.items is a list of 2 elements, so it has no [5]"),
        ("body.json.$.items[*].color contains 1",
         'in [0], body.json.$.items[*] has no "color", it has id, name, price, tags'),
        ("body.json.$.count[0] == 1",
         'body.json.$.count is the text "3", so it has no [0]'),
        ("ttl.json.$.a == 1",
         "ttl is the number 300, and only a text can be read as JSON"),
        ("body.json.$.status[*] contains 1",
         'body.json.$.status is the text "ok", so it has no [*]'),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_with_what_is(text: str, found: str) -> None:
    assert f"{text}: {found}" == said(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("status == 503 and latency < 800ms", "latency < 800ms: found 1.25s"),
        ("status == 200 or status == 204",
         "neither status == 200 (found 503) nor status == 204 (found 503)"),
        ("not (status == 503 and latency > 1s)",
         "neither not status == 503 (found 503) nor not latency > 1s (found 1.25s)"),
        ("not (status == 200 or latency > 1s)", "not latency > 1s: found 1.25s"),
        ("status == 1 or status == 2 or status == 3 or status == 4 or status == 5",
         "neither status == 1 (found 503) nor status == 2 (found 503) nor status == 3 (found 503) "
         "nor 2 others"),
        ("(status == 503 and latency < 1s) or loss < 5%",
         "neither latency < 1s (found 1.25s) nor loss < 5% (found 7.5%)"),
    ],
)  # fmt: skip
def test_of_several_parts_those_that_failed_are_named(text: str, sentence: str) -> None:
    assert sentence == said(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("any(body.json.$.items, it.price > 30)",
         "none of 2 elements; in [0], it.price > 30: found 1"),
        ("any(rows, it.n > 30)", "in [0], it.n > 30: found 0.5"),
        ("all(body.json.$.items, it.price < 5)", "in [1], it.price < 5: found 9.5"),
        ("not any(body.json.$.items, it.price > 5)", "in [1], not it.price > 5: found 9.5"),
        ("any(nothing, it == 1)", "the list is empty"),
        ("all(body.json.$.items, any(it.tags, it == 'red'))".replace("'", '"'),
         'in [1], any(it.tags, it == "red"): the list is empty'),
    ],
)  # fmt: skip
def test_of_lists_the_element_that_decided_is_named(text: str, found: str) -> None:
    assert f"{text}: {found}" == said(text)


def test_a_condition_that_holds_says_only_itself() -> None:
    assert "status == 503" == outcome("status==503").said


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\nb\t\x1b[31m\x00", r'"a\nb\t\u001b[31m\u0000"'),
        ("\U000e0001", r'"\U000e0001"'),
        ("x" * 100, f'"{"x" * 60}…"'),
        (10**5000, "a number of about 5,000 digits"),
        (0.1 + 0.2, "0.3"),
        (HTTPStatus.NOT_FOUND, "404"),
        (Decimal("1.50"), "1.50"),
        ({"a": {"b": {"c": {"d": 1}}}}, '{"a": {"b": {"c": {…}}}}'),
        (list(range(1000)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, …]"),
        (b"raw", '"raw"'),
        ((1, 2), "[1, 2]"),
        ([object()], "[<object>]"),
    ],
    ids=[
        "control",
        "tag",
        "long",
        "huge",
        "float",
        "enum",
        "decimal",
        "deep",
        "list",
        "bytes",
        "tuple",
        "object",
    ],
)
def test_values_are_shown_short_and_printable(value: Any, shown: str) -> None:
    assert f"x == null: found {shown}" == said("x == null", {"x": value})


def test_a_long_condition_is_repeated_in_part() -> None:
    text = f"status in [{', '.join(map(str, range(100, 160)))}]"
    sentence = said(text)
    assert sentence.startswith("status in [100, 101, ")
    assert sentence.endswith(", 121…: found 503")


def test_no_sentence_is_longer_than_a_few_lines() -> None:
    text = " or ".join(f'page contains "{"z" * 100}{n}"' for n in range(7))
    assert 400 >= len(said(text))
