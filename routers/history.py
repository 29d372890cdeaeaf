"""History: what is done, by day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from routers.deps import Reading, parse_day
from routers.rendering import render
from services.history import HistoryService

router = APIRouter(prefix="/history", include_in_schema=False)


def last_day(request: Request) -> date | None:
    """`?to=`: the newest day that is shown; None for today. Raises NotFoundError for what is no day."""
    return parse_day(request.query_params.get("to", ""))


@router.get("")
async def index(request: Request, scope: Reading, to: Annotated[date | None, Depends(last_day)]) -> Response:
    shown = await HistoryService(scope).page(to)
    return render(request, scope, "history/index.html", page="history", shown=shown, to=to)
