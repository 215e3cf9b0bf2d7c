"""Receipts of requests with a key; indexes of lists that are read a page at a time."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the indexes."""
    op.create_table(
        "receipt",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("receipt_by_moment", "receipt", ["at"])
    op.create_index("incident_by_opening", "incident", ["opened_at", "task_id", "number"])
    op.create_index(
        "incident_open",
        "incident",
        ["opened_at"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("notice_by_moment", "notice", ["at", "key", "channel"])
    op.create_index("notice_by_state", "notice", ["state", "at"])
    op.create_index("notice_by_channel", "notice", ["channel", "at"])
    op.create_index("event_by_kind", "event", ["kind", "at"])
