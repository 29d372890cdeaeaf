"""Settings that move the plan: the time zone and the working hours."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenTab
from tests.e2e.server import AppServer, zone_at
from tests.e2e.steps import WEEKDAYS, add, check_sound, planned, slots, until


def save(page: Page, part: str) -> None:
    section = page.locator(f"#settings-{part}")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_text("Saved", exact=True)).to_be_visible()


def test_hours_move_the_plan(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(app.url).page
    add(page, "Pay rent 1h")
    planned(page, app, 1)
    page.get_by_role("link", name="Settings").click()
    page.wait_for_url("**/settings")
    for day in WEEKDAYS:
        page.locator(f"[name={day}_start_1]").fill("20:00")
        page.locator(f"[name={day}_end_1]").fill("22:00")
    page.locator("#hour-set-1").get_by_role("button", name="Save").click()
    expect(page.locator("#hour-set-1").get_by_text("Saved", exact=True)).to_be_visible()
    until(lambda: slots(app)[0].start.hour >= 20, page, "the evening")
    check_sound(slots(app), 20, 22)
    page.get_by_role("link", name="Today").click()
    expect(page.locator("#timeline .block")).to_contain_text(f"{slots(app)[0].start:%H:%M}")


def test_mistake_in_the_hours(app: AppServer, open_tab: OpenTab) -> None:
    tab = open_tab(f"{app.url}/settings")
    tab.watch.allow(422)
    page = tab.page
    page.locator("[name=tue_start_1]").fill("10:00")
    page.locator("[name=tue_end_1]").fill("")
    page.locator("#hour-set-1").get_by_role("button", name="Save").click()
    expect(page.get_by_role("group", name="Tuesday")).to_have_accessible_description(
        "Give a start and an end, such as 09:00 and 17:00, or leave both empty."
    )
    expect(page.locator("[name=tue_start_1]")).to_have_value("10:00")


def test_zone_moves_the_plan(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(app.url).page
    add(page, "Pay rent 1h")
    before = planned(page, app, 1)[0]
    page.get_by_role("link", name="Settings").click()
    page.wait_for_url("**/settings")
    page.get_by_role("combobox", name="Zone").fill(zone_at(20))
    save(page, "zone")
    until(lambda: slots(app)[0].start > before.end, page, "the next working morning over there")
    check_sound(slots(app))
    page.goto(app.url)
    expect(page.locator("#task-list .slot")).to_contain_text("Tomorrow 09:00")


def test_unknown_zone(app: AppServer, open_tab: OpenTab) -> None:
    tab = open_tab(f"{app.url}/settings")
    tab.watch.allow(422)
    tab.page.get_by_role("combobox", name="Zone").fill("Middle/Earth")
    tab.page.locator("#settings-zone").get_by_role("button", name="Save").click()
    expect(tab.page.get_by_role("combobox", name="Zone")).to_have_accessible_description("Choose a zone such as Europe/Berlin.")
    expect(tab.page.get_by_role("combobox", name="Zone")).to_have_value("Middle/Earth")
