"""Counts of limits that several processes share."""

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_counts",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("period", sa.BigInteger(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("over_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_counts")),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Written with every request of the API, and not worth the disk's time: a crash of the database begins the counts anew.
        op.execute("ALTER TABLE rate_counts SET UNLOGGED")


def downgrade() -> None:
    op.drop_table("rate_counts")
