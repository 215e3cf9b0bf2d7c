"""A condition that cannot be read: what is wrong, where, and what to write instead."""

import unicodedata

SHOWN = 76
"""Columns of a condition that an error shows, so that it fits a terminal even when indented."""


class ConditionError(ValueError):
    """A condition cannot be read. `str()` of it is a sentence and two lines, the second a caret.

    Args:
        text: the condition as it was written.
        column: where it goes wrong, from 1; one past the end when something is missing there.
        message: what was found and why that is wrong; one clause without a full stop.
        hint: what to write instead; empty if nobody can know.
    """

    def __init__(self, text: str, column: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.text = text
        self.column = column
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.sentence}\n{self.caret}"

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in one line."""
        return f"{self.message}; {self.hint}" if self.hint else self.message

    @property
    def caret(self) -> str:
        """The condition, and below it a caret under the place; of a long one a part."""
        at = self.column - 1
        first = max(0, at - SHOWN * 2 // 3) if len(self.text) > SHOWN else 0
        last = first + SHOWN
        before = ("…" if first else "") + _one_line(self.text[first:at])
        after = _one_line(self.text[at:last]) + ("…" if last < len(self.text) else "")
        return f"{before}{after}\n{' ' * _columns(before)}^"


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _columns(text: str) -> int:
    """Count the columns of a terminal that a text takes."""
    return sum(_width(letter) for letter in text)


def _width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
