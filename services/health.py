"""Whether the database can be worked with: it answers, and its tables are those of this version."""

from __future__ import annotations

import asyncio

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from db import Database
from errors import AppError
from migrations import head_revision

PATIENCE_SECONDS = 3.0


async def database_problem(database: Database) -> str | None:
    """One sentence that says what is wrong and what to do, or None."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), database.read_scope() as session:
            await session.execute(text("SELECT 1"))
    except (AppError, SQLAlchemyError, TimeoutError):
        return "The database cannot be reached. Check DATABASE_URL, and that the server runs."
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), database.read_scope() as session:
            revision = await session.scalar(text("SELECT version_num FROM alembic_version"))
    except (AppError, SQLAlchemyError, TimeoutError):
        revision = None
    if revision != head_revision():
        return "The database is not migrated to this version. Run `python cli.py migrate`."
    return None
