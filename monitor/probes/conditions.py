"""What an operator expects of a task, read once and tried on each result."""

from collections.abc import Sequence
from functools import partial

from monitor.assertions import (
    COMMON,
    Condition,
    ConditionError,
    Names,
    parse,
    verdict,
    with_defaults,
)
from monitor.core.model import TaskSpec
from monitor.core.probing import InvalidTask, Rule, as_seen
from monitor.probes.kind import Kind


def make_rule(task: TaskSpec, kind: Kind) -> Rule:
    """Return what a task's conditions make of a result, its kind's own expectations among them.

    Raises:
        InvalidTask: a condition cannot be read; the message points at the place.
    """
    names = names_of(kind)
    own = tuple(parse(text, names) for text in kind.expect)
    expect = with_defaults(_read("expect", task.expect, names), own)
    degraded = _read("degraded", task.degraded, names)
    if not (expect or degraded or task.invert):
        return as_seen
    return partial(verdict, expect, degraded, task.invert)


def names_of(kind: Kind) -> Names:
    """Return what conditions on looks of a kind may ask about."""
    return COMMON | kind.facts


def _read(field: str, texts: Sequence[str], names: Names) -> tuple[Condition, ...]:
    conditions = []
    for index, text in enumerate(texts):
        try:
            conditions.append(parse(text, names))
        except ConditionError as error:
            raise InvalidTask(field, error.sentence, error.caret, index) from None
    return tuple(conditions)
