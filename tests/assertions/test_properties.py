"""What is true of every condition, every text and every fact."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.assertions import ConditionError, check, parse, print_condition
from monitor.assertions.evaluation import compile_tree
from monitor.assertions.parser import parse_tree
from monitor.assertions.printer import print_tree
from monitor.assertions.reader import LENGTH, WORDS
from monitor.assertions.seen import Seen
from monitor.assertions.tokens import tokens
from monitor.assertions.tree import Not, Tree
from monitor.assertions.vocabulary import ANYTHING
from tests.assertions.trees import trees

NASTY = "".join(sorted("()[]{}.,*$\"'/\\<>=!&|%-+~ \n\t\x00é€\U0001f600²٣"))
SIGNS = ("(", ")", "[", "]", ",", ".", "..", "*", "==", "<", ">=", "$")
VALUES_WRITTEN = ("/c/i", "'a'", "-1", "1e5", "200", "5%", "250ms", "none")
NAMES_WRITTEN = ("status", "latency", "body", "header", "it", ".json.$")
WORD = st.sampled_from([*sorted(WORDS), *SIGNS, *VALUES_WRITTEN, *NAMES_WRITTEN])
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=NASTY + "abinot01", max_size=40),
    st.lists(WORD, max_size=20).map(" ".join),
    st.lists(WORD, max_size=20).map("".join),
)

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers().map(lambda number: 10 ** abs(number % 6000)),
    st.floats(),
    st.text(st.characters(), max_size=10),
    st.sampled_from(['{"a": [1, {"b": null}]}', "[1, 2]", "{", "a" * 200]),
    st.binary(max_size=5),
    st.decimals(),
    st.sampled_from([Decimal("sNaN"), object(), date(2026, 1, 1), datetime.now(UTC)]),
    st.timedeltas(),
    st.just(timedelta.max),
    st.just(int),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from(["a", "b", "n", "json"]) | st.text(max_size=3), inner),
        st.dictionaries(st.integers(), inner, max_size=2),
    ),
    max_leaves=12,
)
NAMES = ("status", "latency", "body", "headers", "certificate", "answers", "loss", "rows", "x")
FACTS = st.dictionaries(st.sampled_from(NAMES), VALUES)
CONDITIONS = [
    parse(text)
    for text in (
        "status in 200..299",
        "x not in [200, null, 'a', true, 5%]",
        "latency < 800ms",
        "loss < 5%",
        "body contains 'ok' or x contains 1",
        "not body matches /ok|\\w+\\z/i",
        "body.json.$.a[1].b == null",
        "body.json.$[*][*] contains 3",
        "header['X'] == 'y' and header.x matches /y/",
        "certificate.days_left > 14 or certificate.names[0] == 'a'",
        "any(dns.answers, it == 'a' or it.a > 3)",
        "all(rows, it.n > 0 and it[0] != 'a')",
        "not all(x[*], any(it.a, it exists))",
        "x == body",
        "x != x or x < x",
        "x == ['a', 1, null]",
        "x.json.$ == x",
        "x",
        "not x.a.b",
        "len(x) > len(body)",
        "x contains x or x[-1] contains x[0]",
        "rows not exists",
    )
]


@given(trees)
def test_a_printed_condition_is_read_as_the_same_condition(tree: Tree) -> None:
    text = print_tree(tree)
    assume(len(text) <= LENGTH)
    assert tree == parse_tree(text)
    assert text == print_tree(parse_tree(text))


@given(TEXTS)
def test_reading_any_text_raises_nothing_but_the_error_of_the_language(text: str) -> None:
    refused = None
    try:
        condition = parse(text)
    except ConditionError as error:
        refused = error
    if refused is None:
        assert condition == parse(print_condition(condition))
        return
    shown, caret = refused.caret.split("\n")
    assert "^" == caret.strip()
    assert 78 >= len(shown)
    assert 1 <= refused.column <= len(text) + 1


@given(st.sampled_from(CONDITIONS), FACTS)
def test_no_facts_make_a_check_raise(condition: Any, facts: dict[str, Any]) -> None:
    outcome = check(condition, facts)
    assert outcome.said.isprintable()
    assert len(outcome.said) <= 400 or outcome.passed


@given(trees, FACTS)
def test_no_condition_holds_together_with_its_contrary(tree: Tree, facts: dict[str, Any]) -> None:
    results = []
    for side in (tree, Not(tree)):
        try:
            results.append(compile_tree(side, ANYTHING)(Seen(facts), None) is None)
        except Exception as error:  # noqa: BLE001 (check turns it into a failure)
            assume(not isinstance(error, ConditionError))
            results.append(False)
    assert [True, True] != results


@given(TEXTS)
def test_every_token_stands_where_it_says(text: str) -> None:
    try:
        found = tokens(text)
    except ConditionError:
        return
    columns = [token.column for token in found]
    assert sorted(set(columns)) == columns
    assert len(text) + 1 == columns[-1]
