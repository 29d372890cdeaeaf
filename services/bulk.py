"""Many tasks at once: each is treated as by its own button, all in one transaction, and taken back together.

What was done in one go has one instant, and by that it is found again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from db import attempt
from errors import AppError, ConflictError, InvalidInputError, NotFoundError
from models import NAME_LENGTH, Label, Project, Task, TaskStatus
from repositories.plans import PlanRepository
from repositories.projects import ProjectRepository
from repositories.tasks import LIVE, TaskRepository
from services.fields import Fields
from services.parts import PartService
from services.projects import Kind
from services.scope import Scope
from services.task_form import DATES, FARTHEST_DAYS, MOST_LABELS, TaskEdit, Value, dates_at_odds
from services.tasks import WAITS_FOR_ITSELF, TaskService
from services.time_entries import TimeEntryService

MOST_AT_ONCE = 200
NOTHING = "none"
_DAWN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BulkEdit:
    """What becomes of each task: columns by name, its project (None: as it is, "": none), labels to add and to take away."""

    fields: Mapping[str, Value]
    project: str | None = None
    added: str = ""
    removed: str = ""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many of the tasks that were chosen are back, each with its parts; the titles of those that are not, and why the first
    of them is not."""

    back: int
    left: tuple[str, ...] = ()
    why: str = ""


