"""`monitor maintenance`: work that is announced, once or again and again."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from monitor.cli.everywhere import NOTHING_SAID, Everywhere
from monitor.cli.screen import say, say_json, table
from monitor.cli.selecting import Tags, TaskNames, shown
from monitor.core.alerts.alerting import AlertingChange, Maintenance
from monitor.core.units import stamp
from monitor.operations.maintenances import (
    FIRINGS,
    announced_form,
    find_maintenance,
    new_maintenance,
    read_rule,
    window_of,
)
from monitor.operations.selecting import chosen, read_note, read_selector
from monitor.words import Words

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.core.calendar.windows import Window

Said = str | None


def register(app: App) -> None:
    maintenance = App(name="maintenance", help="Announce work, during which alerts are held back.")
    maintenance.command(add)
    maintenance.command(list_, name="list")
    maintenance.command(show)
    maintenance.command(remove)
    app.command(maintenance)


async def add(
    name: str,
    /,
    *,
    task: TaskNames = None,
    tag: Tags = None,
    from_: Annotated[Said, Parameter(name="--from", metavar="MOMENT")] = None,
    until: Annotated[Said, Parameter(metavar="MOMENT")] = None,
    rrule: Annotated[Said, Parameter(metavar="RULE")] = None,
    start: Annotated[Said, Parameter(metavar="TIME")] = None,
    cron: Annotated[Said, Parameter(metavar="EXPRESSION")] = None,
    duration: Annotated[Said, Parameter(metavar="DURATION")] = None,
    zone: Said = None,
    note: str | None = None,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Announce work on some tasks; on all, if none is named.

    Once (--from, --until), by a rule of RFC 5545 (--rrule, --start, --duration) or as cron says it
    (--cron, --duration). What is still down when it ends is told then.

    Args:
        name: What to call it.
        task: A task's name (* and ? stand for anything) or id; may be repeated.
        tag: A tag of tasks; may be repeated.
        from_: When it begins, such as 2026-11-24T22:00; with a rule or cron, from when on.
        until: When it ends; with a rule or cron, from when on it is no more.
        rrule: Such as 'FREQ=MONTHLY;BYDAY=2TU'.
        start: At which time of day a rule comes, such as 02:30.
        cron: Such as '30 2 * * sun'.
        duration: How long each time, such as 2h.
        zone: Whose clocks are meant, such as Europe/Berlin (default: UTC).
        note: Why.
    """
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session

    written = {
        "from": from_,
        "until": until,
        "rrule": rrule,
        "start": start,
        "cron": cron,
        "duration": duration,
        "zone": zone,
    }
    rule = {key: value for key, value in written.items() if value is not None}
    at = now()
    window = read_rule(name, rule, at)
    said = read_note(note)
    async with open_session(settings) as session:
        fleet = await session.fleet()
        selector = read_selector(fleet, task, tag)
        known = (await session.alerting()).maintenances
        added = new_maintenance(known, name, selector, rule, said)
        await session.change_alerting(AlertingChange(maintenances=(added,)))
    words = Words(settings.lang)
    if everywhere.json:
        say_json(announced_form(added, at))
        return 0
    say(
        words(
            'maintenance "{name}" added: {what} ({count:task|tasks} now)',
            name=name,
            what=shown(added.selector, words),
            count=len(chosen(added.selector, fleet)),
        )
    )
    say(_state(window, at, words))
    return 0


async def list_(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """List announced work, and when it comes next."""
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session

    async with open_session(settings) as session:
        maintenances = (await session.alerting()).maintenances
    words, at = Words(settings.lang), now()
    if everywhere.json:
        say_json([announced_form(one, at, 1) for one in maintenances])
    elif maintenances:
        headings = ("name", "about", "when", "rule", "note")
        lines = [
            (
                one.name,
                shown(one.selector, words),
                _state(window_of(one), at, words),
                _rule(one),
                one.note,
            )
            for one in maintenances
        ]
        say(table([words(heading) for heading in headings], lines))
    else:
        say(words("no work is announced"))
    return 0


async def show(name: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Show announced work, and the next ten times it comes.

    Args:
        name: What it is called.
    """
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session

    async with open_session(settings) as session:
        found = find_maintenance((await session.alerting()).maintenances, name)
        names = chosen(found.selector, await session.fleet())
    window, words, at = window_of(found), Words(settings.lang), now()
    if everywhere.json:
        say_json(announced_form(found, at))
        return 0
    lines = [
        ("name", found.name),
        ("about", shown(found.selector, words)),
        ("tasks now", ", ".join(names)),
        ("rule", _rule(found)),
        ("when", _state(window, at, words)),
        ("from a file", words("yes") if found.from_file else ""),
        ("note", found.note),
    ]
    say(table(("", ""), [(words(what), value) for what, value in lines if value]))
    if window is not None and (coming := window.next_occurrences(at, FIRINGS)):
        say()
        headings = [words(heading) for heading in ("from", "until")]
        say(table(headings, [(stamp(begin), stamp(end)) for begin, end in coming]))
    return 0


async def remove(name: str, /, *, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Remove announced work; what is still down is told at once.

    Args:
        name: What it is called.
    """
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session
    from monitor.operations.channelspecs import refuse_from_file

    async with open_session(settings) as session:
        found = find_maintenance((await session.alerting()).maintenances, name)
        refuse_from_file("maintenance", found.name, from_file=found.from_file)
        await session.change_alerting(AlertingChange(drop_maintenances=(found.name,)))
    if everywhere.json:
        say_json(announced_form(found, now()))
    else:
        say(Words(settings.lang)('maintenance "{name}" removed', name=found.name))
    return 0


def _rule(one: Maintenance) -> str:
    return ", ".join(f"{key} {value}" for key, value in one.rule.items())


def _state(window: "Window | None", at: "datetime", words: Words) -> str:
    """Say whether it is open, and when it comes next."""
    if window is None:
        return words("cannot be read by this version")
    if (occurrence := window.occurrence_at(at)) is not None:
        return words("open until {at}", at=stamp(occurrence[1]))
    if coming := window.next_occurrences(at, 1):
        return words(
            "next from {begin} until {end}", begin=stamp(coming[0][0]), end=stamp(coming[0][1])
        )
    return words("over")
