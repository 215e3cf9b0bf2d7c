"""Notes on an incident: what was seen, tried and learnt."""

from datetime import datetime

from monitor.core.model import Incident
from monitor.core.notes import KIND, Note, notes_of, record_of
from monitor.core.ports import Session
from monitor.operations.alert_documents import IncidentNoteDocument
from monitor.operations.documents import plain
from monitor.operations.forms import Form
from monitor.operations.refusals import Unfit
from monitor.operations.selecting import read_note

_MOST = 500


def make_note(text: str | None, by: str, at: datetime) -> Note:
    """Return a note.

    Raises:
        Unfit: it cannot be shown in a line, or says nothing.
    """
    said = read_note(text)
    if not said:
        raise Unfit("note", "is empty; write what was seen or done")
    return Note(at=at, text=said, by=by)


async def add_note(session: Session, incident: Incident, note: Note) -> None:
    """Store a note."""
    await session.commit([record_of(incident, note)])


async def read_notes(session: Session, incident: Incident) -> list[Note]:
    """Return the notes of an incident, oldest first; the newest 500 of its task's at most."""
    events = await session.events(incident.task_id, incident.opened_at, limit=_MOST, kinds=(KIND,))
    return notes_of(events[::-1], incident)


def note_form(note: Note) -> Form:
    """Return a note as a document."""
    form: Form = plain(IncidentNoteDocument(at=note.at, by=note.by, note=note.text))
    return form
