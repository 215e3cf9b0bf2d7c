"""How long `monitor doctor` takes for ten thousand tasks.

    python scripts/bench_doctor.py [TASKS]

A database of each kind is filled by SQL: each task has three changes of status, an incident that
is over, and ten results. Then the real command runs three times as a process; beside its whole time
stands that of the questions and judgements alone, without starting Python. Of both it is said what
the processor did: on a busy machine only that tells anything.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import trio

from monitor.checkup.examination import Examination, Report
from monitor.core.policy import RecoveryPolicy
from monitor.store.address import parse_address
from monitor.store.sql import open_store
from tests.outsider import Outsider, PostgresOutsider, open_outsider
from tests.postgres import ThrowawayPostgres

_NUMBERS = {
    "sqlite": "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {size})",
    "postgresql": "WITH n AS (SELECT generate_series(1, {size}) AS id)",
}
_FILL = (
    "INSERT INTO task (id, name, target, interval_s, timeout_s, attempts, retry_interval_s, "
    "recovery_confirmations, options, alerts, depends_on, paused, created_at) {numbers} "
    "SELECT id, 'task-' || id, 'https://example.com', 60, 10, 3, 20, 2, '{{}}', '{{}}', '[]', "
    "false, '{at}' FROM n",
    "INSERT INTO task_state (task_id, status, detail, standing, streak, seq, incidents, "
    "consecutive_errors, last_slot_at, last_looked_at, next_check_at, lifecycle, "
    "recovery_attempts, error) SELECT id, 'up', '', 'up', 0, 3, 1, 0, '{at}', '{at}', '{later}', "
    "'running', 0, '' FROM task",
    *(
        f"INSERT INTO transition (task_id, seq, at, before, after, detail) "
        f"SELECT id, {seq}, '{{at}}', '{before}', '{after}', '' FROM task"
        for seq, before, after in ((1, "pending", "up"), (2, "up", "down"), (3, "down", "up"))
    ),
    "INSERT INTO incident (task_id, number, opened_at, confirmed_at, closed_at, detail) "
    "SELECT id, 1, '{at}', '{at}', '{at}', '' FROM task",
    *(
        f"INSERT INTO result (task_id, slot_at, looked_at, status, duration_s, timings, detail) "
        f"SELECT id, '2026-01-01 00:0{minute}:00', '{{at}}', 'up', 0.1, '{{{{}}}}', '' FROM task"
        for minute in range(10)
    ),
    "INSERT INTO node (id, host, pid, version, started_at, beat_at, sessions, figures) "
    "SELECT 'n', 'elsewhere', 7, '0.1.0', '{at}', '{at}', '{{}}', '{{}}'",
)


def fill(outsider: Outsider, size: int) -> None:
    """Write a sound database."""
    kind = "postgresql" if isinstance(outsider, PostgresOutsider) else "sqlite"
    now = datetime.now(UTC)
    at = now.strftime("%Y-%m-%d %H:%M:%S.%f")
    later = now.replace(year=now.year + 1).strftime("%Y-%m-%d %H:%M:%S.%f")
    zone = "+00:00" if kind == "postgresql" else ""
    numbers = _NUMBERS[kind].format(size=size)
    for statement in _FILL:
        outsider.ask(statement.format(numbers=numbers, at=at + zone, later=later + zone))
    outsider.ask("ANALYZE")


@contextmanager
def databases() -> Iterator[list[str]]:
    """Give the URLs of an empty database of each kind."""
    with (
        tempfile.TemporaryDirectory() as place,
        ThrowawayPostgres() as server,
        server.fresh_database() as postgres,
    ):
        yield [f"sqlite:///{Path(place) / 'monitor.db'}", postgres]


async def examine(url: str, prepare: bool = False) -> Report | None:
    """Make the tables, or examine what is in them."""

    def now() -> datetime:
        return datetime.now(UTC)

    address = parse_address(url)
    if prepare:
        async with open_store(address, now):
            return None
    return await Examination(
        address=address,
        policy=RecoveryPolicy(),
        max_errors=5,
        running=lambda nodes, _at: list(nodes),
        now=now,
    ).carry_out()


def charged_to_children_s() -> float:
    """Return what the processor did for programs that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with databases() as urls:
        for url in urls:
            trio.run(examine, url, True)
            with open_outsider(url) as outsider:
                fill(outsider, size)
            for _ in range(3):
                began_s, charged_s = time.perf_counter(), time.process_time()
                report = trio.run(examine, url)
                inside_s = time.perf_counter() - began_s
                charged_s = time.process_time() - charged_s
                assert report is not None
                began_s, others_s = time.perf_counter(), charged_to_children_s()
                command = [sys.executable, "-m", "monitor", "doctor", "--database", url]
                subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
                whole_s = time.perf_counter() - began_s
                others_s = charged_to_children_s() - others_s
                found = [one.check for one in report.findings]
                print(
                    f"{url.partition(':')[0]}: {size} tasks, examined in {inside_s:.2f} s "
                    f"({charged_s:.2f} s of processor), the whole command {whole_s:.2f} s "
                    f"({others_s:.2f} s), found {found}"
                )


if __name__ == "__main__":
    main()
