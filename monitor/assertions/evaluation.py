"""Conditions made into functions, once; calling them is what a look costs.

`not` is carried down to the simplest conditions (by De Morgan's laws) before anything runs. So a
part that cannot be decided - the name is absent, the types differ - fails with or without `not`,
and a condition never holds by accident.
"""

from typing import Any

from monitor.assertions.comparing import compile_compare, compile_in
from monitor.assertions.findings import Check, Failure, Finding, label_of, neither, undecided
from monitor.assertions.names import Names
from monitor.assertions.operands import compile_operand, mismatch
from monitor.assertions.paths import compile_path
from monitor.assertions.searching import compile_contains, compile_matches
from monitor.assertions.seen import ELEMENT, Seen
from monitor.assertions.showing import named
from monitor.assertions.tree import (
    And,
    Compare,
    Contains,
    Exists,
    Holds,
    In,
    Matches,
    Not,
    Or,
    Quantified,
    Tree,
)
from monitor.assertions.values import Absent, Type, Unclear
from monitor.core.counting import counted


def compile_tree(tree: Tree, names: Names, *, negated: bool = False) -> Check:
    """Make a function of a condition, or of its contrary."""
    match tree:
        case Not(inner):
            return compile_tree(inner, names, negated=not negated)
        case And(parts) | Or(parts):
            checks = [compile_tree(part, names, negated=negated) for part in parts]
            return _all_of(checks) if isinstance(tree, And) is not negated else _any_of(checks)
        case Quantified():
            return _quantified(tree, names, negated)
        case Compare():
            return compile_compare(tree, names, negated)
        case In():
            return compile_in(tree, names, negated)
        case Contains():
            return compile_contains(tree, names, negated)
        case Matches():
            return compile_matches(tree, names, negated)
        case Exists():
            return _exists(tree, names, negated)
        case Holds():
            return _holds(tree, names, negated)


def _all_of(checks: list[Check]) -> Check:
    def check(seen: Seen, it: Any) -> Failure | None:
        for part in checks:
            failure = part(seen, it)
            if failure is not None:
                return failure
        return None

    return check


def _any_of(checks: list[Check]) -> Check:
    def check(seen: Seen, it: Any) -> Failure | None:
        failures = []
        for part in checks:
            failure = part(seen, it)
            if failure is None:
                return None
            failures.append(failure)
        return lambda: neither(failures)

    return check


def _exists(tree: Exists, names: Names, negated: bool) -> Check:
    fetch = compile_path(tree.path, names)
    label = label_of(tree, negated=negated)

    def check(seen: Seen, it: Any) -> Failure | None:
        try:
            value = fetch(seen, it)
        except Absent as absent:
            return None if negated else undecided(label, absent)
        except Unclear as unclear:
            return undecided(label, unclear)
        return (lambda: Finding(label, f"found {named(value)}")) if negated else None

    return check


def _holds(tree: Holds, names: Names, negated: bool) -> Check:
    fetch = compile_operand(tree.operand, names)
    label = label_of(tree, negated=negated)

    def check(seen: Seen, it: Any) -> Failure | None:
        try:
            value = fetch(seen, it)
        except Unclear as unclear:
            return undecided(label, unclear)
        if type(value) is not bool:
            return lambda: Finding(label, mismatch(value, Type.BOOLEAN))
        if value is negated:
            return lambda: Finding(label, f"found {'true' if value else 'false'}")
        return None

    return check


def _quantified(tree: Quantified, names: Names, negated: bool) -> Check:
    """Go through a list; "not any x" is "all not x", and the other way round."""
    fetch = compile_path(tree.over, names)
    inner = compile_tree(tree.condition, names, negated=negated)
    label = label_of(tree, negated=negated)
    go = _each_one if (tree.word == "all") is not negated else _at_least_one

    def check(seen: Seen, it: Any) -> Failure | None:
        try:
            value = fetch(seen, it)
        except Unclear as unclear:
            return undecided(label, unclear)
        if type(value) is not list:
            return lambda: Finding(label, mismatch(value, Type.LIST))
        return go(label, inner, seen, value)

    return check


def _each_one(label: str, inner: Check, seen: Seen, elements: list[Any]) -> Failure | None:
    for index, element in enumerate(elements):
        seen.spend(ELEMENT)
        failure = inner(seen, element)
        if failure is not None:
            return _in_element(label, "", index, failure)
    return None


def _at_least_one(label: str, inner: Check, seen: Seen, elements: list[Any]) -> Failure | None:
    first: Failure | None = None
    for element in elements:
        seen.spend(ELEMENT)
        failure = inner(seen, element)
        if failure is None:
            return None
        first = first or failure
    if first is None:
        return lambda: Finding(label, "the list is empty")
    none = f"none of {counted(len(elements), 'element')}" if len(elements) > 1 else ""
    return _in_element(label, none and f"{none}; ", 0, first)


def _in_element(label: str, before: str, index: int, failure: Failure) -> Failure:
    return lambda: Finding(label, f"{before}in [{index}], {failure()}")
