"""Alerting in the store that lives in memory; see `memory`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count

import attrs

from monitor.core.alerts.alerting import (
    Acknowledgement,
    Alerting,
    AlertingChange,
    Maintenance,
    Silence,
)
from monitor.core.alerts.notices import BEGINNINGS, ChannelSpec, Notice, NoticeKind, NoticeState


def _begun(one: Notice) -> bool:
    return (
        one.kind in BEGINNINGS - {NoticeKind.DOWN}
        and one.state is NoticeState.SENT
        and one.ended_at is None
    )


@attrs.define(eq=False)
class AlertTables:
    """What is kept of alerting."""

    notices: dict[tuple[str, str], Notice] = attrs.field(factory=dict)
    channels: dict[str, ChannelSpec] = attrs.field(factory=dict)
    maintenances: dict[str, Maintenance] = attrs.field(factory=dict)
    silences: dict[int, Silence] = attrs.field(factory=dict)
    taken: dict[tuple[int, int], Acknowledgement] = attrs.field(factory=dict)
    numbers: "count[int]" = attrs.field(factory=lambda: count(1))

    def write(self, new: Sequence[Notice], decided: Sequence[Notice]) -> None:
        for one in new:
            self.notices.setdefault((one.key, one.channel), one)
        for one in decided:
            known = self.notices.get((one.key, one.channel))
            if known is not None and known.state is NoticeState.PENDING:
                self.notices[one.key, one.channel] = attrs.evolve(
                    known,
                    state=one.state,
                    why=one.why,
                    attempts=one.attempts,
                    decided_at=one.decided_at,
                    message=one.message,
                    due_at=one.due_at,
                )

    def unfinished(self, open_incidents: Iterable[tuple[int, int]]) -> list[Notice]:
        lasting = set(open_incidents)
        ended = {one.thread for one in self.notices.values() if one.is_good}
        threads = {
            one.thread
            for one in self.notices.values()
            if one.state is NoticeState.PENDING
            or (one.task_id, one.incident) in lasting
            or (_begun(one) and one.thread not in ended)
        }
        found = [one for one in self.notices.values() if one.thread in threads]
        return sorted(found, key=lambda one: (one.at, one.key, one.channel))

    def chosen(
        self,
        task_id: int | None,
        since: datetime | None,
        states: Iterable[NoticeState],
        limit: int,
        thread: str = "",
        message: str = "",
    ) -> list[Notice]:
        wanted = set(states)
        found = [
            one
            for one in self.notices.values()
            if task_id in (None, one.task_id)
            and (since is None or one.at >= since)
            and (not wanted or one.state in wanted)
            and thread in ("", one.thread)
            and message in ("", one.message)
        ]
        found.sort(key=lambda one: (one.key, one.channel))
        return sorted(found, key=lambda one: one.at, reverse=True)[:limit]

    def alerting(self) -> Alerting:
        return Alerting(
            channels=tuple(self.channels[name] for name in sorted(self.channels)),
            maintenances=tuple(self.maintenances[name] for name in sorted(self.maintenances)),
            silences=tuple(self.silences[number] for number in sorted(self.silences)),
            acknowledgements=tuple(self.taken[key] for key in sorted(self.taken)),
        )

    def change(self, wanted: AlertingChange) -> AlertingChange:
        for name in wanted.drop_channels:
            self.channels.pop(name, None)
        self.channels |= {one.name: one for one in wanted.channels}
        for name in wanted.drop_maintenances:
            self.maintenances.pop(name, None)
        self.maintenances |= {one.name: one for one in wanted.maintenances}
        for number in wanted.drop_silences:
            self.silences.pop(number, None)
        silences = [attrs.evolve(one, id=next(self.numbers)) for one in wanted.silences]
        self.silences |= {one.id: one for one in silences}
        for key in wanted.drop_acknowledgements:
            self.taken.pop(key, None)
        self.taken |= {(one.task_id, one.incident): one for one in wanted.acknowledgements}
        for notice_key in wanted.resend:
            known = self.notices.get(notice_key)
            if known is not None and known.state is NoticeState.DEAD:
                self.notices[notice_key] = attrs.evolve(
                    known,
                    state=NoticeState.PENDING,
                    attempts=0,
                    decided_at=None,
                    due_at=None,
                    why="",
                )
        return attrs.evolve(wanted, silences=tuple(silences))

    def remove(self, task_id: int) -> None:
        for key in [key for key, one in self.notices.items() if one.task_id == task_id]:
            del self.notices[key]
        for taken in [taken for taken in self.taken if taken[0] == task_id]:
            del self.taken[taken]
