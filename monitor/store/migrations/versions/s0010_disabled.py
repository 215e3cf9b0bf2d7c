"""A user may be disabled."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    disabled = sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("person", disabled)
