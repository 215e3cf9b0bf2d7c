"""What holds when: results of targets, and the behaviour of receivers, as somebody wrote them down.

Moments are seconds since the beginning.
"""

import heapq
import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

import attrs

T = TypeVar("T")


@attrs.frozen
class Span(Generic[T]):
    """Something that holds in [from_s, until_s)."""

    from_s: float
    value: T
    until_s: float = math.inf


def span_of(from_s: float, value: T, lasts_s: float | None) -> Span[T]:
    """Return a span of that length; None: for ever."""
    return Span(from_s, value) if lasts_s is None else Span(from_s, value, from_s + lasts_s)


@attrs.frozen
class Script(Generic[T]):
    """What holds at each moment. Construct through `script_of`."""

    default: T
    _starts: tuple[float, ...] = ()
    _values: tuple[T, ...] = ()

    def at(self, moment_s: float) -> T:
        """Return what holds then.

        Milliseconds count, and nothing below them: a moment that was computed is seldom exact.
        """
        number = bisect_right(self._starts, round(moment_s, 3))
        return self._values[number - 1] if number else self.default

    def until(self, moment_s: float) -> float:
        """Return up to when what holds then goes on holding; infinity: for ever."""
        number = bisect_right(self._starts, round(moment_s, 3))
        held = self.at(moment_s)
        while number < len(self._starts) and self._values[number] == held:
            number += 1
        return self._starts[number] if number < len(self._starts) else math.inf


def script_of(default: T, spans: Iterable[Span[T]]) -> Script[T]:
    """Put spans over one another.

    Of those that hold at once the one that began last counts, and of those that began together the
    one that was written last. When it is over, what it covered holds again.
    """
    exact = [Span(round(one.from_s, 3), one.value, round(one.until_s, 3)) for one in spans]
    ordered = sorted(enumerate(exact), key=lambda one: (one[1].from_s, one[0]))
    edges = sorted({edge for _, span in ordered for edge in (span.from_s, span.until_s)})
    waiting = list(reversed(ordered))
    covering: list[tuple[float, int, Span[T]]] = []
    starts, values = [], []
    for edge in (edge for edge in edges if edge < math.inf):
        while waiting and waiting[-1][1].from_s <= edge:
            number, span = waiting.pop()
            heapq.heappush(covering, (-span.from_s, -number, span))
        while covering and covering[0][2].until_s <= edge:
            heapq.heappop(covering)
        starts.append(edge)
        values.append(covering[0][2].value if covering else default)
    return Script(default, tuple(starts), tuple(values))


def in_turn(parts: Sequence[tuple[T, float | None]]) -> list[Span[T]]:
    """Return spans one after the other; the last may have no length, and then lasts."""
    spans, from_s = [], 0.0
    for value, lasts_s in parts:
        until_s = math.inf if lasts_s is None else from_s + lasts_s
        spans.append(Span(from_s, value, until_s))
        from_s = until_s
    return spans
