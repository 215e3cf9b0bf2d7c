"""Bars of days, and badges, as SVG: what a colour says, a height, a sign or a word says too."""

from collections.abc import Sequence
from html import escape

import attrs

from monitor.core.statuspage.days import Day
from monitor.core.statuspage.making import ink_on
from monitor.core.statuspage.standing import Condition

STEP = 5
HEIGHT = 34
_TOPS = {"up": 7, "degraded": 3, "down": 0, "gap": 25, "none": 32}
"""How far from the top the bar of a day begins; the worse, the taller."""


@attrs.frozen
class Bars:
    """Days, drawn: those without a word to say in few paths, the others one by one."""

    quiet: Sequence[tuple[str, str]]
    """Mark and path."""
    troubled: Sequence[tuple[Day, str]]
    width: int


def make_bars(days: Sequence[Day]) -> Bars:
    """Draw days, oldest first."""
    quiet: dict[str, list[str]] = {}
    troubled = []
    for number, day in enumerate(days):
        top = _TOPS[day.mark]
        path = f"M{number * STEP + STEP / 2:g} {top}v{HEIGHT - top}"
        if day.mark in ("down", "degraded"):
            troubled.append((day, path))
        else:
            quiet.setdefault(day.mark, []).append(path)
    return Bars(
        [(mark, "".join(paths)) for mark, paths in quiet.items()], troubled, len(days) * STEP
    )


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
    label, value = label[:LABEL_LIMIT], value[:LABEL_LIMIT]
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
