"""The monitor's own trouble, told to people: by channels of its own, also without the database."""

from datetime import datetime, timedelta

import attrs

from monitor.core.alerts.notices import PATIENCE, Notice, NoticeKind
from monitor.core.describe import shorten
from monitor.core.model import Status
from monitor.core.records import NoticeRecord
from monitor.engine.alerts import Alerts
from monitor.engine.clock import Clock

_OUTLIVES_US = ("task", "channel")
"""Trouble that a restart of ours does not end."""


@attrs.define(eq=False)
class Alarm:
    """Tell when something of ours breaks, and when it works again; each once."""

    alerts: Alerts
    clock: Clock
    _since: dict[str, datetime] = attrs.field(factory=dict, init=False)

    def adopt(self, notice: Notice) -> None:
        """Take over what a former process told and did not end.

        It is ended at once, unless it may still be so.
        """
        if notice.subject not in self._since:
            self._since[notice.subject] = notice.since_at
            if notice.subject.partition(" ")[0] not in _OUTLIVES_US:
                self._end(notice.subject, "the monitor was restarted")

    def begin(self, kind: str, subject: str, detail: str, patience_s: float = 0.0) -> None:
        """Tell that something broke; nothing, if that was told already, or is soon over."""
        about = _about(kind, subject)
        if about not in self._since:
            since_at = self._since[about] = self.clock.now()
            due_at = since_at + timedelta(seconds=patience_s) if patience_s else None
            self._tell(about, detail, since_at, due_at=due_at)

    def end(self, kind: str, subject: str = "", detail: str = "") -> None:
        """Tell that it works again; nothing, if nobody was told that it broke."""
        self._end(_about(kind, subject), detail)

    def _end(self, about: str, detail: str) -> None:
        since_at = self._since.pop(about, None)
        if since_at is not None:
            self._tell(about, detail, since_at, NoticeKind.SYSTEM_OVER, self.clock.now())

    def happen(self, kind: str, subject: str, detail: str) -> None:
        """Tell something that has no end."""
        now = self.clock.now()
        self._tell(_about(kind, subject), detail, now, ended_at=now)

    def _tell(
        self,
        about: str,
        detail: str,
        since_at: datetime,
        kind: NoticeKind = NoticeKind.SYSTEM,
        ended_at: datetime | None = None,
        due_at: datetime | None = None,
    ) -> None:
        good = kind is NoticeKind.SYSTEM_OVER
        notice = Notice(
            key=f"system/{about}-{since_at:%Y%m%dT%H%M%S.%f}/{kind}",
            channel="",
            kind=kind,
            at=self.clock.now(),
            since_at=since_at,
            ended_at=ended_at,
            subject=about,
            status=Status.UP if good else Status.UNKNOWN,
            detail=shorten(detail),
            due_at=due_at,
            why="" if due_at is None else PATIENCE,
        )
        notices = [
            attrs.evolve(notice, channel=one.name)
            for one in self.alerts.alerting.system_channels
            if about != _about("channel", one.name)  # a broken channel cannot tell that it is
        ]
        if notices:
            self.alerts.keep(NoticeRecord(notices=tuple(notices)))
            self.alerts.take(notices)


def _about(kind: str, subject: str) -> str:
    return f"{kind} {subject}".strip()
