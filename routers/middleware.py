"""The gate of the web process, as pure ASGI: who may ask, what every answer carries, and the request's id in the logs."""

from __future__ import annotations

import logging
import secrets
import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from logs import bound
from routers.errors import shaped
from routers.origins import SAFE_METHODS, is_api, is_cross_site

log = logging.getLogger("dayloom.requests")

LARGEST_BODY_BYTES = 2 * 2**20
TOO_MUCH = "This is too much to send at once; nothing was stored."
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Guard:
    """Refuses foreign hosts, cross-site writes and huge bodies; adds security headers and logs each request.

    `hosts` are the names of this server; `is_open` lets any name in (behind a proxy that checks it). A write is cross-site
    when `Sec-Fetch-Site` says so, or for browsers without it when `Origin` is another host (OWASP CSRF cheat sheet).
    Pages of `origins` may write to the API.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], is_open: bool, origins: frozenset[str] = frozenset()) -> None:
        self.app = app
        self.hosts = hosts
        self.is_open = is_open
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers, started = Headers(scope=scope), time.perf_counter()
        request_id, status, is_head = secrets.token_hex(6), 500, scope["method"] == "HEAD"

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(MutableHeaders(scope=message), scope["path"], request_id)
            elif is_head:  # FastAPI's routes know GET alone: it is asked, and what it says is left out
                message = {"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)}
            await send(message)

        with bound(request_id=request_id):
            refusal = self._refusal(scope["method"], scope["path"], headers)
            try:
                asked = {**scope, "method": "GET"} if is_head else scope
                await (refusal or self.app)(asked, _counted(receive), send_guarded)
            finally:
                milliseconds = round((time.perf_counter() - started) * 1000, 1)
                level = logging.DEBUG if scope["path"].startswith(("/static/", "/healthz")) else logging.INFO
                log.log(level, "%s %s %d in %s ms", scope["method"], scope["path"], status, milliseconds)

    def _refusal(self, method: str, path: str, headers: Headers) -> Response | None:
        host = headers.get("host", "").lower()
        name = host if host.endswith("]") else host.rsplit(":", 1)[0]
        is_json = is_api(path)
        if not self.is_open and name not in self.hosts:
            return _refused(is_json, 421, "This server does not answer to that name. Set PUBLIC_URL.")
        is_invited = is_json and headers.get("origin", "").lower() in self.origins
        if method not in SAFE_METHODS and not is_invited and is_cross_site(headers, host):
            return _refused(is_json, 403, "This request came from another site and was refused.")
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > LARGEST_BODY_BYTES:
            return _refused(is_json, 413, TOO_MUCH)
        if is_json and (length != "0" or "transfer-encoding" in headers) and not _is_json(headers):
            return _refused(is_json, 415, "Send JSON, with Content-Type: application/json.")
        return None


def _refused(is_json: bool, status: int, sentence: str) -> Response:
    return shaped(status, sentence) if is_json else PlainTextResponse(sentence, status)


def _counted(receive: Receive) -> Receive:
    """The body as it comes, as long as it is not too much: one that is sent in chunks says no length beforehand."""
    total = 0

    async def receive_counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > LARGEST_BODY_BYTES:
            raise HTTPException(413, TOO_MUCH)
        return message

    return receive_counted


def _is_json(headers: Headers) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _dress(headers: MutableHeaders, path: str, request_id: str) -> None:
    if "location" in headers:
        _stay(headers, path)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers["X-Request-Id"] = request_id
    if is_api(path):
        headers.setdefault("Cache-Control", "private, no-cache")
    else:
        headers.setdefault("Cache-Control", "no-store")


def _stay(headers: MutableHeaders, path: str) -> None:
    """Starlette leads from a slash too many to the host and scheme that were asked for; without them it is this server."""
    location = urlsplit(headers["location"])
    if path == f"{location.path}/" and not path.startswith("//"):
        headers["location"] = location._replace(scheme="", netloc="").geturl()
