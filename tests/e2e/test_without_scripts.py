"""With JavaScript off every page still works: forms, links and redirects."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import NARROW, OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import row, slot_of, until


def submit(page: Page, text: str) -> None:
    page.get_by_label("New task").fill(text)
    page.get_by_role("button", name="Add").click()


def press(page: Page, title: str, verb: str) -> None:
    row(page, title).get_by_role("button", name=f"{verb}: {title}").click()


def test_life_of_a_task(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(app.url, scripts=False).page
    submit(page, "Pay rent 30min")
    expect(row(page, "Pay rent").locator(".slot")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Pay rent · 30 min")
    until(lambda: slot_of(app, "Pay rent").source == "planner", page, "the plan")
    page.reload()
    expect(page.locator("#task-list [data-provisional]")).to_have_count(0)
    press(page, "Pay rent", "Start")
    expect(page.locator("#now")).to_contain_text("Running since")
    press(page, "Pay rent", "Stop")
    row(page, "Pay rent").get_by_role("link", name="Pay rent", exact=True).click()
    expect(page.get_by_role("heading", name="Pay rent", level=1)).to_be_visible()
    page.get_by_label("Duration in minutes").fill("45")
    page.get_by_role("button", name="Save").click()
    expect(row(page, "Pay rent")).to_contain_text("45 min")
    press(page, "Pay rent", "Complete")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    press(page, "Pay rent", "Complete")
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("listitem").filter(has_text="Pay rent")).to_contain_text("of 45 min")


def test_delete_and_undo(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(app.url, NARROW, scripts=False).page
    submit(page, "Pay rent 30min")
    row(page, "Pay rent").get_by_label("More for Pay rent").click()
    row(page, "Pay rent").get_by_role("button", name="Delete").click()
    expect(row(page, "Pay rent")).to_have_count(0)
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(row(page, "Pay rent")).to_be_visible()


def test_mistakes(app: AppServer, open_tab: OpenTab) -> None:
    tab = open_tab(app.url, scripts=False)
    tab.watch.allow(422)
    submit(tab.page, "Pay rent 31 Feb")
    expect(tab.page.locator("#quick-add-note")).to_contain_text("31 February")
    expect(tab.page.get_by_label("New task")).to_have_value("Pay rent 31 Feb")
    submit(tab.page, "Pay rent 30min")
    expect(row(tab.page, "Pay rent")).to_be_visible()


def test_settings_and_events(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(app.url, scripts=False).page
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Your context").fill("No meetings before 10.")
    page.locator("#settings-context").get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(page.get_by_label("Your context")).to_have_value("No meetings before 10.")
    page.goto(app.url)
    page.get_by_role("link", name="Busy time").click()
    page.get_by_label("What").fill("Standup")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#timeline .block[data-kind=event]")).to_contain_text("Standup")
