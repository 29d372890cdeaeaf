"""Which pages of other origins may use the API from a browser: those that the configuration names, with no cookies.

The pages of the product itself answer none of them.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from routers.errors import shaped
from routers.origins import is_api

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ASKED = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match")
TOLD = (
    *("ETag", "Location", "Idempotency-Replayed", "Retry-After", "X-Request-Id"),
    *("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy"),
)


class ApiCors:
    """CORS for the API alone."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self.app = app
        self.cors = _ShapedCors(
            app, allow_origins=sorted(origins), allow_methods=METHODS, allow_headers=ASKED, expose_headers=TOLD
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_for_programs = scope["type"] == "http" and is_api(scope["path"])
        await (self.cors if is_for_programs else self.app)(scope, receive, send)


class _ShapedCors(CORSMiddleware):
    def preflight_response(self, request_headers: Headers) -> Response:
        """What a browser may do, or the API's own error when it may not."""
        response = super().preflight_response(request_headers)
        if response.status_code == 200:
            return response
        refusal = shaped(response.status_code, "Pages of this origin may not do that: see CORS_ORIGINS.")
        kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        refusal.headers.update(kept)
        return refusal
