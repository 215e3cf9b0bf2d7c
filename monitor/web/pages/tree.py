"""The supervision tree as it stands this moment, read off trio itself and off our registries.

Nothing here is remembered: an organ is shown as living because its nursery is open now, a session
because it stands in the registry of open sessions.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
import trio

from monitor.app import App
from monitor.core.model import Lifecycle
from monitor.engine.child import Child, Doing
from monitor.web.pages.words import Words

_ORGANS = "_keep_organs"
_DEEP = 3
"""Nurseries below an organ that are shown."""
_MOST_WITHIN = 12


@attrs.frozen(kw_only=True)
class Branch:
    """An organ of ours, and who lives in its nurseries."""

    name: str
    alive: bool
    """Whether a nursery of an incarnation of it is open; else it waits to be started again."""
    within: Sequence[str] = ()
    """Names of the trio tasks in its nurseries, those of its own supervision left out."""


@attrs.frozen(kw_only=True)
class Twig:
    """A child: a task that is watched."""

    child: Child
    since_at: datetime
    """When its present step began."""
    allowed_s: float | None
    """How long that may take before the auditor steps in; None: as long as it likes."""
    spent: float
    """Which share of that is over, in percent."""
    session_at: datetime | None
    """Since when its session is open."""


@attrs.frozen(kw_only=True)
class Tree:
    """The whole."""

    organs: Sequence[Branch]
    twigs: Sequence[Twig]
    """Of this page."""
    found: int
    doing: Mapping[str, int]
    """How many children are in each step; those in our care by their lifecycle."""
    sessions: Sequence[tuple[str, datetime]]
    """Open sessions that belong to no task: owner, and since when."""
    task_sessions: int


_ORDER = (Doing.LOOKING, Doing.RECORDING, Doing.STARTING, Doing.WAITING, Doing.RESTING)


def _rank(child: Child) -> tuple[int, float]:
    """Order: what is in our care first, then what moves, then what waits by its time."""
    lifecycle = child.recovery.lifecycle
    if lifecycle is not Lifecycle.RUNNING:
        return 1 if lifecycle is Lifecycle.BACKOFF else 0, 0.0
    due = child.due_at
    return 2 + _ORDER.index(child.doing), 0.0 if due is None else due.timestamp()


def step_of(child: Child) -> str:
    """Name what a child does, or what our supervisor does with it."""
    lifecycle = child.recovery.lifecycle
    return child.doing.value if lifecycle is Lifecycle.RUNNING else lifecycle.value


def make_tree(app: App, first: int, size: int, step: str = "", words: str = "") -> Tree:
    """Read the tree; `first` and `size` say which of its children are shown."""
    children = app.fleet.children
    doing = Counter(step_of(child) for child in children)
    chosen = [
        child
        for child in children
        if (not step or step == step_of(child)) and words.casefold() in child.task.name.casefold()
    ]
    opened = app.store.open_sessions
    by_task = {one.task_id: one.opened_at for one in opened.values() if one.task_id is not None}
    now, now_s = app.clock.now(), trio.current_time()
    chosen.sort(key=_rank)
    return Tree(
        organs=_organs(app),
        twigs=[_twig(one, by_task, now, now_s) for one in chosen[first : first + size]],
        found=len(chosen),
        doing=doing,
        sessions=sorted(
            (one.owner, one.opened_at) for one in opened.values() if one.task_id is None
        ),
        task_sessions=len(by_task),
    )


def _twig(child: Child, opened: Mapping[int, datetime], now: datetime, now_s: float) -> Twig:
    allowed_s: float | None = child.overdue_s - child.since_s
    if allowed_s == float("inf"):
        allowed_s = None
    spent_s = now_s - child.since_s
    return Twig(
        child=child,
        since_at=now - timedelta(seconds=spent_s),
        allowed_s=allowed_s,
        spent=0.0 if not allowed_s else round(min(100.0, 100 * spent_s / allowed_s), 1),
        session_at=opened.get(child.task.id),
    )


def _organs(app: App) -> list[Branch]:
    """Find our organs among the trio tasks of the root nursery."""
    for task in app.fleet.nursery.child_tasks:
        if task.name.rpartition(".")[2] == _ORGANS:
            found = [one for nursery in task.child_nurseries for one in nursery.child_tasks]
            return sorted((_branch(one) for one in found), key=lambda one: one.name)
    return []


def _branch(task: "trio.lowlevel.Task") -> Branch:
    names: list[str] = []
    _gather(task, names, 0)
    own = (task.name, *(name for name in names if "supervise" in name or "_incarnate" in name))
    within = [name for name in names if name not in own and not name.startswith("monitor.")]
    return Branch(name=task.name, alive=bool(task.child_nurseries), within=within[:_MOST_WITHIN])


def _gather(task: "trio.lowlevel.Task", names: list[str], depth: int) -> None:
    for nursery in task.child_nurseries:
        for one in nursery.child_tasks:
            names.append(one.name)
            if depth < _DEEP:
                _gather(one, names, depth + 1)


# --- what organs say of themselves ---------------------------------------------------------------

ROLES = {
    "auditor": "Proves that every task looked in time; restarts what did not.",
    "beat": "Wakes each task at its moment.",
    "drill": "Lets a canary fall, to prove that recovery works.",
    "garbage": "Collects what Python left, at quiet moments.",
    "listen": "Hears at once what others changed in the database.",
    "loop lag": "Measures how late we are ourselves.",
    "outbox": "A courier for each channel; no channel holds up another.",
    "presence": "Says in the database that we live.",
    "recorder": "Writes what was seen, many looks in one transaction.",
    "reconcile": "Starts and stops tasks as the database says.",
    "uplink": "Asks the anchors whether our own way out is there.",
    "web": "Serves this page.",
    "deadman": "Tells somebody outside that we are well.",
    "configuration": "Reads the files again when they change.",
    "lookout": "Answers while our loop stands still.",
    "housekeeping": "Forgets old sessions of people, and what they changed long ago.",
    "subscribers": "Brings news to the readers of status pages.",
    "service manager": "Tells the service manager that we live.",
}


def says(app: App, name: str, t: Words, took: Any) -> str:
    """Return what an organ says of itself now, in a few words; empty if it has no figures."""
    if name == "recorder":
        recorder = app.recorder
        return t(
            "{written} written, {waiting} waiting, {refused} refused",
            written=recorder.written,
            waiting=recorder.waiting,
            refused=recorder.refused,
        )
    if name == "auditor":
        auditor = app.auditor
        ago_s = max(0.0, trio.current_time() - auditor.audited_s)
        return t(
            "audited {ago} ago: {late} late; {stalls} restarted so far",
            ago=took(ago_s),
            late=auditor.overdue,
            stalls=auditor.stalls,
        )
    if name == "loop lag":
        return t("at worst {lag} late in the last second", lag=took(app.auditor.worst_lag_s))
    if name == "outbox":
        return t(
            "{sent:message|messages} sent, {waiting:alert|alerts} waiting",
            sent=app.outbox.sent,
            waiting=app.alerts.waiting,
        )
    if name == "reconcile":
        return t("at revision {revision}", revision=app.reconcile.revision)
    if name == "uplink":
        anchors = len(app.uplink.anchors)
        if not anchors:
            return t("no anchors are set")
        return t("lost") if app.uplink.lost else t.count(anchors, "anchor|anchors")
    return ""
