"""The product with two more routes, which return a constant: what a list of the API is compared with.

They pass the same doors as every route of the API: the middleware, and the sign-in with its look at the database. They are
found first, the list is not. `python -m benchmarks.constant`; the environment is the product's, and CONSTANT names the file
with the answer of the list.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Response

from app import SHOWN_AS_BEARER, create_app
from config import get_settings
from routers.deps import signed_in


def add_constants(app: FastAPI, answer: bytes) -> None:
    """`/api/v1/constant` encodes it each time, `/api/v1/constant/bytes` only sends it."""
    page: dict[str, object] = json.loads(answer)
    router = APIRouter(prefix="/api/v1", dependencies=[Depends(signed_in), Depends(SHOWN_AS_BEARER)])

    @router.get("/constant")
    async def constant() -> dict[str, object]:
        return page

    @router.get("/constant/bytes")
    async def constant_bytes() -> Response:
        return Response(answer, media_type="application/json")

    app.include_router(router)
    app.router.routes.insert(0, app.router.routes.pop())


def main() -> None:
    settings = get_settings()
    app = create_app(settings)
    add_constants(app, Path(os.environ["CONSTANT"]).read_bytes())
    uvicorn.run(app, host=settings.host, port=settings.port, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
