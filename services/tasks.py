"""Tasks: adding from a line of text, editing, deleting and bringing back. What changes asks the planner to look again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from assistant import quick_add, rules
from errors import ConflictError, InvalidInputError, NotFoundError
from models import Block, BlockSource, LeaseKind, Task, TaskStatus
from repositories.events import EventRepository
from repositories.plans import PlanRepository
from repositories.tasks import TaskRepository
from repositories.time_entries import TimeEntryRepository
from services import framing, reasons, wording
from services.briefs import brief_of
from services.planning import PlanningService
from services.scope import Scope
from services.task_form import TaskEdit

log = logging.getLogger(__name__)

REASONS_TO_REPLAN = ("duration_minutes", "earliest_at", "deadline_at", "deadline_is_hard")
REASONS_TO_ADVISE = ("title", "context", "importance", "deadline_at", "duration_minutes")


@dataclass(frozen=True, slots=True)
class Added:
    """A stored task, and one sentence that says how its text was understood."""

    task: Task
    understood: str


class TaskService:
    """What a person does to their list."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskRepository(scope.session)
        self.plans = PlanRepository(scope.session)
        self.planning = PlanningService(scope)

    async def add(self, text: str, submit_key: str | None = None) -> Added:
        """Store the task that a line of text describes, with a first slot. The same `submit_key` twice is one task.

        Raises InvalidInputError, on the field `text`, for what makes no task.
        """
        await self.scope.lock()
        person, now = self.scope.person, self.scope.now
        if submit_key and (twin := await self.tasks.get_by_submit_key(person.id, submit_key)):
            return Added(twin, f"“{twin.title}” is on the list already.")
        draft = quick_add.parse(text, now, person.zone)
        if draft.problems:
            raise InvalidInputError(" ".join(draft.problems), {"text": " ".join(draft.problems)})
        task = _task_of(draft, person.id, now, submit_key)
        brief = brief_of(task, task_id=0)
        priority = rules.priorities_of((brief,), now, ZoneInfo(person.zone))[0]
        task.priority, task.priority_reason, task.priority_source = priority.priority, priority.reason, "rules"
        await self.tasks.add(task)
        self._say(task, "Added.")
        block = await self._first_block(task, draft.start_at)
        await self.scope.changed(LeaseKind.ADVISE, LeaseKind.PLAN, is_replanned=block is not None and block.pinned)
        return Added(task, self._understood(task, draft, block))

    async def get(self, task_id: int) -> Task:
        """The task; NotFoundError for a missing, deleted or foreign one."""
        task = await self.tasks.get(self.scope.person.id, task_id)
        if task is None:
            raise NotFoundError("This task does not exist, or it was deleted.")
        return task

    async def edit(self, task_id: int, edit: TaskEdit) -> Task:
        """Store what the dialog says. Raises ConflictError when the task changed since the dialog was opened."""
        await self.scope.lock()
        task = await self.get(task_id)
        if task.version != edit.version:
            raise ConflictError(
                "This task was changed somewhere else meanwhile. Your input is kept below: look again, then save."
            )
        await self._check_waits_for(task, edit.waits_for)
        changed = [name for name in edit.fields if getattr(task, name) != edit.fields[name]]
        self._refuse_past(edit, changed)
        for name in changed:
            setattr(task, name, edit.fields[name])
        if "duration_minutes" in changed:
            task.duration_source = "person"
        if {*changed} & {*REASONS_TO_ADVISE}:
            task.needs_advice = self.scope.person.uses_model
        waits = {other for other, _ in await self.tasks.list_waits_for(task.user_id, task.id)}
        is_rewired = waits != set(edit.waits_for)
        if is_rewired:
            await self.tasks.replace_waits_for(task.user_id, task.id, edit.waits_for)
        is_repinned = await self._pin(task, edit.pin_at)
        if not (changed or is_rewired or is_repinned):
            return task
        task.updated_at = self.scope.now
        await self.scope.session.flush()
        self._note(task, [*changed, *(["what it waits for"] if is_rewired else []), *(["its time"] if is_repinned else [])])
        if is_rewired or is_repinned or {*changed} & {*REASONS_TO_REPLAN}:
            await self._replace(task, keep_pin=edit.pin_at is not None)
        await self.scope.changed(LeaseKind.ADVISE, LeaseKind.PLAN)
        return task

    async def delete(self, task_id: int) -> Task:
        """Put the task out of sight; `restore` brings it back. A running one is stopped first."""
        await self.scope.lock()
        task = await self.get(task_id)
        await TimeEntryRepository(self.scope.session).close(task.user_id, task.id, self.scope.now)
        if task.status is TaskStatus.ACTIVE:
            task.status = TaskStatus.OPEN
        task.deleted_at = self.scope.now
        await self.plans.delete_task_blocks(task.user_id, task.id)
        self._say(task, "Deleted.")
        await self.scope.session.flush()
        await self.scope.changed(LeaseKind.PLAN)
        return task

    async def restore(self, task_id: int) -> Task:
        """Undo a deletion; the task gets a new slot."""
        await self.scope.lock()
        task = await self.tasks.get(self.scope.person.id, task_id, with_deleted=True)
        if task is None:
            raise NotFoundError("This task does not exist any more.")
        if task.deleted_at is not None:
            task.deleted_at = None
            self._say(task, "Brought back.")
            await self.scope.session.flush()
            if task.status is TaskStatus.OPEN:
                await self._replace(task, keep_pin=False)
            await self.scope.changed(LeaseKind.PLAN)
        return task

    async def can_restore(self, task_id: int) -> bool:
        """Whether the person has deleted this task, and may have it back."""
        return await self.tasks.get(self.scope.person.id, task_id, with_deleted=True) is not None

    async def _first_block(self, task: Task, start_at: datetime | None) -> Block | None:
        """A time that was said is kept where nothing hard is in the way; else the task goes as soon after it as it can."""
        if start_at is not None and not await self._in_the_way(task, start_at):
            return self._pinned(task, start_at)
        return await self.planning.place_provisionally(task)

    async def _pin(self, task: Task, pin_at: datetime | None) -> bool:
        """Pin the task to a time, or let the planner have it back (None). Returns whether that changed anything."""
        pins = [block for block in await self.plans.list_task_blocks(task.user_id, task.id) if block.pinned]
        length = timedelta(minutes=framing.remaining_minutes(task, ()))
        is_fitting = task.status is not TaskStatus.OPEN or all(block.end_at - block.start_at == length for block in pins)
        if pin_at is not None and task.status is TaskStatus.OPEN:
            await self._refuse_broken_promise(task, pin_at, pin_at + length)
        if is_fitting and [block.start_at for block in pins] == ([pin_at] if pin_at else []):
            return False
        if pin_at is not None:
            if task.status is not TaskStatus.OPEN:
                raise InvalidInputError("Only an open task can be pinned.", {"start_at": "Only an open task can be pinned."})
            if pin_at < self.scope.now - timedelta(minutes=self.scope.settings.overdue_minutes):
                sentence = "That time has passed. Choose one that lies ahead."
                raise InvalidInputError(sentence, {"start_at": sentence})
            if blocker := await self._in_the_way(task, pin_at):
                sentence = f"“{blocker}” is at that time. Choose another time, or move that first."
                raise InvalidInputError(sentence, {"start_at": sentence})
            await self.plans.delete_task_blocks(task.user_id, task.id)
            self._pinned(task, pin_at)
        return True

    async def _refuse_broken_promise(self, task: Task, start_at: datetime, end_at: datetime) -> None:
        """A pin may not break what else the person has said: the order of tasks, or a hard deadline."""
        earliest = await self.plans.get_predecessors_end(task.user_id, task.id, start_at)
        latest = await self.plans.get_successors_pin(task.user_id, task.id)
        sentence = None
        if earliest is None or earliest > start_at:
            sentence = "What this task waits for is not done by then. Pin it later, or change what it waits for."
        elif latest is not None and latest < end_at:
            sentence = "A task that waits for this one is pinned before it would end. Pin this one earlier."
        elif task.deadline_is_hard and task.deadline_at is not None and task.deadline_at < end_at:
            sentence = "It would end after its hard deadline. Pin it earlier, or move the deadline."
        if sentence:
            raise InvalidInputError(sentence, {"start_at": sentence})

    def _pinned(self, task: Task, start_at: datetime) -> Block:
        block = Block(
            user_id=task.user_id,
            task_id=task.id,
            start_at=start_at,
            end_at=start_at + timedelta(minutes=framing.remaining_minutes(task, ())),
            source=BlockSource.USER,
            pinned=True,
            reason=reasons.PINNED,
        )
        self.plans.add_blocks([block])
        return block

    async def _in_the_way(self, task: Task, start_at: datetime) -> str | None:
        """The title of an event, a pinned block or the running task at that time; None when it is free of them."""
        end_at = start_at + timedelta(minutes=framing.remaining_minutes(task, ()))
        events = await EventRepository(self.scope.session).list_between(task.user_id, start_at, end_at)
        if events:
            return events[0].title
        for block in await self.plans.list_blocks(task.user_id, start_at, end_at):
            other = await self.tasks.get(task.user_id, block.task_id)
            if other is not None and other.id != task.id and (block.pinned or other.status is TaskStatus.ACTIVE):
                return other.title
        return None

    async def _replace(self, task: Task, *, keep_pin: bool) -> None:
        """Its slot no longer fits: a new first slot now, and the planner's look soon."""
        task.needs_scheduling, task.unplaced_reason = True, None
        await self.scope.session.flush()
        if not keep_pin and task.status is TaskStatus.OPEN:
            await self.planning.place_provisionally(task)

    def _refuse_past(self, edit: TaskEdit, changed: Sequence[str]) -> None:
        """A deadline that has passed may stay, but a new one must lie ahead."""
        deadline = edit.fields["deadline_at"]
        if "deadline_at" in changed and isinstance(deadline, datetime) and deadline <= self.scope.now:
            sentence = "This deadline has passed. Choose one that lies ahead."
            raise InvalidInputError(sentence, {"deadline_at": sentence})

    async def _check_waits_for(self, task: Task, waits_for: Sequence[int]) -> None:
        missing = set(waits_for) - await self.tasks.list_existing(task.user_id, waits_for)
        if missing:
            raise InvalidInputError("A task that this one waits for was deleted.", {"waits_for": "One of these was deleted."})
        graph: dict[int, set[int]] = {}
        for later, earlier in await self.tasks.list_dependencies(task.user_id):
            graph.setdefault(later, set()).add(earlier)
        if _reaches(graph, set(waits_for), task.id):
            sentence = "This would be a circle: one of these already waits for this task."
            raise InvalidInputError(sentence, {"waits_for": sentence})

    def _understood(self, task: Task, draft: quick_add.Draft, block: Block | None) -> str:
        """What was read: "Write report · 3 h · due Fri 17:00 · importance 2 · first slot today 14:00"."""
        zone, now = self.scope.person.zone, self.scope.now
        parts = [task.title, wording.minutes(task.duration_minutes) + ("" if draft.duration_minutes else " (estimated)")]
        if task.deadline_at:
            parts.append(f"due {wording.when(task.deadline_at, now, zone)}")
        if task.importance:
            parts.append(f"importance {task.importance}")
        place = "pinned to" if block and block.pinned else "first slot"
        parts.append(f"{place} {wording.when(block.start_at, now, zone)}" if block else "no free time found yet")
        return " · ".join(parts)

    def _note(self, task: Task, changed: Sequence[str]) -> None:
        names = [_NAMES.get(name, name) for name in changed]
        self._say(task, f"Changed {', '.join(names)}.")

    def _say(self, task: Task, text: str) -> None:
        self.tasks.note(task.user_id, task.id, self.scope.now, "person", text)
        log.info("Task: %s", text, extra={"task_id": task.id})


def _task_of(draft: quick_add.Draft, user_id: int, now: datetime, submit_key: str | None) -> Task:
    starts = [at for at in (draft.earliest_at, draft.start_at) if at is not None]
    return Task(
        user_id=user_id,
        title=draft.title,
        context=draft.context,
        importance=draft.importance,
        duration_minutes=draft.duration_minutes or rules.estimate_minutes(draft.title),
        duration_source="person" if draft.duration_minutes else "rules",
        earliest_at=max(starts, default=None),
        deadline_at=draft.deadline_at,
        deadline_is_hard=draft.deadline_is_hard,
        submit_key=submit_key,
        created_at=now,
        updated_at=now,
    )


def _reaches(graph: dict[int, set[int]], starts: set[int], goal: int) -> bool:
    """Whether waiting leads from any of `starts` to `goal`."""
    seen, trail = set[int](), [*starts]
    while trail:
        task_id = trail.pop()
        if task_id == goal:
            return True
        if task_id not in seen:
            seen.add(task_id)
            trail += graph.get(task_id, ())
    return False


_NAMES = {
    "title": "the title",
    "context": "the context",
    "duration_minutes": "the duration",
    "importance": "the importance",
    "earliest_at": "the earliest start",
    "deadline_at": "the deadline",
    "deadline_is_hard": "how hard the deadline is",
}
