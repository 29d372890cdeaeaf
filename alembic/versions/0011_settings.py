"""What a person wants the planner to weigh less or more, and of what they want to be reminded."""

import sqlalchemy as sa

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TASTES = ("taste_deadlines", "taste_importance", "taste_times", "taste_calm")
NEW = (*TASTES, "remind_minutes", "tells_risks")


def upgrade() -> None:
    with op.batch_alter_table("preferences") as table:
        for name in TASTES:
            table.add_column(sa.Column(name, sa.String(length=16), nullable=False, server_default="normal"))
        table.add_column(sa.Column("remind_minutes", sa.Integer()))
        table.add_column(sa.Column("tells_risks", sa.Boolean(), nullable=False, server_default=sa.false()))
    # The defaults were for the rows that were there; new rows get theirs from the models.
    with op.batch_alter_table("preferences") as table:
        for name in (*TASTES, "tells_risks"):
            table.alter_column(name, server_default=None)
        for name in TASTES:
            table.create_check_constraint(op.f(f"ck_preferences_{name}_known"), f"{name} IN ('less', 'normal', 'more')")
        table.create_check_constraint(op.f("ck_preferences_remind_range"), "remind_minutes BETWEEN 0 AND 60")


def downgrade() -> None:
    with op.batch_alter_table("preferences") as table:
        table.drop_constraint(op.f("ck_preferences_remind_range"), type_="check")
        for name in TASTES:
            table.drop_constraint(op.f(f"ck_preferences_{name}_known"), type_="check")
        for name in NEW:
            table.drop_column(name)
