"""/api/v1/audit-log: who changed what. The ledger of looks is another thing (`monitor audit`)."""

from collections.abc import Callable, Iterator
from datetime import datetime

import attrs

from monitor.core.access.people import Deeds
from monitor.operations.access_documents import deed_form
from monitor.web.api.bodies import since
from monitor.web.api.call import Call
from monitor.web.api.cursor import PAGING, decoded, page_reply
from monitor.web.api.operation import Operation, Query, Reply
from monitor.web.api.schemas import page_of
from monitor.web.routing import Role

_TEXT = {"type": "string"}


@attrs.frozen(kw_only=True)
class AuditLog:
    """Serves what was done by whom."""

    now: Callable[[], datetime]

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="listDeeds",
            method="GET",
            path="/audit-log",
            needs=Role.ADMIN,
            says="List who changed what, the newest first.",
            more="Changes of tasks, alerts, channels, users and tokens, and logins; only what "
            "differs, without secrets.",
            carry_out=self.list,
            query={
                "since": Query(
                    since(self.now), "Only what was done since then: a moment, or an age.", _TEXT
                ),
                "actor": Query(str, "Only what this user or token did.", _TEXT),
                "about": Query(str, "Only what was done to the thing of this name.", _TEXT),
                "action": Query(
                    str, "Only actions of this name, or below it: `task`, `task.edit`.", _TEXT
                ),
                **PAGING,
            },
            answer=page_of("Deed"),
        )

    async def list(self, call: Call) -> Reply:
        place, query = decoded(call.query["cursor"], str), call.query
        wanted = Deeds(
            since=query["since"],
            before=place[0] if place else "",
            actor=query["actor"] or "",
            about=query["about"] or "",
            action=query["action"] or "",
            limit=query["limit"] + 1,
        )
        async with call.session() as session:
            found = await session.registry.deeds(wanted)
        return page_reply(found, query["limit"], deed_form, lambda one: [one.id])
