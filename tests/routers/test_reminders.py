"""What a page is given to tell, and that pages ask for it only where somebody wants to be told."""

from __future__ import annotations

import pytest

from tests.support.pages import Site, has, text
from tests.support.stage import Stage

PAGES = ("/", "/tasks", "/calendar", "/chat", "/history", "/settings")


async def test_off(site: Site) -> None:
    for path in PAGES:
        page = await site.page(path)
        assert not has(page, "#reminding[hx-get]")


async def test_on(site: Site) -> None:
    """Every page asks once, and listens to one stream."""
    part = await site.press("/settings/notifications", {"remind_minutes": "5"})
    assert has(part, "#settings-notifications .saved")
    assert has(part, "[hx-target='#reminding'] #reminding[hx-get]")
    for path in PAGES:
        page = await site.page(path)
        assert has(page, "#reminding[hx-get='/reminders']")
        assert len(page.css("#stream")) == 1, path


async def test_lines(site: Site, stage: Stage) -> None:
    await stage.add("Write <b>it</b> 1h tomorrow 9am")
    await site.press("/settings/notifications", {"remind_minutes": "15", "tells_risks": "on"})
    part = await site.part("/reminders")
    line = part.css_first("template[data-kind=block]")
    assert line is not None
    assert (line.attributes["data-title"], line.attributes["data-in"]) == ("Write <b>it</b>", str(24 * 3600 - 900))
    assert has(part, "[data-tells-risks]")


@pytest.mark.parametrize("said", ["7", "x"])
async def test_invalid(site: Site, said: str) -> None:
    part = await site.press("/settings/notifications", {"remind_minutes": said}, 422)
    assert text(part, "#field-remind_minutes-error") == "Choose one of these times."
