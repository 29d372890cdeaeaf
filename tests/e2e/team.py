"""A server whose people have accounts, owned by ada: she is signed in over HTTP, and browsers get her session."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext

from tests.e2e.server import AppServer
from tests.e2e.steps import work_daily
from tests.support.mail_server import LINK

ACCOUNTS = {"AUTH": "accounts", "RATE_LIMIT": "100000/minute"}


def set_up(server: AppServer) -> None:
    """Make ada its owner, and the server's client hers; she works 9 to 17 on every day."""
    token = parse_qs(urlsplit(setup_link(server)).query)["token"][0]
    answer = server.client.post("/sign-in/link", data={"token": token, "name": "Ada Byron", "email": "ada@example.org"})
    assert answer.status_code == 303
    work_daily(server)


def setup_link(server: AppServer) -> str:
    """The address that makes whoever opens it the owner, as the log says it."""
    server.wait_for(lambda: LINK.search(server.log.read_text()) is not None)
    return link_in(server.log.read_text())


def invite(server: AppServer, email: str, name: str) -> str:
    """Invite somebody; the address of their link."""
    answer = server.client.post("/settings/people", data={"email": email, "name": name, "role": "member"})
    return link_in(answer.text)


def link_in(text: str) -> str:
    """The first link that signs somebody in."""
    found = LINK.search(text)
    assert found is not None
    return found[0]


def let_in(context: BrowserContext, server: AppServer) -> None:
    """Sign the browser in as who the server's client is."""
    cookies = [{"name": cookie.name, "value": cookie.value or "", "url": server.url} for cookie in server.client.cookies.jar]
    context.add_cookies(cookies)  # type: ignore[arg-type]  # its own TypedDict, which is not exported
