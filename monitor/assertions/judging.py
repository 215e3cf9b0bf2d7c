"""What conditions make of a result: `expect`, `degraded` and `invert`."""

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from monitor.assertions.condition import Condition, examine
from monitor.assertions.seen import Seen
from monitor.assertions.values import Seconds
from monitor.core.counting import counted
from monitor.core.model import ABOUT_TARGET, DETAIL_LIMIT, Result, Status

TOLD = 3
"""Failed conditions that a detail tells; the rest are counted."""


def verdict(
    expect: Sequence[Condition], degraded: Sequence[Condition], invert: bool, result: Result
) -> Result:
    """Return the result as the operator's conditions see it.

    1. UNKNOWN says nothing of the target and stays as it is, and so does whatever else is no
       claim about it.
    2. DOWN stays DOWN: the look died in a phase, so what it found is not complete, or its kind
       is sure of itself. What a kind merely expects by default belongs into `with_defaults`.
    3. Otherwise the target is DOWN if one of `expect` does not hold.
    4. With `invert`, UP becomes DOWN and DOWN becomes UP; a DEGRADED of the probe stays.
    5. What is UP now is DEGRADED if one of `degraded` does not hold.

    The detail tells the conditions that failed, then what the probe said. A result that nothing
    changes is returned as it is.
    """
    if result.status not in ABOUT_TARGET:
        return result
    seen = Seen(_facts(result))
    if result.status is not Status.DOWN and (failed := _failed(expect, seen)):
        result = _ruled(result, Status.DOWN, failed)
    if invert and result.status is not Status.DEGRADED:
        result = _inverted(result)
    if result.status is Status.UP and (failed := _failed(degraded, seen)):
        result = _ruled(result, Status.DEGRADED, failed)
    return result


def with_defaults(
    expect: Iterable[Condition], defaults: Iterable[Condition]
) -> tuple[Condition, ...]:
    """Return a kind's default conditions and the operator's own, to be used as `expect`.

    A default is dropped if the operator asks about a name that it asks about: `status == 503`
    takes the place of the default `status in 200..299`, and `latency < 1s` leaves it standing.
    """
    own = tuple(expect)
    mentioned = frozenset[str]().union(*(condition.mentions for condition in own))
    kept = (default for default in defaults if default.mentions.isdisjoint(mentioned))
    return (*kept, *own)


def _facts(result: Result) -> dict[str, Any]:
    """Return what the probe found, and what is known of every look."""
    facts = {
        **result.facts,
        "latency": Seconds(result.duration_s),
        "phase": {name: Seconds(spent_s) for name, spent_s in result.timings.items()},
    }
    if result.address is not None:
        facts["address"] = result.address
    return facts


def _failed(conditions: Sequence[Condition], seen: Seen) -> list[str]:
    outcomes = [examine(condition, seen) for condition in conditions]
    return [outcome.said for outcome in outcomes if not outcome.passed]


def _ruled(result: Result, status: Status, failed: list[str]) -> Result:
    said = "; ".join(failed[:TOLD])
    if len(failed) > TOLD:
        said += f"; and {counted(len(failed) - TOLD, 'more condition')}"
    if result.detail:
        said += f" ({result.detail})"
    return attrs.evolve(result, status=status, detail=_limited(said))


def _inverted(result: Result) -> Result:
    """Turn UP and DOWN over. An inverted UP has gone through, so it died in no phase."""
    if result.status is Status.UP:
        status, said, phase = Status.DOWN, "it should not be well, but it is", result.phase
    else:
        status, said, phase = Status.UP, "it is not well, as it should be", None
    detail = f"{said} ({result.detail})" if result.detail else said
    return attrs.evolve(result, status=status, detail=_limited(detail), phase=phase)


def _limited(text: str) -> str:
    """Cut a detail to what is kept of it, in bytes."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= DETAIL_LIMIT:
        return text
    return raw[: DETAIL_LIMIT - 3].decode("utf-8", "ignore") + "…"
