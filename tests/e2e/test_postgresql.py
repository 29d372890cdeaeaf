"""The main walk on PostgreSQL: the same pages on the other database."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import OpenTab, StartApp
from tests.e2e.steps import add, dismiss, planned, press, row
from tests.support.databases import PostgresTemplates


def test_main_walk(start_app: StartApp, open_tab: OpenTab, postgresql_templates: PostgresTemplates) -> None:
    app = start_app(DATABASE_URL=postgresql_templates.create())
    page = open_tab(app.url).page
    for title in ("Pay rent", "Buy milk", "Call Bob"):
        add(page, f"{title} 30min")
    planned(page, app, 3)
    press(page, "Buy milk", "Start")
    expect(page.locator("#now .now-clock")).to_be_visible()
    page.locator("#now").get_by_role("button", name="Complete").click()
    expect(page.locator("#group-done")).to_contain_text("Buy milk")
    dismiss(page)
    row(page, "Pay rent").get_by_label("More for Pay rent").click()
    row(page, "Pay rent").get_by_role("button", name="Delete").click()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(row(page, "Pay rent")).to_be_visible()
    planned(page, app, 2)
