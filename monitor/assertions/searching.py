"""`contains` and `matches`."""

from typing import Any

from monitor.assertions.findings import Check, Failure, Finding, label_of, undecided
from monitor.assertions.names import Names
from monitor.assertions.operands import compile_operand, mismatch
from monitor.assertions.patterns import compile_pattern
from monitor.assertions.seen import ITEM, Seen
from monitor.assertions.showing import around, show, where
from monitor.assertions.tree import Contains, Matches
from monitor.assertions.values import TYPES, Type, Unclear, same
from monitor.core.counting import counted


def compile_contains(tree: Contains, names: Names, negated: bool) -> Check:
    """Make a function of `contains`: a text within a text, or an element of a list."""
    left, right = compile_operand(tree.left, names), compile_operand(tree.right, names)
    label = label_of(tree, negated=negated)

    def check(seen: Seen, it: Any) -> Failure | None:
        try:
            whole, part = left(seen, it), right(seen, it)
            if isinstance(whole, list):
                if _among(whole, part, seen) is not negated:
                    return None
                return lambda: Finding(label, _in_list(whole, negated))
        except Unclear as unclear:
            return undecided(label, unclear)
        if not isinstance(whole, str):
            return lambda: Finding(label, mismatch(whole, Type.TEXT, Type.LIST))
        if not isinstance(part, str):
            return lambda: Finding(
                label, f"a text contains only texts, {mismatch(part, Type.TEXT)}"
            )
        seen.spend(len(whole))
        if (part in whole) is not negated:
            return None
        return lambda: Finding(label, _in_text(whole, part, negated))

    return check


def _among(whole: list[Any], part: Any, seen: Seen) -> bool:
    seen.spend(ITEM * len(whole))
    if isinstance(part, list | dict):
        return any(same(item, part, seen.spend_parts) for item in whole)
    # Python's own comparison lets through a little too much (1 == True), but is much faster.
    return any(
        same(item, part, seen.spend_parts)
        for item in whole
        if type(item) not in TYPES or item == part
    )


def _in_text(whole: str, part: str, found: bool) -> str:
    if not found:
        return f"not found in {where(whole)}"
    start = whole.index(part)
    return f"found {around(whole, start, start + len(part))}"


def _in_list(whole: list[Any], found: bool) -> str:
    if found:
        return f"found among {counted(len(whole), 'element')} {show(whole)}"
    return (
        f"not among {counted(len(whole), 'element')} {show(whole)}"
        if whole
        else "the list is empty"
    )


def compile_matches(tree: Matches, names: Names, negated: bool) -> Check:
    """Make a function of `matches`: a pattern found anywhere in a text."""
    fetch = compile_operand(tree.left, names)
    pattern = compile_pattern(tree.pattern, tree.flags, "", 1)
    label = label_of(tree, negated=negated)

    def check(seen: Seen, it: Any) -> Failure | None:
        try:
            text = fetch(seen, it)
        except Unclear as unclear:
            return undecided(label, unclear)
        if not isinstance(text, str):
            return lambda: Finding(label, mismatch(text, Type.TEXT))
        if seen.search(pattern, text) is not negated:
            return None
        if negated:
            return lambda: Finding(label, f"found {around(text, *seen.place(pattern, text))}")
        return lambda: Finding(label, f"no match in {where(text)}")

    return check
