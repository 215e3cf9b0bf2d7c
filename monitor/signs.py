"""How a status looks on a terminal: by sign, word and colour."""

import os
import sys

import attrs

from monitor.core.model import Status
from monitor.words import Words

_MARKS = {
    Status.UP: ("✓", "32"),
    Status.DEGRADED: ("!", "33"),
    Status.DOWN: ("✗", "31;1"),
    Status.UNKNOWN: ("?", "35"),
    Status.PENDING: ("…", "2"),
    Status.PAUSED: ("‖", "2"),
    Status.MAINTENANCE: ("~", "36"),
    Status.UNREACHABLE: ("⊘", "33"),
}
"""A sign and an ANSI style; the word beside it says the same without colours."""


@attrs.frozen
class Cell:
    """A text with an ANSI style."""

    text: str
    style: str = ""


def status_cell(status: Status, words: Words) -> Cell:
    """Show a status by sign, word and colour."""
    mark, style = _MARKS[status]
    return Cell(f"{mark} {words(status.value)}", style)


def colourful() -> bool:
    """Say whether stdout shows colours (https://no-color.org is respected)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain
