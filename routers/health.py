"""Probes: whether the process lives, and whether it can do its work."""

from __future__ import annotations

import shutil
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from routers.doors import database_of
from services.health import database_problem

router = APIRouter(include_in_schema=False)

LEAST_FREE_BYTES = 50 * 2**20


@router.get("/healthz")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(request: Request) -> Response:
    """The database answers and is migrated, and there is room on the disk; 503 with what is wrong otherwise."""
    problem = await database_problem(database_of(request))
    if problem is None and shutil.disk_usage(Path.cwd()).free < LEAST_FREE_BYTES:
        problem = "The disk is full."
    return JSONResponse({"status": "ok"} if problem is None else {"status": problem}, 200 if problem is None else 503)
