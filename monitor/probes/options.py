"""The options of a task: text from a command line or values from a file, made into checked values.

Every error names the option, says what was found and what is allowed.
"""

import difflib
import functools
import re
import typing
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import msgspec

from monitor.core.probing import InvalidTask
from monitor.core.units import parse_duration


class Seconds(float):
    """A duration in seconds; operators write it with a unit, `30s`."""


def read_options(wanted: type, given: Mapping[str, Any]) -> Any:
    """Make an instance of `wanted` of what the operator wrote.

    Text is read as the field's type wants it, so `"3"` is a number where one is expected; other
    values must have that type already. `{"headers.X-Run": "7"}` means
    `{"headers": {"X-Run": "7"}}`, because a command line knows no tables. A kind whose options
    are free names `dict` as their type, and gets them as they are.

    What is declared with `repr=False` is secret: errors do not show what was written.

    Raises:
        InvalidTask: naming the first option that is unknown or wrong.
    """
    if wanted is dict:
        return dict(given)
    hints = _hints(wanted)
    secret = {field.name for field in attrs.fields(wanted) if not field.repr}
    values = {}
    for name, value in _with_tables(given, hints).items():
        if name not in hints:
            raise unknown_option(name, hints)
        values[name] = _converted(name, value, hints[name], hidden=name in secret)
    return wanted(**values)


def unknown_option(name: str, known: Iterable[str]) -> InvalidTask:
    """Return the error for an option that the kind does not have."""
    names = sorted(known)
    guess = did_you_mean(name, names) or did_you_mean(name.rpartition(".")[2], names)
    there_are = f"there are: {', '.join(names)}" if names else "this kind has none"
    return InvalidTask(f"option {name}", f"is not known here{guess}; {there_are}")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `, did you mean 'x'?` without the question mark, or nothing."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f", did you mean {close[0]!r}" if close else ""


@functools.cache
def _hints(wanted: type) -> dict[str, Any]:
    hints = typing.get_type_hints(wanted, include_extras=True)
    return {field.name: hints[field.name] for field in attrs.fields(wanted)}


def _with_tables(given: Mapping[str, Any], hints: Mapping[str, Any]) -> dict[str, Any]:
    """Gather `table.key` into tables, for the options that are tables."""
    gathered: dict[str, Any] = {}
    for written, value in given.items():
        name = written
        table, dot, key = written.partition(".")
        if dot and _is_table(hints.get(table)):
            name, value = table, {key: value}
        before = gathered.get(name, {})
        if not isinstance(before, Mapping):
            continue  # wrong already; the conversion will say so
        gathered[name] = {**before, **value} if isinstance(value, Mapping) else value
    return gathered


def _is_table(hint: Any) -> bool:
    return typing.get_origin(_bare(hint)) is dict


def _bare(hint: Any) -> Any:
    return typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint


def _converted(name: str, value: Any, hint: Any, *, hidden: bool = False) -> Any:
    if _is_table(hint) and isinstance(value, Mapping):
        _key_hint, value_hint = typing.get_args(_bare(hint))
        return {
            key: _converted(f"{name}.{key}", value[key], value_hint, hidden=hidden) for key in value
        }
    _refuse_unknown(name, value, _bare(hint))
    try:
        return msgspec.convert(
            value, hint, strict=not isinstance(value, str), dec_hook=_read_special
        )
    except msgspec.ValidationError as error:
        inner = _INNER.search(str(error))
        path = inner[1] if inner else ""
        wrong = _explain(_inside(value, path), str(error), hidden=hidden)
        raise InvalidTask(f"option {name}{_from_one(path)}", wrong) from None


def _refuse_unknown(name: str, value: Any, hint: Any) -> None:
    """Refuse unknown keys of tables in lists; msgspec would pass them over in silence."""
    element = next(iter(typing.get_args(hint)), None)
    if not (isinstance(element, type) and attrs.has(element) and isinstance(value, list)):
        return
    known = [field.name for field in attrs.fields(element)]
    for number, table in enumerate(value, 1):
        for key in table if isinstance(table, Mapping) else ():
            if key not in known:
                raise unknown_option(f"{name}[{number}].{key}", known)


def _inside(value: Any, path: str) -> Any:
    """Return what stands at `[0].name` in a value, or the last that is there on the way."""
    for number, key in re.findall(r"\[(\d+)\]|\.([^.\[]+)", path):
        try:
            value = value[int(number)] if number else value[key]
        except (LookupError, TypeError):
            break
    return value


def _from_one(path: str) -> str:
    """Count the elements of lists from 1, as people do: `[0].name` becomes `[1].name`."""
    return re.sub(r"\[(\d+)\]", lambda number: f"[{int(number[1]) + 1}]", path)


def _read_special(wanted: type, value: Any) -> Any:
    """Read what msgspec does not know; its ValueError becomes a ValidationError."""
    if wanted is Seconds:
        if isinstance(value, str):
            return Seconds(parse_duration(value))
        raise ValueError(f"{value!r} has no unit; write it like 250ms, 30s or 5m")
    raise NotImplementedError


_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "text",
    "object": "a table, NAME.KEY=VALUE",
    "array": "a list",
    "null": "nothing",
}


_INNER = re.compile(r" - at `\$(.*)`$")
"""Where in a list or table msgspec found something wrong."""


def _explain(value: Any, message: str, *, hidden: bool) -> str:
    """Turn msgspec's message into one about what was written."""
    message = message.partition(" - at ")[0]
    if not message.startswith("Expected "):
        return message
    expected = message.removeprefix("Expected ").partition(", got ")[0]
    words = re.sub(r"\b(\w+)\b", lambda m: _WORDS.get(m[1], m[1]), expected.replace("`", ""))
    shown = "what is written there" if hidden else repr(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return f"{shown} is not allowed; use {words.replace(' | ', ' or ')}"
