"""`monitor status`: the fleet, the process that runs it, and its open sessions."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cyclopts import App

from monitor.cli.everywhere import NOTHING_SAID, Everywhere
from monitor.cli.screen import distance, say, say_json, table
from monitor.core.alerts.notices import NoticeState
from monitor.core.describe import clean
from monitor.core.model import Node, Status, WatchedTask
from monitor.core.units import rough, stamp
from monitor.signs import Cell, status_cell
from monitor.words import Words

if TYPE_CHECKING:
    from monitor.cli.hushed import Hush

BAD = frozenset({Status.DOWN, Status.DEGRADED, Status.UNKNOWN})
"""What makes the exit code 1."""


def register(app: App) -> None:
    app.command(status)


async def status(*, everywhere: Everywhere = NOTHING_SAID) -> int:
    """Show all tasks, and the running monitor with its open sessions.

    Exit code: 0 if no task is down, degraded or unknown, else 1; 3 if the database cannot be read.
    """
    settings = everywhere.settle()
    from monitor.cli.database import now, open_session
    from monitor.cli.hushed import hushes
    from monitor.cli.neighbours import running
    from monitor.operations.mailbags import unsent

    async with open_session(settings) as session:
        fleet, nodes = await session.fleet(), await session.nodes()
        alerting = await session.alerting()
        letters = Counter(notice.state for notice in await unsent(session))
    at = now()
    living, hushed = running(nodes, at), hushes(fleet, alerting, at)
    if everywhere.json:
        say_json(_document(fleet, living, nodes, hushed, letters, at))
    else:
        _show(fleet, living, at, Words(settings.lang), everywhere, hushed)
        _show_letters(letters, Words(settings.lang), everywhere)
    return 1 if any(watched.shown[0] in BAD for watched in fleet) else 0


def open_sessions(nodes: Sequence[Node]) -> list[dict[str, Any]]:
    """Return the sessions that running processes say they have open, those of tasks by id."""
    found = []
    for node in nodes:
        for owner, opened_at in (node.sessions or {}).items():
            of_task = re.fullmatch(r"task (\d+)", owner)
            task_id = int(of_task[1]) if of_task else None
            found.append({"owner": owner, "task_id": task_id, "opened_at": opened_at})
    return sorted(found, key=lambda one: (one["task_id"] or 0, one["owner"]))


def _document(
    fleet: Sequence[WatchedTask],
    living: Sequence[Node],
    nodes: Sequence[Node],
    hushed: Mapping[int, "Hush"],
    letters: Counter[NoticeState],
    at: datetime,
) -> dict[str, Any]:
    from monitor.operations.forms import node_form, watched_form

    shown = next(iter(living), None) or next(iter(nodes), None)
    counts = Counter(watched.shown[0] for watched in fleet)
    return {
        "monitor": {"running": bool(living), **(node_form(shown) if shown else {})},
        "sessions": open_sessions(living),
        "tasks": [
            {**watched_form(watched), "alerts": hushed[watched.task.id].form(at)}
            for watched in fleet
        ],
        "summary": {
            "tasks": len(fleet),
            **{one.value: counts[one] for one in Status},
            "bad": sum(counts[one] for one in BAD),
            "alerts_waiting": letters[NoticeState.PENDING],
            "alerts_dead": letters[NoticeState.DEAD],
        },
    }


def _show(
    fleet: Sequence[WatchedTask],
    living: Sequence[Node],
    at: datetime,
    words: Words,
    everywhere: Everywhere,
    hushed: Mapping[int, "Hush"],
) -> None:
    if fleet:
        headings = (
            *("id", "name", "status", "since", "last look", "next look", "errors", "restarts"),
            "detail",
        )
        lines = [
            _line(watched, at, words, bool(living), hushed[watched.task.id]) for watched in fleet
        ]
        say(table([words(heading) for heading in headings], lines))
    else:
        add = everywhere.command("task add https://example.com --name example")
        say(words("there are no tasks; add one with: {command}", command=add))
    say()
    for node in living:
        phrase = (
            "monitor {version} runs as process {pid} on {host} since {since}, "
            "{sessions:session|sessions} open"
        )
        said = words(
            phrase,
            version=node.version,
            pid=node.pid,
            host=clean(node.host),
            since=stamp(node.started_at),
            sessions=len(node.sessions or {}),
        )
        say(said)
    if not living:
        say(words("no monitor is running; what you see is what the last one saw"))
        say(words("start one with: {command}", command=everywhere.command("run")))


def _show_letters(letters: Counter[NoticeState], words: Words, everywhere: Everywhere) -> None:
    if waiting := letters[NoticeState.PENDING]:
        say(words("alerts that wait: {count}", count=waiting))
    if dead := letters[NoticeState.DEAD]:
        see = everywhere.command("channel dead")
        say(
            words("alerts that could not be delivered: {count}; {command}", count=dead, command=see)
        )


def _line(
    watched: WatchedTask, at: datetime, words: Words, is_running: bool, hush: "Hush"
) -> tuple[Cell | str, ...]:
    from monitor.operations.forms import shown_detail

    shown, reason = watched.shown
    cell = status_cell(shown, words)
    state, recovery = watched.state, watched.recovery
    since_at = recovery.changed_at or state.since_at
    due_at = recovery.retry_at or state.next_check_at
    expected = is_running and not watched.task.paused
    return (
        str(watched.task.id),
        watched.task.name,
        Cell(f"{cell.text} ({reason})" if reason else cell.text, cell.style),
        "" if since_at is None else rough((at - since_at).total_seconds()),
        distance(state.last_looked_at, at, words),
        distance(due_at, at, words) if expected else "",
        str(state.consecutive_errors or ""),
        str(recovery.attempts or ""),
        f"{hush.shown(words)} {shown_detail(watched)}".strip(),
    )
