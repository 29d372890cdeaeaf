"""The manifest, the service worker and the offline page: their headers, and that all they name is there."""

from __future__ import annotations

import re

from tests.support.pages import HTMX, Site, has, text


async def test_manifest(site: Site) -> None:
    page = await site.page("/")
    assert has(page, "link[rel=manifest][href='/manifest.webmanifest']")
    answer = await site.http.get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert {icon["sizes"] for icon in manifest["icons"]} == {"any", "192x192", "512x512"}
    for icon in manifest["icons"]:
        drawn = await site.http.get(icon["src"])
        assert (drawn.status_code, drawn.headers["content-type"].partition(";")[0]) == (200, icon["type"])
        assert len(drawn.content) < 20_000
    for url in (manifest["start_url"], *(shortcut["url"] for shortcut in manifest["shortcuts"])):
        await site.page(url)


async def test_worker(site: Site) -> None:
    answer = await site.http.get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    version = (await site.http.get("/")).headers["x-dayloom-version"]
    assert f'const VERSION = "{version}"' in answer.text
    files = re.findall(r'^  "(/static/[^"]+)",$', answer.text, re.MULTILINE)
    assert {f"/static/{version}/{path}" for path in ("css/tokens.css", "js/app.js", "img/icons.svg")} <= {*files}
    for path in files:
        assert (await site.http.get(path)).status_code == 200, path


async def test_pages_say_the_version_and_fragments_do_not(site: Site) -> None:
    assert "x-dayloom-version" in (await site.http.get("/history")).headers
    assert "x-dayloom-version" not in (await site.http.get("/today/regions", headers=HTMX)).headers


async def test_offline(site: Site) -> None:
    assert text(await site.page("/offline"), "main h1") == "You are offline"
    assert text(await site.page("/"), ".offline-line").startswith("You are offline: this is Today as of Mon 23 Nov 09:00.")
