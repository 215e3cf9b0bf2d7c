"""The values that stand in a condition itself: `200`, `"ok"`, `250ms`, `[200, 204]`, `200..299`."""

import math
from typing import NoReturn

from monitor.assertions import hints
from monitor.assertions.errors import ConditionError
from monitor.assertions.printer import print_operand
from monitor.assertions.reader import Reader
from monitor.assertions.tokens import Sort, Token
from monitor.assertions.tree import (
    Boolean,
    Duration,
    Null,
    Number,
    Operand,
    Path,
    Percentage,
    Range,
    Scalar,
    Several,
    Text,
)
from monitor.assertions.values import ORDERED, TYPES, Type


def read_scalar(reader: Reader) -> Scalar | None:
    """Read one value, or nothing if none stands here."""
    token = reader.here
    scalar: Scalar
    match token.sort:
        case Sort.NUMBER:
            scalar = Number(_number(reader, token), token.column)
        case Sort.PERCENT:
            scalar = Percentage(_number(reader, token), token.column)
        case Sort.DURATION:
            scalar = Duration(token.text, token.column)
            if not math.isfinite(scalar.value):
                _refuse_size(reader, token)
        case Sort.TEXT:
            scalar = Text(token.text, token.column)
        case Sort.NAME if token.text in ("true", "false"):
            scalar = Boolean(token.text == "true", token.column)
        case Sort.NAME if token.text == "null":
            scalar = Null(token.column)
        case _:
            return None
    reader.next()
    return scalar


def _number(reader: Reader, token: Token) -> int | float:
    if token.text.removeprefix("-").isdigit():
        return int(token.text)
    number = float(token.text)
    if not math.isfinite(number):
        _refuse_size(reader, token)
    return number


def _refuse_size(reader: Reader, token: Token) -> NoReturn:
    raise reader.error(token, f"{token.text} is too large")


def type_of_scalar(scalar: Scalar) -> Type:
    """Return the type of a value that stands in the condition."""
    return TYPES[type(scalar.value)]


def read_several(reader: Reader, *, ranges: bool) -> Several:
    """Read `[a, b]`, with ranges in it where they are allowed."""
    start = reader.next()
    refuse_gatus(reader)
    items: list[Scalar | Range] = []
    if reader.take("]"):
        return Several((), start.column)
    while True:
        item = _choice(reader, "a list")
        if isinstance(item, Range) and not ranges:
            raise ConditionError(
                reader.text, item.column, "a range stands only behind in", "write x in [200..299]"
            )
        items.append(item)
        if not reader.take(","):
            break
    reader.expect("]", "to close the list")
    return Several(tuple(items), start.column)


def read_choices(reader: Reader, left: Operand) -> Range | Several:
    """Read what stands behind `in`: a range or a list of values and ranges."""
    here = reader.here
    if reader.at("["):
        several = read_several(reader, ranges=True)
        if not several.items:
            raise reader.error(here, "nothing is in an empty list")
        return several
    if here.sort is Sort.NAME and here.text not in ("true", "false", "null"):
        hint = "write a range like 200..299 or a list like [200, 204]"
        if not isinstance(left, Path):
            hint = f"write {here.text} contains {print_operand(left)}"
        raise reader.error(here, f"behind in comes a range or a list, found {here.shown}", hint)
    choice = _choice(reader, "a range or a list")
    if isinstance(choice, Range):
        return choice
    hint = "write a range like 200..299 or a list like [200, 204]"
    following = reader.here
    if following.sort is Sort.NUMBER and following.text.startswith("-"):
        hint = f"write {print_operand(choice)}..{following.text[1:]}"
    raise reader.error(here, f"behind in comes a range or a list, found only {here.shown}", hint)


def _choice(reader: Reader, place: str) -> Scalar | Range:
    start = reader.here
    low = _scalar(reader, f"a value is missing in {place}")
    if not reader.take(".."):
        return low
    end = reader.here
    high = _scalar(reader, "the end of the range is missing")
    of_type = type_of_scalar(low)
    if of_type is not type_of_scalar(high) or of_type not in ORDERED:
        raise reader.error(
            start, "a range goes between two numbers, two durations or two percentages"
        )
    if _less(high, low):
        raise reader.error(
            end,
            "the range ends before it begins",
            f"write {print_operand(high)}..{print_operand(low)}",
        )
    return Range(low, high, start.column)


def _less(one: Scalar, other: Scalar) -> bool:
    a, b = one.value, other.value
    return isinstance(a, int | float) and isinstance(b, int | float) and a < b


def _scalar(reader: Reader, message: str) -> Scalar:
    here = reader.here
    scalar = read_scalar(reader)
    if scalar is not None:
        return scalar
    hint = "only fixed values can stand here"
    if here.sort is Sort.NAME:
        known = hints.LITERALS.get(here.text.lower())
        hint = f"write {known}" if known else f'write "{here.text}" if you mean the text'
    raise reader.error(here, f"{message}, found {here.shown}", hint)


def refuse_gatus(reader: Reader) -> None:
    """Recognise `[STATUS]`, as Gatus writes names, behind a bracket that was taken."""
    inner = reader.here
    if inner.sort is Sort.NAME and inner.text.isupper() and reader.ahead.text == "]":
        known = hints.PLACEHOLDERS.get(inner.text)
        hint = f"write {known}" if known else "docs/conditions.md has a table of both languages"
        raise reader.error(inner, f"[{inner.text}] is how Gatus writes it", hint)
