"""What operators say about alerts: who is told, of what, how often, and when nobody is.

Values only; `telling` says what a look gives somebody to tell, `dispatch` what becomes of it.
"""

from collections.abc import Mapping
from datetime import datetime
from fnmatch import fnmatchcase

import attrs

from monitor.core.alerts.notices import ChannelSpec


@attrs.frozen(kw_only=True)
class Selector:
    """Which tasks something is about: those with one of the names or tags; all, if it has none."""

    tasks: tuple[str, ...] = ()
    """Names; `*` and `?` stand for anything."""
    tags: tuple[str, ...] = ()

    def chooses(self, name: str, tags: tuple[str, ...]) -> bool:
        """Say whether a task is meant."""
        if not self.tasks and not self.tags:
            return True
        if any(fnmatchcase(name, pattern) for pattern in self.tasks):
            return True
        return any(tag in self.tags for tag in tags)


@attrs.frozen(kw_only=True)
class Silence:
    """Somebody wants to hear nothing of some tasks for a while."""

    id: int
    selector: Selector
    from_at: datetime
    until_at: datetime
    note: str = ""
    by: str = ""

    def holds(self, name: str, tags: tuple[str, ...], now: datetime) -> bool:
        """Say whether a task is silenced."""
        return self.from_at <= now < self.until_at and self.selector.chooses(name, tags)


@attrs.frozen(kw_only=True)
class Maintenance:
    """Work that was announced; `rule` is read by `calendar.make_window`."""

    name: str
    selector: Selector
    rule: Mapping[str, str]
    """`from` and `until` once, or `rrule` or `cron` with `duration` and `zone`; as written."""
    note: str = ""
    from_file: bool = attrs.field(default=False, eq=False)


@attrs.frozen(kw_only=True)
class Acknowledgement:
    """Somebody has taken an incident: no more reminders, no escalation."""

    task_id: int
    incident: int
    at: datetime
    until_at: datetime | None = None
    """None: until it is over."""
    note: str = ""
    by: str = ""

    def holds(self, now: datetime) -> bool:
        return self.until_at is None or now < self.until_at


@attrs.frozen(kw_only=True)
class AlertingChange:
    """What an operator wants to be changed, all or nothing."""

    channels: tuple[ChannelSpec, ...] = ()
    """New ones, or others of names that are there."""
    drop_channels: tuple[str, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    drop_maintenances: tuple[str, ...] = ()
    silences: tuple[Silence, ...] = ()
    """New ones; the store gives the numbers."""
    drop_silences: tuple[int, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    drop_acknowledgements: tuple[tuple[int, int], ...] = ()
    """By task and incident."""
    resend: tuple[tuple[str, str], ...] = ()
    """Dead notices to be tried again, by key and channel."""

    def __bool__(self) -> bool:
        return self != AlertingChange()


@attrs.frozen(kw_only=True)
class Alerting:
    """All that operators say, as it is stored now."""

    channels: tuple[ChannelSpec, ...] = ()
    silences: tuple[Silence, ...] = ()
    maintenances: tuple[Maintenance, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()

    @property
    def default_channels(self) -> tuple[str, ...]:
        """Names of the channels of tasks that name none."""
        return tuple(one.name for one in self.channels if one.default)

    @property
    def system_channels(self) -> tuple[ChannelSpec, ...]:
        """Channels of the monitor's own trouble; the default ones, if none is set apart."""
        chosen = tuple(one for one in self.channels if one.system)
        return chosen or tuple(one for one in self.channels if one.default)
