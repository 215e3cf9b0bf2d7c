"""`monitor note`: what was seen, tried or learnt, written on an incident."""

from cyclopts import App

from monitor.cli.everywhere import NOTHING_SAID, Everywhere
from monitor.cli.screen import say, say_json
from monitor.operations.refusals import Taken
from monitor.words import Words


def register(app: App) -> None:
    app.command(note)


async def note(
    task: str,
    text: str,
    /,
    *,
    incident: int | None = None,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Write a note on an incident, while it lasts or afterwards; its page shows it.

    Args:
        task: Its name or id.
        text: One line.
        incident: Its number (default: the newest).
    """
    settings = everywhere.settle()
    from monitor.cli.database import find_task, now, open_session
    from monitor.cli.whoami import whoami
    from monitor.operations.noting import add_note, make_note, note_form

    written = make_note(text, whoami(), now())
    async with open_session(settings) as session:
        watched = await find_task(session, task)
        known = await session.incidents(watched.task.id)
        chosen = [one for one in known if incident in (None, one.number)]
        if not chosen:
            which = "no incident" if incident is None else f"no incident {incident}"
            raise Taken(f"task {watched.task.name!r} has {which}; `monitor incidents` lists them")
        newest = max(chosen, key=lambda one: one.number)
        await add_note(session, newest, written)
    if everywhere.json:
        say_json(note_form(written))
        return 0
    phrase = 'task {id} "{name}": written on incident {number}'
    words = Words(settings.lang)
    say(words(phrase, id=watched.task.id, name=watched.task.name, number=newest.number))
    return 0
