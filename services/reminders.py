"""What a person wants to be told while a page is open: that a block is about to start, and that a task came to be at risk.

It says what and when; the open pages tell it, each thing once. Nothing is sent anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from errors import InvalidInputError
from models import TaskStatus
from repositories.plans import PlanRepository
from repositories.task_rows import TaskRowRepository
from repositories.users import UserRepository
from services import wording
from services.scope import Scope

LEADS = (0, 5, 10, 15)
"""Minutes before a block at which its reminder may come."""
AHEAD = timedelta(days=2)
JUST_NOW = timedelta(minutes=1)
MOST_BLOCKS = 50
MOST_RISKS = 20


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told: of blocks `lead_minutes` before they start (None: of none), and of risks or not."""

    lead_minutes: int | None = None
    tells_risks: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing to tell, `in_seconds` from now. Its `key` is the same in every tab; a block that moves has another one."""

    key: str
    task_id: int
    title: str
    text: str
    in_seconds: int


@dataclass(frozen=True, slots=True)
class Reminders:
    """The blocks that are to come, and the tasks that are at risk now, where the person wants to know."""

    blocks: tuple[Reminder, ...] = ()
    risks: tuple[Reminder, ...] = ()
    tells_risks: bool = False


class ReminderService:
    """What is told to one person."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.users = UserRepository(scope.session)

    async def get(self) -> Telling:
        """As it is stored."""
        stored = await self.users.get_preferences(self.scope.person.id)
        return Telling(stored.remind_minutes, stored.tells_risks)

    async def set_telling(self, telling: Telling) -> None:
        """Store it."""
        await self.scope.lock()
        stored = await self.users.get_preferences(self.scope.person.id)
        stored.remind_minutes, stored.tells_risks = telling.lead_minutes, telling.tells_risks
        await self.scope.session.flush()
        await self.scope.changed(is_replanned=False)

    async def coming(self) -> Reminders:
        """The reminders of the next two days. What runs, or is done, has none."""
        telling = await self.get()
        blocks = () if telling.lead_minutes is None else await self._blocks(telling.lead_minutes)
        return Reminders(blocks, await self._risks() if telling.tells_risks else (), telling.tells_risks)

    async def _blocks(self, lead_minutes: int) -> tuple[Reminder, ...]:
        now, person = self.scope.now, self.scope.person
        rows = await PlanRepository(self.scope.session).list_timeline_rows(person.id, now - JUST_NOW, now + AHEAD)
        ahead = [row for row in rows if row.status == TaskStatus.OPEN and row.start_at > now - JUST_NOW][:MOST_BLOCKS]
        return tuple(
            Reminder(
                key=f"block-{row.task_id}-{row.start_at:%Y%m%dT%H%M}",
                task_id=row.task_id,
                title=row.title,
                text=f"Starts at {wording.clock(row.start_at, person.zone)}.",
                in_seconds=max(0, _seconds(now, row.start_at - timedelta(minutes=lead_minutes))),
            )
            for row in ahead
        )

    async def _risks(self) -> tuple[Reminder, ...]:
        person, now = self.scope.person, self.scope.now
        found = await TaskRowRepository(self.scope.session).list_at_risk(person.id, now, MOST_RISKS)
        return tuple(
            Reminder(f"risk-{row.id}", row.id, row.title, "Is at risk: Today shows how to repair it.", 0) for row in found.rows
        )


def parse_telling(form: Mapping[str, str]) -> Telling:
    """Read the form; an empty `remind_minutes` is never. Raises InvalidInputError with a sentence at its field."""
    said = form.get("remind_minutes", "")
    if said not in {"", *map(str, LEADS)}:
        raise InvalidInputError("Some fields need another look.", {"remind_minutes": "Choose one of these times."})
    return Telling(int(said) if said else None, bool(form.get("tells_risks")))


def telling_form(telling: Telling) -> dict[str, str]:
    """It as it stands in the form."""
    lead = telling.lead_minutes
    return {"remind_minutes": "" if lead is None else str(lead), "tells_risks": "on" if telling.tells_risks else ""}


def _seconds(now: datetime, at: datetime) -> int:
    return round((at - now).total_seconds())
