"""Exercises of recovery: asking for one, how it ended, and what there was before."""

from datetime import datetime

from monitor.core.drills import ENDS, STARTED, Drills, Exercise, drills
from monitor.core.model import Event, Lifecycle, RequestKind, WatchedTask
from monitor.core.ports import Session
from monitor.operations.forms import Form, moment
from monitor.operations.refusals import Unfit

_RECENT = 100
"""Ends of exercises among which the one that was asked for is looked for."""


async def ask(session: Session, watched: WatchedTask | None) -> int:
    """Have a canary, or the child of a task, made to fail by the running monitor.

    Returns the number of the wish, for `outcome`. Raises Unfit if the task is not looked at now.
    """
    if watched is None:
        return await session.request(0, RequestKind.DRILL)
    task, recovery = watched.task, watched.recovery
    if task.paused:
        raise Unfit(
            "",
            f"task {task.name!r} is paused, so there is no child of it to be made to fail; resume "
            f"it first with `monitor task resume {task.id}`",
        )
    if recovery.lifecycle is not Lifecycle.RUNNING:
        raise Unfit(
            "",
            f"task {task.name!r} is recovering from a failure of its own already "
            f"({recovery.lifecycle}: {recovery.error}); wait until it is back, or start it with "
            f"`monitor task resume {task.id}`",
        )
    return await session.request(task.id, RequestKind.DRILL)


async def outcome(session: Session, wish: int) -> Event | None:
    """Return how an exercise that was asked for ended; None: it did not yet."""
    found = await session.events(limit=_RECENT, kinds=ENDS)
    return next((one for one in found if wish in one.data.get("wishes", ())), None)


async def history(
    session: Session,
    now: datetime,
    every_s: float | None,
    *,
    task_id: int | None = None,
    since: datetime | None = None,
    limit: int = 50,
) -> Drills:
    """Return the newest exercises, of one task if it is named, and when the next one is due.

    Args:
        session: to read with.
        now: the present moment.
        every_s: the setting `drill.every` of the monitor that runs on this database.
        task_id: 0 for those of canaries.
        since: only those that began, or ended, at or after it.
        limit: how many exercises at most.
    """
    events = await session.events(task_id, since, 2 * limit, kinds=(STARTED, *ENDS))
    last = await session.events(0, limit=1, kinds=(STARTED,))
    found = drills(events, last[0].at if last else None, every_s, now)
    return Drills(found.exercises[-limit:], found.next_at, overdue=found.overdue)


def exercise_form(exercise: Exercise) -> Form:
    """One exercise."""
    return {
        "began_at": moment(exercise.began_at),
        "task_id": exercise.task_id,
        "task": exercise.name or None,
        "ending": exercise.ending,
        "good": exercise.ending.good,
        "took_s": exercise.took_s,
        "detail": exercise.detail,
    }
