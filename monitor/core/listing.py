"""Lists, a page at a time: what is wanted, in which order, and from where on.

A page begins behind the last thing of the page before, named by what the list is ordered by; so
nothing is shown twice or left out because something else came or went meanwhile.
"""

from datetime import datetime
from typing import Generic, TypeVar

import attrs

from monitor.core.alerts.notices import Notice, NoticeState
from monitor.core.model import Event, Gap, Incident, Look, Status, Transition, WatchedTask

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Page(Generic[T]):
    """So many of a list; subclasses say of which."""

    limit: int = 100


@attrs.frozen(kw_only=True)
class Tasks(Page[WatchedTask]):
    """Tasks by id, or by name. Of several values of one field any will do; all fields must fit."""

    ids: tuple[int, ...] | None = None
    """None: any. So it is with `names`, which are whole names."""
    names: tuple[str, ...] | None = None
    text: str = ""
    """A part of the name; case does not matter."""
    tags: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    """As they are shown: `paused` before all others."""
    schemes: tuple[str, ...] = ()
    by_name: bool = False
    after_id: int = 0
    after_name: str = ""

    def chooses(self, one: WatchedTask) -> bool:
        """Say whether a task is meant, on whatever page."""
        task = one.task
        return (
            (self.ids is None or task.id in self.ids)
            and (self.names is None or task.name in self.names)
            and self.text.lower() in task.name.lower()
            and (not self.tags or any(tag in task.tags for tag in self.tags))
            and (not self.statuses or one.shown[0] in self.statuses)
            and (not self.schemes or task.target.partition(":")[0].lower() in self.schemes)
        )


@attrs.frozen(kw_only=True)
class Incidents(Page[Incident]):
    """Incidents, those that were opened last first."""

    task_ids: tuple[int, ...] | None = None
    numbers: tuple[int, ...] | None = None
    is_open: bool | None = None
    since_at: datetime | None = None
    """Open at or after it."""
    until_at: datetime | None = None
    """Opened before it."""
    before: tuple[datetime, int, int] | None = None
    """Moment of opening, task and number of the last one shown."""


@attrs.frozen(kw_only=True)
class Looks(Page[Look]):
    """Results of a task, newest first."""

    task_id: int
    since_at: datetime | None = None
    until_at: datetime | None = None
    before: datetime | None = None
    """The slot of the last one shown."""


@attrs.frozen(kw_only=True)
class Transitions(Page[Transition]):
    """Changes of status of a task, newest first."""

    task_id: int
    since_at: datetime | None = None
    until_at: datetime | None = None
    before: int | None = None
    """The number of the last one shown."""


@attrs.frozen(kw_only=True)
class Gaps(Page[Gap]):
    """Gaps of a task, those that began last first."""

    task_id: int
    since_at: datetime | None = None
    """Ended after it."""
    until_at: datetime | None = None
    before: datetime | None = None
    """The beginning of the last one shown."""


@attrs.frozen(kw_only=True)
class Notices(Page[Notice]):
    """Notices, newest first."""

    task_ids: tuple[int, ...] | None = None
    threads: tuple[str, ...] | None = None
    channels: tuple[str, ...] = ()
    states: tuple[NoticeState, ...] = ()
    since_at: datetime | None = None
    until_at: datetime | None = None
    before: tuple[datetime, str, str] | None = None
    """Moment, key and channel of the last one shown."""


@attrs.frozen(kw_only=True)
class Happenings(Page[Event]):
    """Stored happenings about us, newest first."""

    task_ids: tuple[int, ...] | None = None
    kinds: tuple[str, ...] = ()
    since_at: datetime | None = None
    until_at: datetime | None = None
    before: tuple[datetime, str, int] | None = None
    """Moment, kind and task (0: none) of the last one shown."""
