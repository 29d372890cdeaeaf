"""What a process needs of the database before it can work: the right tables, and somebody whose day it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config import Settings
from db import Database
from errors import AppError
from services import users
from services.door import Door
from services.health import database_problem
from services.sign_in import SignInService
from services.users import Person


@dataclass(frozen=True, slots=True)
class Beginning:
    """Whoever was here first, and the link that sets the instance up where nobody owns it yet (AUTH=accounts)."""

    person: Person
    setup_link: str | None


async def begin(database: Database, settings: Settings, now: datetime) -> Beginning | str:
    """Make ready what is missing. What keeps the database from it, in one line, when somebody else writes for long, say, or it
    goes away: then it is to be tried again."""
    if problem := await database_problem(database):
        return str(problem)
    try:
        async with database.session_scope() as session:
            person = await users.ensure_local_person(session, settings, now)
            link = await SignInService(Door(session, now, settings)).make_setup_link() if settings.has_accounts else None
    except AppError as error:
        return error.message
    return Beginning(person, link)
