"""Tasks as JSON: lists, single tasks with their entity tags, the buttons of a task's life, and what tasks wait for.

`basics` are also served under `/api/v1/{user_id}`, for programs that put the person in the path.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response, status

from assistant.parsed import as_json
from config import ZONES
from errors import AppError, InvalidInputError
from models import Task, TaskStatus
from routers.api.documented import CREATED, errors
from routers.api.etags import IfMatch, refuse_stale, tag
from routers.api.schemas import sent
from routers.api.task_schemas import (
    DependenciesIn,
    DependenciesOut,
    DependencyOut,
    ParsedOut,
    ParseIn,
    TaskIn,
    TaskPatch,
    TasksOut,
    TaskWholeOut,
)
from routers.deps import Reading, RowId, reading, writing
from services.drafts import DraftService
from services.scope import Scope
from services.task_fields import Sent, TaskFieldsService, submit_key
from services.task_pages import Asked, Level, Sort, TaskPageService
from services.tasks import TaskService
from services.time_entries import TimeEntryService

basics = APIRouter(tags=["tasks"])
router = APIRouter(tags=["tasks"])

COLUMNS = {"earliest": "earliest_at", "deadline": "deadline_at", "start": "start_at"}
"""The API's names of what is stored under others."""
NAMES = {column: name for name, column in COLUMNS.items()}
KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Any text of yours, new for each task: the same request with the same key makes one task.",
    ),
]


