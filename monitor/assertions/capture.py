"""Values taken out of what a look found, to be used by the next one.

`body.json.$.token` takes a value; `body matches /name="csrf" value="([^"]+)"/` takes what stands in
the first group of a pattern, or all that it matches if it has none.
"""

import json
from collections.abc import Mapping
from typing import Any

import attrs
import re2  # type: ignore[import-untyped]

from monitor.assertions.errors import ConditionError
from monitor.assertions.names import Names
from monitor.assertions.operands import compile_operand
from monitor.assertions.parser import parse_tree
from monitor.assertions.paths import Fetch
from monitor.assertions.patterns import Pattern, compile_pattern
from monitor.assertions.seen import Seen, TooMuchWork
from monitor.assertions.showing import cut
from monitor.assertions.tree import Holds, Matches, Path
from monitor.assertions.typecheck import check_types
from monitor.assertions.values import Unclear
from monitor.core.counting import counted

LIMIT = 8 * 1024
"""Characters of a captured text; nothing that is sent on is longer."""


class NotCaptured(Exception):
    """What was to be taken is not there; the message says what was found instead."""


@attrs.frozen
class Capture:
    """What to take; made by `parse_capture`."""

    text: str
    _fetch: Fetch
    _pattern: Pattern | None
    _groups: Any

    def of(self, facts: Mapping[str, Any]) -> str:
        """Return the value as a text: numbers as they are written, lists and tables as JSON.

        Raises:
            NotCaptured: it is not there, or too long.
        """
        seen = Seen(facts)
        try:
            value = _text(self._fetch(seen, None))
            if self._pattern is not None:
                value = self._matched(seen, value)
        except Unclear as error:
            raise NotCaptured(f"{cut(self.text, 120)}: {error.say()}") from None
        except (TooMuchWork, RecursionError):
            raise NotCaptured(f"{cut(self.text, 120)}: too much to search") from None
        if len(value) > LIMIT:
            raise NotCaptured(
                f"{cut(self.text, 120)}: found {counted(len(value), 'character')}, too many"
            )
        return value

    def _matched(self, seen: Seen, text: str) -> str:
        assert self._pattern is not None
        if not seen.search(self._pattern, text):
            raise NotCaptured(f"{cut(self.text, 120)}: nothing matches")
        data = text.encode("utf-8", "replace")
        start, end = self._pattern.search(data) or (0, 0)
        # Groups cost up to 100 times more, so they are looked for only where it is known to match.
        found = self._groups.search(data, start, min(end, start + 4 * LIMIT))
        part: bytes = data[start:end] if found is None else found[min(1, found.re.groups)] or b""
        return part.decode("utf-8", "replace")


def parse_capture(text: str, names: Names) -> Capture:
    """Read what to take from a look whose kind finds these names.

    Raises:
        ConditionError: it cannot be read, names what is not known, or is a condition.
    """
    tree = parse_tree(text)
    match tree:
        case Holds(Path() as path):
            names.resolve(path, text)
            return Capture(text, compile_operand(path, names), None, None)
        case Matches(Path() as path, pattern, flags):
            check_types(tree, names, text)
            fast = compile_pattern(pattern, flags, text, tree.column)
            options = re2.Options()
            options.log_errors = False
            groups = re2.compile(f"{f'(?{flags})' if flags else ''}{pattern}".encode(), options)
            return Capture(text, compile_operand(path, names), fast, groups)
    raise ConditionError(
        text,
        1,
        "this is a condition, not a value to take",
        "write a name, such as body.json.$.token, or NAME matches /text(group)/",
    )


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and not value.is_integer():
        return repr(float(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value))
    return json.dumps(value, ensure_ascii=False, default=str)
