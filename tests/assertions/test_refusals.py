"""What cannot be read is refused with a sentence, a place, and what to write instead."""

import pytest

from monitor.assertions import ConditionError, parse


def refusal(text: str) -> str:
    with pytest.raises(ConditionError) as refused:
        parse(text)
    return str(refused.value)


def test_a_refusal_shows_the_condition_and_a_caret_below_the_place() -> None:
    assert ("'=' is no sign of this language; write ==\nstatus = 200\n       ^") == refusal(
        "status = 200"
    )


def test_of_a_long_condition_the_part_around_the_place_is_shown() -> None:
    start = " and ".join(f"status != {code}" for code in range(400, 430))
    assert (
        "'&&' is no sign of this language; write and\n"
        "…status != 427 and status != 428 and status != 429 && body contains 'ok' and …\n"
        "                                                   ^"
    ) == refusal(f"{start} && body contains 'ok' and latency < 800ms")


def test_the_caret_stands_right_also_below_wide_letters_and_behind_control_characters() -> None:
    assert (
        f"'&&' is no sign of this language; write and\na == '東京'   && b\n{' ' * 14}^"
    ) == refusal("a == '東京' \t\n&& b")


@pytest.mark.parametrize(
    ("written", "sentence", "column"),
    [
        ("", "the condition is empty; write something like status == 200", 1),
        ("status ==", "a value is missing, found the end of the condition; "
         "write a name such as status, latency or body", 10),
        ("status 200", "an operator is missing before '200'; write ==, <, in, contains ...", 8),
        ("status == 200)", "there is no parenthesis to close", 14),
        ("(status == 200", ") is missing before the end of the condition, "
         "to close the parenthesis", 15),
        ("(status) == 200", "parentheses group conditions, not values; leave them out here", 1),
        ("200 <= status <= 299", "comparisons cannot be chained; join two conditions by and", 15),
        ("status == 200 status", "the condition should end before 'status'; "
         "join two conditions by and or or", 15),
        ("a and", "a value is missing, found the end of the condition; "
         "write a name such as status, latency or body", 6),
        ("and == 3", "a value is missing, found 'and'; "
         "and is a word of the language, and a value is missing before it", 1),
        ("status not == 3", "not cannot stand before '=='; write !=", 8),
        ("1 == 1", "nothing of what the look found is compared here", 1),
        ("5", "5 alone is neither true nor false", 1),
        ("len(body)", "len(body) alone is neither true nor false; "
         "compare it, as in len(body) > 0", 1),
        ("5 exists", "5 is no name, so it cannot exist or be missing", 3),
        ("it == 3", "'it' is known only inside any and all; write any(rows, it.n > 3)", 1),
        ("any(rows it > 3)", ", is missing before 'it', and a condition, "
         "as in any(rows, it > 3)", 10),
        ("any rows", "( is missing before 'rows', "
         "as in any(body.json.$.items, it.price > 3)", 5),
        ("body contains", "a value is missing, found the end of the condition; "
         "write a name such as status, latency or body", 14),
    ],
)  # fmt: skip
def test_what_is_incomplete_or_misplaced_is_refused(
    written: str, sentence: str, column: int
) -> None:
    with pytest.raises(ConditionError) as refused:
        parse(written)
    assert (sentence, column) == (refused.value.sentence, refused.value.column)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("a && b", "'&&' is no sign of this language; write and"),
        ("a || b", "'||' is no sign of this language; write or"),
        ("!a", "'!' is no sign of this language; write not"),
        ("a === 3", "'===' is no sign of this language; write =="),
        ("a <> 3", "'<>' is no sign of this language; write !="),
        ("a =~ /x/", "'=~' is no sign of this language; write matches, as in body matches /ok/"),
        ("a == “x”", "'“' is no sign of this language; write \" or '"),
        ("a ≤ 3", "'≤' is no sign of this language; write <="),
        (r"a == '\U00110000'", r"'\\U00110000' is no escape; "
         r"write \\ for a backslash; there are \n \r \t \b \f \uXXXX \UXXXXXXXX"),
        ("status in 200", "behind in comes a range or a list, found only '200'; "
         "write a range like 200..299 or a list like [200, 204]"),
        ("status in codes", "behind in comes a range or a list, found 'codes'; "
         "write a range like 200..299 or a list like [200, 204]"),
        (f"a > {'9' * 400}s", f"{'9' * 400}s is too large"),
        ("a == 3 AND b", "'AND' is written in small letters; write and"),
        ("a is 3", "'is' is no operator; write =="),
        ("a is not 3", "'is' is no operator; write !="),
        ("status between 200 and 299",
         "'between' is no operator; write in, as in status in 200..299"),
        ("a == None", "'None' is no value of this language; write null"),
        ("a == True", "'True' is no value of this language; write true"),
        ("a in [True]", "a value is missing in a list, found 'True'; write true"),
        ("a in [x]", "a value is missing in a list, found 'x'; write \"x\" if you mean the text"),
        ("exists(a)", "there is no function 'exists'; write x exists"),
        ("count(a) > 3", "there is no function 'count'; write len(x)"),
        ("a - b > 3", "'-' is no sign of this language; "
         "a minus sign stands only right before a number; there is no arithmetic"),
        ("a == @", "'@' means nothing here"),
        ("a > 5min", "'5min' is neither a number nor a duration; write numbers like 200 or 0.5, "
         "durations like 250ms, 30s or 1h30m, and 5%"),
        ("status in 2xx", "'2xx' is neither a number nor a duration; write 200..299"),
        ("status in 200-299", "behind in comes a range or a list, found only '200'; "
         "write 200..299"),
        ("status in 299..200", "the range ends before it begins; write 200..299"),
        ("a in 200..1s", "a range goes between two numbers, two durations or two percentages"),
        ("a in 'a'..'z'", "a range goes between two numbers, two durations or two percentages"),
        ("a in []", "nothing is in an empty list"),
        ("a == [1..2]", "a range stands only behind in; write x in [200..299]"),
        ("'x' in tags", "behind in comes a range or a list, found 'tags'; "
         'write tags contains "x"'),
        ("a > 1e999", "1e999 is too large"),
        ("body contains 'ok", "the text that begins here does not end; close it with '"),
        (r"body contains 'a\d'", r"'\\d' is no escape; "
         r"write \\ for a backslash; there are \n \r \t \b \f \uXXXX \UXXXXXXXX"),
        ("body matches 'ok'", "matches needs a pattern, found a text 'ok'; "
         "write it between slashes, /ok/"),
        ("body matches ok", "matches needs a pattern, found 'ok'; "
         "write it between slashes, as in body matches /ok|ready/i"),
        ("body.json.$.2xx == 1", "'2xx' is neither a number nor a duration; write 200..299"),
        ("body.json.$.2 == 1", "a name is missing behind the dot, found '2'; write [\"2\"]"),
        ("body.json.$.a[b] == 1", "'b' cannot stand in brackets; write [\"b\"]"),
        ("body.json.$.a[1.5] == 1", "'1.5' cannot stand in brackets; "
         'write [0], [-1], [*] or ["x"]'),
        ("body.$ == 1", "$ stands only behind .json; write body.json.$.name"),
        ("$.a == 1", "a value is missing, found '$'; write body.json.$"),
    ],
)  # fmt: skip
def test_habits_from_other_languages_are_recognised(written: str, sentence: str) -> None:
    assert sentence == refusal(written).partition("\n")[0]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("[STATUS] == 200", "write status"),
        ("[RESPONSE_TIME] < 300", "write latency, with a unit, as in latency < 300ms"),
        ("[BODY].name == 'x'", "write body, or body.json.$ for a part of it"),
        ("[CONNECTED] == true",
         "write nothing: a target that cannot be connected to is DOWN anyway"),
        ("[CERTIFICATE_EXPIRATION] > 48h",
         "write certificate.days_left, as in certificate.days_left > 14"),
        ("len([BODY].items) > 0", "write body, or body.json.$ for a part of it"),
        ("has([BODY].errors) == false", "write x exists"),
        ("[CONTEXT].x == 1", "docs/conditions.md has a table of both languages"),
    ],
)  # fmt: skip
def test_conditions_of_gatus_are_recognised(written: str, hint: str) -> None:
    with pytest.raises(ConditionError) as refused:
        parse(written)
    assert hint == refused.value.hint


def test_a_refusal_is_a_value_error_so_that_readers_of_files_need_not_know_it() -> None:
    with pytest.raises(ValueError, match="means nothing here"):
        parse("a == ;")
