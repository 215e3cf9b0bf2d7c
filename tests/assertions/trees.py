"""Any tree that the parser could make."""

from hypothesis import strategies as st

from monitor.assertions.tree import (
    And,
    Boolean,
    Compare,
    Contains,
    Duration,
    Every,
    Exists,
    Holds,
    In,
    Index,
    Json,
    Length,
    Matches,
    Member,
    Not,
    Null,
    Number,
    Or,
    Path,
    Percentage,
    Quantified,
    Range,
    Scalar,
    Several,
    Text,
    Tree,
)

_SYLLABLES = st.sampled_from(["a", "b-c", "_d", "größe", "x1", "in", "not", "exists", "json", "it"])
_NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
_UNITS = st.sampled_from(["ms", "s", "m", "h", "d", "w"])

durations = st.builds(
    lambda sign, parts: Duration(sign + "".join(f"{number}{unit}" for number, unit in parts)),
    st.sampled_from(["", "-"]),
    st.lists(st.tuples(st.integers(0, 9999) | st.just(1.5), _UNITS), min_size=1, max_size=3),
)
scalars: st.SearchStrategy[Scalar] = st.one_of(
    st.just(Null()),
    st.booleans().map(Boolean),
    _NUMBERS.map(Number),
    durations,
    _NUMBERS.map(Percentage),
    st.text(max_size=8).map(Text),
)


def _range(make: type[Number] | type[Percentage]) -> st.SearchStrategy[Range]:
    ends = st.tuples(_NUMBERS, _NUMBERS).map(sorted)
    return ends.map(lambda pair: Range(make(pair[0]), make(pair[1])))


ranges = _range(Number) | _range(Percentage)
steps = st.one_of(
    (_SYLLABLES | st.text(max_size=5)).map(Member),
    st.integers(-99, 99).map(Index),
    st.just(Every()),
    st.just(Json()),
)
_roots = st.sampled_from(["a", "x-y", "größe", "thing", "Andy", "nothing"])
paths = st.builds(Path, _roots, st.lists(steps, max_size=5).map(tuple))
seen_operands = paths | st.builds(Length, paths)
lists = st.lists(scalars, max_size=3).map(tuple).map(Several)
choices = ranges | st.lists(scalars | ranges, min_size=1, max_size=3).map(tuple).map(Several)
patterns = st.sampled_from(["a", "a/b", r"\d+\\", "[/x]", "a|b", "ü\n", r"\\/"])
flags = st.sampled_from(["", "i", "m", "is", "ims"])
equalities = st.sampled_from(["==", "!="])
orders = st.sampled_from(["<", "<=", ">", ">="])
measures = _NUMBERS.map(Number) | durations | _NUMBERS.map(Percentage)

simple: st.SearchStrategy[Tree] = st.one_of(
    st.builds(Compare, paths, equalities, scalars | lists | seen_operands),
    st.builds(Compare, scalars | lists, equalities, paths),
    st.builds(Compare, paths, orders, measures | seen_operands),
    st.builds(Compare, measures, orders, paths),
    st.builds(In, paths, choices),
    st.builds(Contains, paths, scalars | paths),
    st.builds(Matches, paths, patterns, flags),
    st.builds(Exists, paths),
    st.builds(Holds, paths | st.booleans().map(Boolean)),
)


def _larger(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Not, inner),
        st.builds(And, parts),
        st.builds(Or, parts),
        st.builds(Quantified, st.sampled_from(["any", "all"]), paths, inner),
    )


trees: st.SearchStrategy[Tree] = st.recursive(simple, _larger, max_leaves=6)
