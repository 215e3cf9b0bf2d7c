"""`monitor task run`: have the running monitor look now, and wait for what it sees."""

from typing import TYPE_CHECKING

from monitor.cli.check import EXIT_CODES, show_result
from monitor.cli.everywhere import NOTHING_SAID, Everywhere
from monitor.cli.refusals import BadInput, CouldNotTell
from monitor.cli.screen import say_json
from monitor.core.describe import without_password
from monitor.core.model import Lifecycle, RequestKind
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.core.model import Look, WatchedTask
    from monitor.core.ports import Session

_POLL_S = 0.2
_PATIENCE_S = 5.0
"""How much longer than the look's own timeout we wait: the monitor takes wishes up within two
seconds, and needs a moment to write down what it saw."""


async def run(task: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Have the running monitor look at a task now, and show what it saw.

    Exit code: 0 up, 1 down or degraded, 2 bad input, 3 unknown, or no monitor is running.

    Args:
        task: Its name or id.
    """
    settings = everywhere.settle()
    from monitor.cli.database import find_task, now, open_session
    from monitor.cli.neighbours import running
    from monitor.operations.forms import look_form

    async with open_session(settings) as session:
        watched = await find_task(session, task)
        _expect_watched(watched, everywhere)
        if not running(await session.nodes(), now()):
            check = everywhere.command(f"check {without_password(watched.task.target)}")
            raise CouldNotTell(
                f"no monitor is running; start one with `{everywhere.command('run')}`, "
                f"or look without one: `{check}`"
            )
        seen = await _look_now(session, watched)
    if everywhere.json:
        say_json({"task_id": watched.task.id, "name": watched.task.name, **look_form(seen)})
    else:
        show_result(watched.task.target, seen.result, Words(settings.lang))
    return EXIT_CODES.get(seen.result.status, 3)


def _expect_watched(watched: "WatchedTask", everywhere: Everywhere) -> None:
    """Raise unless the running monitor would look at this task."""
    task, recovery = watched.task, watched.recovery
    resume = f"`{everywhere.command(f'task resume {task.id}')}`"
    if task.paused:
        raise BadInput(f"task {task.name!r} is paused; resume it first with {resume}")
    if recovery.lifecycle is not Lifecycle.RUNNING:
        raise CouldNotTell(
            f"task {task.name!r} is not being looked at ({recovery.lifecycle}: {recovery.error}); "
            f"resume it with {resume}"
        )


async def _look_now(session: "Session", watched: "WatchedTask") -> "Look":
    """Leave a wish, and return the first result that is newer than those there were."""
    import trio

    task = watched.task
    known = await session.looks(task.id, limit=1)
    await session.request(task.id, RequestKind.LOOK)
    limit_s = task.timeout_s + _PATIENCE_S
    with trio.move_on_after(limit_s):
        while True:
            newest = await session.looks(task.id, limit=1)
            if newest and newest != known:
                return newest[0]
            await trio.sleep(_POLL_S)
    raise CouldNotTell(
        f"the running monitor wrote no result of task {task.name!r} within {limit_s:g} s; "
        "see its log"
    )
