"""`monitor ack`: somebody has taken an outage; nobody is reminded of it any more."""

from typing import Annotated

from cyclopts import App, Parameter

from monitor.cli.everywhere import NOTHING_SAID, Duration, Everywhere, Moment
from monitor.cli.refusals import BadInput
from monitor.cli.screen import say, say_json
from monitor.core.alerts.alerting import Acknowledgement, AlertingChange
from monitor.core.units import stamp
from monitor.operations.selecting import read_note
from monitor.operations.silences import read_end
from monitor.words import Words


def register(app: App) -> None:
    app.command(ack)


async def ack(
    task: str,
    /,
    *,
    note: str | None = None,
    for_: Annotated[Duration, Parameter(name="--for")] = None,
    until: Moment = None,
    undo: bool = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Take the open incident of a task: no more reminders, no escalation; its end is still told.

    Args:
        task: Its name or id.
        note: What is being done.
        for_: How long, such as 4h (default: until it is over).
        until: Until when, such as 2026-11-24T09:00:00Z.
        undo: Give it back.
    """
    if undo and (note, for_, until) != (None, None, None):
        raise BadInput("--undo takes no --note, --for or --until")
    settings = everywhere.settle()
    from monitor.cli.database import find_task, now, open_session
    from monitor.cli.whoami import whoami
    from monitor.operations.acknowledging import open_one
    from monitor.operations.alert_forms import incident_form

    at, said = now(), read_note(note)
    until_at = read_end(for_, until, at)
    async with open_session(settings) as session:
        watched = await find_task(session, task)
        incident = open_one(await session.incidents(watched.task.id), watched)
        key = (watched.task.id, incident.number)
        known = {
            (one.task_id, one.incident): one for one in (await session.alerting()).acknowledgements
        }
        taken: Acknowledgement | None = None
        phrase = 'task {id} "{name}": incident {number} is not acknowledged; nothing to undo'
        if undo and key in known:
            await session.change_alerting(AlertingChange(drop_acknowledgements=(key,)))
            phrase = 'task {id} "{name}": incident {number} is given back'
        if not undo:
            if note is None and key in known:  # another end takes nothing of what was said
                said = known[key].note
            taken = Acknowledgement(
                task_id=key[0], incident=key[1], at=at, until_at=until_at, note=said, by=whoami()
            )
            await session.change_alerting(AlertingChange(acknowledgements=(taken,)))
            phrase = 'task {id} "{name}": incident {number} is yours until it is over'
            if until_at is not None:
                phrase = 'task {id} "{name}": incident {number} is yours until {until}'
        told = [
            one
            for one in await session.notices(watched.task.id, incident.opened_at)
            if one.incident == incident.number
        ]
    if everywhere.json:
        say_json(incident_form(incident, watched.task.name, told, taken, at))
        return 0
    words = Words(settings.lang)
    say(
        words(
            phrase,
            id=watched.task.id,
            name=watched.task.name,
            number=incident.number,
            until=stamp(until_at),
        )
    )
    return 0
