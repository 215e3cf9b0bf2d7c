"""The steps from one schema to the next, run by the program itself.

Every step runs inside one transaction, under a lock: of two programs that start at once, one
migrates and the other finds it done. A program refuses a schema newer than itself.
"""

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from monitor.core.failures import SchemaMismatch

if TYPE_CHECKING:
    from sqlalchemy import Connection

KNOWN = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
"""The schemas this program knows, oldest first; the last is the one it works with. Kept here
because asking Alembic costs a second of start-up."""

HEAD = KNOWN[-1]

_LOCK = 7_220_181_193_440_127
"""Key of the advisory lock; any number that nobody else uses."""


def current(connection: "Connection") -> str | None:
    """Return the schema of a database, None if it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def lock(connection: "Connection") -> None:
    """Make others that want to migrate wait until we are done (on SQLite our lock does that)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def check(found: str | None) -> None:
    """Raise SchemaMismatch unless `found` is the schema this program works with."""
    if found == HEAD:
        return
    if found is None:
        raise SchemaMismatch("the database is empty; create its tables with `monitor db upgrade`")
    if found in KNOWN:
        raise SchemaMismatch(
            f"the database has schema {found}, this program needs {HEAD}; run `monitor db upgrade`"
        )
    raise SchemaMismatch(
        f"the database has schema {found}, which is newer than this program knows ({HEAD}); "
        "upgrade the program"
    )


def upgrade(connection: "Connection") -> str | None:
    """Bring the database to HEAD, inside the connection's transaction.

    Returns the schema found before. Raises SchemaMismatch if it is newer than this program.
    """
    from alembic import command
    from alembic.config import Config

    lock(connection)
    found = current(connection)
    if found == HEAD:
        return found
    if found is not None and found not in KNOWN:
        check(found)

    config = Config()
    config.set_main_option("script_location", "monitor:store/migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return found
