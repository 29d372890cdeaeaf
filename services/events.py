"""Busy times: adding, editing and removing what the planner may not touch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from errors import ConflictError, InvalidInputError, NotFoundError
from models import TITLE_LENGTH, Event, LeaseKind
from repositories.events import EventRepository
from services.fields import Fields
from services.scope import Scope

FARTHEST_DAYS = 3660
LONGEST_DAYS = 31


@dataclass(frozen=True, slots=True)
class EventEdit:
    """What the form says about a busy time."""

    title: str
    start_at: datetime
    end_at: datetime
    version: int


def parse(form: Mapping[str, str], now: datetime, zone: str) -> EventEdit:
    """Read the form. Raises InvalidInputError with a sentence for each field at fault."""
    fields = Fields(form, now, zone)
    title = fields.line("title", TITLE_LENGTH, "Say what it is, such as Standup.")
    start_at = fields.moment("start_at", FARTHEST_DAYS, "Say when it starts.")
    end_at = fields.moment("end_at", FARTHEST_DAYS, "Say when it ends.")
    if start_at and end_at and end_at <= start_at:
        fields.errors["end_at"] = "It must end after it starts."
    elif start_at and end_at and end_at - start_at > timedelta(days=LONGEST_DAYS):
        fields.errors["end_at"] = f"A busy time lasts at most {LONGEST_DAYS} days."
    version = fields.optional_whole("version", 1, 2**31, "The form is incomplete: open it again")
    if fields.errors or start_at is None or end_at is None:
        raise InvalidInputError("Some fields need another look.", fields.errors)
    return EventEdit(title, start_at, end_at, version or 0)


class EventService:
    """A person's busy times."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.events = EventRepository(scope.session)

    async def get(self, event_id: int) -> Event:
        """The event; NotFoundError for a missing or foreign one."""
        event = await self.events.get(self.scope.person.id, event_id)
        if event is None:
            raise NotFoundError("This busy time does not exist any more.")
        return event

    async def add(self, edit: EventEdit) -> Event:
        """Store a new busy time; the plan goes around it."""
        await self.scope.lock()
        event = Event(user_id=self.scope.person.id, title=edit.title, start_at=edit.start_at, end_at=edit.end_at)
        await self.events.add(event)
        await self.scope.changed(LeaseKind.PLAN)
        return event

    async def edit(self, event_id: int, edit: EventEdit) -> Event:
        """Change a busy time. Raises ConflictError when it changed since the form was opened."""
        await self.scope.lock()
        event = await self.get(event_id)
        if event.version != edit.version:
            raise ConflictError("This was changed somewhere else meanwhile. Your input is kept: look again, then save.")
        event.title, event.start_at, event.end_at = edit.title, edit.start_at, edit.end_at
        await self.scope.session.flush()
        await self.scope.changed(LeaseKind.PLAN)
        return event

    async def delete(self, event_id: int) -> Event:
        """Remove a busy time; its time is free again."""
        await self.scope.lock()
        event = await self.get(event_id)
        await self.events.delete(event)
        await self.scope.changed(LeaseKind.PLAN)
        return event
