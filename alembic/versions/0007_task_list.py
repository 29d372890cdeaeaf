"""The list of all tasks: indexes for its orders, full text, and filters that a person keeps."""

import sqlalchemy as sa

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IN_SIGHT = sa.text("deleted_at IS NULL")
KEYS = {"": (), "_due": ("deadline_at",), "_importance": ("importance",), "_priority": ("priority",), "_title": ("title",)}

# SQLite: the words are kept beside the table and follow it. `task_search` reads the texts themselves from `tasks`.
TABLE = "CREATE VIRTUAL TABLE task_search USING fts5(title, context, content='tasks', content_rowid='id', prefix='1 2 3')"
FORGET = "INSERT INTO task_search(task_search, rowid, title, context) VALUES ('delete', old.id, old.title, old.context);"
LEARN = "INSERT INTO task_search(rowid, title, context) VALUES (new.id, new.title, new.context);"
TRIGGERS = {
    "task_search_insert": f"AFTER INSERT ON tasks BEGIN {LEARN} END",
    "task_search_delete": f"AFTER DELETE ON tasks BEGIN {FORGET} END",
    "task_search_update": f"AFTER UPDATE OF title, context ON tasks BEGIN {FORGET} {LEARN} END",
}
# PostgreSQL: an index of the words, which `repositories.task_search` asks in the same terms.
WORDS = r"""to_tsvector('simple', translate(title || ' ' || context, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))"""


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, key in KEYS.items():
        columns = [sa.text("title COLLATE NOCASE") if is_sqlite and column == "title" else column for column in key]
        where = {"sqlite_where": IN_SIGHT, "postgresql_where": IN_SIGHT}
        op.create_index(f"ix_tasks_listed{name}", "tasks", ["user_id", "status", *columns, "id"], **where)
    if is_sqlite:
        op.execute(TABLE)
        for name, body in TRIGGERS.items():
            op.execute(f"CREATE TRIGGER {name} {body}")
        op.execute("INSERT INTO task_search(task_search) VALUES ('rebuild')")
    else:
        op.execute(f"CREATE INDEX ix_tasks_words ON tasks USING gin ({WORDS})")
    op.create_table(
        "saved_filters",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_filters_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_saved_filters_user_id_key")),
    )


def downgrade() -> None:
    op.drop_table("saved_filters")
    if op.get_bind().dialect.name == "sqlite":
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
        op.execute("DROP TABLE task_search")
    else:
        op.drop_index("ix_tasks_words", table_name="tasks")
    for name in KEYS:
        op.drop_index(f"ix_tasks_listed{name}", table_name="tasks")
