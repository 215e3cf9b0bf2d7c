"""What operators and other processes want: of many tasks at once, and of the running monitor."""

import attrs

from monitor.core.access.people import Deed
from monitor.core.alerts.alerting import Alerting, AlertingChange
from monitor.core.model import RequestKind, Task, TaskSpec, WatchedTask
from monitor.core.statuspage.values import PagesChange


@attrs.frozen(kw_only=True)
class FleetChange:
    """What is to be done to many tasks at once."""

    remove: tuple[Task, ...] = ()
    edit: tuple[tuple[Task, TaskSpec], ...] = ()
    """Each task as it is and as it shall be."""
    add: tuple[TaskSpec, ...] = ()
    alerting: AlertingChange | None = None
    pages: PagesChange | None = None
    deeds: tuple[Deed, ...] = ()
    """What is written down of it."""

    def __bool__(self) -> bool:
        return bool(self.remove or self.edit or self.add or self.alerting or self.pages)


@attrs.frozen(kw_only=True)
class Request:
    """A wish of another process; it stays in the database until a record answers it."""

    id: int
    task_id: int
    kind: RequestKind


@attrs.frozen(kw_only=True)
class Changes:
    """What reconciling needs: the tasks as they are now, and the wishes not yet answered."""

    revision: int
    watched: tuple[WatchedTask, ...]
    requests: tuple[Request, ...] = ()
    alerting: Alerting | None = None
