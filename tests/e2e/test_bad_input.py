"""What cannot be added, and a server that goes away: a sentence says so, and what was typed stays."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, planned, row

TOO_MUCH = "This is too much to send at once; nothing was stored."

REFUSED = [
    ("Pay rent 31 Feb", "31 February"),
    ("   ", "Say what is to be done"),
    ("2h by Friday", "Say what is to be done"),
    ("x" * 501, "at most 500 characters"),
    ("Report // " + "y" * 10_001, "at most 10000 characters"),
]


class TestQuickAdd:
    def test_refused(self, app: AppServer, open_tab: OpenTab) -> None:
        tab = open_tab(app.url)
        tab.watch.allow(422)
        field = tab.page.get_by_label("New task")
        note = tab.page.locator("#quick-add-note[data-kind=error]")
        for number, (text, sentence) in enumerate(REFUSED):
            field.fill(text)
            field.press("Enter")
            expect(note).to_contain_text(sentence)
            expect(field).to_have_value(text)
            expect(tab.page.locator("#task-list .task")).to_have_count(number)
            add(tab.page, f"Pay rent {number} 10min")
            expect(row(tab.page, f"Pay rent {number}")).to_be_visible()
            expect(note).to_have_count(0)

    @pytest.mark.parametrize("size", [pytest.param(2_500_000, marks=pytest.mark.guarantees), 9])
    def test_too_much_at_once(self, app: AppServer, open_tab: OpenTab, size: int) -> None:
        """What the guard before all pages says stands where the field says things, and the field goes on."""
        tab = open_tab(app.url)
        tab.watch.allow(413)
        field = tab.page.get_by_label("New task")
        note = tab.page.locator("#quick-add-note")
        if size < 100:  # as if it were much: to write megabytes into a field takes seconds
            refusal = {"status": 413, "content_type": "text/plain; charset=utf-8", "body": TOO_MUCH}
            tab.page.route("**/tasks/parse", lambda route: route.fulfill(**refusal), times=1)
        field.fill("z" * size)
        expect(note.locator("#quick-add-words")).to_have_text(TOO_MUCH)
        field.fill("Pay rent 10min")
        expect(note).to_contain_text("Adds Pay rent")

    def test_a_late_reading_does_not_hide_the_refusal(self, app: AppServer, open_tab: OpenTab) -> None:
        tab = open_tab(app.url)
        tab.watch.allow(422)
        field = tab.page.get_by_label("New task")
        note = tab.page.locator("#quick-add-note[data-kind=error]")

        def late(route: Route) -> None:
            expect(note).to_contain_text("at most 10000 characters")
            route.continue_()

        tab.page.route("**/tasks/parse", late)
        with tab.page.expect_response("**/tasks/parse"):
            field.fill("Report // " + "y" * 10_001)
            field.press("Enter")
        tab.page.wait_for_timeout(100)
        expect(note).to_contain_text("at most 10000 characters")

    def test_empty_is_held_by_the_browser_and_odd_signs_are_text(self, app: AppServer, open_tab: OpenTab) -> None:
        """After an empty field, which the browser itself holds."""
        page = open_tab(app.url).page
        field = page.get_by_label("New task")
        field.press("Enter")
        assert field.evaluate("field => field.validity.valueMissing")
        expect(page.locator("#task-list .task")).to_have_count(0)
        title = "<b>Ship</b> it & <script>alert(1)</script> {{ 7*7 }} 🚀"
        add(page, f"{title} 30min")
        expect(row(page, title)).to_be_visible()
        planned(page, app, 1)


def test_server_goes_away_and_comes_back(app: AppServer, open_tab: OpenTab) -> None:
    tab = open_tab(app.url)
    page = tab.page
    add(page, "Pay rent 10min")
    planned(page, app, 1)
    tab.watch.allow_offline()
    app.kill()
    expect(page.locator("#connection")).to_be_visible()
    field = page.get_by_label("New task")
    field.fill("Buy milk 15min")
    field.press("Enter")
    expect(page.locator("#quick-add-note[data-kind=error]")).to_contain_text("The server could not be reached")
    expect(field).to_have_value("Buy milk 15min")
    app.start()
    app.post("/tasks", {"text": "Added elsewhere 10min", "token": "elsewhere"})
    expect(page.locator("#connection")).to_be_hidden(timeout=20_000)
    expect(row(page, "Added elsewhere")).to_be_visible()
    expect(field).to_have_value("Buy milk 15min")
    field.press("Enter")
    expect(row(page, "Buy milk")).to_be_visible()
    planned(page, app, 3)
