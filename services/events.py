"""Busy times: adding, editing and removing what the planner may not touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from errors import ConflictError, InvalidInputError, NotFoundError
from models import TITLE_LENGTH, Event, LeaseKind, TaskStatus
from repositories.events import EventRepository
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from services.fields import Fields
from services.planning import PlanningService
from services.scope import Scope

FARTHEST_DAYS = 3660
LONGEST_DAYS = 31
SAID_TITLES = 3


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
    end_at = fields.moment("end_at", FARTHEST_DAYS, "Say when it ends.", after=start_at)
    if start_at and end_at and end_at <= start_at:
        fields.errors["end_at"] = "It must end after it starts."
    elif start_at and end_at and end_at - start_at > timedelta(days=LONGEST_DAYS):
        fields.errors["end_at"] = f"A busy time lasts at most {LONGEST_DAYS} days."
    version = fields.optional_whole("version", 1, 2**31, "The form is incomplete: open it again")
    if fields.errors or start_at is None or end_at is None:
        raise InvalidInputError("Some fields need another look.", fields.errors)
    return EventEdit(title, start_at, end_at, version or 0)


@dataclass(frozen=True, slots=True)
class Pin:
    """Where a block of a task was pinned."""

    task_id: int
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """A stored busy time, the titles of the tasks that were pinned to its time and no longer are, and those pins."""

    event: Event
    unpinned: tuple[str, ...]
    released: tuple[Pin, ...]

    @property
    def consequence(self) -> str:
        """What it did to pins, to follow another sentence; "" when there were none."""
        titles = ", ".join(f"“{title}”" for title in self.unpinned[:SAID_TITLES])
        more = f" and {len(self.unpinned) - SAID_TITLES} more" if len(self.unpinned) > SAID_TITLES else ""
        return f" No longer pinned, and planned again: {titles}{more}." if titles else ""


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

    async def list_between(self, start_at: datetime, end_at: datetime) -> Sequence[Event]:
        """The busy times that touch `[start_at, end_at)`, by start."""
        return await self.events.list_between(self.scope.person.id, start_at, end_at)

    async def add(self, edit: EventEdit) -> Saved:
        """Store a new busy time; the plan goes around it, and what was pinned there is let go."""
        await self.scope.lock()
        event = Event(user_id=self.scope.person.id, title=edit.title, start_at=edit.start_at, end_at=edit.end_at)
        await self.events.add(event)
        return await self._saved(event)

    async def edit(self, event_id: int, edit: EventEdit) -> Saved:
        """Change a busy time, as `add` would. Raises ConflictError when it changed since the form was opened."""
        await self.scope.lock()
        event = await self.get(event_id)
        if event.version != edit.version:
            raise ConflictError("This was changed somewhere else meanwhile. Your input is kept: look again, then save.")
        event.title, event.start_at, event.end_at = edit.title, edit.start_at, edit.end_at
        await self.scope.session.flush()
        return await self._saved(event)

    async def delete(self, event_id: int) -> Event:
        """Remove a busy time; its time is free again."""
        await self.scope.lock()
        event = await self.get(event_id)
        await self.events.delete(event)
        await self.scope.changed(LeaseKind.PLAN)
        return event

    async def _saved(self, event: Event) -> Saved:
        plans, tasks = PlanRepository(self.scope.session), TaskRepository(self.scope.session)
        unpinned: list[str] = []
        met = [block for block in await plans.list_blocks(event.user_id, event.start_at, event.end_at) if block.pinned]
        pins = [Pin(block.task_id, block.start_at, block.end_at) for block in met]
        for block in met:
            block.pinned = False
        for task_id in dict.fromkeys(block.task_id for block in met):
            task = await tasks.get(event.user_id, task_id)
            if task is not None and task.status is TaskStatus.OPEN:
                task.needs_scheduling = True
                tasks.note(task.user_id, task.id, self.scope.now, "person", f"Let go of its pin for “{event.title}”.")
                await PlanningService(self.scope).place_provisionally(task)
                unpinned.append(task.title)
        await self.scope.changed(LeaseKind.PLAN)
        return Saved(event, tuple(unpinned), tuple(pins))
