"""Today on paper: the day as a list, what is to do, one page, nothing to press."""

from __future__ import annotations

import re

from playwright.sync_api import FloatRect, Locator, expect

from tests.e2e.conftest import OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, planned


def box(spot: Locator) -> FloatRect:
    """Where something stands on the paper."""
    found = spot.bounding_box()
    assert found is not None
    return found


def test_today(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(app.url, scheme="dark").page
    add(page, "Write report 1h")
    add(page, "Call Bob 30min")
    planned(page, app, 2)
    page.reload()
    page.emulate_media(media="print")
    expect(page.locator(".topbar, .now, .summary, #quick-add, #toasts").filter(visible=True)).to_have_count(0)
    expect(page.locator("button").filter(visible=True)).to_have_count(0)
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    first, second = (box(page.locator(".timeline .block").nth(number)) for number in range(2))
    assert first["y"] + first["height"] <= second["y"] + 1
    assert first["x"] == second["x"]
    titles = page.locator("#task-list .task-title")
    expect(titles.filter(visible=True)).to_have_count(2)
    assert box(titles.first)["y"] > second["y"]  # the day comes first
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
    assert pages == 1
