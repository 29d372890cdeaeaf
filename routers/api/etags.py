"""Entity tags: answers that have not changed are not sent again, and a change of a row that has changed is refused.

A tag is `"<version>.<digest>"` for a row that has a version, `"<digest>"` for everything else. The digest is that of the whole
answer and serves `If-None-Match`; `If-Match` compares the version alone, because what the planner notes on a row in between is
nobody's edit.
"""

from __future__ import annotations

import hashlib
import re
from typing import Annotated

from fastapi import Depends, Header, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from errors import StaleError
from routers.origins import is_api

DIGEST_CHARACTERS = 20
_TAG = re.compile(r'"([^"]*)"')


def tag(response: Response, version: int) -> None:
    """Say which version of a row is answered with."""
    response.headers["ETag"] = f'"{version}."'


def tag_whole(response: Response, state: str) -> None:
    """Say which state is answered with, where the same state may read differently (it tells the time, say)."""
    response.headers["ETag"] = f'"{state}"'


def read_if_match(
    if_match: Annotated[
        str | None,
        Header(max_length=1000, description="The ETag that was read: 412 when the row has changed since."),
    ] = None,
) -> frozenset[str] | None:
    """The versions that a change may be of; None: any."""
    if if_match is None or if_match.strip() == "*":
        return None
    return frozenset(found.partition(".")[0] for found in _TAG.findall(if_match))


IfMatch = Annotated[frozenset[str] | None, Depends(read_if_match)]


def refuse_stale(version: int, wanted: frozenset[str] | None) -> None:
    """Raise StaleError when the row is none of those that the request is about."""
    if wanted is not None and str(version) not in wanted:
        raise StaleError("This has changed since you read it. Nothing was changed: read it again, then decide.")


class EntityTags:
    """Gives each answer of the API its tag, and answers 304 where the program has the same one already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_api(scope["path"]):
            await self.app(scope, receive, send)
            return
        start: Message = {}
        parts: list[bytes] = []

        async def hold(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await _answer(scope, start, b"".join(parts), send)

        await self.app(scope, receive, hold)


async def _answer(scope: Scope, start: Message, body: bytes, send: Send) -> None:
    """Send what was held back, tagged, or that it has not changed."""
    headers, asked = MutableHeaders(scope=start), Headers(scope=scope)
    told = headers.get("etag", "").strip('"')
    if start["status"] in {200, 201} and (told or scope["method"] == "GET"):
        found = told
        if not told or told.endswith("."):
            found += hashlib.sha256(body).hexdigest()[:DIGEST_CHARACTERS]
        headers["ETag"] = f'"{found}"'
        known = asked.get("if-none-match", "")
        if scope["method"] == "GET" and (known.strip() == "*" or found in _TAG.findall(known)):
            del headers["content-length"], headers["content-type"]
            start["status"], body = 304, b""
    await send(start)
    await send({"type": "http.response.body", "body": body})
