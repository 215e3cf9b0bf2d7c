"""One look at a target, under one deadline that covers everything."""

import attrs
import trio

from monitor.core.describe import shorten, without_password
from monitor.core.model import ABOUT_TARGET, Reason, Result, Status
from monitor.core.probing import OwnFault, Probe, Refused, TargetDown, Trace

_SEEN = ABOUT_TARGET | {Status.UNKNOWN, Status.PENDING}
"""PENDING: there is nothing to be seen yet, and that is no fault."""


async def look(probe: Probe, timeout_s: float) -> Result:
    """Look once.

    Returns what was seen, with the phase a failed look died in; a target that does not answer in
    time is DOWN, but OwnFault is raised if it was our own database that did not. Raises whatever
    the probe raises about us (OwnFault, Permanent, bugs), and ValueError for a status that is no
    probe's to give. The detail shows no password of a URL.
    """
    trace = Trace()
    started_s = trio.current_time()
    with trio.move_on_after(timeout_s) as deadline:
        try:
            result = await probe(trace)
        except TargetDown as failure:
            result = Result(status=Status.DOWN, detail=str(failure), phase=trace.phase or "check")
        except Refused as refusal:
            result = Result(status=Status.UNKNOWN, reason=Reason.REFUSED, detail=str(refusal))
    if deadline.cancelled_caught and trace.ours:
        raise OwnFault(Reason.DATABASE, f"our own database did not answer within {timeout_s:g} s")
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
        detail=shorten(without_password(result.detail)),
        timings=trace.timings,
        address=trace.address,
        facts=trace.facts,
        duration_s=trio.current_time() - started_s,
    )
