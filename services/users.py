"""Who the person is: the one local person of an instance without accounts, with the defaults that a new person starts with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assistant.telling import Clock
from config import Settings
from db import AsyncSession
from models import HourSet, Preferences, User
from repositories.hours import HourRepository
from repositories.users import UserRepository
from services import model_settings

WORK = "Work"
DEFAULT_RANGES = tuple((0, weekday, 9 * 60, 17 * 60) for weekday in range(5))


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: their id, their IANA zone, whether a model is asked for them, whether they write 3/9 for 3 September, whether
    the demo week is there, whether open pages tell them of blocks or risks, and by which clock times are told (None: they have
    not said, so pages go by the browser's language, and all else has 24 hours)."""

    id: int
    zone: str
    uses_model: bool
    day_first: bool = False
    has_demo: bool = False
    is_told: bool = False
    clock: Clock | None = None


async def get_local_person(session: AsyncSession, settings: Settings) -> Person | None:
    """The one person of this instance, or None before the first start."""
    preferences = await UserRepository(session).get_first()
    return person_of(preferences, settings) if preferences else None


async def show(session: AsyncSession, person: Person) -> User:
    """The person's own row: their name, and since when they are here."""
    return await UserRepository(session).get(person.id)


async def get_person(session: AsyncSession, settings: Settings, user_id: int) -> Person:
    """The person of that id; NoResultFound when there is none."""
    return person_of(await UserRepository(session).get_preferences(user_id), settings)


def person_of(preferences: Preferences, settings: Settings) -> Person:
    """The person whose preferences these are."""
    uses_model = model_settings.is_in_use(preferences, settings)
    is_told = preferences.remind_minutes is not None or preferences.tells_risks
    return Person(
        id=preferences.user_id,
        zone=preferences.timezone,
        uses_model=uses_model,
        day_first=preferences.day_first,
        has_demo=preferences.has_demo,
        is_told=is_told,
        clock=preferences.clock,
    )


async def ensure_local_person(session: AsyncSession, settings: Settings, now: datetime) -> Person:
    """The one person of this instance, made at the first start: weekdays 9 to 17, this machine's zone, the default model."""
    users = UserRepository(session)
    await users.lock_creation()
    person = await get_local_person(session, settings)
    if person is not None:
        return person
    await add_person(session, "You", Preferences(timezone=settings.default_zone, model=settings.ai_model), now)
    made = await get_local_person(session, settings)
    assert made is not None
    return made


async def add_person(session: AsyncSession, name: str, preferences: Preferences, now: datetime) -> int:
    """Store a person who works on weekdays from 9 to 17; their id."""
    user = User(name=name, created_at=now)
    await UserRepository(session).add(user, preferences)
    hours, work = HourRepository(session), HourSet(user_id=user.id, name=WORK)
    await hours.add_set(work)
    await hours.replace_ranges(work, DEFAULT_RANGES)
    return user.id
