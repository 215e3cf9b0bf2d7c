"""What is said of a condition that does not hold."""

from collections.abc import Callable
from typing import Any

import attrs

from monitor.assertions.printer import print_tree
from monitor.assertions.seen import Seen
from monitor.assertions.showing import cut
from monitor.assertions.tree import Not, Tree
from monitor.assertions.values import Unclear
from monitor.core.counting import counted

LABEL = 120
"""Characters of a condition that a sentence repeats."""

_ALTERNATIVES = 3


@attrs.frozen
class Finding:
    """A failed part of a condition, and what was found instead."""

    label: str
    found: str = ""

    def __str__(self) -> str:
        return f"{self.label}: {self.found}" if self.found else self.label

    @property
    def nested(self) -> str:
        """The same, for use within a sentence."""
        return f"{self.label} ({self.found})" if self.found else self.label


Failure = Callable[[], Finding]
"""A failed part; the sentence is made only when it is asked for."""

Check = Callable[[Seen, Any], Failure | None]
"""Returns None if a part holds; the second argument is what `it` stands for."""


def label_of(tree: Tree, *, negated: bool) -> str:
    """Return the text of a part as sentences repeat it."""
    return cut(print_tree(Not(tree) if negated else tree), LABEL)


def undecided(label: str, unclear: Unclear) -> Failure:
    """Say that a part fails because there is no value to decide it by."""
    say = unclear.say
    return lambda: Finding(label, say())


def neither(failures: list[Failure]) -> Finding:
    """Say that none of the alternatives holds, each with what was found."""
    parts = [failure().nested for failure in failures[:_ALTERNATIVES]]
    if len(failures) > _ALTERNATIVES:
        parts.append(counted(len(failures) - _ALTERNATIVES, "other"))
    return Finding(f"neither {' nor '.join(parts)}")
