"""How many of something there are is said in right grammar, wherever it is said."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from monitor.core.counting import counted, filled, plural
from tests.russian.sources import trees, written


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 elements"), (1, "1 element"), (2, "2 elements"), (4211, "4,211 elements")],
)
def test_one_thing_is_counted_otherwise_than_several(number: int, said: str) -> None:
    assert said == counted(number, "element")


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert "1 echo" == counted(1, "echo", "echoes")
    assert "2 echoes" == counted(2, "echo", "echoes")


@pytest.mark.parametrize(
    ("numbers", "form"),
    [((1, 21, 101), "строка"), ((2, 4, 22, 103), "строки"), ((0, 5, 11, 12, 14, 111), "строк")],
)
def test_russian_has_three_forms(numbers: tuple[int, ...], form: str) -> None:
    forms = ("строка", "строки", "строк")
    assert {form} == {plural(number, forms, "ru") for number in numbers}


def test_a_phrase_counts_its_fields() -> None:
    phrase = "{rows:row|rows} of {tasks:task|tasks} written to {file}"
    assert "1 row of 0 tasks written to x" == filled(
        phrase, {"rows": 1, "tasks": 0, "file": "x"}, "en"
    )
    assert "3 строки" == filled("{rows:строка|строки|строк}", {"rows": 3}, "ru")


def test_a_phrase_without_russian_is_counted_in_english() -> None:
    assert "11 rows" == filled("{rows:row|rows}", {"rows": 11}, "ru")


def test_what_is_no_number_stands_with_the_last_form() -> None:
    assert "- rows" == filled("{rows:row|rows}", {"rows": "-"}, "en")


def test_other_fields_are_written_as_ever() -> None:
    assert "1 row in 0.50 s" == filled("{n:row|rows} in {s:.2f} s", {"n": 1, "s": 0.5}, "en")


NOUNS = re.compile(
    r"(?<!more than )(?<!larger than )(?<!at most )(?<!one of the )(?<! of )(?<!1 to )"
    r"(?:\0|\{\w+\}) (?:more )?(?:alerts|attempts|bytes|channels|characters|conditions|days|echoes|"
    r"elements|errors|fields|files|gaps|incidents|lines|looks|messages|pages|records|redirects|"
    r"rows|sessions|slots|steps|subscribers|tasks|things|tokens|users)\b"
)
ALWAYS_SEVERAL = {
    "\x00 characters are too many for one condition, \x00 are allowed",
    "\x00 looks in a row",
    "\x00 subscribers have that address; name one by its id",
    "\x00 tasks are out of range; use 1 to \x00",
    "\x00 tasks are too many to be changed at once here; choose fewer",
    "\x00 tasks cannot be \x00 at once, at most \x00; choose fewer",
    "\x00 things are wrong",
    "\x00, certificate valid for \x00 more days",
    "\x00: has \x00 characters; at most \x00 are taken",
    "expired \x00 days ago",
    "for \x00 more days",
    "has \x00 bytes; a datagram takes up to \x00",
    "has \x00 bytes; at most \x00 are kept",
    "has \x00 characters; at most \x00 are allowed",
    "has \x00 characters; at most \x00 are kept",
    "has \x00 characters; at most \x00 are read",
    "has \x00 elements; at most \x00 are taken",
    "has \x00 elements; at most 1000 are taken",
    "has \x00 steps; write \x00 at most",
    "has \x00 steps; write 1 to \x00",
    "is missing; \x00 incidents are open: \x00",
    "is too large: it has \x00 steps, \x00 are allowed; repeat less often",
    "the \x00 runs out in \x00 days",
    "the certificate has expired \x00 days ago",
    "the monitor may open \x00 files and sockets, but needs \x00 if no target answers",
    "the password has \x00 characters; use at most \x00",
    "the pattern is too large: it has \x00 steps, \x00 are allowed",
    "the way there takes \x00 bytes, headers included",
}
"""Where there is never one, or a fraction, or where one is told by another sentence."""


def counts() -> Iterator[str]:
    """Yield what counts things; phrases of alerts begin with {n}, and have all forms."""
    for node in trees(""):
        text = written(node)
        if text is not None and NOUNS.search(text) and not text.startswith("{n} "):
            yield text


def test_nothing_is_counted_in_a_way_of_its_own() -> None:
    assert ALWAYS_SEVERAL == set(counts())
