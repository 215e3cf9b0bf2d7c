"""What a recorded look costs, how well the schedule is kept, and how soon an alert is taken.

    python scripts/bench.py [--sizes 100,1000,10000] [--interval 10] [--seconds 30]
                            [--alert-sizes 1,1000] [--alert-seconds 60]

No sizes (`--sizes ""`) leave that part out.

For each size and each database the real command, `python -m monitor run`, watches one local HTTP
target served by another process. Beside it, in the same run, the same probe is run by a bare loop
that neither judges nor records: the ratio says what everything else costs. Processor time is what
the operating system charged to the monitor's process; the looks, and how late each of them began,
are read from the database afterwards. For alerts see `bench_alerts`. Nothing is sent beyond the
loopback address.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import attrs
import psutil
import trio

from monitor.core.model import TaskSpec
from monitor.core.schedule import Schedule
from monitor.engine.clock import Clock
from monitor.engine.look import look
from monitor.probes import prepare
from monitor.store.address import parse_address
from monitor.store.sql import open_store
from scripts.bench_alerts import (
    CHANGING,
    Latency,
    fill,
    latencies,
    run_with_stamps,
    serve_changing,
    show_head,
)
from tests.postgres import ThrowawayPostgres

ROOT = Path(__file__).parent.parent
START_S = 120.0
"""How long a monitor may take until it has written the first notice."""
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class Target(asyncio.Protocol):
    """The cheapest HTTP server that answers properly."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.write(ANSWER)
        self.transport.close()


