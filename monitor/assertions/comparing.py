"""`==`, `<` and their like, and `in`."""

import operator
from collections.abc import Callable
from typing import Any

from monitor.assertions.findings import Check, Failure, Finding, label_of, undecided
from monitor.assertions.names import Names
from monitor.assertions.operands import compile_operand, mismatch, type_of
from monitor.assertions.seen import Seen
from monitor.assertions.showing import named, show
from monitor.assertions.tree import Compare, In, Length, Path, Range
from monitor.assertions.values import ORDERED, Type, Unclear, same

_Decide = Callable[[Seen, Any, Any], bool]

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_compare(tree: Compare, names: Names, negated: bool) -> Check:
    """Make a function of a comparison; values of different types fail, whatever the operator."""
    left, right = compile_operand(tree.left, names), compile_operand(tree.right, names)
    label = label_of(tree, negated=negated)
    decide = _ordered(tree) if tree.operator in _ORDERS else _equal(tree)
    wanted = negated is (tree.operator == "!=")  # what `decide` must say

    def check(seen: Seen, it: Any) -> Failure | None:
        try:
            one, other = left(seen, it), right(seen, it)
            if decide(seen, one, other) is wanted:
                return None
        except Unclear as unclear:
            return undecided(label, unclear)
        return lambda: Finding(label, _found(tree, one, other))

    return check


def _found(tree: Compare, one: Any, other: Any) -> str:
    """Show what the look gave, and not what the condition repeats anyway."""
    sides = ((tree.left, one), (tree.right, other))
    return "found " + " and ".join(
        show(value) for side, value in sides if isinstance(side, Path | Length)
    )


def _equal(tree: Compare) -> _Decide:
    def decide(seen: Seen, one: Any, other: Any) -> bool:
        first, second = type_of(one), type_of(other)
        if first is not second:
            if Type.NULL in (first, second):
                return False  # null is like nothing else, which is an answer and no trouble
            raise _incomparable(tree, one, other)
        if first is Type.LIST or first is Type.TABLE:
            return same(one, other, seen.spend_parts)
        _refuse_nan(one, other)
        return bool(one == other)

    return decide


def _ordered(tree: Compare) -> _Decide:
    order = _ORDERS[tree.operator]

    def decide(seen: Seen, one: Any, other: Any) -> bool:
        first = type_of(one)
        if first is not type_of(other):
            raise _incomparable(tree, one, other)
        if first not in ORDERED:
            raise Unclear(lambda: f"found {named(one)}, which is neither less nor more")
        _refuse_nan(one, other)
        return order(one, other)

    return decide


def _incomparable(tree: Compare, one: Any, other: Any) -> Unclear:
    if not isinstance(tree.right, Path | Length):
        return Unclear(lambda: mismatch(one, type_of(other)))
    if not isinstance(tree.left, Path | Length):
        return Unclear(lambda: mismatch(other, type_of(one)))
    return Unclear(lambda: f"found {named(one)} and {named(other)}, which cannot be compared")


def _refuse_nan(one: Any, other: Any) -> None:
    if one != one or other != other:
        raise Unclear(lambda: "found nan, which is no number")


def compile_in(tree: In, names: Names, negated: bool) -> Check:
    """Make a function of `in`; a value of a type that is not in the list at all fails."""
    fetch = compile_operand(tree.left, names)
    label = label_of(tree, negated=negated)
    items = (tree.choices,) if isinstance(tree.choices, Range) else tree.choices.items
    bounds = [
        (item.low.value, item.high.value) if isinstance(item, Range) else (item.value, item.value)
        for item in items
    ]
    # A value given alone is a range from itself to itself; what has no order is compared as such.
    choices = [(type_of(low), low, high) for low, high in bounds]
    types = list(dict.fromkeys(of_type for of_type, _low, _high in choices))

    def check(seen: Seen, it: Any) -> Failure | None:
        try:
            value = fetch(seen, it)
            found = type_of(value)
            _refuse_nan(value, value)
        except Unclear as unclear:
            return undecided(label, unclear)
        if found not in types and found is not Type.NULL:
            return lambda: Finding(label, mismatch(value, *types))
        within = any(
            found is of_type and (low <= value <= high if found in ORDERED else value == low)
            for of_type, low, high in choices
        )
        return (lambda: Finding(label, f"found {show(value)}")) if within is negated else None

    return check
