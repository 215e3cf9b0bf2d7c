"""What is handed to the store to be written, each together or not at all."""

from datetime import datetime

import attrs

from monitor.core.alerts.notices import Notice
from monitor.core.model import (
    Event,
    Gap,
    Incident,
    Recovery,
    Result,
    State,
    Status,
    Transition,
)
from monitor.core.pings import PingRecord


@attrs.frozen(kw_only=True)
class LookRecord:
    """Everything one look leaves behind, written together or not at all."""

    slot_at: datetime
    looked_at: datetime
    result: Result
    state: State
    transition: Transition | None = None
    incident: Incident | None = None
    gaps: tuple[Gap, ...] = ()
    event: Event | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def task_id(self) -> int:
        return self.state.task_id

    @property
    def is_news(self) -> bool:
        """True for what somebody must hear of at once; a first good result is none."""
        change = self.transition
        if change is not None and change.before is not Status.PENDING:
            return True
        return self.incident is not None or self.event is not None or bool(self.notices)


@attrs.frozen(kw_only=True)
class LifeRecord:
    """A step of a child's life, written together or not at all."""

    task_id: int
    recovery: Recovery
    event: Event | None = None


@attrs.frozen(kw_only=True)
class EventRecord:
    """A happening, gaps found by themselves, or the answer to wishes."""

    event: Event | None = None
    gaps: tuple[Gap, ...] = ()
    answers: tuple[int, ...] = ()
    """Numbers of wishes that are carried out herewith, and forgotten."""


@attrs.frozen(kw_only=True)
class NoticeRecord:
    """Notices that time gave to tell, and what became of others."""

    notices: tuple[Notice, ...] = ()
    """New ones; those that are there already change nothing."""
    decided: tuple[Notice, ...] = ()
    """Pending ones as they are now."""
    event: Event | None = None


Record = LookRecord | LifeRecord | EventRecord | PingRecord | NoticeRecord
