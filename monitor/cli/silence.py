"""`monitor silence`: nobody is told anything of some tasks for a while."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from monitor.cli.everywhere import NOTHING_SAID, Duration, Everywhere, Whole
from monitor.cli.refusals import BadInput
from monitor.cli.screen import distance, say, say_json, stamp, table
from monitor.cli.selecting import Tags, TaskNames, chosen, read_note, read_selector, shown
from monitor.cli.words import Words
from monitor.core.alerts.alerting import AlertingChange, Silence
from monitor.core.units import format_duration

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_S = 366 * 86400.0


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
    until_s = read_length("--for", for_)
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session
    from monitor.cli.whoami import whoami

    said = read_note(note)
    async with open_session(settings) as session:
        fleet = await session.fleet()
        selector = read_selector(fleet, task, tag)
        at = now()
        silence = Silence(
            id=0,
            selector=selector,
            from_at=at,
            until_at=at + timedelta(seconds=until_s),
            note=said,
            by=whoami(),
        )
        before = {one.id for one in (await session.alerting()).silences}
        await session.change_alerting(AlertingChange(silences=(silence,)))
        # The store gives the number; somebody else may add one at the same time.
        added = next(
            one
            for one in (await session.alerting()).silences
            if one.id not in before and one.until_at == silence.until_at
        )
    if everywhere.json:
        from monitor.cli.alert_forms import silence_form

        say_json(silence_form(added, at))
        return 0
    words = Words(settings.lang)
    say(
        words(
            "silence {id} until {until}: {what} ({count} tasks now)",
            id=added.id,
            until=stamp(added.until_at),
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
    from monitor.cli.alert_forms import silence_form
    from monitor.cli.database import now, open_session

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
    from monitor.cli.alert_forms import silence_form
    from monitor.cli.database import now, open_session

    async with open_session(settings) as session:
        known = {one.id: one for one in (await session.alerting()).silences}
        if silence is None or silence not in known:
            raise BadInput(f"there is no silence {silence}; `monitor silence list` shows all")
        await session.change_alerting(AlertingChange(drop_silences=(silence,)))
    words = Words(settings.lang)
    if everywhere.json:
        say_json(silence_form(known[silence], now()))
    else:
        what = shown(known[silence].selector, words)
        say(words("silence {id} removed: {what}", id=silence, what=what))
    return 0


def read_length(option: str, seconds: float | None) -> float:
    """Return how long something shall hold. Raises BadInput."""
    if seconds is None or not 1 <= seconds <= LONGEST_S:
        found = "nothing" if seconds is None else format_duration(seconds)
        raise BadInput(f"{option}: {found} is out of range; use 1s to {format_duration(LONGEST_S)}")
    return seconds


def read_end(for_: float | None, until: "datetime | None", at: "datetime") -> "datetime | None":
    """Return the moment that `--for` or `--until` names; None if neither is said.

    Raises:
        BadInput: both are said, or it lies in the past.
    """
    if for_ is not None and until is not None:
        raise BadInput("--for and --until exclude each other; decide for one")
    if for_ is not None:
        return at + timedelta(seconds=read_length("--for", for_))
    if until is not None and until <= at:
        raise BadInput(f"--until: {stamp(until)} lies in the past; write a later moment, or --for")
    return until
