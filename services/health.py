"""Whether the database can be worked with: it answers, and its tables are those of this version."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from db import Database, reason_of
from errors import AppError
from migrations import head_revision

PATIENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and what to do, in a sentence for everybody; and what the database said, for the log alone."""

    sentence: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.sentence} ({self.reason})" if self.reason else self.sentence


UNMIGRATED = Problem("The database is not migrated to this version. Run `python cli.py migrate`.")


async def database_problem(database: Database) -> Problem | None:
    """What is wrong, or None. Whoever asks says it: nothing of it is in the log yet."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), database.read_scope(is_logged=False) as session:
            connection = await session.connection()
            has_revision = await connection.run_sync(lambda plain: inspect(plain).has_table("alembic_version"))
            revision = await session.scalar(text("SELECT version_num FROM alembic_version")) if has_revision else None
    except (AppError, SQLAlchemyError, TimeoutError) as error:
        sentence = "The database cannot be reached. Check DATABASE_URL, and that the server runs."
        return Problem(sentence, reason_of(error.__cause__ or error))
    return None if revision == head_revision() else UNMIGRATED
