"""Recurring tasks, and how a person writes dates."""

import sqlalchemy as sa

from alembic import op
from db import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("is_timed", sa.Boolean(), nullable=False),
        sa.Column("earliest_minutes", sa.Integer()),
        sa.Column("deadline_minutes", sa.Integer()),
        sa.Column("due_at", UTCDateTime(timezone=True)),
        sa.Column("ended_at", UTCDateTime(timezone=True)),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_series_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    op.create_index("ix_series_user_id", "series", ["user_id"])
    op.create_index("ix_series_due_at", "series", ["due_at"])
    with op.batch_alter_table("tasks") as table:
        table.add_column(sa.Column("series_id", ID))
        table.add_column(sa.Column("occurs_at", sa.DateTime()))
        table.create_foreign_key(op.f("fk_tasks_series_id"), "series", ["series_id"], ["id"], ondelete="SET NULL")
        table.create_unique_constraint(op.f("uq_tasks_series_id_occurs_at"), ["series_id", "occurs_at"])
    with op.batch_alter_table("preferences") as table:
        table.add_column(sa.Column("day_first", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("preferences") as table:
        table.alter_column("day_first", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("preferences") as table:
        table.drop_column("day_first")
    with op.batch_alter_table("tasks") as table:
        table.drop_constraint(op.f("uq_tasks_series_id_occurs_at"), type_="unique")
        table.drop_constraint(op.f("fk_tasks_series_id"), type_="foreignkey")
        table.drop_column("occurs_at")
        table.drop_column("series_id")
    op.drop_index("ix_series_due_at", "series")
    op.drop_index("ix_series_user_id", "series")
    op.drop_table("series")
