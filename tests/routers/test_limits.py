"""G31: of two processes on one database, with nothing else to share, the limits are one: one after the other, and at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx2
import pytest

from app import create_app, equip
from db import Database
from routers.limits import network_of
from tests.support.cast import Cast, browser_of
from tests.support.pages import ADDRESS
from tests.support.stage import settings_for

LIMIT = 5
"""Links to one address in a quarter of an hour, and here the requests of one address to the API."""


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.7"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_network(address: str, network: str) -> None:
    """Whoever has one IPv6 address has 2**64 of them to ask from."""
    assert network_of(address) == network


async def test_addresses_of_one_network_count_together(cast: Cast) -> None:
    settings = settings_for(cast.stage.database.url, rate_limit="2/hour")
    app = create_app(settings, cast.stage.clock)
    equip(app, settings, cast.stage.database, cast.stage.clock)
    found = []
    for end in ("1", "2", "3"):
        transport = httpx2.ASGITransport(app, client=(f"2001:db8::{end}", 1))
        async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, trust_env=False) as http:
            found.append((await http.get("/api/v1/nothing")).status_code)
    assert found == [404, 404, 429]


@pytest.fixture
async def both(cast: Cast) -> AsyncIterator[tuple[httpx2.AsyncClient, httpx2.AsyncClient]]:
    """Two applications that share a database, each with what it counts by itself."""
    settings = settings_for(cast.stage.database.url, auth="accounts", rate_limit=f"{LIMIT}/hour")
    apps = [create_app(settings, cast.stage.clock) for _ in range(2)]
    databases = [Database(settings.database_url) for _ in apps]
    for app, database in zip(apps, databases, strict=True):
        equip(app, settings, database, cast.stage.clock)
    first, second = (browser_of(app) for app in apps)
    async with first, second:
        yield first, second
    for app, database in zip(apps, databases, strict=True):
        await app.state.mailer.settle()
        await database.close()


async def statuses(
    both: tuple[httpx2.AsyncClient, ...], path: str, at_once: bool, form: dict[str, str] | None = None
) -> Counter[int]:
    """Of so many requests as are allowed, at each of both."""
    method = "POST" if form else "GET"
    asked = [both[number % 2].request(method, path, data=form) for number in range(2 * LIMIT)]
    answers = await asyncio.gather(*asked) if at_once else [await one for one in asked]
    return Counter(answer.status_code for answer in answers)


@pytest.mark.parametrize("at_once", [False, True], ids=["in-turn", "at-once"])
async def test_signing_in(both: tuple[httpx2.AsyncClient, ...], at_once: bool) -> None:
    """On any database."""
    found = await statuses(both, "/sign-in", at_once, {"email": "eve@example.org"})
    assert found == {200: LIMIT, 429: LIMIT}


@pytest.mark.parametrize("at_once", [False, True], ids=["in-turn", "at-once"])
async def test_api(cast: Cast, both: tuple[httpx2.AsyncClient, ...], at_once: bool) -> None:
    """PostgreSQL counts for both. SQLite is for one process, and there each counts its own: a second one says so."""
    found = await statuses(both, "/api/v1/nothing", at_once)
    assert found == ({404: 2 * LIMIT} if cast.stage.database.is_sqlite else {404: LIMIT, 429: LIMIT})


async def test_a_second_process_knows(database: Database) -> None:
    other = Database(database.url)
    assert (database.claim(), other.claim()) == (True, not database.is_sqlite)
    await database.close()
    assert other.claim()
    await other.close()
