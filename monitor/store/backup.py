"""A backup that does not care which database it came from: lines of JSON, packed by gzip.

    {"format": "monitor backup", "version": 1, "schema": "0001", "tables": {"task": ["id", ...]},
     "last_id": 7, "created_at": "..."}
    ["task", 1, "shop", ...]
    ...
    {"end": {"task": 1, ...}}

The last line counts the rows of each table, so a file that was cut short is found out. All rows
are of one moment: they are read inside one transaction.
"""

import gzip
import json
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.core.access.people import Deed
from monitor.core.counting import counted
from monitor.store import access_rows, backup_rows, migrations, tables
from monitor.store.access_tables import deed
from monitor.store.backed_up import BACKED_UP
from monitor.store.backup_rows import BadBackup
from monitor.store.bridge import WRITE, Limits
from monitor.store.sql import SqlStore

FORMAT = "monitor backup"
VERSION = 1

_CHUNK = 2000
"""Rows in memory at once."""


class CannotWrite(Exception):
    """The backup file could not be written; the message says why. Nothing of it is left."""


def patient(*, sqlite: bool) -> Limits:
    """Return limits for work that reads or writes everything there is.

    On SQLite the statement's limit is how long we wait for a lock, and that stays as it is.
    """
    day_s = 86400.0
    if sqlite:
        return Limits(unit_s=day_s)
    return Limits(unit_s=day_s, statement_s=3600.0, command_s=3660.0)


# --- out -----------------------------------------------------------------------------------------


async def back_up(store: SqlStore, path: Path, created_at: datetime) -> Counter[str]:
    """Write everything worth keeping to a file, replacing it; return rows by table.

    The file is readable by its owner only: targets and options may hold secrets. It appears
    under its name when it is complete.

    Raises:
        CannotWrite: the disk is full, the directory is missing.
        StoreError: the database.
    """

    async def unit() -> Counter[str]:
        async with store.bridge.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            async with connection.begin():
                with _lines_to(path) as put:
                    return await _write(connection, put, created_at)

    return await store.bridge.cross(unit)


@contextmanager
def _lines_to(path: Path) -> Iterator[Any]:
    """Give a function that writes one JSON line; the file is in place only after good order."""
    part = path.with_name(path.name + ".part")
    try:
        with suppress(FileNotFoundError):
            part.unlink()
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as raw:
            with gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:

                def put(document: Any) -> None:
                    line = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
                    packed.write(line.encode() + b"\n")

                yield put
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(path)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise CannotWrite(f"the backup {path} cannot be written: {why}") from error
    finally:
        with suppress(OSError):
            part.unlink()


async def _write(connection: AsyncConnection, put: Any, created_at: datetime) -> Counter[str]:
    put(
        {
            "format": FORMAT,
            "version": VERSION,
            "schema": migrations.HEAD,
            "tables": {table.name: list(table.c.keys()) for table in BACKED_UP},
            "last_id": await _last_id(connection),
            "created_at": created_at.isoformat(),
        }
    )
    counts: Counter[str] = Counter({table.name: 0 for table in BACKED_UP})
    for table in BACKED_UP:
        rows = await connection.stream(select(table))
        async for chunk in rows.partitions(_CHUNK):
            for row in chunk:
                put([table.name, *backup_rows.written(row)])
            counts[table.name] += len(chunk)
    put({"end": dict(counts)})
    return counts


async def _last_id(connection: AsyncConnection) -> int:
    """Return the highest task id ever given; none is given twice, also after a restore."""
    if connection.dialect.name == "postgresql":
        query = "SELECT pg_sequence_last_value(pg_get_serial_sequence('task', 'id')::regclass)"
    else:
        query = "SELECT seq FROM sqlite_sequence WHERE name = 'task'"
    return int(await connection.scalar(text(query)) or 0)


# --- in ------------------------------------------------------------------------------------------


Sign = Callable[[Mapping[str, Any]], Deed]
"""Makes what is written down of a restoration, of what is known of the backup."""


async def restore(store: SqlStore, path: Path, sign: Sign) -> Counter[str]:
    """Read a backup into an empty database, all of it or nothing; return rows by table.

    That it was done is written down in the restored database, in the same transaction.

    Raises:
        BadBackup: the file is none, is damaged, or does not fit; naming file and line. Or the
            database is not empty.
        StoreError: the database.
    """

    async def unit() -> Counter[str]:
        async with store.bridge.engine.connect() as connection:
            await connection.execution_options(**{WRITE: True})
            async with connection.begin():
                await _expect_empty(connection)
                return await _read(connection, path, sign)

    return await store.bridge.cross(unit)


async def _expect_empty(connection: AsyncConnection) -> None:
    for table in BACKED_UP:
        if table is tables.node:
            continue  # that somebody ran on it does no harm
        count = await connection.scalar(select(func.count()).select_from(table))
        if count:
            raise BadBackup(
                f"the database is not empty, its table {table.name} has {counted(count, 'row')}; "
                "restore into a new one"
            )


