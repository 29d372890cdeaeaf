"""What every operation of the API says of itself: the shape of its errors, and headers that several share."""

from __future__ import annotations

from typing import Any

from routers.api.schemas import ErrorOut
from routers.errors import TITLES

DESCRIPTION = (
    "Everything that the pages do, for programs. Instants are ISO 8601, given in UTC and taken with any offset; durations are "
    "minutes. Every error has one shape: `error`, `detail`, `status_code` and `fields`. Every answer to a GET has an `ETag`, "
    "and so has that of a task or a busy time that was added or changed: send it as `If-None-Match` to be told that nothing "
    "changed (304), and that of a task or a busy time as `If-Match` to change only what you have read (412 otherwise). Where "
    "people have accounts, send `Authorization: Bearer` with an access token of `POST /auth/token` or with a token made in "
    "Settings."
)
COMMON = (401, 403, 422, 429, 500, 503)
Responses = dict[int | str, dict[str, Any]]


def errors(*statuses: int) -> Responses:
    """These errors, each in the one shape."""
    return {status: {"model": ErrorOut, "description": TITLES[status]} for status in statuses}


LOCATION = {"description": "The address of what was made.", "schema": {"type": "string"}}
CREATED: Responses = {201: {"headers": {"Location": LOCATION}}}
