"""Status pages, and what is written on them about incidents."""

import sqlalchemy as sa
from alembic import op

from monitor.store.columns import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "status_page",
        sa.Column("slug", sa.Text, primary_key=True),
        sa.Column("from_file", sa.Boolean, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
    )
    op.create_table(
        "status_post",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )
    op.create_index("status_post_by_page", "status_post", ["page", "id"])
