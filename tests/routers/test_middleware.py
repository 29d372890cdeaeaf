"""The gate: hosts, cross-site writes, security headers and compression."""

from __future__ import annotations

import logging

import httpx2
import pytest

from app import create_app
from tests.support.pages import Site
from tests.support.stage import Stage, settings_for

HOST = "127.0.0.1:8081"


class TestHost:
    @pytest.mark.parametrize("host", [HOST, "localhost", "localhost:9999", "LOCALHOST:1", "[::1]:8081", "[::1]"])
    async def test_valid(self, site: Site, host: str) -> None:
        assert (await site.http.get("/healthz", headers={"Host": host})).status_code == 200

    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:8081"])
    async def test_invalid(self, site: Site, host: str) -> None:
        """DNS rebinding: a foreign page may point its own name here, but cannot choose ours."""
        answer = await site.http.get("/", headers={"Host": host})
        assert (answer.status_code, "does not answer to that name" in answer.text) == (421, True)


class TestCrossSite:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 303),
            ({"Sec-Fetch-Site": "same-origin"}, 303),
            ({"Sec-Fetch-Site": "none"}, 303),
            ({"Origin": f"http://{HOST}"}, 303),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Sec-Fetch-Site": "same-site"}, 403),
            ({"Origin": "http://evil.example"}, 403),
            ({"Origin": "null"}, 403),
            ({"Origin": "http://["}, 403),
            ({"Origin": f"http://{HOST}.evil.example"}, 403),
            ({"Sec-Fetch-Site": "cross-site", "Origin": f"http://{HOST}"}, 403),
        ],
    )
    async def test_write(self, site: Site, stage: Stage, headers: dict[str, str], status: int) -> None:
        answer = await site.http.post("/tasks", data={"text": "Call Bob"}, headers=headers)
        assert answer.status_code == status
        assert len(await stage.all_blocks()) == (1 if status == 303 else 0)

    async def test_read(self, site: Site) -> None:
        """A link from another site may lead here."""
        assert (await site.http.get("/", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 200


class TestHeaders:
    @pytest.mark.parametrize(
        "path", ["/", "/settings", "/nowhere", "/healthz", "/api/v1/plan", "/static/css/tokens.css", "/tasks/0"]
    )
    async def test_security(self, site: Site, path: str) -> None:
        headers = (await site.http.get(path)).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-request-id"]
        assert "location" not in headers

    async def test_refusals_too(self, site: Site) -> None:
        answer = await site.http.post("/tasks", headers={"Sec-Fetch-Site": "cross-site"})
        assert "content-security-policy" in answer.headers

    async def test_pages_are_not_cached(self, site: Site) -> None:
        answer = await site.http.get("/")
        assert answer.headers["cache-control"] == "no-store"
        assert "HX-Request" in answer.headers["vary"]

    async def test_compression(self, site: Site) -> None:
        assert (await site.http.get("/")).headers["content-encoding"] == "gzip"


class TestHead:
    @pytest.mark.parametrize("path", ["/", "/healthz", "/nowhere", "/api/v1/plan", "/static/css/tokens.css", "/blocks/1/pin"])
    async def test_as_get(self, site: Site, path: str) -> None:
        """Whoever looks whether something is there hears what a GET would say, and nothing else."""
        seen, answer = await site.http.get(path), await site.http.head(path)
        assert (answer.status_code, answer.content) == (seen.status_code, b"")
        assert answer.headers["content-type"] == seen.headers["content-type"]


class TestSlash:
    async def test_leads_on(self, stage: Stage) -> None:
        """To this server, under whatever name and in whatever way it was asked."""
        app = create_app(settings_for(stage.database.url, host="0.0.0.0", allow_remote=True), stage.clock)
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://evil.example") as http:
            found = [await http.request(*asked) for asked in (("GET", "/tasks/?status=open"), ("POST", "/api/v1/tasks/"))]
            assert [answer.headers["location"] for answer in found] == ["/tasks?status=open", "/api/v1/tasks"]
            assert (await http.get("http://evil.example//evil.example/tasks/")).status_code == 404
        await app.state.database.close()


async def test_logged_with_its_id(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger().addHandler(caplog.handler)
    try:
        answer = await site.http.get("/settings?secret=value")
    finally:
        logging.getLogger().removeHandler(caplog.handler)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "dayloom.requests"]
    assert line.startswith("GET /settings 200 in ")
    assert answer.headers["x-request-id"]
    assert "secret" not in line