@basics.get("/tasks", response_model=TasksOut, responses=errors(404))
async def list_tasks(
    scope: Reading,
    status: Annotated[TaskStatus | None, Query(description="Only tasks of this status.")] = None,
    project: Annotated[str | None, Query(max_length=100, description="A project by its name; none: tasks without one.")] = None,
    label: Annotated[str | None, Query(max_length=100, description="A label by its name; none: tasks without any.")] = None,
    assignee: Annotated[
        str | None, Query(max_length=100, description="Whom a task is for, by name; none: tasks that are for nobody.")
    ] = None,
    priority: Annotated[Level | None, Query(description="high: from 7.0, medium: from 4.0, low: below.")] = None,
    due: Annotated[
        str | None,
        Query(max_length=10, description="overdue, today, tomorrow, week, none, or a local day such as 2026-11-27."),
    ] = None,
    text: Annotated[str, Query(max_length=500, description="Words of the title or the notes; the last may go on.")] = "",
    sort: Annotated[Sort, Query(description="The order; of equal ones the newest comes first.")] = "newest",
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
    page_size: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """The tasks that answer all of the questions, a page at a time. A part is found by its parent's labels, too, and by its
    project and deadline where it has none of its own.

    Pages are counted anew each time: what is added or deleted between two of them shifts the later ones, so that a task may
    stand on two pages or on none. `sort=oldest` lets new ones come last."""
    asked = Asked(status, project, label, assignee, priority, due, text)
    rows, total = await TaskPageService(scope).page(asked, sort, page_size, (page - 1) * page_size)
    has_more = page * page_size < total
    return sent({"tasks": rows, "total": total, "page": page, "page_size": page_size, "has_more": has_more})


@basics.post("/tasks", status_code=status.HTTP_201_CREATED, responses={**CREATED, **errors(404, 409)})
async def create_task(request: Request, response: Response, task: TaskIn, key: KeyHeader = None) -> TaskWholeOut:
    """Add a task, by a line of text or by fields; it has a first slot at once.

    With an `Idempotency-Key` a repeated request adds nothing and gives the task as it is now. The same key with another body
    is refused (409), and so is a repetition when the task was deleted meanwhile.
    """
    async with writing(request) as scope:
        fields, said = TaskFieldsService(scope), task.model_dump_json(exclude_unset=True)
        added = await fields.twin(key, said) if key else None
        if added is not None:
            response.headers["Idempotency-Replayed"] = "true"
        else:
            with _own_names():
                added = await _add(fields, task, submit_key(key, said) if key else None)
    async with reading(request) as scope:
        shown = TaskWholeOut.model_validate(await TaskPageService(scope).stored(added.id))
    response.headers["Location"] = f"{request.url.path.rstrip('/')}/{shown.id}"
    tag(response, shown.version)
    return shown


@basics.get("/tasks/{task_id}", responses=errors(404))
async def get_task(scope: Reading, response: Response, task_id: RowId) -> TaskWholeOut:
    """One task, with its blocks and what it waits for. Its ETag is what `If-Match` and `If-None-Match` take."""
    return await _shown(scope, response, task_id)


@basics.patch("/tasks/{task_id}", responses=errors(404, 409, 412))
async def change_task(request: Request, response: Response, task_id: RowId, patch: TaskPatch, wanted: IfMatch) -> TaskWholeOut:
    """Change what is sent, and nothing else."""
    async with _row(request, task_id, wanted) as scope:
        with _own_names():
            await TaskFieldsService(scope).patch(task_id, _sent(patch), is_for_all=patch.for_all)
    async with reading(request) as scope:
        return await _shown(scope, response, task_id)


@basics.delete("/tasks/{task_id}", status_code=status.HTTP_204_NO_CONTENT, responses=errors(404, 412))
async def delete_task(request: Request, task_id: RowId, wanted: IfMatch) -> None:
    """Delete a task and its parts; its time is free again. `POST .../restore` brings it back."""
    async with _row(request, task_id, wanted) as scope:
        await TaskService(scope).delete(task_id)


@basics.patch("/tasks/{task_id}/complete", responses=errors(404, 409, 412))
async def complete_task(request: Request, response: Response, task_id: RowId, wanted: IfMatch) -> TaskWholeOut:
    """Finish a task, with its parts; 409 when it is done or cancelled already."""
    return await _act(request, response, task_id, wanted, lambda scope: TimeEntryService(scope).complete(task_id))


@router.post("/tasks/{task_id}/start", responses=errors(404, 409, 412))
async def start_task(request: Request, response: Response, task_id: RowId, wanted: IfMatch) -> TaskWholeOut:
    """Begin to work on a task; 409 when another one runs."""
    return await _act(request, response, task_id, wanted, lambda scope: TimeEntryService(scope).start(task_id))


@router.post("/tasks/{task_id}/stop", responses=errors(404, 409, 412))
async def stop_task(request: Request, response: Response, task_id: RowId, wanted: IfMatch) -> TaskWholeOut:
    """Pause the running task: the time is kept, what is left is planned again."""
    return await _act(request, response, task_id, wanted, lambda scope: TimeEntryService(scope).stop(task_id))


@router.post("/tasks/{task_id}/reopen", responses=errors(404, 409, 412))
async def reopen_task(request: Request, response: Response, task_id: RowId, wanted: IfMatch) -> TaskWholeOut:
    """Take back a completion or a cancellation; what is left is planned again."""
    return await _act(request, response, task_id, wanted, lambda scope: TimeEntryService(scope).reopen(task_id))


@router.post("/tasks/{task_id}/cancel", responses=errors(404, 409, 412))
async def cancel_task(request: Request, response: Response, task_id: RowId, wanted: IfMatch) -> TaskWholeOut:
    """Give a task up, with its parts: it is kept, and no longer planned, until it is reopened."""
    return await _act(request, response, task_id, wanted, lambda scope: TimeEntryService(scope).cancel(task_id))


@router.post("/tasks/{task_id}/restore", responses=errors(404, 409))
async def restore_task(request: Request, response: Response, task_id: RowId) -> TaskWholeOut:
    """Bring a deleted task back, with the parts that went with it."""
    async with writing(request) as scope:
        await TaskService(scope).restore(task_id)
    async with reading(request) as scope:
        return await _shown(scope, response, task_id)


@router.get("/tasks/{task_id}/dependencies", responses=errors(404))
async def list_dependencies(scope: Reading, task_id: RowId) -> DependenciesOut:
    """What a task waits for, done or not."""
    return await _dependencies(scope, task_id)


@router.put("/tasks/{task_id}/dependencies", responses=errors(404, 409, 412))
async def set_dependencies(request: Request, task_id: RowId, wanted: IfMatch, waits: DependenciesIn) -> DependenciesOut:
    """Have a task wait for these, and for no others; 422 for what would be a circle."""
    async with _row(request, task_id, wanted) as scope:
        await TaskFieldsService(scope).patch(task_id, {"waits_for": waits.waits_for})
    async with reading(request) as scope:
        return await _dependencies(scope, task_id)


@router.delete(
    "/tasks/{task_id}/dependencies/{other_id}", status_code=status.HTTP_204_NO_CONTENT, responses=errors(404, 409, 412)
)
async def delete_dependency(request: Request, task_id: RowId, other_id: RowId, wanted: IfMatch) -> None:
    """Have a task no longer wait for another; 404 when it does not."""
    async with _row(request, task_id, wanted) as scope:
        await TaskFieldsService(scope).wait_no_more(task_id, other_id)


@router.post("/tasks/parse", response_model_exclude_none=True)
async def parse_text(scope: Reading, said: ParseIn) -> ParsedOut:
    """How the quick-add field would understand a line of text; nothing is stored."""
    zone = said.timezone or scope.person.zone
    if zone not in ZONES:
        raise InvalidInputError("There is no such time zone.", {"timezone": "Name a zone such as Europe/Berlin."})
    day_first = scope.person.day_first if said.day_first is None else said.day_first
    person = replace(scope.person, zone=zone, day_first=day_first)
    here = replace(scope, person=person, now=said.now or scope.now)
    return ParsedOut.model_validate(as_json(await DraftService(here).read_at(said.text, said.ignored)))


def user_in_path(user_id: Annotated[str, Path(max_length=20, description="Your own id; any other is not here.")]) -> None:
    """Documents the path; `routers.deps` compares it with who asks, within the one transaction."""


async def _add(fields: TaskFieldsService, task: TaskIn, key: str | None) -> Task:
    sent = _sent(task)
    if task.text is not None:
        return await fields.add_text(task.text, sent, key, task.parent_id)
    return await fields.add_fields(sent, key, task.parent_id)


async def _act(
    request: Request,
    response: Response,
    task_id: int,
    wanted: frozenset[str] | None,
    act: Callable[[Scope], Awaitable[Task]],
) -> TaskWholeOut:
    """One of the buttons of a task, and the task after it."""
    async with _row(request, task_id, wanted) as scope:
        await act(scope)
    async with reading(request) as scope:
        return await _shown(scope, response, task_id)


@asynccontextmanager
async def _row(request: Request, task_id: int, wanted: frozenset[str] | None) -> AsyncIterator[Scope]:
    """A writing scope in which the task is there, and is the one that the request is about."""
    async with writing(request) as scope:
        await scope.lock()
        refuse_stale((await TaskService(scope).get(task_id)).version, wanted)
        yield scope


async def _shown(scope: Scope, response: Response, task_id: int) -> TaskWholeOut:
    shown = TaskWholeOut.model_validate(await TaskPageService(scope).one(task_id))
    tag(response, shown.version)
    return shown


async def _dependencies(scope: Scope, task_id: int) -> DependenciesOut:
    waits = await TaskFieldsService(scope).waits(task_id)
    return DependenciesOut(waits_for=tuple(DependencyOut(id=other, title=title) for other, title in waits))


def _sent(task: TaskIn | TaskPatch) -> Sent:
    """What was sent, by the names of columns."""
    names = task.model_fields_set - {"text", "parent_id", "for_all"}
    return {COLUMNS.get(name, name): getattr(task, name) for name in names}


@contextmanager
def _own_names() -> Iterator[None]:
    """What is at fault, by the names that the program uses."""
    try:
        yield
    except AppError as error:
        error.fields = {NAMES.get(field, field): sentence for field, sentence in error.fields.items()}
        raise
