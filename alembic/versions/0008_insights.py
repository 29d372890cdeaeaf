"""Looking back over a year: work by its end, and deadlines by their date."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_tasks_user_id_deadline_at", "tasks", ["user_id", "deadline_at"])
    op.create_index("ix_time_entries_user_id_ended_at", "time_entries", ["user_id", "ended_at"])


def downgrade() -> None:
    op.drop_index("ix_time_entries_user_id_ended_at", "time_entries")
    op.drop_index("ix_tasks_user_id_deadline_at", "tasks")
