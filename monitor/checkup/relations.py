"""The processes that run, the channels and tasks that are named, and what waits to be told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from monitor import __version__
from monitor.checkup.findings import Finding, of_tasks
from monitor.core.counting import counted
from monitor.core.model import Node
from monitor.store.checkup import Line, Mail

_WAITING = 1000
"""So many records that wait to be written are more than a busy second leaves."""


def processes(running: Sequence[Node], tasks: int) -> list[Finding]:
    """Judge who runs on the database."""
    found = []
    if tasks and not running:
        found.append(
            Finding(
                check="monitor.running",
                found=f"no monitor is running, nobody looks at {counted(tasks, 'task')}",
                advice="start one with `monitor run`",
            )
        )
    if len(running) > 1:
        who = ", ".join(f"process {node.pid} on {node.host}" for node in running)
        found.append(
            Finding(
                check="monitor.single",
                found=f"{len(running)} monitors run on one database: {who}",
                advice="stop all but one",
            )
        )
    for node in running:
        if node.version != __version__:
            found.append(
                Finding(
                    check="monitor.version",
                    found=f"process {node.pid} on {node.host} runs version {node.version}, "
                    f"this program is {__version__}",
                    advice="restart the monitor, or use the program it was started with",
                )
            )
        waiting = int(node.figures.get("records_waiting", 0))
        if waiting >= _WAITING:
            found.append(
                Finding(
                    check="monitor.behind",
                    found=f"{counted(waiting, 'record')} of process {node.pid} still to be written",
                    advice="see its log; the database is away, too slow, or its disk is full",
                )
            )
    return found


def names(lines: Sequence[Line], channels: frozenset[str]) -> list[Finding]:
    """Find tasks that name channels or tasks that do not exist, or that depend on themselves."""
    known = {line.name for line in lines}
    depends_on = {line.name: line.depends_on for line in lines}
    return [
        *of_tasks(
            "channels.missing",
            [line.name for line in lines if not channels.issuperset(line.channels)],
            "with channels that do not exist, so that alerts go nowhere",
            "add them with `monitor channel add`, or `monitor task edit TASK --channel NAME`; "
            "`monitor channel list` shows all",
        ),
        *of_tasks(
            "dependencies.missing",
            [line.name for line in lines if not known.issuperset(line.depends_on)],
            "that depend on tasks that do not exist",
            "add these, or `monitor task edit TASK --depends-on NAME`",
        ),
        *of_tasks(
            "dependencies.circle",
            in_circles(depends_on),
            "that depend on themselves, directly or through others",
            "break the circle with `monitor task edit TASK --depends-on NAME`",
        ),
    ]


def in_circles(depends_on: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the names from which a circle of dependencies leads back to themselves.

    What neither leads into a circle nor comes out of one is taken away first, from both ends;
    between two circles something may be left, and is walked.
    """
    left = {name: {one for one in after if one in depends_on} for name, after in depends_on.items()}
    left = _without_ends(left)
    before: dict[str, set[str]] = {name: set() for name in left}
    for name, after in left.items():
        for one in after:
            before[one].add(name)
    left = _without_ends(before)
    return [name for name in depends_on if name in left and _comes_back(name, left)]


def _without_ends(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    left = {name: set(after) for name, after in graph.items()}
    pointing: dict[str, list[str]] = {name: [] for name in left}
    for name, after in left.items():
        for one in after:
            pointing[one].append(name)
    ends = [name for name, after in left.items() if not after]
    while ends:
        end = ends.pop()
        del left[end]
        for name in pointing[end]:
            left[name].discard(end)
            if not left[name]:
                ends.append(name)
    return left


def _comes_back(start: str, graph: Mapping[str, set[str]]) -> bool:
    seen, ahead = set[str](), [*graph[start]]
    while ahead:
        name = ahead.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            ahead.extend(graph[name])
    return False


def letters(mail: Mail, before: datetime) -> list[Finding]:
    """Judge what waits to be told since before that moment, and what could not be."""
    found = [
        Finding(
            check="notices.stuck",
            found=f"{counted(count, 'alert')} for {channel!r} waited already before "
            f"{before:%Y-%m-%d %H:%M:%SZ} and nothing says why",
            advice=f"try it with `monitor channel test {channel}`"
            if channel in mail.channels
            else f"there is no such channel; add it with `monitor channel add {channel} URL`",
        )
        for channel, count in mail.stuck.items()
    ]
    found += [
        Finding(
            check="notices.dead",
            found=f"{counted(count, 'alert')} could not be delivered by {channel!r}",
            advice="see `monitor channel dead`, mend it, then `monitor channel resend`",
        )
        for channel, count in mail.dead.items()
    ]
    return found
