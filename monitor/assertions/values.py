"""The values that conditions compare: their types, and when two of them are the same."""

from collections.abc import Callable, Mapping, Set
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID


class Type(StrEnum):
    """What a value is; the text is how sentences call it. Values of two types never compare."""

    NULL = "null"
    BOOLEAN = "true or false"
    NUMBER = "a number"
    DURATION = "a duration"
    PERCENT = "a percentage"
    TEXT = "a text"
    LIST = "a list"
    TABLE = "a table"
    ANY = "anything"
    """Known only when it is seen: a part of a JSON text, a row of a database."""


ORDERED = frozenset({Type.NUMBER, Type.DURATION, Type.PERCENT})
"""Types that know less and more. Texts do not: "10" would be less than "9"."""


class Seconds(float):
    """A fact that is a duration, so that it compares with `250ms`."""

    __slots__ = ()


class Percent(float):
    """A fact that is a percentage, so that it compares with `5%`; five per cent are 5.0."""

    __slots__ = ()


class Unclear(Exception):
    """There is no value to compare; `say()` tells why.

    The sentence is made only when somebody reads it: inside `any` over a long list nobody does.
    """

    def __init__(self, say: Callable[[], str]) -> None:
        super().__init__()
        self.say = say


class Absent(Unclear):
    """The look found nothing by that name."""


TYPES: dict[type, Type] = {
    type(None): Type.NULL,
    bool: Type.BOOLEAN,
    int: Type.NUMBER,
    float: Type.NUMBER,
    Decimal: Type.NUMBER,
    Seconds: Type.DURATION,
    Percent: Type.PERCENT,
    str: Type.TEXT,
    list: Type.LIST,
    dict: Type.TABLE,
}
"""The exact types that are worked with; `plain` makes every other value one of these."""


def plain(value: Any) -> Any:
    """Return a value as one of the exact types of TYPES: an enum's value, a date's ISO text ...

    Raises:
        Unclear: it is none of them and cannot become one.
    """
    if type(value) in TYPES:
        return value
    match value:
        case Enum():
            return plain(value.value)
        case Seconds():
            return Seconds(value)
        case Percent():
            return Percent(value)
        case int():
            return int(value)
        case float():
            return float(value)
        case str():
            return str(value)
        case bytes() | bytearray():
            return value.decode("utf-8", "replace")
        case timedelta():
            return Seconds(value.total_seconds())
        case date():  # a datetime is one too
            return value.isoformat()
        case UUID() | IPv4Address() | IPv6Address():
            return str(value)
        case Mapping():
            return dict(value)
        case list() | tuple() | Set():
            return list(value)
    name = type(value).__name__
    raise Unclear(lambda: f"found a Python {name}, which conditions cannot read")


def same(one: Any, other: Any, spend: Callable[[int], None]) -> bool:
    """Say whether two values are equal, part by part; 1 is not true, and "1" is not 1.

    `spend` is told how many parts will be compared, and may raise to end it.
    """
    one, other = plain(one), plain(other)
    of_type = TYPES[type(one)]
    if of_type is not TYPES[type(other)]:
        return False
    if of_type is Type.LIST:
        spend(len(one))
        return len(one) == len(other) and all(
            same(mine, yours, spend) for mine, yours in zip(one, other, strict=True)
        )
    if of_type is Type.TABLE:
        spend(len(one))
        return one.keys() == other.keys() and all(same(one[key], other[key], spend) for key in one)
    return bool(one == other)
