"""The chat: its messages, and the cards that ask before something is done."""

import sqlalchemy as sa

from alembic import op
from db import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chat_messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reply_to_id", ID),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.CheckConstraint("author IN ('person', 'dayloom')", name=op.f("ck_chat_messages_author_known")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_chat_messages_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["reply_to_id"], ["chat_messages.id"], name=op.f("fk_chat_messages_reply_to_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_messages")),
        sa.UniqueConstraint("reply_to_id", name=op.f("uq_chat_messages_reply_to_id")),
    )
    op.create_index("ix_chat_messages_user_id_id", "chat_messages", ["user_id", "id"])
    op.create_table(
        "chat_cards",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("offers", sa.JSON(), nullable=False),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", UTCDateTime(timezone=True)),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.CheckConstraint("purpose IN ('confirm', 'choice', 'undo')", name=op.f("ck_chat_cards_purpose_known")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_chat_cards_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["chat_messages.id"], name=op.f("fk_chat_cards_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_cards")),
    )
    op.create_index("ix_chat_cards_message_id", "chat_cards", ["message_id"])
    op.create_index("ix_chat_cards_user_id_purpose", "chat_cards", ["user_id", "purpose"])


def downgrade() -> None:
    op.drop_table("chat_cards")
    op.drop_table("chat_messages")
