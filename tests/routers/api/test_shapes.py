"""What holds for the whole API: one shape of errors, limits, origins, and a description of everything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import httpx2
import pytest

from app import create_app
from tests.support.pages import ADDRESS, Site, has, text
from tests.support.stage import Stage, settings_for

API = "/api/v1"
KEYS = {"error", "detail", "status_code", "fields"}
LEAST_EXAMPLES = 10
LEAST_OPERATIONS = 55
APP = "https://app.example.org"


@asynccontextmanager
async def served(stage: Stage, **values: object) -> AsyncIterator[httpx2.AsyncClient]:
    """The application with other settings."""
    app = create_app(settings_for(stage.database.url, **values), stage.clock)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, trust_env=False) as http:
        yield http
    await app.state.database.close()


class TestErrors:
    @pytest.mark.parametrize(
        ("method", "path", "sent", "status"),
        [
            ("GET", "/nothing", {}, 404),
            ("GET", "/tasks/x", {}, 404),
            ("GET", "/tasks/0", {}, 404),
            ("GET", "/tasks/99999999999999999999", {}, 404),
            ("DELETE", "/tasks", {}, 405),
            ("GET", "/tasks", {"headers": {"Host": "evil.example"}}, 421),
            ("POST", "/tasks", {"json": {}, "headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
            ("POST", "/tasks", {"json": {}, "headers": {"Origin": "https://evil.example"}}, 403),
            ("POST", "/tasks", {"content": b"x" * (2 * 2**20 + 1), "headers": {"Content-Type": "application/json"}}, 413),
            ("POST", "/tasks", {"content": b"text=Call"}, 415),
            ("POST", "/tasks", {"data": {"text": "Call"}}, 415),
            ("POST", "/tasks", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 422),
            ("POST", "/tasks", {"content": b'{"text": "\xff"}', "headers": {"Content-Type": "application/json"}}, 400),
            ("POST", "/tasks", {"json": []}, 422),
            ("POST", "/tasks", {}, 422),
            ("POST", "/tasks", {"json": {"text": "a", "title": "b"}}, 422),
        ],
    )
    async def test_one_shape(self, site: Site, stage: Stage, method: str, path: str, sent: dict[str, Any], status: int) -> None:
        answer = await site.http.request(method, API + path, **sent)
        body = answer.json()
        assert (answer.status_code, body["status_code"], {*body}) == (status, status, KEYS)
        assert body["detail"].endswith(".")
        assert "Value error" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"

    async def test_too_much_in_chunks(self, site: Site, stage: Stage) -> None:
        """Without a length, the body is counted while it comes."""

        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(64):
                yield b" " * 2**16

        answer = await site.http.post(f"{API}/tasks", content=chunks(), headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["status_code"]) == (413, 413)

    async def test_method_says_which(self, site: Site, stage: Stage) -> None:
        assert "GET" in (await site.http.delete(f"{API}/plan")).headers["allow"]

    async def test_broken(self, site: Site, stage: Stage) -> None:
        """A defect is told as one, and tells nothing of the inside."""
        async with stage.database.session_scope() as session:
            await (await session.connection()).exec_driver_sql("UPDATE preferences SET timezone = 'Mars/Base'")
        answer = await site.http.get(f"{API}/tasks?due=today")
        assert (answer.status_code, {*answer.json()}, "Mars" in answer.text) == (500, KEYS, False)

    async def test_programs_have_no_browser_headers(self, site: Site, stage: Stage) -> None:
        answer = await site.http.post(f"{API}/tasks", json={"text": "Call"}, headers={"User-Agent": "curl/8"})
        assert answer.status_code == 201


class TestLimits:
    async def test_binds(self, stage: Stage) -> None:
        """On every route, also on none; the pages are not the API."""
        async with served(stage, rate_limit="4/hour") as http:
            paths = ("/tasks", "/plan", f"/{stage.ada}/tasks", "/nothing")
            left = [(await http.get(API + path)).headers["ratelimit-remaining"] for path in paths]
            assert left == ["3", "2", "1", "0"]
            for path in paths:
                answer = await http.get(API + path)
                assert (answer.status_code, answer.json()["status_code"], {*answer.json()}) == (429, 429, KEYS)
                assert 0 < int(answer.headers["retry-after"]) <= 2 * 3600
                assert answer.headers["ratelimit-policy"] == "4;w=3600"
                assert (answer.headers["ratelimit-limit"], answer.headers["ratelimit-remaining"]) == ("4", "0")
            assert (await http.post(f"{API}/tasks", json={"text": "Call"})).status_code == 429
            assert (await http.get("/")).status_code == 200

    async def test_usual(self, site: Site, stage: Stage) -> None:
        assert (await site.http.get(f"{API}/tasks")).headers["ratelimit-limit"] == "600"


ASK = {"Origin": APP, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match,content-type"}


class TestOrigins:
    async def test_closed(self, site: Site, stage: Stage) -> None:
        asked = await site.http.options(f"{API}/tasks", headers=ASK)
        read = await site.http.get(f"{API}/tasks", headers={"Origin": APP})
        assert (asked.status_code, read.status_code) == (405, 200)
        for answer in (asked, read):
            assert not [name for name in answer.headers if name.startswith("access-control")]
        written = await site.http.post(f"{API}/tasks", json={"text": "Call"}, headers={"Origin": APP})
        assert written.status_code == 403

    async def test_named(self, stage: Stage) -> None:
        async with served(stage, cors_origins=f"{APP}, http://localhost:3000") as http:
            asked = await http.options(f"{API}/tasks/1", headers=ASK)
            assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, APP)
            sent = {"Origin": APP, "Sec-Fetch-Site": "cross-site"}
            written = await http.post(f"{API}/tasks", json={"text": "Call"}, headers=sent)
            assert (written.status_code, written.headers["access-control-allow-origin"]) == (201, APP)
            assert "access-control-allow-credentials" not in written.headers
            assert "ETag" in written.headers["access-control-expose-headers"]

    async def test_others(self, stage: Stage) -> None:
        async with served(stage, cors_origins=APP) as http:
            other = ASK | {"Origin": "https://evil.example"}
            asked = await http.options(f"{API}/tasks/1", headers=other)
            assert (asked.status_code, {*asked.json()}, "access-control-allow-origin" in asked.headers) == (400, KEYS, False)
            sent = {"Origin": "https://evil.example"}
            assert (await http.post(f"{API}/tasks", json={"text": "Call"}, headers=sent)).status_code == 403

    async def test_pages_are_closed(self, stage: Stage) -> None:
        """An invited page may use the API, and nothing else."""
        async with served(stage, cors_origins=APP) as http:
            read = await http.get("/", headers={"Origin": APP})
            assert "access-control-allow-origin" not in read.headers
            assert (await http.post("/tasks", data={"text": "Call"}, headers={"Origin": APP})).status_code == 403


@cache
def document() -> dict[str, Any]:
    """The description, as `/openapi.json` has it."""
    return create_app(settings_for("sqlite+aiosqlite:////tmp/never-asked/x.db")).openapi()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


class TestDescription:
    def test_everything_is_described(self) -> None:
        found = [*operations()]
        assert len(found) >= LEAST_OPERATIONS
        assert [path for path, _, operation in found if len(operation.get("description", "")) < 10] == []
        names = [operation["operationId"] for _, _, operation in found]
        assert len({*names}) == len(names)
        assert [path for path, _, operation in found if len(operation["tags"]) != 1] == []

    def test_answers_have_schemas(self) -> None:
        """All that has a body; and every error is the one shape."""
        answers = [(path, status, answer) for path, _, op in operations() for status, answer in op["responses"].items()]
        bare = [(path, status) for path, status, answer in answers if status != "204" and "schema" not in _json(answer)]
        assert bare == []
        shapes = {_json(answer)["schema"]["$ref"] for _, status, answer in answers if status >= "400"}
        assert shapes == {"#/components/schemas/ErrorOut"}

    def test_bodies_have_examples(self) -> None:
        schemas = document()["components"]["schemas"]
        bodies = [
            op["requestBody"]["content"]["application/json"]["schema"] for _, _, op in operations() if "requestBody" in op
        ]
        names = {body["$ref"].rpartition("/")[2] for body in bodies}
        assert {name for name in names if not schemas[name].get("examples")} == set()

    async def test_examples_work(self, site: Site, stage: Stage) -> None:
        """What the description shows can be sent as it stands, by somebody who has just begun."""
        schemas, refused, sent = document()["components"]["schemas"], [], 0
        for path, method, operation in operations():
            # A preview solves for a second, of what is applied anyway.
            if "requestBody" not in operation or "{" in path or path.startswith("/auth/") or path.endswith("/preview"):
                continue
            name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            for example in schemas[name]["examples"]:
                answer = await site.http.request(method, path, json=example)
                refused += [(method, path, answer.text)] if answer.status_code >= 300 else []
                sent += 1
        assert refused == []
        assert sent >= LEAST_EXAMPLES

    def test_paths_name_their_parameters(self) -> None:
        for path, _, operation in operations():
            named = {item["name"] for item in operation.get("parameters", ()) if item["in"] == "path"}
            assert named == {part.strip("{}") for part in path.split("/") if part.startswith("{")}

    async def test_page(self, site: Site, stage: Stage) -> None:
        page = await site.page("/docs")
        assert text(page, "h1") == "API"
        assert len(page.css(".docs-operation")) == len([*operations()])
        assert "GET /api/v1/tasks" in text(page, "#list_tasks summary")
        targets = {str(link.attributes["href"]) for link in page.css('.docs a[href^="#"]')}
        assert [target for target in targets if not has(page, f'[id="{target[1:]}"]')] == []
        assert not page.css("main script")

    async def test_schema(self, site: Site) -> None:
        answer = await site.http.get("/openapi.json")
        assert answer.json()["openapi"].startswith("3.")


def _json(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer.get("content", {}).get("application/json", {})
    return found
