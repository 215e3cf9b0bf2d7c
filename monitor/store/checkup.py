"""What `monitor doctor` asks of a database: each family of questions one short unit that reads.

Nothing is changed: SQLite and the server are told to refuse it. What could be long is bounded: of
each task's history the newest steps are read, and an SQLite file is checked for a part of a second.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import attrs
from sqlalchemy import Connection, Text, cast, func, or_, select, text

from monitor.core.alerts.notices import NoticeState
from monitor.core.model import Node
from monitor.store import rows, tables
from monitor.store.errors import translated
from monitor.store.sql import SqlStore

T = TypeVar("T")

STEPS = 50
"""How many changes of status are read of each task, the newest."""
QUICK_CHECK_S = 0.3
"""How long an SQLite file may be checked; `monitor db check` checks all of it."""
_INSTRUCTIONS = 10_000
"""SQLite is asked for the time after so many steps of its machine: less than a millisecond."""


@attrs.frozen(kw_only=True)
class Line:
    """A task, with what is needed to judge whether it is accounted for."""

    name: str
    target: str
    interval_s: float
    timeout_s: float
    paused: bool
    depends_on: tuple[str, ...]
    channels: tuple[str, ...]
    """All that its policy names, also for escalation."""
    created_at: datetime
    lifecycle: str
    recovery_attempts: int
    retry_at: datetime | None
    changed_at: datetime | None
    consecutive_errors: int
    last_slot_at: datetime | None
    last_looked_at: datetime | None
    next_check_at: datetime | None


@attrs.frozen(kw_only=True)
class Ledger:
    """Names of the tasks whose history contradicts itself, by what is wrong with it."""

    stateless: tuple[str, ...]
    """They have no state, so that nobody runs them."""
    steps: tuple[str, ...]
    """A change of status is missing, or does not begin where the one before it ended."""
    folding: tuple[str, ...]
    """The newest change of status does not lead to the present one."""
    incidents: tuple[str, ...]
    """Open incidents and what is believed of the target do not agree."""
    blamed: tuple[str, ...]
    """A fault of ours was booked on the target."""


@attrs.frozen(kw_only=True)
class Mail:
    """What is to be told, and where to."""

    channels: frozenset[str]
    stuck: Mapping[str, int]
    """Notices by channel that wait for no reason, and have done so for long."""
    dead: Mapping[str, int]


@attrs.frozen(kw_only=True)
class Server:
    """What PostgreSQL says of itself and of us."""

    version: str
    now: datetime
    idle: int
    """Connections of ours that do nothing inside a transaction."""


@attrs.frozen(kw_only=True)
class File:
    """An SQLite file as it is before anybody of ours opens it."""

    journal_mode: str
    damage: tuple[str, ...]
    complete: bool
    """Whether there was time to check all of it."""


async def nodes(store: SqlStore) -> list[Node]:
    """Return the processes that wrote to the database, the newest beat first."""
    query = select(tables.node).order_by(tables.node.c.beat_at.desc(), tables.node.c.id)
    return await _read(store, lambda one: [rows.node_of(row) for row in one.execute(query)])


async def lines(store: SqlStore) -> list[Line]:
    """Return all tasks that have a state, by id."""
    return await _read(store, _lines)


async def ledger(store: SqlStore) -> Ledger:
    """Return what contradicts itself."""
    return await _read(store, _ledger)


async def mail(store: SqlStore, before: datetime) -> Mail:
    """Return the channels, what has waited since before that moment, and what is dead."""
    return await _read(store, lambda connection: _mail(connection, before))


async def server(store: SqlStore, idle_s: float) -> Server:
    """Ask PostgreSQL; `idle_s` is how long a transaction may do nothing."""
    application = store.bridge.address.application
    return await _read(store, lambda connection: _server(connection, application, idle_s))


async def _read(store: SqlStore, work: Callable[[Connection], T]) -> T:
    """Run one unit that cannot write, even if it tried."""

    async def unit() -> T:
        async with store.bridge.engine.connect() as connection:
            if not store.bridge.address.is_sqlite:
                await connection.execution_options(postgresql_readonly=True)
            async with connection.begin():
                if store.bridge.address.is_sqlite:
                    await connection.exec_driver_sql("PRAGMA query_only = ON")
                return await connection.run_sync(work)

    return await store.bridge.cross(unit)


# --- tasks ---------------------------------------------------------------------------------------


def _lines(connection: Connection) -> list[Line]:
    task, state = tables.task.c, tables.task_state.c
    plain = ("name", "target", "interval_s", "timeout_s", "paused", "created_at")
    of_state = (
        *("lifecycle", "recovery_attempts", "retry_at", "changed_at", "consecutive_errors"),
        *("last_slot_at", "last_looked_at", "next_check_at"),
    )
    names = (*plain, *of_state)
    columns: list[Any] = [(state if name in of_state else task)[name] for name in names]
    columns += [cast(task[name], Text) for name in ("depends_on", "alerts")]
    query = select(*columns).join_from(tables.task, tables.task_state, state.task_id == task.id)
    found = connection.execute(query.order_by(task.id))
    read = cache(json.loads)  # of ten thousand tasks most say the same
    return [
        Line(
            **dict(zip(names, row, strict=False)),
            depends_on=tuple(read(row[-2])),
            channels=_channels(read(row[-1])),
        )
        for row in found
    ]


def _channels(alerts: Mapping[str, Any]) -> tuple[str, ...]:
    escalations = [name for step in alerts.get("escalation", ()) for name in step["channels"]]
    return (*alerts.get("channels", ()), *escalations)


# --- history -------------------------------------------------------------------------------------

_STATELESS = "SELECT name FROM task WHERE id NOT IN (SELECT task_id FROM task_state) ORDER BY id"

_STEPS = """
    SELECT DISTINCT task.id, name FROM task
    JOIN task_state s ON s.task_id = task.id
    JOIN transition t ON t.task_id = s.task_id AND t.seq > s.seq - :steps
    LEFT JOIN transition p ON p.task_id = t.task_id AND p.seq = t.seq - 1
    WHERE (t.seq = 1 AND t.before <> 'pending')
       OR (t.seq > 1 AND (p.seq IS NULL OR p.after <> t.before))
    ORDER BY task.id
