"""`monitor incidents`: what was down, for how long, who took it, and who was told."""

import io
from collections import defaultdict
from collections.abc import Sequence
from csv import DictWriter
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from monitor.cli.everywhere import NOTHING_SAID, Count, Everywhere, Moment
from monitor.cli.refusals import BadInput
from monitor.cli.screen import say, say_json, table
from monitor.core.alerts.notices import NoticeState
from monitor.core.units import rough, stamp
from monitor.signs import Cell
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.core.ports import Session

Form = dict[str, Any]

_COLUMNS = (
    *("task_id", "task", "number", "opened_at", "confirmed_at", "closed_at", "duration_s"),
    *("detail", "acknowledged_by", "acknowledged_at", "note", "told"),
)


def register(app: App) -> None:
    app.command(incidents)


async def incidents(
    *,
    task: Annotated[str | None, Parameter(metavar="NAME")] = None,
    since: Moment = None,
    open_: Annotated[bool, Parameter(name="--open")] = False,
    limit: Count = 50,
    csv: bool = False,
    everywhere: Everywhere = NOTHING_SAID,
) -> int:
    """Show incidents: from the first failing look to the first good one, and who was told of them.

    Args:
        task: Only of this task; its name or id.
        since: Open at or after 2026-11-24T03:00:00Z, or an age such as 7d.
        open_: Only those that are not over.
        limit: How many at most, the newest.
        csv: Print comma separated values.
    """
    if csv and everywhere.json:
        raise BadInput("--csv and --json exclude each other; decide for one")
    settings = everywhere.settle()
    from monitor.cli.database import find_task, now, open_session

    at = now()
    async with open_session(settings) as session:
        task_id = None if task is None else (await find_task(session, task)).task.id
        forms = await _forms(session, task_id, since, at, limit=limit, only_open=open_)
    words = Words(settings.lang)
    if everywhere.json:
        say_json(forms)
    elif csv:
        say(_csv(forms))
    elif forms:
        headings = ("task", "opened", "lasted", "closed", "acknowledged", "told", "detail")
        say(table([words(one) for one in headings], [_line(one, words) for one in forms]))
    else:
        say(words("there are no incidents"))
    return 0


async def _forms(
    session: "Session",
    task_id: int | None,
    since: datetime | None,
    at: datetime,
    *,
    limit: int,
    only_open: bool,
) -> list[Form]:
    """Return the newest incidents, oldest first."""
    from monitor.core.listing import Incidents
    from monitor.operations.incidents import incident_forms

    wanted = Incidents(
        task_ids=None if task_id is None else (task_id,),
        since_at=since,
        is_open=True if only_open else None,
        limit=limit,
    )
    found = await session.page(wanted)
    return await incident_forms(session, found[::-1], at)


def _csv(forms: Sequence[Form]) -> str:
    text = io.StringIO()
    writer = DictWriter(text, _COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for form in forms:
        taken = form["acknowledged"] or {}
        row = {"acknowledged_by": taken.get("by"), "acknowledged_at": taken.get("at")}
        writer.writerow({**form, **row, "note": taken.get("note"), "told": _told(form, Words())})
    return text.getvalue().removesuffix("\n")


def _line(form: Form, words: Words) -> tuple[Cell | str, ...]:
    closed_at = form["closed_at"]
    return (
        form["task"],
        _stamp(form["opened_at"]),
        rough(form["duration_s"]),
        _stamp(closed_at) if closed_at else Cell(words("open"), "31;1"),
        _taken(form["acknowledged"], words),
        _told(form, words),
        form["detail"],
    )


def _stamp(written: str) -> str:
    return stamp(datetime.fromisoformat(written))


def _taken(taken: Form | None, words: Words) -> str:
    """Say who has taken an incident, until when, and with which words."""
    if taken is None:
        return ""
    said = taken["by"] or words("yes")
    if taken["until_at"] is not None:
        said = words("{who} until {at}", who=said, at=_stamp(taken["until_at"]))
    return f"{said} ({taken['note']})" if taken["note"] else said


def _told(form: Form, words: Words) -> str:
    """Say what became of each notice, by channel: `ops: down, up; boss: escalation (pending)`."""
    channels: dict[str, list[str]] = defaultdict(list)
    for notice in form["notices"]:
        what = notice["key"].rpartition("/")[2]
        if notice["state"] != NoticeState.SENT:
            why = f": {notice['why']}" if notice["why"] else ""
            what += f" ({words(notice['state'])}{why})"
        channels[notice["channel"]].append(what)
    return "; ".join(f"{channel}: {', '.join(said)}" for channel, said in channels.items())
