"""History: what is done, by day."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from routers.deps import Reading
from routers.rendering import render
from services.history import HistoryService

router = APIRouter(prefix="/history", include_in_schema=False)


@router.get("")
async def index(request: Request, scope: Reading, before: Annotated[AwareDatetime | None, Query()] = None) -> Response:
    days, next_at = await HistoryService(scope).page(before)
    older = f"/history?{urlencode({'before': next_at.isoformat()})}" if next_at else None
    return render(request, scope, "history/index.html", page="history", days=days, older=older)
