"""A task's fields as programs send them: what is sent, and nothing else, checked by the same rules as the dialog's.

What the dialog would hold stands in for what was not sent while a whole is checked; it is never written back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from assistant import rules
from assistant.draft import Draft
from errors import ConflictError, InvalidInputError, NotFoundError
from models import Energy, Task
from repositories.plans import PlanRepository
from repositories.projects import ProjectRepository
from repositories.tasks import TaskRepository
from services import task_details, task_form
from services.assignees import is_person, label_of
from services.scope import Scope
from services.task_form import TaskEdit
from services.tasks import TaskService

Sent = Mapping[str, str | int | bool | datetime | tuple[str, ...] | tuple[int, ...] | None]
"""Values by the names of columns, and `start_at` (the pin), `project`, `labels`, `assignees`, `waits_for`; None takes away."""
OF_DRAFTS = (
    *("title", "context", "duration_minutes", "importance", "earliest_at", "deadline_at", "deadline_is_hard"),
    *("project", "labels", "energy"),
)
"""What a new task is stored with at once, so that its first slot fits."""
HALF = 32


class TaskFieldsService:
    """Adding and changing one person's tasks field by field."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.tasks = TaskService(scope)

    async def twin(self, key: str, request: str) -> Task | None:
        """The task that a request with this key has made already. ConflictError when that request said something
        else, or when the task was deleted since."""
        await self.scope.lock()
        mine = submit_key(key, request)
        twin = await TaskRepository(self.scope.session).get_by_submit_start(self.scope.person.id, mine[:HALF])
        if twin is not None and twin.submit_key != mine:
            sentence = "This key was used for another request. Nothing was added: take a new key for a new task."
            raise ConflictError(sentence, {"Idempotency-Key": sentence})
        if twin is not None and twin.deleted_at is not None:
            sentence = "This request was answered already, and its task was deleted since. Take a new key for a new task."
            raise ConflictError(sentence, {"Idempotency-Key": sentence})
        return twin

    async def add_text(self, text: str, sent: Sent, key: str | None, parent_id: int | None) -> Task:
        """Store the task that a line of text describes, as quick-add reads it; what is sent beside it counts more."""
        added = await self.tasks.add(text, key, parent_id)
        return await self.patch(added.task.id, sent) if sent else added.task

    async def add_fields(self, sent: Sent, key: str | None, parent_id: int | None) -> Task:
        """Store a task whose title is taken as it is. Raises InvalidInputError with a sentence for each field at fault."""
        title, sent = str(sent["title"]), _with_people(sent, ())
        form = {"duration_minutes": str(rules.estimate_minutes(title)), "version": "1"} | _form(sent)
        edit = task_form.parse(form, (), self.scope.now, self.scope.person.zone)
        self.tasks.refuse_past(edit.fields.get("deadline_at"))
        _refuse_hard_without_deadline(sent, edit)
        draft = _draft(edit, is_estimated=sent.get("duration_minutes") is None)
        added = await self.tasks.add_draft(draft, key, parent_id)
        rest = {name: value for name, value in sent.items() if name not in OF_DRAFTS and value not in {None, ()}}
        return await self.patch(added.task.id, rest) if rest else added.task

    async def patch(self, task_id: int, sent: Sent, *, is_for_all: bool = False) -> Task:
        """Change what is sent. Raises NotFoundError, and InvalidInputError with a sentence for each field at fault."""
        await self.scope.lock()
        task = await self.tasks.get(task_id)
        user_id, repository = task.user_id, TaskRepository(self.scope.session)
        told_at = "assignees" if "assignees" in sent and "labels" not in sent else "labels"
        if "assignees" in sent:
            labels = await ProjectRepository(self.scope.session).list_task_labels(user_id, [task.id])
            sent = _with_people(sent, [name for _, name in labels])
        stored = [other for other, _ in await repository.list_waits_for(user_id, task.id)]
        blocks = await PlanRepository(self.scope.session).list_task_blocks(user_id, task.id)
        pin_at = next((block.start_at for block in blocks if block.pinned), None)
        form = task_details.form_of(task, self.scope.person.zone) | _form(sent)
        waits_for = sent.get("waits_for", ()) if "waits_for" in sent else stored
        chosen = [str(other) for other in waits_for] if isinstance(waits_for, tuple | list) else []
        try:
            edit = task_form.parse(form, chosen, self.scope.now, self.scope.person.zone, changed={*sent})
        except InvalidInputError as error:
            error.fields = {told_at if name == "labels" else name: sentence for name, sentence in error.fields.items()}
            raise
        _refuse_hard_without_deadline(sent, edit)
        names = {*sent} | ({"deadline_is_hard"} if "deadline_at" in sent else set())
        edit = replace(
            edit,
            version=task.version,
            fields={name: value for name, value in edit.fields.items() if name in names},
            pin_at=edit.pin_at if "start_at" in sent else pin_at,
            says_pin="start_at" in sent,
            is_for_all=is_for_all,
        )
        return await self.tasks.edit(task.id, edit)

    async def waits(self, task_id: int) -> Sequence[tuple[int, str]]:
        """Id and title of what a task waits for, done or not. Raises NotFoundError."""
        task = await self.tasks.get(task_id)
        return await TaskRepository(self.scope.session).list_waits_for(task.user_id, task.id)

    async def wait_no_more(self, task_id: int, other_id: int) -> Task:
        """Have a task no longer wait for another. NotFoundError when it does not."""
        others = [other for other, _ in await self.waits(task_id)]
        if other_id not in others:
            raise NotFoundError("This task does not wait for that one.")
        return await self.patch(task_id, {"waits_for": tuple(other for other in others if other != other_id)})


