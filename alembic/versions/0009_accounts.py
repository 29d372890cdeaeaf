"""Accounts: who may sign in, the browsers in which they are, links, tokens of programs, and what was done about all of it."""

import sqlalchemy as sa

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)


def key(table: str) -> list[sa.schema.SchemaItem]:
    """An id that is the primary key."""
    return [sa.Column("id", ID, nullable=False), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def owned(table: str) -> list[sa.schema.SchemaItem]:
    """Whose row it is."""
    name = op.f(f"fk_{table}_user_id")
    return [
        sa.Column("user_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=name, ondelete="CASCADE"),
    ]


def secret(table: str) -> list[sa.schema.SchemaItem]:
    """The digest of a secret."""
    return [
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.UniqueConstraint("digest", name=op.f(f"uq_{table}_digest")),
    ]


def known(table: str, column: str, *words: str) -> sa.CheckConstraint:
    """The column holds one of these words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}_known"))


def upgrade() -> None:
    op.create_table(
        "accounts",
        *owned("accounts"),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=300)),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("signed_in_at", AT),
        sa.Column("disabled_at", AT),
        known("accounts", "role", "owner", "admin", "member"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    op.create_table(
        "sessions",
        *key("sessions"),
        *owned("sessions"),
        *secret("sessions"),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("seen_at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("browser", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
    )
    op.create_table(
        "sign_in_links",
        *key("sign_in_links"),
        *owned("sign_in_links"),
        *secret("sign_in_links"),
        sa.Column("meant_for", sa.String(length=16), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("used_at", AT),
        known("sign_in_links", "meant_for", "setup", "invite", "sign_in"),
    )
    op.create_table(
        "refresh_tokens",
        *key("refresh_tokens"),
        *owned("refresh_tokens"),
        *secret("refresh_tokens"),
        sa.Column("family", sa.String(length=32), nullable=False),
        sa.Column("began_at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("used_at", AT),
    )
    op.create_table(
        "api_tokens",
        *key("api_tokens"),
        *owned("api_tokens"),
        *secret("api_tokens"),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("hint", sa.String(length=8), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("seen_at", AT),
        known("api_tokens", "scope", "read", "write", "admin"),
    )
    op.create_table(
        "audit_entries",
        *key("audit_entries"),
        sa.Column("at", AT, nullable=False),
        sa.Column("user_id", ID),
        sa.Column("actor_id", ID),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_audit_entries_user_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_audit_entries_actor_id"), ondelete="SET NULL"),
    )
    for table in ("sessions", "sign_in_links", "refresh_tokens", "api_tokens", "audit_entries"):
        op.create_index(f"ix_{table}_user_id", table, ["user_id"])
    op.create_index("ix_refresh_tokens_family", "refresh_tokens", ["family"])


def downgrade() -> None:
    for table in ("audit_entries", "api_tokens", "refresh_tokens", "sign_in_links", "sessions", "accounts"):
        op.drop_table(table)
