"""The dialog's journey: splitting a task, saying when it suits, pinning one block, dividing another into parts, budgets."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NARROW, SIZES, OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import Slot, add, check_sound, check_width, dismiss, go, open_dialog, planned, row, slots, until

REPORT, OFFICE = "Write quarterly report", "Move the office"


def unfold(dialog: Locator, name: str) -> None:
    dialog.locator("summary", has_text=name).first.click()


def saved(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    dismiss(page)


def slots_of(app: AppServer, title: str) -> list[Slot]:
    return [slot for slot in slots(app) if slot.task == title]


@pytest.mark.parametrize("size", SIZES)
def test_split_windows_and_pins(app: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    page = open_tab(app.url, size).page
    add(page, f"{REPORT} 6h")
    planned(page, app, 1)
    dialog = open_dialog(page, REPORT)
    unfold(dialog, "Splitting")
    dialog.get_by_label("Largest piece").fill("120")
    dialog.get_by_label("Most in a day").fill("120")
    unfold(dialog, "When it suits")
    dialog.locator("summary", has_text="Add a time").first.click()
    dialog.get_by_label("How binding time 1 is").select_option("must")
    dialog.get_by_label("Time 1 from").fill("13:00")
    dialog.get_by_label("Time 1 to").fill("17:00")
    unfold(dialog, "Project and labels")
    dialog.get_by_label("Project", exact=True).fill("Finance")
    dialog.get_by_label("Labels").fill("desk, deep work")
    check_width(page)
    saved(page)
    blocks = planned(page, app, 3)
    assert {(slot.start.hour >= 13, (slot.end - slot.start).seconds) for slot in blocks} == {(True, 7200)}
    assert len({slot.start.date() for slot in blocks}) == 3
    expect(row(page, REPORT)).to_contain_text("3 blocks")
    expect(row(page, REPORT).locator(".tag")).to_have_text(["Finance", "deep work", "desk"])
    dialog = open_dialog(page, REPORT)
    dialog.get_by_label("Context").fill("half a thought")
    dialog.get_by_role("button", name="Pin:").nth(1).click()
    expect(dialog.locator("#why .blocks")).to_contain_text("pinned by you")
    until(lambda: slots_of(app, REPORT)[1].pinned, page, "the pin")
    expect(dialog.get_by_label("Context")).to_have_value("half a thought")
    saved(page)
    check_sound(slots(app))
    check_width(page)


@pytest.mark.parametrize("size", SIZES)
def test_parts_and_projects(app: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    page = open_tab(app.url, size).page
    add(page, f"{OFFICE} 2h")
    planned(page, app, 1)
    dialog = open_dialog(page, OFFICE)
    dialog.get_by_label("Context").fill("by train")
    unfold(dialog, "Parts")
    for text in ("Find a van 1h", "Pack the boxes 2h"):
        dialog.get_by_label("New part").fill(text)
        dialog.get_by_label("New part").press("Enter")
        expect(dialog.locator("#parts li", has_text=text[:10])).to_be_visible()
        expect(dialog.get_by_label("New part")).to_have_value("")
    dialog.get_by_role("button", name="Move later: Find a van").click()
    expect(dialog.locator("#parts li").first).to_contain_text("Pack the boxes")
    expect(dialog.get_by_label("Context")).to_have_value("by train")
    check_width(page)
    saved(page)
    until(lambda: [slot.task for slot in planned(page, app, 2)] == ["Pack the boxes", "Find a van"], page, "the new order")
    expect(row(page, OFFICE)).to_contain_text("0 of 2 parts done")
    expect(row(page, "Find a van")).to_contain_text(f"part of {OFFICE}")
    for title in ("Pack the boxes", "Find a van"):
        row(page, title).get_by_role("button", name=f"Complete: {title}").click()
        expect(page.locator("#toasts")).to_contain_text(f"Completed “{title}”.")
    expect(row(page, OFFICE)).to_contain_text("All 2 parts done")
    dialog = open_dialog(page, OFFICE)
    unfold(dialog, "Project and labels")
    dialog.get_by_label("Project", exact=True).fill("House")
    saved(page)
    go(page, "Projects")
    page.get_by_label("Hours a week").fill("7.5")
    page.get_by_role("button", name="Save: House").click()
    expect(page.locator("#toasts")).to_contain_text("Saved “House”.")
    check_width(page)
    page.reload()
    expect(page.get_by_label("Hours a week")).to_have_value("7.5")


def test_without_scripts(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(app.url, NARROW, scripts=False).page
    page.get_by_label("New task").fill(f"{REPORT} 4h")
    page.get_by_role("button", name="Add").click()
    row(page, REPORT).get_by_role("link", name=REPORT, exact=True).click()
    unfold(page.locator("main"), "Splitting")
    page.get_by_label("Most in a day").fill("120")
    page.get_by_role("button", name="Save").click()
    expect(row(page, REPORT)).to_contain_text("2 blocks")
    row(page, REPORT).get_by_role("link", name=REPORT, exact=True).click()
    page.get_by_role("button", name="Pin:").first.click()
    expect(page.locator("#why .blocks")).to_contain_text("pinned by you")
    unfold(page.locator("main"), "Parts")
    page.get_by_label("New part").fill("Outline 30min")
    page.get_by_role("button", name="Add part").click()
    expect(page.locator("#parts li")).to_contain_text("Outline")
