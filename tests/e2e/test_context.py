"""A person's own words: chips appear, are accepted and removed, and the plan goes around what was accepted; wide and narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import SIZES, OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, check_sound, check_width, planned, slots, until

TEXT = "Lunch every day 9-11. 10 minutes between tasks. My wife works 9-5."


@pytest.mark.parametrize("size", SIZES)
def test_chips(app: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    page = open_tab(app.url, size).page
    add(page, "Pay rent 1h")
    planned(page, app, 1)
    page.goto(f"{app.url}/settings#settings-context")
    page.get_by_label("Your context").fill(TEXT)
    page.locator("#settings-context").get_by_role("button", name="Save").click()
    proposed, accepted = (page.locator(f".found[data-state={state}] .found-chip") for state in ("proposed", "accepted"))
    expect(proposed).to_have_count(2)
    expect(page.locator(".found[data-state=left] li")).to_contain_text("My wife works 9-5")
    check_width(page)

    page.get_by_role("button", name="Accept: Lunch every day 09:00–11:00").press("Enter")
    expect(accepted).to_contain_text(["Lunch every day 09:00–11:00"])
    expect(proposed).to_have_count(1)
    until(lambda: slots(app)[0].start.hour >= 11, page, "the plan goes around lunch")
    check_sound(slots(app))

    page.get_by_role("button", name="Accept: 10 min free after each task").click()
    expect(accepted).to_have_count(2)
    expect(page.get_by_label("Buffer in minutes")).to_have_value("10")
    page.get_by_role("button", name="Remove: 10 min free after each task").click()
    expect(page.get_by_label("Buffer in minutes")).to_have_value("")
    expect(page.locator("#found-dismissed")).to_be_visible()
    check_width(page)

    page.goto(app.url)
    lunch = page.locator("#timeline .block[data-kind=routine]")
    expect(lunch).to_contain_text("Lunch")
    lunch.click()
    expect(page.locator("#settings-context")).to_be_in_viewport()