"""

_FOLDING = """
    SELECT name FROM task
    JOIN task_state s ON s.task_id = task.id
    LEFT JOIN transition t ON t.task_id = s.task_id AND t.seq = s.seq
    WHERE (s.seq = 0 AND s.status <> 'pending')
       OR (s.seq > 0 AND (t.seq IS NULL OR t.after <> s.status))
       OR EXISTS (SELECT 1 FROM transition n WHERE n.task_id = s.task_id AND n.seq > s.seq)
    ORDER BY task.id
"""

_INCIDENTS = """
    SELECT name FROM task
    JOIN task_state s ON s.task_id = task.id
    LEFT JOIN incident i ON i.task_id = s.task_id AND i.closed_at IS NULL
    GROUP BY task.id, name, s.standing, s.incidents
    HAVING (s.standing = 'down' AND (count(i.number) <> 1 OR max(i.number) <> s.incidents))
        OR (s.standing <> 'down' AND count(i.number) <> 0)
    ORDER BY task.id
"""

_BLAMED = """
    SELECT name FROM task
    JOIN task_state s ON s.task_id = task.id
    LEFT JOIN result r ON r.task_id = s.task_id AND r.slot_at = s.last_slot_at
    WHERE (s.status IN ('up', 'degraded', 'down') AND s.reason IS NOT NULL)
       OR (r.status IN ('up', 'degraded', 'down') AND r.reason IS NOT NULL)
       OR EXISTS (
            SELECT 1 FROM transition t
            WHERE t.task_id = s.task_id AND t.seq > s.seq - :steps
              AND t.after IN ('up', 'degraded', 'down') AND t.reason IS NOT NULL
       )
    ORDER BY task.id
"""


def _ledger(connection: Connection) -> Ledger:
    def names(query: str, **given: int) -> tuple[str, ...]:
        return tuple(row.name for row in connection.execute(text(query), given))

    return Ledger(
        stateless=names(_STATELESS),
        steps=names(_STEPS, steps=STEPS),
        folding=names(_FOLDING),
        incidents=names(_INCIDENTS),
        blamed=names(_BLAMED, steps=STEPS),
    )


# --- the outbox, the server, the file ------------------------------------------------------------


def _mail(connection: Connection, before: datetime) -> Mail:
    notice = tables.notice.c
    counted = select(notice.channel, func.count().label("amount"))
    counted = counted.group_by(notice.channel).order_by(notice.channel)
    waits = counted.where(
        notice.state == NoticeState.PENDING,
        notice.at < before,
        notice.why == "",
        or_(notice.due_at.is_(None), notice.due_at < before),
    )
    dead = counted.where(notice.state == NoticeState.DEAD)
    return Mail(
        channels=frozenset(connection.execute(select(tables.channel.c.name)).scalars()),
        stuck={row.channel: row.amount for row in connection.execute(waits)},
        dead={row.channel: row.amount for row in connection.execute(dead)},
    )


def _server(connection: Connection, application: str, idle_s: float) -> Server:
    query = """
        SELECT current_setting('server_version') AS version, clock_timestamp() AS now, (
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = :application
              AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'
              AND clock_timestamp() - state_change >= make_interval(secs => :idle_s)
        ) AS idle
    """
    given = {"application": application, "idle_s": idle_s}
    row = connection.execute(text(query), given).one()
    return Server(version=row.version, now=row.now, idle=row.idle)


def check_file(path: Path, limit_s: float = QUICK_CHECK_S) -> File:
    """Look at an SQLite file without changing it; blocks for `limit_s` at most.

    Raises:
        StoreError: it cannot be opened, or is no database.
    """
    deadline_s = time.monotonic() + limit_s
    with (
        translated(),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection,
    ):
        [(mode,)] = connection.execute("PRAGMA journal_mode").fetchall()
        connection.set_progress_handler(lambda: time.monotonic() > deadline_s, _INSTRUCTIONS)
        try:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(10)")]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return File(journal_mode=mode, damage=(), complete=False)
    damage = () if found == ["ok"] else tuple(found)
    return File(journal_mode=mode, damage=damage, complete=True)
