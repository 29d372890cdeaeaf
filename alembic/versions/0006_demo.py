"""Which tasks and busy times the demo week has brought, so that it can be taken away again."""

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("tasks", "events")
COLUMNS = {"tasks": "is_demo", "events": "is_demo", "preferences": "has_demo"}


def upgrade() -> None:
    for name, column in COLUMNS.items():
        op.add_column(name, sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))
    # The default was for the rows that were there; new rows get theirs from the models.
    for name, column in COLUMNS.items():
        with op.batch_alter_table(name) as table:
            table.alter_column(column, server_default=None)
    for name in TABLES:
        op.create_index(
            f"ix_{name}_demo", name, ["user_id"], sqlite_where=sa.text("is_demo"), postgresql_where=sa.text("is_demo")
        )


def downgrade() -> None:
    for name in TABLES:
        op.drop_index(f"ix_{name}_demo", table_name=name)
    for name, column in COLUMNS.items():
        with op.batch_alter_table(name) as table:
            table.drop_column(column)