def submit_key(key: str, request: str) -> str:
    """What a task is stored with, so that the same request twice is one task: half of it stands for the program's key, half
    for what was asked."""
    halves = (hashlib.sha256(f"api\0{part}".encode(errors="surrogatepass")).hexdigest()[:HALF] for part in (key, request))
    return "".join(halves)


def _with_people(sent: Sent, stored: Sequence[str]) -> Sent:
    """What is sent, with `assignees` as labels beside the others that are sent or stored."""
    if "assignees" not in sent:
        return sent
    labels, people = (value if isinstance(value := sent.get(name), tuple) else () for name in ("labels", "assignees"))
    others = (label for label in map(str, labels if "labels" in sent else stored) if not is_person(label))
    rest = {name: value for name, value in sent.items() if name != "assignees"}
    return rest | {"labels": (*others, *(label_of(str(name)) for name in people))}


def _form(sent: Sent) -> dict[str, str]:
    """What is sent as the fields of the dialog."""
    form: dict[str, str] = {}
    for name, value in sent.items():
        if isinstance(value, bool):
            form[name] = "on" if value else ""
        elif isinstance(value, datetime):
            form[name] = value.isoformat()
        elif isinstance(value, tuple):
            form[name] = ", ".join(str(item) for item in value)
        else:
            form[name] = "" if value is None else str(value)
    return form


def _refuse_hard_without_deadline(sent: Sent, edit: TaskEdit) -> None:
    if sent.get("deadline_is_hard") and not edit.fields["deadline_is_hard"]:
        sentence = "Only a deadline can be hard: send one, too."
        raise InvalidInputError(sentence, {"deadline_is_hard": sentence})


def _draft(edit: TaskEdit, *, is_estimated: bool) -> Draft:
    fields = edit.fields
    title, minutes, importance = fields["title"], fields["duration_minutes"], fields.get("importance")
    earliest, deadline, energy = fields.get("earliest_at"), fields.get("deadline_at"), fields.get("energy")
    if not isinstance(minutes, int):
        raise InvalidInputError("Some fields need another look.", {"duration_minutes": "A whole number of minutes."})
    return Draft(
        text=str(title),
        title=str(title),
        duration_minutes=None if is_estimated else minutes,
        earliest_at=earliest if isinstance(earliest, datetime) else None,
        deadline_at=deadline if isinstance(deadline, datetime) else None,
        deadline_is_hard=bool(fields.get("deadline_is_hard")),
        importance=importance if isinstance(importance, int) else None,
        labels=edit.labels or (),
        project=edit.project or None,
        energy=energy.value if isinstance(energy, Energy) else None,
        context=str(fields.get("context") or ""),
    )
