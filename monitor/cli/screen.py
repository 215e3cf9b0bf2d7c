"""Writing for people: aligned tables, colours where there is a terminal, moments and ages."""

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from monitor.core.describe import clean
from monitor.core.model import Status
from monitor.core.units import rough
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

_GAP = "  "
_NARROWEST = 20


@attrs.frozen
class Cell:
    """A text with an ANSI style."""

    text: str
    style: str = ""


def say(text: str = "") -> None:
    """Print a line on stdout at once."""
    print(text, flush=True)


def say_json(document: Any) -> None:
    """Print the one JSON document; what stdout has no signs for is escaped."""
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    say(json.dumps(document, ensure_ascii=plain, indent=2))


def status_cell(status: Status, words: Words) -> Cell:
    """Show a status by sign, word and colour."""
    mark, style = _MARKS[status]
    return Cell(f"{mark} {words(status.value)}", style)


def colourful() -> bool:
    """Say whether stdout shows colours (https://no-color.org is respected)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def table(headings: Sequence[str], lines: Sequence[Sequence[Cell | str]]) -> str:
    """Align columns; on a terminal the last one is cut at its edge, elsewhere nothing is lost."""
    from rich.cells import cell_len, set_cell_size

    rows = [[Cell(heading.upper(), "2") for heading in headings]] if any(headings) else []
    rows += [[one if isinstance(one, Cell) else Cell(one) for one in line] for line in lines]
    rows = [[attrs.evolve(cell, text=clean(cell.text)) for cell in row] for row in rows]
    widths = [max(cell_len(cell.text) for cell in column) for column in zip(*rows, strict=True)]
    if widths and sys.stdout.isatty():
        others = sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)
        room = shutil.get_terminal_size().columns - others
        widths[-1] = min(widths[-1], max(_NARROWEST, room))
    coloured = colourful()
    text = []
    for row in rows:
        cells = []
        for cell, width in zip(row, widths, strict=True):
            shown = cell.text
            if cell_len(shown) > width:
                shown = set_cell_size(shown, width - 1) + "…"
            padding = " " * (width - cell_len(shown))
            if coloured and cell.style:
                shown = f"\x1b[{cell.style}m{shown}\x1b[0m"
            cells.append(shown + padding)
        text.append(_GAP.join(cells).rstrip())
    return "\n".join(text)


def distance(moment: datetime | None, now: datetime, words: Words) -> str:
    """Say how far a moment is from now: `12s ago`, `in 3m`."""
    if moment is None:
        return ""
    seconds = (moment - now).total_seconds()
    if abs(seconds) < 0.5:
        return words("now")
    if seconds > 0:
        return words("in {time}", time=rough(seconds))
    return words("{time} ago", time=rough(-seconds))


def milliseconds(seconds: float) -> str:
    """Write a short time the way people compare them."""
    return f"{1000 * seconds:.0f} ms" if seconds >= 0.01 else f"{1000 * seconds:.1f} ms"


def phases(timings: Mapping[str, float]) -> str:
    """Write phase timings on one line."""
    return ", ".join(f"{phase.replace('_', ' ')} {milliseconds(s)}" for phase, s in timings.items())
