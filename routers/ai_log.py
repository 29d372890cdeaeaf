"""The AI log: the calls, and one call in full."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from routers.deps import OptionalId, Reading, RowId
from routers.rendering import render
from services.ai_log import AiLogService, CallFilter
from services.fields import clean

router = APIRouter(prefix="/ai-log", include_in_schema=False)


@router.get("")
async def index(
    request: Request,
    scope: Reading,
    module: Annotated[str, Query(max_length=64)] = "",
    status: Annotated[Literal["ok", "error", ""], Query()] = "",
    task: OptionalId = None,
    before: OptionalId = None,
) -> Response:
    module = clean(module).strip()
    log, wanted = AiLogService(scope), CallFilter(module or None, status or None, task)
    rows, next_id = await log.page(wanted, before)
    chosen = {"module": module, "status": status, "task": task}
    query = urlencode({name: value for name, value in chosen.items() if value} | {"before": next_id})
    return render(
        request,
        scope,
        "ai_log/index.html",
        page="ai_log",
        rows=rows,
        wanted=wanted,
        choices=await log.choices(task),
        usage=await log.usage(wanted),
        older=f"/ai-log?{query}" if next_id else None,
    )


@router.get("/{call_id}")
async def show(request: Request, scope: Reading, call_id: RowId) -> Response:
    call = await AiLogService(scope).show(call_id)
    return render(request, scope, "ai_log/show.html", page="ai_log", call=call)
