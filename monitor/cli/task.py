"""`monitor task`: what is watched; a running monitor takes changes up within two seconds."""

from typing import TYPE_CHECKING, Annotated, Any

import attrs
from cyclopts import App, Parameter

from monitor.cli.everywhere import (
    NOTHING_SAID,
    Conditions,
    Duration,
    Everywhere,
    Names,
    Options,
    Whole,
    read_options,
)
from monitor.cli.refusals import BadInput
from monitor.cli.screen import Cell, rough, say, say_json, stamp, status_cell, table
from monitor.cli.words import Words
from monitor.core.describe import without_password, without_secrets
from monitor.core.model import Lifecycle, RequestKind

if TYPE_CHECKING:
    from monitor.core.model import Task
    from monitor.settings import Settings

_EDITABLE = (
    "--target, --name, --interval, --timeout, --attempts, --retry-interval, "
    "--recovery-confirmations, --expect, --degraded, --[no-]invert, -o KEY=VALUE, --unset KEY"
)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Fields:
    """What may be said of a task, new or old."""

    interval: Annotated[Duration, Parameter(help="Time between looks (new: 60s).")] = None
    timeout: Annotated[
        Duration,
        Parameter(help="How long a look may take (new: 10s, at most 80 % of the interval)."),
    ] = None
    attempts: Annotated[
        Whole, Parameter(help="Bad looks in a row before it is called down (new: 3).")
    ] = None
    retry_interval: Annotated[
        Duration, Parameter(help="Time between those looks (new: 20s, at most the interval).")
    ] = None
    recovery_confirmations: Annotated[
        Whole, Parameter(help="Good looks in a row before it is called up again (new: 2).")
    ] = None
    option: Annotated[
        Options, Parameter(help="Set an option of this kind of look; may be repeated.")
    ] = None
    expect: Annotated[
        Conditions,
        Parameter(
            help="A condition for up, such as 'latency < 800ms'; may be repeated; '' for none."
        ),
    ] = None
    degraded: Annotated[
        Conditions, Parameter(help="A condition for not degraded; may be repeated; '' for none.")
    ] = None
    invert: Annotated[
        bool | None,
        Parameter(help="It is good news when the target is down.", negative="--no-invert"),
    ] = None

    tag: Annotated[
        Names, Parameter(help="A word to choose it by; may be repeated; '' for none.")
    ] = None
    depends_on: Annotated[
        Names,
        Parameter(help="A task without which it cannot be reached; may be repeated; '' for none."),
    ] = None
    channel: Annotated[
        Names,
        Parameter(help="Who is told (new: the default channels); may be repeated; '' for none."),
    ] = None
    alert_on: Annotated[
        Names,
        Parameter(help="What is told: down, degraded, unknown (new: down, degraded)."),
    ] = None
    alert_after: Annotated[
        str | None,
        Parameter(help="What is over sooner is told to nobody (new: 0s)."),
    ] = None
    reminder: Annotated[
        str | None,
        Parameter(help="When what is still down is told again (new: 4h), or never."),
    ] = None
    escalate: Annotated[
        Names,
        Parameter(help="Who else is told when it lasts, such as 10m=boss,phone; may be repeated."),
    ] = None

    def said(self) -> dict[str, Any]:
        """Return what was said, by the names of a task's fields; None was not said."""
        return {
            "interval_s": self.interval,
            "timeout_s": self.timeout,
            "attempts": self.attempts,
            "retry_interval_s": self.retry_interval,
            "recovery_confirmations": self.recovery_confirmations,
            "expect": _conditions(self.expect),
            "degraded": _conditions(self.degraded),
            "invert": self.invert,
            "tags": _conditions(self.tag),
            "depends_on": _conditions(self.depends_on),
            **self._alerts(),
        }

    def _alerts(self) -> dict[str, Any]:
        """Return what was said of alerts, as files have it."""
        from monitor.config.fields import FIELDS

        written: dict[str, Any] = {
            "channels": _conditions(self.channel),
            "alert_on": _conditions(self.alert_on),
            "alert_after": self.alert_after,
            "reminder": self.reminder,
            "escalate": None if self.escalate is None else _steps(self.escalate),
        }
        found: dict[str, Any] = {}
        for key, value in written.items():
            if value is None:
                continue
            plain = list(value) if isinstance(value, tuple) else value
            try:
                found[FIELDS[key].argument] = FIELDS[key].read(plain)
            except ValueError as error:
                raise BadInput(f"--{key.replace('_', '-')}: {error}") from None
        return found


NOTHING = Fields()


def _conditions(said: list[str] | None) -> tuple[str, ...] | None:
    """Return conditions as said; one that is empty takes away those that are there."""
    return None if said is None else tuple(text for text in said if text.strip())


def _steps(said: list[str]) -> list[dict[str, Any]]:
    """Read steps of escalation as said, such as `10m=boss,phone`."""
    steps = []
    for text in filter(None, said):
        after, equals, names = text.partition("=")
        if not equals:
            raise BadInput(f"--escalate: {text!r} is no step; write it like 10m=boss")
        steps.append({"after": after, "channels": [name for name in names.split(",") if name]})
    return steps


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
        kept = {key: value for key, value in found.options.items() if key not in (unset or ())}
        for key in unset or ():
            if key not in found.options:
                raise BadInput(f"--unset {key}: task {found.name!r} has no such option")
        spec = changed_task(found, **changes, options={**kept, **options})
        changed = await session.edit(found.id, spec)
    _tell(everywhere, Words(settings.lang), 'task {id} "{name}" edited', changed)
    return 0


async def pause(task: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Look at a task no more until it is resumed; the time is booked as a gap.

    Args:
        task: Its name or id.
    """
    settings = everywhere.settle()
    from monitor.cli.database import find_task, open_session
    from monitor.operations.tasks import changed_task

    async with open_session(settings) as session:
        found = (await find_task(session, task)).task
        said = 'task {id} "{name}" is paused already'
        if not found.paused:
            found = await session.edit(found.id, changed_task(found, paused=True))
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
    from monitor.operations.tasks import changed_task

    async with open_session(settings) as session:
        watched = await find_task(session, task)
        found = watched.task
        said = 'task {id} "{name}" is not paused and did not fail; nothing to resume'
        if found.paused:
            found = await session.edit(found.id, changed_task(found, paused=False))
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


def _tell(everywhere: Everywhere, words: Words, phrase: str, task: "Task") -> None:
    """Say what was done, or print the task as it is now."""
    if everywhere.json:
        from monitor.operations.forms import task_form

        say_json(task_form(task))
    else:
        say(words(phrase, id=task.id, name=task.name))
