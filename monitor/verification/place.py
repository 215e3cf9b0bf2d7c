"""A place of its own on the user's database server: a file beside theirs, or a schema.

The user's own tables are never touched, and nothing stays behind: not after an error, not when
cancelled.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import trio

from monitor.core.describe import describe
from monitor.core.failures import StoreError, StoreRefused
from monitor.store.address import Address
from monitor.store.bridge import open_bridge
from monitor.verification.outside import apart, execute

_REMOVAL_S = 10.0


@asynccontextmanager
async def open_place(given: Address) -> AsyncIterator[Address]:
    """Make an empty place and yield its address; it is removed on leaving.

    On PostgreSQL its connections bear a name that no other program's do.

    Raises:
        DatabaseAway: the server cannot be reached.
        StoreRefused: this role may not create a schema.
        StoreError: the place could not be removed; the message names it.
    """
    token = secrets.token_hex(4)
    if given.is_sqlite:
        path = given.path.with_name(f"{given.path.name}.verify-{token}.db")
        try:
            yield attrs.evolve(given, url=given.url.set(database=str(path)))
        finally:
            _remove_file(path)
        return
    schema = f"monitor_verify_{token}"
    await _create(given, schema)
    try:
        yield attrs.evolve(given, schema=schema, application=f"monitor verify {token}")
    finally:
        await _drop(given, schema)


async def _create(given: Address, schema: str) -> None:
    with trio.CancelScope(shield=True):  # bounded by the bridge; a schema half made is made
        try:
            await _apart(given, f'CREATE SCHEMA "{schema}"')
        except StoreRefused as error:
            raise StoreRefused(
                f"`monitor verify` works in a schema of its own, and this role may not create one "
                f"({error}); allow it with GRANT CREATE ON DATABASE {given.url.database} "
                f"TO {given.url.username}"
            ) from error


async def _drop(given: Address, schema: str) -> None:
    try:
        with trio.fail_after(_REMOVAL_S, shield=True):
            await _apart(given, f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
    except (StoreError, trio.TooSlowError) as error:
        raise StoreError(
            f"the schema {schema} could not be removed, drop it by hand: {describe(error)}"
        ) from error


async def _apart(given: Address, statement: str) -> None:
    async def work() -> None:
        async with open_bridge(attrs.evolve(given, schema=None)) as bridge:
            await execute(bridge, statement)

    await apart(work)


def _remove_file(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
