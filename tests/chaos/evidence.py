"""What the database and the target's log say when all is over, read by plain SQL and as JSON."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import attrs

from tests.chaos.patient import Life
from tests.chaos.scene import Scene
from tests.ledger import Page, read_ledger
from tests.outsider import Outsider, SqliteOutsider, open_outsider


@attrs.frozen
class Row:
    """One recorded result."""

    slot_at: float
    looked_at: float
    until: float
    status: str
    reason: str


@attrs.frozen
class Asked:
    """One look, as its target saw it."""

    at: float
    good: bool


@attrs.frozen
class Told:
    """One notice in a message that the receiver has taken."""

    at: float
    message: str
    late: bool
    key: str
    kind: str
    task: int
    incident: int
    subject: str


@attrs.frozen
class Outage:
    """What the database calls an incident; `closed_at` is 0 while it is open."""

    task: int
    number: int
    opened_at: float
    closed_at: float


@attrs.frozen
class Restart:
    """A child that was given a rest by the supervisor."""

    task: int
    at: float
    retry_at: float
    attempt: int


@attrs.frozen(kw_only=True)
class Evidence:
    """All that is known from outside."""

    pages: Sequence[Page]
    rows: dict[int, list[Row]]
    """By task, in order; those of targets only."""
    asked: dict[int, list[Asked]]
    """By task, in order."""
    told: Sequence[Told]
    outages: Sequence[Outage]
    restarts: Sequence[Restart]
    calls: Sequence[float]
    """When the look that always breaks was called."""
    events: Sequence[str]
    """Kinds of stored happenings that belong to no task, in order."""
    farewells: dict[int, bool]
    """Of each process that the database knows, by number: whether it is recorded as stopped."""
    lives: Sequence[Life]
    backends: int = 0
    """Connections to the database that outlived their process."""
    damage: str = ""
    """What SQLite's own examination of the file says, if it says anything."""
    anew_s: Sequence[float] = ()
    """After each mend: the seconds until every task was recorded anew."""

    @property
    def deaths(self) -> list[float]:
        """When processes ended without being able to do anything about it."""
        return [life.ended_at for life in self.lives if life.code not in (0, None)]


def gather(scene: Scene, backends: int, anew_s: Sequence[float]) -> Evidence:
    """Read everything; blocks."""
    scene.target.read()
    with open_outsider(scene.truth_url) as outsider:
        targets = {
            task_id: int(target.rpartition("/")[2])
            for task_id, target in outsider.ask("SELECT id, target FROM task")
            if target.startswith("http")
        }
        return Evidence(
            pages=read_ledger(outsider),
            rows=_rows(outsider, targets),
            asked={
                task_id: [Asked(*one) for one in sorted(scene.target.looks[number])]
                for task_id, number in targets.items()
            },
            told=_told(scene.target.messages),
            outages=[
                Outage(task, number, _unix(opened_at), _unix(closed_at) if closed_at else 0.0)
                for task, number, opened_at, closed_at in outsider.ask(
                    "SELECT task_id, number, opened_at, closed_at FROM incident "
                    "ORDER BY task_id, number"
                )
            ],
            restarts=_restarts(outsider),
            calls=[float(line) for line in _lines(scene, "calls")],
            events=[
                kind
                for (kind,) in outsider.ask(
                    "SELECT kind FROM event WHERE task_id = 0 ORDER BY at, kind DESC"
                )
            ],
            farewells={
                pid: stopped_at is not None
                for pid, stopped_at in outsider.ask("SELECT pid, stopped_at FROM node")
            },
            lives=scene.lives,
            backends=backends,
            damage=_damage(outsider),
            anew_s=anew_s,
        )


def _lines(scene: Scene, name: str) -> list[str]:
    path = scene.folder / name
    return path.read_text().splitlines() if path.exists() else []


def _rows(outsider: Outsider, targets: dict[int, int]) -> dict[int, list[Row]]:
    rows: dict[int, list[Row]] = {task_id: [] for task_id in targets}
    for task_id, slot_at, looked_at, duration_s, status, reason in outsider.ask(
        "SELECT task_id, slot_at, looked_at, duration_s, status, reason FROM result "
        "ORDER BY task_id, slot_at"
    ):
        if task_id in rows:
            start = _unix(looked_at)
            rows[task_id].append(
                Row(_unix(slot_at), start, start + duration_s, status, reason or "")
            )
    return rows


def _told(messages: Sequence[dict[str, Any]]) -> list[Told]:
    return [
        Told(
            at=message["at"],
            message=message["message"],
            late=message["late"],
            key=notice["key"],
            kind=notice["kind"],
            task=notice["task_id"] or 0,
            incident=notice["incident"] or 0,
            subject=notice["subject"],
        )
        for message in messages
        for notice in message["notices"]
    ]


def _restarts(outsider: Outsider) -> list[Restart]:
    found = []
    for task, at, data in outsider.ask(
        "SELECT task_id, at, data FROM event WHERE kind = 'task.restarting' ORDER BY at"
    ):
        told = json.loads(data) if isinstance(data, str) else data
        found.append(Restart(task, _unix(at), _unix(told["retry_at"]), told["attempt"]))
    return found


def _damage(outsider: Outsider) -> str:
    if not isinstance(outsider, SqliteOutsider):
        return ""
    said = [str(line) for (line,) in outsider.ask("PRAGMA integrity_check")]
    return "" if said == ["ok"] else "; ".join(said[:3])


def _unix(moment: Any) -> float:
    """Take a moment as the database gives it: SQLite as text, without a zone."""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return float((at.replace(tzinfo=UTC) if at.tzinfo is None else at).timestamp())


def by_task(told: Sequence[Told]) -> dict[tuple[int, int], list[Told]]:
    """Return what was told of each outage."""
    found: dict[tuple[int, int], list[Told]] = defaultdict(list)
    for one in told:
        if one.task and one.incident:
            found[one.task, one.incident].append(one)
    return found
