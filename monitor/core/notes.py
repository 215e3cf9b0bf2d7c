"""Notes that people leave on an incident, while it lasts and afterwards, stored as events."""

from collections.abc import Iterable
from datetime import datetime

import attrs

from monitor.core.model import Event, Incident
from monitor.core.records import EventRecord

KIND = "incident.note"


@attrs.frozen(kw_only=True)
class Note:
    """What somebody wrote."""

    at: datetime
    text: str
    by: str


def record_of(incident: Incident, note: Note) -> EventRecord:
    """Return the record that stores a note."""
    data = {"incident": incident.number, "by": note.by}
    event = Event(at=note.at, kind=KIND, task_id=incident.task_id, detail=note.text, data=data)
    return EventRecord(event=event)


def notes_of(events: Iterable[Event], incident: Incident) -> list[Note]:
    """Return the notes of an incident among the events of its task, in their order."""
    return [
        Note(at=one.at, text=one.detail, by=str(one.data.get("by", "")))
        for one in events
        if one.kind == KIND and one.data.get("incident") == incident.number
    ]
