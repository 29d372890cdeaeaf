"""Busy times on the timeline: adding, changing and removing them, and the plan that goes around them."""

from __future__ import annotations

from datetime import datetime

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, check_boxes, dismiss, planned, slot_of, until

REPORT = "Write quarterly report"


def fill(page: Page, title: str, start: datetime, end: datetime) -> None:
    """Fill in the small form and save it."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What").fill(title)
    dialog.get_by_label("From").fill(f"{start:%Y-%m-%dT%H:%M}")
    dialog.get_by_label("To", exact=True).fill(f"{end:%Y-%m-%dT%H:%M}")
    dialog.get_by_role("button", name="Save").click()


def test_added_changed_removed(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(app.url).page
    add(page, "Prepare the workshop 2h !1")
    add(page, f"{REPORT} 1h")
    planned(page, app, 2)
    before = slot_of(app, REPORT)
    page.get_by_role("link", name="Busy time").click()
    fill(page, "Standup", before.start, before.end)
    event = page.locator("#timeline .block[data-kind=event]")
    expect(event).to_contain_text("Standup")
    until(lambda: not slot_of(app, REPORT).overlaps(before.start, before.end), page, "the task makes room")
    planned(page, app, 2)
    check_boxes(page)
    dismiss(page)
    moved = slot_of(app, REPORT)
    event.click()
    fill(page, "Long standup", moved.start, moved.end)
    expect(event).to_contain_text("Long standup")
    until(lambda: not slot_of(app, REPORT).overlaps(moved.start, moved.end), page, "the task makes room again")
    dismiss(page)
    event.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(event).to_have_count(0)
    planned(page, app, 2)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_mistake_keeps_what_was_typed(app: AppServer, open_tab: OpenTab) -> None:
    tab = open_tab(app.url)
    tab.watch.allow(422)
    tab.page.get_by_role("link", name="Busy time").click()
    start = datetime.fromisoformat(tab.page.get_by_role("dialog").get_by_label("From").input_value())
    fill(tab.page, "Backwards", start.replace(hour=15), start.replace(hour=14))
    dialog = tab.page.get_by_role("dialog")
    expect(dialog.get_by_label("To", exact=True)).to_have_accessible_description("It must end after it starts.")
    expect(dialog.get_by_label("What")).to_have_value("Backwards")
    expect(tab.page.locator("#timeline .block")).to_have_count(0)
