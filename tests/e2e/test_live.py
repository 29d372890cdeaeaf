"""A page that redraws itself while somebody uses it: what is typed, focused, open or scrolled stays as it is."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.e2e.conftest import NARROW, OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, open_dialog, planned, press, row, until

LIT = """() => {
    window.lit = [];
    document.addEventListener("animationstart", ({ animationName: name, target }) => name === "fresh" && lit.push(target.id));
}"""


class TestRedraw:
    def test_typed_text_focus_and_scroll_stay(self, app: AppServer, open_tab: OpenTab) -> None:
        for number in range(12):
            app.post("/tasks", {"text": f"Errand {number:02d} 20min", "token": f"t{number}"})
        tab = open_tab(app.url, NARROW)
        page = tab.page
        planned(page, app, 12)
        field = page.get_by_label("New task")
        field.press_sequentially("Half a tho")
        page.evaluate("() => window.scrollTo(0, 300)")
        page.locator("#timeline-scroll").evaluate("element => { element.scrollTop = 60; }")
        before = page.evaluate("() => window.scrollY")
        other = open_tab(app.url, beside=tab).page
        add(other, "Urgent errand 20min")
        expect(row(page, "Urgent errand")).to_have_count(1)
        planned(page, app, 13)
        expect(field).to_have_value("Half a tho")
        expect(field).to_be_focused()
        assert field.evaluate("field => field.selectionStart") == len("Half a tho")
        assert abs(page.evaluate("() => window.scrollY") - before) <= 2
        assert page.locator("#timeline-scroll").evaluate("element => element.scrollTop") == 60

    def test_open_dialog_stays(self, app: AppServer, open_tab: OpenTab) -> None:
        tab = open_tab(app.url)
        add(tab.page, "Pay rent 10min")
        planned(tab.page, app, 1)
        dialog = open_dialog(tab.page, "Pay rent")
        dialog.get_by_label("Context").fill("half a thought")
        other = open_tab(app.url, beside=tab).page
        add(other, "Buy milk 15min")
        expect(tab.page.locator("#task-list .task")).to_have_count(2)
        expect(dialog.get_by_label("Context")).to_have_value("half a thought")
        expect(dialog.get_by_label("Context")).to_be_focused()

    def test_open_menu_stays(self, app: AppServer, open_tab: OpenTab) -> None:
        tab = open_tab(app.url)
        add(tab.page, "Pay rent 10min")
        planned(tab.page, app, 1)
        row(tab.page, "Pay rent").get_by_label("More for Pay rent").click()
        tab.page.evaluate(LIT)
        app.post("/tasks", {"text": "Buy milk 15min", "token": "milk"})
        expect(row(tab.page, "Buy milk")).to_be_visible()
        planned(tab.page, app, 2)
        expect(row(tab.page, "Pay rent").get_by_role("button", name="Delete")).to_be_visible()
        assert "task-2" in tab.page.evaluate("() => lit")
        assert "task-1" not in tab.page.evaluate("() => lit")

    def test_after_midnight_it_is_the_next_day(self, app: AppServer, open_tab: OpenTab) -> None:
        """Once nobody types: what is half typed stays."""
        page = open_tab(app.url).page
        page.clock.install()
        with page.expect_response("**/today/regions*"):  # it would seem to take a day
            page.goto(app.url)
        expect(page.locator("#actions:not(.htmx-request)")).to_have_count(1)
        page.get_by_label("New task").fill("Half a thought")
        page.clock.fast_forward("24:00:00")
        expect(page.get_by_label("New task")).to_have_value("Half a thought")
        page.get_by_label("New task").fill("")
        expect(page.locator("#actions:not(.htmx-request)")).to_have_count(1)
        with page.expect_navigation():
            page.clock.fast_forward("24:00:00")

    def test_late_script_still_listens(self, app: AppServer, open_tab: OpenTab) -> None:
        """On a slow line the script of the event stream comes last; the page must wait for it."""
        page = open_tab(f"{app.url}/history").page
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        page.route("**/hx-sse.min.js", hold)
        page.goto(app.url, wait_until="commit")
        until(lambda: bool(held), page, "the script is asked for")
        expect(page.get_by_label("New task")).to_be_visible()
        page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
        with page.expect_response("**/stream"):
            held[0].continue_()
        app.post("/tasks", {"text": "Buy milk 15min", "token": "milk"})
        expect(row(page, "Buy milk")).to_be_visible()

    def test_two_quick_ones_are_two_tasks(self, app: AppServer, open_tab: OpenTab) -> None:
        page = open_tab(app.url).page
        for text in ("Pay rent 10min", "Buy milk 15min"):
            page.get_by_label("New task").fill(text)
            page.get_by_label("New task").press("Enter")
        expect(page.locator("#task-list .task")).to_have_count(2)
        planned(page, app, 2)


def test_answer_after_the_redraw_is_still_shown(app: AppServer, open_tab: OpenTab) -> None:
    """The stream's redraw takes the pressed button away before the answer to it arrives."""
    page = open_tab(app.url).page
    add(page, "Pay rent 10min")
    planned(page, app, 1)

    def late(route: Route) -> None:
        answer = route.fetch()
        expect(complete).to_have_count(0)
        route.fulfill(response=answer)

    complete = page.locator("#now").get_by_role("button", name="Complete")
    page.route("**/complete", late)
    press(page, "Pay rent", "Start")
    complete.click()
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#group-done")).to_have_count(0)
    expect(row(page, "Pay rent").get_by_role("button", name="Start: Pay rent")).to_be_visible()
