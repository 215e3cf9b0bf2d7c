"""Watched jobs send pings."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import Id, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "ping",
        sa.Column("task_id", Id, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("at", Moment, primary_key=True),
        sa.Column("exit_code", sa.Integer),
        sa.Column("rid", sa.Text),
        sa.Column("run_s", sa.Double),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
    )
