"""Alerts: what tasks say about them, the outbox, channels, and what operators say meanwhile."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import Id, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SAYING = ("channel", "maintenance", "silence", "acknowledgement")
"""Tables whose changes the running monitor takes up."""


def upgrade() -> None:
    """Add the tables; tasks that are there already tell the default channels, if any."""
    for name, default in (("tags", "[]"), ("depends_on", "[]"), ("alerts", "{}")):
        op.add_column("task", sa.Column(name, sa.JSON, nullable=False, server_default=default))
    flaps = sa.Column("flaps", sa.Integer, nullable=False, server_default="0")
    op.add_column("task_state", flaps)
    op.add_column("task_state", sa.Column("flapping_since_at", Moment))
    op.create_table(
        "notice",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("since_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("task_id", Id, nullable=False),
        sa.Column("incident", sa.BigInteger),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("affected", sa.JSON, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("decided_at", Moment),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("due_at", Moment),
    )
    op.create_index("notice_by_thread", "notice", ["thread"])
    op.create_index("notice_by_task", "notice", ["task_id", "at"])
    for table in ("channel", "maintenance"):
        op.create_table(
            table,
            sa.Column("name", sa.Text, primary_key=True),
            sa.Column("from_file", sa.Boolean, nullable=False),
            sa.Column("data", sa.JSON, nullable=False),
        )
    op.create_table(
        "silence",
        sa.Column("id", Id, primary_key=True),
        sa.Column("from_at", Moment, nullable=False),
        sa.Column("until_at", Moment, nullable=False),
        sa.Column("selector", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "acknowledgement",
        sa.Column("task_id", Id, primary_key=True, autoincrement=False),
        sa.Column("incident", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("until_at", Moment),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )
    if op.get_context().dialect.name == "postgresql":
        for table in _SAYING:
            op.execute(
                f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION monitor_tasks_changed()"
            )
    else:
        for table in _SAYING:
            for change in ("INSERT", "UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_{change.lower()} AFTER {change} ON {table} "
                    "BEGIN UPDATE revision SET value = value + 1 WHERE id = 1; END"
                )
