"""The AI log: every call to a model as it happened."""

from __future__ import annotations

import json

from errors import NotFoundError
from models import ModelCall
from repositories.model_calls import ModelCallRepository
from repositories.task_rows import TaskRowRepository
from services import views
from services.scope import Scope
from services.today import task_row

PAGE_ROWS = 50


class AiLogService:
    """Reads the log; changes nothing."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.calls = ModelCallRepository(scope.session)

    async def page(self, before_id: int | None, task_id: int | None) -> tuple[tuple[views.CallRow, ...], int | None]:
        """The newest calls (about one task, when given), and below which id the next page begins (None: there is none)."""
        found = await self.calls.list_newest(self.scope.person.id, PAGE_ROWS + 1, before_id, task_id)
        shown = found[:PAGE_ROWS]
        tasks = await self.calls.list_task_ids(self.scope.person.id, [call.id for call in shown])
        rows = tuple(_row(call, tasks.get(call.id, ())) for call in shown)
        return rows, shown[-1].id if len(found) > PAGE_ROWS else None

    async def show(self, call_id: int) -> views.CallRow:
        """One call; NotFoundError for a missing or foreign one."""
        call = await self.calls.get(self.scope.person.id, call_id)
        if call is None:
            raise NotFoundError("This call is not in the log.")
        tasks = await self.calls.list_task_ids(self.scope.person.id, [call.id])
        return _row(call, tasks.get(call.id, ()))

    async def task(self, task_id: int | None) -> views.TaskRow | None:
        """The task that the log is filtered by, if it exists."""
        rows = TaskRowRepository(self.scope.session)
        row = await rows.get_row(self.scope.person.id, task_id, self.scope.now) if task_id else None
        return task_row(row) if row else None


def _row(call: ModelCall, task_ids: tuple[int, ...]) -> views.CallRow:
    return views.CallRow(
        id=call.id,
        at=call.started_at,
        module=call.module,
        model=call.model,
        status="ok" if call.status == "ok" else "error",
        duration_ms=call.duration_ms,
        attempts=call.attempts,
        prompt_tokens=call.prompt_tokens,
        completion_tokens=call.completion_tokens,
        cost_usd=call.cost_usd,
        error=call.error,
        task_ids=task_ids,
        inputs=readable(call.inputs),
        outputs=call.outputs,
    )


def readable(inputs: str) -> str:
    """The inputs of a call, one after the other, with the JSON in them laid out; as stored when they are something else."""
    try:
        parts = json.loads(inputs)
        return "\n\n".join(f"{name}:\n{_laid_out(str(value))}" for name, value in parts.items())
    except (ValueError, AttributeError):
        return inputs


def _laid_out(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
