"""Runs the migrations on the configured database, one process at a time."""

import asyncio

from sqlalchemy import Connection, text

from alembic import context
from config import get_settings
from db import Database
from models import Base

# Any constant; it keeps two processes that start together from migrating at once.
ADVISORY_LOCK = 0x4461796C6F6F6D


# What finds words is no table or index of the models: see migration 0007.
BESIDE_THE_MODELS = ("task_search", "ix_tasks_words")


def is_ours(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether the models know of it, so that the two may be compared."""
    return not (name or "").startswith(BESIDE_THE_MODELS)


def run(connection: Connection) -> None:
    """Migrate inside one transaction: SQLite's BEGIN IMMEDIATE or PostgreSQL's advisory lock lets one process in.

    SQLite changes a table by making it anew; with foreign keys on, dropping the old one would take all that refers to it. They
    are off meanwhile (a transaction cannot switch them), and checked at the end (https://sqlite.org/lang_altertable.html).
    """
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("PRAGMA busy_timeout=60000")  # who comes second waits for all of the first one's work
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        include_name=is_ours,
        render_as_batch=is_sqlite,
        transactional_ddl=True,  # Alembic leaves it off for SQLite, whose driver used to commit before a CREATE; ours does not
    )
    with context.begin_transaction():
        if not is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        context.run_migrations()
        if is_sqlite and (orphans := connection.execute(text("PRAGMA foreign_key_check")).all()):
            raise RuntimeError(f"The migration would leave rows that refer to nothing: {orphans[:5]}")


async def main() -> None:
    url = context.config.attributes.get("url") or get_settings().database_url
    database = Database(url, pool_size=1)
    try:
        async with database.writer.connect() as connection:
            await connection.run_sync(run)
    finally:
        await database.close()


asyncio.run(main())
