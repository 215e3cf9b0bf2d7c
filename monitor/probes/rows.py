"""What a database answered: rows of typed values, as many as are kept."""

import math
import re
from typing import Annotated, Any

import attrs
import trio
from msgspec import Meta

from monitor.assertions import Name, Names, Seconds, Type
from monitor.core.counting import counted
from monitor.core.model import Result, Status
from monitor.core.probing import InvalidTask
from monitor.probes.account import UpgradeOptions, check_text
from monitor.probes.explain import printable
from monitor.probes.threads import part_of_time_left

ROWS_LIMIT = 100
"""Rows that are kept; a query for monitoring should return one."""

BYTES_LIMIT = 1024 * 1024
"""Bytes of rows that are kept."""

_CELL = 64
"""What a value takes besides its bytes; a row may consist of nothing else."""

_INTEGER = re.compile(r"-?[0-9]{1,40}")
_CLOCK = re.compile(r"(-?)([0-9]{1,9}):([0-9]{2}):([0-9]{2}(?:\.[0-9]{1,9})?)")


@attrs.frozen(kw_only=True)
class QueryOptions(UpgradeOptions):
    """What to ask a database."""

    query: Annotated[str, Meta(description="one statement; conditions ask about its `rows`")] = (
        "SELECT 1"
    )
    read_only: Annotated[
        bool,
        Meta(
            description="whether to ask in a read-only transaction; without, the query is sent as "
            "it is, which consoles of poolers need"
        ),
    ] = True


@attrs.define
class Rows:
    """The rows of one answer, up to ROWS_LIMIT and BYTES_LIMIT."""

    kept: list[dict[str, Any]] = attrs.field(factory=list)
    cut: bool = False
    """Whether there are more than are kept; then nothing further needs to be read."""
    _room: int = BYTES_LIMIT

    def admits(self, size: int, columns: int) -> bool:
        """Say whether a row of so many bytes is kept, and take its room; else the rows are cut."""
        self._room -= size + _CELL * columns
        self.cut = len(self.kept) >= ROWS_LIMIT or self._room < 0
        return not self.cut

    def __str__(self) -> str:
        count = len(self.kept)
        if self.cut and count < ROWS_LIMIT:
            return f"more than 1 MiB; {counted(count, 'row')} kept"
        if self.cut:
            return f"more than {count} rows"
        return counted(count, "row")


def check_query(options: QueryOptions) -> bytes:
    """Return the query as it is sent.

    Raises:
        InvalidTask: it is empty or contains a zero byte.
    """
    if not options.query.strip():
        raise InvalidTask("option query", "is empty; write a statement, such as SELECT 1")
    check_text("option query", options.query)
    return options.query.encode()


def statement_ms() -> int:
    """Return how long a statement may run: until shortly before the look's deadline; 0 is forever.

    Shortly before, so that the server's own words arrive, and a query never outlives the look.
    """
    left_s = part_of_time_left(0.9) - trio.current_time()
    return 0 if math.isinf(left_s) else max(1, min(int(left_s * 1000), 2**31 - 1))


def answered(product: str, version: str, rows: Rows) -> Result:
    """Return the result of a query that went through."""
    number_only = printable(version.partition(" ")[0], 40)
    return Result(status=Status.UP, detail=f"{product} {number_only} answered with {rows}")


def number(text: str) -> int | float | str:
    """Read a number; a text that is none, or not finite, stays a text."""
    if _INTEGER.fullmatch(text):
        return int(text)
    try:
        value = float(text)
    except ValueError:
        return text
    return value if math.isfinite(value) else text


def clock(text: str) -> Seconds | str:
    """Read a duration written `-12:34:56.789`; a text that is none stays a text."""
    found = _CLOCK.fullmatch(text)
    if not found:
        return text
    sign, hours, minutes, seconds = found.groups()
    value = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    return Seconds(-value if sign else value)


ROWS = Names(
    (
        Name(
            "rows",
            Type.LIST,
            "the rows of the answer, at most 100 and 1 MiB, each a table by names of columns: "
            "`rows[0].n`; intervals are durations",
            also=("result", "row", "answer", "body", "results"),
        ),
        Name(
            "server_version",
            Type.TEXT,
            "the version as the server writes it",
            also=("version",),
        ),
    )
)
