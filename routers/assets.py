"""The files of the pages (styles, scripts, pictures), at addresses that name the version of all of them.

What lies at such an address never changes: a browser that has it asks no more, and modules find each other beside themselves.
The same files without a version are for what must be found at one place for long, as the icons of an installed app.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from config import ROOT

FOLDER = ROOT / "static"
FOREVER = "max-age=31536000, immutable"
_VERSION = re.compile(r"[0-9a-f]{16}")


@cache
def version() -> str:
    """Names the content of all static files: pages say it, and the service worker that keeps those files has it in its name."""
    digest = hashlib.sha256()
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def asset(path: str) -> str:
    """The address of a static file ("css/tokens.css") as it is in this version."""
    return f"/static/{version()}/{path}"


class Assets(StaticFiles):
    """The static files, with or without a version before their path.

    A page of another version (of before an update, or of a process that has it already) gets what there is and keeps none.
    """

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        named, _, rest = path.partition("/")
        response = await super().get_response(rest if _VERSION.fullmatch(named) else path, scope)
        if named != version():
            response.headers["Cache-Control"] = "no-cache"
            return response
        response.headers["Cache-Control"] = FOREVER
        for validator in ("ETag", "Last-Modified"):  # nobody asks again, and a cold page has fifty of these heads
            del response.headers[validator]
        return response
