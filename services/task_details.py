"""Everything about one task, for its dialog."""

from __future__ import annotations

from collections.abc import Sequence

from errors import NotFoundError
from models import Project, Task
from repositories.hours import HourRepository
from repositories.model_calls import ModelCallRepository
from repositories.plans import PlanRepository
from repositories.projects import ProjectRepository
from repositories.task_rows import TaskRowRepository
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from services import jobs, ordering, task_windows, views
from services.scope import Scope
from services.series import SeriesService
from services.today import task_row
from services.views import Choice, Entry, TaskBlock
from services.wording import local_input

MAX_CHANGES = 50
MAX_CHOICES = 200
NUMBERS = ("min_chunk_minutes", "max_chunk_minutes", "max_per_day_minutes", "buffer_minutes", "hour_set_id")


class TaskDetailsService:
    """Reads the dialog; changes nothing."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskRepository(scope.session)

    async def show(self, task_id: int) -> tuple[views.TaskDetails, dict[str, str]]:
        """What the dialog shows, and the values of its form. NotFoundError for a missing, deleted or foreign task."""
        user_id = self.scope.person.id
        task = await self.tasks.get(user_id, task_id)
        row = await TaskRowRepository(self.scope.session).get_row(user_id, task_id, self.scope.now)
        if task is None or row is None:
            raise NotFoundError("This task does not exist, or it was deleted.")
        waits = await self.tasks.list_waits_for(user_id, task_id)
        labels = [name for _, name in await ProjectRepository(self.scope.session).list_task_labels(user_id, [task_id])]
        details = views.TaskDetails(
            row=task_row(row, labels),
            parts=await self._parts(task),
            blocks=await self._blocks(task),
            is_split=jobs.is_split(task),
            parts_in_order=task.parts_in_order,
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
            recurrence=await SeriesService(self.scope).show(task),
        )
        return details, await self._form(task, details)

    async def choices(self, task_id: int) -> tuple[Choice, ...]:
        """What the task may wait for: what it waits for now, then the newest tasks still to be done (not its own parts)."""
        user_id = self.scope.person.id
        chosen = await self.tasks.list_waits_for(user_id, task_id)
        parts = await ordering.list_parts(self.tasks, user_id)
        family = {part.id for part in parts if part.parent_id == task_id} | {p.parent_id for p in parts if p.id == task_id}
        taken = {other for other, _ in chosen} | family
        others = await self.tasks.list_titles(user_id, MAX_CHOICES, task_id)
        return (
            *(Choice(str(other), title, is_selected=True) for other, title in chosen),
            *(Choice(str(other), title) for other, title in others if other not in taken),
        )

    async def open_titles(self) -> Sequence[tuple[int, str]]:
        """The newest tasks still to be done, by id and title."""
        return await self.tasks.list_titles(self.scope.person.id, MAX_CHOICES, 0)

    async def choices_of_hours(self, chosen: str) -> tuple[Choice, ...]:
        """The sets of hours that a task may be planned in, the usual one first; none where there is but one."""
        sets = await HourRepository(self.scope.session).list_sets(self.scope.person.id)
        usual = tuple(Choice("", f"{item.name} (as usual)", not chosen) for item in sets[:1])
        others = tuple(Choice(str(item.id), item.name, str(item.id) == chosen) for item in sets[1:])
        return (*usual, *others) if others else ()

    async def project_names(self) -> tuple[str, ...]:
        """The projects that there are."""
        found = await ProjectRepository(self.scope.session).list_named(self.scope.person.id, Project)
        return tuple(project.name for project in found)

    async def _form(self, task: Task, details: views.TaskDetails) -> dict[str, str]:
        """The values of the fields: only of those that the dialog shows."""
        zone, form = self.scope.person.zone, _usual(task, self.scope.person.zone)
        form |= {"project": details.row.project or "", "labels": ", ".join(details.row.labels)}
        if details.row.is_frame:
            return form | {"parts_in_order": "on" if task.parts_in_order else ""}
        windows = await self.tasks.list_task_windows(task.user_id, task.id)
        pin = next((block.start_at for block in details.blocks if block.pinned), None)
        whole = {} if details.is_split else {"start_at": local_input(pin, zone)}
        return form | whole | _planning(task) | task_windows.form_of(windows)

    async def _parts(self, task: Task) -> tuple[views.TaskRow, ...]:
        rows = await TaskRowRepository(self.scope.session).list_part_rows(task.user_id, task.id, self.scope.now)
        return tuple(task_row(row) for row in rows)

    async def _blocks(self, task: Task) -> tuple[TaskBlock, ...]:
        blocks = await PlanRepository(self.scope.session).list_task_blocks(task.user_id, task.id)
        return tuple(TaskBlock(block.id, block.start_at, block.end_at, block.source.value, block.pinned) for block in blocks)

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


def form_of(task: Task, zone: str) -> dict[str, str]:
    """The columns of a task as they stand in its form."""
    order = {"parts_in_order": "on" if task.parts_in_order else ""}
    return _usual(task, zone) | _planning(task) | order


def _usual(task: Task, zone: str) -> dict[str, str]:
    return {
        "title": task.title,
        "context": task.context,
        "duration_minutes": str(task.duration_minutes),
        "importance": str(task.importance or ""),
        "earliest_at": local_input(task.earliest_at, zone),
        "deadline_at": local_input(task.deadline_at, zone),
        "deadline_is_hard": "on" if task.deadline_is_hard else "",
        "version": str(task.version),
        **({"applies_to": ""} if task.series_id else {}),
    }


def _planning(task: Task) -> dict[str, str]:
    """What the planner obeys of a task that it places."""
    numbers = {name: getattr(task, name) for name in NUMBERS}
    filled = {name: "" if value is None else str(value) for name, value in numbers.items()}
    return filled | {"energy": task.energy.value if task.energy else ""}


_ACTORS: dict[str, views.Actor] = {"person": "person", "planner": "planner", "assistant": "assistant"}