async def _read(connection: AsyncConnection, path: Path, sign: Sign) -> Counter[str]:
    lines = _lines_of(path)
    where, header = next(lines, (str(path), None))
    last_id, known = _check_header(where, header)
    counts: Counter[str] = Counter(dict.fromkeys(known, 0))
    chunk: list[dict[str, Any]] = []
    filling: Table | None = None
    end: dict[str, int] | None = None
    for where, document in lines:
        if end is not None:
            raise BadBackup(f"{where}: something follows the end of the backup")
        if isinstance(document, dict) and "end" in document:
            end = document["end"]
            continue
        table, values = backup_rows.read(where, document, known)
        if table is tables.node:  # whoever ran on the other database does not run on this one
            values |= {"stopped_at": values["stopped_at"] or values["beat_at"], "sessions": {}}
        if filling is not None and (table is not filling or len(chunk) == _CHUNK):
            await _insert(connection, filling, chunk, where)
            chunk = []
        filling = table
        chunk.append(values)
        counts[table.name] += 1
    if filling is not None:
        await _insert(connection, filling, chunk, where)
    if end != dict(counts):
        raise BadBackup(
            f"{where}: the backup is not complete, it ends before all rows were written"
            if end is None
            else f"{where}: the backup holds other rows than its last line counts"
        )
    await _expect_states(connection, path)
    await _go_on_counting(connection, last_id)
    facts = {
        "backed_up_at": (header or {}).get("created_at"),
        "rows": counts.total(),
        "tasks": counts["task"],
    }
    await connection.execute(insert(deed).values(access_rows.deed_values(sign(facts))))
    return counts


def _lines_of(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the place and the document of each line."""
    number = 0
    try:
        with gzip.open(path, "rb") as packed:
            for number, line in enumerate(packed, 1):
                yield f"{path}, line {number}", json.loads(line)
    except (gzip.BadGzipFile, zlib.error) as error:
        if not number:
            raise BadBackup(f"{path} is not a backup of monitor") from error
        raise BadBackup(f"{path}, after line {number}: the file is damaged ({error})") from error
    except EOFError as error:
        raise BadBackup(f"{path}, after line {number}: the file ends too early") from error
    except ValueError as error:
        raise BadBackup(f"{path}, line {number}: this is not a line of a backup") from error
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise BadBackup(f"the backup {path} cannot be read: {why}") from error


def _check_header(where: str, header: Any) -> tuple[int, dict[str, list[Column[Any]]]]:
    """Return the highest task id ever given and the columns, if this program can read them."""
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise BadBackup(f"{where}: this is not a backup of monitor")
    if header.get("version") != VERSION:
        raise BadBackup(f"{where}: this program reads version {VERSION} of backups only")
    if header.get("schema") not in migrations.KNOWN:
        raise BadBackup(
            f"{where}: the backup is of schema {header.get('schema')}, this program works with "
            f"{migrations.HEAD}; restore it with the program that wrote it"
        )
    columns = backup_rows.columns_of(header.get("tables"), BACKED_UP)
    last_id = header.get("last_id")
    if columns is None or not isinstance(last_id, int):
        raise BadBackup(f"{where}: the tables of the backup are not those of its schema")
    return last_id, columns


async def _insert(
    connection: AsyncConnection, table: Table, chunk: list[dict[str, Any]], where: str
) -> None:
    try:
        await connection.execute(insert(table), chunk)
    except IntegrityError as error:
        raise BadBackup(
            f"{where}: one of the rows of {table.name} right before it cannot be stored: "
            f"{error.orig}"
        ) from error


async def _expect_states(connection: AsyncConnection, path: Path) -> None:
    """Refuse tasks without a state, and the other way round: nobody would ever see them."""
    task, state = tables.task, tables.task_state
    lone = await connection.scalar(
        select(func.coalesce(task.c.id, state.c.task_id))
        .select_from(task.join(state, task.c.id == state.c.task_id, full=True))
        .where(task.c.id.is_(None) | state.c.task_id.is_(None))
        .limit(1)
    )
    if lone is not None:
        raise BadBackup(f"{path}: task {lone} has no state, or the state has no task")


async def _go_on_counting(connection: AsyncConnection, last_id: int) -> None:
    """Make the next task get an id that none ever had, and other rows one that none has.

    SQLite sees by itself which ids are there; PostgreSQL does not.
    """
    numbered = [one for one in BACKED_UP if one.autoincrement_column is not None]
    if connection.dialect.name == "postgresql":
        for table in numbered:
            query = (
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) "
                f"FROM {table.name}"
            )
            await connection.execute(text(query))
    highest = await connection.scalar(select(func.max(tables.task.c.id)))
    last_id = max(last_id, highest or 0)
    if not last_id:
        return
    if connection.dialect.name == "postgresql":
        query = "SELECT setval(pg_get_serial_sequence('task', 'id'), :last)"
        await connection.execute(text(query), {"last": last_id})
        return
    changed = await connection.execute(
        text("UPDATE sqlite_sequence SET seq = :last WHERE name = 'task'"), {"last": last_id}
    )
    if not changed.rowcount:
        query = "INSERT INTO sqlite_sequence (name, seq) VALUES ('task', :last)"
        await connection.execute(text(query), {"last": last_id})
