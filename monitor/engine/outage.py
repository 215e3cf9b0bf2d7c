"""Is the database away? Told once when it goes and once when it is back, whoever notices first."""

from datetime import datetime, timedelta

import attrs

from monitor.core.counting import counted
from monitor.core.describe import describe
from monitor.core.model import Event
from monitor.core.units import format_duration
from monitor.engine.alarm import Alarm
from monitor.engine.clock import Clock
from monitor.journal import tell

ALARM_AFTER_S = 15.0
"""A database that is restarted is back before that; nobody needs to be woken."""


@attrs.define(eq=False)
class Outage:
    """The one database outage under way, if any."""

    clock: Clock
    since_at: datetime | None = None
    error: str = ""
    count: int = 0
    alarm: Alarm | None = None

    @property
    def on(self) -> bool:
        return self.since_at is not None

    def begin(self, error: BaseException) -> None:
        """Note that the database did not do what it was asked."""
        if self.since_at is None:
            self.since_at = self.clock.now()
            self.error = describe(error)
            self.count += 1
            tell("database.lost", error=self.error)
            if self.alarm is not None:
                self.alarm.begin("database", "", self.error, patience_s=ALARM_AFTER_S)

    def end(self, waiting: int) -> list[Event]:
        """Note that it works again; return what is to be stored of it."""
        if self.since_at is None:
            return []
        lost_at, now, self.since_at = self.since_at, self.clock.now(), None
        away_s = (now - lost_at) / timedelta(seconds=1)
        tell("database.back", away=format_duration(away_s), waiting=waiting)
        if self.alarm is not None:
            self.alarm.end(
                "database", "", f"{counted(waiting, 'record waits', 'records wait')} to be written"
            )
        return [
            Event(at=lost_at, kind="database.lost", detail=self.error),
            Event(at=now, kind="database.back", data={"away_s": away_s, "waiting": waiting}),
        ]
