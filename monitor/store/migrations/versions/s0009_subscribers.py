"""Subscribers of status pages, and the letters to them."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("lang", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("confirmed_at", Moment),
    )
    op.create_index("subscriber_once", "subscriber", ["page", "way", "address"], unique=True)
    op.create_table(
        "letter",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("subscriber", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("about", sa.JSON, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("next_at", Moment, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_index("letter_by_subscriber", "letter", ["subscriber"])
    op.create_index("letter_by_state", "letter", ["state", "attempts", "next_at"])
