"""Another program at the same database: it judges what we did, and changes what we watch.

It shares no code with the product, and it blocks: its answers take a millisecond.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import asyncpg

Row = tuple[Any, ...]


class Outsider(Protocol):
    """A connection of somebody else."""

    def ask(self, sql: str) -> list[Row]:
        """Run one statement and commit it."""

    def traces(self) -> list[str]:
        """Name what others have left at the database that must not be there between units."""

    def connections(self) -> int | None:
        """Count the connections of others; None where the database does not know."""


class SqliteOutsider:
    """A second program with the same file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=0)

    def ask(self, sql: str) -> list[Row]:
        return self._connection.execute(sql).fetchall()

    def traces(self) -> list[str]:
        try:
            self.ask("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return ["the file is still locked for writing"]
        self.ask("ROLLBACK")
        return []

    def connections(self) -> int | None:
        return None

    def close(self) -> None:
        self._connection.close()


class PostgresOutsider:
    """A client on a thread and a loop of its own, so that it answers while ours stands still."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.SelectorEventLoop()  # whatever policy trio-asyncio has set
        self._thread = threading.Thread(target=self._loop.run_forever, name="outsider")
        self._thread.start()
        try:
            self._connection = self._run(asyncpg.connect(url, timeout=10))
        except BaseException:
            self._end()
            raise

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def ask(self, sql: str) -> list[Row]:
        return [tuple(row) for row in self._run(self._connection.fetch(sql))]

    def states(self) -> list[Row]:
        """Return (pid, state, last statement) of every other client of this database."""
        return self.ask(
            "SELECT pid, state, query FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )

    def traces(self) -> list[str]:
        return [
            f"back end {pid} is {state} after {query!r}"
            for pid, state, query in self.states()
            if state != "idle"
        ]

    def connections(self) -> int | None:
        return len(self.states())

    def close(self) -> None:
        self._run(self._connection.close(timeout=5))
        self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def open_outsider(url: str) -> Iterator[SqliteOutsider | PostgresOutsider]:
    """Connect to the database of a URL as `monitor.store.address` reads it."""
    outsider: SqliteOutsider | PostgresOutsider
    if url.startswith("sqlite:///"):
        outsider = SqliteOutsider(Path(url.removeprefix("sqlite:///")))
    else:
        outsider = PostgresOutsider(url)
    try:
        yield outsider
    finally:
        outsider.close()


def tables(outsider: Outsider) -> set[str]:
    """Name the tables of a database."""
    if isinstance(outsider, PostgresOutsider):
        found = outsider.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    else:
        found = outsider.ask("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name for (name,) in found if not name.startswith("sqlite_")}
