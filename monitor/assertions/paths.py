"""A name with its steps, made into a function that fetches the value."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from monitor.assertions.names import Names
from monitor.assertions.printer import print_path, quoted
from monitor.assertions.seen import ITEM, Seen
from monitor.assertions.showing import cut, named, show
from monitor.assertions.tree import Every, Index, Json, Member, Path, Step
from monitor.assertions.values import Absent, Percent, Seconds, Type, Unclear, plain

Fetch = Callable[[Seen, Any], Any]
"""Returns a plain value of a look; the second argument is what `it` stands for.

Raises Absent if there is no such value, Unclear if it cannot be said.
"""

_Take = Callable[[Seen, Any], Any]
"""Goes one or more steps into a value."""

_UNITS: dict[Type, type[float]] = {Type.DURATION: Seconds, Type.PERCENT: Percent}


def compile_path(path: Path, names: Names) -> Fetch:
    """Return the function that fetches what a path leads to."""
    reached = names.resolve(path, "")
    begun = len(path.steps) - len(reached.steps)
    takes = _takes(path, begun)
    if reached.any_case and takes:
        first = path.steps[begun]
        assert isinstance(first, Member)
        takes[0] = _header(first.name, print_path(path.root, path.steps[:begun]))
    fetch = _fetch_it(takes) if path.root == "it" else _fetch_fact(path, reached.key, takes)
    unit = _UNITS.get(reached.type)
    return _with_unit(fetch, unit) if unit else fetch


def _fetch_it(takes: list[_Take]) -> Fetch:
    def fetch(seen: Seen, it: Any) -> Any:
        for take in takes:
            it = take(seen, it)
        return plain(it)

    return fetch


def _fetch_fact(path: Path, key: str, takes: list[_Take]) -> Fetch:
    def fetch(seen: Seen, it: Any) -> Any:
        try:
            value = seen.facts[key]
        except KeyError:
            raise Absent(
                lambda: f"there is no {path.root}, the look found {_keys(seen.facts)}"
            ) from None
        for take in takes:
            value = take(seen, value)
        return plain(value)

    return fetch


def _with_unit(fetch: Fetch, unit: type[float]) -> Fetch:
    """Make a plain number a duration or a percentage, as the name was declared."""

    def with_unit(seen: Seen, it: Any) -> Any:
        value = fetch(seen, it)
        return unit(value) if type(value) in (float, int) else value

    return with_unit


def _takes(path: Path, begin: int) -> list[_Take]:
    """Return the functions for the steps from `begin` on; after `[*]` one does all the rest."""
    takes: list[_Take] = []
    for done in range(begin, len(path.steps)):
        step, where = path.steps[done], cut(print_path(path.root, path.steps[:done]), 80)
        if isinstance(step, Every):
            nested = any(isinstance(later, Every) for later in path.steps[done + 1 :])
            takes.append(_every(where, _takes(path, done + 1), flatten=nested))
            return takes
        takes.append(_take(step, where))
    return takes


def _take(step: Step, where: str) -> _Take:
    match step:
        case Member(name):
            return _member(name, where)
        case Index(number):
            return _index(number, where)
    assert isinstance(step, Json)
    return _json(where)


def _member(name: str, where: str) -> _Take:
    def take(seen: Seen, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise Absent(lambda: f"{where} is {_what(value)}, so it has no {quoted(name)}")
        if name not in value:
            raise Absent(lambda: f"{where} has no {quoted(name)}, it has {_keys(value)}")
        return value[name]

    return take


def _header(name: str, where: str) -> _Take:
    """Take a member whatever the case of its name."""
    folded = name.casefold()

    def take(seen: Seen, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise Absent(lambda: f"{where} is {_what(value)}, so it has no {quoted(name)}")
        if folded in value:  # probes give headers in lower case
            return value[folded]
        for key, found in value.items():
            if isinstance(key, str) and key.casefold() == folded:
                return found
        raise Absent(lambda: f"there is no {where} {quoted(name)}, there are {_keys(value)}")

    return take


def _index(number: int, where: str) -> _Take:
    def take(seen: Seen, value: Any) -> Any:
        if not isinstance(value, list | tuple) or not -len(value) <= number < len(value):
            raise Absent(lambda: f"{where} is {_what(value)}, so it has no [{number}]")
        return value[number]

    return take


def _json(where: str) -> _Take:
    def take(seen: Seen, value: Any) -> Any:
        value = plain(value)
        if not isinstance(value, str):
            raise Unclear(lambda: f"{where} is {_what(value)}, and only a text can be read as JSON")
        return seen.json(value, where)

    return take


def _every(where: str, takes: list[_Take], *, flatten: bool) -> _Take:
    def take(seen: Seen, value: Any) -> Any:
        value = plain(value)
        if isinstance(value, dict):
            value = list(value.values())
        if not isinstance(value, list):
            raise Absent(lambda: f"{where} is {_what(value)}, so it has no [*]")
        seen.spend(ITEM * len(value) * (1 + len(takes)))
        found: list[Any] = []
        for index, item in enumerate(value):
            try:
                for step in takes:
                    item = step(seen, item)
            except Unclear as unclear:
                raise type(unclear)(_at(index, unclear)) from None
            if flatten:
                found.extend(item)
            else:
                found.append(item)
        return found

    return take


def _at(index: int, unclear: Unclear) -> Callable[[], str]:
    return lambda: f"in [{index}], {unclear.say()}"


def _what(value: Any) -> str:
    try:
        return named(value)
    except Unclear:
        return show(value)


def _keys(table: Mapping[str, Any]) -> str:
    """Name the members of a table, not too many."""
    shown: list[str] = []
    room = 80
    for key in sorted(map(str, islice(table, 100))):
        room -= len(key) + 2
        if room < 0:
            return ", ".join([*shown, "…"])
        shown.append(key if key.isprintable() else show(key))
    return ", ".join(shown) or "nothing"
