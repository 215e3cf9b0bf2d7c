"""`monitor task`: what is watched; a running monitor takes changes up within two seconds."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from monitor.cli.everywhere import NOTHING_SAID, Everywhere, read_options
from monitor.cli.refusals import BadInput
from monitor.cli.screen import say, say_json, table
from monitor.cli.task_fields import NOTHING, Fields
from monitor.core.describe import without_password, without_secrets
from monitor.core.model import Lifecycle, RequestKind, Task, TaskSpec
from monitor.core.units import rough, stamp
from monitor.signs import Cell, status_cell
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.settings import Settings

_EDITABLE = (
    "--target, --name, --interval, --timeout, --attempts, --retry-interval, "
    "--recovery-confirmations, --expect, --degraded, --[no-]invert, -o KEY=VALUE, --unset KEY, "
    "--tag, --depends-on, --channel, --alert-on, --alert-after, --reminder, --escalate, "
    "--expiry-days"
)


def register(app: App) -> None:
    from monitor.cli.task_run import run

    task = App(name="task", help="Add, show, change and remove what is watched.")
    for command in (add, show, edit, pause, resume, run, remove):
        task.command(command)
    task.command(list_, name="list")
    app.command(task)


async def add(
    target: str,
    /,
    *,
    name: str | None = None,
    fields: Fields = NOTHING,
    paused: bool = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Add a task.

    Args:
        target: What to look at, such as https://example.com or tcp://localhost:5432.
        name: What to call it (default: the target).
        paused: Do not look at it until it is resumed.
    """
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session
    from monitor.operations.tasks import new_task

    spec = new_task(
        target,
        name=name,
        options=read_options(fields.option),
        paused=paused,
        **fields.said(),
    )
    async with open_session(settings, make=True) as session:
        [added] = await session.add([spec], now())
    words = Words(settings.lang)
    _tell(everywhere, words, 'task {id} "{name}" added', added)
    if not everywhere.json:
        if address := ping_address(added, settings):
            say(words("it waits for pings; end the job with: {command}", command=f"curl {address}"))
            _tell_assumed(settings, words)
        say(words("next: {command}", command=everywhere.command("status")))
    return 0


