"""Bars of days, and badges, as SVG: what a colour says, a height, a sign or a word says too."""

from collections.abc import Sequence
from html import escape
from itertools import groupby

import attrs

from monitor.core.statuspage.days import Day
from monitor.core.statuspage.making import ink_on
from monitor.core.statuspage.standing import Condition

STEP = 5
GAP = 1.4
"""Between two bars; the style draws the dashes of a line as bars."""
HEIGHT = 34
_HEIGHTS = {"up": 27, "degraded": 31, "down": 34, "gap": 9, "none": 2}
"""How tall the bar of a day is; the worse, the taller. The style says the same."""


@attrs.frozen
class Bars:
    """Days, drawn as dashed lines: those without a word to say together, the others one by one."""

    quiet: Sequence[tuple[str, str]]
    """Mark and path."""
    troubled: Sequence[tuple[Day, str]]
    width: int


def make_bars(days: Sequence[Day]) -> Bars:
    """Draw days, oldest first."""
    quiet: dict[str, list[str]] = {}
    troubled, number = [], 0
    for mark, run in groupby(days, key=lambda one: one.mark):
        several = list(run)
        if mark in ("down", "degraded"):
            for at, day in enumerate(several, number):
                troubled.append((day, _line(mark, at, 1)))
        else:
            quiet.setdefault(mark, []).append(_line(mark, number, len(several)))
        number += len(several)
    return Bars(
        [(mark, "".join(paths)) for mark, paths in quiet.items()], troubled, len(days) * STEP
    )


def _line(mark: str, number: int, count: int) -> str:
    middle = HEIGHT - _HEIGHTS[mark] / 2
    return f"M{number * STEP + GAP / 2:g} {middle:g}h{count * STEP - GAP:g}"


# --- badges ---------------------------------------------------------------------------------------

COLOURS = {
    Condition.WORKS: "#17744a",
    Condition.IMPAIRED: "#8a5600",
    Condition.OUT: "#b8232c",
    Condition.UNKNOWN: "#6c41ad",
    Condition.WORK: "#1d6190",
    Condition.UNWATCHED: "#5c626b",
}
PLAIN = "#1d5c99"
_SIGNS = {
    Condition.WORKS: "M3 6.5l2.2 2.2L9 4.500",
    Condition.IMPAIRED: "M6 2.500v4M6 9v.4",
    Condition.OUT: "M3 3l6 6M9 3l-6 6",
    Condition.UNKNOWN: "M4 4.500c.2-2.600 4-2.400 3.900.1C7.800 6 6 6 6 7.300M6 9.300v.3",
    Condition.WORK: "M3 9l3-6M6.500 9l3-6",
    Condition.UNWATCHED: "M4.500 3v6M7.500 3v6",
}
_NARROW = set("iIljtfr.,:;|!'()[]  1")
_WIDE = set("mwMW@%ЖШЩМЮФ")
LABEL_LIMIT = 60


def badge(label: str, value: str, colour: str, sign: Condition | None = None) -> str:
    """Return a badge: a label, and beside it a value, before which its sign may stand."""
    label = "".join(one for one in label if one.isprintable())[:LABEL_LIMIT]
    value = value[:LABEL_LIMIT]
    left, shift = _width(label) + 14, 15 if sign is not None else 0
    right = _width(value) + 14 + shift
    ink = ink_on(colour)
    drawn = ""
    if sign is not None:
        drawn = (
            f'<path transform="translate({left + 6} 4)" d="{_SIGNS[sign]}" fill="none" '
            f'stroke="{ink}" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/>'
        )
    said = escape(f"{label}: {value}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{said}"><title>{said}</title>'
        f'<clipPath id="r"><rect width="{left + right}" height="20" rx="4"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#3b4047"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{colour}"/></g>{drawn}'
        '<g font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" '
        'text-rendering="geometricPrecision">'
        f'<text x="7" y="14" fill="#ffffff" textLength="{_width(label)}" '
        f'lengthAdjust="spacingAndGlyphs">{escape(label)}</text>'
        f'<text x="{left + 7 + shift}" y="14" fill="{ink}" textLength="{_width(value)}" '
        f'lengthAdjust="spacingAndGlyphs">{escape(value)}</text></g></svg>'
    )


def _width(text: str) -> int:
    """Guess how wide a text is; `textLength` makes it so."""
    return round(sum(4.2 if c in _NARROW else 9.6 if c in _WIDE else 6.9 for c in text)) or 1
