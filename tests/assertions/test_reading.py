"""Conditions are read as people write them, and printed in one way."""

import pytest

from monitor.assertions import parse, print_condition
from tests.assertions.looks import NAMES


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("status in 200..299", "status in 200..299"),
        ("status  in  200 .. 299", "status in 200..299"),
        ("status in [200,204]", "status in [200, 204]"),
        ("status in [200..299, 304]", "status in [200..299, 304]"),
        ("status==200", "status == 200"),
        ("200 == status", "200 == status"),
        ("not status == 404", "not status == 404"),
        ("latency<800ms", "latency < 800ms"),
        ("latency < 1h30m", "latency < 1h30m"),
        ("phase.tls < 200ms", "phase.tls < 200ms"),
        ("body contains 'ok'", 'body contains "ok"'),
        (r"body contains 'it\'s'", 'body contains "it\'s"'),
        ("body contains '\"'", "body contains '\"'"),
        (r'body contains "a\tb\u00e9\\"', r'body contains "a\tbé\\"'),
        ("body matches /ok|ready/i", "body matches /ok|ready/i"),
        ("body matches /a/si", "body matches /a/is"),
        (r"body matches /a\/b/", r"body matches /a\/b/"),
        (r"body matches /[\/]\d/", r"body matches /[\/]\d/"),
        ("body.json.$.items[0].id == 3", "body.json.$.items[0].id == 3"),
        ("body.json.items[-1] == 3", "body.json.$.items[-1] == 3"),
        ("body.json.$['a']['b c'] exists", 'body.json.$.a["b c"] exists'),
        ("body.json.$.items[*].id contains 3", "body.json.$.items[*].id contains 3"),
        ("rows[0]['json'].and == 1", 'rows[0]["json"].and == 1'),
        ("header['x-cache'] == 'HIT'", 'header["x-cache"] == "HIT"'),
        ("header.x-cache == 'HIT'", 'header["x-cache"] == "HIT"'),
        ("certificate.days_left > -0.5", "certificate.days_left > -0.5"),
        ("loss < 5%", "loss < 5%"),
        ("x == null or x == true", "x == null or x == true"),
        ("x == ['a', 1]", 'x == ["a", 1]'),
        ("body.json.$.ready", "body.json.$.ready"),
        ("not body.json.$.ready", "not body.json.$.ready"),
        ("(a and b) or c", "a and b or c"),
        ("a and (b or c)", "a and (b or c)"),
        ("a and (b and c)", "a and (b and c)"),
        ("((a)) and b", "a and b"),
        ("not (a and b)", "not (a and b)"),
        ("not a and b", "not a and b"),
        ("not not a", "not not a"),
        ("not a in [1]", "a not in [1]"),
        ("a not matches /x/", "a not matches /x/"),
        ("a not exists", "a not exists"),
        ("any( rows,it.n>3 )", "any(rows, it.n > 3)"),
        ("all(rows, any(it.tags, it == 'x'))", 'all(rows, any(it.tags, it == "x"))'),
        ("len(rows) > 0", "len(rows) > 0"),
        ("a\n  and b", "a and b"),
        ("größe > 1e3", "größe > 1000.0"),
    ],
)
def test_a_condition_is_printed_in_one_way(written: str, canonical: str) -> None:
    assert canonical == print_condition(parse(written))
    assert canonical == print_condition(parse(canonical))


def test_conditions_that_print_the_same_are_equal() -> None:
    assert parse("status in [200,204]") == parse("status  in [200, 204]")
    assert hash(parse("a and b")) == hash(parse("(a) and (b)"))


def test_a_number_and_a_truth_value_are_not_the_same_condition() -> None:
    assert parse("x == 1") != parse("x == true")


@pytest.mark.parametrize(
    ("written", "mentioned"),
    [
        ("status == 200 and latency < 1s", {"status", "latency"}),
        ("body.json.$.a == 1 or not body contains 'x'", {"body"}),
        ("dns.answers contains '192.0.2.1'", {"dns.answers"}),
        ("certificate.days_left > 14", {"certificate.days_left"}),
        ("any(rows, it.n > 3)", {"rows"}),
        ("len(queue.jobs) < 10", {"queue"}),
    ],
)
def test_a_condition_knows_the_names_that_it_asks_about(written: str, mentioned: set[str]) -> None:
    assert mentioned == parse(written, NAMES).mentions
