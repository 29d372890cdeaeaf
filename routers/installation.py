"""What makes the pages an app: the manifest, the service worker, and the page for when there is no connection.

The worker is versioned by the content of the static files. Every page says the same version, so that a worker of another one
knows that it is outdated.
"""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from routers.assets import FOLDER, asset, version
from routers.rendering import render

router = APIRouter(include_in_schema=False)

KEPT = ("css/**/*.css", "js/**/*.js", "img/*.svg", "vendor/ht*.js", "vendor/hx*.js")
"""What a worker fetches ahead: all that Today needs. Anything else is kept when it is first asked for."""
MANIFEST = {
    "name": "Dayloom",
    "short_name": "Dayloom",
    "description": "Plans your day around what you have to do.",
    "id": "/",
    "start_url": "/",
    "scope": "/",
    "display": "standalone",
    "background_color": "#f3f3f6",
    "theme_color": "#1b1b22",
    "icons": [
        {"src": "/static/img/logo.svg", "sizes": "any", "type": "image/svg+xml"},
        {"src": "/static/img/icon-192.png", "sizes": "192x192", "type": "image/png"},
        {"src": "/static/img/icon-512.png", "sizes": "512x512", "type": "image/png"},
        {"src": "/static/img/icon-maskable-512.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ],
    "shortcuts": [{"name": "New task", "url": "/quick-add"}, {"name": "Chat", "url": "/chat"}],
}


@router.get("/manifest.webmanifest")
async def manifest() -> Response:
    return JSONResponse(MANIFEST, headers={"Cache-Control": "no-cache"}, media_type="application/manifest+json")


@router.get("/sw.js")
async def worker() -> Response:
    """At the root, so that its scope is everything; asked for anew by browsers, never from their caches."""
    return Response(_worker(), headers={"Cache-Control": "no-cache"}, media_type="text/javascript")


@router.get("/offline")
async def offline(request: Request) -> Response:
    """Kept by the worker, and shown for pages that it may not keep."""
    return render(request, None, "offline.html", page="")


@cache
def _worker() -> str:
    """The script with its version and with the addresses that it fetches ahead."""
    paths = sorted({path for pattern in KEPT for path in FOLDER.glob(pattern)})
    names = "".join(f'\n  "{asset(path.relative_to(FOLDER).as_posix())}",' for path in paths)
    source = (FOLDER / "js" / "worker.js").read_text()
    return source.replace('"VERSION"', f'"{version()}"').replace("[/* KEPT */]", f"[{names}\n]")
