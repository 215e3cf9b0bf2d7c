"""/api/v1/tasks/{task_id}/...: what was seen of a task, what changed, what is missing, and why."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs
import trio

from monitor.core.listing import Gaps, Happenings, Looks, Transitions
from monitor.operations.forms import event_form, gap_form, look_form, transition_form
from monitor.web.api.bodies import since, span
from monitor.web.api.call import Call
from monitor.web.api.cursor import PAGING, decoded, page_reply
from monitor.web.api.operation import Operation, Query, Reply
from monitor.web.api.schemas import page_of, ref
from monitor.web.routing import Role

_EXPLAINING = 2
"""Accounts that are made together: each reads a lot."""


def _age(text: str) -> float:
    from monitor.core.units import parse_duration

    return parse_duration(text)


@attrs.define(eq=False, kw_only=True)
class History:
    """Serves what is stored of single tasks."""

    now: Callable[[], datetime]
    _places: trio.CapacityLimiter = attrs.field(
        factory=lambda: trio.CapacityLimiter(_EXPLAINING), init=False
    )

    def operations(self) -> Iterator[Operation]:
        lists: Mapping[str, tuple[str, str, str, Any]] = {
            "looks": ("listLooks", "List results of a task, newest first.", "Look", self.looks),
            "transitions": (
                "listTransitions",
                "List changes of a task's status, newest first.",
                "Transition",
                self.transitions,
            ),
            "gaps": (
                "listGaps",
                "List slots of a task without a result, those that began last first.",
                "Gap",
                self.gaps,
            ),
            "events": (
                "listTaskEvents",
                "List our own troubles with a task, newest first.",
                "Event",
                self.events,
            ),
        }
        for name, (number, says, form, carry_out) in lists.items():
            yield Operation(
                id=number,
                method="GET",
                path=f"/tasks/{{task_id}}/{name}",
                needs=Role.VIEWER,
                says=says,
                carry_out=carry_out,
                query={**span(self.now), **PAGING},
                answer=page_of(form),
            )
        yield Operation(
            id="explainTask",
            method="GET",
            path="/tasks/{task_id}/explain",
            needs=Role.VIEWER,
            says="Show what led to a task's alerts, or why there were none.",
            more="The stored looks, judged once more.",
            carry_out=self.explain_task,
            query=self._around(),
            answer=ref("Account"),
        )
        yield Operation(
            id="explainAlert",
            method="GET",
            path="/explain",
            needs=Role.VIEWER,
            says="Show what led to an alert.",
            carry_out=self.explain_alert,
            query={
                "alert": Query(
                    str,
                    "A task's name or id, or an alert: 7/3/down, 7/3, or a message's key.",
                    {"type": "string"},
                    default="",
                ),
                **self._around(),
            },
            answer=ref("Account"),
            refusals=(404, 422),
        )

    def _around(self) -> dict[str, Query]:
        return {
            "at": Query(
                since(self.now), "The moment in question; now, if not named.", {"type": "string"}
            ),
            "since": Query(
                _age, "How far to look back, and beyond, such as 6h.", {"type": "string"}
            ),
        }

    async def looks(self, call: Call) -> Reply:
        place = decoded(call.query["cursor"], datetime)
        wanted = Looks(**_bounds(call), before=place[0] if place else None)
        found = await _read(call, wanted)
        return page_reply(found, call.query["limit"], look_form, lambda one: [one.slot_at])

    async def transitions(self, call: Call) -> Reply:
        place = decoded(call.query["cursor"], int)
        wanted = Transitions(**_bounds(call), before=place[0] if place else None)
        found = await _read(call, wanted)
        return page_reply(found, call.query["limit"], transition_form, lambda one: [one.seq])

    async def gaps(self, call: Call) -> Reply:
        place = decoded(call.query["cursor"], datetime)
        wanted = Gaps(**_bounds(call), before=place[0] if place else None)
        found = await _read(call, wanted)
        return page_reply(found, call.query["limit"], gap_form, lambda one: [one.from_at])

    async def events(self, call: Call) -> Reply:
        bounds = _bounds(call)
        place = decoded(call.query["cursor"], datetime, str, int)
        wanted = Happenings(task_ids=(bounds.pop("task_id"),), before=place, **bounds)
        found = await _read(call, wanted)
        return page_reply(
            found,
            call.query["limit"],
            event_form,
            lambda one: [one.at, one.kind, one.task_id or 0],
        )

    async def explain_task(self, call: Call) -> Reply:
        return await self._explain(call, str(call.number("task_id")))

    async def explain_alert(self, call: Call) -> Reply:
        return await self._explain(call, call.query["alert"])

    async def _explain(self, call: Call, alert: str) -> Reply:
        from monitor.operations.explaining.account import tell

        async with self._places:
            async with call.session() as session:
                account = await tell(
                    session, alert, call.query["at"], call.query["since"], call.now
                )
            document = await trio.to_thread.run_sync(account.document)
        return Reply(document=document)


def _bounds(call: Call) -> dict[str, Any]:
    """Return what all lists have in common; one thing more than a page is read."""
    return {
        "task_id": call.number("task_id"),
        "since_at": call.query["since"],
        "until_at": call.query["until"],
        "limit": call.query["limit"] + 1,
    }


async def _read(call: Call, wanted: Any) -> list[Any]:
    async with call.session() as session:
        await session.watched(call.number("task_id"))
        found: list[Any] = await session.page(wanted)
    return found
