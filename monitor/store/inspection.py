"""Is a database in good order? Its schema, its tables as they really are, and its files."""

from sqlalchemy import Connection, text

from monitor.core.counting import counted
from monitor.store import migrations
from monitor.store.schema import metadata
from monitor.store.sql import SqlStore


async def inspect(store: SqlStore) -> list[str]:
    """Return what is wrong with a database, one sentence each, nothing if all is well.

    Raises:
        StoreError: it could not be asked.
    """

    async def unit() -> list[str]:
        async with store.bridge.engine.connect() as connection, connection.begin():
            return await connection.run_sync(_findings)

    return await store.bridge.cross(unit)


def _findings(connection: Connection) -> list[str]:
    found = migrations.current(connection)
    if found != migrations.HEAD:
        shown = "none" if found is None else found
        return [f"the schema is {shown}, this program works with {migrations.HEAD}"]
    return [*_differences(connection), *_states(connection), *_integrity(connection)]


def _differences(connection: Connection) -> list[str]:
    """Compare the tables with what the migrations should have made of them."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    opts = {"compare_type": True, "include_object": _is_ours}
    context = MigrationContext.configure(connection, opts=opts)
    return [f"the tables differ: {_plain(step)}" for step in compare_metadata(context, metadata)]


def _is_ours(_what: object, name: str | None, kind: str, _found: bool, _known: object) -> bool:
    """Leave alone the tables of others with whom we share a database."""
    return kind != "table" or name in metadata.tables


def _plain(step: object) -> str:
    """Write one of Alembic's steps, such as `add_table result`."""
    if isinstance(step, list):
        return "; ".join(_plain(one) for one in step)
    assert isinstance(step, tuple)
    names = [str(getattr(part, "name", part)) for part in step if part is not None]
    return " ".join(name for name in names if name != "{}")


def _states(connection: Connection) -> list[str]:
    """Look for tasks that nobody would ever see, because they have no state."""
    query = "SELECT count(*) FROM task WHERE id NOT IN (SELECT task_id FROM task_state)"
    lone = connection.execute(text(query)).scalar()
    if not lone:
        return []
    return [f"{counted(lone, 'task has', 'tasks have')} no state and cannot be watched"]


def _integrity(connection: Connection) -> list[str]:
    """Have SQLite read its whole file; PostgreSQL checks its pages when it reads them."""
    if connection.dialect.name != "sqlite":
        return []
    found = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check(10)"))]
    return [] if found == ["ok"] else [f"the file is damaged: {one}" for one in found]
