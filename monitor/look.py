"""One look at a target, under one deadline that covers everything."""

import attrs
import trio

from monitor.model import ABOUT_TARGET, DETAIL_LIMIT, Reason, Result, Status
from monitor.ports import Probe, TargetDown, Trace

_SEEN = ABOUT_TARGET | {Status.UNKNOWN}


def shorten(text: str, limit: int = DETAIL_LIMIT) -> str:
    """Cut a text to `limit` bytes of UTF-8, marking the cut, and replace what no database takes."""
    clean = text.replace("\x00", "\ufffd")
    raw = clean.encode("utf-8", "replace")
    if len(raw) <= limit:
        return raw.decode()
    return raw[: limit - 3].decode("utf-8", "ignore") + "\u2026"


def describe(error: BaseException) -> str:
    """Say what an error is, in one line that is never empty, and never raise while doing so.

    Many errors of drivers and of asyncio have no message at all; a group speaks for its first
    member.
    """
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    try:
        message = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 (whatever a foreign __str__ does)
        message = "<message cannot be printed>"
    return shorten(f"{type(error).__name__}: {message or '<no message>'}", 500)


async def look(probe: Probe, timeout_s: float) -> Result:
    """Look once.

    Returns what was seen, with the phase a failed look died in; a target that does not answer in
    time is DOWN. Raises whatever the probe raises about us (OwnFault, Permanent, bugs), and
    ValueError for a status that is no probe's to give.
    """
    trace = Trace()
    started_s = trio.current_time()
    with trio.move_on_after(timeout_s) as deadline:
        try:
            result = await probe(trace)
        except TargetDown as failure:
            result = Result(status=Status.DOWN, detail=str(failure), phase=trace.phase or "check")
    if deadline.cancelled_caught:
        phase = trace.phase or "check"
        result = Result(
            status=Status.DOWN,
            detail=f"no answer within {timeout_s:g} s, in phase {phase}",
            phase=phase,
        )
    if result.status not in _SEEN:
        raise ValueError(f"the probe answered {result.status!r}, which nobody can see")
    unknown = result.status is Status.UNKNOWN
    return attrs.evolve(
        result,
        reason=result.reason or Reason.PROBE_UNKNOWN if unknown else None,
        detail=shorten(result.detail),
        timings=trace.timings,
        address=trace.address,
        facts=trace.facts,
        duration_s=trio.current_time() - started_s,
    )
