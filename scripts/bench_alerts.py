"""How soon an alert is taken: from the commit of a change of status to the receiver's answer.

The real command watches a target served by another process; some of its pages are well and broken
in turn, and a web server beside it takes what a webhook posts. The command is started by a few
lines that note the moment at which the commit of each change has returned; both processes read the
same monotonic clock. Used by `scripts/bench.py`.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

import attrs
import trio

from monitor.cli import main as command
from monitor.core.alerts.alerting import AlertingChange
from monitor.core.alerts.notices import ChannelSpec
from monitor.core.model import TaskSpec
from monitor.core.records import LookRecord, Record
from monitor.engine.clock import Clock
from monitor.store.address import parse_address
from monitor.store.sql import SqlSession, open_store

LOOKS_A_TURN = 10
"""So many looks see the same; what changes more often flaps, and is told otherwise."""
CHANGING = 100
"""Tasks that change, at most; the others are always well."""
_HEAD = "HTTP/1.1 {} x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@attrs.frozen(kw_only=True)
class Latency:
    """What was measured, in milliseconds."""

    what: str
    tasks: int
    ms: Sequence[float]
    """Sorted."""

    def show(self) -> None:
        """Print a line of the table."""
        p50, p99 = (self.ms[int(len(self.ms) * share)] for share in (0.5, 0.99))
        print(
            f"{self.what:<28}{self.tasks:>8}{len(self.ms):>10}{p50:>10.1f}{p99:>10.1f}"
            f"{self.ms[-1]:>10.1f}",
            flush=True,
        )


def show_head(load: float) -> None:
    """Print the head of the table."""
    print(f"\nalerts: from the commit of a change until its receiver answers (load {load:.1f})")
    print(f"{'':<28}{'tasks':>8}{'alerts':>10}{'p50 ms':>10}{'p99 ms':>10}{'worst':>10}")


class _Server(asyncio.Protocol):
    """Answer each request once all of it is there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.got = transport, b""

    def data_received(self, data: bytes) -> None:
        self.got += data
        head, end, body = self.got.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
        if not end or len(body) < int(length or 0):
            return
        first = head.split(b"\r\n", 1)[0]
        if first.startswith(b"POST"):
            keys = [notice["key"] for notice in json.loads(body)["notices"]]
            print(*keys, time.monotonic(), flush=True)
            self._answer(204)
        else:
            self._answer(200 if _is_well(first.split()[1].decode()) else 503)

    def _answer(self, status: int) -> None:
        self.transport.write(_HEAD.format(status).encode())
        self.transport.close()


def _is_well(path: str) -> bool:
    """Read from `/SECONDS/SHIFT` whether a page is well now; any other always is."""
    turn = path.strip("/").split("/")
    if len(turn) != 2:
        return True
    seconds, shift = map(float, turn)
    return int((time.monotonic() + shift) / seconds) % 2 == 0


async def serve_changing() -> None:
    """Be target and receiver until killed; the port, then what was told, is the output."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Server, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def run_with_stamps(database: str, stamps: str) -> int:
    """Be `monitor run`, and note when the commit of each notice has returned."""
    commit, file = SqlSession.commit, Path(stamps).open("a", buffering=1)  # noqa: SIM115

    async def noted(self: SqlSession, records: Sequence[Record]) -> None:
        await commit(self, records)
        now_s = time.monotonic()
        for record in records:
            for notice in record.notices if isinstance(record, LookRecord) else ():
                file.write(f"{notice.key} {now_s}\n")

    SqlSession.commit = noted  # type: ignore[method-assign]
    options = ("--quiet", "--listen", "none", "--database", database)
    return command(["run", *options])


async def add_changing(database: str, port: int, tasks: int, interval_s: float) -> None:
    """Fill a new database with tasks, some of which change, and a channel."""
    clock, turn_s = Clock(), LOOKS_A_TURN * interval_s
    changing = min(tasks, CHANGING)
    specs = [
        TaskSpec(
            name=f"target {n}",
            target=f"http://127.0.0.1:{port}/"
            + (f"{turn_s}/{turn_s * n / changing:.3f}" if n < changing else ""),
            interval_s=interval_s,
            timeout_s=min(5.0, interval_s),
            attempts=1,
            recovery_confirmations=1,
        )
        for n in range(tasks)
    ]
    url = f"webhook+http://127.0.0.1:{port}/"
    channel = ChannelSpec(name="ops", url=url, default=True, burst=1000)
    async with (
        open_store(parse_address(database), clock.now) as store,
        store.session("bench") as session,
    ):
        await session.add(specs, clock.now())
        await session.change_alerting(AlertingChange(channels=(channel,)))


def latencies(stamps: str, told: str, since_s: float) -> list[float]:
    """Compare both clocks' notes, in milliseconds; what was committed before `since_s` is left."""
    committed = {key: float(at_s) for key, at_s in map(str.split, stamps.splitlines())}
    found: list[float] = []
    for line in told.splitlines():
        *keys, at_s = line.split()
        found += [
            1000 * (float(at_s) - committed[key])
            for key in keys
            if committed.get(key, 0.0) >= since_s
        ]
    return sorted(found)


def fill(database: str, port: int, tasks: int, interval_s: float) -> None:
    """See `add_changing`."""
    trio.run(add_changing, database, port, tasks, interval_s)
