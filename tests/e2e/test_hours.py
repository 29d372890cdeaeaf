"""Hours as people set them: a second set with weeks in turn, a day off with undo, and how they work; wide and narrow."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NARROW, SIZES, OpenTab
from tests.e2e.server import AppServer
from tests.e2e.steps import add, check_sound, check_width, planned, slots, swipe, until


def take_off(page: Page, day: date, note: str) -> None:
    page.get_by_label("First day").fill(day.isoformat())
    page.get_by_label("Note").fill(note)
    page.locator("#settings-days").get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#settings-days .days li").filter(has_text=note)).to_contain_text("Day off")


@pytest.mark.parametrize("size", SIZES)
def test_day_off_moves_the_plan(app: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    page = open_tab(app.url, size).page
    add(page, "Pay rent 1h")
    today = planned(page, app, 1)[0].start.date()
    page.goto(f"{app.url}/settings")
    take_off(page, today, "Moving house")
    until(lambda: slots(app)[0].start.date() == today + timedelta(days=1), page, "the next day")
    check_sound(slots(app))
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#settings-days .days li")).to_have_count(0)
    until(lambda: slots(app)[0].start.date() == today, page, "today again")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#settings-days .days li")).to_contain_text("Moving house")
    until(lambda: slots(app)[0].start.date() > today, page, "the next day again")
    check_width(page)


@pytest.mark.parametrize("size", SIZES)
def test_second_set_with_weeks_in_turn(app: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    tab = open_tab(f"{app.url}/settings", size)
    tab.watch.allow(422)
    page = tab.page
    page.locator("#settings-hours").get_by_text("Add a set of hours").click()
    page.locator("#field-new-set").fill("Personal")
    page.locator("#settings-hours").get_by_role("button", name="Add", exact=True).click()
    mine = page.locator(".hour-set").filter(has=page.get_by_role("heading", name="Personal"))
    mine.get_by_label("Weeks").select_option("2")
    expect(mine.get_by_text("Week 2", exact=True).first).to_be_visible()
    mine.get_by_label("Monday of week 1, first stretch from").fill("18:00")
    mine.get_by_role("button", name="Save").click()
    expect(mine.get_by_role("group", name="Monday").first).to_have_accessible_description(
        "Give a start and an end, such as 09:00 and 17:00, or leave both empty."
    )
    expect(mine.get_by_label("Monday of week 1, first stretch from")).to_have_value("18:00")
    mine.get_by_label("Monday of week 1, first stretch to").fill("20:00")
    mine.get_by_label("More stretches on Tuesday of week 1").click()
    mine.get_by_label("Tuesday of week 1, third stretch from").fill("22:00")
    mine.get_by_label("Tuesday of week 1, third stretch to").fill("01:00")
    mine.get_by_role("button", name="Save").click()
    expect(mine.get_by_text("Saved", exact=True)).to_be_visible()
    expect(mine.locator("summary").first).to_contain_text("Mon 18:00–20:00; Tue 22:00–01:00 (week 1 of 2)")
    check_width(page)
    mine.get_by_text("Delete…").click()
    mine.get_by_role("button", name="Delete these hours").click()
    expect(mine).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("Deleted “Personal”.")


def drag(page: Page, day: str, start: float, end: float) -> None:
    """Pull along a day's line of the picture, from and to an hour."""
    line = page.locator(f".week-day[data-day={day}] .week-line")
    line.scroll_into_view_if_needed()
    box = line.bounding_box()
    assert box is not None
    left, width, y = box["x"], box["width"] / 24, box["y"] + box["height"] / 2
    page.mouse.move(left + width * start, y)
    page.mouse.down()
    page.mouse.move(left + width * (start + end) / 2, y)
    page.mouse.move(left + width * end, y)
    page.mouse.up()


def times(page: Page, day: str) -> list[str]:
    """What the fields of a day say."""
    fields = page.locator(f"input[name^={day}_]").evaluate_all("fields => fields.map((field) => field.value)")
    return [value for value in fields if value]


