"""The plan in a real browser: what if, other slots, repairs and taking a re-plan back, at phone and desktop width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SIZES, OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, planned


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, app: AppServer, open_tab: OpenTab) -> Page:
    """Today with one planned task, at both widths."""
    tab = open_tab(app.url, request.param)
    tab.watch.allow(422)
    add(tab.page, "Write the report 2h")
    planned(tab.page, app, 1)
    return tab.page


def open_what_if(page: Page) -> None:
    """Go to the page, and wait for its scripts: before them its forms work as plain ones, and answer with a page."""
    page.get_by_role("link", name="What if").click()
    page.wait_for_url("**/plan/what-if")
    page.wait_for_load_state("load")


def test_what_if_is_applied(page: Page) -> None:
    """A preview changes nothing; applying it does, and closes the dialog."""
    open_what_if(page)
    page.locator("#what-if-add_task").get_by_label("Task").fill("Prepare slides 3h by tomorrow 17:00 !1")
    page.locator("#what-if-add_task").get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("Nothing is stored yet.")
    expect(page.locator("#preview .changes")).to_contain_text("Prepare slides")
    page.get_by_role("link", name="Discard").click()
    expect(page.locator("#dialog")).not_to_be_visible()
    page.locator("#what-if-add_task").get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".toast-text")).to_contain_text("Prepare slides")
    page.get_by_role("link", name="Today").first.click()
    expect(page.locator("#task-list")).to_contain_text("Prepare slides")


def test_typed_text_is_kept(page: Page) -> None:
    """A form that is refused says why at the field and keeps what was typed."""
    open_what_if(page)
    form = page.locator("#what-if-work_extra")
    form.get_by_label("Day").fill("2030-01-05")
    form.get_by_label("From").fill("14:00")
    form.get_by_label("To").fill("10:00")
    form.get_by_role("button", name="Preview").click()
    expect(form.locator(".field-error")).to_have_text("Give a later time, such as 13:00.")
    expect(form.get_by_label("From")).to_have_value("14:00")
    expect(page.locator("#dialog")).not_to_be_visible()


def test_other_slot_and_undo(page: Page) -> None:
    """Another slot is previewed and pinned; the version that follows can be looked at."""
    page.get_by_role("link", name="Write the report").first.click()
    options = page.locator("#alternatives-options .option")
    expect(options.first).to_be_visible()
    options.first.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".toast-text")).to_contain_text("is pinned to")
    expect(page.locator("#dialog")).not_to_be_visible()
    page.locator(".planner a").click()
    expect(page.locator(".version").first).to_be_visible()


def test_repair_of_what_is_at_risk(page: Page) -> None:
    """The banner names the task, its repairs are previewed, and after one the banner is gone."""
    add(page, "Write the book 30h by tomorrow 23:00")
    expect(page.locator("#risks")).to_contain_text("Write the book")
    page.locator("#risks").get_by_role("link", name="Repairs").click()
    page.locator(".option", has_text="Shorten").get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("no longer at risk")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#risks")).not_to_be_visible()
