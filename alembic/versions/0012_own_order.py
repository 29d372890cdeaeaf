"""A person's own order of their tasks; those that are there begin with the newest on top, as they were listed."""

import sqlalchemy as sa

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

IN_SIGHT = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    # Not in a batch: that would make `tasks` anew, without what follows its words (see 0007).
    op.add_column("tasks", sa.Column("rank", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE tasks SET rank = -65536 * id")
    where = {"sqlite_where": IN_SIGHT, "postgresql_where": IN_SIGHT}
    op.create_index("ix_tasks_listed_rank", "tasks", ["user_id", "status", "rank", "id"], **where)


def downgrade() -> None:
    op.drop_index("ix_tasks_listed_rank", table_name="tasks")
    op.drop_column("tasks", "rank")