async def list_(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """List all tasks."""
    settings = everywhere.settle()
    from monitor.cli.database import open_session
    from monitor.operations.forms import watched_form

    async with open_session(settings) as session:
        fleet = await session.fleet()
    words = Words(settings.lang)
    if everywhere.json:
        say_json([watched_form(watched) for watched in fleet])
    elif fleet:
        lines = [
            (
                str(watched.task.id),
                watched.task.name,
                status_cell(watched.shown[0], words),
                rough(watched.task.interval_s),
                without_password(watched.task.target),
            )
            for watched in fleet
        ]
        headings = ("id", "name", "status", "interval", "target")
        say(table([words(heading) for heading in headings], lines))
    else:
        add_one = everywhere.command("task add https://example.com --name example")
        say(words("there are no tasks; add one with: {command}", command=add_one))
    return 0


async def show(task: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Show everything that is known of a task now.

    Args:
        task: Its name or id.
    """
    settings = everywhere.settle()
    from monitor.cli.database import find_task, open_session
    from monitor.core.units import format_duration
    from monitor.operations.forms import shown_detail, watched_form

    async with open_session(settings) as session:
        watched = await find_task(session, task)
    ping = ping_address(watched.task, settings)
    if everywhere.json:
        say_json({**watched_form(watched), **({"ping": ping} if ping else {})})
        return 0
    words, it, state = Words(settings.lang), watched.task, watched.state
    options = without_secrets(it.options)
    status, reason = watched.shown
    cell = status_cell(status, words)
    recovery = ""
    if watched.recovery.lifecycle is not Lifecycle.RUNNING:
        recovery = words("attempt {attempts}", attempts=watched.recovery.attempts)
        if watched.recovery.retry_at is not None:
            recovery = words(
                "attempt {attempts}, next at {at}",
                attempts=watched.recovery.attempts,
                at=stamp(watched.recovery.retry_at),
            )
    lines: list[tuple[str, Cell | str]] = [
        ("id", str(it.id)),
        ("name", it.name),
        ("target", without_password(it.target)),
        ("status", Cell(f"{cell.text} ({reason})" if reason else cell.text, cell.style)),
        ("since", stamp(watched.recovery.changed_at or state.since_at)),
        ("detail", shown_detail(watched)),
        ("last look", stamp(state.last_looked_at)),
        ("next look", stamp(state.next_check_at)),
        ("consecutive errors", str(state.consecutive_errors or "")),
        ("recovery", recovery),
        ("interval", format_duration(it.interval_s)),
        ("timeout", format_duration(it.timeout_s)),
        ("attempts", str(it.attempts)),
        ("retry interval", format_duration(it.retry_interval_s)),
        ("recovery confirmations", str(it.recovery_confirmations)),
        ("expect", "\n".join(it.expect)),
        ("degraded unless", "\n".join(it.degraded)),
        ("inverted", words("yes") if it.invert else ""),
        ("options", ", ".join(f"{key}={value}" for key, value in options.items())),
        ("ping", ping or ""),
        ("created", stamp(it.created_at)),
    ]
    say(table(("", ""), [(words(what), value) for what, value in lines if value]))
    return 0


async def edit(
    task: str,
    /,
    *,
    target: str | None = None,
    name: str | None = None,
    fields: Fields = NOTHING,
    unset: Annotated[list[str] | None, Parameter(metavar="KEY")] = None,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Change a task; what is not named stays.

    Args:
        task: Its name or id.
        target: What to look at.
        name: What to call it.
        unset: Forget an option; may be repeated.
    """
    settings = everywhere.settle()
    from monitor.cli.database import find_task, open_session
    from monitor.operations.tasks import changed_task

    changes = {"target": target, "name": name, **fields.said()}
    options = read_options(fields.option)
    if not options and not unset and all(value is None for value in changes.values()):
        raise BadInput(f"there is nothing to change; say one of {_EDITABLE}")
    async with open_session(settings) as session:
        found = (await find_task(session, task)).task
        for key in unset or ():
            if key not in found.options:
                raise BadInput(f"--unset {key}: task {found.name!r} has no such option")

        def spec(now: Task) -> TaskSpec:
            kept = {key: value for key, value in now.options.items() if key not in (unset or ())}
            return changed_task(now, **changes, options={**kept, **options})

        changed = await session.amend(found.id, spec)
    _tell(everywhere, Words(settings.lang), 'task {id} "{name}" edited', changed)
    return 0


async def pause(task: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Look at a task no more until it is resumed; the time is booked as a gap.

    Args:
        task: Its name or id.
    """
    settings = everywhere.settle()
    from monitor.cli.database import find_task, open_session
    from monitor.operations.tasks import paused_task

    async with open_session(settings) as session:
        found = (await find_task(session, task)).task
        said = 'task {id} "{name}" is paused already'
        if not found.paused:
            found = await session.amend(found.id, lambda now: paused_task(now, paused=True))
            said = 'task {id} "{name}" paused'
    _tell(everywhere, Words(settings.lang), said, found)
    return 0


async def resume(task: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Go on with a task that is paused, backing off, or was given up on.

    Args:
        task: Its name or id.
    """
    settings = everywhere.settle()
    from monitor.cli.database import find_task, open_session
    from monitor.operations.tasks import paused_task

    async with open_session(settings) as session:
        watched = await find_task(session, task)
        found = watched.task
        said = 'task {id} "{name}" is not paused and did not fail; nothing to resume'
        if found.paused:
            found = await session.amend(found.id, lambda now: paused_task(now, paused=False))
            said = 'task {id} "{name}" resumed'
        if watched.recovery.lifecycle is not Lifecycle.RUNNING:
            await session.request(found.id, RequestKind.RESUME)
            said = 'task {id} "{name}" resumed'
    _tell(everywhere, Words(settings.lang), said, found)
    return 0


async def remove(task: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Remove a task with all that is known of it.

    Args:
        task: Its name or id.
    """
    settings = everywhere.settle()
    from monitor.cli.database import find_task, open_session

    async with open_session(settings) as session:
        found = (await find_task(session, task)).task
        await session.remove(found.id)
    said = 'task {id} "{name}" removed, with all that was known of it'
    _tell(everywhere, Words(settings.lang), said, found)
    return 0


def ping_address(task: "Task", settings: "Settings") -> str | None:
    """Return where the pings of a heartbeat go to; whoever knows it can send one."""
    from monitor.probes.heartbeat import token_of

    token = token_of(task)
    return None if token is None else f"{settings.url}/ping/{token}"


def _tell_assumed(settings: "Settings", words: Words) -> None:
    """Say what an address for pings takes for granted, where nobody has set it."""
    if settings.access.url or (settings.listen_from and settings.listen):
        return
    if settings.listen is None:
        phrase = (
            "by these settings the monitor listens nowhere, so this is only the end of the "
            "address; set access.url to have all of it here"
        )
        say(words(phrase))
    else:
        phrase = (
            "this address takes for granted that the monitor listens at {address}, as it does "
            "unless told otherwise; set access.url to have the right one here"
        )
        say(words(phrase, address=settings.listen))


def _tell(everywhere: Everywhere, words: Words, phrase: str, task: "Task") -> None:
    """Say what was done, or print the task as it is now."""
    if everywhere.json:
        from monitor.operations.forms import task_form

        say_json(task_form(task))
    else:
        say(words(phrase, id=task.id, name=task.name))
