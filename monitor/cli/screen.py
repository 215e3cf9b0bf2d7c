"""Writing for people: aligned tables, moments and ages."""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from monitor.core.describe import clean
from monitor.core.units import rough
from monitor.signs import Cell, colourful
from monitor.words import Words

_GAP = "  "
_NARROWEST = 20


def say(text: str = "") -> None:
    """Print a line on stdout at once."""
    print(text, flush=True)


def say_json(document: Any) -> None:
    """Print the one JSON document; what stdout has no signs for is escaped."""
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    say(json.dumps(document, ensure_ascii=plain, indent=2))


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
