"""Runs the migrations on the configured database, one process at a time."""

import asyncio

from sqlalchemy import Connection, text

from alembic import context
from config import get_settings
from db import Database
from models import Base

# Any constant; it keeps two processes that start together from migrating at once.
ADVISORY_LOCK = 0x4461796C6F6F6D


def run(connection: Connection) -> None:
    """Migrate inside one transaction: SQLite's BEGIN IMMEDIATE or PostgreSQL's advisory lock lets one process in."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        context.run_migrations()


async def main() -> None:
    url = context.config.attributes.get("url") or get_settings().database_url
    database = Database(url, pool_size=1)
    try:
        async with database.writer.connect() as connection:
            await connection.run_sync(run)
    finally:
        await database.close()


asyncio.run(main())
