"""The main walk without a model: from the keyboard to the plan, through a task's life, into the history."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NARROW, SIZES, WIDE, OpenTab, StartApp
from tests.e2e.steps import add, check_boxes, check_width, go, planned, press, row, slot_of, slots, until

REPORT, BOB, DENTIST = "Write quarterly report", "Call Bob about the offer", "Dentist papers"


class TestWalk:
    @pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
    def test_from_the_keyboard_to_the_plan(self, start_app: StartApp, open_tab: OpenTab, size: tuple[int, int]) -> None:
        app = start_app(PLAN_QUIET_SECONDS="1")
        page = open_tab(app.url, size, worker=True).page
        expect(page.get_by_role("heading", name="What is on your mind?")).to_be_visible()
        page.keyboard.press("q")
        expect(page.get_by_label("New task")).to_be_focused()
        for title, rest in ((REPORT, "2h by next Friday 5pm high"), (BOB, "30min"), (DENTIST, "45min !1")):
            page.keyboard.type(f"{title} {rest}")
            with page.expect_response("**/tasks") as answer:
                page.keyboard.press("Enter")
            assert "provisional" in answer.value.text()
            expect(row(page, title).locator("[data-provisional]")).to_be_visible(timeout=1000)
            block = page.locator("#timeline .block[data-provisional]").filter(has_text=title)
            expect(block).to_have_css("border-top-style", "dashed")
        found = planned(page, app, 3)
        assert {slot.task for slot in found} == {REPORT, BOB, DENTIST}
        for slot in found:
            expect(row(page, slot.task).locator(".slot")).to_contain_text(f"{slot.start:%H:%M}–{slot.end:%H:%M}")
            expect(page.locator("#timeline .block").filter(has_text=slot.task)).to_contain_text(f"{slot.start:%H:%M}")
            assert slot.reason
        expect(page.get_by_text("Everything fits")).to_be_visible()
        expect(row(page, REPORT)).to_contain_text("due")
        check_boxes(page)
        check_width(page)

    @pytest.mark.parametrize("size", SIZES)
    def test_life_of_a_task(self, start_app: StartApp, open_tab: OpenTab, size: tuple[int, int]) -> None:
        app = start_app()
        tab = open_tab(app.url, size, worker=True)
        page = tab.page
        for title in (REPORT, BOB):
            add(page, f"{title} 1h")
        planned(page, app, 2)
        _start_and_stop(page)
        second = open_tab(app.url, size, beside=tab)
        second.watch.allow(409)
        page.bring_to_front()
        press(page, REPORT, "Start")
        expect(second.page.locator("#now")).to_contain_text(REPORT)
        second.page.bring_to_front()
        press(second.page, BOB, "Start")
        expect(second.page.get_by_role("alert")).to_contain_text(f"“{REPORT}” is running. Stop or complete it first.")
        page.bring_to_front()
        page.locator("#now").get_by_role("button", name="Complete").click()
        expect(page.locator("#group-done")).to_contain_text(REPORT)
        page.locator("#toasts").get_by_role("button", name="Undo").click()
        expect(page.locator("#group-today")).to_contain_text(REPORT)
        press(page, REPORT, "Complete")
        expect(page.locator("#group-today")).not_to_contain_text(REPORT)
        go(page, "History")
        expect(page.get_by_role("listitem").filter(has_text=REPORT)).to_contain_text("of 1 h")
        check_width(page)

    @pytest.mark.parametrize("size", SIZES)
    def test_delete_and_undo(self, start_app: StartApp, open_tab: OpenTab, size: tuple[int, int]) -> None:
        app = start_app()
        page = open_tab(app.url, size, worker=True).page
        add(page, f"{BOB} 30min")
        planned(page, app, 1)
        row(page, BOB).get_by_label(f"More for {BOB}").click()
        row(page, BOB).get_by_role("button", name="Delete").click()
        expect(row(page, BOB)).to_have_count(0)
        assert slots(app) == []
        page.locator("#toasts").get_by_role("button", name="Undo").click()
        expect(row(page, BOB)).to_be_visible()
        until(lambda: [slot.task for slot in slots(app)] == [BOB], page, "the task is planned again")


def _start_and_stop(page: Page) -> None:
    press(page, REPORT, "Start")
    clock = page.locator("#now .now-clock")
    expect(clock).to_have_text(re.compile(r"^0:00:0[1-9]$"))
    said = clock.inner_text()
    expect(clock).not_to_have_text(said)
    expect(page.locator("#now")).to_contain_text(REPORT)
    page.locator("#now").get_by_role("button", name="Stop").click()
    expect(page.locator("#now .now-clock")).to_have_count(0)
    expect(row(page, REPORT).get_by_role("button", name="Start")).to_be_visible()


def test_what_runs_is_planned_from_now(start_app: StartApp, open_tab: OpenTab) -> None:
    app = start_app()
    page = open_tab(app.url).page
    for title in (REPORT, BOB):
        add(page, f"{title} 1h")
    planned(page, app, 2)
    last = slots(app)[-1].task
    press(page, last, "Start")
    until(lambda: slots(app)[0].task == last, page, "the running task comes first")
    other = REPORT if last == BOB else BOB
    until(lambda: slot_of(app, other).start >= slot_of(app, last).end, page, "the other one makes room")
