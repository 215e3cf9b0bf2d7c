"""`monitor drill`: have the running monitor prove that it recovers."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from monitor.cli.everywhere import NOTHING_SAID, Count, Everywhere, Moment
from monitor.cli.refusals import BadInput, CouldNotTell
from monitor.cli.screen import distance, say, say_json, table
from monitor.core.drills import MISSED_S, Ending
from monitor.core.units import stamp
from monitor.signs import Cell
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.core.drills import Drills, Exercise
    from monitor.core.model import Event, WatchedTask
    from monitor.core.ports import Session
    from monitor.settings import Settings

_POLL_S = 0.2
_PATIENCE_S = 10.0
"""How much longer than the exercise we wait: the monitor takes wishes up within two seconds, and
needs a moment to write down what became of them."""

_MARKS = {
    Ending.RECOVERED: ("✓", "32"),
    Ending.LATE: ("!", "33;1"),
    Ending.MISSED: ("✗", "31;1"),
    Ending.REFUSED: ("-", "2"),
    Ending.CUT_SHORT: ("?", "35"),
    Ending.UNDER_WAY: ("…", "2"),
}


def register(app: App) -> None:
    app.command(drill)


async def drill(
    task: str | None = None,
    /,
    *,
    history: Annotated[bool, Parameter(negative="")] = False,
    since: Moment = None,
    limit: Count = 50,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Have the running monitor make a child fail, and wait until it has recovered.

    Without a task it is a canary, a child of the monitor's own that watches nothing. A task's child
    is started again after a second and looks at once; its attempts are not touched, nobody is told
    that anything broke, and slots that pass meanwhile are booked as a gap. With the setting
    `drill.every` the monitor exercises by a canary of its own accord.

    Exit code: 0 recovered in time, 1 late or not at all, 2 the task cannot be made to fail now,
    3 no monitor is running. With --history: 0.

    Args:
        task: Whose child, by name or id.
        history: Show the exercises there were, and when the next one is due.
        since: With --history, only newer ones than 2026-11-24T03:00:00Z, or an age such as 7d.
        limit: With --history, how many at most, the newest.
    """
    settings = everywhere.settle()
    if since is not None and not history:
        raise BadInput("--since is about exercises that were; say --history too, or leave it out")
    from monitor.cli.database import find_task, now, open_session
    from monitor.cli.neighbours import running
    from monitor.operations import drills

    words, every_s = Words(settings.lang), settings.tuning.drill_every_s
    async with open_session(settings) as session:
        watched = None if task is None else await find_task(session, task)
        if history:
            task_id = None if watched is None else watched.task.id
            found = await drills.history(
                session, now(), every_s, task_id=task_id, since=since, limit=limit
            )
            _show(found, settings, everywhere)
            return 0
        if not running(await session.nodes(), now()):
            raise CouldNotTell(
                f"no monitor is running; start one with `{everywhere.command('run')}`"
            )
        end = await _carried_out(session, watched)
    return _tell(end, watched, words, everywhere)


async def _carried_out(session: "Session", watched: "WatchedTask | None") -> "Event":
    """Have it done, and return how it ended; others may be carried out before."""
    import trio

    from monitor.core.drills import ENDS, STARTED
    from monitor.operations import drills

    limit_s = MISSED_S + _PATIENCE_S + (0.0 if watched is None else watched.task.timeout_s)
    wish = await drills.ask(session, watched)
    newest = None
    with trio.move_on_after(limit_s) as patience:
        while True:
            end = await drills.outcome(session, wish)
            if end is not None:
                return end
            former, newest = newest, await session.events(limit=1, kinds=(STARTED, *ENDS))
            if former != newest:
                patience.deadline = trio.current_time() + limit_s
            await trio.sleep(_POLL_S)
    raise CouldNotTell(
        f"the running monitor wrote no outcome of an exercise within {limit_s:g} s; see its log"
    )


def _tell(end: "Event", watched: "WatchedTask | None", words: Words, everywhere: Everywhere) -> int:
    """Say how an exercise ended; return the exit code."""
    from monitor.core.drills import CUT_SHORT, RECOVERED, REFUSED

    if end.kind == REFUSED:
        raise BadInput(end.detail)
    if end.kind == CUT_SHORT:
        raise CouldNotTell(f"nobody saw how it ended: {end.detail}")
    recovered = end.kind == RECOVERED
    good = recovered and not end.data["late"]
    if everywhere.json:
        data = {key: value for key, value in end.data.items() if key not in ("wishes", "name")}
        about: dict[str, Any] = {}
        if watched is not None:
            about = {"task_id": watched.task.id, "name": watched.task.name}
        say_json(
            {**about, "recovered": good, "at": end.at.isoformat(), "detail": end.detail} | data
        )
    elif watched is None:
        phrase = "the canary recovered: {detail}"
        if not recovered:
            phrase = "the canary did not recover: {detail}"
        say(words(phrase, detail=end.detail))
    else:
        phrase = 'task {id} "{name}" recovered: {detail}'
        if not recovered:
            phrase = 'task {id} "{name}" did not recover: {detail}'
        say(words(phrase, id=watched.task.id, name=watched.task.name, detail=end.detail))
        _tell_sessions(end.data, words)
    return 0 if good else 1


def _tell_sessions(data: Mapping[str, Any], words: Words) -> None:
    """Say that the child's session is another one now."""
    if "former_session_opened_at" in data:
        phrase = "its database session of {before} was closed, the present one opened at {after}"
        before, after = (
            stamp(datetime.fromisoformat(data[key]))
            for key in ("former_session_opened_at", "session_opened_at")
        )
        say(words(phrase, before=before, after=after))


def _show(found: "Drills", settings: "Settings", everywhere: Everywhere) -> None:
    """Show what there was, and what is to come."""
    from monitor.cli.database import now
    from monitor.operations.drills import exercise_form

    words, every_s = Words(settings.lang), settings.tuning.drill_every_s
    if everywhere.json:
        next_at = None if found.next_at is None else found.next_at.isoformat()
        forms = [exercise_form(one) for one in found.exercises]
        due = {"every_s": every_s, "next_at": next_at, "overdue": found.overdue}
        say_json({"exercises": forms, **due})
        return
    if found.exercises:
        headings = ("began", "whose", "ending", "took", "detail")
        lines = [_line(one, words) for one in found.exercises]
        say(table([words(one) for one in headings], lines))
    else:
        command = everywhere.command("drill")
        say(words("recovery was not exercised yet; do it with: {command}", command=command))
    when = {"at": stamp(found.next_at), "distance": distance(found.next_at, now(), words)}
    if every_s is None:
        say(words("no exercises are planned; plan them with the setting drill.every"))
    elif found.next_at is None:
        say(words("the first planned exercise comes a minute after the start of the monitor"))
    elif found.overdue:
        say(words("! the next exercise was due at {at} ({distance}) and did not come", **when))
    else:
        say(words("the next exercise is due at {at} ({distance})", **when))


def _line(exercise: "Exercise", words: Words) -> tuple[Cell | str, ...]:
    mark, style = _MARKS[exercise.ending]
    ending = words(exercise.ending.replace("_", " "))
    whose = words("a canary")
    if exercise.task_id is not None:
        whose = f"{exercise.task_id} {exercise.name}".strip()
    return (
        stamp(exercise.began_at),
        whose,
        Cell(f"{mark} {ending}", style),
        "" if exercise.took_s is None else f"{exercise.took_s:.1f}s",
        exercise.detail,
    )
