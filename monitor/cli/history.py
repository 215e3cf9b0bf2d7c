"""`monitor history`: what was seen of a task, what changed, and what is missing, in time order."""

import io
from collections.abc import Sequence
from csv import DictWriter
from datetime import datetime
from typing import Any

from cyclopts import App

from monitor.cli.everywhere import NOTHING_SAID, Count, Everywhere, Moment
from monitor.cli.refusals import BadInput
from monitor.cli.screen import milliseconds, phases, say, say_json, table
from monitor.core.model import Status
from monitor.core.units import rough
from monitor.signs import Cell, status_cell
from monitor.words import Words

Entry = dict[str, Any]

_COLUMNS = (
    *("at", "kind", "status", "reason", "phase", "duration_s", "address", "detail"),
    *("slot_at", "before", "after", "until_at", "slots", "event"),
)


def register(app: App) -> None:
    app.command(history)


async def history(
    task: str,
    /,
    *,
    since: Moment = None,
    limit: Count = 50,
    csv: bool = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Show the looks at a task with its changes of status, its gaps, and our own troubles with it.

    Args:
        task: Its name or id.
        since: 2026-11-24T03:00:00Z, or an age such as 2h.
        limit: How many entries at most, the newest.
        csv: Print comma separated values.
    """
    if csv and everywhere.json:
        raise BadInput("--csv and --json exclude each other; decide for one")
    settings = everywhere.settle()
    from monitor.cli.database import find_task, open_session
    from monitor.operations.forms import task_form

    async with open_session(settings) as session:
        found = (await find_task(session, task)).task
        entries = await _entries(session, found.id, since, limit)
    if everywhere.json:
        say_json({"task": task_form(found), "entries": entries})
    elif csv:
        say(_csv(entries))
    else:
        words = Words(settings.lang)
        headings = ("at", "what", "status", "took", "detail")
        say(table([words(one) for one in headings], [_line(one, words) for one in entries]))
    return 0


async def _entries(session: Any, task_id: int, since: datetime | None, limit: int) -> list[Entry]:
    """Return the newest entries of all sorts, oldest first."""
    from monitor.operations.forms import event_form, gap_form, look_form, transition_form

    entries = [
        *map(look_form, await session.looks(task_id, since, limit)),
        *map(transition_form, await session.transitions(task_id, since)),
        *map(gap_form, await session.gaps(task_id, since)),
        *map(event_form, await session.events(task_id, since, limit)),
    ]
    order = {"gap": 0, "look": 1, "change": 2, "event": 3}
    entries.sort(key=lambda entry: (entry["at"], order[entry["kind"]]))
    return entries[-limit:]


def _csv(entries: Sequence[Entry]) -> str:
    text = io.StringIO()
    writer = DictWriter(text, _COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(entries)
    return text.getvalue().removesuffix("\n")


def _line(entry: Entry, words: Words) -> tuple[Cell | str, ...]:
    at = datetime.fromisoformat(entry["at"]).strftime("%Y-%m-%d %H:%M:%SZ")
    kind, status, took, detail = entry["kind"], Cell(""), "", entry.get("detail", "")
    if kind == "look":
        status = status_cell(Status(entry["status"]), words)
        took = milliseconds(entry["duration_s"])
        if entry["timings"]:
            detail += f" [{phases(entry['timings'])}]"
    elif kind == "change":
        status = status_cell(Status(entry["after"]), words)
        detail = f"{words(entry['before'])} -> {words(entry['after'])} {detail}"
    elif kind == "gap":
        until_at = datetime.fromisoformat(entry["until_at"])
        took = rough((until_at - datetime.fromisoformat(entry["at"])).total_seconds())
        detail = words("{slots:slot|slots} without a look: {reason}", **entry)
    else:
        kind = entry["event"]
    return at, words(kind), status, took.rjust(8), detail
