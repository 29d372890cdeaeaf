"""What a person does about a series: says in words how a task repeats, skips one occurrence, ends the series, resumes it."""

from __future__ import annotations

from assistant.draft import Draft
from errors import ConflictError, InvalidInputError, NotFoundError
from models import LeaseKind, Task, TaskStatus
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from services.drafts import DraftService
from services.scope import Scope
from services.series import SeriesService
from services.tasks import NO_SERIES, TaskService

TITLE = "Task"
"""Stands before the words, which are read as those of a new task are."""
EXAMPLES = "Say it like “every Tuesday 9:00”, “every 2 weeks” or “daily until March”."

MORE = f"Say only how it repeats; all else, such as how long it takes, has a field of its own. {EXAMPLES}"


class RepeatService:
    """One person's series, through any of their tasks."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskRepository(scope.session)
        self.series = SeriesService(scope)

    async def repeat(self, task_id: int, text: str) -> Task:
        """Let an open task repeat as the words say, from the next time on; it stays where it is itself.

        Raises InvalidInputError, on the field `repeats`, for words that say no repetition or more than that, ConflictError
        for what is done or is a part, and NotFoundError for a missing or foreign task.
        """
        await self.scope.lock()
        task = await TaskService(self.scope).get(task_id)
        if task.parent_id is not None:
            raise ConflictError(NO_SERIES)
        if task.status not in {TaskStatus.OPEN, TaskStatus.ACTIVE}:
            raise ConflictError(f"“{task.title}” is done already. Open it again before you let it repeat.")
        await self.series.replace(task, await self._read(text))
        return await self._changed(task)

    async def skip(self, task_id: int) -> Task:
        """Leave this occurrence out; the next one is made. Raises ConflictError for what is not open, NotFoundError else."""
        task = await self._recurring(task_id)
        if task.status is not TaskStatus.OPEN:
            hint = "Stop it before you skip it." if task.status is TaskStatus.ACTIVE else "It is done already."
            raise ConflictError(f"“{task.title}” cannot be skipped. {hint}")
        for one in (task, *await self.tasks.list_parts_of(task.user_id, task.id)):
            if one.status is TaskStatus.OPEN:
                one.status, one.completed_at, one.updated_at = TaskStatus.CANCELLED, self.scope.now, self.scope.now
                one.needs_scheduling, one.unplaced_reason = False, None
                await PlanRepository(self.scope.session).delete_task_blocks(one.user_id, one.id)
                self.tasks.note(one.user_id, one.id, self.scope.now, "person", "Skipped.")
        await self.series.advance(task)
        return await self._changed(task)

    async def end(self, task_id: int) -> Task:
        """Make no more occurrences; those that there are stay. Raises NotFoundError for what does not recur."""
        task = await self._recurring(task_id)
        await self.series.end(task)
        return await self._changed(task)

    async def resume(self, task_id: int) -> Task:
        """Take back that a series was ended."""
        task = await self._recurring(task_id)
        await self.series.go_on(task)
        return await self._changed(task)

    async def _recurring(self, task_id: int) -> Task:
        await self.scope.lock()
        task = await self.tasks.get(self.scope.person.id, task_id)
        if task is None or await self.series.of(task) is None:
            raise NotFoundError("This task does not exist, or it does not repeat.")
        return task

    async def _changed(self, task: Task) -> Task:
        await self.scope.session.flush()
        await self.scope.changed(LeaseKind.PLAN)
        return task

    async def _read(self, text: str) -> Draft:
        draft = await DraftService(self.scope).read(f"{TITLE} {text}")
        if problem := " ".join(draft.problems):
            raise InvalidInputError(problem, {"repeats": problem})
        if draft.recurrence is None:
            raise InvalidInputError(EXAMPLES, {"repeats": EXAMPLES})
        if _says_more(draft):
            raise InvalidInputError(MORE, {"repeats": MORE})
        if draft.title != TITLE:
            rest = draft.title.removeprefix(TITLE).strip()
            problem = f"Not understood: “{rest}”. {EXAMPLES}"
            raise InvalidInputError(problem, {"repeats": problem})
        return draft


def _says_more(draft: Draft) -> bool:
    """Whether it says what has nothing to do with when the task repeats."""
    said = (draft.importance, draft.duration_minutes, draft.chunk_minutes, draft.energy, draft.project)
    return any(one is not None for one in said) or bool(draft.labels or draft.assignees or draft.after)
