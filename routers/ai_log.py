"""The AI log: the calls, and one call in full."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from routers.deps import OptionalId, Reading, RowId
from routers.rendering import render
from services.ai_log import AiLogService

router = APIRouter(prefix="/ai-log", include_in_schema=False)


@router.get("")
async def index(request: Request, scope: Reading, task: OptionalId = None, before: OptionalId = None) -> Response:
    rows, next_id = await AiLogService(scope).page(before, task)
    older = f"/ai-log?before={next_id}" + (f"&task={task}" if task else "") if next_id else None
    about = await AiLogService(scope).task(task)
    return render(request, scope, "ai_log/index.html", page="ai_log", rows=rows, task=about, older=older)


@router.get("/{call_id}")
async def show(request: Request, scope: Reading, call_id: RowId) -> Response:
    call = await AiLogService(scope).show(call_id)
    return render(request, scope, "ai_log/show.html", page="ai_log", call=call)
