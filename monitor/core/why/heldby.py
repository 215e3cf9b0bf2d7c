"""What is stored of the rules that hold notices back, and what they said at a moment. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from monitor.core.alerts.alerting import Alerting, Maintenance
from monitor.core.alerts.dispatch import Situation
from monitor.core.calendar.hours import Hours
from monitor.core.calendar.windows import Window
from monitor.core.model import Event, Gap, Incident, Status, Task, Transition


@attrs.frozen(kw_only=True)
class Blocking:
    """A time during which a parent may explain why a task could not be reached."""

    parent: str
    from_at: datetime
    until_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Rules:
    """What is stored of the rules that hold notices back, and of what the channels did."""

    now: datetime
    alerting: Alerting = attrs.field(factory=Alerting)
    windows: Sequence[tuple[Maintenance, Window]] = ()
    hours: Mapping[str, Hours] = attrs.field(factory=dict)
    """Of the channels that have some."""
    blockings: Mapping[int, Sequence[Blocking]] = attrs.field(factory=dict)
    """By task."""
    deliveries: Sequence[Event] = ()
    """`alert.sent` and `alert.failed`, the oldest first."""
    gaps: Sequence[Gap] = ()
    """Of any tasks, to see when no monitor ran."""

    def situation(self, at: datetime) -> Situation:
        """Return what the rules that are stored now say of a moment."""
        return Situation(
            now=at,
            silences=self.alerting.silences,
            maintenances=self.windows,
            acknowledgements={
                (one.task_id, one.incident): one
                for one in self.alerting.acknowledgements
                if one.at <= at
            },
            parents_down=lambda task_id: [
                one.parent
                for one in self.blockings.get(task_id, ())
                if one.from_at <= at and (one.until_at is None or at < one.until_at)
            ],
        )


def blockings(
    child: Task, parent: Task, incidents: Sequence[Incident], changes: Sequence[Transition]
) -> list[Blocking]:
    """Say when a parent stood in the way of a child: while down, and until the child is seen again.

    As `kin.in_the_way` says it while it happens, but for doubts about the parent that came to
    nothing: these are not stored.
    """
    look_s = max(child.retry_interval_s, 1.0) + child.timeout_s
    patience = timedelta(
        seconds=(child.recovery_confirmations + 1) * look_s
        + parent.recovery_confirmations * parent.retry_interval_s
    )
    found = [
        Blocking(
            parent=parent.name,
            from_at=one.opened_at,
            until_at=None if one.closed_at is None else one.closed_at + patience,
        )
        for one in incidents
    ]
    for number, change in enumerate(changes):
        if change.after is Status.UNREACHABLE:
            until_at = changes[number + 1].at if number + 1 < len(changes) else None
            found.append(Blocking(parent=parent.name, from_at=change.at, until_at=until_at))
    return found
