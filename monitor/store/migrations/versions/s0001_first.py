"""The first schema."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import Id, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables, and the triggers that count changes of tasks."""
    op.create_table(
        "task",
        sa.Column("id", Id, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("interval_s", sa.Double, nullable=False),
        sa.Column("timeout_s", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("retry_interval_s", sa.Double, nullable=False),
        sa.Column("recovery_confirmations", sa.Integer, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "task_state",
        sa.Column("task_id", Id, primary_key=True, autoincrement=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("since_at", Moment),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("standing_since_at", Moment),
        sa.Column("candidate", sa.Text),
        sa.Column("streak", sa.Integer, nullable=False),
        sa.Column("streak_since_at", Moment),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("incidents", sa.BigInteger, nullable=False),
        sa.Column("consecutive_errors", sa.Integer, nullable=False),
        sa.Column("last_slot_at", Moment),
        sa.Column("last_looked_at", Moment),
        sa.Column("next_check_at", Moment),
        sa.Column("lifecycle", sa.Text, nullable=False),
        sa.Column("recovery_attempts", sa.Integer, nullable=False),
        sa.Column("retry_at", Moment),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("changed_at", Moment),
    )
    op.create_table(
        "result",
        sa.Column("task_id", Id, primary_key=True, autoincrement=False),
        sa.Column("slot_at", Moment, primary_key=True),
        sa.Column("looked_at", Moment, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("phase", sa.Text),
        sa.Column("duration_s", sa.Double, nullable=False),
        sa.Column("timings", sa.JSON, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_table(
        "transition",
        sa.Column("task_id", Id, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_table(
        "incident",
        sa.Column("task_id", Id, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("confirmed_at", Moment, nullable=False),
        sa.Column("closed_at", Moment),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_table(
        "gap",
        sa.Column("task_id", Id, primary_key=True, autoincrement=False),
        sa.Column("from_at", Moment, primary_key=True),
        sa.Column("until_at", Moment, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("slots", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("at", Moment, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("task_id", Id, primary_key=True, autoincrement=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
    )
    op.create_index("event_by_task", "event", ["task_id", "at"])
    op.create_table(
        "request",
        sa.Column("id", Id, primary_key=True),
        sa.Column("task_id", Id, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
    )
    op.create_table(
        "node",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("beat_at", Moment, nullable=False),
        sa.Column("stopped_at", Moment),
        sa.Column("sessions", sa.JSON, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.execute("INSERT INTO revision (id, value) VALUES (1, 1)")
    if op.get_context().dialect.name == "postgresql":
        _count_on_postgresql()
    else:
        _count_on_sqlite()


def _count_on_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION monitor_tasks_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE revision SET value = value + 1 WHERE id = 1;
            PERFORM pg_notify('monitor_tasks', '');
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER task_changed AFTER INSERT OR UPDATE OR DELETE ON task "
        "FOR EACH STATEMENT EXECUTE FUNCTION monitor_tasks_changed()"
    )
    op.execute(
        "CREATE TRIGGER request_made AFTER INSERT ON request "
        "FOR EACH STATEMENT EXECUTE FUNCTION monitor_tasks_changed()"
    )
    # Rows that change with every look: leave room to update them in place.
    op.execute("ALTER TABLE task_state SET (fillfactor = 70)")


def _count_on_sqlite() -> None:
    changes = [("task", "INSERT"), ("task", "UPDATE"), ("task", "DELETE"), ("request", "INSERT")]
    for table, change in changes:
        op.execute(
            f"CREATE TRIGGER {table}_{change.lower()} AFTER {change} ON {table} "
            "BEGIN UPDATE revision SET value = value + 1 WHERE id = 1; END"
        )


def downgrade() -> None:
    """There is nothing before the first schema; restore a backup instead."""
    raise RuntimeError("the first schema cannot be downgraded; restore a backup instead")