@pytest.mark.parametrize("size", SIZES)
def test_the_picture_and_the_fields_say_the_same(app: AppServer, open_tab: OpenTab, size: tuple[int, int]) -> None:
    """Paint, pull, move, join and remove; what is typed is drawn, over midnight on two lines; saved, it stands there again."""
    page = open_tab(f"{app.url}/settings", size).page
    drag(page, "sat", 9.03, 17)  # pulled to nothing
    assert times(page, "sat") == []
    drag(page, "sat", 10, 14)
    assert times(page, "sat") == ["10:00", "14:00"]
    drag(page, "sat", 16, 18)
    assert times(page, "sat") == ["10:00", "14:00", "16:00", "18:00"]
    drag(page, "sat", 17, 19)  # moved
    assert times(page, "sat") == ["10:00", "14:00", "18:00", "20:00"]
    drag(page, "sat", 13.97, 18.5)  # pulled into the other
    assert times(page, "sat") == ["10:00", "20:00"]
    drag(page, "mon", 9.03, 17)  # pulled to nothing
    assert times(page, "mon") == []
    expect(page.locator(".week-day[data-day=mon] .week-stretch")).to_have_count(0)
    page.get_by_label("Sunday, first stretch from").fill("22:00")
    page.get_by_label("Sunday, first stretch to").fill("02:00")
    expect(page.locator(".week-day[data-day=sun] .week-stretch")).to_have_count(1)
    expect(page.locator(".week-day[data-day=mon] .week-stretch")).to_have_attribute("x", "0%")
    check_width(page)
    page.locator("#hour-set-1").get_by_role("button", name="Save").click()
    expect(page.locator("#hour-set-1 > summary")).to_contain_text("Tue–Fri 09:00–17:00; Sat 10:00–20:00; Sun 22:00–02:00")
    expect(page.locator(".week-day[data-day=sat] .week-stretch")).to_have_count(1)


def test_the_picture_by_a_finger(app: AppServer, open_tab: OpenTab) -> None:
    """Along a day it paints and moves; up and down it scrolls the page, and changes nothing."""
    page = open_tab(f"{app.url}/settings", NARROW).page

    def pull(day: str, start: float, end: float, down: float = 0) -> None:
        line = page.locator(f".week-day[data-day={day}] .week-line")
        line.scroll_into_view_if_needed()
        box = line.bounding_box()
        assert box is not None
        hour, y = box["width"] / 24, box["y"] + box["height"] / 2
        swipe(page, (box["x"] + hour * start, y), (box["x"] + hour * end, y + down))

    pull("sat", 9.03, 17)  # pulled to nothing
    assert times(page, "sat") == []
    pull("sat", 10, 14)
    assert times(page, "sat") == ["10:00", "14:00"]
    pull("sat", 12, 16)  # moved
    assert times(page, "sat") == ["14:00", "18:00"]
    before = page.evaluate("() => scrollY")
    pull("sat", 4, 4.2, down=-120)
    until(lambda: page.evaluate("() => scrollY") > before, page, "scrolling")
    assert times(page, "sat") == ["14:00", "18:00"]


def test_buffer_spreads_the_plan(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(app.url).page
    add(page, "Pay rent 1h")
    add(page, "Call Bob 1h")
    planned(page, app, 2)
    page.goto(f"{app.url}/settings")
    page.get_by_label("Buffer in minutes").fill("30")
    page.locator("#settings-rhythm").get_by_role("button", name="Save").click()
    expect(page.locator("#settings-rhythm").get_by_text("Saved", exact=True)).to_be_visible()
    until(lambda: slots(app)[1].start - slots(app)[0].end >= timedelta(minutes=30), page, "room between the tasks")


def test_without_scripts(app: AppServer, open_tab: OpenTab) -> None:
    page = open_tab(f"{app.url}/settings", NARROW, scripts=False).page
    page.get_by_label("Weeks").select_option("2")
    page.get_by_role("button", name="Show these weeks").click()
    page.get_by_label("This week is").select_option("2")
    page.locator("#hour-set-1").get_by_role("button", name="Save").click()
    expect(page.locator("#hour-set-1 > summary")).to_contain_text("(week 2 of 2)")
    take_off(page, datetime.now(tz=ZoneInfo("Europe/Berlin")).date() + timedelta(days=7), "Fair")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#settings-days .days li")).to_have_count(0)
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#settings-days .days li")).to_contain_text("Fair")
