"""G36: secrets stay in. Each secret of an instance is a word that is nowhere else; what is logged at DEBUG, shown and stored
while they are used, well and badly, has none of them.
"""

from __future__ import annotations

import logging

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from app import equip
from models import Base, Grant
from tests.e2e.server import free_port
from tests.guarantees.report import Tally
from tests.guarantees.test_g23_isolation import ENDLESS, declared, things_of
from tests.repositories.test_owner import furnish
from tests.support.cast import Cast, Member

LEAST_CASES = 900
SOLVED = {"/api/v1/plan/explain/{task_id}", "/api/v1/plan/repairs/{task_id}", "/plan/repairs/{task_id}"}
"""They take a second each, and do what `/plan/alternatives` does, too."""
PASSWORD, KEY = "canary words of my own", "sk-canary-of-a-model"


def settings_with_canaries(cast: Cast) -> dict[str, str]:
    """The instance's own, set; by name."""
    own = {
        "secret_key": "canary-secret-key-" + "k" * 32,
        "secret_key_previous": "canary-previous-key-" + "p" * 32,
        "jwt_secret": "canary-jwt-secret-" + "j" * 32,
        "smtp_url": f"smtp://ada:canary-of-mails@127.0.0.1:{free_port()}",
        "oidc_client_secret": "canary-of-the-provider",
        "openai_api_key": "sk-canary-of-the-environment",
    }
    plain = {"mail_from": "dayloom@example.org", "oidc_issuer": f"http://127.0.0.1:{free_port()}", "oidc_client_id": "dayloom"}
    secret = {name: SecretStr(value) for name, value in own.items()}
    cast.stage.settings = cast.stage.settings.model_copy(update={**plain, **secret})
    app = cast.site.app
    equip(app, cast.stage.settings, cast.stage.database, cast.stage.clock)
    return own | {"smtp_url": "canary-of-mails"}


async def use_all(cast: Cast) -> dict[str, str]:
    """Use what opens doors, well and badly: by name."""
    http, member = cast.site.http, cast.owner
    await http.post("/settings/account/password", data={"password": PASSWORD}, headers=dict(member.headers))
    await http.post("/settings/model", data={"model": "openai/x", "api_key": KEY}, headers=dict(member.headers))
    await http.patch("/api/v1/settings", json={"api_key": KEY + "\n", "model": "x"}, headers=dict(member.headers))
    link, token = await cast.link(cast.admin), await cast.api_token(member, Grant.ADMIN)
    access, refresh = await cast.pair(member)
    await http.post("/sign-in", data={"email": member.email, "password": PASSWORD})
    await http.post("/auth/token", json={"email": member.email, "password": PASSWORD, "token": link})
    for _ in range(2):  # the second time nothing of it is good any more
        await http.post("/sign-in/link", data={"token": link})
        await http.post("/auth/refresh", json={"refresh_token": refresh})
        await http.post("/auth/verify", json={"token": link, "password": PASSWORD})
        await http.get("/auth/me", headers={"Authorization": f"Bearer {access}x"})
        await http.get(f"/sign-in/link?token={link}")
    await http.get("/sign-in/oidc")
    http.cookies.clear()
    await http.post("/sign-in", data={"email": member.email})
    await http.post("/api/v1/tasks", content=b'{"title": ', headers={**token.headers, "Content-Type": "application/json"})
    invited = await http.post("/settings/people", data={"email": "bob@example.org"}, headers=dict(cast.owner.headers))
    assert "token=" in invited.text
    await cast.site.app.state.mailer.settle()
    return {
        **{"password": PASSWORD, "key of a model": KEY, "sign-in link": link, "access token": access, "refresh token": refresh},
        **{"API token": token.headers["Authorization"].removeprefix("Bearer "), "session": member.cookie},
        "invitation": invited.text.partition("token=")[2].partition('"')[0],
    }


async def shown(cast: Cast, who: Member) -> dict[str, str]:
    """What every GET shows them, by path."""
    found = {}
    for route in (route for route in declared() if route.is_safe and route.path not in {*ENDLESS, *SOLVED}):
        path = route.at(1, who.id)
        answer = await cast.site.http.get(path, headers=dict(who.headers))
        found[path] = f"{answer.headers} {answer.text}"
        cast.site.http.cookies.clear()
    return found


async def stored(cast: Cast) -> str:
    """Every row of every table."""
    async with cast.stage.database.read_scope() as session:
        rows = [row for table in Base.metadata.sorted_tables for row in await session.execute(select(table))]
    return "\n".join(map(str, rows))


@pytest.mark.parametrize("templates", ["sqlite"], indirect=True)
async def test_canaries(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await furnish(cast.stage)
    canaries = settings_with_canaries(cast) | await use_all(cast)
    before = await things_of(cast.stage, cast.owner.id)
    places = await shown(cast, cast.owner)
    assert await things_of(cast.stage, cast.owner.id) == before, "G25: looking changes nothing"
    own = [record for record in caplog.records if not record.name.startswith(("mail.", "asyncio"))]
    formatter = logging.Formatter("%(message)s")
    places |= {"the log": "\n".join(map(formatter.format, own)), "the database": await stored(cast)}
    assert len(own) > 80
    assert len(canaries) >= 14
    tally = Tally("G36 canaries", 0, LEAST_CASES)
    for place, said in places.items():
        for name, secret in canaries.items():
            tally.case(secret not in said, f"{name} stands in {place}")
    tally.close()
