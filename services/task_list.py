"""The list of all tasks, a page at a time. It reads; what is done to many tasks at once is `services.bulk`'s."""

from __future__ import annotations

from dataclasses import dataclass

from repositories.projects import ProjectRepository
from repositories.task_list import TaskListRepository
from services import views
from services.scope import Scope
from services.task_filter import TaskFilter, token_of
from services.today import task_row


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the list, and the token of the next one (None: this is the last)."""

    rows: tuple[views.TaskRow, ...]
    next_token: str | None


class TaskListService:
    """Searches one person's tasks."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def page(self, asked: TaskFilter) -> Found:
        """The tasks that were asked for, in their order: four statements at most, whatever the list holds."""
        user_id, session = self.scope.person.id, self.scope.session
        rows, more = await TaskListRepository(session).list_rows(user_id, self.scope.now, asked)
        labels: dict[int, list[str]] = {}
        for task_id, name in await ProjectRepository(session).list_task_labels(user_id, [row.id for row in rows]):
            labels.setdefault(task_id, []).append(name)
        shown = tuple(task_row(row, labels.get(row.id, ())) for row in rows)
        return Found(shown, token_of(more, asked.sort) if more else None)
