"""G23: nobody reaches another's things. Every route of the application with everybody of the cast.

Whoever is nobody is refused before anything is read; another's things and missing ones are answered alike, and stay as they
are, whatever is asked about them. A route that `g23_routes.txt` does not declare fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from app import create_app
from config import ROOT
from models import Base, Grant
from tests.guarantees.report import Tally
from tests.repositories.test_owner import furnish
from tests.support.cast import Cast, Headers, over
from tests.support.stage import Stage, settings_for

LEAST_ROUTES = 170
LEAST_REFUSALS, LEAST_FOREIGN, LEAST_LIMITED = 900, 80, 60
MISSING = 987_654
FIELDS = {
    **{
        "title": "Mine now",
        "text": "Mine now 30min",
        "name": "Mine",
        "word": "x",
        "kind": "project",
        "state": "x",
        "position": "1",
    },
    **{
        "start_at": "2026-11-24T09:00",
        "end_at": "2026-11-24T10:00",
        "version": "1",
        "duration_minutes": "30",
        "status": "open",
    },
    **{"at": "2026-11-23T08:00:00+00:00", "task": "1", "ids": "1", "task_id": "1", "minutes": "15", "by": "15", "pick": "0"},
    **{
        "weeks": "2",
        "zone": "Europe/Paris",
        "role": "owner",
        "query": "status=open",
        "start": "09:00",
        "end": "17:00",
        "days": "0",
    },
}
"""What many forms want, with ada's ids among it."""
BODY = {"title": "Mine now", "text": "Mine now", "name": "Mine", "start": "2026-11-24T09:00:00Z", "end": "2026-11-24T10:00:00Z"}
ENDLESS = {"/stream"}
"""They are asked only by those who are refused."""


@dataclass(frozen=True)
class Route:
    """A route, and whom it is for."""

    kind: str
    method: str
    path: str

    @property
    def is_safe(self) -> bool:
        return self.method == "GET"

    @property
    def has_ids(self) -> bool:
        return "_id}" in self.path

    def at(self, number: int, user_id: int) -> str:
        """Its address with that id for everything, and with that person where the API names one."""
        whole = self.path.replace("/api/v1/{user_id}/", f"/api/v1/{user_id}/")
        words = {"kind": "project", "direction": "up", "act": "restore"}
        return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], str(number)), whole)


def declared() -> list[Route]:
    lines = (ROOT / "tests" / "guarantees" / "g23_routes.txt").read_text().splitlines()
    return [Route(*line.split()) for line in lines if not line.startswith("#")]


def real() -> Iterator[tuple[str, str]]:
    app = create_app(settings_for("sqlite+aiosqlite:////tmp/never-asked/x.db"))
    for context in iter_route_contexts(app.routes):
        for method in {*(getattr(context, "methods", None) or ())} - {"HEAD"}:
            yield method, str(context.path)


def test_every_route_is_declared() -> None:
    assert {(route.method, route.path) for route in declared()} == {*real()}
    assert len(declared()) >= LEAST_ROUTES


async def ask(cast: Cast, route: Route, path: str, headers: Headers) -> tuple[int, str]:
    """The status, and what was said; a form for pages, JSON for programs."""
    asks_json = route.kind == "program"
    answer = await cast.site.http.request(
        route.method,
        path,
        headers=dict(headers),
        json=BODY if asks_json and route.method in {"POST", "PUT", "PATCH"} else None,
        data=FIELDS if not asks_json and not route.is_safe else None,
    )
    cast.site.http.cookies.clear()
    return answer.status_code, answer.headers.get("location", "") if answer.status_code == 303 else answer.text


async def test_nobody_is_refused(cast: Cast) -> None:
    """Without anything, with a session that is over, as somebody who is shut out, and with nonsense."""
    gone = await cast.join("dan")
    programs = [await cast.api_token(gone, Grant.ADMIN)]
    access, refresh = await cast.pair(gone)
    await cast.disable(gone)
    nobodies: dict[str, Headers] = {
        "nobody": {},
        "disabled": gone.headers,
        "disabled, as a program": programs[0].headers,
        "disabled, with an access token": {"Authorization": f"Bearer {access}"},
        "a refresh token": {"Authorization": f"Bearer {refresh}"},
        "made up": {"Cookie": "session=" + "A" * 43},
    }
    late = await cast.again(cast.member)
    tally = Tally("G23 refusals", 0, LEAST_REFUSALS)
    for name, headers in [*nobodies.items(), ("expired", late.headers)]:
        if name == "expired":
            cast.stage.clock.at += over(cast.stage)
        for route in (route for route in declared() if route.kind not in {"open", "door"}):
            status, said = await ask(cast, route, route.at(1, cast.member.id), headers)
            is_led_away = status == 303 and said.startswith("/sign-in")
            is_refused = status == 401 or (is_led_away and route.is_safe and route.kind != "program")
            tally.case(is_refused, f"{name}: {route}: {status} {said[:100]}")
    tally.close()


