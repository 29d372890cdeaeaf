"""Theme and single keys: chosen in the settings, kept by the browser, right in the first byte of every page."""

from __future__ import annotations

import pytest

from tests.support.pages import HTMX, Site, has, text


class TestTheme:
    async def test_system(self, site: Site) -> None:
        page = await site.page("/")
        assert has(page, "html:not([data-theme])")
        assert len(page.css("meta[name=theme-color]")) == 2

    @pytest.mark.parametrize("theme", ["light", "dark"])
    async def test_chosen(self, site: Site, theme: str) -> None:
        answer = await site.submit("/settings/theme", {"theme": theme})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/settings#settings-look"
        for path in ("/", "/settings", "/nowhere"):
            page = await site.page(path, 404 if path == "/nowhere" else 200)
            assert has(page, f"html[data-theme={theme}]")
            assert len(page.css("meta[name=theme-color]")) == 1
        assert has(await site.page("/settings"), f"#settings-look [name=theme][value={theme}][checked]")

    async def test_back_to_the_system(self, site: Site) -> None:
        await site.submit("/settings/theme", {"theme": "dark"})
        await site.submit("/settings/theme", {"theme": "system"})
        assert has(await site.page("/"), "html:not([data-theme])")

    async def test_pressed(self, site: Site) -> None:
        """With scripts the open page hears of it."""
        answer = await site.http.post("/settings/theme", data={"theme": "dark"}, headers=HTMX)
        assert '"theme": "dark"' in answer.headers["hx-trigger"]
        assert "checked" in answer.text.partition('value="dark"')[2][:30]
        assert "Saved" in answer.text

    async def test_invalid(self, site: Site) -> None:
        page = await site.press("/settings/theme", {"theme": "pink"}, 422)
        assert text(page, ".toast-text") == "Choose system, light or dark."

    async def test_foreign_cookie(self, site: Site) -> None:
        site.http.cookies.set("theme", '"><script>')
        assert has(await site.page("/"), "html:not([data-theme])")


class TestKeys:
    async def test_off_and_on(self, site: Site) -> None:
        assert has(await site.page("/"), "body[data-keys=on]")
        await site.submit("/settings/keys")
        assert has(await site.page("/"), "body[data-keys=off]")
        await site.submit("/settings/theme", {"theme": "dark"})
        assert not has(await site.page("/settings"), "#settings-look [name=keys][checked]")
        await site.submit("/settings/keys", {"keys": "on"})
        assert has(await site.page("/settings"), "#settings-look [name=keys][checked]")
