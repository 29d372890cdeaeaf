"""What a person's own words say: who read them, and constraints that are proposed, accepted or dismissed."""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "context_constraints",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("undo", sa.JSON()),
        sa.CheckConstraint("state IN ('proposed', 'accepted', 'dismissed')", name=op.f("ck_context_constraints_state_known")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_context_constraints_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_context_constraints")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_context_constraints_user_id_key")),
    )
    with op.batch_alter_table("global_contexts") as table:
        table.add_column(sa.Column("source", sa.String(length=16)))
        table.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("left", sa.JSON()))
        table.add_column(sa.Column("needs_reading", sa.Boolean(), nullable=False, server_default=sa.false()))
    # The defaults were for the rows that were there; new rows get theirs from the models.
    with op.batch_alter_table("global_contexts") as table:
        table.alter_column("note", server_default=None)
        table.alter_column("needs_reading", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("global_contexts") as table:
        for name in ("needs_reading", "left", "note", "source"):
            table.drop_column(name)
    op.drop_table("context_constraints")
