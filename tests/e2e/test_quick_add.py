"""The journey of the quick-add field: chips while typing, a removed one, the other reading; and a recurring task's life."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import NARROW, SIZES, WIDE, OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, check_width, dismiss, open_dialog, press, row

LINE = "Review the plan next Friday 45min #desk"


def field(page: Page) -> Locator:
    return page.get_by_label("New task")


def chips(page: Page) -> Locator:
    return page.locator(".heard > span")


def heights(page: Page) -> list[float]:
    """Where what stands below the field begins."""
    boxes = [page.locator(place).bounding_box() for place in ("#summary", "#task-list")]
    return [box["y"] for box in boxes if box]


@pytest.mark.parametrize("size", SIZES)
def test_chips(app: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    page = open_tab(app.url, size).page
    before = heights(page)
    field(page).press_sequentially(LINE)
    expect(chips(page)).to_have_count(3)
    expect(chips(page).nth(1)).to_have_text("45 min")
    expect(page.locator("#quick-add-words b")).to_have_text("Review the plan")
    assert heights(page) == before, "the page moved while somebody typed"
    check_width(page)
    assert app.json("/api/v1/tasks")["total"] == 0

    page.get_by_role("button", name="Leave 45 min in the title").click()
    expect(chips(page)).to_have_count(2)
    expect(page.locator("#quick-add-words b")).to_have_text("Review the plan 45min")
    expect(field(page)).to_be_focused()
    field(page).press("Home")
    page.keyboard.type("Please ")
    expect(page.locator("#quick-add-words b")).to_have_text("Please Review the plan 45min")

    said, other = chips(page).first.inner_text(), page.locator(".heard-other").inner_text()
    page.locator(".heard-other").click()
    expect(chips(page).first).not_to_have_text(said)
    expect(chips(page).first).to_have_text(other.removeprefix("or ").removesuffix("?"))
    expect(field(page)).to_be_focused()
    day = chips(page).first.inner_text()
    assert heights(page) == before
    field(page).press("Enter")
    expect(field(page)).to_have_value("")
    expect(chips(page)).to_have_count(0)
    expect(row(page, "Please Review the plan 45min")).to_contain_text("desk")
    expect(page.locator("#quick-add-words")).to_contain_text("Please Review the plan 45min")
    assert day.split()[0] in page.locator("#quick-add-words").inner_text()
    check_width(page)


def test_by_keyboard(app: AppServer, open_tab: OpenTab) -> None:
    """Tab reaches every chip, Enter removes it, and the field has the focus again."""
    page = open_tab(app.url, NARROW).page
    field(page).press_sequentially("Call Bob tomorrow 30min")
    expect(chips(page)).to_have_count(2)
    for _ in range(3):  # the button Add, the first chip, the second
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Leave 30 min in the title")).to_be_focused()
    page.keyboard.press("Enter")
    expect(chips(page)).to_have_count(1)
    expect(field(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(row(page, "Call Bob 30min")).to_be_visible()


def test_problem_and_clearing(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(app.url, NARROW).page
    field(page).press_sequentially("Write by yesterday")
    expect(page.locator("#quick-add-words")).to_contain_text("is in the past.")
    check_width(page)
    field(page).fill("")
    expect(page.locator("#quick-add-words")).to_contain_text("in your own words")
    field(page).fill("Write by yesterday")
    expect(page.locator("#quick-add-words")).to_contain_text("is in the past.")


def test_typing_on_after_enter(app: AppServer, open_tab: OpenTab) -> None:
    """An answer for a text that is gone is not shown, and the next task has none of the last one's removed chips."""
    page = open_tab(app.url, WIDE).page
    field(page).press_sequentially("Plan tomorrow 30min")
    page.get_by_role("button", name="Leave 30 min in the title").click()
    expect(chips(page)).to_have_count(1)
    field(page).press_sequentially(" #a")
    field(page).press("Enter")
    expect(row(page, "Plan 30min")).to_be_visible()
    field(page).press_sequentially("Draw 30min")
    expect(chips(page)).to_have_text(["30 min"])
    expect(page.locator("input[name=ignored]")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_recurring(app: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    page = open_tab(app.url, size).page
    add(page, "Water plants every day at 16:30 15min")
    expect(row(page, "Water plants").locator(".repeats")).to_contain_text("every day at 16:30")
    press(page, "Water plants", "Complete")
    expect(page.locator("#toasts")).to_contain_text("Next: Tomorrow 16:30.")
    expect(page.locator("#group-tomorrow .task")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#group-tomorrow")).to_have_count(0)
    dismiss(page)

    dialog = open_dialog(page, "Water plants")
    expect(dialog.locator("#series time")).to_have_count(3)
    check_width(page)
    dialog.get_by_label("Title").fill("Water all plants")
    dialog.get_by_label("Save it for").select_option("all")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    dialog = open_dialog(page, "Water all plants")
    dialog.get_by_role("button", name="Skip this one").click()
    expect(page.locator("#group-tomorrow")).to_contain_text("Water all plants")
    dismiss(page)
    dialog = open_dialog(page, "Water all plants")
    dialog.get_by_role("button", name="End the series").click()
    expect(page.locator("#toasts")).to_contain_text("repeats no more")
    expect(page.locator(".repeats")).to_have_count(0)
    dismiss(page)
    press(page, "Water all plants", "Complete")
    expect(page.locator("#task-list .task:not([data-status=completed])")).to_have_count(0)


def test_without_scripts(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(app.url, NARROW, scripts=False).page
    field(page).fill("Water plants every day 15min")
    page.get_by_role("button", name="Add").click()
    row(page, "Water plants").get_by_role("link", name="Water plants", exact=True).click()
    page.get_by_role("button", name="Skip this one").click()
    expect(page.locator("#group-tomorrow")).to_contain_text("every day")
