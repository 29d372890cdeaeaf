"""Everything about one task, for its dialog."""

from __future__ import annotations

from errors import NotFoundError
from models import Task
from repositories.model_calls import ModelCallRepository
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from services import views
from services.scope import Scope
from services.today import task_row
from services.views import Choice, Entry
from services.wording import local_input

MAX_CHANGES = 50
MAX_CHOICES = 200


class TaskDetailsService:
    """Reads the dialog; changes nothing."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskRepository(scope.session)

    async def show(self, task_id: int) -> tuple[views.TaskDetails, dict[str, str]]:
        """What the dialog shows, and the values of its form. NotFoundError for a missing, deleted or foreign task."""
        user_id = self.scope.person.id
        task = await self.tasks.get(user_id, task_id)
        row = await self.tasks.get_row(user_id, task_id)
        if task is None or row is None:
            raise NotFoundError("This task does not exist, or it was deleted.")
        waits = await self.tasks.list_waits_for(user_id, task_id)
        details = views.TaskDetails(
            row=task_row(row),
            version=task.version,
            created_at=task.created_at,
            priority_reason=task.priority_reason,
            advice_reason=task.advice_reason,
            advice_source=task.advice_source or "",
            waits_for=tuple(Choice(str(other), title, is_selected=True) for other, title in waits),
            entries=await self._entries(task),
            history=tuple(
                views.Change(change.at, _ACTORS[change.actor], change.text)
                for change in await self.tasks.list_changes(user_id, task_id, MAX_CHANGES)
            ),
            calls=await ModelCallRepository(self.scope.session).count_about(user_id, task_id),
        )
        return details, await self._form(task)

    async def choices(self, task_id: int) -> tuple[Choice, ...]:
        """What the task may wait for: what it waits for now, then the newest tasks still to be done."""
        user_id = self.scope.person.id
        chosen = await self.tasks.list_waits_for(user_id, task_id)
        taken = {other for other, _ in chosen}
        others = await self.tasks.list_titles(user_id, MAX_CHOICES, task_id)
        return (
            *(Choice(str(other), title, is_selected=True) for other, title in chosen),
            *(Choice(str(other), title) for other, title in others if other not in taken),
        )

    async def _form(self, task: Task) -> dict[str, str]:
        zone = self.scope.person.zone
        blocks = await PlanRepository(self.scope.session).list_task_blocks(task.user_id, task.id)
        pin = next((block.start_at for block in blocks if block.pinned), None)
        return {
            "title": task.title,
            "context": task.context,
            "duration_minutes": str(task.duration_minutes),
            "importance": str(task.importance or ""),
            "earliest_at": local_input(task.earliest_at, zone),
            "deadline_at": local_input(task.deadline_at, zone),
            "deadline_is_hard": "on" if task.deadline_is_hard else "",
            "start_at": local_input(pin, zone),
            "version": str(task.version),
        }

    async def _entries(self, task: Task) -> tuple[Entry, ...]:
        entries = await TimeEntryRepository(self.scope.session).list_for_tasks(task.user_id, [task.id])
        return tuple(
            Entry(
                entry.started_at,
                entry.ended_at,
                int(((entry.ended_at or self.scope.now) - entry.started_at).total_seconds() // 60),
            )
            for entry in entries
        )


_ACTORS: dict[str, views.Actor] = {"person": "person", "planner": "planner", "assistant": "assistant"}
