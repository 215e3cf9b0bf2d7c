"""Performance data as monitoring plugins print it: `|time=0.05s;1;2 'disk free'=40%`."""

import math
import re
from typing import Any

_ITEM = re.compile(
    r"""(?: '(?P<quoted>(?:[^']|'')+)' | (?P<plain>[^\s='|]+) )
        = (?P<value>-?\d+(?:[.,]\d+)? (?:[eE][+-]?\d+)?) (?P<unit>[a-zA-Z%]*)
        (?:;[^\s]*)?(?=\s|$)""",
    re.VERBOSE,
)
_WORD_END = re.compile(r"\S*\s*")


def perfdata(output: str) -> dict[str, dict[str, Any]]:
    """Return what a plugin measured: label -> `value` (a number) and `unit` (`s`, `%`, `c` ...).

    It stands after the first `|` of the first line, and after the first `|` of the lines that
    follow (Nagios plugin development guidelines, 2.6). What cannot be read is left out, and so
    are values that the plugin could not determine (`U`).
    """
    first, _newline, rest = output.strip().partition("\n")
    text = f"{first.partition('|')[2]} {rest.partition('|')[2]}".strip()
    found: dict[str, dict[str, Any]] = {}
    position = 0
    while position < len(text):
        if item := _ITEM.match(text, position):
            label = (item["quoted"] or item["plain"]).replace("''", "'")
            value = float(item["value"].replace(",", "."))
            if math.isfinite(value):
                found[label] = {"value": value, "unit": item["unit"]}
            position = item.end()
        passed = _WORD_END.match(text, position)
        assert passed is not None
        position = passed.end()
    return found