async def serve() -> None:
    """Serve until killed; the port is the first line of output."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Target, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def bare(url: str, tasks: int, interval_s: float) -> None:
    """Run the probe as often as the monitor would, and do nothing else."""

    async def one(number: int) -> None:
        probe = prepare(TaskSpec(name="bare", target=url)).probe
        schedule = Schedule.of(number, interval_s)
        start_s = trio.current_time() + schedule.phase_us / 1e6
        for k in range(1_000_000):
            await trio.sleep_until(start_s + k * interval_s)
            await look(probe, 5.0)

    async with trio.open_nursery() as nursery:
        for number in range(1, tasks + 1):
            nursery.start_soon(one, number)


@attrs.frozen(kw_only=True)
class Row:
    """One line of the table."""

    what: str
    tasks: int
    reached: float
    ms_per_look: float
    lag_p50_ms: float | None = None
    lag_p99_ms: float | None = None
    memory_mib: float = 0.0


@contextmanager
def child(*command: str, log: Path | None = None) -> Iterator["subprocess.Popen[str]"]:
    """Run a program for the time of a block; what it says on stderr goes to a file."""
    stderr = None if log is None else log.open("w")
    process = subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()
        if stderr is not None:
            stderr.close()


def measure(pid: int, warm_s: float, seconds: float) -> tuple[float, float, datetime, datetime]:
    """Return processor seconds, memory in MiB, and the limits of the measured time."""
    process = psutil.Process(pid)
    time.sleep(warm_s)
    before, start = process.cpu_times(), datetime.now(UTC)
    time.sleep(seconds)
    after, end = process.cpu_times(), datetime.now(UTC)
    spent_s = after.user + after.system - before.user - before.system
    return spent_s, process.memory_info().rss / 2**20, start, end


async def add_tasks(database: str, url: str, tasks: int, interval_s: float) -> None:
    """Fill a new database."""
    clock = Clock()
    specs = [
        TaskSpec(name=f"target {n}", target=url, interval_s=interval_s, timeout_s=5.0)
        for n in range(1, tasks + 1)
    ]
    async with (
        open_store(parse_address(database), clock.now) as store,
        store.session("bench") as session,
    ):
        await session.add(specs, clock.now())


async def read_lateness(database: str, start: datetime, end: datetime) -> list[float]:
    """Return, sorted, by how many seconds each look of that time began after its slot."""
    late: list[float] = []
    clock = Clock()
    async with (
        open_store(parse_address(database), clock.now) as store,
        store.session("bench") as session,
    ):
        for watched in await session.fleet():
            looks = await session.looks(watched.task.id, start, 1_000_000)
            late += [
                (look.looked_at - look.slot_at).total_seconds()
                for look in looks
                if look.slot_at < end
            ]
    return sorted(late)


def bench_bare(url: str, tasks: int, interval_s: float, seconds: float) -> Row:
    """Measure the bare probe."""
    command = ("scripts/bench.py", "--bare", url, "--sizes", str(tasks))
    with child(*command, "--interval", str(interval_s)) as process:
        spent_s, memory_mib, _, _ = measure(process.pid, interval_s + 3.0, seconds)
    looks = tasks * seconds / interval_s
    return Row(
        what="bare probe, nothing stored",
        tasks=tasks,
        reached=1.0,
        ms_per_look=1000 * spent_s / looks,
        memory_mib=memory_mib,
    )


def bench_monitor(
    what: str, database: str, url: str, tasks: int, interval_s: float, seconds: float
) -> Row:
    """Measure the real command on a database."""
    trio.run(add_tasks, database, url, tasks, interval_s)
    command = ("-m", "monitor", "run", "--quiet", "--database", database)
    with child(*command) as process:
        warm_s = 2 * interval_s + 5.0
        spent_s, memory_mib, start, end = measure(process.pid, warm_s, seconds)
    late = trio.run(read_lateness, database, start, end)
    if not late:
        raise SystemExit(f"{what}: nothing was recorded")
    expected = tasks * (end - start).total_seconds() / interval_s
    return Row(
        what=what,
        tasks=tasks,
        reached=len(late) / expected,
        ms_per_look=1000 * spent_s / len(late),
        lag_p50_ms=1000 * late[len(late) // 2],
        lag_p99_ms=1000 * late[int(len(late) * 0.99)],
        memory_mib=memory_mib,
    )


def show(row: Row, bare_row: Row) -> None:
    """Print a line of the table."""

    def number(value: float | None, form: str) -> str:
        return format(value, form) if value is not None else "-"

    print(
        f"{row.what:<28}{row.tasks:>8}{row.reached:>10.1%}{row.ms_per_look:>9.3f}"
        f"{row.ms_per_look / bare_row.ms_per_look:>9.2f}"
        f"{number(row.lag_p50_ms, '.1f'):>10}{number(row.lag_p99_ms, '.1f'):>10}"
        f"{row.memory_mib:>8.0f}",
        flush=True,
    )


def bench_alerts(what: str, database: str, tasks: int, seconds: float) -> Latency:
    """Measure how soon alerts are taken while so many tasks are watched."""
    interval_s = 0.25 if tasks < CHANGING else 10.0
    with tempfile.TemporaryDirectory() as folder, child("scripts/bench.py", "--change") as server:
        assert server.stdout is not None
        stamps = Path(folder) / "stamps"
        fill(database, int(server.stdout.readline()), tasks, interval_s)
        command = ("scripts/bench.py", "--stamp", database, str(stamps))
        log = Path(folder) / "log"
        with child(*command, log=log) as monitor:
            wait_for_first(stamps, monitor, what, log)
            time.sleep(2 * interval_s)
            since_s = time.monotonic()
            time.sleep(seconds)
            if monitor.poll() is not None:
                raise SystemExit(f"{what}: the monitor ended early, {end_of(monitor, log)}")
        server.terminate()
        told = server.stdout.read()
        ms = latencies(stamps.read_text(), told, since_s)
        if not ms:
            raise SystemExit(
                f"{what}: no alert of this time was taken, {len(told.splitlines())} messages and "
                f"{len(stamps.read_text().splitlines())} notices since the start; "
                f"{end_of(monitor, log)}"
            )
        return Latency(what=what, tasks=tasks, ms=ms)


def wait_for_first(stamps: Path, monitor: "subprocess.Popen[str]", what: str, log: Path) -> None:
    """Return when the first notice is written: on a busy machine the start alone takes long."""
    deadline_s = time.monotonic() + START_S
    while not (stamps.exists() and stamps.stat().st_size):
        if monitor.poll() is not None or time.monotonic() > deadline_s:
            raise SystemExit(f"{what}: no notice was written, {end_of(monitor, log)}")
        time.sleep(0.1)


def end_of(monitor: "subprocess.Popen[str]", log: Path) -> str:
    """Say how the monitor does, and what it said last."""
    lines = log.read_text().splitlines()[-5:]
    state = "it runs" if monitor.returncode is None else f"it ended with {monitor.returncode}"
    return "\n    ".join((f"{state}; its log ends with:", *lines))


def bench_all_alerts(sizes: list[int], seconds: float) -> None:
    """Print the table of alerts for all sizes."""
    show_head(os.getloadavg()[0])
    with ThrowawayPostgres() as server:
        for tasks in sizes:
            with tempfile.TemporaryDirectory() as folder:
                database = f"sqlite:///{folder}/bench.db"
                bench_alerts("monitor, SQLite", database, tasks, seconds).show()
            with server.fresh_database() as database:
                bench_alerts("monitor, PostgreSQL", database, tasks, seconds).show()


def main() -> None:
    """Measure all, and print the table line by line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--sizes", default="100,1000,10000")
    parser.add_argument("--interval", type=float, default=10.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--alert-sizes", default="1,1000")
    parser.add_argument("--alert-seconds", type=float, default=60.0)
    parser.add_argument("--change", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--stamp", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--bare", metavar="URL", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sizes, alert_sizes = (
        [int(size) for size in given.split(",") if size]
        for given in (options.sizes, options.alert_sizes)
    )
    if options.serve:
        asyncio.run(serve())
    elif options.change:
        asyncio.run(serve_changing())
    elif options.stamp:
        sys.exit(run_with_stamps(*options.stamp))
    elif options.bare:
        trio.run(partial(bare, options.bare, sizes[0], options.interval))
    else:
        if sizes:
            bench(sizes, options.interval, options.seconds)
        if alert_sizes:
            bench_all_alerts(alert_sizes, options.alert_seconds)


def bench(sizes: list[int], interval_s: float, seconds: float) -> None:
    """Print the table for all sizes."""
    print(f"interval {interval_s:g} s, measured for {seconds:g} s after the start has settled")
    print(
        f"{'':<28}{'tasks':>8}{'reached':>10}{'ms/look':>9}{'to bare':>9}"
        f"{'lag p50':>10}{'lag p99':>10}{'MiB':>8}"
    )
    with child("scripts/bench.py", "--serve") as target, ThrowawayPostgres() as server:
        assert target.stdout is not None
        url = f"http://127.0.0.1:{int(target.stdout.readline())}/"
        for tasks in sizes:
            bare_row = bench_bare(url, tasks, interval_s, seconds)
            show(bare_row, bare_row)
            with tempfile.TemporaryDirectory() as folder:
                database = f"sqlite:///{folder}/bench.db"
                show(
                    bench_monitor("monitor, SQLite", database, url, tasks, interval_s, seconds),
                    bare_row,
                )
            with server.fresh_database() as database:
                show(
                    bench_monitor("monitor, PostgreSQL", database, url, tasks, interval_s, seconds),
                    bare_row,
                )


if __name__ == "__main__":
    main()
