"""One unit of work for a command: the database opened, and a task found."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor.core.failures import DatabaseAway
from monitor.core.model import WatchedTask
from monitor.core.ports import Session
from monitor.settings import Settings

if TYPE_CHECKING:
    from monitor.store.bridge import Limits
    from monitor.store.sql import SqlStore


def now() -> datetime:
    """Return the present moment; a command that ends at once needs no better clock."""
    return datetime.now(UTC)


def make_data_dir(settings: Settings) -> None:
    """Make the data directory if the database is to lie there.

    Raises:
        DatabaseAway: it cannot be made.
    """
    if settings.database is not None:
        return
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise DatabaseAway(
            f"the data directory {settings.data_dir} cannot be made: {why}"
        ) from error


@contextmanager
def borrowed_data_dir(settings: Settings) -> Iterator[None]:
    """Have the data directory there, and take it away again if it was not there and is empty."""
    was_there = settings.data_dir.exists()
    make_data_dir(settings)
    try:
        yield
    finally:
        if not was_there:
            with suppress(OSError):
                settings.data_dir.rmdir()


@asynccontextmanager
async def open_database(
    settings: Settings, *, make: bool = False, limits: "Limits | None" = None
) -> AsyncIterator["SqlStore"]:
    """Open a database whose schema is the one we work with.

    Args:
        settings: say which.
        make: make what is not there yet: the data directory, the file, the tables. A schema that
            is there is never changed: an older program may be working with it.
        limits: how long the database may take.

    Raises:
        StoreError: it is not there, cannot be reached or is of another schema.
    """
    from monitor.store import migrations
    from monitor.store.sql import open_store

    address = settings.address
    if make:
        make_data_dir(settings)
    elif address.is_sqlite:
        expect_file(settings)
    async with open_store(address, now, limits=limits, upgrade=False) as store:
        found = await store.schema()
        if found is None and make:
            await store.upgrade()
        else:
            migrations.check(found)
        yield store


def expect_file(settings: Settings) -> None:
    """Raise DatabaseAway if there is no database file; a question must not make one."""
    path = settings.address.path
    ours = settings.database is None  # then `run` makes its directory too
    if not path.exists() and (ours or path.parent.is_dir()):
        raise DatabaseAway(f"there is no file {path} yet; `monitor run` makes it")


@asynccontextmanager
async def open_session(settings: Settings, *, make: bool = False) -> AsyncIterator[Session]:
    """Open a database for a few units of work; changes are written down. See `open_database`."""
    from monitor.cli.whoami import signed_by_typist

    async with (
        open_database(settings, make=make) as store,
        store.session("command line") as session,
    ):
        yield signed_by_typist(session, now)


async def find_task(session: Session, wanted: str) -> WatchedTask:
    """Return the task of that name or id.

    Raises:
        NoSuchTask: naming the one that was probably meant.
    """
    from monitor.operations.tasks import chosen_task

    return chosen_task(await session.fleet(), wanted)
