"""Copies of tasks: what a task is, with its labels, windows and parts, and without its dates, its place and its past."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from assistant import rules
from models import Task, TaskWindow
from repositories.projects import ProjectRepository
from repositories.tasks import TaskRepository
from services.briefs import brief_of
from services.scope import Scope

COPIED = (
    *("user_id", "title", "context", "importance", "duration_minutes", "duration_source", "position", "rank", "parts_in_order"),
    *("hour_set_id", "project_id", "energy", "buffer_minutes"),
    *("min_chunk_minutes", "max_chunk_minutes", "max_per_day_minutes"),
)


def copy_of(task: Task, now: datetime) -> Task:
    """A new open task that is like another, not stored yet."""
    return Task(**{name: getattr(task, name) for name in COPIED}, created_at=now, updated_at=now)


def prioritise(task: Task, scope: Scope, parent: Task | None = None) -> None:
    """Give a task that is about to be stored its first priority, by rules."""
    brief = brief_of(task, task_id=0, parent=parent)
    priority = rules.priorities_of((brief,), scope.now, ZoneInfo(scope.person.zone))[0]
    task.priority, task.priority_reason, task.priority_source = priority.priority, priority.reason, "rules"


async def copy_belongings(scope: Scope, task: Task, copy: Task) -> None:
    """Give a stored copy the labels, the windows and the parts of its original; parts of what is hidden are hidden too."""
    tasks, user_id = TaskRepository(scope.session), task.user_id
    await ProjectRepository(scope.session).copy_labels(user_id, task.id, copy.id)
    windows = [
        TaskWindow(
            user_id=user_id,
            task_id=copy.id,
            is_hard=window.is_hard,
            weekdays=window.weekdays,
            start_minute=window.start_minute,
            end_minute=window.end_minute,
        )
        for window in await tasks.list_task_windows(user_id, task.id)
    ]
    await tasks.replace_windows(user_id, copy.id, windows)
    for part in await tasks.list_parts_of(user_id, task.id, task.deleted_at):
        own = copy_of(part, scope.now)
        own.parent_id, own.deleted_at = copy.id, copy.deleted_at
        prioritise(own, scope, copy)
        await tasks.add(own)
        await copy_belongings(scope, part, own)
