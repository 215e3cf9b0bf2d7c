"""One look, now, at what need not be stored."""

from monitor.core.describe import describe
from monitor.core.model import Reason, Result, Status, TaskSpec
from monitor.core.probing import OwnFault, Permanent, Probe
from monitor.engine.look import look
from monitor.probes import prepare

TIMEOUT_S = 10.0


async def look_once(spec: TaskSpec, timeout_s: float | None = None) -> Result:
    """Return what is seen.

    Raises:
        InvalidTask: the kind needs more than one look by itself.
    """
    prepared = prepare(spec)
    return prepared.rule(await _look(prepared.probe, TIMEOUT_S if timeout_s is None else timeout_s))


async def _look(probe: Probe, timeout_s: float) -> Result:
    """Look once; what we did wrong is UNKNOWN, as it is when the monitor runs."""
    try:
        return await look(probe, timeout_s)
    except Permanent:
        raise
    except OwnFault as fault:
        return Result(status=Status.UNKNOWN, reason=fault.reason, detail=str(fault))
    except Exception as error:  # noqa: BLE001 (a plugin may raise anything)
        return Result(status=Status.UNKNOWN, reason=Reason.TASK_ERROR, detail=describe(error))
