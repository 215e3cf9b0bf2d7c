"""Incidents with who took them and what was told of them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from monitor.core.alerts.notices import Notice
from monitor.core.listing import Notices, Tasks
from monitor.core.model import Incident
from monitor.core.ports import Session
from monitor.operations.alert_forms import incident_form
from monitor.operations.forms import Form
from monitor.operations.mailbags import EVERY


async def incident_forms(session: Session, found: Sequence[Incident], at: datetime) -> list[Form]:
    """Return incidents as they are shown, in their order."""
    if not found:
        return []
    ids = tuple({one.task_id for one in found})
    names = {
        watched.task.id: watched.task.name
        for watched in await session.page(Tasks(ids=ids, limit=len(ids)))
    }
    taken = {
        (one.task_id, one.incident): one for one in (await session.alerting()).acknowledgements
    }
    threads = tuple(f"{one.task_id}/{one.number}" for one in found)
    told: dict[str, list[Notice]] = defaultdict(list)
    for notice in await session.page(Notices(threads=threads, limit=EVERY)):
        told[notice.thread].insert(0, notice)
    return [
        incident_form(
            one,
            names.get(one.task_id, str(one.task_id)),
            told[thread],
            taken.get((one.task_id, one.number)),
            at,
        )
        for one, thread in zip(found, threads, strict=True)
    ]