async def test_tokens_open_no_page(cast: Cast) -> None:
    """Not even those of an owner."""
    program = await cast.api_token(cast.owner, Grant.ADMIN)
    tally = Tally("G23 tokens on pages", 0, 100)
    for route in (route for route in declared() if route.kind in {"person", "browser", "runs"}):
        status, _ = await ask(cast, route, route.at(1, cast.owner.id), program.headers)
        tally.case(status in {303, 401}, f"{route}: {status}")
    tally.close()


async def test_a_reading_token_only_reads(cast: Cast) -> None:
    reader = await cast.api_token(cast.owner, Grant.READ)
    before = await things_of(cast.stage, cast.owner.id)
    tally = Tally("G23 reading", 0, LEAST_LIMITED)
    for route in (route for route in declared() if route.kind == "program"):
        status, said = await ask(cast, route, route.at(1, cast.owner.id), reader.headers)
        is_kept = status not in {401, 403} and status < 500 if route.is_safe else status == 403
        tally.case(is_kept, f"{route}: {status} {said[:100]}")
    tally.close()
    assert await things_of(cast.stage, cast.owner.id) == before


async def test_members_run_nothing(cast: Cast) -> None:
    """What owners and admins see, members do not, whatever they name; what owners alone may do, admins may not."""
    tally = Tally("G23 roles", 0, 15)
    for route in (route for route in declared() if route.kind == "runs"):
        for number in (cast.owner.id, cast.admin.id, cast.member.id, MISSING):
            status, _ = await ask(cast, route, route.at(number, cast.member.id), cast.member.headers)
            tally.case(status == 403, f"eve: {route} {number}: {status}")
        status, _ = await ask(cast, route, route.at(cast.owner.id, cast.admin.id), cast.admin.headers)
        is_kept = status == 200 if route.is_safe else status in {403, 422}
        tally.case(is_kept, f"amy about ada: {route}: {status}")
    tally.close()


async def test_strangers_things(cast: Cast) -> None:
    """Eve asks every route about ada's things and about missing ones: the answers are alike, and nothing of ada's changes."""
    await furnish(cast.stage)
    cast.stage.clock.advance(seconds=1)
    before = await things_of(cast.stage, cast.owner.id)
    tally = Tally("G23 foreign", 0, LEAST_FOREIGN)
    asking = [route for route in declared() if route.kind in {"person", "browser", "program"} and route.path not in ENDLESS]
    for route in (route for route in asking if route.has_ids):
        foreign = await ask(cast, route, route.at(1, cast.member.id), cast.member.headers)
        missing = await ask(cast, route, route.at(MISSING, cast.member.id), cast.member.headers)
        is_alike = foreign[0] == missing[0] and foreign[1].replace("1", "") == missing[1].replace(str(MISSING), "").replace(
            "1", ""
        )
        is_own = route.path.endswith("/users/{user_id}") or route.path == "/api/v1/{user_id}/tasks"
        tally.case((is_alike or is_own) and foreign[0] < 500, f"{route}: {foreign[0]} {missing[0]} {foreign[1][:300]}")
    assert await things_of(cast.stage, cast.owner.id) == before
    for route in (route for route in asking if not route.has_ids and route.path != "/settings/model/test"):
        status, said = await ask(cast, route, route.path, cast.member.headers)
        leaks = [word for word in ("Send it", "Move house", "Standup", "Letters", "paint before noon") if word in said]
        tally.case(status < 500 and not leaks, f"{route}: {status} {leaks}")
    tally.close()
    assert await things_of(cast.stage, cast.owner.id) == before


async def things_of(stage: Stage, user_id: int) -> dict[str, list[str]]:
    """Every row of every table that belongs to a person."""
    found = {}
    async with stage.database.read_scope() as session:
        for table in Base.metadata.sorted_tables:
            if "user_id" in table.columns and table.name not in {"api_tokens", "audit_entries"}:
                rows = await session.execute(select(table).where(table.c.user_id == user_id))
                found[table.name] = sorted(str(row) for row in rows)
    assert sum(map(len, found.values())) > 5
    return found


@pytest.mark.parametrize("kind", ["open", "door"])
def test_what_is_open_is_few(kind: str) -> None:
    """A route that lets everybody in is a decision of its own."""
    assert len([route for route in declared() if route.kind == kind]) <= {"open": 8, "door": 12}[kind]
