"""What a session can do with what is to be told."""

import attrs

from monitor.core.alerts.alerting import Acknowledgement, AlertingChange, Selector, Silence
from monitor.core.alerts.notices import ChannelSpec, NoticeState
from monitor.core.ports import Session
from monitor.core.records import NoticeRecord
from tests.store.operations.rows import SHOP, counts
from tests.store.scene import at, event, notice
from tests.store.sweep import Operation


async def _commit_notices(session: Session, n: int) -> None:
    key = f"{SHOP}/{n}/down"
    told = notice(SHOP, key=key, incident=n)
    await session.commit([NoticeRecord(notices=(told,))])


async def _decide(session: Session, n: int) -> None:
    sent = attrs.evolve(notice(SHOP, key="swept"), state=NoticeState.SENT, message=f"m{n}")
    await session.commit([NoticeRecord(decided=(sent,), event=event(n, f"sent {n}"))])


async def _change_alerting(session: Session, n: int) -> None:
    channel = ChannelSpec(name=f"c{n}", url="ntfy://x")
    quiet = Silence(id=0, selector=Selector(), from_at=at(0), until_at=at(1), note=f"n{n}")
    taken = Acknowledgement(task_id=SHOP, incident=n, at=at(0))
    await session.change_alerting(
        AlertingChange(channels=(channel,), silences=(quiet,), acknowledgements=(taken,))
    )


async def _unfinished(session: Session, _n: int) -> None:
    await session.unfinished()


async def _notices(session: Session, _n: int) -> None:
    await session.notices()


async def _alerting(session: Session, _n: int) -> None:
    await session.alerting()


WRITING = [
    Operation("commit notices", _commit_notices, trace=counts("notice WHERE incident = {n}")),
    Operation(
        "decide on notices",
        _decide,
        (
            "DELETE FROM notice WHERE key = 'swept'",
            "INSERT INTO notice (key, channel, thread, kind, at, since_at, task_id, subject, "
            "target, status, detail, tags, affected, state, why, attempts, message) VALUES "
            "('swept', 'ops', '', 'down', '2026-03-29 00:00:00', '2026-03-29 00:00:00', "
            f"{SHOP}, '', '', 'down', '', '[]', '[]', 'pending', '', 0, '')",
        ),
        counts("notice WHERE message = 'm{n}'", "event WHERE kind = 'sent {n}'"),
    ),
    Operation(
        "change alerting",
        _change_alerting,
        trace=counts(
            "channel WHERE name = 'c{n}'",
            "silence WHERE note = 'n{n}'",
            "acknowledgement WHERE incident = {n}",
        ),
    ),
]

READING = [
    Operation("unfinished", _unfinished),
    Operation("notices", _notices),
    Operation("alerting", _alerting),
]
