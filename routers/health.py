"""Probes: whether the process lives, and whether it can do its work."""

from __future__ import annotations

import shutil
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from routers.doors import database_of, settings_of
from services.health import database_problem

router = APIRouter(include_in_schema=False)

LEAST_FREE_BYTES = 50 * 2**20
OK = "ok"


@router.get("/healthz")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": OK}


@router.get("/readyz")
async def ready(request: Request) -> Response:
    """The database answers and is migrated, and there is room on the disk; 503 with what is wrong otherwise."""
    problem = await _problem(request)
    return JSONResponse({"status": problem or OK}, 503 if problem else 200)


@router.get("/health")
async def both(request: Request) -> Response:
    """Both for a person who looks, and what this process works with; the status is that of `/readyz`."""
    problem, settings, redis = await _problem(request), settings_of(request), request.app.state.redis
    environment = {
        "auth": settings.auth,
        "database": "sqlite" if database_of(request).is_sqlite else "postgresql",
        "redis": "none" if redis is None else "up" if redis.is_up else "away",
        "model": "on" if settings.ai_enabled else "off",
    }
    said = {"status": problem or OK, "live": OK, "ready": problem or OK, "environment": environment}
    return JSONResponse(said, 503 if problem else 200)


async def _problem(request: Request) -> str | None:
    problem = await database_problem(database_of(request))
    if problem is None and shutil.disk_usage(Path.cwd()).free < LEAST_FREE_BYTES:
        return "The disk is full."
    return problem.sentence if problem else None
