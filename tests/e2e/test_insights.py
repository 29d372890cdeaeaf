"""Looking back in a real browser: insights and the AI log's filter; and more time for what runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NARROW, SIZES, OpenTab, StartApp
from tests.e2e.server import AppServer
from tests.e2e.steps import add, check_width, planned, press, slot_of, until
from tests.e2e.test_model import ready
from tests.support.model_server import ModelServer


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.mark.parametrize("size", SIZES)
def test_insights(app: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    """From History to the pictures of a finished task, over another range, to the numbers by keyboard."""
    page = open_tab(app.url, size).page
    add(page, "Write the report 1h #deep")
    planned(page, app, 1)
    press(page, "Write the report", "Start")
    page.locator("#now").get_by_role("button", name="Complete").click()
    expect(page.locator("#group-done")).to_contain_text("Write the report")
    page.goto(f"{app.url}/history")
    page.get_by_role("link", name="Insights").click()
    weeks = page.get_by_role("region", name="Planned against done")
    expect(weeks).to_contain_text("1 task finished, estimated at 1 h")
    expect(weeks.get_by_role("img")).to_be_visible()
    page.get_by_role("link", name="A year").click()
    expect(page.get_by_role("link", name="A year")).to_have_attribute("aria-current", "page")
    check_width(page)
    weeks.locator("summary").press("Enter")
    expect(weeks.get_by_role("row")).to_have_count(53)
    expect(weeks.get_by_role("cell", name="1 h", exact=True)).to_be_visible()
    check_width(page)


def test_filter_of_the_ai_log(start_app: StartApp, open_tab: OpenTab, model: ModelServer) -> None:
    app, tab = ready(start_app, open_tab, model)
    page = tab.page
    add(page, "Paint the fence")
    planned(page, app, 1)
    until(lambda: len(model.calls) >= 2, page, "two calls")
    expect(page.locator("#summary [data-state=idle]")).to_have_count(1)
    page.get_by_role("link", name="AI log").click()
    page.get_by_label("Module").select_option("TimeSlotModule")
    page.get_by_label("Task", exact=True).select_option("Paint the fence")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".call")).to_have_count(1)
    expect(page.get_by_label("Module")).to_have_value("TimeSlotModule")
    page.get_by_role("link", name="TimeSlotModule").click()
    expect(page.get_by_role("region", name="Answer")).to_contain_text('"reason": "scripted: Paint the fence"')
    check_width(page)


def test_more_time(app: AppServer, open_tab: OpenTab) -> None:
    """Fifteen minutes more push back what comes next, and Undo gives them back."""
    page = open_tab(app.url, NARROW).page
    for title in ("Write the report", "Call Bob"):
        add(page, f"{title} 30min")
    planned(page, app, 2)
    press(page, "Write the report", "Start")
    now = page.locator("#now")
    expect(now.locator(".now-next")).to_contain_text("Next: Call Bob")
    check_width(page)
    length = timedelta(minutes=30)
    until(lambda: slot_of(app, "Write the report").end - slot_of(app, "Write the report").start <= length, page, "a plan")
    now.get_by_role("button", name="15 min").click()
    expect(now.locator(".now-time")).to_contain_text("of 45 min")
    expect(page.locator("#toasts")).to_contain_text("15 min more for “Write the report”, 45 min in all.")
    until(lambda: slot_of(app, "Call Bob").start >= slot_of(app, "Write the report").end, page, "Bob is called later")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(now.locator(".now-time")).to_contain_text("of 30 min")
