"""Who the person is: the one local person of an instance without accounts, with the defaults that a new person starts with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config import Settings
from db import AsyncSession
from models import Preferences, User
from repositories.users import UserRepository
from services import model_settings

WORK = "Work"
DEFAULT_RANGES = tuple((weekday, 9 * 60, 17 * 60) for weekday in range(5))


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: their id, their IANA zone, and whether a model is asked for them."""

    id: int
    zone: str
    uses_model: bool


async def get_local_person(session: AsyncSession, settings: Settings) -> Person | None:
    """The one person of this instance, or None before the first start."""
    preferences = await UserRepository(session).get_first()
    return _person(preferences, settings) if preferences else None


async def get_person(session: AsyncSession, settings: Settings, user_id: int) -> Person:
    """The person of that id; NoResultFound when there is none."""
    return _person(await UserRepository(session).get_preferences(user_id), settings)


def _person(preferences: Preferences, settings: Settings) -> Person:
    return Person(preferences.user_id, preferences.timezone, model_settings.is_in_use(preferences, settings))


async def ensure_local_person(session: AsyncSession, settings: Settings, now: datetime) -> Person:
    """The one person of this instance, made at the first start: weekdays 9 to 17, this machine's zone, the default model."""
    users = UserRepository(session)
    await users.lock_creation()
    person = await get_local_person(session, settings)
    if person is not None:
        return person
    user = User(name="You", created_at=now)
    await users.add(user, Preferences(timezone=settings.default_zone, model=settings.ai_model))
    await users.replace_ranges(user.id, WORK, DEFAULT_RANGES)
    made = await get_local_person(session, settings)
    assert made is not None
    return made
