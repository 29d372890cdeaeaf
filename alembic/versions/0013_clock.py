"""By which clock a person reads times: 12 or 24 hours."""

import sqlalchemy as sa

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("preferences") as table:
        table.add_column(sa.Column("clock", sa.String(length=2)))
        table.create_check_constraint(op.f("ck_preferences_clock_known"), "clock IN ('12', '24')")


def downgrade() -> None:
    with op.batch_alter_table("preferences") as table:
        table.drop_constraint(op.f("ck_preferences_clock_known"), type_="check")
        table.drop_column("clock")
