"""A PostgreSQL for the tests: up in a second, broken at will, gone afterwards.

Everything here looks at the server from outside the product, and blocks: from a trio test,
call it through `trio.to_thread.run_sync` unless the loop may stand still meanwhile.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import asyncpg
import attrs
import psutil

from tests.postgres_binaries import Binaries, NoPostgresError

START_S = 60.0
STOP_S = 20.0
OTHER_CLIENTS = """
    from pg_stat_activity
    where datname = $1 and backend_type = 'client backend' and pid <> pg_backend_pid()
"""

Row = tuple[Any, ...]


@attrs.frozen
class Backend:
    """One client's connection, as the server sees it."""

    pid: int
    state: str | None
    query: str
    application_name: str


class PostgresServer:
    """A running server on which we may create databases."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url

    def url(self, database: str) -> str:
        return urlsplit(self._admin_url)._replace(path=f"/{database}").geturl()

    def execute(self, sql: str, *args: object, database: str | None = None) -> list[Row]:
        """Run one statement on a connection of its own; also right inside a running event loop."""
        url = self.url(database) if database else self._admin_url

        async def ask() -> list[Row]:
            connection = await asyncpg.connect(url, timeout=10)
            try:
                return [tuple(row) for row in await connection.fetch(sql, *args, timeout=60)]
            finally:
                await connection.close(timeout=5)

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(ask())).result()

    def create_database(self, name: str, template: str | None = None) -> None:
        self.execute(f'create database "{name}"' + (f' template "{template}"' if template else ""))

    def drop_database(self, name: str) -> None:
        """Drop it, whoever is still connected; a database that is not there is fine."""
        self.execute(f'drop database if exists "{name}" with (force)')

    @contextmanager
    def fresh_database(self, template: str | None = None) -> Iterator[str]:
        """Lend the URL of a new database, and drop it afterwards."""
        name = f"monitor_test_{uuid.uuid4().hex[:12]}"
        self.create_database(name, template)
        try:
            yield self.url(name)
        finally:
            self.recover()
            self.drop_database(name)

    def backends(self, database: str) -> list[Backend]:
        """Return the connections of all clients of this database but our own."""
        rows = self.execute(
            f"select pid, state, query, application_name {OTHER_CLIENTS} order by pid", database
        )
        return [Backend(*row) for row in rows]

    def kill_backends(self, database: str) -> int:
        """Terminate what `backends` shows, and see it gone; return how many there were."""
        rows = self.execute(f"select pid, pg_terminate_backend(pid) {OTHER_CLIENTS}", database)
        killed = {pid for pid, _ in rows}
        deadline = time.monotonic() + STOP_S
        while alive := killed.intersection(backend.pid for backend in self.backends(database)):
            assert time.monotonic() < deadline, f"backends {alive} do not end"
            time.sleep(0.01)
        return len(killed)

    def recover(self) -> None:
        """Bring the server back after a test has broken it; nothing to do for one not ours."""


class ThrowawayPostgres(PostgresServer):
    """A server of our own, with data in a temporary folder: stop it, kill it, freeze it.

    It listens on 127.0.0.1 and on a unix socket in `home`, trusts everybody, and keeps its port
    over restarts. It dies with us, even if we are killed.
    """

    def __init__(self, bin_dir: Path | None = None) -> None:
        super().__init__("")
        self.home = Path(tempfile.mkdtemp(prefix="monitor-pg-"))
        self._data = self.home / "data"
        self._log = self.home / "server.log"
        self._bin_dir = bin_dir
        self._binaries: Binaries | None = None
        self._postmaster: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start, with the data and on the port of the last time; return when it takes clients."""
        first_time = self._binaries is None
        if self._binaries is None:
            self._binaries = Binaries(self.home, self._bin_dir)
            self._binaries.run(
                *("initdb", "--pgdata", self._data, "--username", "postgres", "--no-sync"),
                *("--auth", "trust", "--encoding", "UTF8", "--locale", "C"),
            )
        for _ in range(10):
            if first_time:
                self._port = _free_port()
            if self._launched(self._binaries):
                self._admin_url = f"postgresql://postgres@127.0.0.1:{self._port}/postgres"
                return
            if "could not bind" not in self._log.read_text(errors="replace"):
                break
            time.sleep(0.1)
        raise NoPostgresError(f"PostgreSQL did not start: {self._log.read_text(errors='replace')}")

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """End it with its connections; `immediate` leaves like a crash, without a checkpoint."""
        self.thaw()
        if self._postmaster is not None:
            self._postmaster.send_signal(signal.SIGINT if mode == "fast" else signal.SIGQUIT)
            try:
                self._postmaster.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._postmaster.kill()
                self._postmaster.wait()
            self._postmaster = None
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
            self._guard = None

    def restart(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        self.stop(mode)
        self.start()

    def recover(self) -> None:
        self.thaw()
        if self._postmaster is None or self._postmaster.poll() is not None:
            self.restart()

    def close(self) -> None:
        """Stop it and remove its files."""
        self.stop("immediate")
        shutil.rmtree(self.home, ignore_errors=True)

    def freeze(self) -> None:
        """Let it fall silent with all connections open, as a stuck disk or a suspended VM does."""
        for process in self._family():
            with suppress(psutil.NoSuchProcess):
                process.suspend()

    def thaw(self) -> None:
        for process in self._family():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    @property
    def child_pids(self) -> set[int]:
        """The children of ours that make up this server."""
        return {child.pid for child in (self._postmaster, self._guard) if child is not None}

    def _family(self) -> Iterator[psutil.Process]:
        """Give the postmaster, then its children: once stopped it can start no more of them."""
        if self._postmaster is not None and self._postmaster.poll() is None:
            postmaster = psutil.Process(self._postmaster.pid)
            yield postmaster
            yield from postmaster.children(recursive=True)

    def _launched(self, binaries: Binaries) -> bool:
        """Start the postmaster; return False if it gave up, with the reason in the log."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self._port,
            "unix_socket_directories": self.home,
            "max_connections": 120,
            # Neither matters while the operating system lives: a commit that was acknowledged
            # outlives a killed server all the same.
            "fsync": "off",
            "full_page_writes": "off",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        self._postmaster = binaries.start("postgres", "-D", self._data, *options, log=self._log)
        # Its standard input ends when we do, however that comes about.
        self._guard = subprocess.Popen(
            ["sh", "-c", 'read -r _; kill -QUIT "$0"', str(self._postmaster.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_S
        while self._postmaster.poll() is None and time.monotonic() < deadline:
            if self._says_ready(self._postmaster.pid):
                return True
            time.sleep(0.01)
        self.stop("immediate")
        return False

    def _says_ready(self, pid: int) -> bool:
        """Read the status that the postmaster keeps in its lock file, as pg_ctl does."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _free_port() -> int:
    """Find a free port below those the system gives to clients.

    One of theirs could be taken while the server is down, even by a client that tries to reach
    the server and so connects to itself.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