class BulkService:
    """What a person does to many of their tasks."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskRepository(scope.session)
        self.groups = ProjectRepository(scope.session)

    async def complete(self, texts: Sequence[str]) -> int:
        """Complete those that are still to be done; how many there were."""
        done = 0
        ids = await self._chosen(texts)
        async with self.scope.of_many() as scope:
            for task_id in ids:
                task = await self.tasks.get(scope.person.id, task_id)
                if task is not None and task.status in LIVE:
                    await TimeEntryService(scope).complete(task_id)
                    done += 1
        return done

    async def delete(self, texts: Sequence[str]) -> int:
        """Delete them with their parts; how many there were."""
        gone = 0
        ids = await self._chosen(texts)
        async with self.scope.of_many() as scope:
            for task_id in ids:
                if await self.tasks.get(scope.person.id, task_id) is not None:  # else it went with its parent
                    await TaskService(scope).delete(task_id)
                    gone += 1
        return gone

    async def reopen(self, moment: str) -> Undone:
        """Take back the completions of a moment, of each that can be."""
        await self.scope.lock()
        ids = await self.tasks.list_completed_at(self.scope.person.id, _instant(moment))
        async with self.scope.of_many() as scope:
            return await self._undo(ids, lambda task: task.status is TaskStatus.COMPLETED, TimeEntryService(scope).reopen)

    async def restore(self, moment: str) -> Undone:
        """Bring back what was deleted at a moment, of it what can be."""
        await self.scope.lock()
        ids = await self.tasks.list_deleted_at(self.scope.person.id, _instant(moment))

        def is_gone(task: Task) -> bool:
            return task.deleted_at is not None

        try:
            async with attempt(self.scope.session), self.scope.of_many() as scope:
                undone = await self._undo(ids, is_gone, TaskService(scope).restore)
                await PartService(scope).refuse_circle(WAITS_FOR_ITSELF, "waits_for")
                return undone
        except InvalidInputError:  # together they would wait for themselves: find out which, the slow way
            return await self._undo(ids, is_gone, TaskService(self.scope).restore)

    async def _undo(
        self, ids: Sequence[int], is_gone: Callable[[Task], bool], back: Callable[[int], Awaitable[Task]]
    ) -> Undone:
        """Each by itself, so that one that cannot come back keeps no other away; raises its error when there is no other."""
        done, left = 0, list[tuple[str, AppError]]()
        for task_id in ids:
            task = await self.tasks.get(self.scope.person.id, task_id, with_deleted=True)
            if task is None or not is_gone(task):  # it came back with its whole
                continue
            title = task.title
            try:
                async with attempt(self.scope.session):
                    await back(task_id)
                done += 1
            except (ConflictError, NotFoundError, InvalidInputError) as error:
                left.append((title, error))
        if left and not done:
            raise left[0][1]
        return Undone(done, tuple(title for title, _ in left), left[0][1].message if left else "")

    async def edit(self, texts: Sequence[str], form: Mapping[str, str]) -> int:
        """Change what the form names, of each; how many there were. Raises InvalidInputError with a sentence, then of none."""
        ids = await self._chosen(texts)
        edit = await self._read(form)
        async with self.scope.of_many() as scope:
            for task_id in ids:
                await self._edit(TaskService(scope), await TaskService(scope).get(task_id), edit)
        return len(ids)

    def moment(self) -> str:
        """The name of this moment in an address."""
        return str((self.scope.now - _DAWN) // timedelta(microseconds=1))

    async def _chosen(self, texts: Sequence[str]) -> list[int]:
        """The ids, each once; parents come before their parts, which go with them."""
        await self.scope.lock()
        ids = [int(text) for text in dict.fromkeys(texts) if text.isascii() and text.isdecimal() and len(text) < 19]
        if not ids:
            raise InvalidInputError("Choose some tasks first: each has a box at its left.")
        if len(ids) > MOST_AT_ONCE:
            raise InvalidInputError(f"At most {MOST_AT_ONCE} tasks at once; these are {len(ids)}. Choose fewer.")
        existing = await self.tasks.list_existing(self.scope.person.id, ids)
        if missing := len({*ids} - existing):
            if missing == len(ids):
                raise NotFoundError("These tasks do not exist any more.")
            ids = [task_id for task_id in ids if task_id in existing]
        return sorted(ids)

    async def _read(self, form: Mapping[str, str]) -> BulkEdit:
        fields = Fields(form, self.scope.now, self.scope.person.zone)
        values: dict[str, Value] = {}
        if importance := form.get("importance", ""):
            number = None if importance == NOTHING else fields.whole("importance", 1, 4, "Importance is 1 to 4, or nothing")
            values["importance"] = number
        deadline = fields.moment("deadline_at", FARTHEST_DAYS)
        if deadline or form.get("no_deadline"):
            values["deadline_at"] = None if form.get("no_deadline") else deadline
        added = fields.optional_line("add_label", NAME_LENGTH)
        if "," in added:
            fields.errors["add_label"] = "A label has no commas. Add one after the other."
        if fields.errors:
            raise InvalidInputError(" ".join(fields.errors.values()), fields.errors)
        project = form.get("project", "")
        edit = BulkEdit(
            fields=values,
            project="" if project == NOTHING else await self._name(Project, project) if project else None,
            added=added,
            removed=await self._name(Label, form["remove_label"]) if form.get("remove_label") else "",
        )
        if edit == BulkEdit({}):
            raise InvalidInputError("Say what is to change: nothing was chosen.")
        return edit

    async def _name(self, kind: Kind, text: str) -> str:
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
        group = await self.groups.get(self.scope.person.id, kind, number)
        if group is None:
            raise NotFoundError(f"This {'project' if kind is Project else 'label'} does not exist any more.")
        return group.name

    async def _edit(self, service: TaskService, task: Task, edit: BulkEdit) -> None:
        """The dialog of the task with nothing but this changed."""
        dates = {name: edit.fields.get(name, getattr(task, name)) for name in DATES}
        if "deadline_at" in edit.fields and (sentence := dates_at_odds(dates)):
            raise InvalidInputError(f"“{task.title}”: {sentence} Nothing was changed.")
        fields = dict(edit.fields) | ({"deadline_is_hard": False} if dates["deadline_at"] is None else {})
        blocks = await PlanRepository(self.scope.session).list_task_blocks(task.user_id, task.id)
        waits_for = tuple(other for other, _ in await self.tasks.list_waits_for(task.user_id, task.id))
        pin_at = next((block.start_at for block in blocks if block.pinned), None)
        labels = await self._labels(task, edit)
        stored = TaskEdit(task.version, fields, waits_for, pin_at, says_pin=False, project=edit.project, labels=labels)
        await service.edit(task.id, stored)

    async def _labels(self, task: Task, edit: BulkEdit) -> tuple[str, ...] | None:
        if not edit.added and not edit.removed:
            return None
        pairs = await self.groups.list_task_labels(task.user_id, [task.id])
        names = {name.casefold(): name for _, name in pairs if name.casefold() != edit.removed.casefold()}
        if edit.added:
            names.setdefault(edit.added.casefold(), edit.added)
        if len(names) > MOST_LABELS:
            raise InvalidInputError(f"“{task.title}” has {MOST_LABELS} labels, which is the most. Nothing was changed.")
        return tuple(names.values())


def _instant(moment: str) -> datetime:
    if not (moment.isascii() and moment.isdecimal() and len(moment) < 17):
        raise NotFoundError("There is nothing to take back.")
    return _DAWN + timedelta(microseconds=int(moment))
