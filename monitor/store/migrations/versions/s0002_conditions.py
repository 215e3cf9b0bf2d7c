"""Tasks have conditions, and know whether a configuration file made them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; tasks that are there already have no conditions and no file."""
    op.add_column("task", sa.Column("expect", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("task", sa.Column("degraded", sa.JSON, nullable=False, server_default="[]"))
    for name in ("invert", "from_file"):
        op.add_column(
            "task", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
        )
