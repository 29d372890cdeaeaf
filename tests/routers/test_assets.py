"""The static files: what a page names stays for ever, what another version names is there for now, and nothing lies outside."""

from __future__ import annotations

import re

import pytest

from routers.assets import asset, version
from tests.support.pages import Site

PAGES = ("/", "/calendar", "/tasks", "/settings", "/history", "/insights", "/ai-log", "/chat", "/docs")


@pytest.mark.parametrize("path", PAGES)
async def test_all_that_a_page_names_is_there_and_stays(site: Site, path: str) -> None:
    page = (await site.http.get(path)).text
    named = {*re.findall(r'(?:src|href)="(/static/[^"#]+)', page)}
    assert len(named) > 10
    for address in named:
        answer = await site.http.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "max-age=31536000, immutable"), address


class TestVersions:
    async def test_modules_find_each_other(self, site: Site) -> None:
        """What a module imports beside itself has the module's version."""
        imports = re.findall(r'from "\.(/[^"]+)"', (await site.http.get(asset("js/app.js"))).text)
        assert len(imports) > 20
        for path in imports:
            assert "immutable" in (await site.http.get(asset(f"js{path}"))).headers["cache-control"]

    async def test_another(self, site: Site) -> None:
        """The page of before an update still has its looks, and what it got is not taken for the old version's."""
        answer = await site.http.get(asset("css/tokens.css").replace(version(), "0" * 16))
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
        assert answer.content == (await site.http.get(asset("css/tokens.css"))).content

    async def test_none(self, site: Site) -> None:
        answer = await site.http.get("/static/img/icon-192.png")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
        again = await site.http.get("/static/img/icon-192.png", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304


@pytest.mark.parametrize("path", ["../config.py", "%2e%2e/config.py", "/etc/passwd", "css/", "css/nothing.css", ""])
@pytest.mark.parametrize("before", ["/static/", f"/static/{version()}/"])
async def test_outside(site: Site, before: str, path: str) -> None:
    assert (await site.http.get(before + path)).status_code == 404
