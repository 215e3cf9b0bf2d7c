"""/api/v1/incidents: what was down, for how long, who took it, and who was told."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import attrs

from monitor.core.alerts.alerting import Acknowledgement, AlertingChange
from monitor.core.listing import Incidents
from monitor.core.model import Incident
from monitor.core.ports import Session
from monitor.operations.incidents import incident_forms
from monitor.operations.noting import add_note, make_note, note_form, read_notes
from monitor.operations.refusals import Taken
from monitor.operations.selecting import read_note
from monitor.operations.silences import read_end
from monitor.web.api.bodies import FOR, NOTE, TASK_ID, UNTIL, span, yes_or_no
from monitor.web.api.call import Call
from monitor.web.api.cursor import PAGING, decoded, encoded, page_reply
from monitor.web.api.operation import Body, Operation, Query, Reply
from monitor.web.api.problems import Refusal
from monitor.web.api.receipts import done_once
from monitor.web.api.schemas import page_of, ref
from monitor.web.routing import Role

_TAKE = Body(
    name="NewAcknowledgement",
    keys={"note": NOTE, "for_s": FOR, "until_at": UNTIL},
    empty=True,
    example={"note": "the disk is being replaced", "for_s": 7200},
)
_WRITE = Body(
    name="NewIncidentNote",
    keys={"note": NOTE},
    required=("note",),
    example={"note": "the second disk fails too"},
)


@attrs.frozen(kw_only=True)
class IncidentDesk:
    """Serves incidents."""

    now: Callable[[], datetime]
    hint: Any

    def operations(self) -> Iterator[Operation]:
        yield Operation(
            id="listIncidents",
            method="GET",
            path="/incidents",
            needs=Role.VIEWER,
            says="List incidents, those that were opened last first.",
            more="`since`: open at or after it; `until`: opened before it.",
            carry_out=self.list,
            query={
                "task_id": TASK_ID,
                "open": Query(yes_or_no, "Only those that are open, or over.", {"type": "boolean"}),
                **span(self.now),
                **PAGING,
            },
            answer=page_of("Incident"),
        )
        yield Operation(
            id="getIncident",
            method="GET",
            path="/incidents/{task_id}/{number}",
            needs=Role.VIEWER,
            says="Show an incident.",
            carry_out=self.get,
            answer=ref("Incident"),
        )
        yield Operation(
            id="acknowledgeIncident",
            method="PUT",
            path="/incidents/{task_id}/{number}/acknowledgement",
            needs=Role.EDITOR,
            says="Take an incident: no more reminders, no escalation; its end is still told.",
            more="Without `for_s` and `until_at` until it is over. Doing it again replaces it.",
            carry_out=self.take,
            body=_TAKE,
            answer=ref("Incident"),
            refusals=(409,),
        )
        yield Operation(
            id="giveBackIncident",
            method="DELETE",
            path="/incidents/{task_id}/{number}/acknowledgement",
            needs=Role.EDITOR,
            says="Give an incident back.",
            carry_out=self.give_back,
            answer=ref("Incident"),
        )
        yield Operation(
            id="listIncidentNotes",
            method="GET",
            path="/incidents/{task_id}/{number}/notes",
            needs=Role.VIEWER,
            says="Show what people wrote about an incident, oldest first.",
            carry_out=self.notes,
            query=PAGING,
            answer=page_of("IncidentNote"),
        )
        yield Operation(
            id="addIncidentNote",
            method="POST",
            path="/incidents/{task_id}/{number}/notes",
            needs=Role.EDITOR,
            says="Write a note on an incident, while it lasts or afterwards.",
            carry_out=self.add_note,
            body=_WRITE,
            answer=ref("IncidentNote"),
            status=201,
            once=True,
        )

    async def list(self, call: Call) -> Reply:
        query, limit = call.query, call.query["limit"]
        place = decoded(query["cursor"], datetime, int, int)
        wanted = Incidents(
            task_ids=query["task_id"] or None,
            is_open=query["open"],
            since_at=query["since"],
            until_at=query["until"],
            before=place,
            limit=limit + 1,
        )
        async with call.session() as session:
            found = await session.page(wanted)
            forms = await incident_forms(session, found[:limit], call.now)
        more = None
        if len(found) > limit:
            last = found[limit - 1]
            more = encoded([last.opened_at, last.task_id, last.number])
        return Reply(document={"items": forms, "next": more})

    async def get(self, call: Call) -> Reply:
        async with call.session() as session:
            return await self._reply(call, session, await _find(call, session))

    async def take(self, call: Call) -> Reply:
        said = read_note(call.body.get("note"))
        until_at = read_end(call.body.get("for_s"), call.body.get("until_at"), call.now)
        async with call.session() as session:
            incident = await _find(call, session)
            name = (await session.watched(incident.task_id)).task.name
            if incident.closed_at is not None:
                raise Taken(f"incident {incident.number} of task {name!r} is over")
            taken = Acknowledgement(
                task_id=incident.task_id,
                incident=incident.number,
                at=call.now,
                until_at=until_at,
                note=said,
                by=call.who.name,
            )
            await session.change_alerting(AlertingChange(acknowledgements=(taken,)))
            self.hint()
            return await self._reply(call, session, incident)

    async def give_back(self, call: Call) -> Reply:
        async with call.session() as session:
            incident = await _find(call, session)
            key = (incident.task_id, incident.number)
            taken = [
                (one.task_id, one.incident) for one in (await session.alerting()).acknowledgements
            ]
            if key in taken:
                await session.change_alerting(AlertingChange(drop_acknowledgements=(key,)))
                self.hint()
            return await self._reply(call, session, incident)

    async def notes(self, call: Call) -> Reply:
        place = decoded(call.query["cursor"], datetime)
        async with call.session() as session:
            found = await read_notes(session, await _find(call, session))
        rest = [one for one in found if place is None or one.at > place[0]]
        return page_reply(rest, call.query["limit"], note_form, lambda one: [one.at])

    async def add_note(self, call: Call) -> Reply:
        note = make_note(call.body["note"], call.who.name, call.now)
        async with call.session() as session:
            incident = await _find(call, session)

            async def add() -> None:
                await add_note(session, incident, note)

            def reply(_done: None) -> Reply:
                return Reply(document=note_form(note), status=201)

            return await done_once(call, session, add, reply)

    async def _reply(self, call: Call, session: Session, incident: Incident) -> Reply:
        (form,) = await incident_forms(session, [incident], call.now)
        return Reply(document=form)


async def _find(call: Call, session: Session) -> Incident:
    task_id, number = call.number("task_id"), call.number("number")
    wanted = Incidents(task_ids=(task_id,), numbers=(number,), limit=1)
    found = await session.page(wanted)
    if not found:
        raise Refusal(404, f"task {task_id} has no incident {number}")
    return found[0]
