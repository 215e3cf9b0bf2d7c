"""`/incidents`: what was down, and the story of each; whoever has taken one says so here."""

from collections.abc import Sequence
from datetime import datetime

import attrs
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.core.alerts.alerting import Acknowledgement, AlertingChange
from monitor.core.listing import Incidents
from monitor.core.model import Incident, WatchedTask
from monitor.core.units import parse_duration
from monitor.operations.noting import add_note, make_note, read_notes
from monitor.operations.refusals import Unfit
from monitor.operations.selecting import NOTE_LIMIT, read_note
from monitor.operations.silences import read_end
from monitor.web.pages.fleet import Fleet
from monitor.web.pages.forms import back_to, read_form
from monitor.web.pages.frame import Frame
from monitor.web.pages.story import tell_story
from monitor.web.routing import Entry, Role, who_asks

SIZE = 50
_NOTICES = 200


@attrs.define(eq=False)
class IncidentPages:
    """See the module."""

    frame: Frame
    fleet: Fleet

    def entries(self) -> Sequence[Entry]:
        one = "/incidents/{task_id}/{number}"
        return (
            Entry(path="/incidents", endpoint=self.list, needs=Role.VIEWER),
            Entry(path=one, endpoint=self.show, needs=Role.VIEWER),
            Entry(path=f"{one}/ack", endpoint=self.ack, needs=Role.EDITOR, methods=("POST",)),
            Entry(path=f"{one}/notes", endpoint=self.note, needs=Role.EDITOR, methods=("POST",)),
        )

    async def list(self, request: Request) -> Response:
        """List incidents, the newest first."""
        query = request.query_params
        only_open = query.get("open") == "1"
        task = query.get("task", "")
        wanted = Incidents(
            limit=SIZE + 1,
            is_open=True if only_open else None,
            task_ids=(int(task),) if task.isascii() and task.isdigit() and len(task) < 19 else None,
            before=_cursor(query.get("before", "")),
        )
        async with self.fleet.desk.session() as session:
            found = await session.page(wanted)
            running = found if only_open else await session.page(Incidents(is_open=True, limit=200))
            taken = (await session.alerting()).acknowledgements
        return self.frame.page(
            request,
            "incidents.html",
            incidents=found[:SIZE],
            more=found[SIZE - 1] if len(found) > SIZE else None,
            running=len(running[: SIZE if only_open else 200]),
            only_open=only_open,
            task=task,
            newest=not query.get("before"),
            names={one.task.id: one for one in self.fleet.all()},
            taken={(one.task_id, one.incident): one for one in taken},
        )

    async def show(self, request: Request) -> Response:
        """Tell the story of an incident."""
        watched = self.fleet.find(request)
        async with self.fleet.desk.session() as session:
            incident = _find(await session.incidents(watched.task.id), request)
            story = await tell_story(
                session,
                self.fleet.all(),
                watched,
                incident,
                self.fleet.now,
                self.frame.words(request).lang,
            )
            notices = [
                one
                for one in await session.notices(
                    watched.task.id, incident.opened_at, limit=_NOTICES
                )
                if one.incident == incident.number
            ]
            notes = await read_notes(session, incident)
            taken = [
                one
                for one in (await session.alerting()).acknowledgements
                if (one.task_id, one.incident) == (watched.task.id, incident.number)
            ]
        return self.frame.page(
            request,
            "incident.html",
            watched=watched,
            task=watched.task,
            incident=incident,
            story=story,
            notes=notes,
            note_limit=NOTE_LIMIT,
            notices=notices[::-1],
            taken=next(iter(taken), None),
            affected=self._affected(watched, incident),
        )

    def _affected(self, watched: WatchedTask, incident: Incident) -> Sequence[WatchedTask]:
        """Return the tasks that cannot be reached while this one is down."""
        if incident.closed_at is not None:
            return ()
        ids = set(self.fleet.monitor.watch.kin.dependents(watched.task.id))
        return [one for one in self.fleet.all() if one.task.id in ids]

    async def ack(self, request: Request) -> Response:
        """Take an incident, or give it back."""
        watched = self.fleet.find(request)
        said, who, now = await read_form(request), who_asks(request), self.fleet.now
        try:
            note = read_note(said.text("note"))
            for_s = parse_duration(said.text("for")) if said.text("for") else None
            until_at = read_end(for_s, None, now)
        except (Unfit, ValueError) as error:
            raise HTTPException(400, str(error)) from error
        revision = self.fleet.revision
        async with self.fleet.signed(request) as session:
            incident = _find(await session.incidents(watched.task.id), request)
            if said.text("do") == "return":
                key = (watched.task.id, incident.number)
                await session.change_alerting(AlertingChange(drop_acknowledgements=(key,)))
            elif incident.closed_at is not None:
                raise HTTPException(409, "the incident is over; there is nothing to take")
            else:
                taken = Acknowledgement(
                    task_id=watched.task.id,
                    incident=incident.number,
                    at=now,
                    until_at=until_at,
                    note=note,
                    by=who.name,
                )
                await session.change_alerting(AlertingChange(acknowledgements=(taken,)))
        await self.fleet.taken_up(revision)
        return back_to(said, "returned" if said.text("do") == "return" else "taken")

    async def note(self, request: Request) -> Response:
        """Write a note on an incident."""
        watched = self.fleet.find(request)
        said, who = await read_form(request), who_asks(request)
        try:
            note = make_note(said.text("note"), who.name, self.fleet.now)
        except Unfit as error:
            raise HTTPException(400, str(error)) from error
        async with self.fleet.signed(request) as session:
            incident = _find(await session.incidents(watched.task.id), request)
            await add_note(session, incident, note)
        return back_to(said, "noted")


def _find(incidents: Sequence[Incident], request: Request) -> Incident:
    wanted = request.path_params["number"]
    for one in incidents:
        if str(one.number) == wanted:
            return one
    raise HTTPException(404, "there is no such incident")


def _cursor(text: str) -> tuple[datetime, int, int] | None:
    """Read from where on a page of the list begins: `MOMENT,TASK,NUMBER`."""
    parts = text.split(",")
    try:
        moment, task_id, number = datetime.fromisoformat(parts[0]), int(parts[1]), int(parts[2])
    except (ValueError, IndexError):
        return None
    return (moment, task_id, number) if moment.tzinfo is not None else None
