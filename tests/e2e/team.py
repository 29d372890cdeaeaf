"""A server whose people have accounts, owned by ada: she is signed in over HTTP, and browsers get her session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext

from tests.e2e.server import AppServer
from tests.e2e.steps import work_daily
from tests.support.mail_server import LINK

ACCOUNTS = {"AUTH": "accounts", "RATE_LIMIT": "100000/minute"}


@contextmanager
def owned(folder: Path, migrated: Path) -> Iterator[AppServer]:
    """The server, working 9 to 17 on every day; its client acts as ada."""
    with AppServer(folder, ACCOUNTS, database=migrated) as server:
        link = setup_link(server)
        fields = {"token": parse_qs(urlsplit(link).query)["token"][0], "name": "Ada", "email": "ada@example.org"}
        server.client.post("/sign-in/link", data=fields)
        work_daily(server)
        yield server


def setup_link(server: AppServer) -> str:
    """The address that makes whoever opens it the owner, as the log says it."""
    server.wait_for(lambda: LINK.search(server.log.read_text()) is not None)
    found = LINK.search(server.log.read_text())
    assert found is not None
    return found[0]


def let_in(context: BrowserContext, server: AppServer) -> None:
    """Sign the browser in as who the server's client is."""
    cookies = [{"name": cookie.name, "value": cookie.value or "", "url": server.url} for cookie in server.client.cookies.jar]
    context.add_cookies(cookies)  # type: ignore[arg-type]  # its own TypedDict, which is not exported
