"""Probes tell the truth."""

from __future__ import annotations

import httpx2
import pytest
from sqlalchemy import text

from app import create_app
from db import UNMIGRATED, Database
from services.beginning import Beginning, begin
from tests.support.databases import Content, Templates
from tests.support.pages import ADDRESS, Site
from tests.support.stage import MONDAY, Stage, settings_for

NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:9/nothing"


async def probe(url: str, path: str) -> httpx2.Response:
    """Ask an application on that database, which may be none."""
    app = create_app(settings_for(url))
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, trust_env=False) as http:
        answer = await http.get(path)
    await app.state.database.close()
    return answer


class TestLive:
    async def test_valid(self, site: Site) -> None:
        assert (await site.http.get("/healthz")).json() == {"status": "ok"}

    async def test_without_a_database(self) -> None:
        assert (await probe(NOWHERE, "/healthz")).status_code == 200


class TestReady:
    async def test_valid(self, site: Site) -> None:
        assert (await site.http.get("/readyz")).json() == {"status": "ok"}

    async def test_without_a_database(self) -> None:
        answer = await probe(NOWHERE, "/readyz")
        assert answer.status_code == 503
        assert "cannot be reached" in answer.json()["status"]

    async def test_unmigrated(self, templates: Templates) -> None:
        url = templates.create("nothing")
        answer = await probe(url, "/readyz")
        templates.drop(url)
        assert answer.status_code == 503
        assert "not migrated" in answer.json()["status"]


class TestBegin:
    """The background begins when the database lets it: until then it is told what is wrong, and asks again."""

    @pytest.mark.parametrize(("content", "sentence"), [("nothing", "not migrated"), ("tables", UNMIGRATED)])
    async def test_waits(self, templates: Templates, content: Content, sentence: str) -> None:
        database = Database(templates.create(content))
        settings = settings_for(database.url, auth="accounts")
        if content == "tables":
            await do(database, "ALTER TABLE preferences RENAME TO away")
        assert sentence in str(await begin(database, settings, MONDAY))
        if content == "tables":
            await do(database, "ALTER TABLE away RENAME TO preferences")
            begun = await begin(database, settings, MONDAY)
            assert isinstance(begun, Beginning)
            assert begun.setup_link
        await database.close()
        templates.drop(database.url)


async def do(database: Database, statement: str) -> None:
    async with database.session_scope() as session:
        await session.execute(text(statement))


class TestBoth:
    async def test_valid(self, site: Site, stage: Stage) -> None:
        answer = await site.http.get("/health")
        kind = "sqlite" if stage.database.is_sqlite else "postgresql"
        environment = {"auth": "local", "database": kind, "redis": "none", "model": "on"}
        assert answer.json() == {"status": "ok", "live": "ok", "ready": "ok", "environment": environment}

    async def test_without_a_database(self) -> None:
        answer = await probe(NOWHERE, "/health")
        said = answer.json()
        assert (answer.status_code, said["live"], said["status"]) == (503, "ok", said["ready"])
        assert "cannot be reached" in said["ready"]


@pytest.mark.parametrize("path", ["/", "/settings", "/api/v1/plan"])
async def test_pages_without_a_database(path: str) -> None:
    """A database that is not there is a clear sentence, and quickly."""
    answer = await probe(NOWHERE, path)
    assert answer.status_code == 503
    assert "did not answer in time" in answer.text


@pytest.mark.parametrize("path", ["/", "/api/v1/plan"])
async def test_pages_of_an_unmigrated_database(templates: Templates, path: str) -> None:
    url = templates.create("nothing")
    answer = await probe(url, path)
    templates.drop(url)
    assert answer.status_code == 503
