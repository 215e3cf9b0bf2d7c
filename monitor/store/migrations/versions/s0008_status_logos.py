"""Logos of status pages."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "status_logo",
        sa.Column("page", sa.Text, primary_key=True),
        sa.Column("data", sa.Text, nullable=False),
    )
