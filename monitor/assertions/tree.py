"""A condition as a tree: what the parser makes, and what printing and evaluating start from.

Columns say where something was written (from 1); they do not count when trees are compared.
"""

from typing import Literal

import attrs

from monitor.assertions.values import Percent, Seconds
from monitor.core.units import parse_duration


def _column() -> int:
    return attrs.field(default=1, eq=False, repr=False)


# --- values as they are written ------------------------------------------------------------------


@attrs.frozen
class Null:
    """`null`"""

    column: int = _column()

    @property
    def value(self) -> None:
        return None


@attrs.frozen
class Boolean:
    """`true`, `false`"""

    value: bool
    column: int = _column()


@attrs.frozen
class Number:
    """`200`, `-0.5`"""

    value: int | float
    column: int = _column()


@attrs.frozen
class Duration:
    """`250ms`, `1h30m`; kept as written, without spaces."""

    text: str
    column: int = _column()

    @property
    def value(self) -> Seconds:
        sign = -1 if self.text.startswith("-") else 1
        return Seconds(sign * parse_duration(self.text.removeprefix("-")))


@attrs.frozen
class Percentage:
    """`5%`"""

    number: int | float
    column: int = _column()

    @property
    def value(self) -> Percent:
        return Percent(self.number)


@attrs.frozen
class Text:
    """`"ok"`, `'ok'`"""

    value: str
    column: int = _column()


Scalar = Null | Boolean | Number | Duration | Percentage | Text


@attrs.frozen
class Range:
    """`200..299`, both ends included; they have one type, and the lower stands first."""

    low: Scalar
    high: Scalar
    column: int = _column()


@attrs.frozen
class Several:
    """`[200, 204]`; after `in` also with ranges, `[200..299, 304]`."""

    items: tuple[Scalar | Range, ...]
    column: int = _column()


# --- values that a look found ---------------------------------------------------------------------


@attrs.frozen
class Member:
    """`.name` or `["name"]`"""

    name: str
    column: int = _column()


@attrs.frozen
class Index:
    """`[0]`; from the end if negative."""

    number: int
    column: int = _column()


@attrs.frozen
class Every:
    """`[*]`: each element of a list, or each value of a table."""

    column: int = _column()


@attrs.frozen
class Json:
    """`.json.$`: a text, read as JSON."""

    column: int = _column()


Step = Member | Index | Every | Json


@attrs.frozen
class Path:
    """`body.json.$.items[0].id`; the root `it` is the element that `any` or `all` looks at."""

    root: str
    steps: tuple[Step, ...] = ()
    column: int = _column()


@attrs.frozen
class Length:
    """`len(x)`"""

    of: Path
    column: int = _column()


Operand = Scalar | Several | Path | Length


# --- conditions -----------------------------------------------------------------------------------

Comparison = Literal["==", "!=", "<", "<=", ">", ">="]


@attrs.frozen
class Compare:
    """`status == 200`"""

    left: Operand
    operator: Comparison
    right: Operand
    column: int = _column()


@attrs.frozen
class In:
    """`status in 200..299`"""

    left: Operand
    choices: Range | Several
    column: int = _column()


@attrs.frozen
class Contains:
    """`body contains "ok"`"""

    left: Operand
    right: Operand
    column: int = _column()


@attrs.frozen
class Matches:
    """`body matches /re/i`; the pattern without its slashes, flags in the order `ims`."""

    left: Operand
    pattern: str
    flags: str = ""
    column: int = _column()


@attrs.frozen
class Exists:
    """`body.json.$.id exists`"""

    path: Path
    column: int = _column()


@attrs.frozen
class Holds:
    """A value that is itself true or false: `body.json.$.ready`."""

    operand: Path | Boolean
    column: int = _column()


@attrs.frozen
class Quantified:
    """`any(rows, it.n > 3)`, `all(rows, it.n > 3)`"""

    word: Literal["any", "all"]
    over: Path
    condition: "Tree"
    column: int = _column()


@attrs.frozen
class Not:
    """`not ...`, or `not` before `in`, `contains`, `matches` and `exists`."""

    condition: "Tree"
    column: int = _column()


@attrs.frozen
class And:
    """Two or more that must all be true."""

    parts: tuple["Tree", ...]
    column: int = _column()


@attrs.frozen
class Or:
    """Two or more of which one must be true."""

    parts: tuple["Tree", ...]
    column: int = _column()


Simple = Compare | In | Contains | Matches | Exists | Holds
Tree = Simple | Quantified | Not | And | Or
