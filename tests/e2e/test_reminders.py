"""Reminders on open pages: a message where the browser shows no notifications, once in all tabs, none of what runs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NARROW, OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, check_width, planned, until

SHOWN = """async () => {
    const [shown] = await (await navigator.serviceWorker.ready).getNotifications();
    return shown ? [shown.title, shown.body, shown.data] : null;
}"""

PRESSED = """async () => {
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""
"""As the browser tells it, but for the right to bring a window to the front, which only a person's own press gives."""


def test_once_in_all_tabs(app: AppServer, open_tab: OpenTab) -> None:
    tab = open_tab(f"{app.url}/settings", worker=True)
    page = tab.page
    part = page.locator("#settings-notifications")
    expect(part.locator(".permission")).to_have_attribute("data-state", re.compile("default|denied"))
    part.get_by_label("Remind me of a block").select_option("15")
    part.get_by_role("button", name="Save").click()
    expect(part.get_by_text("Saved", exact=True)).to_be_visible()
    expect(page.locator("#reminding[hx-get]")).to_have_count(1)
    page.goto(app.url)
    add(page, "Write report 1h")
    expect(page.locator("#toasts")).to_contain_text("Write report: Starts at")
    planned(page, app, 1)
    other = open_tab(f"{app.url}/history", NARROW, beside=tab).page
    expect(other.locator("#reminding template[data-kind=block]")).to_have_count(1)
    expect(other.locator("#toasts .toast")).to_have_count(0)
    check_width(other)
    page.locator("#task-list").get_by_role("button", name="Start: Write report").click()
    expect(other.locator("#reminding template")).to_have_count(0)


@pytest.mark.guarantees  # a headless shell, which every run prefers, shows none
def test_by_the_browser(app: AppServer, open_tab: OpenTab) -> None:
    """Where they are allowed, the service worker shows a notification, and the page has no message of it."""
    tab = open_tab(app.url)
    page = tab.page
    page.context.grant_permissions(["notifications"])
    if page.evaluate("() => Notification.permission") != "granted":
        pytest.skip("This Chromium shows no notifications.")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => null)")
    app.post("/settings/notifications", {"remind_minutes": "15"})
    page.goto(app.url)
    add(page, "Write report 1h")
    until(lambda: page.evaluate(SHOWN) is not None, page, "a notification")
    title, text, url = page.evaluate(SHOWN)
    assert (title, url) == ("Write report", "/tasks/1")
    assert text.startswith("Starts at ")
    expect(page.locator("#toasts")).not_to_contain_text("Starts at")
    page.context.service_workers[0].evaluate(PRESSED)
    expect(page).to_have_url(f"{app.url}/tasks/1")


def test_allowed(app: AppServer, open_tab: OpenTab) -> None:
    """Where the browser allows notifications, the page says so."""
    tab = open_tab(app.url, worker=True)
    tab.page.context.grant_permissions(["notifications"])
    tab.page.goto(f"{app.url}/settings")
    expect(tab.page.locator("#settings-notifications")).to_contain_text("This browser shows notifications.")
