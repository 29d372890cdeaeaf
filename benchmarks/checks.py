"""What it costs to know who asks, and what a list of the API costs: ratios of requests that are measured in turns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import httpx2

from benchmarks.measure import Line, Section, seconds_of, spoken
from benchmarks.web import Person, served
from db import Database
from models import Grant, Role
from services.access import Access
from services.door import Door
from services.own_account import OwnAccountService
from services.refresh_tokens import RefreshTokenService
from services.scope import Scope
from services.users import get_person
from tests.e2e.server import AppServer
from tests.support.cast import Headers, arrive
from tests.support.stage import Clock, Stage, settings_for

TASKS = 50
LIST = f"/api/v1/tasks?page_size={TASKS}"
MANY = "1000000/minute"
SECRET = "the key of a measurement, which encrypts nothing that matters"
MOST_ADDED, LEAST_SHARE = 1.10, 0.5


def team(database: Database, secret_key: str) -> Stage:
    """What acts on the database of servers with accounts, at the real time."""
    settings = settings_for(database.url, auth="accounts", secret_key=secret_key)
    return Stage(database, settings, Clock(datetime.now(UTC)), ada=1, eve=1)


def signing_in(is_quick: bool) -> Section:
    """The same requests of the same tasks, at a server that asks who is there and at one that does not."""
    rounds, lines = 30 if is_quick else 400, []
    with served(RATE_LIMIT=MANY) as open_one, served(RATE_LIMIT=MANY) as asking:
        for server in (open_one, asking):
            fill(server)
        cookie, access, made = close_door(asking)
        for name, path, headers in (
            ("Today, by a session", "/", cookie),
            ("list of the API, by an access token", LIST, access),
            ("list of the API, by a token that was made", LIST, made),
        ):
            acts = [asked(open_one, path, {}), asked(asking, path, headers)]
            without, with_check = in_turns(acts, rounds)
            ratio = with_check / without
            cells = (spoken(without), spoken(with_check), f"{ratio:.2f}x")
            lines.append(Line(name, cells, f"at most {MOST_ADDED:.2f}x", ratio <= MOST_ADDED))
    return Section("Knowing who asks (medians, in turns)", ("AUTH=local", "accounts", "ratio"), tuple(lines))


def api_list(is_quick: bool, folder: Path) -> Section:
    """Requests of one program with a token, one after the other: the list, and the same answer as a constant."""
    rounds = 30 if is_quick else 400
    with served(RATE_LIMIT=MANY) as server:
        fill(server)
        answer = folder / "answer.json"
        answer.write_bytes(server.client.get(LIST).raise_for_status().content)
        server.environment["CONSTANT"] = str(answer)
        server.command = ("-m", "benchmarks.constant")
        made = close_door(server)[-1]
        paths = (LIST, "/api/v1/constant", "/api/v1/constant/bytes")
        of_list, of_constant, of_bytes = in_turns([asked(server, path, made) for path in paths], rounds)
        size = len(answer.read_bytes())
    return Section(
        f"A list of {TASKS} tasks by the API, {size / 1024:.0f} KiB (medians, in turns)",
        ("list", "constant", "throughput"),
        (
            _compared("against the same answer, encoded each time", of_list, of_constant, LEAST_SHARE),
            _compared("against its bytes, only sent", of_list, of_bytes, None),
        ),
    )


def close_door(server: AppServer) -> tuple[Headers, Headers, Headers]:
    """Start the server anew with accounts; what its one person then sends: a session's cookie, an access token, one that they
    made."""
    server.stop()
    let_in = asyncio.run(_let_in(server))
    server.environment |= {"AUTH": "accounts", "SECRET_KEY": SECRET}
    server.launch()
    server.wait_for(lambda: server.client.get("/readyz").status_code == 200)
    return let_in


def fill(server: AppServer) -> None:
    """Fifty open tasks with their plan."""
    person = Person(server)
    for _ in range(TASKS):
        person.post()
    person.wait_until_idle()


def asked(server: AppServer, path: str, headers: Headers) -> Callable[[], httpx2.Response]:
    """A request that must succeed."""
    return lambda: server.client.get(path, headers=dict(headers)).raise_for_status()


def in_turns(acts: list[Callable[[], httpx2.Response]], rounds: int) -> list[float]:
    """The median seconds of each, one after the other in every round, so that what else the machine does meets all alike."""
    samples = [[seconds_of(act) for act in acts] for _ in range(rounds)]
    return [median(column) for column in zip(*samples, strict=True)]


def _compared(name: str, seconds: float, constant: float, least: float | None) -> Line:
    share = constant / seconds
    cells = (spoken(seconds), spoken(constant), f"{share:.2f}x")
    return Line(name, cells) if least is None else Line(name, cells, f"at least {least:g}x", share >= least)


async def _let_in(server: AppServer) -> tuple[Headers, Headers, Headers]:
    """The one person of a stopped server as its owner: by a session, by an access token, and by a token that was made."""
    database = Database(f"sqlite+aiosqlite:///{server.log.parent / 'app.db'}")
    stage = team(database, SECRET)
    try:
        owner = await arrive(stage, 1, "ada", Role.OWNER)
        async with database.session_scope() as session:
            pair = await RefreshTokenService(Door(session, stage.clock(), stage.settings)).begin(owner.id)
            access = Access("ada", owner.email, Role.OWNER, session_id=1)
            person = await get_person(session, stage.settings, owner.id)
            scope = Scope(session, person, stage.clock(), stage.settings, access)
            made = await OwnAccountService(scope).make_token({"name": "measure", "scope": Grant.ADMIN.value, "days": "30"})
    finally:
        await database.close()
    return owner.headers, {"Authorization": f"Bearer {pair.access_token}"}, {"Authorization": f"Bearer {made}"}
