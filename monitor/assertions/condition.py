"""Conditions as others use them: read once, checked at every look, printed."""

from collections.abc import Mapping
from typing import Any

import attrs

from monitor.assertions.evaluation import compile_tree
from monitor.assertions.findings import Check
from monitor.assertions.names import Names
from monitor.assertions.parser import parse_tree
from monitor.assertions.printer import print_tree
from monitor.assertions.seen import WORK, Seen, TooMuchWork
from monitor.assertions.showing import cut
from monitor.assertions.tree import Tree
from monitor.assertions.typecheck import check_types
from monitor.assertions.vocabulary import ANYTHING

SAID = 400
"""Characters of what is said of a failed condition."""


@attrs.frozen
class Condition:
    """A condition, ready to be checked. Two are equal if they print the same."""

    text: str
    """The canonical text."""
    mentions: frozenset[str] = attrs.field(eq=False, repr=False)
    """The declared names that it asks about: `status`, `dns.rcode`, `header` ..."""
    tree: Tree = attrs.field(eq=False, repr=False)
    run: Check = attrs.field(eq=False, repr=False)


@attrs.frozen
class Outcome:
    """Whether a condition held, and what is to be said of it."""

    passed: bool
    said: str
    """Of a failed condition what was found, of a passed one only itself; one printable line."""


def parse(text: str, names: Names = ANYTHING) -> Condition:
    """Read a condition; `names` are those that looks of its kind find .

    Raises:
        ConditionError: it cannot be read, asks for an unknown name, or compares values whose
            types never fit.
    """
    tree = parse_tree(text)
    mentions = check_types(tree, names, text)
    return Condition(print_tree(tree), mentions, tree, compile_tree(tree, names))


def print_condition(condition: Condition) -> str:
    """Return the canonical text; parsing it gives an equal condition."""
    return condition.text


def check(condition: Condition, facts: Mapping[str, Any]) -> Outcome:
    """Check a condition against the facts of one look. Never raises."""
    return examine(condition, Seen(facts))


def examine(condition: Condition, seen: Seen) -> Outcome:
    """Check one of several conditions about the same look. Never raises."""
    seen.work = WORK
    try:
        failure = condition.run(seen, None)
        if failure is None:
            return Outcome(True, condition.text)
        return Outcome(False, _line(str(failure())))
    except TooMuchWork as error:
        why = f"not decided, other tasks would wait: {error}"
    except RecursionError:
        why = "what the look found is nested too deeply"
    except Exception as error:  # noqa: BLE001 (facts come from plugins and functions too)
        why = f"what the look found cannot be read ({type(error).__name__})"
    return Outcome(False, _line(f"{cut(condition.text, 120)}: {why}"))


def _line(said: str) -> str:
    if not said.isprintable():
        said = "".join(letter if letter.isprintable() else " " for letter in said)
    return cut(said, SAID)
