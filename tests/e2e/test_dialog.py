"""The dialog of a task: changing it, pinning it, mistakes with their sentences, two tabs, and the keyboard alone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenTab, Tab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, check_sound, dismiss, open_dialog, planned, row, slot_of, slots, until

REPORT, BOB = "Write quarterly report", "Call Bob"


@pytest.fixture
def tab(app: AppServer, open_tab: OpenTab) -> Tab:
    """Today with two planned tasks."""
    tab = open_tab(app.url)
    add(tab.page, f"{REPORT} 1h")
    add(tab.page, f"{BOB} 1h")
    planned(tab.page, app, 2)
    return tab


def save(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Save").click()


def saved(page: Page) -> None:
    """The dialog is closed and the server has said so."""
    save(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("Saved")
    dismiss(page)


def refused(dialog: Locator, label: str, sentence: str) -> None:
    """The sentence stands at the field, where a screen reader finds it."""
    expect(dialog.get_by_label(label, exact=True)).to_have_accessible_description(re.compile(re.escape(sentence)))
    expect(dialog.get_by_text(sentence)).to_be_visible()


class TestChange:
    def test_everything_that_a_plan_depends_on(self, app: AppServer, tab: Tab) -> None:
        page = tab.page
        dialog = open_dialog(page, REPORT)
        due = (slot_of(app, REPORT).start + timedelta(days=3)).replace(hour=16, minute=30)
        dialog.get_by_label("Duration in minutes").fill("120")
        dialog.get_by_label("Due").fill(f"{due:%Y-%m-%dT%H:%M}")
        dialog.get_by_label("Importance").select_option("1")
        dialog.get_by_label("Context").fill("With Carol, in the morning.")
        dialog.locator("summary", has_text="Waits for").click()
        dialog.get_by_label(BOB).check()
        saved(page)
        until(lambda: slot_of(app, REPORT).end - slot_of(app, REPORT).start == timedelta(hours=2), page, "two hours")
        until(lambda: slot_of(app, BOB).end <= slot_of(app, REPORT).start, page, "Bob first")
        check_sound(planned(page, app, 2))
        expect(row(page, REPORT)).to_contain_text("16:30")
        again = open_dialog(page, REPORT)
        expect(again.get_by_label("Context")).to_have_value("With Carol, in the morning.")
        expect(again.get_by_label(BOB)).to_be_checked()
        again.get_by_text("History").click()
        expect(again).to_contain_text("Changed")

    def test_pin(self, app: AppServer, tab: Tab) -> None:
        page = tab.page
        at = (slot_of(app, REPORT).start + timedelta(days=1)).replace(hour=14, minute=0)
        open_dialog(page, REPORT).get_by_label("Pinned to").fill(f"{at:%Y-%m-%dT%H:%M}")
        saved(page)
        until(lambda: slot_of(app, REPORT).start == at and slot_of(app, REPORT).pinned, page, "the pinned time")
        planned(page, app, 2)
        assert slot_of(app, REPORT).start == at
        expect(row(page, REPORT).get_by_text("Pinned:")).to_have_count(1)
        open_dialog(page, REPORT).get_by_label("Pinned to").fill("")
        saved(page)
        until(lambda: not slot_of(app, REPORT).pinned, page, "the planner has it back")

    def test_circle_is_refused(self, app: AppServer, tab: Tab) -> None:
        page = tab.page
        tab.watch.allow(422)
        for task, other in ((REPORT, BOB), (BOB, REPORT)):
            dialog = open_dialog(page, task)
            dialog.locator("summary", has_text="Waits for").click()
            dialog.get_by_label(other).check()
            if task == REPORT:
                saved(page)
        save(page)
        expect(page.get_by_role("dialog")).to_contain_text("This would be a circle")
        expect(page.get_by_role("dialog").get_by_label(REPORT)).to_be_checked()


class TestMistakes:
    def test_sentences_stand_at_their_fields(self, app: AppServer, tab: Tab) -> None:
        page = tab.page
        tab.watch.allow(422)
        dialog = open_dialog(page, REPORT)
        dialog.locator("form#task-form").evaluate("form => { form.noValidate = true; }")
        dialog.get_by_label("Title").fill("   ")
        dialog.get_by_label("Duration in minutes").fill("0")
        dialog.get_by_label("Context").fill("kept as typed")
        save(page)
        refused(dialog, "Title", "Say what is to be done.")
        refused(dialog, "Duration in minutes", "A duration is a whole number of minutes")
        expect(dialog.get_by_label("Context")).to_have_value("kept as typed")
        expect(dialog.get_by_label("Duration in minutes")).to_have_value("0")
        assert slot_of(app, REPORT).end - slot_of(app, REPORT).start == timedelta(hours=1)

        dialog.get_by_label("Title").fill(REPORT)
        dialog.get_by_label("Duration in minutes").fill("60")
        day = (slot_of(app, REPORT).start + timedelta(days=1)).date()
        app.post("/events", {"title": "Standup", "start_at": f"{day}T10:00", "end_at": f"{day}T11:00"})
        dialog.get_by_label("Pinned to").fill(f"{day}T10:30")
        save(page)
        refused(dialog, "Pinned to", "“Standup” is at that time.")
        expect(dialog.get_by_label("Pinned to")).to_have_value(f"{day}T10:30")
        expect(dialog.get_by_label("Context")).to_have_value("kept as typed")

    def test_changed_then_deleted_in_another_tab(self, app: AppServer, open_tab: OpenTab, tab: Tab) -> None:
        tab.watch.allow(404, 409)
        yearly, monthly = "Write yearly report", "Write monthly report"
        dialog = open_dialog(tab.page, REPORT)
        dialog.get_by_label("Title").fill(yearly)
        other = open_tab(app.url, beside=tab).page
        open_dialog(other, REPORT).get_by_label("Title").fill(monthly)
        saved(other)
        tab.page.bring_to_front()
        save(tab.page)
        expect(dialog.get_by_role("alert")).to_contain_text("changed somewhere else")
        expect(dialog.get_by_role("alert")).to_contain_text(monthly)
        expect(dialog.get_by_label("Title")).to_have_value(yearly)
        saved(tab.page)
        expect(row(tab.page, yearly)).to_be_visible()
        expect(row(other, yearly)).to_be_visible()

        open_dialog(tab.page, yearly).get_by_label("Title").fill("Write no report")
        other.bring_to_front()
        row(other, yearly).get_by_label(f"More for {yearly}").click()
        row(other, yearly).get_by_role("button", name="Delete").click()
        expect(row(other, yearly)).to_have_count(0)
        tab.page.bring_to_front()
        save(tab.page)
        expect(dialog).to_contain_text("This task does not exist, or it was deleted.")
        dialog.get_by_role("link", name="Close").click()
        expect(tab.page.get_by_role("dialog")).to_have_count(0)
        expect(row(tab.page, yearly)).to_have_count(0)


def test_closing_keeps_what_was_typed(tab: Tab) -> None:
    """Escape and the backdrop close it; the backdrop does not while it has words that are not saved."""
    page, dialog = tab.page, tab.page.get_by_role("dialog")
    open_dialog(page, REPORT)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    open_dialog(page, REPORT)
    page.mouse.click(8, 400)
    expect(dialog).to_have_count(0)
    open_dialog(page, REPORT).get_by_label("Context").fill("half a thought")
    page.mouse.click(8, 400)
    expect(dialog.get_by_label("Context")).to_have_value("half a thought")


def test_keyboard_alone(app: AppServer, tab: Tab) -> None:
    page = tab.page
    page.keyboard.press("q")
    title = row(page, BOB).get_by_role("link", name=BOB, exact=True)
    _tab_to(page, title)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    _tab_to(page, dialog.get_by_label("Duration in minutes"))
    page.keyboard.press("Control+A")
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    until(lambda: slot_of(app, BOB).end - slot_of(app, BOB).start == timedelta(minutes=30), page, "half an hour")
    expect(title).to_be_focused()
    _tab_to(page, row(page, BOB).get_by_role("button", name="Start"))
    page.keyboard.press("Space")
    expect(page.locator("#now .now-clock")).to_be_visible()
    assert datetime.now(slots(app)[0].start.tzinfo) >= slot_of(app, BOB).start


def _tab_to(page: Page, goal: Locator) -> None:
    """Press Tab until the element has the focus, as people do who use no mouse."""
    for _ in range(80):
        if goal.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {goal}")
