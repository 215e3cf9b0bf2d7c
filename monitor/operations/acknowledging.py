"""Who takes an incident: nobody is reminded of it any more."""

from collections.abc import Iterable

from monitor.core.model import Incident, WatchedTask
from monitor.operations.refusals import Taken


def open_one(incidents: Iterable[Incident], watched: WatchedTask) -> Incident:
    """Return the incident of a task that is open now.

    Raises:
        Taken: none is.
    """
    for incident in reversed(list(incidents)):
        if incident.closed_at is None:
            return incident
    status, _reason = watched.shown
    since_at = watched.state.since_at
    since = f" since {since_at:%Y-%m-%d %H:%M:%SZ}" if since_at else ""
    raise Taken(
        f"task {watched.task.name!r} has no open incident to acknowledge; it is {status}{since}"
    )
