"""Both sides of a comparison, made into functions."""

from typing import Any

from monitor.assertions.names import Names
from monitor.assertions.paths import Fetch, compile_path
from monitor.assertions.seen import Seen
from monitor.assertions.showing import named
from monitor.assertions.tree import Length, Operand, Path, Range, Several
from monitor.assertions.values import TYPES, Type, Unclear


def compile_operand(operand: Operand, names: Names) -> Fetch:
    """Return the function that fetches or knows the value."""
    match operand:
        case Path():
            return compile_path(operand, names)
        case Length(of):
            return _length(compile_path(of, names))
        case Several(items):
            return _fixed([item.value for item in items if not isinstance(item, Range)])
    return _fixed(operand.value)


def _fixed(value: Any) -> Fetch:
    return lambda seen, it: value


def _length(fetch: Fetch) -> Fetch:
    def length(seen: Seen, it: Any) -> Any:
        value = fetch(seen, it)
        if not isinstance(value, str | list | dict):
            raise Unclear(lambda: f"found {named(value)}, which has no length")
        return len(value)

    return length


def type_of(value: Any) -> Type:
    """Return the type of a plain value."""
    return TYPES[type(value)]


def mismatch(value: Any, *wanted: Type) -> str:
    """Say that a value is of no wanted type."""
    return f"found {named(value)}, not {' or '.join(wanted)}"
