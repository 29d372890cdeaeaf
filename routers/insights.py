"""Insights: what the past says about plans, in pictures and numbers."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from routers.deps import Reading
from routers.rendering import render
from services.insights import InsightService

router = APIRouter(prefix="/insights", include_in_schema=False)

Span = Literal["4-weeks", "12-weeks", "year"]
SPANS: dict[Span, tuple[str, int]] = {"4-weeks": ("4 weeks", 4), "12-weeks": ("12 weeks", 12), "year": ("A year", 52)}


@router.get("")
async def show(request: Request, scope: Reading, span: Annotated[Span, Query()] = "12-weeks") -> Response:
    found = await InsightService(scope).show(SPANS[span][1])
    return render(request, scope, "insights/index.html", page="history", insights=found, span=span, spans=SPANS)
