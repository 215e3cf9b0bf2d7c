"""Regular expressions: quick for every text, and clear about what they cannot do."""

import time

import pytest

from monitor.assertions import ConditionError, check, parse
from tests.assertions.looks import said


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_pattern_that_would_take_ages_elsewhere_takes_milliseconds(pattern: str) -> None:
    condition = parse(f"body matches /{pattern}/")
    started_s = time.thread_time()
    check(condition, {"body": "a" * 100_000 + "!"})
    assert 1 > time.thread_time() - started_s


@pytest.mark.parametrize(
    ("pattern", "sentence", "caret_at"),
    [
        ("a(?=b)", "look-ahead is not supported, so that patterns run in linear time", "(?="),
        ("a(?!b)", "look-ahead is not supported, so that patterns run in linear time", "(?!"),
        ("(?<=a)b", "look-behind is not supported, so that patterns run in linear time", "(?<"),
        (r"(a)\1", "back-references are not supported, so that patterns run in linear time",
         r"\1"),
        ("(?P<x>a)(?P=x)",
         "back-references are not supported, so that patterns run in linear time", "(?P="),
        ("(?>a)b", "atomic groups are not supported, and not needed: "
         "patterns run in linear time", "(?>"),
        ("ab++c", "possessive repetition is not supported, and not needed: "
         "patterns run in linear time", "++"),
        ("(a)(?(1)b|c)",
         "conditional groups are not supported, so that patterns run in linear time", "(?("),
        (r"end\Z", r"\Z is not supported, write \z", r"\Z"),
        ("a(?#x)", "comments are not supported", "(?#"),
        ("a[b", "the pattern cannot be read: missing ] [b", "[b"),
        ("a{9999}", "the pattern cannot be read: invalid repetition size {9999}", "{9999}"),
        (r"x\/(?=y)", "look-ahead is not supported, so that patterns run in linear time", "(?="),
    ],
)  # fmt: skip
def test_what_linear_time_cannot_do_is_refused_at_its_place(
    pattern: str, sentence: str, caret_at: str
) -> None:
    text = f"status == 200 and body matches /{pattern}/i"
    with pytest.raises(ConditionError) as refused:
        parse(text)
    assert (sentence, 1 + text.index(caret_at)) == (refused.value.sentence, refused.value.column)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("body matches /(a/", "the pattern cannot be read: missing )"),
        ("body matches //", "an empty pattern matches everything"),
        ("body matches /a/x", "'x' behind the pattern are no flags; there are i (ignore case), "
         "m (^ and $ at lines) and s (. also for line ends)"),
        ("body matches /a/ii", "'ii' behind the pattern are no flags; there are i (ignore case), "
         "m (^ and $ at lines) and s (. also for line ends)"),
        ("body matches /a", "the pattern that begins here does not end; close it with /"),
        ("body matches /.{300}/", "the pattern is too large: it has 2,404 steps, 2,000 are "
         "allowed; repeat less often: .{100} alone has 800 steps, .* has 10"),
        ("body matches /\ud800/", "the pattern contains half of a surrogate pair"),
    ],
)  # fmt: skip
def test_what_is_no_pattern_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ConditionError) as refused:
        parse(text)
    assert sentence == refused.value.sentence


def test_a_large_pattern_is_not_tried_on_a_large_text() -> None:
    assert (
        "body matches /[ab]*a[ab]{200}c/: not decided, other tasks would wait: "
        "a pattern of 207 steps is too large for 1,000,000 characters"
    ) == said("body matches /[ab]*a[ab]{200}c/", {"body": "ab" * 500_000})


def test_a_usual_pattern_is_tried_on_the_largest_body() -> None:
    body = f"{'x' * (1024 * 1024 - 5)}panic"
    assert check(parse("body matches /error|fatal|panic|failed/i"), {"body": body}).passed


def test_positions_are_counted_in_characters_and_not_in_bytes() -> None:
    assert 'body not matches /fa\\w+/: found at character 7: "größe fatal"' == said(
        "body not matches /fa\\w+/", {"body": "größe fatal"}
    )


def test_a_dollar_is_the_very_end_of_a_text() -> None:
    assert not check(parse("body matches /ok$/"), {"body": "ok\n"}).passed
    assert check(parse("body matches /ok$/m"), {"body": "ok\n"}).passed
