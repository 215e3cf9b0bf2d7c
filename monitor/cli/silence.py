"""`monitor silence`: nobody is told anything of some tasks for a while."""

from typing import Annotated

from cyclopts import App, Parameter

from monitor.cli.everywhere import NOTHING_SAID, Duration, Everywhere, Whole
from monitor.cli.screen import distance, say, say_json, table
from monitor.cli.selecting import Tags, TaskNames, shown
from monitor.core.alerts.alerting import AlertingChange
from monitor.core.units import stamp
from monitor.operations.selecting import chosen, read_note, read_selector
from monitor.operations.silences import find_silence, make_silence, read_length
from monitor.words import Words


def register(app: App) -> None:
    silence = App(name="silence", help="Hold alerts back for a while.")
    silence.command(add)
    silence.command(list_, name="list")
    silence.command(remove)
    app.command(silence)


async def add(
    *,
    for_: Annotated[Duration, Parameter(name="--for")],
    task: TaskNames = None,
    tag: Tags = None,
    note: str | None = None,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Hold alerts of some tasks back from now on; without --task and --tag, of everything.

    Everything means the monitor's own trouble too. What is still down when it ends is told then.

    Args:
        for_: How long, such as 2h.
        task: A task's name (* and ? stand for anything) or id; may be repeated.
        tag: A tag of tasks; may be repeated.
        note: Why.
    """
    read_length("for", for_)
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session
    from monitor.cli.whoami import whoami

    said = read_note(note)
    async with open_session(settings) as session:
        fleet = await session.fleet()
        selector = read_selector(fleet, task, tag)
        at = now()
        silence = make_silence(selector, for_, said, whoami(), at)
        done = await session.change_alerting(AlertingChange(silences=(silence,)))
        (stored,) = done.silences
    if everywhere.json:
        from monitor.operations.alert_forms import silence_form

        say_json(silence_form(stored, at))
        return 0
    words = Words(settings.lang)
    say(
        words(
            "silence {id} until {until}: {what} ({count:task|tasks} now)",
            id=stored.id,
            until=stamp(stored.until_at),
            what=shown(selector, words),
            count=len(chosen(selector, fleet)),
        )
    )
    return 0


async def list_(
    *,
    all_: Annotated[bool, Parameter(name="--all")] = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """List the silences that hold.

    Args:
        all_: Those that are over, too.
    """
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session
    from monitor.operations.alert_forms import silence_form

    async with open_session(settings) as session:
        silences = (await session.alerting()).silences
    at = now()
    found = [one for one in silences if all_ or at < one.until_at]
    words = Words(settings.lang)
    if everywhere.json:
        say_json([silence_form(one, at) for one in found])
    elif found:
        headings = ("id", "about", "until", "", "by", "note")
        lines = [
            (
                str(one.id),
                shown(one.selector, words),
                stamp(one.until_at),
                distance(one.until_at, at, words),
                one.by,
                one.note,
            )
            for one in found
        ]
        say(table([words(heading) for heading in headings], lines))
    else:
        say(words("nothing is silenced"))
    return 0


async def remove(
    silence: Annotated[Whole, Parameter(name="ID")], /, *, everywhere: Everywhere = NOTHING_SAID
) -> int:
    """End a silence; what is still down is told at once.

    Args:
        silence: Its number, as `silence list` shows it.
    """
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session
    from monitor.operations.alert_forms import silence_form

    async with open_session(settings) as session:
        found = find_silence((await session.alerting()).silences, silence)
        await session.change_alerting(AlertingChange(drop_silences=(found.id,)))
    words = Words(settings.lang)
    if everywhere.json:
        say_json(silence_form(found, now()))
    else:
        what = shown(found.selector, words)
        say(words("silence {id} removed: {what}", id=found.id, what=what))
    return 0
