"""What one look found, as conditions read it: each text decoded once, and work that has an end."""

from collections.abc import Mapping
from typing import Any

from monitor.assertions.jsontext import NotJson, read_json
from monitor.assertions.patterns import Pattern
from monitor.assertions.values import Unclear
from monitor.core.counting import counted

WORK = 40_000_000
"""What one condition may cost, in units of at most 8 ns: 0.3 s in the worst case.

A hostile target chooses how long its lists and texts are, and while a condition is evaluated no
other task runs. A usual pattern on a full body of 1 MiB costs 30 million units (and takes 2 ms,
because the worst case needs a pattern made for it).
"""

ELEMENT = 1000
"""Units for one element that `any` or `all` looks at: some microseconds, for 40,000 elements."""

ITEM = 30
"""Units for one element that is only passed by."""

PART = 400
"""Units for one part of two lists or tables that are compared: one or two microseconds."""

_JSON = 2
"""Units for reading one character of JSON."""


class TooMuchWork(Exception):
    """A condition would take so long that other tasks would wait; the message says why."""


class Seen:
    """The facts of one look, shared by all conditions of a task."""

    __slots__ = ("_data", "_documents", "facts", "work")

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.facts = facts
        self.work = WORK
        self._documents: dict[str, tuple[Any, str]] = {}
        self._data: dict[str, bytes] = {}

    def spend(self, units: int) -> None:
        """Book work before it is done. Raises TooMuchWork."""
        self.work -= units
        if self.work < 0:
            raise TooMuchWork("too many elements to look at all of them")

    def spend_parts(self, parts: int) -> None:
        """Book the work of comparing so many parts."""
        self.spend(PART * parts)

    def json(self, text: str, where: str) -> Any:
        """Return a text's JSON value; it is read once, however many conditions ask.

        Raises:
            Unclear: it is not JSON.
        """
        document = self._documents.get(text)
        if document is None:
            self.spend(_JSON * len(text))
            try:
                document = (read_json(text), "")
            except NotJson as error:
                document = (None, str(error))
            self._documents[text] = document
        value, refusal = document
        if refusal:
            raise Unclear(lambda: f"{where} {refusal}")
        return value

    def search(self, pattern: Pattern, text: str) -> bool:
        """Say whether a pattern matches somewhere in a text."""
        units = pattern.size * len(text)
        if units > self.work:
            steps = counted(pattern.size, "step")
            raise TooMuchWork(
                f"a pattern of {steps} is too large for {counted(len(text), 'character')}"
            )
        self.spend(units)
        return pattern.search(self._encoded(text)) is not None

    def place(self, pattern: Pattern, text: str) -> tuple[int, int]:
        """Return where a pattern matches that does match."""
        data = self._encoded(text)
        start, end = pattern.search(data) or (0, 0)
        before = len(data[:start].decode("utf-8", "replace"))
        return before, before + len(data[start:end].decode("utf-8", "replace"))

    def _encoded(self, text: str) -> bytes:
        data = self._data.get(text)
        if data is None:
            data = self._data[text] = text.encode("utf-8", "replace")
        return data
