"""/api/v1/notices and /api/v1/events/stored: what was told to whom, and what happened to us."""

from collections.abc import Callable, Iterator
from datetime import datetime

import attrs

from monitor.core.alerts.notices import NoticeState
from monitor.core.listing import Happenings, Notices
from monitor.operations.alert_forms import notice_form
from monitor.operations.forms import event_form
from monitor.web.api.bodies import TASK_ID, span
from monitor.web.api.call import Call
from monitor.web.api.cursor import PAGING, decoded, page_reply
from monitor.web.api.operation import Operation, Query, Reply
from monitor.web.api.schemas import page_of
from monitor.web.routing import Role


def _state(text: str) -> NoticeState:
    try:
        return NoticeState(text)
    except ValueError:
        raise ValueError(f"{text!r} is no state; use {', '.join(NoticeState)}") from None


_TEXT = {"type": "string", "minLength": 1}


@attrs.frozen(kw_only=True)
class NoticeDesk:
    """Serves notices and happenings."""

    now: Callable[[], datetime]

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="listNotices",
            method="GET",
            path="/notices",
            needs=Role.VIEWER,
            says="List what was told, or waits to be, newest first.",
            more="Dead letters are those of `state=dead`.",
            carry_out=self.list,
            query={
                "task_id": TASK_ID,
                "channel": Query(str, "To this channel.", _TEXT, several=True),
                "state": Query(_state, "In this state.", {"enum": [*NoticeState]}, several=True),
                **span(self.now),
                **PAGING,
            },
            answer=page_of("Notice"),
        )
        yield Operation(
            id="listHappenings",
            method="GET",
            path="/happenings",
            needs=Role.VIEWER,
            says="List stored happenings about the monitor itself, newest first.",
            more="Restarts of children, outages of the database, deliveries, exercises ...",
            carry_out=self.happenings,
            query={
                "task_id": TASK_ID,
                "kind": Query(str, "Of this kind, such as task.restarting.", _TEXT, several=True),
                **span(self.now),
                **PAGING,
            },
            answer=page_of("Event"),
        )

    async def list(self, call: Call) -> Reply:
        query = call.query
        wanted = Notices(
            task_ids=query["task_id"] or None,
            channels=query["channel"],
            states=query["state"],
            since_at=query["since"],
            until_at=query["until"],
            before=decoded(query["cursor"], datetime, str, str),
            limit=query["limit"] + 1,
        )
        async with call.session() as session:
            found = await session.page(wanted)
        return page_reply(
            found, query["limit"], notice_form, lambda one: [one.at, one.key, one.channel]
        )

    async def happenings(self, call: Call) -> Reply:
        query = call.query
        wanted = Happenings(
            task_ids=query["task_id"] or None,
            kinds=query["kind"],
            since_at=query["since"],
            until_at=query["until"],
            before=decoded(query["cursor"], datetime, str, int),
            limit=query["limit"] + 1,
        )
        async with call.session() as session:
            found = await session.page(wanted)
        return page_reply(
            found,
            query["limit"],
            event_form,
            lambda one: [one.at, one.kind, one.task_id or 0],
        )
